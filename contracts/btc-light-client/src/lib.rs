//! The chain of Bitcoin headers with the most work, checked, for any contract to ask.
//!
//! # The idea
//!
//! Headers come in from whoever has them; the rules of Bitcoin ([`bitcoin_spv`]) decide which are
//! believed. The contract keeps the main chain only: one record per height, one index entry per hash,
//! and the tip. It calls nobody. Other contracts read the tip raw ([`api::btc_light_client::TIP_KEY`])
//! or ask how deep a header lies, or whether a transaction is in a block.
//!
//! # The danger
//!
//! * Whoever gives the **first** header decides on which chain everything after is judged. So it comes
//!   from instantiation, from the instantiator, or on regtest from the admin: never from a stranger.
//! * On mainnet work is expensive and anyone may submit. On **test networks** it is not, so there only the
//!   instantiator and a list of senders may (RULINGS.md, "The light client").
//! * A client that starts in the middle lacks ancestors for its first retarget and its first medians.
//!   The query `rules` shows what is enforced until then.
//! * "Included" says nothing about transactions of 64 bytes; see
//!   [`bitcoin_spv::MerkleBranch::root_of`].
//!
//! # Synopsis
//!
//! ```
//! use api::btc_light_client::{InstantiateMsg, Network, PinnedHeader, QueryMsg};
//! use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
//!
//! let mut deps = mock_dependencies();
//! let creator = message_info(&deps.api.addr_make("creator"), &[]);
//! let genesis = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2\
//!                7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c";
//! let message = InstantiateMsg {
//!     network: Network::Mainnet,
//!     btc_confirmation_depth: 10,
//!     checkpoint_finalization_timeout: 100,
//!     admin: None,
//!     submitters: None,
//!     retained_headers: None,
//!     max_headers: None,
//!     checkpoint: Some(PinnedHeader {
//!         height: 0,
//!         header_hex: genesis.into(),
//!         work: None,
//!         period_start_header_hex: None,
//!     }),
//! };
//! btc_light_client::instantiate(deps.as_mut(), mock_env(), creator, message)?;
//! let tip = btc_light_client::query(deps.as_ref(), mock_env(), QueryMsg::BtcTipHeader {})?;
//! assert!(String::from_utf8_lossy(&tip).contains(r#""cum_work":"4295032833""#));
//! # Ok::<(), btc_light_client::ContractError>(())
//! ```
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

mod error;
mod event;
mod execute;
mod instantiate;
mod migrate;
mod parse;
mod query;
mod state;

use api::btc_light_client::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg};
#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response};

pub use error::ContractError;
pub use state::{NAME, VERSION};

/// Sets the contract up, with or without a header to start from.
///
/// # Errors
/// [`ContractError`]: a value out of bounds, or a pinned header without work.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    instantiate::instantiate(deps, info, msg)
}

/// Takes a message.
///
/// # Errors
/// [`ContractError`]; then nothing has changed.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    execute::execute(deps, env, info, msg)
}

/// Answers a query.
///
/// # Errors
/// [`ContractError`]: what was asked for is not there.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, _env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    query::query(deps, msg)
}

/// Takes over the state of an earlier version.
///
/// # Errors
/// [`ContractError`]: it is another contract's, or a later version's.
#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    migrate::migrate(deps)
}
