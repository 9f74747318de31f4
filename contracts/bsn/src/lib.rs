//! `bsn`: finality for an appchain by Bitcoin-staked finality providers.
//!
//! # The idea
//!
//! One contract holds everything that must change together: the finality providers (FPs) and their stake, which
//! come over IBC from Babylon; their randomness, votes and the tally; evidence; liveness; and the outbox to
//! Babylon. The chain module x/babylon registers this one address as *babylon*, *staking* and *finality*, so
//! BeginBlock comes twice a block: every hook is safe to lose, to repeat and to tear. A vote and a
//! hook ask no other contract.
//!
//! # The danger
//!
//! * A hook that fails is lost. So hooks take work in bounded portions, and the mark that a block is done is
//!   written last.
//! * A packet that fails is lost for good, and a panic blocks the ordered channel. So packets are taken item by
//!   item, and what cannot be applied is quarantined.
//! * The daemon reads error texts. They are written in `finality::vote` and nowhere else.
//!
//! # How to read
//!
//! The shells are thin: each message has a file of its name in `execute`, each hook one in `sudo`, each IBC callback
//! one in `ibc`, each group of queries one in `query`. Below them each subject has a room: [`heights`] (anchors, tally,
//! settling, liveness, the grid), [`active_set`], [`rewards`], [`intake`] (staking items, queue, quarantine), [`channel`],
//! [`evidence`] (slashing, outbox), [`verifier`] (who verifies delegations), [`bitcoin`] (light client, timestamps), [`config`], [`migrations`], [`sweep`]. Every table of
//! storage is declared in [`state`]. A gate holds the rooms to floors: none uses one above or beside it.
//!
//! Decisions are in the pure packages `finality`, `staking` and `timestamping`; here is **parse, load, decide,
//! record**. The README draws the way of a vote, a packet, a block and a query.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]

mod active_set;
mod bitcoin;
mod channel;
mod config;
mod error;
mod evidence;
mod execute;
mod heights;
mod host;
mod ibc;
mod instantiate;
mod intake;
mod migrate;
mod migrations;
mod parse;
mod query;
mod rewards;
pub mod state;
mod sudo;
mod sweep;
#[cfg(test)]
mod tests;
mod verifier;

pub use error::ContractError;
pub use state::{CONTRACT_NAME, CONTRACT_VERSION};

#[cfg(not(feature = "library"))]
exports::export!(crate::entry:
    with_sender [instantiate, execute],
    without [
        sudo, reply, migrate,
        ibc_channel_open, ibc_channel_connect, ibc_channel_close,
        ibc_packet_receive, ibc_packet_ack, ibc_packet_timeout
    ],
    queries [query]
);

/// The table of contents, as the chain sees it.
pub mod entry {
    use api::bsn::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, SudoMsg};
    use cosmwasm_std::{
        Binary, Deps, DepsMut, Env, IbcBasicResponse, IbcChannelCloseMsg, IbcChannelConnectMsg,
        IbcChannelOpenMsg, IbcChannelOpenResponse, IbcPacketAckMsg, IbcPacketReceiveMsg, IbcPacketTimeoutMsg,
        IbcReceiveResponse, MessageInfo, Reply, Response,
    };

    use crate::error::ContractError;
    use crate::evidence::outbox;
    use crate::intake::handover;
    use crate::{bitcoin, execute, ibc, instantiate, migrate, query, rewards, sudo, verifier};

    /// Instantiates: RULINGS.md, "Instantiation".
    pub fn instantiate(
        deps: DepsMut<'_>,
        env: Env,
        info: MessageInfo,
        msg: InstantiateMsg,
    ) -> Result<Response, ContractError> {
        instantiate::instantiate(deps, &env, &info, msg)
    }

    /// Executes a message.
    pub fn execute(
        deps: DepsMut<'_>,
        env: Env,
        info: MessageInfo,
        msg: ExecuteMsg,
    ) -> Result<Response, ContractError> {
        execute::execute(deps, &env, &info, msg)
    }

    /// Answers a query.
    pub fn query(deps: Deps<'_>, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
        query::query(deps, env, msg)
    }

    /// Takes a hook of the chain module.
    pub fn sudo(deps: DepsMut<'_>, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
        sudo::sudo(deps, &env, msg)
    }

    /// Hears how a message of ours went.
    pub fn reply(deps: DepsMut<'_>, env: Env, reply: Reply) -> Result<Response, ContractError> {
        match reply.id {
            outbox::OUTBOX_REPLY => outbox::not_sent(deps.storage, &env, &reply),
            rewards::TRANSFER_REPLY | rewards::BURN_REPLY => {
                Ok(Response::new().add_events(rewards::refused(deps.storage, &env, &reply)?))
            }
            instantiate::LIGHT_CLIENT_REPLY => instantiate::reply(deps.storage, reply),
            verifier::VERIFIER_REPLY => instantiate::verifier_reply(deps.storage, reply),
            handover::HANDOVER_REPLY => Ok(handover::handed(deps.storage, &env, &reply)?),
            bitcoin::HEADERS_REPLY => Ok(bitcoin::headers_taken(deps, &env, &reply)?),
            bitcoin::FOLLOW_REPLY => Ok(bitcoin::not_followed(&reply)),
            id => Err(ContractError::UnknownReply { id }),
        }
    }

    /// Migrates.
    pub fn migrate(deps: DepsMut<'_>, env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
        migrate::migrate(deps, &env, msg)
    }

    /// Checks a handshake.
    pub fn ibc_channel_open(
        deps: DepsMut<'_>,
        env: Env,
        msg: IbcChannelOpenMsg,
    ) -> Result<IbcChannelOpenResponse, ContractError> {
        ibc::open(deps, &env, msg)
    }

    /// Binds the channel.
    pub fn ibc_channel_connect(
        deps: DepsMut<'_>,
        env: Env,
        msg: IbcChannelConnectMsg,
    ) -> Result<IbcBasicResponse, ContractError> {
        ibc::connect(deps, &env, msg)
    }

    /// Frees the slot, or refuses to close.
    pub fn ibc_channel_close(
        deps: DepsMut<'_>,
        env: Env,
        msg: IbcChannelCloseMsg,
    ) -> Result<IbcBasicResponse, ContractError> {
        ibc::close(deps, &env, msg)
    }

    /// Takes a packet; fails only where storage does, and then the chain undoes all.
    pub fn ibc_packet_receive(
        deps: DepsMut<'_>,
        env: Env,
        msg: IbcPacketReceiveMsg,
    ) -> Result<IbcReceiveResponse, ContractError> {
        Ok(ibc::receive(deps, &env, msg)?)
    }

    /// Takes an acknowledgement of evidence.
    pub fn ibc_packet_ack(
        deps: DepsMut<'_>,
        env: Env,
        msg: IbcPacketAckMsg,
    ) -> Result<IbcBasicResponse, ContractError> {
        ibc::acknowledge(deps, &env, msg)
    }

    /// Takes a timeout, which closes the channel.
    pub fn ibc_packet_timeout(
        deps: DepsMut<'_>,
        env: Env,
        msg: IbcPacketTimeoutMsg,
    ) -> Result<IbcBasicResponse, ContractError> {
        ibc::timeout(deps, &env, msg)
    }
}
