use api::bsn::event::SlashedFinalityProvider;
use cosmwasm_std::{Event, StdResult, Storage};
use eots::SecretKey;
use finality::Evidence;
use primitives::{BlockHeight, BtcHeight, FpId, FpPublicKey};
use staking::{FpEvent, FpOutcome, Ledger, move_fp};

use super::outbox;
use crate::state::{ANCHORS, EVIDENCE, Equivocation, StoredLedger, height_key, key_height_key, mark_stale};

/// Records an equivocation: no power from the next block for ever, the evidence and the key kept, and the evidence on
/// its way to Babylon as soon as there is one. The vote for the anchor's hash is its first, if one of them is. The
/// message itself is the caller's to send.
pub fn record(
    storage: &mut dyn Storage,
    now: BlockHeight,
    evidence: &Evidence,
    secret: &SecretKey,
) -> StdResult<Event> {
    let anchor = ANCHORS.may_load(storage, &height_key(evidence.height))?;
    let evidence = &anchor.map_or(*evidence, |anchor| evidence.canonical_first(anchor.app_hash));
    let secret_key = secret.to_bytes();
    let id = status(storage, now, &evidence.provider)?;
    let key = key_height_key(evidence.provider.as_bytes(), evidence.height);
    EVIDENCE.save(storage, &key, &Equivocation { evidence: *evidence, secret_key })?;
    // Babylon knows nothing of a local one.
    if let Some(id) = id.filter(|id| !id.is_local()) {
        outbox::enqueue(storage, id, evidence.height, now)?;
    }
    Ok(SlashedFinalityProvider {
        module: "finality".into(),
        finality_provider: evidence.provider.to_string(),
        block_height: evidence.height.to_string(),
        canonical_app_hash: evidence.first.app_hash.to_string(),
        canonical_finality_sig: hex::encode(evidence.first.signature),
        fork_app_hash: evidence.second.app_hash.to_string(),
        fork_finality_sig: hex::encode(evidence.second.signature),
        extracted_secret_key: hex::encode(secret_key),
    }
    .into())
}

/// Moves the FP to slashed; its number, or `None` if it was there already or is unknown.
pub fn status(storage: &mut dyn Storage, now: BlockHeight, key: &FpPublicKey) -> StdResult<Option<FpId>> {
    let mut ledger = StoredLedger(storage);
    let btc_height = ledger.btc_tip()?.unwrap_or(BtcHeight::new(0));
    let outcome = move_fp(&mut ledger, key, FpEvent::Slash { height: now, btc_height })?;
    let FpOutcome::Moved { .. } = outcome else { return Ok(None) };
    let id = ledger.fp(key)?.map(|fp| fp.id);
    mark_stale(storage)?;
    Ok(id)
}
