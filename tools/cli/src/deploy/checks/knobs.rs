//! The knobs of the contract.

use api::bsn::{InstantiateMsg, Network};
use finality::params::{OutOfBounds, Params};
use serde_json::json;

use super::{Check, Given, fail, ok, warning};
use crate::deploy::show::seconds;

/// Between two blocks of Bitcoin, in seconds.
const BITCOIN: u64 = 600;
/// For how many seconds a block of w anchors are kept at least, for how many in all, and how long before a move is announced: what the contract
/// takes on live networks.
const DEEP: u64 = 3 * BITCOIN;
const RETENTION_FLOOR: u64 = 2 * 86_400;
const REBIND_DELAY_FLOOR: u64 = 86_400;
/// An epoch of Babylon takes about an hour.
const EPOCH: u64 = 3_600;

pub fn checks(given: Given<'_>) -> [Check; 2] {
    [bounds(given), retention(given)]
}

fn bounds(given: Given<'_>) -> Check {
    let name = "knobs";
    if let Some(wrong) = unknown(given) {
        return fail(name, wrong);
    }
    let bounds = Params::default().bounds();
    for (knob, value) in &given.file.bsn.knobs {
        let Some(bound) = bounds.iter().find(|bound| bound.name == knob) else { continue };
        let Some(value) = value.as_u64() else { return fail(name, format!("{knob} is no number: {value}")) };
        if !(bound.min..=bound.max).contains(&value) {
            let (name_, min, max) = (bound.name, bound.min, bound.max);
            let error = OutOfBounds { name: name_, value, min, max };
            return fail(name, error.to_string());
        }
    }
    ok(name, format!("{} set, the others at their defaults", given.file.bsn.knobs.len()))
}

/// Fields of the instantiate message that the file says elsewhere, and where.
const ELSEWHERE: [(&str, &str); 12] = [
    ("network", "bsn.network"),
    ("btc_confirmation_depth", "bsn.k"),
    ("checkpoint_finalization_timeout", "bsn.w"),
    ("admin", "bsn.admin"),
    ("consumer_name", "babylon.consumer_name"),
    ("consumer_description", "babylon.consumer_description"),
    ("ics20_channel_id", "bsn.ics20_channel"),
    ("babylon_chain_id", "babylon.id"),
    ("reward_denoms", "bsn.reward_denoms"),
    ("stake_source", "bsn.stake_source"),
    ("verified_stake", "[staking]"),
    ("grid", "bsn.grid"),
];

/// A name that the contract would ignore, or that would win over what the file says elsewhere.
fn unknown(given: Given<'_>) -> Option<String> {
    let knobs = &given.file.bsn.knobs;
    let elsewhere = ELSEWHERE.iter().find(|(knob, _)| knobs.contains_key(*knob));
    if let Some((knob, place)) = elsewhere {
        return Some(format!("{knob} is no knob: say it by `{place}`"));
    }
    let least = json!({ "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 1,
        "consumer_name": "", "consumer_description": "", "ics20_channel_id": "", "destination_module": "" });
    let read: InstantiateMsg = serde_json::from_value(least).ok()?;
    let read = serde_json::to_value(read).ok()?;
    let strange = knobs.keys().find(|knob| read.get(knob.as_str()).is_none())?;
    Some(format!("{strange} is no field of the contract's instantiate message"))
}

/// A knob as it will be.
fn knob(given: &Given<'_>, name: &str) -> u64 {
    let set = given.file.bsn.knobs.get(name).and_then(serde_json::Value::as_u64);
    let default =
        || Params::default().bounds().iter().find(|bound| bound.name == name).map(|bound| bound.value);
    set.or_else(default).unwrap_or_default()
}

/// Knobs against the pace of both chains and of Bitcoin.
fn retention(given: Given<'_>) -> Check {
    let name = "knobs and block times";
    let (k, w) = given.depths().unwrap_or_default();
    let (what, needed) = match given.file.is_alone() {
        true => ("a timestamp", u64::from(k) * BITCOIN),
        false => ("a checkpoint of Babylon", u64::from(w) * BITCOIN + 2 * EPOCH),
    };
    let kept = knob(&given, "anchor_retention_s");
    let is_live = given.file.bsn.network != Some(Network::Regtest);
    if is_live && kept < needed {
        let said = format!("before {what} counts: no randomness would ever be timestamped");
        return fail(
            name,
            format!("anchor_retention_s keeps {}, but {} pass {said}", seconds(kept), seconds(needed)),
        );
    }
    let least = (u64::from(w) * DEEP).max(RETENTION_FLOOR);
    if is_live && kept < least {
        return fail(
            name,
            format!(
                "anchor_retention_s is {kept}, and the contract takes no less than {least} where w = {w}: raise it below `bsn.knobs`"
            ),
        );
    }
    let announced = knob(&given, "rebind_delay");
    if is_live && announced < REBIND_DELAY_FLOOR {
        return fail(
            name,
            format!("rebind_delay is {announced}, and the contract takes no less than {REBIND_DELAY_FLOOR}"),
        );
    }
    let Some(block_ms) = given.chain.block_ms else {
        return warning(name, "the chain is too young to measure the time between its blocks");
    };
    let (window, jail) = (knob(&given, "vote_window"), knob(&given, "jail_duration"));
    let every = format!("a block every {}.{} s", block_ms / 1_000, block_ms % 1_000 / 100);
    if window * block_ms < 3_000 {
        return warning(
            name,
            format!("{every}: vote_window = {window} leaves daemons less than 3 s to be paid for a vote"),
        );
    }
    if jail * 1_000 < 10 * block_ms {
        return warning(name, format!("{every}: jail_duration = {jail} is shorter than ten blocks"));
    }
    ok(name, format!("{every}; anchors are kept for {}, {what} takes {}", seconds(kept), seconds(needed)))
}
