//! What contracts can ask the chain.

use std::rc::Rc;

use cosmwasm_std::{
    BankQuery, Binary, ContractResult, Empty, GrpcQuery, IbcQuery, QueryRequest, StakingQuery, SystemError,
    SystemResult, WasmQuery, from_json,
};
use prost::Message;
use serde_json::{Value, json};

use crate::{
    error::Failure,
    gas::{balance_price, read_price},
    state::key_prefix,
    world::World,
};

type Answer = SystemResult<ContractResult<Binary>>;

/// The one gRPC query that `bcd` lets contracts make (PROTOCOL.md, "What the chain offers a contract").
const MINT_PARAMS: &str = "/cosmos.mint.v1beta1.Query/Params";

#[derive(Message)]
struct MintParams {
    #[prost(string, tag = "1")]
    mint_denom: String,
}

#[derive(Message)]
struct MintParamsResponse {
    #[prost(message, optional, tag = "1")]
    params: Option<MintParams>,
}

impl World {
    /// Answers a request of `contract`. An `Err` ends the call that asked.
    pub fn answer(self: &Rc<Self>, contract: &str, request: &[u8]) -> Result<Vec<u8>, Failure> {
        let answer = match from_json::<QueryRequest<Empty>>(request) {
            Ok(parsed) => self.ask(contract, parsed),
            Err(e) => self.ask_older(contract, request).unwrap_or_else(|| {
                let request = Binary::new(request.to_vec());
                Ok(SystemResult::Err(SystemError::InvalidRequest { error: e.to_string(), request }))
            }),
        };
        crate::world::json(&answer?)
    }

    #[allow(deprecated)]
    fn ask(self: &Rc<Self>, contract: &str, request: QueryRequest<Empty>) -> Result<Answer, Failure> {
        match request {
            QueryRequest::Wasm(query) => self.ask_wasm(query),
            QueryRequest::Bank(query) => self.ask_bank(query),
            QueryRequest::Staking(StakingQuery::BondedDenom {}) => {
                Ok(ok_json(&json!({ "denom": self.bonded_denom })))
            }
            QueryRequest::Ibc(query) => Ok(self.ask_ibc(contract, query)),
            QueryRequest::Grpc(GrpcQuery { path, .. }) | QueryRequest::Stargate { path, .. } => {
                Ok(self.ask_grpc(&path))
            }
            other => Ok(unsupported(format!("{other:?}"))),
        }
    }

    fn ask_wasm(self: &Rc<Self>, query: WasmQuery) -> Result<Answer, Failure> {
        match query {
            WasmQuery::Smart { contract_addr, msg } => {
                self.state().usage.queries += 1;
                match self.smart(&contract_addr, &msg) {
                    Ok(data) => Ok(ok(data)),
                    Err(Failure::NoContract(addr)) => {
                        Ok(SystemResult::Err(SystemError::NoSuchContract { addr }))
                    }
                    Err(failure) if failure.is_panic() => Err(failure),
                    // The text of another contract is not deterministic across versions: redacted.
                    Err(failure) => Ok(SystemResult::Ok(ContractResult::Err(failure.redacted()))),
                }
            }
            WasmQuery::Raw { contract_addr, key } => {
                if self.contract(&contract_addr).is_err() {
                    return Ok(SystemResult::Err(SystemError::NoSuchContract { addr: contract_addr }));
                }
                let value = self.raw(&contract_addr, &key)?.unwrap_or_default();
                let state = &mut *self.state();
                state.usage.reads += 1;
                state.charge_storage(read_price(&key, &value))?;
                Ok(ok(value.into()))
            }
            WasmQuery::ContractInfo { contract_addr } => {
                let Ok(found) = self.contract(&contract_addr) else {
                    return Ok(SystemResult::Err(SystemError::NoSuchContract { addr: contract_addr }));
                };
                let index = found.code_id.checked_sub(1).and_then(|i| usize::try_from(i).ok());
                let pinned = index.and_then(|i| self.state().codes.get(i).map(|code| code.pinned));
                Ok(ok_json(&json!({
                    "code_id": found.code_id, "creator": found.creator, "admin": found.admin,
                    "pinned": pinned.unwrap_or(false), "ibc_port": found.ibc_port, "ibc2_port": null,
                })))
            }
            WasmQuery::CodeInfo { code_id } => {
                let state = self.state();
                let index = code_id.checked_sub(1).and_then(|i| usize::try_from(i).ok());
                let Some(code) = index.and_then(|i| state.codes.get(i)) else {
                    return Ok(SystemResult::Err(SystemError::NoSuchCode { code_id }));
                };
                let checksum = hex::encode(code.facts.hash);
                Ok(ok_json(&json!({ "code_id": code_id, "creator": code.creator, "checksum": checksum })))
            }
            other => Ok(unsupported(format!("{other:?}"))),
        }
    }

    /// The value at a contract's key.
    pub fn raw(&self, contract: &str, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        let full = [key_prefix(&self.decode(contract)?), key.to_vec()].concat();
        Ok(self.state().store.get(full.as_slice()).cloned())
    }

    fn ask_bank(&self, query: BankQuery) -> Result<Answer, Failure> {
        let mut state = self.state();
        Ok(match query {
            BankQuery::Balance { address, denom } => {
                let amount = state.balance(&address, &denom).to_string();
                state.charge_storage(balance_price(&denom, &amount))?;
                ok_json(&json!({ "amount": { "denom": denom, "amount": amount } }))
            }
            BankQuery::Supply { denom } => {
                let amount = state.supply(&denom).to_string();
                ok_json(&json!({ "amount": { "denom": denom, "amount": amount } }))
            }
            other => unsupported(format!("{other:?}")),
        })
    }

    fn ask_ibc(&self, contract: &str, query: IbcQuery) -> Answer {
        let own_port = self.contract(contract).ok().and_then(|c| c.ibc_port).unwrap_or_default();
        match query {
            IbcQuery::PortId {} => ok_json(&json!({ "port_id": own_port })),
            IbcQuery::Channel { channel_id, port_id } => {
                let port = port_id.filter(|p| !p.is_empty()).unwrap_or(own_port);
                let state = self.state();
                let open = state.ibc.channel(&port, &channel_id).filter(|c| c.is_open());
                ok_json(&json!({ "channel": open.map(|c| c.as_std(&port, &channel_id)) }))
            }
            other => unsupported(format!("{other:?}")),
        }
    }

    /// Two requests that contracts built before CosmWasm 3 can make.
    fn ask_older(&self, contract: &str, request: &[u8]) -> Option<Result<Answer, Failure>> {
        let request: Value = serde_json::from_slice(request).ok()?;
        if let Some(query) = request.pointer("/bank/all_balances") {
            let coins = self.state().balances(query.get("address")?.as_str()?);
            return Some(Ok(ok_json(&json!({ "amount": coins }))));
        }
        let query = request.pointer("/ibc/list_channels")?;
        let own_port = self.contract(contract).ok().and_then(|c| c.ibc_port).unwrap_or_default();
        let port = query.get("port_id").and_then(Value::as_str).unwrap_or(&own_port);
        let state = self.state();
        let open = state.ibc.channels.iter().filter(|((p, _), c)| p == port && c.is_open());
        let list: Vec<_> = open.map(|((p, id), c)| c.as_std(p, id)).collect();
        Some(Ok(ok_json(&json!({ "channels": list }))))
    }

    fn ask_grpc(&self, path: &str) -> Answer {
        if path != MINT_PARAMS {
            return unsupported(format!("'{path}' path is not allowed from the contract"));
        }
        let params = Some(MintParams { mint_denom: self.bonded_denom.clone() });
        ok(MintParamsResponse { params }.encode_to_vec().into())
    }
}

fn ok(data: Binary) -> Answer {
    SystemResult::Ok(ContractResult::Ok(data))
}

fn ok_json(value: &Value) -> Answer {
    ok(value.to_string().into_bytes().into())
}

fn unsupported(kind: String) -> Answer {
    SystemResult::Err(SystemError::UnsupportedRequest { kind })
}
