mod admin;
mod batch;
mod bitcoin_timestamp;
mod bootstrap;
mod btc_staking;
mod commit_public_randomness;
mod excuse_grid;
mod follow_bitcoin;
mod poll;
mod rebind_connection;
mod register_finality_provider;
pub mod resume_finality;
mod resync;
mod retry_outbox;
mod retry_quarantined;
mod set_paused;
mod slash;
mod stake_outcomes;
mod standing;
mod submit_evidence;
mod submit_finality_signature;
mod submit_finality_signature_range;
mod submit_finality_signatures_at;
mod unjail;
mod update_addresses;
mod update_config;

use api::bsn::{Empty, ExecuteMsg};
use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, Storage};
use primitives::{AppHash, BlockHeight, FpPublicKey};

use crate::error::ContractError;
use crate::parse;
use crate::state::{ADMINS, CONFIG, Config};

/// The table of contents.
pub fn execute(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    use ExecuteMsg as M;
    match msg {
        M::CommitPublicRandomness { fp_pubkey_hex, start_height, num_pub_rand, commitment, signature } => {
            let request =
                parse::commitment(&fp_pubkey_hex, start_height, num_pub_rand, &commitment, &signature)?;
            commit_public_randomness::commit_public_randomness(deps, env, &request)
        }
        M::SubmitFinalitySignature { fp_pubkey_hex, height, pub_rand, proof, block_hash, signature } => {
            let vote = parse::vote(&fp_pubkey_hex, height, &pub_rand, proof, &block_hash, &signature)?;
            submit_finality_signature::submit_finality_signature(deps, env, &vote)
        }
        M::SubmitFinalitySignatureRange { fp_pubkey_hex, start_height, votes, packed, proof } => {
            submit_finality_signature_range::submit_finality_signature_range(
                deps,
                env,
                FpPublicKey::from_hex(&fp_pubkey_hex)?,
                BlockHeight::new(start_height),
                parse::batch::range(&votes, &packed),
                &parse::batch::range_proof(&proof)?,
            )
        }
        M::SubmitFinalitySignaturesAt { height, app_hash, votes, packed } => {
            let (height, app_hash) = (BlockHeight::new(height), AppHash::from_slice(&app_hash)?);
            let votes = parse::batch::votes_at(height, app_hash, votes, &packed);
            submit_finality_signatures_at::submit_finality_signatures_at(deps, env, height, votes)
        }
        M::SubmitEvidence { fp_pubkey_hex, height, pub_rand, first, second } => {
            let evidence = parse::evidence(&fp_pubkey_hex, height, &pub_rand, &first, &second)?;
            submit_evidence::submit_evidence(deps, env, &evidence)
        }
        M::Unjail { fp_pubkey_hex, signature } => {
            unjail::unjail(deps, env, info, &fp_pubkey_hex, signature.as_ref())
        }
        M::RetryOutbox { fp_pubkey_hex } => retry_outbox::retry_outbox(deps, env, &fp_pubkey_hex),
        M::FollowBitcoin(Empty {}) => follow_bitcoin::follow_bitcoin(deps, env),
        M::UpdateAdmin { admin } => admin::update_admin(deps, info, admin),
        M::AcceptAdmin {} => admin::accept_admin(deps, info),
        M::UpdateConfig(change) => update_config::update_config(deps, env, info, change),
        M::SetPaused { packet_intake, rewards } => {
            set_paused::set_paused(deps, env, info, packet_intake, rewards)
        }
        M::ResumeFinality { halting_height, fp_pubkeys_hex } => {
            resume_finality::resume_finality(deps, env, info, halting_height, &fp_pubkeys_hex)
        }
        M::Bootstrap { commitments } => bootstrap::bootstrap(deps, env, info, &commitments),
        M::ExcuseGrid { through } => excuse_grid::excuse_grid(deps, env, info, through),
        M::UpdateStaking { staking } => update_addresses::update_addresses(deps, env, info, &staking, None),
        M::UpdateContractAddresses { btc_light_client, finality } => {
            update_addresses::update_addresses(deps, env, info, &finality, Some(&btc_light_client))
        }
        M::RetryQuarantined { ids } => retry_quarantined::retry_quarantined(deps, env, &ids),
        M::RebindConnection { connection_id, ics20_channel_id } => {
            rebind_connection::rebind_connection(deps, env, info, connection_id, ics20_channel_id)
        }
        M::StakeOutcomes { packed } => stake_outcomes::stake_outcomes(deps, env, info, &packed),
        M::RegisterFinalityProvider { fp_pubkey_hex, operator } => {
            let key = FpPublicKey::from_hex(&fp_pubkey_hex)?;
            register_finality_provider::register_finality_provider(deps, info, &key, &operator)
        }
        M::BitcoinTimestamp { height, app_hash_hex } => {
            let (height, app_hash) = (BlockHeight::new(height), AppHash::from_hex(&app_hash_hex)?);
            bitcoin_timestamp::bitcoin_timestamp(deps, info, height, &app_hash)
        }
        M::Resync { packet } => resync::resync(deps, env, info, &packet),
        M::BtcStaking { new_fp, active_del, unbonded_del } => {
            btc_staking::btc_staking(deps, env, info, new_fp, active_del, unbonded_del)
        }
        M::Slash { fp_btc_pk_hex } => slash::slash(deps, env, info, &fp_btc_pk_hex),
    }
}

fn check_admin(storage: &dyn Storage, info: &MessageInfo, what: &'static str) -> Result<(), ContractError> {
    if is_admin(storage, info)? {
        return Ok(());
    }
    Err(ContractError::Unauthorized { sender: info.sender.to_string(), what })
}

fn is_admin(storage: &dyn Storage, info: &MessageInfo) -> Result<bool, ContractError> {
    Ok(ADMINS.load(storage)?.admin.as_deref() == Some(info.sender.as_str()))
}

/// That the sender is the contract that verifies delegations.
fn check_verifier(config: &Config, info: &MessageInfo, what: &'static str) -> Result<(), ContractError> {
    if config.stake_verifier.as_deref() == Some(info.sender.as_str()) {
        return Ok(());
    }
    Err(ContractError::Unauthorized { sender: info.sender.to_string(), what })
}

/// That finality providers and stake come to this chain itself.
fn check_is_own(config: &Config) -> Result<(), ContractError> {
    if config.stake_source.is_own() {
        return Ok(());
    }
    Err(ContractError::NotOwn { present: config.stake_source.name() })
}

fn check_regtest(storage: &dyn Storage, what: &'static str) -> Result<(), ContractError> {
    match CONFIG.load(storage)?.network {
        api::bsn::Network::Regtest => Ok(()),
        _ => Err(ContractError::RegtestOnly { what }),
    }
}

#[cfg(test)]
mod tests;
