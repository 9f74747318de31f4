use api::bsn::{Network, event};
use bech32::{Bech32, primitives::decode::CheckedHrpstring};
use cosmwasm_std::{Api, Attribute, Env, Event, StdResult, Storage, SubMsg};
use eots::{Recover, message::proof_of_possession_hash};
use primitives::SigningContext;
use proto::decode::{RawItem, StakingItem};
use staking::{Item, NewFinalityProvider, PopVerdict, Rules, Verdict};

use super::handover::{self, Handed};
use super::quarantine;
use crate::host;
use crate::state::{BTC_TIP, CHANNELS, Config, Progress, StoredLedger, mark_stale};

/// Babylon's module of staking, as its signing contexts name it.
const STAKING_MODULE: &str = "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah";
/// The human-readable part of Babylon's addresses.
const BABYLON_PREFIX: &str = "bbn";

/// What became of items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemCounts {
    /// What to emit.
    pub events: Vec<Event>,
    /// What to send: items that are handed over are nowhere else.
    pub messages: Vec<SubMsg>,
    /// How many items took effect.
    pub applied: usize,
    /// How many had before.
    pub known: usize,
    /// How many are handed over to be verified.
    pub handed: usize,
    /// How many are in quarantine now, or were dropped since it is full.
    pub refused: usize,
    /// How many were asked for that are not in quarantine (any more).
    pub gone: usize,
}

impl ItemCounts {
    /// Adds one item's fate to the counts. The caller quarantines the refused.
    pub fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Applied(event) => {
                self.applied = self.applied.saturating_add(1);
                self.events.extend(event);
            }
            Fate::Known => self.known = self.known.saturating_add(1),
            Fate::Handed => self.handed = self.handed.saturating_add(1),
            Fate::Refused(_) => self.refused = self.refused.saturating_add(1),
        }
    }

    /// Adds what became of others.
    pub fn add(&mut self, other: Self) {
        self.events.extend(other.events);
        self.messages.extend(other.messages);
        self.applied = self.applied.saturating_add(other.applied);
        self.known = self.known.saturating_add(other.known);
        self.handed = self.handed.saturating_add(other.handed);
        self.refused = self.refused.saturating_add(other.refused);
        self.gone = self.gone.saturating_add(other.gone);
    }

    /// The counts, as attributes.
    pub fn attributes(&self) -> Vec<Attribute> {
        let mut attributes = [("applied", self.applied), ("known", self.known), ("refused", self.refused)]
            .map(|(name, count)| Attribute::new(name, count.to_string()))
            .to_vec();
        if self.handed > 0 {
            attributes.push(Attribute::new("handed_over", self.handed.to_string()));
        }
        attributes
    }
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It took effect.
    Applied(Option<Event>),
    /// It had before.
    Known,
    /// It is to be handed over.
    Handed,
    /// It did not, for this reason.
    Refused(String),
}

/// Applies staking items, each on its own; those that cannot be go to the quarantine.
pub fn apply_items(
    storage: &mut dyn Storage,
    api: &dyn Api,
    env: &Env,
    config: &Config,
    items: Vec<RawItem>,
) -> StdResult<ItemCounts> {
    let fates = apply_each(storage, api, config, &items)?;
    let mut done = ItemCounts::default();
    let (mut refused, mut handed) = (Vec::new(), Vec::new());
    for (item, fate) in items.into_iter().zip(fates) {
        match &fate {
            Fate::Refused(reason) => refused.push((item, reason.clone())),
            Fate::Handed => handed.push((None, item)),
            Fate::Applied(_) | Fate::Known => {}
        }
        done.count(fate);
    }
    done.events.extend(quarantine::put(storage, env, refused)?);
    done.messages.extend(hand_over(config, &handed)?);
    Ok(done)
}

/// The message that hands items over; `None` without any, or where nothing is verified.
pub fn hand_over(config: &Config, handed: &[Handed]) -> StdResult<Option<SubMsg>> {
    match &config.stake_verifier {
        Some(verifier) => handover::message(verifier, handed),
        None => Ok(None),
    }
}

/// Applies staking items, each on its own; what becomes of each, in order.
pub fn apply_each(
    storage: &mut dyn Storage,
    api: &dyn Api,
    config: &Config,
    items: &[RawItem],
) -> StdResult<Vec<Fate>> {
    let rules = Rules {
        consumer: CHANNELS.may_load(storage)?.unwrap_or_default().registering(),
        era_from: Progress::load(storage)?.channel.era_from,
        match_output: config.network != Network::Regtest,
    };
    let tip = BTC_TIP.may_load(storage)?;
    let recover = host::recover(api);

    let mut elsewhere = Vec::with_capacity(items.len());
    let (mut parsed, mut bytes) = (Vec::new(), 0_usize);
    for raw in items {
        if config.stake_verifier.is_some() && handover::is_verified(storage, raw)? {
            elsewhere.push(Some(handover::take(raw, &mut bytes)));
            continue;
        }
        match raw.decode() {
            Ok(item) => {
                parsed.push(judged(&recover, config, item));
                elsewhere.push(None);
            }
            Err(error) => elsewhere.push(Some(Fate::Refused(error.to_string()))),
        }
    }
    let outcome = staking::apply(&mut StoredLedger(storage), &rules, tip, parsed)?;
    if !outcome.power_changes.is_empty() {
        mark_stale(storage)?;
    }
    let mut verdicts = outcome.verdicts.into_iter().map(fate);
    Ok(elsewhere.into_iter().filter_map(|fate| fate.or_else(|| verdicts.next())).collect())
}

fn fate(verdict: Verdict) -> Fate {
    match verdict {
        Verdict::Applied(staking::Applied::Registered { key, .. }) => {
            Fate::Applied(Some(event::FinalityProviderRegistered { fp_pubkey_hex: key.to_string() }.into()))
        }
        Verdict::Applied(_) => Fate::Applied(None),
        Verdict::AlreadyKnown => Fate::Known,
        Verdict::Quarantined(reason) => Fate::Refused(reason.to_string()),
    }
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
/// word (RULINGS.md, "Registration").
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
