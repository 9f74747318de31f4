use api::bsn::{
    Evidence, EvidenceResponse, OutboxItem, OutboxResponse, QuarantinedItem, QuarantinedResponse,
};
use cosmwasm_std::{Env, Storage};
use primitives::{BlockHeight, FpId, FpPublicKey, SigningContext};

use super::{page, providers};
use crate::error::ContractError;
use crate::evidence::outbox;
use crate::state::{EVIDENCE, OUTBOX, QUARANTINE, key_height_key};

/// Somebody's equivocation at a height.
pub fn one(
    store: &dyn Storage,
    env: &Env,
    btc_pk_hex: &str,
    height: BlockHeight,
) -> Result<EvidenceResponse, ContractError> {
    let key = FpPublicKey::from_hex(btc_pk_hex)?;
    let stored = EVIDENCE.may_load(store, &key_height_key(key.as_bytes(), height))?;
    let context = SigningContext::finality_vote(&env.block.chain_id, env.contract.address.as_str());
    Ok(EvidenceResponse { evidence: stored.map(|stored| shown(&stored.evidence, &context)) })
}

fn shown(evidence: &finality::Evidence, context: &SigningContext) -> Evidence {
    let finality::Evidence { provider, height, randomness, first, second } = evidence;
    Evidence {
        fp_btc_pk: provider.as_bytes().to_vec(),
        block_height: height.get(),
        pub_rand: randomness.to_vec(),
        canonical_app_hash: first.app_hash.as_bytes().to_vec(),
        fork_app_hash: second.app_hash.as_bytes().to_vec(),
        canonical_finality_sig: first.signature.to_vec(),
        fork_finality_sig: second.signature.to_vec(),
        signing_context: context.to_string(),
    }
}

/// A page of evidence on its way to Babylon.
pub fn outgoing(
    store: &dyn Storage,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> Result<OutboxResponse, ContractError> {
    let after = start_after.map(|id| u32::try_from(id).unwrap_or(u32::MAX).to_be_bytes());
    let open = outbox::open_channel(store)?;
    let items = page::after(&OUTBOX, store, after)
        .take(page::limit(limit))
        .map(|record| {
            let (key, outgoing) = record?;
            let id = FpId::from_be_bytes(key);
            let outgoing = outbox::on(outgoing, open.as_ref(), BlockHeight::default());
            Ok(OutboxItem {
                id: id.get().into(),
                kind: "slashing".into(),
                fp_pubkey_hex: providers::key_of(store, id)?.to_string(),
                state: outbox::name(outgoing.state).into(),
                tries: outgoing.tries,
            })
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(OutboxResponse { items })
}

/// A page of items that could not be applied.
pub fn quarantined(
    store: &dyn Storage,
    start_after: Option<u64>,
    limit: Option<u32>,
) -> Result<QuarantinedResponse, ContractError> {
    let items = page::after(&QUARANTINE, store, start_after.map(u64::to_be_bytes))
        .take(page::limit(limit))
        .map(|record| {
            let (key, quarantined) = record?;
            Ok(QuarantinedItem {
                id: u64::from_be_bytes(key),
                kind: quarantined.item.kind().name().into(),
                reason: quarantined.reason,
                received_at: quarantined.received_at.get(),
            })
        })
        .collect::<Result<_, ContractError>>()?;
    Ok(QuarantinedResponse { items })
}
