//! A whole network in one process: votes, lost hooks, jail, an equivocation, bad packets, a dead channel, a
//! reorganization of Bitcoin, and what was measured of it.
//!
//! `cargo xtask demo -- --fps 5 --blocks 80 --seed 7 --json`. Leaves `report.html` and `events.jsonl` in the
//! current folder. Exit code 0 if every claim holds, 1 if one does not, 2 if the flags are wrong.

mod args;
mod bitcoin;
mod charts;
mod claims;
mod door;
mod journal;
mod report;
mod run;
mod story;
mod view;

use std::{error::Error, process::ExitCode};

use args::Args;
use claims::Claim;

fn main() -> ExitCode {
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
    match demonstrate(&args) {
        Ok(claims) if claims.iter().all(|claim| claim.ok) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nthe demo stopped: {error}");
            ExitCode::FAILURE
        }
    }
}

fn demonstrate(args: &Args) -> Result<Vec<Claim>, Box<dyn Error>> {
    let (mut run, poisoned) = story::begin(args)?;
    let told = story::tell(&mut run, args)?;
    let replaced = door::replace(run.network.clone(), args.seed)?;
    run.end_progress();
    let view = view::View::of(&mut run)?;
    let mut claims = claims::check(&run, &told, &view, args)?;
    claims.extend(claims::door(&poisoned, &replaced));
    journal::write("events.jsonl", run.journal.lines())?;
    journal::write("report.html", [report::page(&run, &told, &view, &claims, args)].iter())?;
    if args.json {
        println!("{}", claims::as_json(&claims));
    } else {
        print!("{}", claims::as_table(&claims));
    }
    eprintln!("report.html and events.jsonl are in the current folder");
    Ok(claims)
}
