//! `bsn upgrade` takes a network of release 0.1.0 to this build: it stores, governance migrates the contract and its admin the
//! light client, what was stored is converted, and configuration and finality are as before.

use anyhow::Result;

use super::{Notes, PATIENCE, governance_migrates_the_contract};
use crate::operator::Operator;
use crate::world::{Programs, World, workspace};

const HEIGHTS: u64 = 10;

pub fn run(programs: &Programs, world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    governance_migrates_the_contract::begin(world)?;
    let operator = Operator::new(programs, world)?;
    let rpc = world.consumer.rpc.nodes().first().map(|node| node.name().to_owned()).unwrap_or_default();
    let file = format!("[chain]\nnode = \"{rpc}\"\ngas_prices = \"0stake\"\n[bsn]\nnetwork = \"regtest\"\n");
    std::fs::write(operator.at("bsn.toml"), file)?;
    operator.write_record(&world.bsn)?;
    world.consumer.import_key("admin", &world.admin)?;
    let artifacts = workspace().join("artifacts").to_string_lossy().into_owned();
    let upgrade = ["upgrade", "--artifacts", &artifacts];

    let proposed = operator.sign("val", &upgrade)?;
    operator.vote(&world.consumer)?;
    let deadline = world.finalized()? + HEIGHTS;
    world.vote_until_finalized(deadline, PATIENCE)?;
    let left = operator.sign("val", &upgrade)?;
    notes.claim(
        "`bsn upgrade` says who must migrate what governance may not",
        left.contains(&world.admin.address) && left.contains("must migrate"),
        format!("{}; then {}", proposed.trim(), left.trim()),
    );
    let finalized = world.finalized()?;
    let done = world.vote_until("the conversion", PATIENCE, |_| {
        let said = operator.sign("admin", &upgrade)?;
        Ok(said.starts_with("Upgraded").then_some(said))
    })?;
    notes.claim("it converts, compares, and says that everything is as before", true, done.trim());
    let version = String::from_utf8(world.raw_at(b"contract_info", 0)?)?;
    notes.claim("the contract is this build's", version.contains(env!("CARGO_PKG_VERSION")), version);
    let end = world.vote_until_finalized(finalized + HEIGHTS, PATIENCE)?;
    notes.claim("finality goes on", true, format!("{finalized} to {end}"));
    Ok(())
}
