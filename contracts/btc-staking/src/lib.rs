//! `btc-staking`: which delegations of bitcoin count, and when they end, checked against Bitcoin.
//!
//! # The idea
//!
//! Babylon's word about delegations is the largest thing that a chain takes on trust. Here it is checked: every byte of an item
//! by `covenant` (scripts, transactions, the committee's signatures), that it is in Bitcoin and not spent by proofs
//! that anybody sends, held against the light client's headers. Where a stake stands is decided by `standing`; this
//! contract stores that, and says to `bsn` what changed. The README draws it, with each threat and the rule that stops it.
//!
//! # The danger
//!
//! * An item is taken from `bsn` alone, and what became of stake is said to `bsn` alone. Neither address can be changed.
//! * What is absent from the light client has left the chain, so a read that fails must never look like one: it
//!   fails the call.
//! * Entries of a message fail one by one, each with a rule and a reason; a whole message fails only for its sender, its
//!   size, or its host.
//! * `bsn` may refuse what it is told. Its verdict is what is recorded, and what it did not take is sent again.
//!
//! # How to read
//!
//! Each message has a file of its name in `execute`, each group of queries one in `query`. Below them are rooms:
//! [`items`] (what Babylon says), [`proofs`] (where transactions are), [`outcomes`] (what `bsn` is told), [`payout`](mod@payout) (rewards), [`parse`],
//! [`state`] (every table). Handlers go in four steps: **parse, load, decide, record**.
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

mod chain;
mod error;
mod event;
mod execute;
mod host;
mod instantiate;
mod items;
mod migrate;
mod outcomes;
mod parse;
mod payout;
mod proofs;
mod query;
mod refused;
mod state;

pub use error::{AncestryError, ContractError, NotIncluded, PayoutError};
pub use instantiate::check;
pub use refused::Refused;
pub use state::{NAME, VERSION};

#[cfg(not(feature = "library"))]
exports::export!(crate::entry: with_sender [instantiate, execute], without [reply, migrate], queries [query]);

/// The table of contents, as the chain sees it.
pub mod entry {
    use api::btc_staking::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
    use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Reply, Response};

    use crate::{ContractError, execute, instantiate, migrate, outcomes, query};

    /// Sets the contract up, with the first versions of the parameters.
    ///
    /// # Errors
    /// [`ContractError`]: a value out of bounds, or parameters that are none.
    pub fn instantiate(
        deps: DepsMut<'_>,
        _env: Env,
        info: MessageInfo,
        msg: InstantiateMsg,
    ) -> Result<Response, ContractError> {
        instantiate::instantiate(deps, &info, msg)
    }

    /// Takes a message.
    ///
    /// # Errors
    /// [`ContractError`]; then nothing has changed.
    pub fn execute(
        deps: DepsMut<'_>,
        env: Env,
        info: MessageInfo,
        msg: ExecuteMsg,
    ) -> Result<Response, ContractError> {
        execute::execute(deps, &env, &info, msg)
    }

    /// Answers a query.
    ///
    /// # Errors
    /// [`ContractError`].
    pub fn query(deps: Deps<'_>, _env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
        query::query(deps, msg)
    }

    /// Hears what `bsn` took.
    ///
    /// # Errors
    /// [`ContractError`]: of a reply to nothing.
    pub fn reply(deps: DepsMut<'_>, _env: Env, reply: Reply) -> Result<Response, ContractError> {
        match reply.id {
            outcomes::OUTCOMES_REPLY => Ok(outcomes::reply(deps.storage, &reply)?),
            id => Err(ContractError::UnknownReply { id }),
        }
    }

    /// Migrates.
    ///
    /// # Errors
    /// [`ContractError`]: of another contract, or a later version.
    pub fn migrate(deps: DepsMut<'_>, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
        migrate::migrate(deps)
    }
}
