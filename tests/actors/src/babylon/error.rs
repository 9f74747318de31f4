use primitives::{FpPublicKey, Txid};
use thiserror::Error;

/// Why Babylon refuses to do something.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BabylonError {
    /// No consumer with this id.
    #[error("no consumer {client}")]
    UnknownConsumer {
        /// The id as given.
        client: String,
    },
    /// There is a consumer with this id.
    #[error("consumer {client} is registered already")]
    ConsumerExists {
        /// The id as given.
        client: String,
    },
    /// The client has or had a channel: one is all it ever gets (PROTOCOL.md, "The channel").
    #[error("client {client} has had channel {channel}")]
    ChannelTaken {
        /// The client.
        client: String,
        /// Its channel.
        channel: String,
    },
    /// The consumer has no open channel.
    #[error("consumer {client} has no open channel")]
    ChannelNotOpen {
        /// The consumer.
        client: String,
    },
    /// No finality provider with this key.
    #[error("no finality provider {fp}")]
    UnknownFp {
        /// The key as given.
        fp: FpPublicKey,
    },
    /// There is a finality provider with this key.
    #[error("finality provider {fp} is registered already")]
    FpExists {
        /// The key as given.
        fp: FpPublicKey,
    },
    /// The registration is not signed by the key.
    #[error("the proof of possession of {fp} is not valid")]
    ProofOfPossession {
        /// The key.
        fp: FpPublicKey,
    },
    /// The finality provider was slashed.
    #[error("finality provider {fp} has been slashed")]
    Slashed {
        /// The key.
        fp: FpPublicKey,
    },
    /// A delegation may name one finality provider of each chain, and each once.
    #[error("a second finality provider of {chain}: {fp}")]
    SecondFpOfChain {
        /// The consumer id, or Babylon's chain id.
        chain: String,
        /// The second one's key.
        fp: FpPublicKey,
    },
    /// A delegation that is no amount, or whose time lock does not outlast its unbonding time.
    #[error("{sats} sats for {staking_time} blocks, {unbonding_time} to unbond, is no delegation")]
    BadStake {
        /// The amount.
        sats: u64,
        /// The time lock in blocks of Bitcoin.
        staking_time: u32,
        /// The unbonding time in blocks of Bitcoin.
        unbonding_time: u32,
    },
    /// No delegation with this staking transaction.
    #[error("no delegation {txid}")]
    UnknownDelegation {
        /// The txid as given.
        txid: Txid,
    },
    /// The delegation was ended before, or has run out.
    #[error("delegation {txid} is not active")]
    NotActive {
        /// The txid.
        txid: Txid,
    },
    /// So many members of which so many must sign are no committee.
    #[error("{quorum} of {size} are no committee")]
    BadCommittee {
        /// How many members.
        size: usize,
        /// How many must sign.
        quorum: u8,
    },
    /// The epoch has not ended, or has been finalized.
    #[error("epoch {epoch} does not wait to be finalized")]
    NoSuchEpoch {
        /// The epoch as given.
        epoch: u64,
    },
    /// A half of the checkpoint is not in the Bitcoin that Babylon sees.
    #[error("half {half} of the checkpoint is not in bitcoin")]
    NotInBitcoin {
        /// Which half, 0 or 1.
        half: usize,
    },
    /// No half of the checkpoint is deep enough in Bitcoin.
    #[error("the checkpoint is {depth} deep, {needed} are needed")]
    TooShallow {
        /// How deep the deeper half is; the tip is 0 deep.
        depth: u32,
        /// The finalization timeout w.
        needed: u32,
    },
}
