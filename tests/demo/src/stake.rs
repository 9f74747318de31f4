//! Stake: Babylon tells of it, and Bitcoin has to show it.

use std::error::Error;

use devnet::network::verdicts;
use primitives::Txid;
use serde_json::{Value, json};

use crate::claims::{Claim, claim};
use crate::stage::Stage;

/// How many proofs a message may have.
const PROOFS: usize = 50;
/// The committee's parameters are in force from Bitcoin's first block on.
const FIRST_BLOCKS: u32 = 3;

/// What the stake was before Bitcoin showed it, and after.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    /// How many sats Babylon says are staked.
    pub staked: u64,
    /// How many delegations waited for their proof.
    pub waited: u64,
    /// How many sats counted meanwhile.
    pub before: u64,
    /// How many once they were proven.
    pub after: u64,
}

/// What a stake was before Bitcoin showed its spend, and after.
#[derive(Debug, Clone, Default)]
pub struct Ended {
    /// How many sats it has.
    pub sats: u64,
    /// How many sats of all counted while it stood.
    pub before: u64,
    /// How many after its spend.
    pub after: u64,
    /// Where it stands since.
    pub standing: String,
}

/// Bitcoin's first blocks are mined.
pub fn found(stage: &mut Stage) {
    stage.network.miner.mine_blocks(FIRST_BLOCKS);
    see(stage, "bitcoin begins");
}

/// Proves what waits.
pub fn show(stage: &mut Stage) -> Result<Shown, Box<dyn Error>> {
    let mut shown = Shown {
        staked: stage.staked(),
        waited: waiting(stage)?,
        before: stage.counted(),
        ..Shown::default()
    };
    prove(stage, "bitcoin shows the stake")?;
    shown.after = stage.counted();
    Ok(shown)
}

/// Mines the staking transactions that are not in Bitcoin yet, and anybody proves them.
pub fn prove(stage: &mut Stage, note: &str) -> Result<(), Box<dyn Error>> {
    let txids = stage.network.bury_stake();
    see(stage, "stake is in bitcoin");
    for txids in txids.chunks(PROOFS) {
        let message = stage.network.inclusion_proofs(txids)?;
        let done = stage.verify("proof of stake in bitcoin", &message)?;
        let refused = verdicts(&done).into_iter().find(|verdict| verdict["ok"]["became"] != "active");
        if let Some(refused) = refused {
            return Err(format!("a stake that is in bitcoin does not count: {refused}").into());
        }
    }
    stage.end_block(note);
    Ok(())
}

/// Unbonds a stake: its spend is mined, and Babylon tells of it with the proof.
pub fn end(stage: &mut Stage, txid: &Txid) -> Result<Ended, Box<dyn Error>> {
    let network = &mut stage.network;
    let known = network.link.app.babylon.delegation(txid).ok_or("Babylon knows no such stake")?;
    let (sats, output, spend) =
        (known.event.total_sat, known.event.staking_output_idx, known.unbonding_tx.clone());
    let spent = spend.txid();
    network.bury(vec![spend]);
    stage.vote_all()?;
    see(stage, "a stake is spent");
    let before = stage.counted();
    let network = &mut stage.network;
    let inclusion = network.miner.inclusion(&spent).ok_or("the spend is in no block")?;
    network.link.app.babylon.undelegate_proven(txid, inclusion)?;
    stage.vote_all()?;
    stage.relay("bitcoin shows the spend");
    let item: Value =
        stage.network.ask_verifier(&json!({ "item": { "txid": txid.to_string(), "output": output } }))?;
    let standing = item["standing"].as_object().and_then(|is| is.keys().next()).cloned().unwrap_or_default();
    Ok(Ended { sats, before, after: stage.counted(), standing })
}

/// What is claimed of it.
pub fn check(stage: &Stage, shown: &Shown, ended: &Ended) -> Result<Vec<Claim>, Box<dyn Error>> {
    let trust = stage.ask(&json!({ "trust": {} }))?;
    let row = |what: &str| {
        let mut rows = trust["rows"].as_array().into_iter().flatten();
        rows.find(|row| row["what"] == what).and_then(|row| row["by"].as_str()).unwrap_or_default()
    };
    let (share, slashing) = (row("delegations, and those ended early"), row("slashing"));
    let [of_bitcoin, of_all] = numbers(share);
    let [on_word, _] = numbers(row("delegations of before"));
    let Shown { staked, waited, before, after } = shown;
    Ok(vec![
        claim(
            "stake counts once Bitcoin shows it",
            format!("{waited} delegations waited with {before} sats; proven they have {after}"),
            *waited > 0 && *before == 0 && after == staked,
        ),
        claim(
            "stake ends once Bitcoin shows its spend",
            format!("{} of {} sats {}, {} are left", ended.sats, ended.before, ended.standing, ended.after),
            ended.sats > 0 && ended.standing == "ended" && ended.before == ended.after + ended.sats,
        ),
        claim(
            "all power is shown by Bitcoin, none is believed",
            format!("{share}; slashing is by {slashing}"),
            of_all > 0 && of_bitcoin == of_all && on_word == 0,
        ),
    ])
}

/// The first two numbers of a text.
fn numbers(text: &str) -> [u64; 2] {
    let mut found = text.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok());
    [0; 2].map(|_| found.next().unwrap_or_default())
}

fn waiting(stage: &Stage) -> Result<u64, Box<dyn Error>> {
    let health = stage.ask(&json!({ "health": {} }))?;
    Ok(health["staking"]["verified"]["waiting"].as_u64().unwrap_or_default())
}

/// Babylon sees what the miners have, and it is carried here.
fn see(stage: &mut Stage, note: &str) {
    stage.network.link.app.babylon.see_bitcoin(&stage.network.miner);
    stage.relay(note);
}
