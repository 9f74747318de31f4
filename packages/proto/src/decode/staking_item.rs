use primitives::{BtcHeight, FpPublicKey, Sats, Txid};
use prost::{DecodeError, Message};
use serde::{Deserialize, Serialize};
use staking::{
    ActiveDelegation, ItemDigest, NewFinalityProvider, ProofOfPossession, StakingTx, Undelegation,
};

use super::error::{ItemError, message, parsed, text};
use crate::btcstaking;

/// The longest address, consumer id or commission that is taken.
pub const MAX_TEXT_BYTES: usize = 128;
/// The longest proof of possession that is taken (one of BIP-322 is some 110 bytes, and grows with its witness).
pub const MAX_SIGNATURE_BYTES: usize = 2_048;

/// What kind of staking item. Queue and quarantine store its place in this list: a new kind goes to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ItemKind {
    /// A finality provider registered.
    NewFinalityProvider,
    /// A delegation became active.
    ActiveDelegation,
    /// A delegation ended early.
    Undelegation,
}

impl ItemKind {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewFinalityProvider => "new_fp",
            Self::ActiveDelegation => "active_del",
            Self::Undelegation => "unbonded_del",
        }
    }
}

/// A staking item, not read yet: what is kept of one that waits or is quarantined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawItem {
    /// Its kind.
    pub kind: ItemKind,
    /// Its protobuf encoding, as it arrived.
    pub bytes: Vec<u8>,
}

/// A staking item, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StakingItem {
    /// A finality provider registered.
    NewFinalityProvider(NewFinalityProvider),
    /// A delegation became active.
    ActiveDelegation(ActiveDelegation),
    /// A delegation ended early.
    Undelegation(Undelegation),
}

#[derive(Clone, PartialEq, Message)]
struct RawStaking {
    #[prost(bytes = "vec", repeated, tag = "1")]
    new_fp: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    active_del: Vec<Vec<u8>>,
    #[prost(bytes = "vec", repeated, tag = "3")]
    unbonded_del: Vec<Vec<u8>>,
}

/// Cuts a `BTCStakingIBCPacket` into its items.
pub(super) fn cut(bytes: &[u8]) -> Result<Vec<RawItem>, DecodeError> {
    let RawStaking { new_fp, active_del, unbonded_del } = RawStaking::decode(bytes)?;
    let of_kind = |kind, items: Vec<Vec<u8>>| items.into_iter().map(move |bytes| RawItem { kind, bytes });
    Ok(of_kind(ItemKind::NewFinalityProvider, new_fp)
        .chain(of_kind(ItemKind::ActiveDelegation, active_del))
        .chain(of_kind(ItemKind::Undelegation, unbonded_del))
        .collect())
}

impl From<&btcstaking::NewFinalityProvider> for RawItem {
    fn from(item: &btcstaking::NewFinalityProvider) -> Self {
        Self { kind: ItemKind::NewFinalityProvider, bytes: item.encode_to_vec() }
    }
}

impl From<&btcstaking::ActiveBtcDelegation> for RawItem {
    fn from(item: &btcstaking::ActiveBtcDelegation) -> Self {
        Self { kind: ItemKind::ActiveDelegation, bytes: item.encode_to_vec() }
    }
}

impl From<&btcstaking::UnbondedBtcDelegation> for RawItem {
    fn from(item: &btcstaking::UnbondedBtcDelegation) -> Self {
        Self { kind: ItemKind::Undelegation, bytes: item.encode_to_vec() }
    }
}

impl RawItem {
    /// Reads it. Only what the ledger keeps has to make sense: slashing transactions, covenant
    /// signatures of any length and undelegation info may be anything, or absent.
    ///
    /// # Errors
    /// [`ItemError`] with the field that does not parse.
    pub fn decode(&self) -> Result<StakingItem, ItemError> {
        let (digest, name) = (ItemDigest::of(&self.bytes), self.kind.name());
        Ok(match self.kind {
            ItemKind::NewFinalityProvider => {
                StakingItem::NewFinalityProvider(finality_provider(message(name, &self.bytes)?, digest)?)
            }
            ItemKind::ActiveDelegation => {
                StakingItem::ActiveDelegation(active_delegation(message(name, &self.bytes)?, digest)?)
            }
            ItemKind::Undelegation => StakingItem::Undelegation(undelegation(&message(name, &self.bytes)?)?),
        })
    }
}

fn finality_provider(
    item: btcstaking::NewFinalityProvider,
    digest: ItemDigest,
) -> Result<NewFinalityProvider, ItemError> {
    Ok(NewFinalityProvider {
        key: parsed("btc_pk_hex", FpPublicKey::from_hex(&item.btc_pk_hex))?,
        babylon_address: optional("addr", item.addr)?,
        consumer_id: text("bsn_id", item.bsn_id, MAX_TEXT_BYTES)?,
        commission: optional("commission", item.commission)?,
        pop: item.pop.map(proof_of_possession).transpose()?,
        digest,
    })
}

/// Takes a text that may be absent: it is only shown.
fn optional(field: &'static str, given: String) -> Result<String, ItemError> {
    if given.is_empty() { Ok(given) } else { text(field, given, MAX_TEXT_BYTES) }
}

fn proof_of_possession(pop: btcstaking::ProofOfPossessionBtc) -> Result<ProofOfPossession, ItemError> {
    let (got, max) = (pop.btc_sig.len(), MAX_SIGNATURE_BYTES);
    if got > max {
        return Err(ItemError::TooLong { field: "btc_sig", got, max });
    }
    Ok(ProofOfPossession { kind: pop.btc_sig_type, signature: pop.btc_sig })
}

fn active_delegation(
    item: btcstaking::ActiveBtcDelegation,
    digest: ItemDigest,
) -> Result<ActiveDelegation, ItemError> {
    if item.fp_btc_pk_list.is_empty() {
        return Err(ItemError::Missing { field: "fp_btc_pk_list" });
    }
    let fps = item.fp_btc_pk_list.iter().map(|key| parsed("fp_btc_pk_list", FpPublicKey::from_hex(key)));
    Ok(ActiveDelegation {
        fps: fps.collect::<Result<_, _>>()?,
        staker_key: staker_key(&item.btc_pk_hex)?,
        staker_address: text("staker_addr", item.staker_addr, MAX_TEXT_BYTES)?,
        start_height: BtcHeight::new(item.start_height),
        end_height: BtcHeight::new(item.end_height),
        unbonding_time: u16::try_from(item.unbonding_time).map_err(|_| ItemError::TooLarge {
            field: "unbonding_time",
            got: item.unbonding_time,
            max: u32::from(u16::MAX),
        })?,
        sats: parsed("total_sat", Sats::new(item.total_sat))?,
        staking_tx: StakingTx::parse(&item.staking_tx)
            .map_err(|source| ItemError::Transaction { field: "staking_tx", source })?,
        output_index: item.staking_output_idx,
        params_version: item.params_version,
        digest,
    })
}

/// The staker's key has the form of a finality provider's.
fn staker_key(hex: &str) -> Result<[u8; 32], ItemError> {
    parsed("btc_pk_hex", FpPublicKey::from_hex(hex)).map(|key| *key.as_bytes())
}

fn undelegation(item: &btcstaking::UnbondedBtcDelegation) -> Result<Undelegation, ItemError> {
    Ok(Undelegation { txid: parsed("staking_tx_hash", Txid::from_display_hex(&item.staking_tx_hash))? })
}
