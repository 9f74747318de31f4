use primitives::Txid;

use super::error::{ItemError, exactly, message, parsed};
use crate::btcstaking::UnbondedBtcDelegation;

/// The longest end that is read whole: of a transaction that Bitcoin's nodes relay.
pub const MAX_END_BYTES: usize = 400 * 1024;

/// The end of a delegation with its proof, each part as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// The staking transaction's id.
    pub staking_txid: Txid,
    /// The transaction that spent the stake.
    pub spending_tx: Vec<u8>,
    /// Where that one is, if that is said.
    pub included: Option<Inclusion>,
}

/// Where a transaction is in Bitcoin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inclusion {
    /// The block's hash, in internal order.
    pub block_hash: [u8; 32],
    /// The transaction's position in it.
    pub index: u32,
    /// The Merkle branch, 32 bytes a level, lowest first.
    pub branch: Vec<u8>,
}

/// Reads the end of a delegation whole, as it has to be proven.
///
/// # Errors
/// [`ItemError`] with the field that does not parse.
pub fn end(bytes: &[u8]) -> Result<End, ItemError> {
    let (got, max) = (bytes.len(), MAX_END_BYTES);
    if got > max {
        return Err(ItemError::TooLong { field: "unbonded_del", got, max });
    }
    let item: UnbondedBtcDelegation = message("unbonded_del", bytes)?;
    let included = item.proof.and_then(|proof| proof.key.map(|key| (key, proof.proof)));
    let included = included.map(|(key, branch)| {
        let block_hash = exactly("proof.key.hash", &key.hash)?;
        Ok(Inclusion { block_hash, index: key.index, branch })
    });
    Ok(End {
        staking_txid: parsed("staking_tx_hash", Txid::from_display_hex(&item.staking_tx_hash))?,
        spending_tx: item.stake_spending_tx,
        included: included.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::btccheckpoint::TransactionKey;
    use crate::btcstaking::InclusionProof;

    fn item() -> UnbondedBtcDelegation {
        UnbondedBtcDelegation {
            staking_tx_hash: "0f".repeat(32),
            unbonding_tx_sig: vec![],
            stake_spending_tx: vec![1, 2],
            proof: Some(InclusionProof {
                key: Some(TransactionKey { index: 3, hash: vec![4; 32] }),
                proof: vec![5; 64],
            }),
        }
    }

    #[test]
    fn an_end_is_read_with_its_proof() {
        let read = end(&item().encode_to_vec()).unwrap();
        let included = Inclusion { block_hash: [4; 32], index: 3, branch: vec![5; 64] };
        assert_eq!(read.staking_txid, Txid::from_bytes([0x0f; 32]));
        assert_eq!((read.spending_tx, read.included), (vec![1, 2], Some(included)));

        let bare = UnbondedBtcDelegation { proof: None, ..item() };
        assert_eq!(end(&bare.encode_to_vec()).unwrap().included, None);
        let keyless = InclusionProof { key: None, proof: vec![] };
        let keyless = UnbondedBtcDelegation { proof: Some(keyless), ..item() };
        assert_eq!(end(&keyless.encode_to_vec()).unwrap().included, None);
    }

    #[test]
    fn an_end_that_does_not_parse_names_its_field() {
        let short =
            InclusionProof { key: Some(TransactionKey { index: 0, hash: vec![4; 31] }), proof: vec![] };
        let short = UnbondedBtcDelegation { proof: Some(short), ..item() };
        let nameless = UnbondedBtcDelegation { staking_tx_hash: "0f".into(), ..item() };
        for (item, field) in [(short, "proof.key.hash"), (nameless, "staking_tx_hash")] {
            let error = end(&item.encode_to_vec()).unwrap_err();
            assert!(matches!(error, ItemError::Parse { field: got, .. } if got == field), "{error}");
        }
        let error = end(&vec![0; MAX_END_BYTES + 1]).unwrap_err();
        assert!(matches!(error, ItemError::TooLong { .. }), "{error}");
    }
}
