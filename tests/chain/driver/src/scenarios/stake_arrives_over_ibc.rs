//! Finality providers and delegations come in protobuf packets that the Go side has decoded and encoded again.

use anyhow::Result;
use serde_json::{Value, json};

use super::{Notes, PATIENCE};
use crate::process;
use crate::world::{PATH, World};

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    world.add_signers(&[40, 30, 20, 10])?;
    world.relayer.start(&[PATH])?;
    let sent = world.send_news()?;
    process::wait_for("acknowledgements", PATIENCE, || Ok((world.acks()?.len() >= sent).then_some(())))?;
    let acks: Vec<String> =
        world.acks()?.iter().map(|ack| String::from_utf8_lossy(&ack.ack).into_owned()).collect();
    let good = acks.iter().all(|ack| ack == r#"{"result":""}"#);
    notes.claim(
        "every packet is acknowledged with success",
        good && sent > 0,
        format!("{sent} packets: {acks:?}"),
    );
    let (power, expected) = (power(world)?, expected(world));
    notes.claim("the contract's power table is Babylon's", power == expected, format!("{power:?}"));
    let health = world.query(&json!({ "health": {} }))?;
    let staking = &health["staking"];
    let verified = staking["pop_trusted"] == json!(0) && staking["quarantined"] == json!(0);
    notes.claim("proofs of possession are verified on the chain", verified, staking.to_string());
    Ok(())
}

/// Key and stake of everybody with stake who was not slashed, as the contract has it.
pub fn power(world: &World) -> Result<Vec<(String, u64)>> {
    let answer = world.query(&json!({ "finality_providers_by_total_active_sats": { "limit": 30 } }))?;
    let fps = answer["fps"].as_array().map_or(&[][..], Vec::as_slice);
    let one = |fp: &Value| Some((fp["btc_pk_hex"].as_str()?.to_owned(), fp["total_active_sats"].as_u64()?));
    let live = fps.iter().filter(|fp| fp["slashed"] != json!(true));
    let mut table: Vec<_> = live.filter_map(one).filter(|(_, sats)| *sats > 0).collect();
    table.sort();
    Ok(table)
}

/// The same as Babylon has it.
pub fn expected(world: &World) -> Vec<(String, u64)> {
    let table = world.babylon.power_table(&world.client);
    let mut table: Vec<_> =
        table.into_iter().map(|(key, sats)| (key.to_string(), sats)).filter(|(_, sats)| *sats > 0).collect();
    table.sort();
    table
}
