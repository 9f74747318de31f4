use devnet::actors::Stake;
use devnet::network::Network;
use serde_json::{Value, json};

use super::{GasError, hooks};

/// Delegations of each finality provider: 5,000 in all.
const EACH: usize = 5;
/// Together so much that the set changes with every portion of it that ends.
const SATS: u64 = 1_000_000_000;
/// They end after so many blocks of Bitcoin.
const BLOCKS: u32 = 200;
const UNBONDING: u32 = 100;
/// Within so many blocks of ours all of it must be gone: a thousand sums, 64 a block.
const GONE_WITHIN: u64 = 16;
/// Then votes for the heights meanwhile are counted.
const AFTERWARDS: u64 = 4;

/// The most expensive hook where all who are registered lose 5,000 delegations at one height of Bitcoin. A thousand finality
/// providers have a thousand sums that end there: the fewer, the less there is to do.
///
/// # Errors
/// [`GasError`] where stake stays for longer than it may, another amount ends, or finality does.
pub(super) fn worst(mut network: Network) -> Result<u64, GasError> {
    let before = total(&network)?;
    let keys: Vec<_> = network.fps.iter().map(|fp| fp.public_key()).collect();
    for key in &keys {
        for _ in 0..EACH {
            let stake = Stake {
                staking_time: BLOCKS + UNBONDING,
                unbonding_time: UNBONDING,
                ..Stake::new(&[*key], SATS)
            };
            network.link.app.babylon.delegate(stake)?;
        }
    }
    while network.link.app.babylon.queued_events(&network.link.app.client) > 0 || queued(&network)? > 0 {
        network.link.relay(&mut network.chain);
        network.step();
    }
    let ending = SATS * (EACH * keys.len()) as u64;
    if total(&network)? != before + ending {
        return Err(format!("{} sats of {ending} arrived", total(&network)? - before).into());
    }

    network.miner.mine_blocks(BLOCKS);
    network.link.app.babylon.see_bitcoin(&network.miner);
    network.link.relay(&mut network.chain);
    let (mut worst, mut blocks) = (0, 0);
    while total(&network)? > before {
        if blocks == GONE_WITHIN {
            return Err(format!("{} sats are left after {blocks} blocks", total(&network)? - before).into());
        }
        worst = worst.max(hooks::most_expensive(&network.step())?);
        blocks += 1;
    }
    let last = network.chain.height();
    worst = worst.max(hooks::most_expensive_of(&network.run(AFTERWARDS)?)?);
    if total(&network)? != before || network.finalized() < last {
        return Err(format!("{} sats, finality at {}", total(&network)?, network.finalized()).into());
    }
    Ok(worst)
}

/// All stake that counts.
fn total(network: &Network) -> Result<u64, GasError> {
    let digest: Value = network.query(&json!({ "state_digest": {} }))?;
    Ok(digest["total_sats"].as_str().ok_or("a digest without a sum")?.parse()?)
}

/// How many items of packets wait for a hook.
fn queued(network: &Network) -> Result<u64, GasError> {
    let health: Value = network.query(&json!({ "health": {} }))?;
    Ok(health["staking"]["queued"].as_u64().ok_or("health without a queue")?)
}
