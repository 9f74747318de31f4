//! The messages that transactions and proposals may hold: who signs them, and how the chain carries them out.

use std::io::Read;

use bsn_rpc::proto::babylon::{BsnContracts as WireContracts, MsgSetBsnContracts, MsgUpdateParams};
use bsn_rpc::proto::cosmos::bank::v1beta1::{MsgMultiSend, MsgSend};
use bsn_rpc::proto::cosmos::base::v1beta1::Coin as WireCoin;
use bsn_rpc::proto::cosmos::feegrant::v1beta1::MsgGrantAllowance;
use bsn_rpc::proto::cosmos::gov::v1::{MsgSubmitProposal, MsgVote};
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::ibc::applications::transfer::v1::MsgTransfer;
use bsn_rpc::proto::{Any, Message, Name};
use cosmwasm_std::{
    BankMsg, Coin, CosmosMsg, Decimal, IbcMsg, IbcTimeout, IbcTimeoutBlock, Timestamp, WasmMsg,
};
use devnet::{BsnContracts, Failure};
use flate2::read::GzDecoder;

use super::ante::{Refusal, sdk};

/// How a compressed code begins.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
/// What wasmd takes of a code.
const MAX_WASM: u64 = 819_200;

/// What a message asks for.
#[derive(Debug, Clone)]
pub enum Act {
    /// Something that contracts can ask for too.
    Chain(CosmosMsg),
    /// `sudo` of a contract; governance alone.
    Sudo {
        /// Which.
        contract: String,
        /// With what.
        msg: Vec<u8>,
    },
    /// Stores a code; gives its number.
    StoreCode(Vec<u8>),
    /// Gives a contract another label.
    Label {
        /// Which.
        contract: String,
        /// The new one.
        label: String,
    },
    /// Keeps codes in memory, or no longer; governance alone.
    Pin {
        /// Which.
        codes: Vec<u64>,
        /// Whether they stay.
        pinned: bool,
    },
    /// Registers the contracts with the chain module; governance alone.
    Register(BsnContracts),
    /// The chain module's parameters; governance alone.
    Params {
        /// SDK gas for each `begin_block`.
        begin: u64,
        /// SDK gas for `end_block`.
        end: u64,
        /// The share of the fees.
        share: Decimal,
    },
    /// Pays the fees of somebody who asks for it.
    Allow {
        /// Whose.
        grantee: String,
    },
    /// A proposal.
    Propose(Box<MsgSubmitProposal>),
    /// A vote.
    Vote(MsgVote),
}

impl Act {
    /// Whether governance alone may ask for it.
    pub fn is_privileged(&self) -> bool {
        matches!(self, Self::Sudo { .. } | Self::Pin { .. } | Self::Register(_) | Self::Params { .. })
    }
}

fn read<M: Message + Default>(any: &Any) -> Result<M, Refusal> {
    M::decode(any.value.as_slice())
        .map_err(|error| sdk(2, format!("{}: {error}: tx parse error", any.type_url)))
}

fn read_ours<M: prost::Message + Default>(any: &Any) -> Result<M, Refusal> {
    let read = <M as prost::Message>::decode(any.value.as_slice());
    read.map_err(|error| sdk(2, format!("{}: {error}: tx parse error", any.type_url)))
}

/// Who must sign a message.
///
/// # Errors
/// As the SDK, for a message that it does not know.
pub fn signer(any: &Any) -> Result<String, Refusal> {
    parse(any).map(|(signer, _)| signer)
}

/// The signer of a message, and what it asks for.
///
/// # Errors
/// As the SDK, for a message that it does not know, and for coins and JSON that are none.
pub fn parse(any: &Any) -> Result<(String, Act), Refusal> {
    let url = any.type_url.as_str();
    let is = |name: String| name == url;
    if is(MsgSend::type_url()) {
        let MsgSend { from_address, to_address, amount } = read(any)?;
        let amount = coins(&amount)?;
        return Ok((from_address, Act::Chain(BankMsg::Send { to_address, amount }.into())));
    }
    if is(MsgMultiSend::type_url()) {
        return Err(sdk(18, "the devnet takes MsgSend, not MsgMultiSend: invalid request"));
    }
    if is(MsgTransfer::type_url()) {
        return transfer(read(any)?);
    }
    if is(MsgGrantAllowance::type_url()) {
        let MsgGrantAllowance { granter, grantee, .. } = read(any)?;
        return Ok((granter, Act::Allow { grantee }));
    }
    if is(MsgSubmitProposal::type_url()) {
        let proposal: MsgSubmitProposal = read(any)?;
        return Ok((proposal.proposer.clone(), Act::Propose(Box::new(proposal))));
    }
    if is(MsgVote::type_url()) {
        let vote: MsgVote = read(any)?;
        return Ok((vote.voter.clone(), Act::Vote(vote)));
    }
    match url {
        "/babylonlabs.babylon.v1beta1.MsgSetBSNContracts" => {
            let MsgSetBsnContracts { authority, contracts } = read_ours(any)?;
            Ok((authority, Act::Register(registered(contracts.unwrap_or_default()))))
        }
        "/babylonlabs.babylon.v1beta1.MsgUpdateParams" => params(read_ours(any)?),
        _ => parse_wasm(any),
    }
}

fn parse_wasm(any: &Any) -> Result<(String, Act), Refusal> {
    let url = any.type_url.as_str();
    let name = url.strip_prefix("/cosmwasm.wasm.v1.").unwrap_or_default();
    let chain = |sender: String, message: WasmMsg| Ok((sender, Act::Chain(message.into())));
    match name {
        "MsgExecuteContract" => {
            let wasm::MsgExecuteContract { sender, contract, msg, funds } = read(any)?;
            let (msg, funds) = (json(msg)?.into(), coins(&funds)?);
            chain(sender, WasmMsg::Execute { contract_addr: contract, msg, funds })
        }
        "MsgInstantiateContract" => {
            let wasm::MsgInstantiateContract { sender, admin, code_id, label, msg, funds } = read(any)?;
            let (admin, msg, funds) = (some(admin), json(msg)?.into(), coins(&funds)?);
            chain(sender, WasmMsg::Instantiate { admin, code_id, msg, funds, label })
        }
        "MsgInstantiateContract2" => {
            let wasm::MsgInstantiateContract2 { sender, admin, code_id, label, msg, funds, salt, fix_msg } =
                read(any)?;
            if fix_msg {
                return Err(sdk(18, "the devnet takes no fix_msg: invalid request"));
            }
            let (admin, msg, funds) = (some(admin), json(msg)?.into(), coins(&funds)?);
            chain(sender, WasmMsg::Instantiate2 { admin, code_id, label, msg, funds, salt: salt.into() })
        }
        "MsgMigrateContract" => {
            let wasm::MsgMigrateContract { sender, contract, code_id, msg } = read(any)?;
            let msg = json(msg)?.into();
            chain(sender, WasmMsg::Migrate { contract_addr: contract, new_code_id: code_id, msg })
        }
        "MsgUpdateAdmin" => {
            let wasm::MsgUpdateAdmin { sender, new_admin, contract } = read(any)?;
            if sender.eq_ignore_ascii_case(&new_admin) {
                let log = "new admin is the same as the old: invalid".to_owned();
                return Err(Refusal { codespace: "wasm".to_owned(), code: 14, log });
            }
            chain(sender, WasmMsg::UpdateAdmin { contract_addr: contract, admin: new_admin })
        }
        "MsgClearAdmin" => {
            let wasm::MsgClearAdmin { sender, contract } = read(any)?;
            chain(sender, WasmMsg::ClearAdmin { contract_addr: contract })
        }
        "MsgUpdateContractLabel" => {
            let wasm::MsgUpdateContractLabel { sender, new_label, contract } = read(any)?;
            Ok((sender, Act::Label { contract, label: new_label }))
        }
        "MsgStoreCode" => {
            let wasm::MsgStoreCode { sender, wasm_byte_code, .. } = read(any)?;
            Ok((sender, Act::StoreCode(unzipped(wasm_byte_code)?)))
        }
        "MsgSudoContract" => {
            let wasm::MsgSudoContract { authority, contract, msg } = read(any)?;
            Ok((authority, Act::Sudo { contract, msg: json(msg)? }))
        }
        "MsgPinCodes" => {
            let wasm::MsgPinCodes { authority, code_ids } = read(any)?;
            Ok((authority, Act::Pin { codes: code_ids, pinned: true }))
        }
        "MsgUnpinCodes" => {
            let wasm::MsgUnpinCodes { authority, code_ids } = read(any)?;
            Ok((authority, Act::Pin { codes: code_ids, pinned: false }))
        }
        _ => Err(sdk(2, format!("unable to resolve type URL {url}: tx parse error"))),
    }
}

/// As wasmd, which takes code as it is or compressed, and no more than so much of it.
fn unzipped(code: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    if !code.starts_with(&GZIP) {
        return Ok(code);
    }
    let mut plain = Vec::new();
    let mut reader = GzDecoder::new(code.as_slice()).take(MAX_WASM + 1);
    reader.read_to_end(&mut plain).map_err(|error| Refusal {
        codespace: "wasm".to_owned(),
        code: 3,
        log: format!("uncompress wasm archive: {error}: create wasm contract failed"),
    })?;
    if plain.len() as u64 > MAX_WASM {
        let log = "uncompress wasm archive: max size exceeded: create wasm contract failed".to_owned();
        return Err(Refusal { codespace: "wasm".to_owned(), code: 3, log });
    }
    Ok(plain)
}

fn transfer(message: MsgTransfer) -> Result<(String, Act), Refusal> {
    let token = message.token.unwrap_or_default();
    let token = WireCoin { denom: token.denom, amount: token.amount };
    let amount = coins(&[token])?.pop().ok_or_else(|| sdk(10, "invalid coins"))?;
    let height = message.timeout_height.filter(|height| height.revision_height != 0);
    let block = height.map(|it| IbcTimeoutBlock { revision: it.revision_number, height: it.revision_height });
    let time = Timestamp::from_nanos(message.timeout_timestamp);
    let timeout = match (block, message.timeout_timestamp) {
        (Some(block), 0) => IbcTimeout::with_block(block),
        (Some(block), _) => IbcTimeout::with_both(block, time),
        (None, 0) => return Err(sdk(18, "packet timeout is disabled: invalid request")),
        (None, _) => IbcTimeout::with_timestamp(time),
    };
    let (channel_id, to_address) = (message.source_channel, message.receiver);
    let memo = some(message.memo);
    let message_ = IbcMsg::Transfer { channel_id, to_address, amount, timeout, memo };
    Ok((message.sender, Act::Chain(message_.into())))
}

fn params(message: MsgUpdateParams) -> Result<(String, Act), Refusal> {
    let params = message.params.unwrap_or_default();
    let share =
        params.btc_staking_portion.parse::<u128>().ok().and_then(|it| Decimal::from_atomics(it, 18).ok());
    let share = share.filter(|share| *share <= Decimal::one());
    let share =
        share.ok_or_else(|| sdk(18, "btc_staking_portion must be between 0 and 1: invalid request"))?;
    let (begin, end) = (params.max_gas_begin_blocker.into(), params.max_gas_end_blocker.into());
    Ok((message.authority, Act::Params { begin, end, share }))
}

fn registered(contracts: WireContracts) -> BsnContracts {
    BsnContracts {
        babylon: contracts.babylon_contract,
        btc_light_client: contracts.btc_light_client_contract,
        btc_staking: contracts.btc_staking_contract,
        btc_finality: contracts.btc_finality_contract,
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn json(bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => Err(sdk(18, "payload msg: invalid json: invalid request")),
    }
}

fn coins(coins: &[WireCoin]) -> Result<Vec<Coin>, Refusal> {
    let coin = |coin: &WireCoin| {
        let amount = coin.amount.parse::<u128>().ok().filter(|amount| *amount > 0)?;
        Some(Coin::new(amount, coin.denom.clone()))
    };
    let read = coins.iter().map(coin).collect::<Option<_>>();
    read.ok_or_else(|| sdk(10, "invalid coins"))
}

/// A refusal as the chain's own failure, where a message is refused within a transaction.
pub fn failure(refusal: &Refusal) -> Failure {
    Failure::Invalid(refusal.log.clone())
}

#[cfg(test)]
mod tests {
    use bsn_rpc::proto::pack;

    use super::*;

    /// So governance can never make itself the admin, nor confirm that it is.
    #[test]
    fn a_new_admin_who_is_the_sender_is_refused_as_by_wasmd() {
        let update = |new_admin: &str| {
            let (sender, contract) = ("bbnc1gov".to_owned(), "bbnc1bsn".to_owned());
            parse(&pack(&wasm::MsgUpdateAdmin { sender, new_admin: new_admin.to_owned(), contract }))
        };
        let refusal = update("bbnc1gov").unwrap_err();
        assert_eq!((refusal.codespace.as_str(), refusal.code), ("wasm", 14));
        assert_eq!(refusal.log, "new admin is the same as the old: invalid");
        assert!(update("bbnc1other").is_ok());
    }
}
