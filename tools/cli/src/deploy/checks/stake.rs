//! Whose stake counts, and what verifies it.

use api::bsn::{Network, StakeSource};
use api::btc_staking::{Family, ParamsVersion};
use bitcoin_spv::Output;
use covenant::{Params, is_dust, is_witness_program};
use finality::grid::calendar::Interval;

use super::{Check, Given, fail, ok, warning};
use crate::committee::terms;
use crate::config::Staking;

/// Beside a grid an active set must be so much of the stake, in percent.
const FLOOR: u64 = 34;
/// A slashing that takes less than this part is a token.
const TOKEN: &str = "0.01";
/// The longest script with data that nodes relay (Bitcoin Core's `MAX_OP_RETURN_RELAY` before 30.0).
const LONGEST_DATA: usize = 83;
/// A script as long as what a slashing leaves to its staker: P2TR.
const CHANGE: [u8; 34] = [0x51; 34];

pub fn checks(given: Given<'_>) -> Vec<Check> {
    let mut rows = Vec::from_iter(source(given));
    rows.extend(given.file.staking.as_ref().and_then(own_params).map(|params| committee(given, params)));
    rows.extend(grid(given));
    rows
}

/// Where stake is verified, and whose it is.
fn source(given: Given<'_>) -> Option<Check> {
    let (name, source) = ("source of stake", given.file.bsn.stake_source);
    let Some(staking) = &given.file.staking else {
        let source = source.filter(|source| *source != StakeSource::Babylon)?;
        return Some(fail(
            name,
            format!("{} needs what verifies stake: the table `[staking]`", source.name()),
        ));
    };
    let source = source.unwrap_or(StakeSource::Verified);
    if source == StakeSource::Babylon {
        return Some(fail(
            name,
            "babylon is taken on its word, and needs no `[staking]`: take it out, or write verified",
        ));
    }
    let (network, depths) = (given.file.bsn.network?, given.depths()?);
    if let Err(error) = btc_staking::check(staking.as_written(), network, depths) {
        return Some(fail(name, format!("[staking]: {error}")));
    }
    let message = staking.as_written();
    let has = |family| message.families.iter().any(|it| it.family == family && !it.versions.is_empty());
    if source != StakeSource::Bitcoin && !has(Family::Babylon) {
        return Some(fail(
            name,
            format!("{} verifies Babylon's delegations, and [staking] has no family of its", source.name()),
        ));
    }
    if source == StakeSource::Bitcoin && !has(Family::Own) && message.self_stake.is_none() {
        return Some(fail(
            name,
            "nobody could stake: [staking] has neither a committee of the chain's own nor self_stake",
        ));
    }
    if !source.is_own() && (has(Family::Own) || message.self_stake.is_some()) {
        let said = "neither a committee of the chain's own nor self_stake counts before a migration to both";
        return Some(warning(name, format!("{}: {said}", source.name())));
    }
    let own = if message.self_stake.is_some() { ", and finality providers may lock their own" } else { "" };
    Some(ok(name, format!("{}{own}", source.name())))
}

/// The last version that the chain's own committee begins with.
fn own_params(staking: &Staking) -> Option<&ParamsVersion> {
    let families = &staking.as_written().families;
    families.iter().find(|family| family.family == Family::Own)?.versions.last()
}

/// What the committee is, in words; what could not be is refused by [`source`].
fn committee(given: Given<'_>, params: &ParamsVersion) -> Check {
    let (quorum, members) = (params.covenant_quorum, params.covenant_pks_hex.len());
    let (rate, unbonding) = (&params.slashing_rate, params.unbonding_time_blocks);
    let said = format!(
        "{quorum} of {members} must sign; a slashing takes {rate} of a stake; an early end stays locked for {unbonding} blocks"
    );
    let name = "committee";
    if usize::from(quorum) * 2 <= members {
        return fail(name, format!("{said}: half of them, or fewer, could let everybody leave unpunished"));
    }
    let is_live = given.file.bsn.network != Some(Network::Regtest);
    let script = hex::decode(&params.slashing_pk_script_hex).unwrap_or_default();
    if !is_relayed(&script) {
        let script = &params.slashing_pk_script_hex;
        return fail(
            name,
            format!(
                "{said}: no node relays what pays to the script `{script}`, so that nobody could be slashed"
            ),
        );
    }
    if let Some(why) = terms::params(params).ok().and_then(|params| unslashable(&params)) {
        return warning(name, format!("{said}: {why}"));
    }
    // Both are decimals of the same form, or `source` refuses it.
    if is_live && rate.as_str() < TOKEN {
        return warning(name, format!("{said}: that is a token, and so is what finality is worth then"));
    }
    ok(name, said)
}

/// Why the least stake cannot be made: its slashings, or what they leave, would be dust (S24, S25).
fn unslashable(params: &Params) -> Option<String> {
    let least = params.min_value;
    [least, least.saturating_sub(params.unbonding_fee)].into_iter().find_map(|sats| {
        let slashed = params.slashing_rate.of(sats);
        let left = sats.saturating_sub(slashed).saturating_sub(params.min_slashing_fee);
        let outputs = [(slashed, &params.slashing_script[..]), (left, &CHANGE)];
        let mut outputs = outputs.map(|(value, script)| Output { value, script: script.to_vec() }).into_iter();
        outputs.any(|output| is_dust(&output)).then(|| {
            format!("nobody can stake {least} sats, the least: a slashing takes {slashed} sats and leaves {left}: one of them is dust")
        })
    })
}

/// Whether nodes relay what pays to a script: the addresses that there are, and what burns with at most 80 bytes of data.
fn is_relayed(script: &[u8]) -> bool {
    match script {
        [0x6a, data @ ..] => script.len() <= LONGEST_DATA && are_pushes(data),
        [0x76, 0xa9, 20, hash @ .., 0x88, 0xac] | [0xa9, 20, hash @ .., 0x87] => hash.len() == 20,
        [0, 20 | 32, ..] | [0x51, 32, ..] => is_witness_program(script),
        _ => false,
    }
}

fn are_pushes(script: &[u8]) -> bool {
    let rest = match script {
        [] => return true,
        [0x4c, length, rest @ ..] | [length @ 1..=75, rest @ ..] => rest.get(usize::from(*length)..),
        [0 | 0x4f..=0x60, rest @ ..] => Some(rest),
        _ => None,
    };
    rest.is_some_and(are_pushes)
}

/// New randomness counts only where grid heights close, if stake counts without Babylon.
fn grid(given: Given<'_>) -> Option<Check> {
    let (name, is_own) = ("grid", given.file.bsn.stake_source.is_some_and(StakeSource::is_own));
    let Some(blocks) = given.file.bsn.grid else {
        return is_own.then(|| match given.file.bsn.network {
            Some(Network::Regtest) => warning(name, "none: only regtest does without"),
            _ => fail(
                name,
                "`bsn.grid` is not set, and without it new randomness never counts: 600 suits most chains",
            ),
        });
    };
    let set = given.file.bsn.knobs.get("min_active_percent").and_then(serde_json::Value::as_u64);
    let default = if given.file.bsn.network == Some(Network::Regtest) { 0 } else { FLOOR };
    let percent = set.unwrap_or(default);
    Some(match Interval::new(blocks, !is_own) {
        Err(error) => fail(name, error.to_string()),
        Ok(_) if percent < FLOOR => {
            fail(name, format!("it needs a min_active_percent of {FLOOR} at least, and that is {percent}"))
        }
        Ok(_) => ok(name, format!("a committee votes at every {blocks}th height")),
    })
}
