//! `babylon.btcstaking.v1`: what a staking packet is made of.

use prost::Message;

use crate::{btccheckpoint, cosmos};

/// Everything about this appchain that happened on Babylon since the last packet.
#[derive(Clone, PartialEq, Message)]
pub struct BtcStakingIbcPacket {
    /// New finality providers.
    #[prost(message, repeated, tag = "1")]
    pub new_fp: Vec<NewFinalityProvider>,
    /// Delegations that became active.
    #[prost(message, repeated, tag = "2")]
    pub active_del: Vec<ActiveBtcDelegation>,
    /// Delegations that ended early.
    #[prost(message, repeated, tag = "3")]
    pub unbonded_del: Vec<UnbondedBtcDelegation>,
}

/// A finality provider registered for this appchain.
#[derive(Clone, PartialEq, Message)]
pub struct NewFinalityProvider {
    /// How it presents itself.
    #[prost(message, optional, tag = "1")]
    pub description: Option<cosmos::Description>,
    /// Its commission, a decimal fraction (`LegacyDec` as text).
    #[prost(string, tag = "2")]
    pub commission: String,
    /// Its address on Babylon, `bbn1...`.
    #[prost(string, tag = "3")]
    pub addr: String,
    /// Its x-only key, 64 hexadecimal characters.
    #[prost(string, tag = "4")]
    pub btc_pk_hex: String,
    /// That it holds the key.
    #[prost(message, optional, tag = "5")]
    pub pop: Option<ProofOfPossessionBtc>,
    /// The consumer id it registered for.
    #[prost(string, tag = "8")]
    pub bsn_id: String,
}

/// A proof of possession of a Bitcoin key.
#[derive(Clone, PartialEq, Message)]
pub struct ProofOfPossessionBtc {
    /// [`BtcSigType`] as a number; unknown ones are kept.
    #[prost(enumeration = "BtcSigType", tag = "1")]
    pub btc_sig_type: i32,
    /// The signature.
    #[prost(bytes = "vec", tag = "2")]
    pub btc_sig: Vec<u8>,
}

/// How a proof of possession was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
pub enum BtcSigType {
    /// Schnorr (BIP-340).
    Bip340 = 0,
    /// A signed message (BIP-322).
    Bip322 = 1,
    /// The old signed message.
    Ecdsa = 2,
}

/// A delegation that became active.
#[derive(Clone, PartialEq, Message)]
pub struct ActiveBtcDelegation {
    /// The staker's address on Babylon, `bbn1...`.
    #[prost(string, tag = "1")]
    pub staker_addr: String,
    /// The staker's x-only key, 64 hexadecimal characters.
    #[prost(string, tag = "2")]
    pub btc_pk_hex: String,
    /// The finality providers delegated to: one of Babylon and at most one of each appchain.
    #[prost(string, repeated, tag = "3")]
    pub fp_btc_pk_list: Vec<String>,
    /// The Bitcoin height of the staking transaction.
    #[prost(uint32, tag = "4")]
    pub start_height: u32,
    /// The Bitcoin height at which the time lock ends.
    #[prost(uint32, tag = "5")]
    pub end_height: u32,
    /// How much, in sats.
    #[prost(uint64, tag = "6")]
    pub total_sat: u64,
    /// The staking transaction.
    #[prost(bytes = "vec", tag = "7")]
    pub staking_tx: Vec<u8>,
    /// The transaction that slashes it.
    #[prost(bytes = "vec", tag = "8")]
    pub slashing_tx: Vec<u8>,
    /// The staker's signature on that, 64 bytes.
    #[prost(bytes = "vec", tag = "9")]
    pub delegator_slashing_sig: Vec<u8>,
    /// The covenant committee's signatures on that.
    #[prost(message, repeated, tag = "10")]
    pub covenant_sigs: Vec<CovenantAdaptorSignatures>,
    /// Which output of the staking transaction is the stake.
    #[prost(uint32, tag = "11")]
    pub staking_output_idx: u32,
    /// How long unbonding takes, in blocks of Bitcoin.
    #[prost(uint32, tag = "12")]
    pub unbonding_time: u32,
    /// The transactions of an early end.
    #[prost(message, optional, tag = "13")]
    pub undelegation_info: Option<BtcUndelegationInfo>,
    /// The version of Babylon's staking parameters.
    #[prost(uint32, tag = "14")]
    pub params_version: u32,
}

/// The covenant committee's adaptor signatures, one for each finality provider.
#[derive(Clone, PartialEq, Message)]
pub struct CovenantAdaptorSignatures {
    /// The member's x-only key, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub cov_pk: Vec<u8>,
    /// 65 or 66 bytes each, in the order of `fp_btc_pk_list`.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub adaptor_sigs: Vec<Vec<u8>>,
}

/// The transactions of an early end.
#[derive(Clone, PartialEq, Message)]
pub struct BtcUndelegationInfo {
    /// The unbonding transaction.
    #[prost(bytes = "vec", tag = "1")]
    pub unbonding_tx: Vec<u8>,
    /// The transaction that slashes its output.
    #[prost(bytes = "vec", tag = "2")]
    pub slashing_tx: Vec<u8>,
    /// The staker's signature on that, 64 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub delegator_slashing_sig: Vec<u8>,
    /// The covenant committee's signatures on that.
    #[prost(message, repeated, tag = "4")]
    pub covenant_slashing_sigs: Vec<CovenantAdaptorSignatures>,
    /// The covenant committee's signatures on the unbonding transaction.
    #[prost(message, repeated, tag = "5")]
    pub covenant_unbonding_sig_list: Vec<SignatureInfo>,
    /// Never set in an active delegation.
    #[prost(message, optional, tag = "6")]
    pub delegator_unbonding_info: Option<DelegatorUnbondingInfo>,
}

/// A signature and whose.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct SignatureInfo {
    /// The x-only key, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub pk: Vec<u8>,
    /// The signature, 64 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub sig: Vec<u8>,
}

/// How the stake was spent.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct DelegatorUnbondingInfo {
    /// The transaction that spent it.
    #[prost(bytes = "vec", tag = "1")]
    pub spend_stake_tx: Vec<u8>,
}

/// A delegation that ended early.
#[derive(Clone, PartialEq, Message)]
pub struct UnbondedBtcDelegation {
    /// The txid of the staking transaction, 64 hexadecimal characters in display order.
    #[prost(string, tag = "1")]
    pub staking_tx_hash: String,
    /// Never set.
    #[prost(bytes = "vec", tag = "2")]
    pub unbonding_tx_sig: Vec<u8>,
    /// The transaction that spent the stake.
    #[prost(bytes = "vec", tag = "3")]
    pub stake_spending_tx: Vec<u8>,
    /// That it is in Bitcoin.
    #[prost(message, optional, tag = "4")]
    pub proof: Option<InclusionProof>,
}

/// That a transaction is in Bitcoin.
#[derive(Clone, PartialEq, Message)]
pub struct InclusionProof {
    /// Where.
    #[prost(message, optional, tag = "1")]
    pub key: Option<btccheckpoint::TransactionKey>,
    /// The Merkle branch, 32 bytes a level, lowest first.
    #[prost(bytes = "vec", tag = "2")]
    pub proof: Vec<u8>,
}
