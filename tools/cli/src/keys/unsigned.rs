//! Transactions as the SDK writes them in JSON, unsigned: what `tx sign` of the chain's own program takes.

use anyhow::{Context, Result, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::Fee;
use bsn_rpc::proto::babylon::{BsnContracts, MsgSetBsnContracts, MsgUpdateParams};
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1::MsgSubmitProposal;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::{Any, Message, Name};
use serde_json::{Value, json};

/// Where the SDK's decimal numbers have their point.
const DECIMALS: usize = 18;

/// A whole transaction.
///
/// # Errors
/// For a message that this program does not make.
pub fn transaction(messages: &[Any], memo: &str, fee: &Fee) -> Result<Value> {
    let messages = messages.iter().map(message).collect::<Result<Vec<_>>>()?;
    let amount = |(amount, denom): &(u128, String)| json!({ "denom": denom, "amount": amount.to_string() });
    Ok(json!({
        "body": { "messages": messages, "memo": memo, "timeout_height": "0", "extension_options": [],
            "non_critical_extension_options": [] },
        "auth_info": { "signer_infos": [], "tip": null,
            "fee": { "amount": fee.coins.iter().map(amount).collect::<Vec<_>>(), "gas_limit": fee.gas.to_string(),
                "payer": "", "granter": fee.granter } },
        "signatures": [],
    }))
}

/// One message.
///
/// # Errors
/// For one that this program does not make.
pub fn message(any: &Any) -> Result<Value> {
    let url = any.type_url.as_str();
    let mut value = fields(any).with_context(|| format!("cannot write {url} as JSON"))?;
    value["@type"] = json!(url);
    Ok(value)
}

fn fields(any: &Any) -> Result<Value> {
    let url = any.type_url.as_str();
    let is = |name: String| name == url;
    if is(wasm::MsgStoreCode::type_url()) {
        let message: wasm::MsgStoreCode = read(any)?;
        let code = STANDARD.encode(&message.wasm_byte_code);
        return Ok(
            json!({ "sender": message.sender, "wasm_byte_code": code, "instantiate_permission": null }),
        );
    }
    if is(wasm::MsgInstantiateContract2::type_url()) {
        let it: wasm::MsgInstantiateContract2 = read(any)?;
        return Ok(
            json!({ "sender": it.sender, "admin": it.admin, "code_id": it.code_id.to_string(), "label": it.label,
            "msg": inner(&it.msg)?, "funds": coins(&it.funds), "salt": STANDARD.encode(&it.salt), "fix_msg": it.fix_msg }),
        );
    }
    if is(wasm::MsgExecuteContract::type_url()) {
        let it: wasm::MsgExecuteContract = read(any)?;
        return Ok(
            json!({ "sender": it.sender, "contract": it.contract, "msg": inner(&it.msg)?, "funds": coins(&it.funds) }),
        );
    }
    if is(wasm::MsgMigrateContract::type_url()) {
        let it: wasm::MsgMigrateContract = read(any)?;
        let code_id = it.code_id.to_string();
        return Ok(
            json!({ "sender": it.sender, "contract": it.contract, "code_id": code_id, "msg": inner(&it.msg)? }),
        );
    }
    if is(wasm::MsgUpdateContractLabel::type_url()) {
        let it: wasm::MsgUpdateContractLabel = read(any)?;
        return Ok(json!({ "sender": it.sender, "new_label": it.new_label, "contract": it.contract }));
    }
    if is(wasm::MsgPinCodes::type_url()) {
        let it: wasm::MsgPinCodes = read(any)?;
        let ids: Vec<String> = it.code_ids.iter().map(u64::to_string).collect();
        return Ok(json!({ "authority": it.authority, "code_ids": ids }));
    }
    if is(MsgSubmitProposal::type_url()) {
        let it: MsgSubmitProposal = read(any)?;
        let messages = it.messages.iter().map(message).collect::<Result<Vec<_>>>()?;
        return Ok(
            json!({ "messages": messages, "initial_deposit": coins(&it.initial_deposit), "proposer": it.proposer,
            "metadata": it.metadata, "title": it.title, "summary": it.summary, "expedited": it.expedited }),
        );
    }
    match url {
        "/babylonlabs.babylon.v1beta1.MsgSetBSNContracts" => {
            let it: MsgSetBsnContracts = read_ours(any)?;
            let BsnContracts {
                babylon_contract,
                btc_light_client_contract,
                btc_staking_contract,
                btc_finality_contract,
            } = it.contracts.unwrap_or_default();
            Ok(json!({ "authority": it.authority, "contracts": { "babylon_contract": babylon_contract,
                "btc_light_client_contract": btc_light_client_contract, "btc_staking_contract": btc_staking_contract,
                "btc_finality_contract": btc_finality_contract } }))
        }
        "/babylonlabs.babylon.v1beta1.MsgUpdateParams" => {
            let it: MsgUpdateParams = read_ours(any)?;
            let params = it.params.unwrap_or_default();
            Ok(
                json!({ "authority": it.authority, "params": { "max_gas_begin_blocker": params.max_gas_begin_blocker,
                "max_gas_end_blocker": params.max_gas_end_blocker,
                "btc_staking_portion": decimal(&params.btc_staking_portion) } }),
            )
        }
        _ => bail!("this program does not make it"),
    }
}

fn read<M: Message + Default>(any: &Any) -> Result<M> {
    M::decode(any.value.as_slice()).map_err(|error| anyhow::anyhow!("{error}"))
}

fn read_ours<M: prost::Message + Default>(any: &Any) -> Result<M> {
    Ok(<M as prost::Message>::decode(any.value.as_slice())?)
}

/// The messages of contracts stand in the JSON as they are.
fn inner(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).context("its msg is no JSON")
}

fn coins(coins: &[Coin]) -> Value {
    coins.iter().map(|coin| json!({ "denom": coin.denom, "amount": coin.amount })).collect()
}

/// A number that is counted in units of 10^-18 on the wire, with its point.
fn decimal(units: &str) -> String {
    let padded = format!("{units:0>width$}", width = DECIMALS + 1);
    let (whole, part) = padded.split_at(padded.len() - DECIMALS);
    format!("{whole}.{part}")
}

#[cfg(test)]
mod tests {
    use bsn_rpc::proto::babylon::Params;
    use bsn_rpc::proto::{pack, pack_as};

    use super::*;

    #[test]
    fn a_proposal_is_written_as_the_sdk_reads_it() {
        let gov = "bbnc1gov".to_owned();
        let instantiate = wasm::MsgInstantiateContract2 {
            sender: gov.clone(),
            admin: gov.clone(),
            code_id: 7,
            label: "bsn".to_owned(),
            msg: br#"{"network":"regtest"}"#.to_vec(),
            funds: Vec::new(),
            salt: b"bsn".to_vec(),
            fix_msg: false,
        };
        let params = Params {
            max_gas_begin_blocker: 5,
            max_gas_end_blocker: 6,
            btc_staking_portion: "100000000000000000".to_owned(),
        };
        let update = MsgUpdateParams { authority: gov.clone(), params: Some(params) };
        let proposal = MsgSubmitProposal {
            messages: vec![
                pack(&instantiate),
                pack(&wasm::MsgPinCodes { authority: gov, code_ids: vec![7, 8] }),
                pack_as("/babylonlabs.babylon.v1beta1.MsgUpdateParams", &update),
            ],
            initial_deposit: vec![Coin { denom: "uapp".to_owned(), amount: "10".to_owned() }],
            proposer: "bbnc1me".to_owned(),
            title: "t".to_owned(),
            ..Default::default()
        };
        let fee = Fee { coins: vec![(5, "uapp".to_owned())], gas: 900, granter: String::new() };
        let tx = transaction(&[pack(&proposal)], "", &fee).unwrap();
        let written = &tx["body"]["messages"][0];
        assert_eq!(written["@type"], "/cosmos.gov.v1.MsgSubmitProposal");
        assert_eq!(written["messages"][0]["msg"], json!({ "network": "regtest" }));
        assert_eq!(
            (&written["messages"][0]["code_id"], &written["messages"][0]["salt"]),
            (&json!("7"), &json!("YnNu"))
        );
        assert_eq!(written["messages"][1]["code_ids"], json!(["7", "8"]));
        assert_eq!(written["messages"][2]["params"]["btc_staking_portion"], "0.100000000000000000");
        assert_eq!(tx["auth_info"]["fee"]["gas_limit"], "900");
        assert_eq!(tx["signatures"], json!([]));
    }

    #[test]
    fn decimals_have_eighteen_places() {
        assert_eq!(decimal("1000000000000000000"), "1.000000000000000000");
        assert_eq!(decimal("0"), "0.000000000000000000");
    }

    #[test]
    fn a_strange_message_is_named() {
        let any = Any { type_url: "/cosmos.bank.v1beta1.MsgBurn".to_owned(), value: Vec::new() };
        let said = format!("{:#}", message(&any).unwrap_err());
        assert_eq!(said, "cannot write /cosmos.bank.v1beta1.MsgBurn as JSON: this program does not make it");
    }
}
