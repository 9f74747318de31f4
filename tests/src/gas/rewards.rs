use devnet::network::Setup;
use serde_json::{Value, json};

use super::{GasError, hooks};
use crate::network::{self, Code};

const DENOMS: u64 = 10;
const PERIOD: u64 = 20;
/// So long as that a payout is through before the next.
const PERIODS: u64 = 3;

/// The dearest hook where fees of ten denoms are shared out among all who voted, until all that is owed has left.
///
/// # Errors
/// [`GasError`] where a denom was not handed over.
pub(super) fn dearest(setup: Setup, code: Code, voted: impl Fn(usize) -> u64) -> Result<u64, GasError> {
    let denoms: Vec<String> = (0..DENOMS).map(|number| format!("udenom{number}")).collect();
    let rewards =
        json!({ "reward_denoms": denoms, "reward_interval": PERIOD, "ics20_channel_id": "channel-1" });
    let mut network = network::build(&laid_over(setup, &rewards), code, voted)?;
    network.open_transfer()?;
    let mut dearest = 0;
    for _ in 0..PERIODS * PERIOD + DENOMS {
        denoms.iter().for_each(|denom| network.chain.collect_fees(1_000, denom));
        dearest = dearest.max(hooks::dearest(&network.step())?);
    }
    let books: Value = network.query(&json!({ "rewards": {} }))?;
    let paid = books["handed_over"].as_array().into_iter().flatten();
    match paid.filter(|entry| entry["amount"] != "0").count() {
        all if all == denoms.len() => Ok(dearest),
        some => Err(format!("{some} of {DENOMS} denoms were handed over").into()),
    }
}

/// A setup with more fields laid over the instantiate message.
fn laid_over(mut setup: Setup, more: &Value) -> Setup {
    if let (Some(fields), Some(more)) = (setup.instantiate.as_object_mut(), more.as_object()) {
        fields.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    setup
}
