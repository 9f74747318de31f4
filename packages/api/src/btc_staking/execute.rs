use cosmwasm_std::{Binary, Coin};

#[cfg(doc)]
use super::Verdicts;
use super::{Family, ParamsVersion};
use crate::wire;

wire! {
    /// What the contract does. What has entries answers [`Verdicts`] as data, one an entry; `take_items` answers shorter,
    /// `take_rewards` nothing.
    pub enum ExecuteMsg {
        /// Takes the delegations and the ends of one packet; `bsn` only. Answers as data for each item one byte, the length of what
        /// follows, and text (at most 255 bytes of UTF-8): `+` and what it became, or why it was refused (`S27: …`).
        TakeItems {
            /// In the packet's order.
            items: Vec<StakeItem>,
        },
        /// Proves that stakes are in Bitcoin; at most 50.
        ProveDelegations {
            /// The proofs.
            proofs: Vec<InclusionProof>,
        },
        /// Proves that stakes were spent; at most 50.
        ProveSpends {
            /// The proofs.
            proofs: Vec<SpendProof>,
        },
        /// Remembers the lowest of headers that lie below those of the light client, so that later proofs can hang from it.
        BringHeaders {
            /// The headers; at least 144.
            ancestry: Ancestry,
        },
        /// Adds the next version of a family's parameters; governance only.
        AppendParams {
            /// Which family.
            family: Family,
            /// The version.
            params: ParamsVersion,
        },
        /// Does what the chain and time have brought, in portions.
        Follow {},
        /// Takes delegations that count on Babylon's word in `bsn`, as if `bsn` had sent them: whoever has an item whose digest `bsn`
        /// keeps may have it verified. At most 96 KiB together.
        TakeTrusted {
            /// `ActiveBTCDelegation`, protobuf, as it came.
            items: Vec<Binary>,
        },
        /// Takes delegations that were made with this chain's own committee, each with the proof that it is in Bitcoin; at most 50, and at most 96 KiB
        /// together. `bsn`'s `stake_source` must be `bitcoin` or `both`, and the finality provider registered by `register_fp`.
        SubmitDelegations {
            /// The delegations.
            items: Vec<SubmittedDelegation>,
        },
        /// Registers a finality provider on this chain, without Babylon; the sender is its operator. Fails as a whole.
        RegisterFp {
            /// Its x-only key, 64 hexadecimal characters.
            fp_pubkey_hex: String,
            /// BIP-340 by that key over sha256(context `fp_local_pop` of this chain and `bsn`'s address ‖ the sender's canonical address).
            pop: Binary,
        },
        /// Proves stake that finality providers locked by their own keys; at most 50.
        ProveSelfStake {
            /// The proofs.
            proofs: Vec<SelfStakeProof>,
        },
        /// Proves a timestamp that somebody wrote into Bitcoin for this chain: k deep, of a block that `bsn` saw. Fails as a whole.
        ProveTimestamp {
            /// The transaction with the timestamp, with or without witness.
            transaction: Binary,
            /// The block's hash.
            block_hash: String,
            /// The transaction's place in the block.
            index: u32,
            /// The siblings on the way to the Merkle root.
            branch: Binary,
        },
        /// Forgets stakes whose lock is over.
        Forget {
            /// 1 to 50.
            stakes: Vec<StakeId>,
        },
        /// Takes the coins of a period, sent along, for finality providers and the stakes that count for them; `bsn` only. The shares are
        /// what was sent, in each denomination, or nothing is taken.
        TakeRewards {
            /// 1 to 50.
            shares: Vec<RewardShare>,
        },
        /// Names the address that a staker's rewards are paid to; anybody, with the staker's signature.
        SetPayout {
            /// The staker's key.
            staker_pk_hex: String,
            /// The address, on this chain.
            address: String,
            /// Above that of the word before.
            counter: u64,
            /// BIP-340, 64 bytes, by the staker's key over sha256 of: context `staker_payout` (64 bytes of text, of this chain and
            /// contract), the key (32), the counter (8, big endian), the address decoded from bech32.
            signature: Binary,
        },
        /// Pays what stakes have earned to the addresses that their stakers named; anybody.
        Claim {
            /// 1 to 50.
            stakes: Vec<StakeId>,
        },
        /// Pays what a finality provider has earned to its owner; anybody.
        ClaimCommission {
            /// The finality provider's key.
            fp_pubkey_hex: String,
        },
        /// Changes what a finality provider keeps of what its stakes earn; its owner only. It falls at any time, rises by at most
        /// 100 ten-thousandths, and not twice within a day.
        SetCommission {
            /// The finality provider's key.
            fp_pubkey_hex: String,
            /// In ten-thousandths, at most 10,000.
            bps: u16,
        },
        /// What the first prover of a spend gets out of the account of the finality provider whose stake ended; governance only.
        SetSpendBounty {
            /// At most so much; nothing if absent.
            bounty: Option<Coin>,
        },
    }

    /// What a finality provider and its stakes have earned.
    pub struct RewardShare {
        /// The finality provider's key.
        pub fp_pubkey_hex: String,
        /// How much; each denomination once.
        pub amount: Vec<Coin>,
    }

    /// A stake.
    pub struct StakeId {
        /// The id of its staking transaction.
        pub txid: String,
        /// Which of its outputs.
        pub output: u32,
    }

    /// A staking item of Babylon, as protobuf, as it came.
    pub enum StakeItem {
        /// `ActiveBTCDelegation`.
        Delegation(Binary),
        /// `UnbondedBTCDelegation`.
        End(Binary),
    }

    /// That a staking transaction is in Bitcoin.
    pub struct InclusionProof {
        /// Its id.
        pub staking_tx_hash: String,
        /// Which of its outputs is the stake.
        pub output: u32,
        /// The block's hash.
        pub block_hash: String,
        /// The transaction's place in the block; 0 is the coinbase, which no stake is.
        pub index: u32,
        /// The siblings on the way to the Merkle root.
        pub branch: Binary,
        /// The way down to the block, where the light client does not have its header any more.
        pub ancestry: Option<Ancestry>,
    }

    /// A delegation of this chain's own committee, and where its staking transaction is in Bitcoin.
    pub struct SubmittedDelegation {
        /// `ActiveBTCDelegation`, protobuf. Its heights say how long the lock is, and no more: the block says when it starts.
        pub item: Binary,
        /// The hash of the staking transaction's block.
        pub block_hash: String,
        /// The transaction's place in the block; 0 is the coinbase, which no stake is.
        pub index: u32,
        /// The siblings on the way to the Merkle root.
        pub branch: Binary,
        /// As in [`InclusionProof`].
        pub ancestry: Option<Ancestry>,
    }

    /// That a finality provider locked stake by its own key.
    pub struct SelfStakeProof {
        /// Its x-only key, 64 hexadecimal characters.
        pub fp_pubkey_hex: String,
        /// The transaction that locks it, with or without witness.
        pub transaction: Binary,
        /// Which of its outputs is the lock.
        pub output: u32,
        /// For how many blocks it is locked.
        pub timelock: u16,
        /// The hash of the transaction's block.
        pub block_hash: String,
        /// The transaction's place in the block; 0 is the coinbase, which no stake is.
        pub index: u32,
        /// The siblings on the way to the Merkle root.
        pub branch: Binary,
        /// As in [`InclusionProof`].
        pub ancestry: Option<Ancestry>,
    }

    /// That a stake was spent.
    pub struct SpendProof {
        /// The id of the staking transaction.
        pub staking_tx_hash: String,
        /// Which of its outputs is the stake.
        pub output: u32,
        /// The transaction that spends it, with or without witness.
        pub spending_tx: Binary,
        /// The hash of that one's block.
        pub block_hash: String,
        /// That one's place in the block.
        pub index: u32,
        /// The siblings on the way to the Merkle root.
        pub branch: Binary,
        /// As in [`InclusionProof`].
        pub ancestry: Option<Ancestry>,
    }

    /// Headers below those that the light client has.
    pub struct Ancestry {
        /// The hash of the header that they hang from: the lowest one of the light client, or one that was brought.
        pub above: String,
        /// 80 bytes each, ascending, the last one the parent of `above`; at most 2,000.
        pub headers: Binary,
    }
}
