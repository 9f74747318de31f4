use api::bsn::{Network, event};
use bech32::{Bech32, primitives::decode::CheckedHrpstring};
use cosmwasm_std::{Api, Env, Event, StdResult, Storage};
use eots::{Recover, message::proof_of_possession_hash};
use primitives::SigningContext;
use proto::decode::{RawItem, StakingItem};
use staking::{Item, NewFinalityProvider, PopVerdict, Rules, Verdict};

use crate::host;
use crate::state::{
    BTC_TIP, CHANNELS, COUNTERS, Config, PROGRESS, QUARANTINE, QUARANTINE_MAX, Quarantined, StoredLedger,
};

/// Babylon's module of staking, as its signing contexts name it.
const STAKING_MODULE: &str = "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah";
/// The human-readable part of Babylon's addresses.
const BABYLON_PREFIX: &str = "bbn";
/// How many events one packet emits for refused items; all of them are counted.
const REFUSALS_SHOWN: usize = 32;

/// What became of the items of a packet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// What to emit.
    pub events: Vec<Event>,
    /// How many items took effect.
    pub applied: usize,
    /// How many had before.
    pub known: usize,
    /// How many are in quarantine now, or were dropped since it is full.
    pub refused: usize,
}

/// Applies staking items, each on its own; those that cannot be go to the quarantine.
///
/// To retry one from there, remove it first: if it fails again it comes back under another number.
///
/// # Errors
/// Only those of storage.
pub fn apply_items(
    storage: &mut dyn Storage,
    api: &dyn Api,
    env: &Env,
    config: &Config,
    items: Vec<RawItem>,
) -> StdResult<Applied> {
    let channel = CHANNELS.may_load(storage)?.and_then(|channels| channels.open);
    let rules = Rules {
        consumer_id: channel.and_then(|channel| channel.consumer_id),
        match_output: config.network != Network::Regtest,
    };
    let tip = BTC_TIP.may_load(storage)?;
    let recover = host::recover(api);

    let (mut raws, mut parsed, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for raw in items {
        match raw.decode() {
            Ok(item) => {
                parsed.push(judged(&recover, config, item));
                raws.push(raw);
            }
            Err(error) => refused.push((raw, error.to_string())),
        }
    }
    let outcome = staking::apply(&mut StoredLedger(storage), &rules, tip, parsed)?;

    let mut result = Applied::default();
    for (raw, verdict) in raws.into_iter().zip(outcome.verdicts) {
        match verdict {
            Verdict::Applied(applied) => {
                result.applied = result.applied.saturating_add(1);
                result.events.extend(registered(&applied));
            }
            Verdict::AlreadyKnown => result.known = result.known.saturating_add(1),
            Verdict::Quarantined(reason) => refused.push((raw, reason.to_string())),
        }
    }
    if !outcome.power_changes.is_empty() {
        mark_stale(storage)?;
    }
    result.refused = refused.len();
    result.events.extend(quarantine(storage, env, refused)?);
    Ok(result)
}

fn registered(applied: &staking::Applied) -> Option<Event> {
    match applied {
        staking::Applied::Registered { key, .. } => {
            Some(event::FinalityProviderRegistered { fp_pubkey_hex: key.to_string() }.into())
        }
        _ => None,
    }
}

fn mark_stale(storage: &mut dyn Storage) -> StdResult<()> {
    let mut progress = PROGRESS.load(storage)?;
    if progress.stale {
        return Ok(());
    }
    progress.stale = true;
    PROGRESS.save(storage, &progress)
}

/// Keeps refused items for a retry, and says so.
fn quarantine(
    storage: &mut dyn Storage,
    env: &Env,
    refused: Vec<(RawItem, String)>,
) -> StdResult<Vec<Event>> {
    let mut events = Vec::new();
    if refused.is_empty() {
        return Ok(events);
    }
    let mut counters = COUNTERS.load(storage)?;
    let mut dropped = 0_u64;
    for (item, reason) in refused {
        if events.len() < REFUSALS_SHOWN {
            let kind = item.kind.name().to_owned();
            events.push(event::ItemRefused { kind, reason: reason.clone() }.into());
        }
        if counters.quarantined >= QUARANTINE_MAX {
            dropped = dropped.saturating_add(1);
            continue;
        }
        let number = counters.quarantine_next.to_be_bytes();
        QUARANTINE.save(
            storage,
            &number,
            &Quarantined { item, reason, received_at: env.block.time.seconds() },
        )?;
        counters.quarantine_next = counters.quarantine_next.saturating_add(1);
        counters.quarantined = counters.quarantined.saturating_add(1);
    }
    COUNTERS.save(storage, &counters)?;
    if dropped > 0 {
        events
            .push(event::Alarm { what: format!("the quarantine is full: {dropped} items are lost") }.into());
    }
    Ok(events)
}

/// Adds our verdict on the proof of possession.
fn judged(recover: &impl Recover, config: &Config, item: StakingItem) -> Item {
    match item {
        StakingItem::NewFinalityProvider(fp) => {
            let pop = judge_possession(recover, config.babylon_chain_id.as_deref(), &fp);
            Item::NewFinalityProvider(fp, pop)
        }
        StakingItem::ActiveDelegation(delegation) => Item::ActiveDelegation(delegation),
        StakingItem::Undelegation(undelegation) => Item::Undelegation(undelegation),
    }
}

/// BIP-340 proofs are verified where Babylon's chain id is known; BIP-322 and ECDSA ones are Babylon's
/// word (interfaces.md 11.7).
fn judge_possession(recover: &impl Recover, chain_id: Option<&str>, fp: &NewFinalityProvider) -> PopVerdict {
    if eots::PublicKey::parse(fp.key).is_err() {
        return PopVerdict::BadKey;
    }
    let Some(chain_id) = chain_id else { return PopVerdict::Trusted };
    let Some(pop) = &fp.pop else { return PopVerdict::Bad };
    match pop.kind {
        0 if is_signed(recover, chain_id, fp, &pop.signature) => PopVerdict::Verified,
        1 | 2 => PopVerdict::Trusted,
        _ => PopVerdict::Bad,
    }
}

fn is_signed(recover: &impl Recover, chain_id: &str, fp: &NewFinalityProvider, signature: &[u8]) -> bool {
    let Ok(signature) = signature.try_into() else { return false };
    let Ok(address) = CheckedHrpstring::new::<Bech32>(&fp.babylon_address) else { return false };
    let context = SigningContext::fp_proof_of_possession(chain_id, STAKING_MODULE);
    let bytes: Vec<u8> = address.byte_iter().collect();
    let hash = proof_of_possession_hash(&context, &bytes);
    address.hrp().as_str() == BABYLON_PREFIX
        && eots::schnorr::verify(recover, &fp.key, &hash, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use eots::{Native, SecretKey};
    use primitives::FpPublicKey;
    use staking::{ItemDigest, ProofOfPossession};

    use super::*;

    const OPERATOR: &str = STAKING_MODULE;

    fn fp(kind: i32, chain_id: &str) -> NewFinalityProvider {
        let key = SecretKey::from_slice(&[7; 32]).unwrap();
        let address = CheckedHrpstring::new::<Bech32>(OPERATOR).unwrap().byte_iter().collect::<Vec<_>>();
        let context = SigningContext::fp_proof_of_possession(chain_id, STAKING_MODULE);
        let hash = proof_of_possession_hash(&context, &address);
        NewFinalityProvider {
            key: FpPublicKey::from(key.public_key()),
            babylon_address: OPERATOR.to_owned(),
            consumer_id: "07-tendermint-0".to_owned(),
            commission: String::new(),
            pop: Some(ProofOfPossession {
                kind,
                signature: eots::schnorr::sign(&key, &hash, &[0; 32]).to_vec(),
            }),
            digest: ItemDigest::of(b""),
        }
    }

    #[test]
    fn a_proof_of_possession_is_held_against_babylons_chain_id() {
        let good = fp(0, "bbn-1");
        assert_eq!(judge_possession(&Native, Some("bbn-1"), &good), PopVerdict::Verified);
        assert_eq!(judge_possession(&Native, Some("bbn-2"), &good), PopVerdict::Bad);
        assert_eq!(judge_possession(&Native, None, &good), PopVerdict::Trusted);
        let absent = NewFinalityProvider { pop: None, ..good.clone() };
        assert_eq!(judge_possession(&Native, Some("bbn-1"), &absent), PopVerdict::Bad);
        let nowhere = NewFinalityProvider { babylon_address: "nonsense".to_owned(), ..good.clone() };
        assert_eq!(judge_possession(&Native, Some("bbn-1"), &nowhere), PopVerdict::Bad);
        let no_point = NewFinalityProvider { key: FpPublicKey::from_bytes([0xff; 32]), ..good };
        assert_eq!(judge_possession(&Native, None, &no_point), PopVerdict::BadKey);
    }

    #[test]
    fn other_kinds_of_proof_are_taken_on_trust_if_they_exist() {
        for (kind, expected) in
            [(1, PopVerdict::Trusted), (2, PopVerdict::Trusted), (3, PopVerdict::Bad), (-1, PopVerdict::Bad)]
        {
            assert_eq!(judge_possession(&Native, Some("bbn-1"), &fp(kind, "bbn-1")), expected, "{kind}");
        }
    }
}
