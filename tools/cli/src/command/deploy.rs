//! `bsn deploy`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args as Group;
use serde_json::json;

use crate::config::{Common, Output, Setup};
use crate::deploy::checks::{Grade, Way, pass};
use crate::deploy::run::{Deploy, Turn};
use crate::deploy::show;
use crate::keys::{Signing, sender};

/// How often a proposal is looked at.
const POLL: Duration = Duration::from_secs(2);

/// What follows without Babylon.
const NEXT_ALONE: &str = "Next: bsn keep brings Bitcoin's headers; finality providers register, stake and commit (bsn register, stake, vote); \
    then the admin names their first commitments (bootstrap), before finality begins.";

/// `bsn deploy`.
#[derive(Debug, Group)]
pub struct Deployment {
    /// Say what would be done, and whether both chains are ready; send nothing.
    #[arg(long)]
    pub plan: bool,
    /// One proposal does everything: for chains where only governance stores code.
    #[arg(long)]
    pub gov: bool,
    /// An expedited proposal.
    #[arg(long)]
    pub expedited: bool,
    /// A proposal for each code, for chains that take only small transactions.
    #[arg(long, requires = "gov")]
    pub split: bool,
    /// Stay until governance has decided.
    #[arg(long)]
    pub wait: bool,
    /// The folder with the wasm.
    #[arg(long, env = "BSN_ARTIFACTS", value_name = "FOLDER")]
    pub artifacts: Option<PathBuf>,
    /// Chains, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs.
    #[command(flatten)]
    pub signing: Signing,
}

/// Deploys, or says what that would do.
///
/// # Errors
/// One sentence.
pub fn run(args: &Deployment) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let way = Way { by_gov: args.gov, expedited: args.expedited, split: args.split };
    let output = setup.output;
    let mut signing = args.signing.clone();
    // A plan needs to know who will sign, but not the key.
    signing.generate_only |= args.plan && signing.has_no_key();
    let mut deploy = Deploy::begin(setup, &signing, way, args.artifacts.clone())?;
    if args.plan {
        return plan(&deploy, output);
    }
    let checks = deploy.checks(&deploy.look()?);
    if !pass(&checks) {
        let failing: Vec<_> = checks.into_iter().filter(|check| check.grade == Grade::Fail).collect();
        eprintln!("{}", show::checks(&failing));
        bail!("{} of the checks fail: nothing was sent (all of them: bsn deploy --plan)", failing.len());
    }
    loop {
        match deploy.turn()? {
            Turn::Went(said) => say(&said, output),
            Turn::Waits(what) if args.wait => {
                say(&what, output);
                wait(&deploy)?;
            }
            Turn::Waits(what) => {
                say(&what, output);
                return finish(&deploy, output, "waiting", "Call again when it has ended, or add --wait.");
            }
            Turn::Unsigned(unsigned) => {
                println!("{}", unsigned.tx);
                eprintln!("{}, unsigned. If it is in tx.json:", unsigned.what);
                unsigned.follow_up.iter().for_each(|line| eprintln!("  {line}"));
                eprintln!("Then call again.");
                return Ok(());
            }
            Turn::Dry(what, fee) => {
                say(&format!("{what} would use {}", sender::shown(&fee)), output);
                return Ok(());
            }
            Turn::Done if deploy.is_alone() => return finish(&deploy, output, "done", NEXT_ALONE),
            Turn::Done => return finish(&deploy, output, "done", "Next: bsn relayer rly, then bsn connect."),
        }
    }
}

fn plan(deploy: &Deploy, output: Output) -> Result<()> {
    let plan = deploy.plan()?;
    match output {
        Output::Text => println!("{}", show::plan(&plan)),
        Output::Json => println!("{}", show::plan_json(&plan)),
    }
    let failing = plan.checks.iter().filter(|check| check.grade == Grade::Fail).count();
    if failing > 0 {
        bail!("{failing} of {} checks fail", plan.checks.len());
    }
    Ok(())
}

/// Until the proposal has ended; says nothing meanwhile.
fn wait(deploy: &Deploy) -> Result<()> {
    while deploy.open_proposal()?.is_some() {
        std::thread::sleep(POLL);
    }
    if let Some(ended) = deploy.ended_badly()? {
        bail!("{ended}; call again for a new proposal");
    }
    Ok(())
}

fn say(text: &str, output: Output) {
    match output {
        Output::Text => println!("{text}"),
        // Results alone go to stdout.
        Output::Json => eprintln!("{text}"),
    }
    let _ = std::io::stdout().flush();
}

fn finish(deploy: &Deploy, output: Output, state: &str, next: &str) -> Result<()> {
    let record = deploy.record();
    match output {
        Output::Json => println!("{}", json!({ "state": state, "record": record.value() })),
        Output::Text => {
            if state == "done" {
                for (code, address) in deploy.to.contracts.iter() {
                    println!("{:12}  {address}", code.contract());
                }
            }
            println!("{:12}  {}", "record", record.path().display());
            println!("{next}");
        }
    }
    std::io::stdout().flush().context("cannot write")
}
