//! A chain without Babylon.

use api::bsn::Network;

use super::link::NO_NETWORK;
use super::{Check, Given, fail, link, ok, warning};
use crate::deploy::message::network_word;
use crate::deploy::plan::deposit;
use crate::deploy::show::{seconds, thousands};

const DAY: u64 = 86_400;

pub fn checks(given: Given<'_>) -> Vec<Check> {
    let mut rows = vec![network(given), no_babylon(given), link::own_depths(given)];
    // Once the contract is there, it is for the admin to move.
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
    let left = (height - now).saturating_mul(block_ms) / 1_000;
    let said = format!("{}, in {}", thousands(height), seconds(left));
    if given.file.bsn.network == Some(Network::Regtest) {
        return ok(name, format!("{said}: {needs}"));
    }
    // With --split a proposal comes after the other; another vote is that on the first commitments.
    let votes = if given.way.split { given.artifacts.values().count() as u64 + 1 } else { 1 };
    let deployed = deposit(given.way, given.chain).1.saturating_mul(votes);
    if left < deployed {
        let voted = seconds(deployed);
        return fail(name, format!("{said}: before that this deployment is voted on for {voted}; {needs}"));
    }
    let least = deployed.saturating_add(given.chain.gov.voting_s).saturating_add(DAY);
    if left < least {
        let votes = if votes == 1 { "two".to_owned() } else { (votes + 1).to_string() };
        return warning(name, format!("{said}: {votes} votes and a day are {}; {needs}", seconds(least)));
    }
    ok(name, format!("{said}: {needs}"))
}
