//! Finality providers and the delegations to them.

use cosmwasm_std::Uint128;

use crate::wire;

wire! {
    /// A finality provider.
    pub struct FinalityProvider {
        /// Its operator's address on Babylon.
        pub addr: String,
        /// Its key.
        pub btc_pk_hex: String,
        /// Its proof of possession.
        pub pop: Option<ProofOfPossession>,
        /// Where this chain found it equivocating; 0 if it did not.
        pub slashed_height: u64,
        /// Bitcoin's height then, at least 1; 0 if it was not slashed.
        pub slashed_btc_height: u32,
        /// The consumer it came with.
        pub consumer_id: String,
    }

    /// A proof of possession.
    pub struct ProofOfPossession {
        /// 0 BIP-340, 1 BIP-322, 2 ECDSA.
        pub btc_sig_type: i32,
        /// The signature.
        pub btc_sig: Vec<u8>,
    }

    /// A page of finality providers.
    pub struct FinalityProvidersResponse {
        /// The page.
        pub fps: Vec<FinalityProvider>,
    }

    /// A finality provider's stake.
    pub struct FinalityProviderInfo {
        /// Its key.
        pub btc_pk_hex: String,
        /// Its live delegations' sum in sats.
        pub total_active_sats: u64,
        /// Whether it is slashed.
        pub slashed: bool,
        /// The height asked for, or the current one.
        pub height: u64,
    }

    /// A page of finality providers by stake.
    pub struct FinalityProvidersByTotalActiveSatsResponse {
        /// The page.
        pub fps: Vec<FinalityProviderInfo>,
    }

    /// A page of delegations of one finality provider.
    pub struct DelegationsByFpResponse {
        /// Txids in display order.
        pub hashes: Vec<String>,
    }

    /// A delegation. What is not stored is empty (RULINGS.md, "Registration").
    pub struct Delegation {
        /// The staker's address on Babylon.
        pub staker_addr: String,
        /// The staker's key, x-only.
        pub btc_pk_hex: String,
        /// All its finality providers, those of other chains too.
        pub fp_btc_pk_list: Vec<String>,
        /// The Bitcoin height of the staking transaction.
        pub start_height: u32,
        /// The Bitcoin height at which the time lock ends.
        pub end_height: u32,
        /// How much, in sats.
        pub total_sat: u64,
        /// The staking transaction, without its witness (one that came before 0.3.0: as it came).
        pub staking_tx: Vec<u8>,
        /// Not stored.
        pub slashing_tx: Vec<u8>,
        /// Not stored.
        pub delegator_slashing_sig: Vec<u8>,
        /// Not stored.
        pub covenant_sigs: Vec<u8>,
        /// Which output is the stake.
        pub staking_output_idx: u32,
        /// How long unbonding takes, in blocks of Bitcoin.
        pub unbonding_time: u32,
        /// Whether it ended early.
        pub undelegation_info: UndelegationInfo,
        /// The version of Babylon's parameters.
        pub params_version: u32,
    }

    /// How a delegation is ended early.
    pub struct UndelegationInfo {
        /// Not stored.
        pub unbonding_tx: Vec<u8>,
        /// Not stored.
        pub slashing_tx: Vec<u8>,
        /// Not stored.
        pub delegator_slashing_sig: Vec<u8>,
        /// Not stored.
        pub covenant_slashing_sigs: Vec<u8>,
        /// Not stored.
        pub covenant_unbonding_sig_list: Vec<u8>,
        /// `null` unless it ended early.
        pub delegator_unbonding_info: Option<DelegatorUnbondingInfo>,
    }

    /// That a delegation ended early.
    pub struct DelegatorUnbondingInfo {
        /// Not stored.
        pub spend_stake_tx: Vec<u8>,
    }

    /// A page of delegations.
    pub struct DelegationsResponse {
        /// The page.
        pub delegations: Vec<Delegation>,
        /// Where to start after, since the page ended before it was full: so much was looked at. Absent otherwise.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// What an operator compares with Babylon (RULINGS.md, "Packets and items"): the stake of the present
    /// consumer id.
    pub struct StateDigestResponse {
        /// How many finality providers have stake.
        pub fps: u64,
        /// Their stake.
        pub total_sats: Uint128,
        /// sha256 over `pk(32) || sats u64 BE` of each, in ascending order of keys; hexadecimal.
        pub sha256: String,
        /// The last key that this page looked at, x-only, hexadecimal: where the next page starts after. Absent on
        /// the last page.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}
