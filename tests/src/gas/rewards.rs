use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::{GasError, hooks};
use crate::network::{self, Code};

const DENOMS: u64 = 10;
const PERIOD: u64 = 20;
/// So long as that a payout is through before the next.
const PERIODS: u64 = 3;

/// The most expensive hook where fees of ten denoms are shared out among all who voted, until all that is owed has left.
///
/// # Errors
/// [`GasError`] where a denom was not handed over.
pub(super) fn most_expensive(
    setup: Setup,
    code: Code,
    voted: impl Fn(usize) -> u64,
) -> Result<u64, GasError> {
    let denoms: Vec<String> = (0..DENOMS).map(|number| format!("udenom{number}")).collect();
    let rewards =
        json!({ "reward_denoms": denoms, "reward_interval": PERIOD, "ics20_channel_id": "channel-1" });
    let mut network = network::build(&laid_over(setup, &rewards), code, voted)?;
    network.open_transfer()?;
    let mut most_expensive = 0;
    for _ in 0..PERIODS * PERIOD + DENOMS {
        denoms.iter().for_each(|denom| network.chain.collect_fees(1_000, denom));
        most_expensive = most_expensive.max(hooks::most_expensive(&network.step())?);
    }
    match handed(&network, "handed_over")? {
        all if all == denoms.len() => Ok(most_expensive),
        some => Err(format!("{some} of {DENOMS} denoms were handed over").into()),
    }
}

/// How many denoms may be shared out, at most, and among how many FPs a period's fees.
const DENOMS_MAX: u64 = 16;
const FPS_MAX: usize = 200;
/// So many blocks of a payout are measured in groups of one, of ten, and of all.
const BLOCKS: u64 = 12;

/// The most expensive hook of payouts at the largest values that the configuration admits: 16 denoms of 128 letters, 200 FPs, code not pinned,
/// groups of one FP, of ten and of all. At first the chain takes no transfer: each is answered, and owed again.
///
/// # Errors
/// [`GasError`] where a denom was not handed over in the end.
pub(super) fn worst(seed: u64) -> Result<u64, GasError> {
    let denoms = most_denoms();
    let over = json!({
        "reward_denoms": denoms, "reward_interval": PERIOD, "reward_group": 1, "ics20_channel_id": "channel-1",
        "max_active_finality_providers": FPS_MAX, "min_pub_rand": 1, "burn_slashed_rewards": true,
    });
    let setup =
        Setup { randomness: 1_000, ..Setup::new(seed, &network::distinct_stakes(FPS_MAX)).with(over) };
    let mut network = network::build(&setup, Code::Unpinned, |_| 1_000)?;
    let mut most_expensive = 0;
    while handed(&network, "owed")? < denoms.len() {
        denoms.iter().for_each(|denom| network.chain.collect_fees(1_000_000_000_000, denom));
        most_expensive = most_expensive.max(hooks::most_expensive(&network.step())?);
    }
    most_expensive = most_expensive.max(hooks::most_expensive_of(&network.run(3)?)?);
    network.open_transfer()?;
    let (bsn, admin) = (network.bsn.clone(), network.admin.clone());
    for group in [1, 10, 256] {
        // The next period ends when all of this one is out.
        let change = json!({ "update_config": { "reward_group": group, "reward_interval": 1_000_000 } });
        network.chain.execute(&admin, &bsn, &change)?;
        for _ in 0..BLOCKS {
            most_expensive = most_expensive.max(hooks::most_expensive(&network.chain.next_block())?);
        }
    }
    match handed(&network, "handed_over")? {
        all if all == denoms.len() => Ok(most_expensive),
        some => Err(format!("{some} of {DENOMS_MAX} denoms were handed over").into()),
    }
}

/// As many denoms as the configuration admits, of as many letters.
pub(super) fn most_denoms() -> Vec<String> {
    (0..DENOMS_MAX).map(|number| format!("u{number:0127}")).collect()
}

/// How many denoms have something in a part of the books.
pub(super) fn handed(network: &Network, part: &str) -> Result<usize, GasError> {
    let books: Value = network.query(&json!({ "rewards": {} }))?;
    let entries = books[part].as_array().into_iter().flatten();
    Ok(entries.filter(|entry| entry["amount"] != "0").count())
}

/// A setup with more fields merged into the instantiate message.
fn laid_over(mut setup: Setup, more: &Value) -> Setup {
    if let (Some(fields), Some(more)) = (setup.instantiate.as_object_mut(), more.as_object()) {
        fields.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    setup
}
