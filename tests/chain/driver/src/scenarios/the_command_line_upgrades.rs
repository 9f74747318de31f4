//! `bsn upgrade` takes a network of release 0.1.0 to this build: it stores, governance migrates the contract and its admin the
//! light client, what was stored is converted, and configuration and finality are as before. Everybody votes meanwhile.

use anyhow::{Result, bail};

use super::{Notes, PATIENCE};
use crate::contract;
use crate::operator::Operator;
use crate::world::{World, workspace};

const NAME: &str = "the_command_line_upgrades";

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let mut notes = Notes { scenario: NAME, claims: notes.claims };
    let operator = Operator::new(world)?;
    let node = world.consumer.url();
    let file = format!("[chain]\nnode = \"{node}\"\ngas_prices = \"0stake\"\n[bsn]\nnetwork = \"regtest\"\n");
    std::fs::write(operator.at("bsn.toml"), file)?;
    operator.write_record(&world.bsn)?;
    world.consumer.import_key("admin", &world.admin)?;
    let artifacts = workspace().join("artifacts").to_string_lossy().into_owned();
    let upgrade = ["upgrade", "--artifacts", &artifacts];

    let (proposal, mut call) = operator.propose("upgrade", &world.consumer, &upgrade)?;
    let proposed = world.vote_until("the first call", PATIENCE, |_| call.done())?;
    world.vote_until("the migration", PATIENCE, |world| {
        contract::has_passed(&world.consumer, "bsn upgrade", proposal)
    })?;
    let left = operator.sign("val", &upgrade)?;
    notes.claim(
        "`bsn upgrade` stores and proposes, and says who must migrate what governance may not",
        left.contains(&format!("{} must migrate {}", world.admin.address, world.light_client.0)),
        format!("{}; then {}", one_line(&proposed), one_line(&left)),
    );
    let mut call =
        operator.start_signed("upgrade-by-admin", "admin", &[&upgrade[..], &["--wait"]].concat())?;
    let done = world.vote_until("the conversion", PATIENCE, |_| call.done())?;
    notes.claim(
        "it migrates, converts, compares, and says that everything is as before",
        done.contains("Upgraded: configuration, admin and finality are as before."),
        one_line(&done),
    );
    let Some(code) = operator.record()?["bsn"]["code_id"].as_u64() else { bail!("the record names no code") };
    let pinned = world.consumer.rpc.pinned_codes()?;
    notes.claim(
        "the record names the new code, and it is pinned",
        code > world.light_client.1 && pinned.contains(&code),
        format!("code {code}, pinned {pinned:?}"),
    );
    Ok(())
}

fn one_line(said: &str) -> String {
    said.trim().replace('\n', " ")
}
