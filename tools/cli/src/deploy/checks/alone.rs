//! A chain without Babylon.

use api::bsn::Network;

use super::link::NO_NETWORK;
use super::{Check, Given, fail, link, ok, warning};
use crate::deploy::message::network_word;
use crate::deploy::show::{seconds, thousands};

const DAY: u64 = 86_400;

pub fn checks(given: Given<'_>) -> Vec<Check> {
    let mut rows = vec![network(given), no_babylon(given), link::own_depths(given)];
    // Nobody can change it any more once the contract is there.
    rows.extend((!given.is_there).then(|| begins(given)));
    rows
}

fn network(given: Given<'_>) -> Check {
    match given.file.bsn.network {
        None => fail("network", NO_NETWORK),
        Some(network) => ok("network", network_word(network)),
    }
}

/// What belongs to a chain with Babylon.
fn no_babylon(given: Given<'_>) -> Check {
    let name = "Babylon";
    match &given.file.bsn.ics20_channel {
        Some(channel) => fail(
            name,
            format!(
                "there is none, but `bsn.ics20_channel` is {channel}: rewards would have nobody to go to"
            ),
        ),
        None if !given.file.babylon.node.is_empty() => {
            warning(name, "there is none: the nodes in `babylon.node` are not asked")
        }
        None => ok(name, "none: Bitcoin alone"),
    }
}

/// Randomness counts by the admin's word before finality begins, and hardly ever after.
fn begins(given: Given<'_>) -> Check {
    let (name, now) = ("first height of finality", given.chain.height);
    let needs = "finality providers must register, stake and commit, and the admin name their first commitments (bootstrap), before it";
    let set = given.file.bsn.knobs.get("finality_activation_height").and_then(serde_json::Value::as_u64);
    let Some(height) = set.filter(|height| *height > now) else {
        let said =
            set.map_or_else(|| "not set".to_owned(), |height| format!("{} has passed", thousands(height)));
        return fail(
            name,
            format!(
                "{said}: set `bsn.knobs.finality_activation_height` to one above {}; {needs}",
                thousands(now)
            ),
        );
    };
    let Some(block_ms) = given.chain.block_ms else {
        return ok(name, format!("{}: {needs}", thousands(height)));
    };
    let (left, voting) = ((height - now).saturating_mul(block_ms) / 1_000, given.chain.gov.voting_s);
    let said = format!("{}, in {}", thousands(height), seconds(left));
    let is_live = given.file.bsn.network != Some(Network::Regtest);
    // Two votes of governance: on this deployment, and on the first commitments.
    if is_live && left < 2 * voting + DAY {
        return warning(
            name,
            format!("{said}: two votes and a day are {}; {needs}", seconds(2 * voting + DAY)),
        );
    }
    ok(name, format!("{said}: {needs}"))
}
