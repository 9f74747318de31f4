mod channel;

pub use channel::{DoorError, RebindError};

use api::bsn::event::Alarm;
use cosmwasm_std::{Event, StdError};
use finality::commitment::CommitError;
use finality::evidence::EvidenceError;
use finality::grid::bootstrap::NotBootstrapped;
use finality::grid::closing::NotExcused;
use finality::jail::UnjailError;
use finality::params::OutOfBounds;
use finality::resume::ResumeError;
use finality::vote::VoteError;
use primitives::{BlockHeight, FpPublicKey, ParseError};
use thiserror::Error;

/// Why a call was refused. Texts that daemons read are in the domain's own errors.
#[derive(Debug, Error)]
pub enum ContractError {
    /// Storage or the host.
    #[error(transparent)]
    Std(#[from] StdError),
    /// A key, hash or amount.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A commitment.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// A vote.
    #[error(transparent)]
    Vote(#[from] VoteError),
    /// Evidence.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A request to leave jail.
    #[error(transparent)]
    Unjail(#[from] UnjailError),
    /// A request to resume finality.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// A request to count grid heights as closed.
    #[error(transparent)]
    Excuse(#[from] NotExcused),
    /// A request to let randomness count by word.
    #[error(transparent)]
    Bootstrap(#[from] NotBootstrapped),
    /// A knob.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// A handshake or the end of a channel.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// A move to another connection.
    #[error(transparent)]
    Rebind(#[from] RebindError),
    /// Not a packet of Babylon.
    #[error(transparent)]
    Packet(#[from] proto::decode::PacketError),
    /// The sender may not.
    #[error("Unauthorized: {sender} may not {what}")]
    Unauthorized {
        /// The sender's address, bech32.
        sender: String,
        /// What was asked for, as the error text says it.
        what: &'static str,
    },
    /// All finality providers and stake come through Babylon.
    #[error("stake_source is {present}: finality providers and timestamps come through Babylon")]
    NotOwn {
        /// The present one.
        present: &'static str,
    },
    /// There is no Babylon.
    #[error("stake_source is bitcoin: this chain has no channel to Babylon")]
    NoBabylon,
    /// Registered already, here or through Babylon.
    #[error("finality provider {provider} is registered already")]
    Registered {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// A timestamp of another branch, or a lie.
    #[error("anchor of height {height} is another")]
    OtherAnchor {
        /// The height that the timestamp names.
        height: BlockHeight,
    },
    /// A timestamp that moves nothing.
    #[error("height {height} is not above {timestamped}, which is timestamped already")]
    OldTimestamp {
        /// The height that the timestamp names.
        height: BlockHeight,
        /// The highest one.
        timestamped: BlockHeight,
    },
    /// A setting other than a knob.
    #[error("Invalid configuration: {reason}")]
    Config {
        /// What is wrong with it.
        reason: String,
    },
    /// Only for tests.
    #[error("{what} is only possible on regtest")]
    RegtestOnly {
        /// What was asked for, as the error text says it.
        what: &'static str,
    },
    /// Unknown to this contract.
    #[error("Finality provider not found: {provider}")]
    UnknownProvider {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// A slashed key is public: its signatures prove nothing.
    #[error("the finality provider {provider} has already been slashed")]
    Slashed {
        /// The FP's public key, x-only (BIP 340).
        provider: FpPublicKey,
    },
    /// What is asked for is not there.
    #[error("{what} not found: {culprit}")]
    NotFound {
        /// What was asked for, as the error text says it.
        what: &'static str,
        /// The key, id or number that was asked for.
        culprit: String,
    },
    /// The daemons' end-to-end tests expect this one.
    #[error("The BTC staking protocol is not activated yet")]
    NotActivated {},
    /// No timestamp has come yet.
    #[error("There is no finalized Consumer header yet")]
    NoConsumerHeader {},
    /// A hole, pruned, or not reached.
    #[error("Block {height} is not found")]
    BlockNotFound {
        /// The height that was asked for.
        height: u64,
    },
    /// More than one answer can cover.
    #[error("there are more than {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many it could.
        most: usize,
    },
    /// A vote beyond those that a message may have; the votes before it are taken.
    #[error("not taken: at most {most}")]
    NotTaken {
        /// How many it may have.
        most: usize,
    },
    /// A reply to nothing we sent.
    #[error("unknown reply {id}")]
    UnknownReply {
        /// Its id.
        id: u64,
    },
    /// Another contract's state.
    #[error("Cannot migrate from different contract. Expected: {expected}, found: {found}")]
    OtherContract {
        /// Our name.
        expected: &'static str,
        /// What cw2 says.
        found: String,
    },
    /// A newer version's state.
    #[error("cannot migrate from version {found} down to {ours}")]
    Downgrade {
        /// Our version.
        ours: &'static str,
        /// What cw2 says.
        found: String,
    },
}

/// What is wrong where no error may be returned: in hooks and with packets.
pub fn alarm(what: String) -> Event {
    Alarm { what }.into()
}
