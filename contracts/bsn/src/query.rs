//! What anybody may ask. Every answer is bounded: by a page, or by a number of heights looked at.

mod bitcoin;
pub mod blocks;
mod config;
mod delegations;
mod digest;
mod evidence;
pub mod finality_status;
mod grid;
mod health;
mod page;
mod power;
mod providers;
mod pruned;
mod randomness;
mod rewards;
mod seen;
mod signing;
mod timestamps;
mod trust;

use api::bsn::{AtEpoch, AtHeight, ByKey, Empty, KeyAtHeight, NumberedPage, Page, QueryMsg};
use api::write;
use cosmwasm_std::{Binary, Deps, Env, Storage};
use primitives::BlockHeight;
use serde::Serialize;
use timestamps::Which;

use crate::error::ContractError;

/// Answers one question.
///
/// # Errors
/// [`ContractError`] where the question does not parse, or where the wire has an error instead of `null`.
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let store = deps.storage;
    let at = BlockHeight::new;
    match msg {
        QueryMsg::Config(Empty {}) => json(config::config(store, &env)),
        QueryMsg::Admin(Empty {}) => json(config::admin(store)),
        QueryMsg::TransferInfo(Empty {}) => json(config::transfer_info(store)),
        QueryMsg::Trust(Empty {}) => json(trust::trust(deps)),

        QueryMsg::FinalityProvider(ByKey { btc_pk_hex }) => json(providers::one(store, &btc_pk_hex)),
        QueryMsg::FinalityProviders(Page { start_after, limit }) => {
            json(providers::all(store, start_after, limit))
        }
        QueryMsg::FinalityProviderInfo { btc_pk_hex, height } => {
            json(providers::info(store, &env, &btc_pk_hex, height))
        }
        QueryMsg::FinalityProvidersByTotalActiveSats { start_after, limit } => {
            json(providers::by_stake(store, &env, start_after, limit))
        }
        QueryMsg::DelegationsByFp { btc_pk_hex, start_after, limit } => {
            json(delegations::of(store, &btc_pk_hex, start_after, limit))
        }

        QueryMsg::Delegation { staking_tx_hash_hex } => json(delegations::one(store, &staking_tx_hash_hex)),
        QueryMsg::Delegations { start_after, limit, active } => {
            json(delegations::all(store, start_after, limit, active))
        }
        QueryMsg::StateDigest(Page { start_after, limit }) => json(digest::digest(store, start_after, limit)),

        QueryMsg::FinalityProviderPower(KeyAtHeight { btc_pk_hex, height }) => {
            json(power::one(store, &btc_pk_hex, at(height)))
        }
        QueryMsg::FinalityProviderPowerBatch { btc_pk_hex, heights } => {
            json(power::batch(store, &btc_pk_hex, heights))
        }
        QueryMsg::ActiveFinalityProviders(AtHeight { height }) => json(power::active_set(store, at(height))),

        QueryMsg::FirstPubRandCommit(ByKey { btc_pk_hex }) => json(randomness::first(store, &btc_pk_hex)),
        QueryMsg::LastPubRandCommit(ByKey { btc_pk_hex }) => json(randomness::last(store, &btc_pk_hex)),
        QueryMsg::PubRandCommit { btc_pk_hex, start_after, limit, reverse } => {
            json(randomness::all(store, &btc_pk_hex, start_after.map(at), limit, reverse))
        }

        QueryMsg::LastFinalizedHeight(Empty {}) => json(blocks::last_finalized_height(store)),
        QueryMsg::ActivatedHeight(Empty {}) => json(blocks::activated_height(store)),
        QueryMsg::Block(AtHeight { height }) => json(blocks::one(store, at(height))),
        QueryMsg::Blocks { start_after, limit, finalised, reverse } => {
            json(blocks::all(store, start_after.map(at), limit, finalised, reverse))
        }
        QueryMsg::Votes(AtHeight { height }) => json(blocks::votes(store, at(height))),
        QueryMsg::FinalitySignature(KeyAtHeight { btc_pk_hex, height }) => {
            json(blocks::signature(store, &btc_pk_hex, at(height)))
        }
        QueryMsg::FinalityStatus(AtHeight { height }) => json(finality_status::status(store, at(height))),
        QueryMsg::LastFinalBlock(Empty {}) => json(finality_status::last_final_block(store)),

        QueryMsg::SigningInfo(ByKey { btc_pk_hex }) => json(signing::info(store, &btc_pk_hex)),
        QueryMsg::JailedFinalityProviders(Page { start_after, limit }) => {
            json(signing::jailed(store, start_after, limit))
        }
        QueryMsg::Evidence(KeyAtHeight { btc_pk_hex, height }) => {
            json(evidence::one(store, &env, &btc_pk_hex, at(height)))
        }
        QueryMsg::Outbox(NumberedPage { start_after, limit }) => {
            json(evidence::outgoing(store, start_after, limit))
        }
        QueryMsg::Quarantined(NumberedPage { start_after, limit }) => {
            json(evidence::quarantined(store, start_after, limit))
        }

        QueryMsg::LastConsumerHeader(Empty {}) => json(timestamps::header(store, None)),
        QueryMsg::ConsumerHeader(AtHeight { height }) => json(timestamps::header(store, Some(height))),
        QueryMsg::BabylonBaseEpoch(Empty {}) => epoch(store, Which::Base),
        QueryMsg::BabylonLastEpoch(Empty {}) => epoch(store, Which::Last),
        QueryMsg::BabylonEpoch(AtEpoch { epoch_number }) => epoch(store, Which::Number(epoch_number)),
        QueryMsg::BabylonCheckpoint(AtEpoch { epoch_number }) => {
            json(timestamps::checkpoint(store, epoch_number))
        }
        QueryMsg::LastConsumerHeight(Empty {}) => json(timestamps::last_height(store)),
        QueryMsg::Pruned(Empty {}) => json(pruned::pruned(store)),
        QueryMsg::Health(Empty {}) => json(
            bitcoin::health(deps, &env)
                .and_then(|bitcoin| health::health(deps, &env, bitcoin, rewards::rewards(deps, &env)?)),
        ),
        QueryMsg::Rewards(Empty {}) => json(rewards::rewards(deps, &env)),
        QueryMsg::Grid(Empty {}) => json(grid::grid(store, &env)),
    }
}

/// One place for three questions: each that writes an answer carries the writer.
fn epoch(store: &dyn Storage, which: Which) -> Result<Binary, ContractError> {
    json(timestamps::epoch(store, which))
}

fn json<T: Serialize>(answer: Result<T, ContractError>) -> Result<Binary, ContractError> {
    Ok(write::json(&answer?)?)
}
