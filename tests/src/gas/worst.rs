//! The most expensive hook in each of the worst cases: 100 active of 1,000 registered finality providers, code not pinned.

use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::hooks::{most_expensive, most_expensive_of};
use super::{GasError, Row, catch_up, expiry, rewards};
use crate::network::{self, Code, distinct_stakes};

const SEED: u64 = 11;
const ACTIVE: usize = 100;
const REGISTERED: usize = 1_000;
const HEIGHTS: u64 = 20_000;
const LOST: u64 = 500;
const LATE: u64 = 9;
const COMMITMENTS: u64 = 10_000;
const BACKLOG: u64 = 10_000;
/// Within so many blocks a backlog of 10,000 heights must be cleared.
const CLEARED_WITHIN: u64 = 26;
const SETTLING: u64 = 200;
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
    let setup = setup(&distinct_stakes(REGISTERED));
    let network = voting(&setup, |_| LOST + 100)?;
    let mut rows = vec![
        Row::new("worst_late_votes", late_votes(network.clone())?),
        Row::new("worst_hooks_lost_500", hooks_lost(network.clone())?),
        Row::new("worst_slash_40_percent", slash(network.clone())?),
        Row::new("worst_expiry_5000", expiry::worst(network.clone())?),
    ];
    progress(&format!("{COMMITMENTS} commitments to one height each"));
    rows.push(Row::new("worst_commitments_10000", many_commitments(network)?));
    progress("rewards");
    rows.push(Row::new(
        "worst_reward",
        rewards::most_expensive(setup, Code::Unpinned, |index| if index < ACTIVE { LOST } else { 0 })?,
    ));
    progress("rewards at the largest values");
    rows.push(Row::new("worst_reward_200", rewards::worst(SEED)?));
    progress(&format!("a backlog of {BACKLOG} blocks"));
    rows.push(Row::new("worst_backlog_10000", backlog()?));
    rows.extend(catch_up::measure(progress)?);
    Ok(rows)
}

/// Votes are kept as briefly as allowed, so that hooks have them to delete too.
fn setup(stakes: &[u64]) -> Setup {
    let over = json!({ "min_pub_rand": 1, "anchor_retention_s": 2_592_000, "vote_retention": 10, "resume_delay": 10 });
    Setup { randomness: HEIGHTS, ..Setup::new(SEED, stakes).with(over) }
}

/// A network that has begun to vote.
fn voting(setup: &Setup, voted: impl Fn(usize) -> u64) -> Result<Network, GasError> {
    let voted = |index| if index < ACTIVE { voted(index) } else { 0 };
    let mut network = network::build(setup, Code::Unpinned, voted)?;
    network.run(2)?;
    let height = network.chain.height();
    for index in 0..ACTIVE {
        network.vote(index, height)?;
    }
    Ok(network)
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
    let worst = most_expensive_of(&network.run(AFTERWARDS)?)?;
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
        worst = worst.max(most_expensive(&network.step())?);
        if network.finalized() > first + LOST {
            return Ok(worst);
        }
    }
    let status: Value = network.query(&json!({ "health": {} }))?;
    Err(format!("finality stands at {}: {status}", network.finalized()).into())
}

/// Two in five of the power at once, at a height that is not final yet, and those who take their places do not vote:
/// finality waits until governance leaves them out.
fn slash(mut network: Network) -> Result<u64, GasError> {
    let admin = network.admin.clone();
    let bsn = network.bsn.clone();
    let slashed: Vec<_> = (0..ACTIVE * 2 / 5).map(|index| network.fps[index].public_key_hex()).collect();
    for key in &slashed {
        network.chain.execute(&admin, &bsn, &json!({ "slash": { "fp_btc_pk_hex": key } }))?;
    }
    let worst = most_expensive_of(&network.run(AFTERWARDS)?)?;

    let halting = waiting_for(&network)?;
    let query = json!({ "active_finality_providers": { "height": network.chain.height() } });
    let active: Value = network.query(&query)?;
    let silent = network.offline.iter().map(|index| network.fps[*index].public_key_hex());
    let silent = silent.filter(|key| active["active_finality_providers"].get(key).is_some());
    let silent: Vec<_> = silent.chain(slashed).collect();
    let resume = json!({ "halting_height": halting, "fp_pubkeys_hex": silent });
    let report = network.chain.execute(&admin, &bsn, &json!({ "resume_finality": resume }))?;
    let worst = worst.max(most_expensive_of(&network.run(AFTERWARDS)?)?);
    if waiting_for(&network)? != report.height + 1 {
        return Err(format!("finality waits for {} after {report:?}", waiting_for(&network)?).into());
    }
    Ok(worst)
}

fn waiting_for(network: &Network) -> Result<u64, GasError> {
    let health: Value = network.query(&json!({ "health": {} }))?;
    Ok(health["finality"]["waiting_for"]["height"].as_u64().ok_or("finality waits for nothing")?)
}

/// One finality provider cuts its randomness into 10,000 pieces; each has to be found, and each is timestamped.
fn many_commitments(mut network: Network) -> Result<u64, GasError> {
    let mut next = network.fps[0].commitments().last().map_or(0, |last| last.end_height() + 1);
    let start = next;
    while next < start + COMMITMENTS {
        network.commit(0, next, 1)?;
        next += 1;
    }
    network.chain.next_block();
    network.timestamp()?;
    most_expensive_of(&network.run(AFTERWARDS)?)
}

/// One vote is missing for 10,000 blocks, in which the voter has more than two thirds; then it comes.
fn backlog() -> Result<u64, GasError> {
    let mut stakes = vec![WHALE];
    stakes.extend(distinct_stakes(ACTIVE - 1));
    let mut network = voting(&setup(&stakes), |index| if index == 0 { BACKLOG + 1_000 } else { 10 })?;
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
    let (mut worst, mut blocks) = (0, 0);
    while network.finalized() < last {
        let before = network.finalized();
        worst = worst.max(most_expensive(&network.chain.next_block())?);
        blocks += 1;
        if network.finalized() == before || blocks > CLEARED_WITHIN {
            return Err(format!("finality stands at {before} after {blocks} blocks").into());
        }
    }
    // What was passed is settled and forgotten in many more, each with a little to do.
    Ok(worst.max(most_expensive_of(&network.chain.next_blocks(SETTLING))?))
}
