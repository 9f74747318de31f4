//! A chain that runs for long with short retention: what it keeps levels off, and a block costs what it cost.
//!
//! Everybody votes at every height, alone or together in one message; commits anew; delegations come, run out and
//! are forgotten; the set's powers change with them; epochs are timestamped. So every table that is swept is in use.

use devnet::Hook;
use devnet::actors::Stake;
use devnet::actors::finality_provider::submit_finality_signatures_at_packed;
use devnet::network::{Network, Setup};
use serde_json::json;
use simulation::flat::{Level, Series};

use crate::chart::{self, Line, Panel, Scale};
use crate::gas::GasError;
use crate::network::{self, Code, distinct_stakes};

const SEED: u64 = 36;
/// Figures are taken over so many blocks: a round of all sweeps.
pub const SAMPLE: u64 = 64;
/// After so many every slot of a vote has been used, a hundred epochs have passed, which is as many as are kept, and
/// what was first kept has been swept.
pub const WARM: u64 = 14 * SAMPLE;
/// No more than two in a hundred.
const LEVEL: Level = Level { warm: WARM, per_mille: 20, slack: 0 };
/// For how many heights each commits at a time.
const COMMITTED: u64 = 128;
/// So many blocks before its last value it commits again: a timestamp must come in between.
const AHEAD: u64 = 40;
/// Every how many blocks an epoch is timestamped, which moves Bitcoin on as well.
const EPOCH: u64 = 8;
/// Blocks of Bitcoin until a delegation's power ends, and then until it is over.
const STAKED: u32 = 20;
/// In one block of four all votes come in one message.
const TOGETHER: u64 = 4;

/// What some blocks came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sample {
    /// The last of the blocks, counted from the first that was run.
    pub block: u64,
    /// What `bsn` keeps after it, keys and values.
    pub bytes: u64,
    /// How many entries that is.
    pub entries: u64,
    /// SDK gas of a block's three hooks, on average.
    pub hooks: u64,
    /// SDK gas of a block's votes, on average.
    pub votes: u64,
}

/// One of its figures.
type Figure = fn(&Sample) -> u64;

/// Runs so many blocks, in full samples; `progress` is told of each.
///
/// # Errors
/// [`GasError`] where a vote is refused, or finality falls behind.
pub fn run(fps: usize, blocks: u64, mut progress: impl FnMut(&Sample)) -> Result<Vec<Sample>, GasError> {
    let over = json!({ "vote_retention": 10, "vote_window": 3, "anchor_retention_s": 60 });
    let setup = Setup { randomness: COMMITTED, ..Setup::new(SEED, &distinct_stakes(fps)).with(over) };
    let mut network = network::build(&setup, Code::Pinned, |_| COMMITTED)?;
    let mut samples = Vec::new();
    for number in 1..=blocks / SAMPLE {
        let mut sample = Sample { block: number * SAMPLE, ..Sample::default() };
        for block in 0..SAMPLE {
            let [hooks, votes] = one(&mut network, number * SAMPLE + block)?;
            sample.hooks += hooks;
            sample.votes += votes;
        }
        let size = network.chain.state_size(&network.bsn);
        sample = Sample {
            bytes: size.bytes,
            entries: size.entries as u64,
            hooks: sample.hooks / SAMPLE,
            votes: sample.votes / SAMPLE,
            ..sample
        };
        progress(&sample);
        samples.push(sample);
    }
    Ok(samples)
}

/// One block, and what else happens in it; the gas of its hooks and of its votes.
fn one(network: &mut Network, number: u64) -> Result<[u64; 2], GasError> {
    commit(network)?;
    let fp = network.fps[usize::try_from(number)? % network.fps.len()].public_key();
    if number.is_multiple_of(EPOCH / 2) {
        let stake =
            Stake { staking_time: 2 * STAKED, unbonding_time: STAKED, ..Stake::new(&[fp], 1_000_000) };
        network.link.app.babylon.delegate(stake)?;
        network.link.relay(&mut network.chain);
    }
    if number.is_multiple_of(EPOCH) {
        let height = network.chain.height();
        let header = network.chain.header(height).ok_or("no header")?;
        let (app_hash, client) = (network.app_hash(height), network.link.app.client.clone());
        let app = &mut network.link.app;
        app.babylon.record_header(&client, height, &app_hash, header.time.nanos())?;
        let packets = app.babylon.timestamp(&mut network.miner)?;
        app.packets.extend(packets.into_iter().filter(|(to, _)| *to == client).map(|(_, data)| data));
        network.link.relay(&mut network.chain);
    }
    let votes = vote(network, number.is_multiple_of(TOGETHER))?;
    let height = network.chain.height();
    let block = network.chain.next_block();
    if network.finalized() < height {
        return Err(format!("finality stands at {} after {height}", network.finalized()).into());
    }
    let hooks = Hook::ALL.into_iter().filter_map(|hook| block.hook(hook)).map(|hook| hook.usage.sdk_gas());
    Ok([hooks.sum(), votes])
}

/// Whose randomness ends soon commits to more.
fn commit(network: &mut Network) -> Result<(), GasError> {
    for index in 0..network.fps.len() {
        let end = network.fps[index].commitments().last().map_or(0, |last| last.end_height());
        if end < network.chain.height() + AHEAD {
            network.commit(index, end + 1, COMMITTED)?;
        }
    }
    Ok(())
}

fn vote(network: &mut Network, together: bool) -> Result<u64, GasError> {
    let height = network.chain.height();
    if !together {
        let votes = (0..network.fps.len()).map(|index| Ok(network.vote(index, height)?.usage.sdk_gas()));
        return votes.sum();
    }
    let hash = network.app_hash(height);
    let entries: Vec<_> =
        network.fps.iter().map(|fp| fp.vote_entry_packed(height, &hash)).collect::<Result<_, _>>()?;
    let message = submit_finality_signatures_at_packed(height, &hash, &entries);
    Ok(network.execute(&message)?.usage.sdk_gas())
}

/// What has not levelled off.
pub fn complaints(samples: &[Sample]) -> Vec<String> {
    let figures: [(&str, Figure); 4] = [
        ("bytes", |sample| sample.bytes),
        ("entries", |sample| sample.entries),
        ("gas of hooks", |sample| sample.hooks),
        ("gas of votes", |sample| sample.votes),
    ];
    let series = figures.map(|(name, figure)| Series { name: name.into(), points: points(samples, figure) });
    LEVEL.complaints(&series)
}

fn points(samples: &[Sample], figure: Figure) -> Vec<(u64, u64)> {
    samples.iter().map(|sample| (sample.block, figure(sample))).collect()
}

/// The size and the gas, block by block.
pub fn picture(samples: &[Sample]) -> String {
    let line = |name: &str, figure: Figure| Line { name: name.into(), points: points(samples, figure) };
    let panel = |title: &str, lines| Panel {
        title: title.into(),
        across: "blocks".into(),
        x: Scale::Linear,
        y: Scale::Linear,
        lines,
    };
    chart::svg(&[
        panel("what bsn keeps, bytes", vec![line("keys and values", |sample| sample.bytes)]),
        panel(
            "SDK gas of a block",
            vec![line("its votes", |sample| sample.votes), line("its three hooks", |sample| sample.hooks)],
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_named_and_a_level_is_not() {
        let samples = |grows_by: u64| -> Vec<Sample> {
            let sample = |number| Sample {
                block: number * SAMPLE,
                bytes: 10_000 + number * grows_by,
                entries: 100,
                hooks: 50_000,
                votes: 60_000,
            };
            (1..=30).map(sample).collect()
        };
        assert!(complaints(&samples(0)).is_empty());
        assert_eq!(complaints(&samples(50)), ["bytes: 11100 at block 1408, then 11500 at block 1920"]);
    }
}
