mod payout;

use bitcoin_spv::{HeaderHash, InclusionError, OutPoint, TransactionError};
use cosmwasm_std::{Addr, StdError};
use covenant::family::AppendError;
use covenant::{CommitteeError, ParamsError};
use primitives::{BtcHeight, FpPublicKey, ParseError};
use standing::DescendError;
use thiserror::Error;

pub use payout::PayoutError;

/// Why a message or a query was refused as a whole; of entries of a message see [`crate::Refused`].
#[derive(Debug, Error)]
pub enum ContractError {
    /// From the chain's interface, or storage.
    #[error(transparent)]
    Std(#[from] StdError),
    /// A key or a hash that is none.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A version of parameters that does not follow.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// Keys and a number that make no committee.
    #[error("version {version}: {source}")]
    Committee {
        /// Of which version.
        version: u32,
        /// Why.
        source: CommitteeError,
    },
    /// A delegation of the own committee names one finality provider.
    #[error("version {version}: max_finality_providers is {got}, of the own family it must be 1")]
    OneFp {
        /// Of which version.
        version: u32,
        /// As given.
        got: u8,
    },
    /// A slashing rate that is none.
    #[error("version {version}: slashing_rate `{culprit}`: {source}")]
    Rate {
        /// Of which version.
        version: u32,
        /// The text, cut at 80 characters.
        culprit: String,
        /// Why.
        source: ParamsError,
    },
    /// A slashing script that is not hexadecimal.
    #[error("version {version}: slashing_pk_script_hex `{culprit}` is not hexadecimal")]
    Script {
        /// Of which version.
        version: u32,
        /// The text, cut at 80 characters.
        culprit: String,
    },
    /// The sender may not do this.
    #[error("unauthorized: {sender} may not {action}")]
    Unauthorized {
        /// Who tried.
        sender: Addr,
        /// What.
        action: &'static str,
    },
    /// A message about rewards.
    #[error(transparent)]
    Payout(#[from] PayoutError),
    /// Coins were sent along, which nobody could get out again.
    #[error("this message takes no funds")]
    Funds,
    /// Whoever instantiates has no light client.
    #[error("bsn has no light client")]
    NoLightClient,
    /// A delegation that does not count on Babylon's word in `bsn`, or has another item there.
    #[error("delegation {txid} does not count on Babylon's word by this item")]
    NotTrusted {
        /// The id of its staking transaction.
        txid: primitives::Txid,
    },
    /// An item that does not parse.
    #[error(transparent)]
    Item(#[from] proto::decode::ItemError),
    /// The light client cannot be read, or has no headers.
    #[error("the light client {address} has no tip")]
    NoTip {
        /// Its address.
        address: Addr,
    },
    /// The signature is not that key's over the sender's address.
    #[error("finality provider {fp} has not signed the address {sender}")]
    BadPossession {
        /// The key.
        fp: FpPublicKey,
        /// Who sent it.
        sender: Addr,
    },
    /// A proof that shows nothing, where a message has only one.
    #[error("{reason}")]
    NotProven {
        /// Why.
        reason: String,
    },
    /// The transaction has no timestamp of this chain.
    #[error("transaction {tx} has no timestamp of this chain")]
    NoTimestamp {
        /// Its id.
        tx: primitives::Txid,
    },
    /// A timestamp that may still leave Bitcoin's chain.
    #[error("the timestamp's block {height} is {depth} deep, must be {least}")]
    ShallowTimestamp {
        /// Its block's height in Bitcoin.
        height: BtcHeight,
        /// How many blocks lie above it.
        depth: u32,
        /// How many must.
        least: u32,
    },
    /// A finality provider's own stake, which no transaction slashes: whoever has its key takes it when its lock is over.
    #[error("{stake} is self-stake: no transaction slashes it")]
    SelfStake {
        /// Which.
        stake: OutPoint,
    },
    /// A value out of its bounds.
    #[error("{field} is {got}, must be {least} to {most}")]
    OutOfBounds {
        /// The value's name.
        field: &'static str,
        /// What was given.
        got: u64,
        /// The least allowed.
        least: u64,
        /// The most allowed.
        most: u64,
    },
    /// A family that is given twice.
    #[error("the {family} family is given twice")]
    FamilyTwice {
        /// Which.
        family: &'static str,
    },
    /// Headers that hang from nothing known.
    #[error(transparent)]
    Ancestry(#[from] AncestryError),
    /// No such stake.
    #[error("stake {stake} is unknown")]
    Unknown {
        /// Which.
        stake: OutPoint,
    },
    /// A reply to nothing that was sent.
    #[error("unknown reply {id}")]
    UnknownReply {
        /// Its id.
        id: u64,
    },
    /// The state of another contract.
    #[error("cannot migrate from different contract. expected: {expected}, found: {found}")]
    OtherContract {
        /// Our name.
        expected: &'static str,
        /// The name found.
        found: String,
    },
    /// The state of a later version.
    #[error("cannot migrate from version {found} back to {expected}")]
    Downgrade {
        /// Our version.
        expected: &'static str,
        /// The version found.
        found: String,
    },
}

/// Why headers below those of the light client are not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AncestryError {
    /// They hang from a header that nobody has.
    #[error("header {above} is neither in the light client nor was it brought")]
    UnknownAbove {
        /// Its hash.
        above: HeaderHash,
    },
    /// Not one from another.
    #[error(transparent)]
    Descend(#[from] DescendError),
    /// The light client has headers of that height, and may still reorganize them.
    #[error("height {height} is one that the light client has a header of")]
    NotBelow {
        /// The height.
        height: BtcHeight,
    },
    /// The lowest is another one than the proof says.
    #[error("the lowest header is {got}, not {expected}")]
    AnotherBlock {
        /// The lowest.
        got: HeaderHash,
        /// What the proof says.
        expected: HeaderHash,
    },
    /// Too few to be worth remembering, or too many for one call.
    #[error("{got} headers, must be {least} to {most}")]
    Count {
        /// How many.
        got: usize,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// Bytes that are no whole headers.
    #[error("{got} bytes are not a number of 80-byte headers")]
    PartialHeader {
        /// How many bytes.
        got: usize,
    },
}

/// Why a transaction is not believed to be in a block.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotIncluded {
    /// Nobody has the header.
    #[error("block {block} is not in the light client's chain; prove its way down if it is older")]
    UnknownBlock {
        /// The block's hash.
        block: HeaderHash,
    },
    /// The way down to it is none.
    #[error(transparent)]
    Ancestry(#[from] AncestryError),
    /// The branch does not lead there.
    #[error(transparent)]
    Branch(#[from] InclusionError),
    /// No transaction.
    #[error("spending transaction: {0}")]
    Transaction(#[from] TransactionError),
    /// The first transaction of a block, which no stake is.
    #[error("index 0 is the coinbase, which is no staking transaction")]
    Coinbase,
    /// The transaction spends something else.
    #[error("transaction {spender} does not spend {stake}")]
    SpendsElse {
        /// Its id.
        spender: primitives::Txid,
        /// The stake, or the id of its transaction.
        stake: String,
    },
    /// Babylon gave no proof.
    #[error("the end of {stake} comes without a proof of inclusion")]
    NoProof {
        /// The id of the staking transaction.
        stake: primitives::Txid,
    },
}
