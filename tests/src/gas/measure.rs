use devnet::network::{Network, Setup};
use devnet::{BlockReport, gas::Usage};

use super::hooks::{begin, end};
use super::{GasError, Row, bitcoin, rewards, ways};
use crate::network::{self, Code, distinct_stakes};

const SEED: u64 = 7;
const SETS: [usize; 4] = [1, 10, 60, 100];
const ACTIVE: usize = 100;
const REGISTERED: usize = 1_000;
const FEW_HEIGHTS: u64 = 400;
const MANY_HEIGHTS: u64 = 10_000;
/// After so many voted blocks set, cursor and liveness are settled, and no vote is old enough to be deleted.
const YOUNG_BLOCKS: u64 = 5;
/// After so many more votes are written over old ones, as in the rest of a chain's life.
const OLD_BLOCKS: u64 = 270;
/// What daemons commit to. So many of those are voted at here.
const DAEMON_HEIGHTS: u64 = 50_000;
const VOTED_HEIGHTS: u64 = 500;

/// Measures every row, in the order of the table; `progress` is told what is next.
///
/// # Errors
/// [`GasError`] where the network does not start, a hook fails, or a block is not finalized as expected.
pub fn measure(mut progress: impl FnMut(&str)) -> Result<Vec<Row>, GasError> {
    progress("transactions");
    let mut rows = transactions()?;
    progress("messages of many votes");
    rows.extend(super::batched::batched(SEED)?);
    progress("a dApp that asks");
    rows.extend(super::dapp::measure(SEED)?);
    let (mut begins, mut ends, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for count in SETS {
        progress(&format!("blocks with {count} finality providers"));
        let mut network = daemons(count)?;
        let block = voted_block(&mut network, count, YOUNG_BLOCKS)?;
        begins.push(Row::new(format!("begin_block_{count}"), begin(&block)?));
        ends.push(Row::new(format!("end_block_{count}"), end(&block)?));
        if count == ACTIVE {
            let look = bitcoin_block(&mut network)?;
            let [at, range] = [ways::at(&mut network)?, ways::range(&mut network)?];
            let block = voted_block(&mut network, count, OLD_BLOCKS)?;
            let sum = begin(&block)? + end(&block)? + block.tx_usage.sdk_gas();
            whole.push(Row::new(format!("end_block_{count}_old"), end(&block)?));
            whole.push(Row::new(format!("end_block_{count}_bitcoin"), end(&look)?));
            whole.push(Row::new(format!("finalized_block_{count}"), sum));
            whole.push(Row::new(format!("finalized_block_{count}_at"), at));
            whole.push(Row::new(format!("finalized_block_{count}_range"), range));
        }
    }
    progress(&format!("blocks with {ACTIVE} of {REGISTERED} finality providers"));
    let block = voted_block(&mut voting(REGISTERED, ACTIVE)?, ACTIVE, YOUNG_BLOCKS)?;
    begins.push(Row::new(format!("begin_block_{ACTIVE}_of_{REGISTERED}"), begin(&block)?));
    progress("headers of bitcoin");
    rows.extend(bitcoin::headers()?);
    progress("stake that is verified");
    rows.append(&mut super::stakes::measure()?);
    progress("the grid");
    rows.append(&mut super::grid::measure()?);
    progress("a chain without Babylon");
    rows.append(&mut super::alone::measure()?);
    progress("staking packets");
    rows.append(&mut super::packets::measure()?);
    progress(&format!("rewards for {ACTIVE} finality providers"));
    let reward = rewards::most_expensive(few(&distinct_stakes(ACTIVE)), Code::Pinned, |_| FEW_HEIGHTS)?;
    whole.push(Row::new(format!("reward_{ACTIVE}_fps"), reward));
    rows.append(&mut begins);
    rows.append(&mut ends);
    rows.append(&mut whole);
    progress("backlogs of votes by all");
    rows.append(&mut super::backlog::measure()?);
    rows.append(&mut super::worst::measure(progress)?);
    Ok(rows)
}

/// A vote with the longest proof that a finality provider's default gives, the same with a bad signature,
/// and a commitment that follows another.
fn transactions() -> Result<Vec<Row>, GasError> {
    let mut network = Network::start(Setup { randomness: MANY_HEIGHTS, ..setup(&distinct_stakes(2)) })?;
    network.run(YOUNG_BLOCKS)?;
    let height = network.chain.height();

    let other = network.fps[0].vote(height, &network.app_hash(height - 1))?;
    let mut bad = network.fps[0].vote(height, &network.app_hash(height))?;
    bad["submit_finality_signature"]["signature"] = other["submit_finality_signature"]["signature"].clone();
    let Err(refused) = network.execute(&bad) else {
        return Err("a vote with a bad signature was accepted".into());
    };
    if !refused.to_string().contains("signature") {
        return Err(format!("the bad signature was refused for another reason: {refused}").into());
    }

    // The first vote at a height and the last, which brings the quorum, may cost differently.
    let votes = [network.vote(0, height)?.usage, network.vote(1, height)?.usage];
    let vote = votes.iter().map(Usage::sdk_gas).max().unwrap_or_default();
    let next = network.fps[0].commitments().last().map_or(0, |last| last.end_height() + 1);
    let commit = network.commit(0, next, FEW_HEIGHTS)?.usage;
    Ok(vec![
        Row::new("vote", vote),
        Row::new("vote_bad_signature", refused.usage.sdk_gas()),
        Row::new("commit_randomness", commit.sdk_gas()),
    ])
}

/// Votes are kept as briefly as allowed: what a block deletes is the same, only sooner.
fn setup(stakes: &[u64]) -> Setup {
    Setup::new(SEED, stakes).with(serde_json::json!({ "vote_retention": 10 }))
}

/// The same with randomness for a few heights.
fn few(stakes: &[u64]) -> Setup {
    Setup { randomness: FEW_HEIGHTS, ..setup(stakes) }
}

/// All vote, with proofs as long as a daemon's.
fn daemons(count: usize) -> Result<Network, GasError> {
    let setup = Setup { randomness: DAEMON_HEIGHTS, ..setup(&distinct_stakes(count)) };
    Ok(network::build(&setup, Code::Pinned, |_| VOTED_HEIGHTS)?)
}

/// All could vote, the `active` with the most stake may and do.
fn voting(registered: usize, active: usize) -> Result<Network, GasError> {
    let voted = |index| if index < active { FEW_HEIGHTS } else { 0 };
    Ok(network::build(&few(&distinct_stakes(registered)), Code::Pinned, voted)?)
}

/// Every tenth block the hook looks at the light client's tip.
const LOOK_EVERY: u64 = 10;

/// The next block whose hook looks at Bitcoin and finds nothing new.
fn bitcoin_block(network: &mut Network) -> Result<BlockReport, GasError> {
    loop {
        let block = network.step();
        if block.header.height.is_multiple_of(LOOK_EVERY) {
            return Ok(block);
        }
    }
}

/// The block after `blocks` others: everybody in the set votes, one height is finalized, nothing else changes, and
/// nobody looks at Bitcoin.
fn voted_block(network: &mut Network, active: usize, blocks: u64) -> Result<BlockReport, GasError> {
    network.run(blocks)?;
    if (network.chain.height() + 1).is_multiple_of(LOOK_EVERY) {
        network.run(1)?;
    }
    let (before, height) = (network.finalized(), network.chain.height());
    let block = network.step();
    let query = serde_json::json!({ "votes": { "height": height } });
    let votes: serde_json::Value = network.query(&query)?;
    let voted = votes["btc_pks"].as_array().map_or(0, Vec::len);
    if voted != active {
        return Err(format!("{voted} of {active} votes at height {height} were counted").into());
    }
    let query = serde_json::json!({ "active_finality_providers": { "height": height } });
    let set: serde_json::Value = network.query(&query)?;
    let members = set["active_finality_providers"].as_object().map_or(0, serde_json::Map::len);
    if members != active {
        return Err(format!("{members} instead of {active} are in the set at height {height}").into());
    }
    if (before + 1, height) != (network.finalized(), network.finalized()) {
        let after = network.finalized();
        return Err(format!("the block after {height} took finality from {before} to {after}").into());
    }
    Ok(block)
}
