//! A whole network in one process: stake that Bitcoin has to show, votes, lost hooks, jail, an equivocation, bad packets, a
//! dead channel, a reorganization of Bitcoin, a chain without Babylon, and what was measured of it.
//!
//! # The idea
//!
//! One [story](Demo::tell) on any [`Machine`]: the real wasm in a virtual machine (`cargo xtask demo`), or the contracts
//! compiled natively, which needs no virtual machine to be compiled first (`cargo xtask demo --native`). Either leaves
//! `report.html` and `events.jsonl` in the current folder.
//!
//! # The danger
//!
//! The native program is not what a chain runs: it has 64 bits, another compiler backend, and no gas meter. So it shows
//! no gas, and the page says what it is made of.
//!
//! `cargo xtask demo --fps 5 --blocks 80 --seed 7 --json`. Exit code 0 if every claim holds, 1 if one does not, 2 if the
//! flags are wrong.

mod alone;
mod args;
mod bitcoin;
mod charts;
mod claims;
mod door;
mod journal;
mod report;
mod stage;
mod stake;
mod story;
mod view;

use std::{error::Error, process::ExitCode};

use devnet::Machine;

pub use args::Args;
pub use claims::Claim;
pub use journal::Journal;
pub use view::Row;

/// A story that was told.
#[derive(Debug)]
pub struct Demo {
    /// Every event.
    pub journal: Journal,
    /// What the contract says of every height.
    pub heights: Vec<Row>,
    /// What is claimed, and what was measured.
    pub claims: Vec<Claim>,
    /// All of it to look at, as HTML.
    pub page: String,
}

impl Demo {
    /// Tells the story.
    ///
    /// # Errors
    /// What stopped it.
    pub fn tell(args: &Args, machine: &Machine) -> Result<Self, Box<dyn Error>> {
        let (mut stage, begun) = story::begin(args, machine)?;
        let told = story::tell(&mut stage, &begun, args)?;
        let replaced = door::replace(stage.network.clone(), args.seed)?;
        stage.end_progress();
        let view = view::View::of(&mut stage)?;
        let mut claims = claims::check(&stage, &told, &view, args)?;
        claims.extend(stake::check(&stage, &begun.shown, &told.ended)?);
        claims.extend(claims::door(&begun.poisoned, &replaced));
        claims.extend(alone::tell(args, machine)?);
        let page = report::page(&stage, &told, &view, &claims, args);
        Ok(Self { journal: stage.journal, heights: view.rows, claims, page })
    }

    /// Whether every claim holds.
    pub fn holds(&self) -> bool {
        self.claims.iter().all(|claim| claim.ok)
    }
}

/// The program: reads the flags, tells the story on a machine, and writes what it came to.
pub fn run(machine: impl FnOnce() -> Result<Machine, Box<dyn Error>>) -> ExitCode {
    let args = match Args::parse(std::env::args().skip(1)) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", args::USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    match machine().and_then(|machine| Demo::tell(&args, &machine)).and_then(|demo| write(&demo, &args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nthe demo stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(demo: &Demo, args: &Args) -> Result<bool, Box<dyn Error>> {
    journal::write("events.jsonl", demo.journal.lines())?;
    journal::write("report.html", [&demo.page].into_iter())?;
    if args.json {
        println!("{}", claims::as_json(&demo.claims));
    } else {
        print!("{}", claims::as_table(&demo.claims));
    }
    eprintln!("report.html and events.jsonl are in the current folder");
    Ok(demo.holds())
}
