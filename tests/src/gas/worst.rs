//! The dearest hook in each of the worst cases: 100 active of 1,000 registered finality providers, code not pinned.

use devnet::network::{Network, Setup};
use devnet::{BlockReport, Hook, HookOutcome};
use serde_json::{Value, json};

use super::{GasError, Row};

const SEED: u64 = 11;
const ACTIVE: usize = 100;
const REGISTERED: usize = 1_000;
const AT_ONCE: usize = 50;
const HEIGHTS: u64 = 20_000;
const LOST: u64 = 500;
const LATE: u64 = 9;
const CRUMBS: u64 = 10_000;
const DENOMS: u64 = 10;
const BACKLOG: u64 = 10_000;
/// Within so many blocks a backlog of 10,000 heights must be cleared.
const CLEARED_WITHIN: u64 = 200;
/// Blocks in which what was set off must run its course.
const AFTERWARDS: u64 = 20;
/// A share of stake above two thirds, whatever the others have.
const WHALE: u64 = 1_000_000;

/// Every case; `progress` is told what is next.
///
/// # Errors
/// [`GasError`] where a hook does not take effect, or finality does not come back.
pub fn measure(mut progress: impl FnMut(&str)) -> Result<Vec<Row>, GasError> {
    progress(&format!("worst cases with {ACTIVE} of {REGISTERED} finality providers"));
    let stakes: Vec<u64> = (1..).take(REGISTERED).map(|less| 2_000 - less).collect();
    let network = network(&stakes, |_| LOST + 100, json!({}))?;
    let mut rows = vec![
        Row::new("worst_late_votes", late_votes(network.clone())?),
        Row::new("worst_hooks_lost_500", hooks_lost(network.clone())?),
        Row::new("worst_slash_40_percent", slash(network.clone())?),
    ];
    progress(&format!("{CRUMBS} commitments to one height each"));
    rows.push(Row::new("worst_commitments_10000", crumbs(network)?));
    progress("rewards");
    rows.push(Row::new("worst_reward", rewards(&stakes)?));
    progress(&format!("a backlog of {BACKLOG} blocks"));
    rows.push(Row::new("worst_backlog_10000", backlog()?));
    Ok(rows)
}

fn network(stakes: &[u64], voted_at: impl Fn(usize) -> u64, more: Value) -> Result<Network, GasError> {
    let mut over = json!({ "min_pub_rand": 1, "anchor_retention_s": 2_592_000, "vote_retention": 10 });
    if let (Some(over), Value::Object(more)) = (over.as_object_mut(), more) {
        over.extend(more);
    }
    let mut network = Network::deploy(&Setup::new(SEED, &[]).with(over))?;
    network.chain.unpin_code(1);
    network.open_channel()?;
    for batch in stakes.chunks(AT_ONCE) {
        for stake in batch {
            network.add_fp(SEED, *stake)?;
        }
        network.relay();
        network.chain.next_block();
    }
    let start = network.chain.height() + 1;
    for index in 0..stakes.len() {
        let voted = if index < ACTIVE { start..start + voted_at(index) } else { 0..0 };
        let message = network.fps[index].commit_sparsely(start, HEIGHTS, &voted);
        network.execute(&message)?;
    }
    network.chain.next_blocks(2);
    network.timestamp()?;
    network.chain.next_block();
    network.offline = (ACTIVE..stakes.len()).collect();
    network.run(2)?;
    let height = network.chain.height();
    for index in 0..ACTIVE {
        network.vote(index, height)?;
    }
    Ok(network)
}

/// The dearest hook of a block, all of which must have taken effect.
fn dearest(block: &BlockReport) -> Result<u64, GasError> {
    let costs = Hook::ALL.into_iter().map(|hook| match block.hook(hook) {
        Some(report) if report.outcome == HookOutcome::Done => Ok(report.usage.sdk_gas()),
        other => Err(format!("{hook:?} in block {}: {:?}", block.header.height, other.map(|it| &it.outcome))),
    });
    Ok(costs.collect::<Result<Vec<_>, _>>()?.into_iter().max().unwrap_or_default())
}

fn dearest_of(blocks: &[BlockReport]) -> Result<u64, GasError> {
    let costs = blocks.iter().map(dearest).collect::<Result<Vec<_>, _>>()?;
    Ok(costs.into_iter().max().unwrap_or_default())
}

fn must_be_final(network: &Network, height: u64) -> Result<(), GasError> {
    if network.finalized() < height {
        return Err(format!("finality stands at {} instead of {height}", network.finalized()).into());
    }
    Ok(())
}

/// All vote in one block for all the heights before it.
fn late_votes(mut network: Network) -> Result<u64, GasError> {
    let first = network.chain.height() + 1;
    network.chain.next_blocks(LATE);
    let last = network.chain.height();
    for height in first..=last {
        for index in 0..ACTIVE {
            network.vote(index, height)?;
        }
    }
    let worst = dearest_of(&network.run(AFTERWARDS)?)?;
    must_be_final(&network, last)?;
    Ok(worst)
}

fn hooks_lost(mut network: Network) -> Result<u64, GasError> {
    let first = network.chain.height() + 1;
    network.chain.faults.lose_all(first..first + LOST);
    network.chain.next_blocks(LOST);
    // The block in which the votes above lie had begun: it is no hole, and daemons come back to it.
    for index in 0..ACTIVE {
        network.vote(index, first)?;
    }
    let mut worst = 0;
    for _ in 0..CLEARED_WITHIN {
        worst = worst.max(dearest(&network.step())?);
        if network.finalized() > first + LOST {
            return Ok(worst);
        }
    }
    let status: Value = network.query(&json!({ "health": {} }))?;
    Err(format!("finality stands at {}: {status}", network.finalized()).into())
}

/// Two in five of the power at once, at a height that is not final yet. Nothing is final afterwards that the rest
/// cannot carry, so only the hooks are looked at.
fn slash(mut network: Network) -> Result<u64, GasError> {
    let admin = network.admin.clone();
    let bsn = network.bsn.clone();
    for index in 0..ACTIVE * 2 / 5 {
        let key = network.fps[index].public_key_hex();
        network.chain.execute(&admin, &bsn, &json!({ "slash": { "fp_btc_pk_hex": key } }))?;
    }
    dearest_of(&network.run(AFTERWARDS)?)
}

/// One finality provider cuts its randomness into 10,000 pieces; each has to be found, and each is timestamped.
fn crumbs(mut network: Network) -> Result<u64, GasError> {
    let mut next = network.fps[0].commitments().last().map_or(0, |last| last.end_height() + 1);
    let start = next;
    while next < start + CRUMBS {
        network.commit(0, next, 1)?;
        next += 1;
    }
    network.chain.next_block();
    network.timestamp()?;
    dearest_of(&network.run(AFTERWARDS)?)
}

/// One vote is missing for 10,000 blocks, in which the voter has more than two thirds; then it comes.
fn backlog() -> Result<u64, GasError> {
    let mut stakes = vec![WHALE];
    stakes.extend((1..).take(ACTIVE - 1).map(|less| 2_000 - less));
    let mut network = network(&stakes, |index| if index == 0 { BACKLOG + 1_000 } else { 10 }, json!({}))?;
    let missing = network.chain.height() + 1;
    for _ in 0..BACKLOG {
        network.chain.next_block();
        let height = network.chain.height();
        if height != missing {
            network.vote(0, height)?;
        }
    }
    let last = network.chain.height();
    network.vote(0, missing)?;
    let mut worst = 0;
    for _ in 0..CLEARED_WITHIN {
        worst = worst.max(dearest(&network.chain.next_block())?);
    }
    must_be_final(&network, last)?;
    Ok(worst)
}

/// Ten denoms for all who voted, until all of it has left.
fn rewards(stakes: &[u64]) -> Result<u64, GasError> {
    let denoms: Vec<String> = (0..DENOMS).map(|number| format!("udenom{number}")).collect();
    let more =
        json!({ "reward_denoms": denoms, "reward_interval": AFTERWARDS, "ics20_channel_id": "channel-1" });
    let mut network = network(stakes, |_| LOST, more)?;
    network.open_transfer()?;
    let mut worst = 0;
    for _ in 0..3 * AFTERWARDS + DENOMS {
        denoms.iter().for_each(|denom| network.chain.collect_fees(1_000, denom));
        worst = worst.max(dearest(&network.step())?);
    }
    let books: Value = network.query(&json!({ "rewards": {} }))?;
    let paid = books["handed_over"].as_array().into_iter().flatten();
    match paid.filter(|entry| entry["amount"] != "0").count() {
        all if all == denoms.len() => Ok(worst),
        some => Err(format!("{some} of {DENOMS} denoms were handed over").into()),
    }
}
