//! `abci_query`: the paths of the SDK, wasmd, ibc-go and the chain module that wallets and tools ask.

use bsn_rpc::address;
use bsn_rpc::proto::babylon::{BsnContracts, Params, QueryBsnContractsResponse, QueryParamsResponse};
use bsn_rpc::proto::cosmos::auth::v1beta1 as auth;
use bsn_rpc::proto::cosmos::bank::v1beta1 as bank;
use bsn_rpc::proto::cosmos::base::abci::v1beta1::{GasInfo, Result as AbciResult};
use bsn_rpc::proto::cosmos::base::query::v1beta1::PageResponse;
use bsn_rpc::proto::cosmos::base::tendermint::v1beta1 as node;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::crypto::secp256k1::PubKey;
use bsn_rpc::proto::cosmos::gov::v1 as gov;
use bsn_rpc::proto::cosmos::staking::v1beta1 as staking;
use bsn_rpc::proto::cosmos::tx::v1beta1 as tx;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::tendermint::abci;
use bsn_rpc::proto::tendermint::google::protobuf::Duration;
use bsn_rpc::proto::{Message, pack};

use devnet::Chain;

use super::ante::{Refusal, sdk};
use super::engine::Engine;
use super::ibc;

/// The SDK that the devnet behaves as.
const SDK: &str = "v0.53.6";
const UNBONDING_S: i64 = 1_814_400;

/// The answer to a query, in protobuf.
///
/// # Errors
/// As the SDK: code 6 for a path that is not served, 22 for what is not there, 18 for a height that is gone.
pub fn answer(engine: &mut Engine, path: &str, data: &[u8], height: u64) -> Result<Vec<u8>, Refusal> {
    let tip = engine.height();
    if height > tip {
        let said = "cannot query with height in the future; please provide a valid height";
        return Err(sdk(18, format!("{said}: invalid height")));
    }
    if height != 0 && height != tip {
        let said = format!("failed to load state at height {height}; version does not exist");
        return Err(sdk(18, format!("{said} (latest height: {tip}): invalid request")));
    }
    let Some((service, method)) = path.trim_start_matches('/').rsplit_once('/') else {
        return Err(unknown(path));
    };
    match service {
        "cosmwasm.wasm.v1.Query" => wasm(engine, path, method, data),
        "cosmos.auth.v1beta1.Query" => auth(engine, path, method, data),
        "cosmos.bank.v1beta1.Query" => bank(engine, path, method, data),
        "cosmos.tx.v1beta1.Service" => tx(engine, path, method, data),
        "cosmos.gov.v1.Query" => gov(engine, path, method, data),
        "cosmos.staking.v1beta1.Query" if method == "Params" => Ok(staking_params(engine)),
        "cosmos.base.tendermint.v1beta1.Service" if method == "GetNodeInfo" => Ok(node_info(engine)),
        "cosmos.base.node.v1beta1.Service" if method == "Config" => {
            let (whole, part) = (engine.options.min_price / 1_000_000, engine.options.min_price % 1_000_000);
            Ok(node_config(&format!("{whole}.{part:06}{}", engine.options.denom)))
        }
        "babylonlabs.babylon.v1beta1.Query" => module(engine, path, method),
        "store/wasm" if method == "key" => store(engine, data),
        _ if service.starts_with("ibc.core.") => ibc::here(engine, path, data),
        _ => Err(unknown(path)),
    }
}

/// No such path.
pub fn unknown(path: &str) -> Refusal {
    sdk(6, format!("{path}: unknown query path: unknown request"))
}

/// `cosmos.base.node.v1beta1.ConfigResponse`, as far as it is asked for.
#[derive(Clone, PartialEq, prost::Message)]
struct ConfigResponse {
    #[prost(string, tag = "1")]
    minimum_gas_price: String,
}

/// What a node takes for gas.
pub fn node_config(minimum_gas_price: &str) -> Vec<u8> {
    prost::Message::encode_to_vec(&ConfigResponse { minimum_gas_price: minimum_gas_price.to_owned() })
}

/// The request's message.
///
/// # Errors
/// As the SDK, for bytes that are none.
pub fn read<M: Message + Default>(data: &[u8]) -> Result<M, Refusal> {
    M::decode(data).map_err(|error| sdk(18, format!("{error}: invalid request")))
}

/// Everything is on one page: the next one has no key.
fn page() -> PageResponse {
    PageResponse::default()
}

fn not_found(what: &str) -> Refusal {
    sdk(22, format!("rpc error: code = NotFound desc = {what}: key not found"))
}

fn wasm(engine: &Engine, path: &str, method: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let chain = engine.chain();
    let no_contract = |address: &str| sdk(6, format!("address {address}: no such contract: unknown request"));
    match method {
        "SmartContractState" => {
            let wasm::QuerySmartContractStateRequest { address, query_data } = read(data)?;
            is_address(chain, &address)?;
            let Ok(message) = serde_json::from_slice::<serde_json::Value>(&query_data) else {
                return Err(sdk(18, "invalid query data: invalid request"));
            };
            let (answer, _) = chain.query_report(&address, &message);
            let answer = answer.map_err(|failure| {
                let (codespace, code) = failure.code();
                Refusal { codespace: codespace.to_owned(), code, log: failure.to_string() }
            })?;
            Ok(wasm::QuerySmartContractStateResponse { data: answer.to_vec() }.encode_to_vec())
        }
        "RawContractState" => {
            let wasm::QueryRawContractStateRequest { address, query_data } = read(data)?;
            is_address(chain, &address)?;
            chain.contract(&address).ok_or_else(|| no_contract(&address))?;
            let data = chain.query_raw(&address, &query_data).unwrap_or_default();
            Ok(wasm::QueryRawContractStateResponse { data }.encode_to_vec())
        }
        "ContractInfo" => {
            let wasm::QueryContractInfoRequest { address } = read(data)?;
            is_address(chain, &address)?;
            let contract = chain.contract(&address).ok_or_else(|| no_contract(&address))?;
            let info = wasm::ContractInfo {
                code_id: contract.code_id,
                creator: contract.creator,
                admin: contract.admin.unwrap_or_default(),
                label: contract.label,
                created: None,
                ibc_port_id: contract.ibc_port.unwrap_or_default(),
                extension: None,
            };
            Ok(wasm::QueryContractInfoResponse { address, contract_info: Some(info) }.encode_to_vec())
        }
        "Code" => {
            let wasm::QueryCodeRequest { code_id } = read(data)?;
            let no_code = || sdk(6, format!("code id {code_id}: no such code: unknown request"));
            let info = code_info(engine, code_id).ok_or_else(no_code)?;
            // A contract that was compiled natively has no bytes to show.
            Ok(wasm::QueryCodeResponse { code_info: Some(info), data: Vec::new() }.encode_to_vec())
        }
        "Codes" => {
            let code_infos = (1..=chain.codes()).filter_map(|id| code_info(engine, id)).collect();
            Ok(wasm::QueryCodesResponse { code_infos, pagination: Some(page()) }.encode_to_vec())
        }
        "ContractsByCode" => {
            let wasm::QueryContractsByCodeRequest { code_id, .. } = read(data)?;
            let contracts = chain.contracts_of(code_id);
            Ok(wasm::QueryContractsByCodeResponse { contracts, pagination: Some(page()) }.encode_to_vec())
        }
        "PinnedCodes" => {
            let is_pinned = |id: &u64| chain.code(*id).is_some_and(|code| code.pinned);
            let code_ids = (1..=chain.codes()).filter(is_pinned).collect();
            Ok(wasm::QueryPinnedCodesResponse { code_ids, pagination: Some(page()) }.encode_to_vec())
        }
        "Params" => {
            let access = wasm::AccessConfig { permission: 3, addresses: Vec::new() };
            let params = wasm::Params { code_upload_access: Some(access), instantiate_default_permission: 3 };
            Ok(wasm::QueryParamsResponse { params: Some(params) }.encode_to_vec())
        }
        _ => Err(unknown(path)),
    }
}

fn code_info(engine: &Engine, code_id: u64) -> Option<wasm::CodeInfoResponse> {
    let code = engine.chain().code(code_id)?;
    Some(wasm::CodeInfoResponse {
        code_id,
        creator: code.creator,
        data_hash: code.facts.hash.to_vec(),
        instantiate_permission: Some(wasm::AccessConfig { permission: 3, addresses: Vec::new() }),
    })
}

fn auth(engine: &mut Engine, path: &str, method: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    match method {
        "Account" => {
            let auth::QueryAccountRequest { address } = read(data)?;
            engine.know(&address);
            let account = engine.accounts.get(&address);
            let account = account.ok_or_else(|| not_found(&format!("account {address} not found")))?;
            let pub_key = account.public_key.clone().map(|key| pack(&PubKey { key }));
            let (account_number, sequence) = (account.number, account.sequence);
            let base = auth::BaseAccount { address, pub_key, account_number, sequence };
            Ok(auth::QueryAccountResponse { account: Some(pack(&base)) }.encode_to_vec())
        }
        "Bech32Prefix" => {
            let bech32_prefix = engine.options.prefix.clone();
            Ok(auth::Bech32PrefixResponse { bech32_prefix }.encode_to_vec())
        }
        "Params" => {
            let params = auth::Params {
                max_memo_characters: 256,
                tx_sig_limit: 7,
                tx_size_cost_per_byte: 10,
                sig_verify_cost_ed25519: 590,
                sig_verify_cost_secp256k1: 1_000,
            };
            Ok(auth::QueryParamsResponse { params: Some(params) }.encode_to_vec())
        }
        _ => Err(unknown(path)),
    }
}

fn bank(engine: &Engine, path: &str, method: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    let chain = engine.chain();
    let coin = |coin: cosmwasm_std::Coin| Coin { denom: coin.denom, amount: coin.amount.to_string() };
    match method {
        "Balance" => {
            let bank::QueryBalanceRequest { address, denom } = read(data)?;
            let amount = chain.balance(&address, &denom).to_string();
            Ok(bank::QueryBalanceResponse { balance: Some(Coin { denom, amount }) }.encode_to_vec())
        }
        "AllBalances" => {
            let bank::QueryAllBalancesRequest { address, .. } = read(data)?;
            let balances = chain.balances(&address).into_iter().map(coin).collect();
            Ok(bank::QueryAllBalancesResponse { balances, pagination: Some(page()) }.encode_to_vec())
        }
        "SupplyOf" => {
            let bank::QuerySupplyOfRequest { denom } = read(data)?;
            let amount = chain.supply(&denom).to_string();
            Ok(bank::QuerySupplyOfResponse { amount: Some(Coin { denom, amount }) }.encode_to_vec())
        }
        _ => Err(unknown(path)),
    }
}

fn tx(engine: &mut Engine, path: &str, method: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    if method != "Simulate" {
        return Err(unknown(path));
    }
    let request: tx::SimulateRequest = read(data)?;
    #[expect(deprecated, reason = "older clients send the transaction in parts")]
    let bytes = match request.tx {
        Some(tx) if request.tx_bytes.is_empty() => tx::TxRaw {
            body_bytes: tx.body.unwrap_or_default().encode_to_vec(),
            auth_info_bytes: tx.auth_info.unwrap_or_default().encode_to_vec(),
            signatures: tx.signatures,
        }
        .encode_to_vec(),
        _ => request.tx_bytes,
    };
    let outcome = engine.simulate(&bytes)?;
    let gas_info = GasInfo { gas_wanted: 0, gas_used: outcome.gas_used };
    let events = outcome.events.into_iter().map(event).collect();
    #[expect(deprecated, reason = "the message has a field that is")]
    let result = AbciResult { data: outcome.data, log: String::new(), events, msg_responses: Vec::new() };
    Ok(tx::SimulateResponse { gas_info: Some(gas_info), result: Some(result) }.encode_to_vec())
}

fn event(event: cosmwasm_std::Event) -> abci::Event {
    let attribute =
        |one: cosmwasm_std::Attribute| abci::EventAttribute { key: one.key, value: one.value, index: true };
    abci::Event { r#type: event.ty, attributes: event.attributes.into_iter().map(attribute).collect() }
}

fn gov(engine: &Engine, path: &str, method: &str, data: &[u8]) -> Result<Vec<u8>, Refusal> {
    match method {
        "Proposal" => {
            let gov::QueryProposalRequest { proposal_id } = read(data)?;
            let found = engine.gov.get(proposal_id).cloned();
            let proposal =
                found.ok_or_else(|| not_found(&format!("proposal {proposal_id} doesn't exist")))?;
            Ok(gov::QueryProposalResponse { proposal: Some(proposal) }.encode_to_vec())
        }
        "Proposals" => {
            let proposals = engine.gov.all();
            Ok(gov::QueryProposalsResponse { proposals, pagination: Some(page()) }.encode_to_vec())
        }
        "Params" => {
            let nanos = engine.gov.voting_nanos;
            let period = |nanos: u64| Duration {
                seconds: i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX),
                nanos: i32::try_from(nanos % 1_000_000_000).unwrap_or_default(),
            };
            let params = gov::Params {
                min_deposit: vec![super::gov::Gov::min_deposit(&engine.options.denom)],
                max_deposit_period: Some(period(nanos)),
                voting_period: Some(period(nanos)),
                expedited_voting_period: Some(period(nanos / 2)),
                expedited_min_deposit: vec![super::gov::Gov::min_deposit(&engine.options.denom)],
                quorum: "0.334000000000000000".to_owned(),
                threshold: "0.500000000000000000".to_owned(),
                veto_threshold: "0.334000000000000000".to_owned(),
                ..Default::default()
            };
            #[expect(deprecated, reason = "the message has fields that are")]
            let response = gov::QueryParamsResponse {
                voting_params: None,
                deposit_params: None,
                tally_params: None,
                params: Some(params),
            };
            Ok(response.encode_to_vec())
        }
        _ => Err(unknown(path)),
    }
}

fn staking_params(engine: &Engine) -> Vec<u8> {
    let params = staking::Params {
        unbonding_time: Some(Duration { seconds: UNBONDING_S, nanos: 0 }),
        max_validators: 100,
        max_entries: 7,
        historical_entries: 10_000,
        bond_denom: engine.options.denom.clone(),
        min_commission_rate: "0".to_owned(),
    };
    staking::QueryParamsResponse { params: Some(params) }.encode_to_vec()
}

fn node_info(engine: &Engine) -> Vec<u8> {
    let module = |path: &str, version: &str| node::Module {
        path: path.to_owned(),
        version: version.to_owned(),
        sum: String::new(),
    };
    let version = node::VersionInfo {
        name: "bsn-devnet".to_owned(),
        app_name: "bsn devnet".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        git_commit: String::new(),
        build_tags: String::new(),
        go_version: String::new(),
        build_deps: vec![
            module("github.com/CosmWasm/wasmd", "v0.61.15"),
            module("github.com/CosmWasm/wasmvm/v3", "v3.0.8"),
            module("github.com/cosmos/ibc-go/v10", "v10.5.0"),
            module("github.com/cosmos/cosmos-sdk", SDK),
        ],
        cosmos_sdk_version: SDK.to_owned(),
    };
    let _ = engine;
    node::GetNodeInfoResponse { default_node_info: None, application_version: Some(version) }.encode_to_vec()
}

fn module(engine: &Engine, path: &str, method: &str) -> Result<Vec<u8>, Refusal> {
    let chain = engine.chain();
    match method {
        "Params" => {
            let gas = |gas: u64| u32::try_from(gas).unwrap_or(u32::MAX);
            let params = Params {
                max_gas_begin_blocker: gas(chain.params.max_gas_begin_blocker),
                max_gas_end_blocker: gas(chain.params.max_gas_end_blocker),
                btc_staking_portion: chain.params.btc_staking_portion.atomics().to_string(),
            };
            Ok(prost::Message::encode_to_vec(&QueryParamsResponse { params: Some(params) }))
        }
        "BSNContracts" => {
            let set = chain.registered().clone();
            let contracts = BsnContracts {
                babylon_contract: set.babylon,
                btc_light_client_contract: set.btc_light_client,
                btc_staking_contract: set.btc_staking,
                btc_finality_contract: set.btc_finality,
            };
            let bsn_contracts = Some(contracts);
            Ok(prost::Message::encode_to_vec(&QueryBsnContractsResponse { bsn_contracts }))
        }
        _ => Err(unknown(path)),
    }
}

/// The store of x/wasm: a contract's own entries, after `0x03` and its address.
fn store(engine: &Engine, key: &[u8]) -> Result<Vec<u8>, Refusal> {
    let Some((3, rest)) = key.split_first().map(|(first, rest)| (*first, rest)) else {
        return Err(sdk(18, "the devnet shows the contracts' entries of this store: invalid request"));
    };
    let Some((address, key)) = rest.split_at_checked(32) else { return Ok(Vec::new()) };
    let address = devnet::address::encode(&engine.options.prefix, address);
    Ok(engine.chain().query_raw(&address, key).unwrap_or_default())
}
/// What wasmd says of an address that is none, before it looks for a contract.
fn is_address(chain: &Chain, address: &str) -> Result<(), Refusal> {
    address::decode(chain.prefix(), address).map(drop).map_err(|error| Refusal {
        codespace: "undefined".to_owned(),
        code: 1,
        log: format!("decoding bech32 failed: {error}"),
    })
}
