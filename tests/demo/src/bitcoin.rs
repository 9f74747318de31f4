//! What happens in Bitcoin meanwhile: blocks, a header without work, and a reorganization that drops a checkpoint.

use std::error::Error;

use proto::zoneconcierge::{BtcHeaders, outbound_packet::Packet};
use serde_json::{Value, json};

use crate::claims::{Claim, claim};
use crate::stage::Stage;

/// How many blocks are mined before anything happens to them.
const BLOCKS: u32 = 6;
/// How many blocks are lost with the checkpoint, and how many come instead.
const LOST: u32 = 4;

/// How many headers are sent at a time.
const RECENT: u32 = 30;

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct BitcoinTold {
    /// The light client's tip before and after the header without work, and how often it refused by then.
    pub forged: (u64, u64, u64),
    /// The hash of a block that the reorganization dropped, as it is shown.
    pub lost: String,
    /// Timestamped height, last epoch and checkpoints that wait: before, without the checkpoint, and with it again.
    pub standings: [(u64, u64, u64); 3],
    /// The height that the checkpoint timestamps.
    pub height: u64,
}

/// Mines, lies, and reorganizes.
pub fn tell(stage: &mut Stage) -> Result<BitcoinTold, Box<dyn Error>> {
    let mut told = BitcoinTold::default();
    stage.network.miner.mine_blocks(BLOCKS);
    see(stage, "bitcoin is mined")?;

    told.forged.0 = tip(stage)?;
    let forged = stage.network.miner.forge_without_work();
    stage.network.queue(Packet::BtcHeaders(BtcHeaders { headers: vec![forged] }));
    carry(stage, "somebody sends a header without work")?;
    told.forged.1 = tip(stage)?;
    told.forged.2 = number(&stage.ask(&json!({ "health": {} }))?["bitcoin"]["refused"]);

    told.standings[0] = standing(stage)?;
    let epoch = stage.network.link.app.babylon.epoch();
    let mut timestamp = stage.network.next_timestamp()?;
    timestamp.btc_headers = None;
    told.height = timestamp.header.as_ref().map_or(0, |header| header.height);
    see(stage, "babylon writes a checkpoint into bitcoin")?;
    told.lost = shown(&stage.network.miner.tip().hash);
    stage.network.miner.reorg(LOST, LOST + 2);
    see(stage, "a reorganization drops the checkpoint")?;
    stage.network.queue(Packet::BtcTimestamp(Box::new(timestamp.clone())));
    carry(stage, "babylon's word for it does not do")?;
    told.standings[1] = standing(stage)?;

    stage.network.resubmit_checkpoint(epoch, &mut timestamp)?;
    stage.network.miner.mine_blocks(2);
    see(stage, "the checkpoint is in bitcoin again")?;
    stage.network.queue(Packet::BtcTimestamp(Box::new(timestamp)));
    carry(stage, "the checkpoint is deep enough")?;
    told.standings[2] = standing(stage)?;
    Ok(told)
}

/// What is claimed of it.
pub fn check(stage: &Stage, told: &BitcoinTold) -> Result<Vec<Claim>, Box<dyn Error>> {
    let ours: Value = stage.network.ask_bitcoin(&json!({ "btc_tip_header": {} }))?;
    let (height, theirs) = (number(&ours["height"]), &stage.network.miner.tip());
    let stale =
        stage.network.ask_bitcoin::<Value>(&json!({ "btc_header_by_hash": { "hash": told.lost } })).is_ok();
    let (before, after, refused) = told.forged;
    let [first, without, with] = told.standings;
    Ok(vec![
        claim(
            "the light client follows the most work of bitcoin",
            format!("height {height} after a reorganization of {LOST} blocks, nothing stale"),
            ours["hash"] == shown(&theirs.hash) && height == u64::from(theirs.height) && !stale,
        ),
        claim(
            "a header without work moves nothing",
            format!("{refused} refused, the tip stayed at {after}"),
            refused == 1 && before == after && before > 0,
        ),
        claim(
            "a checkpoint dropped from bitcoin does not count",
            format!(
                "height {} stayed, {} waited; back in bitcoin it timestamps {}",
                without.0, without.2, with.0
            ),
            (without.0, without.1, without.2) == (first.0, first.1, 1)
                && with == (told.height, first.1 + 1, 0)
                && with.0 > first.0,
        ),
    ])
}

/// Babylon sees what the miners have, and the last headers are carried. Of itself it would send no more than it
/// thinks is missing here, and it does not know which of its packets somebody holds back.
fn see(stage: &mut Stage, note: &str) -> Result<(), Box<dyn Error>> {
    let network = &mut stage.network;
    network.link.app.babylon.see_bitcoin(&network.miner);
    let tip = network.miner.tip_height();
    let headers = network.miner.headers(tip.saturating_sub(RECENT), tip);
    network.queue(Packet::BtcHeaders(BtcHeaders { headers }));
    carry(stage, note)
}

/// One block in which everybody votes and what waits is carried.
fn carry(stage: &mut Stage, note: &str) -> Result<(), Box<dyn Error>> {
    stage.vote_all()?;
    stage.relay(note);
    Ok(())
}

fn tip(stage: &Stage) -> Result<u64, Box<dyn Error>> {
    Ok(number(&stage.ask(&json!({ "health": {} }))?["bitcoin"]["tip_height"]))
}

fn standing(stage: &Stage) -> Result<(u64, u64, u64), Box<dyn Error>> {
    let is = &stage.ask(&json!({ "health": {} }))?["timestamps"];
    Ok((number(&is["height"]), number(&is["epoch"]), number(&is["waiting"])))
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn shown(hash: &[u8; 32]) -> String {
    hash.iter().rev().map(|byte| format!("{byte:02x}")).collect()
}
