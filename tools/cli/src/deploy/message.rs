//! What is sent. Pure.

use anyhow::{Context, Result, anyhow};
use api::bsn::Network;
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::address;
use bsn_rpc::proto::babylon::{BsnContracts, MsgSetBsnContracts, MsgUpdateParams, Params};
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1::MsgSubmitProposal;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::{Any, pack, pack_as};
use cosmwasm_std::{CanonicalAddr, instantiate2_address};
use serde_json::{Value, json};

use super::artifacts::{Artifact, Artifacts};
use super::codes::{Code, Each};
use super::facts::{BabylonFacts, ChainFacts};
use super::gas::HOOK_CAP;
use crate::config::File;

/// What `bsn` makes its light client with.
const LIGHT_CLIENT_SALT: &[u8] = b"btc-light-client";
/// What it makes the contract with that verifies stake.
const STAKING_SALT: &[u8] = b"btc-staking";
/// The module of Babylon that receives rewards.
const DESTINATION: &str = "btcstaking";
const REGISTER: &str = "/babylonlabs.babylon.v1beta1.MsgSetBSNContracts";
const UPDATE: &str = "/babylonlabs.babylon.v1beta1.MsgUpdateParams";

/// Where everything will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Who instantiates.
    pub creator: String,
    /// `bsn`, and those that it makes.
    pub contracts: Each<String>,
}

impl Addresses {
    /// They depend on the checksums, the creator and the salt alone.
    ///
    /// # Errors
    /// For a creator that is no address, and a salt of no or more than 64 bytes.
    pub fn of(artifacts: &Artifacts, prefix: &str, creator: &str, salt: &str) -> Result<Self> {
        let made = |artifact: &Artifact, by: Vec<u8>, salt: &[u8]| {
            let made = instantiate2_address(&artifact.checksum, &CanonicalAddr::from(by), salt);
            made.map(|it| it.to_vec())
                .map_err(|error| anyhow!("the salt `{}`: {error}", String::from_utf8_lossy(salt)))
        };
        let bsn = made(&artifacts.bsn, address::decode(prefix, creator)?, salt.as_bytes())?;
        let contracts = Each {
            light_client: made(&artifacts.light_client, bsn.clone(), LIGHT_CLIENT_SALT)?,
            staking: artifacts.staking.as_ref().map(|it| made(it, bsn.clone(), STAKING_SALT)).transpose()?,
            bsn,
        };
        let contracts = contracts.try_map(|bytes| address::encode(prefix, bytes))?;
        Ok(Self { creator: creator.to_owned(), contracts })
    }
}

/// The contract's instantiate message.
///
/// # Errors
/// For what is not set.
pub fn instantiate(
    file: &File,
    chain: &ChainFacts,
    babylon: Option<&BabylonFacts>,
    codes: &Each<u64>,
) -> Result<Value> {
    let unset = |what: &str| anyhow!("`{what}` is not set in bsn.toml");
    let depths = babylon.and_then(|it| it.depths);
    let network = file.bsn.network.ok_or_else(|| unset("bsn.network"))?;
    let k = file.bsn.k.or_else(|| depths.map(|(k, _)| k)).ok_or_else(|| unset("bsn.k"))?;
    let w = file.bsn.w.or_else(|| depths.map(|(_, w)| w)).ok_or_else(|| unset("bsn.w"))?;
    let admin = admin(file, chain);
    let mut message = json!({
        "network": network,
        "btc_confirmation_depth": k,
        "checkpoint_finalization_timeout": w,
        "btc_light_client_code_id": codes.light_client,
        "admin": admin,
        "consumer_name": file.babylon.consumer_name.clone().unwrap_or_else(|| chain.id.clone()),
        "consumer_description": file.babylon.consumer_description.clone().unwrap_or_else(|| format!("the chain {}", chain.id)),
        "ics20_channel_id": "",
        "destination_module": "",
    });
    let fields = message.as_object_mut().context("it is an object")?;
    if !file.is_alone() {
        let id = babylon.map(|it| it.id.clone()).or_else(|| file.babylon.id.clone());
        let channel = file.bsn.ics20_channel.as_deref().ok_or_else(|| unset("bsn.ics20_channel"))?;
        fields.insert("ics20_channel_id".to_owned(), json!(channel));
        fields.insert("destination_module".to_owned(), json!(DESTINATION));
        fields.insert("babylon_chain_id".to_owned(), json!(id.ok_or_else(|| unset("babylon.id"))?));
    }
    if let Some(source) = file.bsn.stake_source {
        fields.insert("stake_source".to_owned(), json!(source));
    }
    if let (Some(staking), Some(code_id)) = (&file.staking, codes.staking) {
        let settings = STANDARD.encode(serde_json::to_string(&staking.message(&chain.governance))?);
        fields.insert("verified_stake".to_owned(), json!({ "code_id": code_id, "settings": settings }));
    }
    if let Some(interval) = file.bsn.grid {
        fields.insert("grid".to_owned(), json!(interval));
    }
    if let Some(transfer) = &chain.transfer {
        fields.insert("connection_id".to_owned(), json!(transfer.connection));
    }
    if let Some(denoms) = &file.bsn.reward_denoms {
        fields.insert("reward_denoms".to_owned(), json!(denoms));
    }
    if let Some(tag) = &file.bsn.babylon_tag {
        fields.insert("babylon_tag".to_owned(), json!(tag));
    }
    if file.bsn.checkpoint.is_some() || file.bsn.submitters.is_some() {
        let mut client = json!({ "network": network, "btc_confirmation_depth": k, "checkpoint_finalization_timeout": w,
            "admin": admin });
        if let Some(pinned) = &file.bsn.checkpoint {
            client["checkpoint"] = json!({ "height": pinned.height, "header_hex": pinned.header_hex });
            if let Some(work) = &pinned.work {
                client["checkpoint"]["work"] = json!(work);
            }
        }
        if let Some(submitters) = &file.bsn.submitters {
            client["submitters"] = json!(submitters);
        }
        fields.insert("btc_light_client_msg".to_owned(), json!(STANDARD.encode(client.to_string())));
    }
    fields.extend(file.bsn.knobs.clone());
    Ok(message)
}

/// The admin as an address.
pub fn admin(file: &File, chain: &ChainFacts) -> String {
    match file.bsn.admin.as_deref() {
        None | Some("gov") => chain.governance.clone(),
        Some(admin) => admin.to_owned(),
    }
}

/// Which Bitcoin, in the word of the record.
pub fn network_word(network: Network) -> String {
    let value = serde_json::to_value(network).unwrap_or_default();
    value.as_str().map(str::to_owned).unwrap_or_default()
}

/// Stores a code.
pub fn store(sender: &str, artifact: &Artifact) -> Any {
    let (sender, wasm_byte_code) = (sender.to_owned(), artifact.gz.clone());
    pack(&wasm::MsgStoreCode { sender, wasm_byte_code, instantiate_permission: None })
}

/// Instantiates the contract; governance alone may change its code.
pub fn instantiate2(sender: &str, governance: &str, code_id: u64, message: &Value, salt: &str) -> Any {
    pack(&wasm::MsgInstantiateContract2 {
        sender: sender.to_owned(),
        admin: governance.to_owned(),
        code_id,
        label: Code::Bsn.label().to_owned(),
        msg: message.to_string().into_bytes(),
        funds: Vec::new(),
        salt: salt.as_bytes().to_vec(),
        fix_msg: false,
    })
}

/// Gives a contract the label that it has, and fails where no contract is at this address: so a proposal that guessed the
/// id of a code wrong fails whole, rather than instantiate a stranger's. Governance may do this to any contract. It could
/// not confirm an admin: wasmd refuses `MsgUpdateAdmin` where the new one is the sender, when the proposal is made.
pub fn guard(governance: &str, contract: &str, label: &str) -> Any {
    let (sender, contract, new_label) = (governance.to_owned(), contract.to_owned(), label.to_owned());
    pack(&wasm::MsgUpdateContractLabel { sender, new_label, contract })
}

/// Keeps codes in memory.
pub fn pin(governance: &str, codes: &[u64]) -> Any {
    pack(&wasm::MsgPinCodes { authority: governance.to_owned(), code_ids: codes.to_vec() })
}

/// Raises the caps of the hooks where they are too low; the share of the fees stays.
pub fn hooks(governance: &str, now: &Params) -> Any {
    let params = Params {
        max_gas_begin_blocker: now.max_gas_begin_blocker.max(HOOK_CAP),
        max_gas_end_blocker: now.max_gas_end_blocker.max(HOOK_CAP),
        btc_staking_portion: now.btc_staking_portion.clone(),
    };
    pack_as(UPDATE, &MsgUpdateParams { authority: governance.to_owned(), params: Some(params) })
}

/// What the chain module is to call.
pub fn contracts(addresses: &Addresses) -> BsnContracts {
    BsnContracts {
        babylon_contract: addresses.contracts.bsn.clone(),
        btc_light_client_contract: addresses.contracts.light_client.clone(),
        btc_staking_contract: addresses.contracts.bsn.clone(),
        btc_finality_contract: addresses.contracts.bsn.clone(),
    }
}

/// Registers the contract with the chain module.
pub fn register(governance: &str, addresses: &Addresses) -> Any {
    let contracts = Some(contracts(addresses));
    pack_as(REGISTER, &MsgSetBsnContracts { authority: governance.to_owned(), contracts })
}

/// What a proposal says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In one line.
    pub title: String,
    /// In a paragraph.
    pub summary: String,
    /// Where more is said.
    pub metadata: String,
}

/// Proposes.
pub fn propose(
    sender: &str,
    words: &Words,
    deposit: &[(u128, String)],
    expedited: bool,
    messages: Vec<Any>,
) -> Any {
    let coin = |(amount, denom): &(u128, String)| Coin { denom: denom.clone(), amount: amount.to_string() };
    pack(&MsgSubmitProposal {
        messages,
        initial_deposit: deposit.iter().map(coin).collect(),
        proposer: sender.to_owned(),
        metadata: words.metadata.clone(),
        title: words.title.clone(),
        summary: words.summary.clone(),
        expedited,
    })
}

#[cfg(test)]
mod tests;
