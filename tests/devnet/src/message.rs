//! Messages: what accounts and contracts can make the chain do.

use std::rc::Rc;

use cosmwasm_std::{BankMsg, Binary, Coin, CosmosMsg, Empty, Event, IbcMsg, MsgResponse, Response, WasmMsg};
use prost::Message;

use crate::{
    address,
    dispatch::Done,
    error::Failure,
    state::Contract,
    vm::Entry,
    world::{World, info, json},
};

/// `MsgInstantiateContractResponse` of `cosmwasm.wasm.v1`.
#[derive(Message)]
struct Instantiated {
    #[prost(string, tag = "1")]
    address: String,
    #[prost(bytes = "vec", tag = "2")]
    data: Vec<u8>,
}

/// `MsgExecuteContractResponse` and `MsgMigrateContractResponse`.
#[derive(Message)]
struct WithData {
    #[prost(bytes = "vec", tag = "1")]
    data: Vec<u8>,
}

/// `MsgIBCSendResponse` and `MsgTransferResponse`.
#[derive(Message)]
struct Sent {
    #[prost(uint64, tag = "1")]
    sequence: u64,
}

fn response(type_url: &str, message: &impl Message) -> Option<MsgResponse> {
    Some(MsgResponse { type_url: type_url.to_owned(), value: message.encode_to_vec().into() })
}

/// What it takes to start a contract.
pub(crate) struct Start<'a> {
    pub code_id: u64,
    pub msg: &'a [u8],
    pub funds: &'a [Coin],
    pub label: &'a str,
    pub admin: Option<String>,
    pub salt: Option<&'a [u8]>,
}

impl World {
    /// Carries out one message of `sender`.
    pub fn dispatch(self: &Rc<Self>, sender: &str, message: CosmosMsg<Empty>) -> Result<Done, Failure> {
        match message {
            CosmosMsg::Wasm(message) => self.dispatch_wasm(sender, message),
            CosmosMsg::Bank(BankMsg::Send { to_address, amount }) => {
                self.decode(&to_address)?;
                let events = self.state().send(sender, &to_address, &amount)?;
                let response = response("/cosmos.bank.v1beta1.MsgSendResponse", &());
                Ok(Done { events, data: None, response })
            }
            CosmosMsg::Bank(BankMsg::Burn { amount }) => {
                self.state().burn(sender, &amount)?;
                Ok(Done {
                    response: response("/cosmos.bank.v1beta1.MsgBurnResponse", &()),
                    ..Done::default()
                })
            }
            CosmosMsg::Ibc(message) => self.dispatch_ibc(sender, message),
            other => Err(Failure::Unsupported(format!("{other:?}"))),
        }
    }

    fn dispatch_wasm(self: &Rc<Self>, sender: &str, message: WasmMsg) -> Result<Done, Failure> {
        match message {
            WasmMsg::Execute { contract_addr, msg, funds } => {
                self.execute(sender, &contract_addr, &msg, &funds)
            }
            WasmMsg::Instantiate { admin, code_id, msg, funds, label } => {
                let start = Start { code_id, msg: &msg, funds: &funds, label: &label, admin, salt: None };
                self.instantiate(sender, &start)
            }
            WasmMsg::Instantiate2 { admin, code_id, label, msg, funds, salt } => {
                let (funds, salt) = (&funds, Some(salt.as_slice()));
                self.instantiate(sender, &Start { code_id, msg: &msg, funds, label: &label, admin, salt })
            }
            WasmMsg::Migrate { contract_addr, new_code_id, msg } => {
                self.migrate(sender, &contract_addr, new_code_id, &msg)
            }
            WasmMsg::UpdateAdmin { contract_addr, admin } => {
                self.decode(&admin)?;
                if admin == sender {
                    return Err(Failure::Invalid("new admin is the same as the old: invalid".to_owned()));
                }
                self.modify(sender, &contract_addr, |contract| contract.admin = Some(admin))
            }
            WasmMsg::ClearAdmin { contract_addr } => {
                self.modify(sender, &contract_addr, |contract| contract.admin = None)
            }
            other => Err(Failure::Unsupported(format!("{other:?}"))),
        }
    }

    fn execute(
        self: &Rc<Self>,
        sender: &str,
        contract: &str,
        msg: &[u8],
        funds: &[Coin],
    ) -> Result<Done, Failure> {
        self.contract(contract)?;
        let mut events = self.state().send(sender, contract, funds)?;
        let answer: Response = self.call(contract, Entry::Execute, &info(sender, funds)?, msg)?;
        events.push(Event::new("execute").add_attribute("_contract_address", contract));
        let data = self.finish(contract, answer.into(), &mut events).map_err(|e| e.within("dispatch"))?;
        let bytes = WithData { data: bytes(&data) };
        Ok(Done { events, data, response: response("/cosmwasm.wasm.v1.MsgExecuteContractResponse", &bytes) })
    }

    fn instantiate(self: &Rc<Self>, sender: &str, start: &Start<'_>) -> Result<Done, Failure> {
        let (address, contract) = self.new_contract(sender, start)?;
        self.state().contracts.insert(address.clone(), contract);
        let mut events = self.state().send(sender, &address, start.funds)?;
        let answer: Response =
            self.call(&address, Entry::Instantiate, &info(sender, start.funds)?, start.msg)?;
        let event = Event::new("instantiate").add_attribute("_contract_address", &address);
        events.push(event.add_attribute("code_id", start.code_id.to_string()));
        let data = self.finish(&address, answer.into(), &mut events).map_err(|e| e.within("dispatch"))?;
        let bytes = Instantiated { address, data: bytes(&data) };
        let response = response("/cosmwasm.wasm.v1.MsgInstantiateContractResponse", &bytes);
        Ok(Done { events, data, response })
    }

    fn new_contract(&self, sender: &str, start: &Start<'_>) -> Result<(String, Contract), Failure> {
        if let Some(admin) = &start.admin {
            self.decode(admin)?;
        }
        if start.label.trim().is_empty() {
            return Err(Failure::Invalid("label: is required".to_owned()));
        }
        let creator = self.decode(sender)?;
        let state = &mut *self.state();
        let index = start.code_id.checked_sub(1).and_then(|i| usize::try_from(i).ok());
        let facts = index.and_then(|i| state.codes.get(i)).map(|code| code.facts.clone());
        let facts = facts.ok_or(Failure::NoCode(start.code_id))?;
        let address = if let Some(salt) = start.salt {
            address::predictable_contract(&self.prefix, &facts.hash, &creator, salt)
        } else {
            let instance = state.next("instances") + 1;
            address::contract(&self.prefix, start.code_id, instance)
        };
        if state.contracts.get(&address).is_some() {
            return Err(Failure::Invalid(format!("{address}: contract account already exists")));
        }
        let contract = Contract {
            code_id: start.code_id,
            creator: sender.to_owned(),
            admin: start.admin.clone(),
            label: start.label.to_owned(),
            ibc_port: facts.has_ibc_entry_points.then(|| format!("wasm.{address}")),
        };
        Ok((address, contract))
    }

    fn migrate(
        self: &Rc<Self>,
        sender: &str,
        address: &str,
        code_id: u64,
        msg: &[u8],
    ) -> Result<Done, Failure> {
        let mut contract = self.contract(address)?;
        if !self.may_modify(&contract, sender) {
            return Err(Failure::Unauthorized { action: "migrate" });
        }
        let index = code_id.checked_sub(1).and_then(|i| usize::try_from(i).ok());
        let has_ibc = index
            .and_then(|i| self.state().codes.get(i).map(|code| code.facts.has_ibc_entry_points))
            .ok_or(Failure::NoCode(code_id))?;
        if contract.ibc_port.is_some() && !has_ibc {
            return Err(Failure::Invalid("requires ibc callbacks: migrate wasm contract failed".to_owned()));
        }
        if has_ibc {
            contract.ibc_port.get_or_insert_with(|| format!("wasm.{address}"));
        }
        contract.code_id = code_id;
        self.state().contracts.insert(address.to_owned(), contract);
        let about = json(&serde_json::json!({ "sender": sender, "old_migrate_version": null }))?;
        let answer: Response = self.call(address, Entry::Migrate, &about, msg)?;
        let event = Event::new("migrate").add_attribute("code_id", code_id.to_string());
        let mut events = vec![event.add_attribute("_contract_address", address)];
        let data = self.finish(address, answer.into(), &mut events).map_err(|e| e.within("dispatch"))?;
        let bytes = WithData { data: bytes(&data) };
        Ok(Done { events, data, response: response("/cosmwasm.wasm.v1.MsgMigrateContractResponse", &bytes) })
    }

    /// Gives a contract another label: `MsgUpdateContractLabel`, which no contract can ask for.
    pub(crate) fn set_label(&self, sender: &str, address: &str, label: &str) -> Result<Done, Failure> {
        self.decode(address)?;
        if label.is_empty() || label.trim() != label {
            return Err(Failure::Invalid("label must not start/end with whitespaces: invalid".to_owned()));
        }
        self.modify(sender, address, |contract| label.clone_into(&mut contract.label))
    }

    fn modify(
        &self,
        sender: &str,
        address: &str,
        change: impl FnOnce(&mut Contract),
    ) -> Result<Done, Failure> {
        let mut contract =
            self.contract(address).map_err(|_| Failure::Invalid("unknown contract".to_owned()))?;
        if !self.may_modify(&contract, sender) {
            return Err(Failure::Unauthorized { action: "modify contract" });
        }
        change(&mut contract);
        self.state().contracts.insert(address.to_owned(), contract);
        Ok(Done::default())
    }

    /// As wasmd: governance may change any contract (`GovAuthorizationPolicy`), everybody else those they are the admin of.
    fn may_modify(&self, contract: &Contract, sender: &str) -> bool {
        contract.admin.as_deref() == Some(sender) || sender == address::module(&self.prefix, "gov")
    }

    /// Calls `sudo`, as the chain itself does.
    pub fn sudo(self: &Rc<Self>, contract: &str, msg: &[u8]) -> Result<Done, Failure> {
        let answer: Response = self.call(contract, Entry::Sudo, &[], msg)?;
        let mut events = vec![Event::new("sudo").add_attribute("_contract_address", contract)];
        let data = self.finish(contract, answer.into(), &mut events).map_err(|e| e.within("dispatch"))?;
        Ok(Done { events, data, response: None })
    }

    fn dispatch_ibc(self: &Rc<Self>, sender: &str, message: IbcMsg) -> Result<Done, Failure> {
        let port = || {
            let port = self.contract(sender).ok().and_then(|c| c.ibc_port);
            port.ok_or(Failure::Unauthorized { action: "send a packet without an ibc port" })
        };
        match message {
            IbcMsg::Transfer { channel_id, to_address, amount, timeout, memo } => {
                let memo = memo.unwrap_or_default();
                let (sequence, events) =
                    self.send_transfer(sender, &channel_id, &to_address, &amount, timeout, memo)?;
                let url = "/ibc.applications.transfer.v1.MsgTransferResponse";
                Ok(Done { events, data: None, response: response(url, &Sent { sequence }) })
            }
            IbcMsg::SendPacket { channel_id, data, timeout } => {
                let (sequence, event) = self.send_packet(&port()?, &channel_id, data, timeout)?;
                let response = response("/cosmwasm.wasm.v1.MsgIBCSendResponse", &Sent { sequence });
                Ok(Done { events: vec![event], data: None, response })
            }
            IbcMsg::CloseChannel { channel_id } => {
                let event = self.close_own_channel(&port()?, &channel_id)?;
                let response = response("/cosmwasm.wasm.v1.MsgIBCCloseChannelResponse", &());
                Ok(Done { events: vec![event], data: None, response })
            }
            other => Err(Failure::Unsupported(format!("{other:?}"))),
        }
    }
}

fn bytes(data: &Option<Binary>) -> Vec<u8> {
    data.as_ref().map(|data| data.to_vec()).unwrap_or_default()
}
