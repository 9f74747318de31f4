//! `bsn upgrade`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args as Group;
use serde_json::json;

use crate::config::{Common, Output, Setup};
use crate::deploy::checks::Way;
use crate::deploy::run::Turn;
use crate::keys::{Signing, sender};
use crate::upgrade::run::Upgrade;

/// How often the chain is looked at while somebody else acts.
const POLL: Duration = Duration::from_secs(2);

/// `bsn upgrade`.
#[derive(Debug, Group)]
pub struct Upgrading {
    /// Governance stores the codes, too.
    #[arg(long)]
    pub gov: bool,
    /// Expedited proposals.
    #[arg(long)]
    pub expedited: bool,
    /// Stay until governance has decided and everything is converted.
    #[arg(long)]
    pub wait: bool,
    /// The folder with the new wasm.
    #[arg(long, env = "BSN_ARTIFACTS", value_name = "FOLDER")]
    pub artifacts: Option<PathBuf>,
    /// Chains, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs.
    #[command(flatten)]
    pub signing: Signing,
}

/// Upgrades; call again to go on.
///
/// # Errors
/// One sentence.
pub fn run(args: &Upgrading) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let output = setup.output;
    let way = Way { by_gov: args.gov, expedited: args.expedited, split: false };
    let mut upgrade = Upgrade::begin(setup, &args.signing, way, args.artifacts.clone())?;
    let mut waited_for = None;
    loop {
        match upgrade.turn()? {
            Turn::Went(said) => eprintln!("{said}"),
            Turn::Waits(what) if args.wait => {
                if waited_for.as_ref() != Some(&what) {
                    eprintln!("{what}");
                }
                waited_for = Some(what);
                wait(&upgrade)?;
            }
            Turn::Waits(what) => {
                return finish(&upgrade, output, "waiting", &format!("{what}. Call again then."));
            }
            Turn::Unsigned(unsigned) => {
                println!("{}", unsigned.tx);
                eprintln!("{}, unsigned. If it is in tx.json:", unsigned.what);
                unsigned.follow_up.iter().for_each(|line| eprintln!("  {line}"));
                eprintln!("Then call again.");
                return Ok(());
            }
            Turn::Dry(what, fee) => {
                eprintln!("{what} would use {}", sender::shown(&fee));
                return Ok(());
            }
            Turn::Done => {
                return finish(
                    &upgrade,
                    output,
                    "done",
                    "Upgraded: configuration, admin and finality are as before.",
                );
            }
        }
    }
}

/// A moment, or until the proposal has ended; one that fails is not repeated by itself.
fn wait(upgrade: &Upgrade) -> Result<()> {
    std::thread::sleep(POLL);
    while let Some(proposal) = upgrade.proposal()? {
        if matches!(proposal.status, 4 | 5) {
            bail!("{}; call again for a new proposal", proposal.end());
        }
        if !proposal.is_open() {
            break;
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

fn finish(upgrade: &Upgrade, output: Output, state: &str, said: &str) -> Result<()> {
    match output {
        Output::Json => {
            println!("{}", json!({ "state": state, "said": said, "record": upgrade.record().value() }))
        }
        Output::Text => println!("{said}"),
    }
    Ok(())
}
