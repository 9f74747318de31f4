use covenant::{Delegation, MemberSignatures, SignedSlashing, XOnlyKey};
use primitives::{BtcHeight, FpPublicKey, ParseError};

use super::{
    error::{ItemError, message, parsed, text},
    staking_item::MAX_TEXT_BYTES,
};
use crate::btcstaking::{ActiveBtcDelegation, CovenantAdaptorSignatures, SignatureInfo};

/// The longest item that is read whole. A real one with nine covenant members has some 2,700 bytes.
pub const MAX_DELEGATION_BYTES: usize = 64 * 1024;

/// Reads a delegation whole, as it has to be verified: transactions and signatures among it, each as bytes.
///
/// Stricter than [`RawItem::decode`](super::RawItem::decode) in one point: keys are in lower case, so that no bit of a key's
/// text is free.
///
/// # Errors
/// [`ItemError`] with the field that does not parse.
pub fn delegation(bytes: &[u8]) -> Result<Delegation, ItemError> {
    let (got, max) = (bytes.len(), MAX_DELEGATION_BYTES);
    if got > max {
        return Err(ItemError::TooLong { field: "active_del", got, max });
    }
    let item: ActiveBtcDelegation = message("active_del", bytes)?;
    // As the ledger reads it, though nothing here needs it.
    text("staker_addr", item.staker_addr, MAX_TEXT_BYTES)?;
    let undelegation = item.undelegation_info.ok_or(ItemError::Missing { field: "undelegation_info" })?;
    Ok(Delegation {
        staker: key("btc_pk_hex", &item.btc_pk_hex)?,
        fps: item.fp_btc_pk_list.iter().map(|fp| key("fp_btc_pk_list", fp)).collect::<Result<_, _>>()?,
        start: BtcHeight::new(item.start_height),
        end: BtcHeight::new(item.end_height),
        sats: item.total_sat,
        staking_tx: item.staking_tx,
        output_index: item.staking_output_idx,
        params_version: item.params_version,
        unbonding_time: item.unbonding_time,
        slashing: signed(item.slashing_tx, item.delegator_slashing_sig, item.covenant_sigs),
        unbonding_tx: undelegation.unbonding_tx,
        unbonding_signatures: undelegation.covenant_unbonding_sig_list.into_iter().map(pair).collect(),
        unbonding_slashing: signed(
            undelegation.slashing_tx,
            undelegation.delegator_slashing_sig,
            undelegation.covenant_slashing_sigs,
        ),
    })
}

fn key(field: &'static str, text: &str) -> Result<XOnlyKey, ItemError> {
    let key = parsed(field, FpPublicKey::from_hex(text))?;
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let source = ParseError::Hex { what: "lower-case key", culprit: text.to_owned() };
        return Err(ItemError::Parse { field, source });
    }
    Ok(key.into())
}

fn signed(
    tx: Vec<u8>,
    staker_signature: Vec<u8>,
    covenant: Vec<CovenantAdaptorSignatures>,
) -> SignedSlashing {
    let of = |member: CovenantAdaptorSignatures| MemberSignatures {
        member: member.cov_pk,
        signatures: member.adaptor_sigs,
    };
    SignedSlashing { tx, staker_signature, covenant: covenant.into_iter().map(of).collect() }
}

fn pair(info: SignatureInfo) -> (Vec<u8>, Vec<u8>) {
    (info.pk, info.sig)
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::btcstaking::BtcUndelegationInfo;

    fn item() -> ActiveBtcDelegation {
        ActiveBtcDelegation {
            staker_addr: "bbn1staker".into(),
            btc_pk_hex: "ab".repeat(32),
            fp_btc_pk_list: vec!["cd".repeat(32)],
            undelegation_info: Some(BtcUndelegationInfo::default()),
            ..ActiveBtcDelegation::default()
        }
    }

    #[test]
    fn keys_are_in_lower_case() {
        assert!(delegation(&item().encode_to_vec()).is_ok());
        let staker = ActiveBtcDelegation { btc_pk_hex: "AB".repeat(32), ..item() };
        let fp = ActiveBtcDelegation { fp_btc_pk_list: vec!["cD".repeat(32)], ..item() };
        for (wrong, named) in [(staker, "btc_pk_hex"), (fp, "fp_btc_pk_list")] {
            let refused = delegation(&wrong.encode_to_vec()).unwrap_err();
            assert!(matches!(refused, ItemError::Parse { field, .. } if field == named), "{refused}");
        }
    }

    #[test]
    fn the_address_and_the_early_end_must_be_there() {
        let nowhere = ActiveBtcDelegation { staker_addr: String::new(), ..item() };
        let missing = ItemError::Missing { field: "staker_addr" };
        assert_eq!(delegation(&nowhere.encode_to_vec()), Err(missing));
        let without = ActiveBtcDelegation { undelegation_info: None, ..item() };
        let missing = ItemError::Missing { field: "undelegation_info" };
        assert_eq!(delegation(&without.encode_to_vec()), Err(missing));
    }

    #[test]
    fn an_item_has_a_greatest_length() {
        let of = |length| ActiveBtcDelegation { staking_tx: vec![7; length], ..item() }.encode_to_vec();
        let around = of(MAX_DELEGATION_BYTES).len() - MAX_DELEGATION_BYTES;
        assert!(delegation(&of(MAX_DELEGATION_BYTES - around)).is_ok());
        let got = MAX_DELEGATION_BYTES + 1;
        let long = ItemError::TooLong { field: "active_del", got, max: MAX_DELEGATION_BYTES };
        assert_eq!(delegation(&of(got - around)), Err(long));
    }
}
