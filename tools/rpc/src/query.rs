//! The state, by `abci_query` alone.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::proto::babylon::{BsnContracts, Params, QueryBsnContractsResponse, QueryParamsResponse};
use crate::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use crate::proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
use crate::proto::cosmos::base::query::v1beta1::PageRequest;
use crate::proto::cosmos::base::tendermint::v1beta1::{GetNodeInfoRequest, GetNodeInfoResponse, VersionInfo};
use crate::proto::cosmos::gov::v1 as gov;
use crate::proto::cosmos::staking::v1beta1 as staking;
use crate::proto::cosmwasm::wasm::v1 as wasm;
use crate::proto::ibc::core::channel::v1 as channel;
use crate::proto::ibc::core::client::v1::IdentifiedClientState;
use crate::proto::ibc::lightclients::tendermint::v1::ClientState;
use crate::proto::{Message, Name};
use crate::{Client, Error, Result};

/// The SDK's code for a path that nobody serves (`sdk`, unknown request).
const UNKNOWN_REQUEST: u32 = 6;
/// And for what is not there (`sdk`, key not found).
const NOT_FOUND: u32 = 22;
/// More pages of a list are not asked for, whatever a node says.
const PAGES: u32 = 100;

/// An account that signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// Its number.
    pub account: u64,
    /// Its next sequence.
    pub sequence: u64,
}

/// A client of IBC and the connection over it.
#[derive(Debug, Clone, PartialEq)]
pub struct IbcClient {
    /// Its id.
    pub id: String,
    /// What it knows of the other chain.
    pub state: ClientState,
}

impl Client {
    /// A gRPC query through ABCI: both sides in protobuf.
    ///
    /// # Errors
    /// As [`call`](Self::call), [`Error::NoQuery`], [`Error::Query`].
    pub fn query(&self, path: &str, data: &[u8]) -> Result<Vec<u8>> {
        self.query_at(path, data, 0)
    }

    /// The same of the state after a block, 0 for the last one.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn query_at(&self, path: &str, data: &[u8], height: u64) -> Result<Vec<u8>> {
        let ask =
            json!({ "path": path, "data": hex::encode(data), "height": height.to_string(), "prove": false });
        let answer = self.with_node(|node| {
            let answer = node.call("abci_query", &ask)?;
            let response = answer.get("response").cloned();
            response.ok_or_else(|| node.malformed("abci_query", "response"))
        })?;
        let code = answer["code"].as_u64().unwrap_or(0).try_into().unwrap_or(u32::MAX);
        if code == 0 {
            let value = answer["value"].as_str().unwrap_or_default();
            return STANDARD.decode(value).map_err(|error| Error::answer(path, error));
        }
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let (path, codespace, log) = (path.to_owned(), text("codespace"), text("log"));
        if code == UNKNOWN_REQUEST && log.contains("unknown query path") {
            return Err(Error::NoQuery { path });
        }
        Err(Error::Query { path, code, codespace, log })
    }

    /// A query whose request and answer are messages.
    ///
    /// # Errors
    /// As [`query`](Self::query), and [`Error::Answer`].
    pub fn ask<Q: Message, A: Message + Default>(&self, path: &str, request: &Q) -> Result<A> {
        let answer = self.query(path, &request.encode_to_vec())?;
        A::decode(answer.as_slice()).map_err(|error| Error::answer(path, error))
    }

    /// A contract's answer.
    ///
    /// # Errors
    /// As [`ask`](Self::ask); what the contract refuses is [`Error::Query`].
    pub fn smart(&self, contract: &str, message: &Value) -> Result<Value> {
        self.smart_at(contract, message, 0)
    }

    /// The same of the state after a block, 0 for the last one.
    ///
    /// # Errors
    /// As [`smart`](Self::smart).
    pub fn smart_at(&self, contract: &str, message: &Value, height: u64) -> Result<Value> {
        let path = "/cosmwasm.wasm.v1.Query/SmartContractState";
        let (address, query_data) = (contract.to_owned(), message.to_string().into_bytes());
        let request = wasm::QuerySmartContractStateRequest { address, query_data };
        let answer = self.query_at(path, &request.encode_to_vec(), height)?;
        let answer = wasm::QuerySmartContractStateResponse::decode(answer.as_slice());
        let data = answer.map_err(|error| Error::answer(path, error))?.data;
        serde_json::from_slice(&data).map_err(|error| Error::answer(path, error))
    }

    /// The value at a key of a contract's storage; empty if there is none.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn raw(&self, contract: &str, key: &[u8]) -> Result<Vec<u8>> {
        let (address, query_data) = (contract.to_owned(), key.to_vec());
        let request = wasm::QueryRawContractStateRequest { address, query_data };
        let path = "/cosmwasm.wasm.v1.Query/RawContractState";
        Ok(self.ask::<_, wasm::QueryRawContractStateResponse>(path, &request)?.data)
    }

    /// What the chain knows of a contract; `None` if there is none.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn contract_info(&self, contract: &str) -> Result<Option<wasm::ContractInfo>> {
        let request = wasm::QueryContractInfoRequest { address: contract.to_owned() };
        let path = "/cosmwasm.wasm.v1.Query/ContractInfo";
        let answer = found(self.ask::<_, wasm::QueryContractInfoResponse>(path, &request))?;
        Ok(answer.and_then(|answer| answer.contract_info))
    }

    /// What the chain knows of a code, without its bytes: `data_hash` is the checksum.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn code_info(&self, code_id: u64) -> Result<Option<wasm::CodeInfoResponse>> {
        let request = wasm::QueryCodeRequest { code_id };
        let answer = self.ask::<_, wasm::QueryCodeResponse>("/cosmwasm.wasm.v1.Query/Code", &request);
        Ok(found(answer)?.and_then(|answer| answer.code_info))
    }

    /// The codes that stay in memory: all of them, of which wasmd shows 100 at once.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn pinned_codes(&self) -> Result<Vec<u64>> {
        let path = "/cosmwasm.wasm.v1.Query/PinnedCodes";
        let (mut codes, mut key) = (Vec::new(), Vec::new());
        for _ in 0..PAGES {
            let pagination = Some(PageRequest { key, ..PageRequest::default() });
            let request = wasm::QueryPinnedCodesRequest { pagination };
            let answer: wasm::QueryPinnedCodesResponse = self.ask(path, &request)?;
            codes.extend(answer.code_ids);
            key = answer.pagination.unwrap_or_default().next_key;
            if key.is_empty() {
                break;
            }
        }
        Ok(codes)
    }

    /// An account's number and next sequence.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), [`Error::NoAccount`], [`Error::OtherAccount`].
    pub fn account(&self, address: &str) -> Result<Numbers> {
        let path = "/cosmos.auth.v1beta1.Query/Account";
        let request = QueryAccountRequest { address: address.to_owned() };
        let answer = found(self.ask::<_, QueryAccountResponse>(path, &request))?;
        let any = answer.and_then(|answer| answer.account);
        let any = any.ok_or_else(|| Error::NoAccount(address.to_owned()))?;
        if any.type_url != BaseAccount::type_url() {
            let kind = any.type_url.rsplit('.').next().unwrap_or_default().to_owned();
            return Err(Error::OtherAccount { address: address.to_owned(), kind });
        }
        let base = BaseAccount::decode(any.value.as_slice()).map_err(|error| Error::answer(path, error))?;
        Ok(Numbers { account: base.account_number, sequence: base.sequence })
    }

    /// What the chain's addresses begin with.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn prefix(&self) -> Result<String> {
        use crate::proto::cosmos::auth::v1beta1::{Bech32PrefixRequest, Bech32PrefixResponse};
        let path = "/cosmos.auth.v1beta1.Query/Bech32Prefix";
        Ok(self.ask::<_, Bech32PrefixResponse>(path, &Bech32PrefixRequest {})?.bech32_prefix)
    }

    /// How much of a coin an account has.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn balance(&self, address: &str, denom: &str) -> Result<u128> {
        let path = "/cosmos.bank.v1beta1.Query/Balance";
        let request = QueryBalanceRequest { address: address.to_owned(), denom: denom.to_owned() };
        let coin = self.ask::<_, QueryBalanceResponse>(path, &request)?.balance;
        let amount = coin.map_or_else(|| "0".to_owned(), |coin| coin.amount);
        amount.parse().map_err(|error| Error::answer(path, error))
    }

    /// The parameters of x/staking: the bonded denom, and how long unbonding takes.
    ///
    /// # Errors
    /// As [`ask`](Self::ask); [`Error::NoQuery`] on a chain without x/staking.
    pub fn staking_params(&self) -> Result<staking::Params> {
        let path = "/cosmos.staking.v1beta1.Query/Params";
        let answer: staking::QueryParamsResponse = self.ask(path, &staking::QueryParamsRequest {})?;
        answer.params.ok_or_else(|| Error::answer(path, "no params"))
    }

    /// The parameters of governance.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn gov_params(&self) -> Result<gov::Params> {
        let path = "/cosmos.gov.v1.Query/Params";
        let request = gov::QueryParamsRequest { params_type: "voting".to_owned() };
        let answer: gov::QueryParamsResponse = self.ask(path, &request)?;
        answer.params.ok_or_else(|| Error::answer(path, "no params"))
    }

    /// A proposal; `None` if there is none of this number.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn proposal(&self, proposal_id: u64) -> Result<Option<gov::Proposal>> {
        let request = gov::QueryProposalRequest { proposal_id };
        let path = "/cosmos.gov.v1.Query/Proposal";
        let answer = found(self.ask::<_, gov::QueryProposalResponse>(path, &request))?;
        Ok(answer.and_then(|answer| answer.proposal))
    }

    /// What the node runs: the application's version and what it is built of.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn application(&self) -> Result<VersionInfo> {
        let path = "/cosmos.base.tendermint.v1beta1.Service/GetNodeInfo";
        let answer: GetNodeInfoResponse = self.ask(path, &GetNodeInfoRequest {})?;
        answer.application_version.ok_or_else(|| Error::answer(path, "no application_version"))
    }

    /// The chain module's parameters.
    ///
    /// # Errors
    /// As [`query`](Self::query); [`Error::NoQuery`] on a chain without the module.
    pub fn module_params(&self) -> Result<Option<Params>> {
        let path = "/babylonlabs.babylon.v1beta1.Query/Params";
        let answer = <QueryParamsResponse as prost::Message>::decode(self.query(path, &[])?.as_slice());
        Ok(answer.map_err(|error| Error::answer(path, error))?.params)
    }

    /// The contracts that the chain module calls.
    ///
    /// # Errors
    /// As [`module_params`](Self::module_params).
    pub fn module_contracts(&self) -> Result<Option<BsnContracts>> {
        let path = "/babylonlabs.babylon.v1beta1.Query/BSNContracts";
        let answer = <QueryBsnContractsResponse as prost::Message>::decode(self.query(path, &[])?.as_slice());
        Ok(answer.map_err(|error| Error::answer(path, error))?.bsn_contracts)
    }

    /// An end of a channel; `None` if there is none.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn channel(&self, port: &str, id: &str) -> Result<Option<channel::Channel>> {
        let request = channel::QueryChannelRequest { port_id: port.to_owned(), channel_id: id.to_owned() };
        let answer =
            self.ask::<_, channel::QueryChannelResponse>("/ibc.core.channel.v1.Query/Channel", &request);
        Ok(found(answer)?.and_then(|answer| answer.channel))
    }

    /// The client under a channel.
    ///
    /// # Errors
    /// As [`ask`](Self::ask), and [`Error::Answer`] where it is not of CometBFT.
    pub fn client_of_channel(&self, port: &str, id: &str) -> Result<Option<IbcClient>> {
        let path = "/ibc.core.channel.v1.Query/ChannelClientState";
        let (port_id, channel_id) = (port.to_owned(), id.to_owned());
        let request = channel::QueryChannelClientStateRequest { port_id, channel_id };
        let answer = found(self.ask::<_, channel::QueryChannelClientStateResponse>(path, &request))?;
        let Some(IdentifiedClientState { client_id, client_state: Some(any) }) =
            answer.and_then(|answer| answer.identified_client_state)
        else {
            return Ok(None);
        };
        if any.type_url != ClientState::type_url() {
            return Err(Error::answer(path, format!("{client_id} is a {}", any.type_url)));
        }
        let state = ClientState::decode(any.value.as_slice()).map_err(|error| Error::answer(path, error))?;
        Ok(Some(IbcClient { id: client_id, state }))
    }

    /// Whether a client is `Active`, `Expired`, `Frozen` or `Unknown`, in ibc-go's words.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub fn client_status(&self, client_id: &str) -> Result<String> {
        use crate::proto::ibc::core::client::v1::{QueryClientStatusRequest, QueryClientStatusResponse};
        let request = QueryClientStatusRequest { client_id: client_id.to_owned() };
        let path = "/ibc.core.client.v1.Query/ClientStatus";
        Ok(self.ask::<_, QueryClientStatusResponse>(path, &request)?.status)
    }
}

/// `None` for what is not there.
fn found<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Query { code, log, .. }) if code == NOT_FOUND || log.contains("not found") => Ok(None),
        // wasmd's own, whose code becomes `sdk` 6 on its way through ABCI.
        Err(Error::Query { log, .. })
            if ["no such contract", "no such code"].iter().any(|no| log.contains(no)) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
