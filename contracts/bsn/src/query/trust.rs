use api::bsn::{Network, StakeSource, TrustResponse, TrustRow};
use cosmwasm_std::{Deps, Storage};
use primitives::VotingPower;
use staking::{Class, Due, NEVER};

use super::grid;
use crate::error::ContractError;
use crate::state::{ACTIVE, ADMINS, BUCKETS, CHANNELS, CONFIG, Config, PARAMS, Progress, due_key};
use crate::verifier;

/// What this deployment verifies, and what it believes.
pub fn trust(deps: Deps<'_>) -> Result<TrustResponse, ContractError> {
    let store = deps.storage;
    let config = CONFIG.load(store)?;
    let channels = CHANNELS.may_load(store)?.unwrap_or_default();
    let babylon = "Babylon, over the bound channel";
    let mut channel = format!("connection {}", channels.connection_id.as_deref().unwrap_or_default());
    if let Some(announced) = channels.announced(&config) {
        channel.push_str(&format!("; announced by the admin: {announced}"));
    }
    let Config {
        babylon_chain_id,
        btc_light_client,
        babylon_tag,
        network,
        stake_verifier,
        stake_source,
        checkpoint_finalization_timeout: w,
        ..
    } = config;
    let pop = match babylon_chain_id {
        Some(chain) => verified(
            "proofs of possession",
            &format!("BIP-340, for Babylon chain {chain}; other kinds trusted"),
        ),
        None => trusted("proofs of possession", babylon),
    };
    let work = match network {
        Network::Mainnet => "proof of work",
        _ => "proof of work, which costs little on this network",
    };
    let tag = babylon_tag.map_or_else(|| "any tag".into(), |tag| format!("tag {}", hex::encode(tag)));
    let [headers, checkpoints] = match btc_light_client {
        Some(address) => [
            verified("bitcoin headers", &format!("{work}, by the light client at {address}")),
            verified(
                "checkpoints are in bitcoin",
                &format!(
                    "both halves, of {tag}, {w} deep there; while it is younger than that, babylon's word"
                ),
            ),
        ],
        None => {
            let by = format!("{babylon}: there is no light client");
            [trusted("bitcoin headers", &by), trusted("checkpoints are in bitcoin", &by)]
        }
    };
    let has_babylon = stake_source != StakeSource::Bitcoin;
    let mut rows = vec![
        verified("finality votes", "EOTS signature by the finality provider's key"),
        verified("public randomness", "Merkle proof against the commitment, which is signed"),
        verified("evidence of equivocation", "two EOTS signatures that give away the key"),
    ];
    if has_babylon {
        rows.extend([pop, trusted("channel to Babylon", &channel)]);
    }
    if stake_source.is_own() {
        rows.extend(own());
    }
    match stake_verifier {
        Some(address) => rows.extend(stake(deps, &address)?),
        None => rows.extend([
            trusted("stake amounts", babylon),
            trusted("delegations, and those ended early", babylon),
        ]),
    }
    rows.push(verified("timestamped header", "the anchor that this chain's own hooks left"));
    if has_babylon {
        rows.push(trusted("epochs, and who sealed them", babylon));
    }
    rows.push(headers);
    if has_babylon {
        rows.push(checkpoints);
    }
    rows.extend([administration(store)?, resumption(store)?]);
    rows.extend(grid::trust(store));
    Ok(TrustResponse { rows })
}

/// What is to be known of stake that comes to this chain itself.
fn own() -> [TrustRow; 3] {
    [
        verified("registration of finality providers", "BIP-340 by their key over the operator's address"),
        verified(
            "self-stake",
            "bitcoin; an equivocator's goes, when its lock ends, to whoever pays miners most",
        ),
        trusted(
            "a third of the power",
            "whoever holds it cheapest: a sat counts one, whatever a slashing takes of it",
        ),
    ]
}

/// Where delegations are verified: how much of the active set's power is, and what a slashing takes.
fn stake(deps: Deps<'_>, address: &str) -> Result<[TrustRow; 4], ContractError> {
    let (mut power, mut on_bitcoin) = (VotingPower::ZERO, VotingPower::ZERO);
    for member in ACTIVE.load(deps.storage)?.members() {
        let all = due_key(Due { height: NEVER, class: Class::Verified, fp: member.id });
        let of_member = BUCKETS.may_load(deps.storage, &all)?.unwrap_or_default();
        power = power + member.power;
        on_bitcoin = on_bitcoin + of_member.min(member.power);
    }
    let on_word = power.get().saturating_sub(on_bitcoin.get());
    let rate = verifier::slashing_rate(deps.querier, address);
    Ok([
        verified("stake amounts", &format!("scripts and signatures, by the contract at {address}")),
        verified(
            "delegations, and those ended early",
            &format!("bitcoin: {on_bitcoin} of {power} active sats"),
        ),
        trusted("delegations of before", &format!("Babylon: {on_word} of {power} active sats")),
        trusted("slashing", &format!("the committee; it takes {rate} of new stake")),
    ])
}

fn administration(store: &dyn Storage) -> Result<TrustRow, ContractError> {
    Ok(match ADMINS.load(store)?.admin {
        Some(admin) => trusted("settings, pauses and who may leave jail early", &admin),
        None => verified("settings", "nobody: there is no admin"),
    })
}

fn resumption(store: &dyn Storage) -> Result<TrustRow, ContractError> {
    let (delay, progress) = (PARAMS.load(store)?.resume_delay, Progress::load(store)?);
    let by = match progress.gaps.resumed_through.get() {
        0 => format!("the admin, for heights that wait {delay} blocks; they are called resumed"),
        through => format!("the admin, the last time through height {through}; those are called resumed"),
    };
    Ok(trusted("going on after a standstill", &by))
}

fn verified(what: &str, by: &str) -> TrustRow {
    row(what, "verified", by)
}

fn trusted(what: &str, by: &str) -> TrustRow {
    row(what, "trusted", by)
}

fn row(what: &str, how: &str, by: &str) -> TrustRow {
    TrustRow { what: what.into(), how: how.into(), by: by.into() }
}
