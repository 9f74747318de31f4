//! The chain's state and its VM, shared with whatever contract is running.

use std::{
    cell::{RefCell, RefMut},
    rc::Rc,
};

use cosmwasm_std::{
    Addr, BlockInfo, ContractInfo, ContractResult, Env, MessageInfo, TransactionInfo, from_json, to_json_vec,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    address,
    error::Failure,
    gas::{COSMWASM_GAS_PER_SDK_GAS, INSTANCE_PINNED, INSTANCE_UNPINNED, Meter, Usage},
    host::ContractHost,
    state::{Code, Contract, State},
    vm::{Entry, Vm, VmCall, VmFailure},
};

/// How deep queries of contracts may nest (wasmd's default).
const MAX_QUERY_DEPTH: u32 = 10;

pub(crate) struct World {
    pub vm: Rc<dyn Vm>,
    pub prefix: String,
    pub chain_id: String,
    pub bonded_denom: String,
    state: RefCell<State>,
}

/// What a part of a transaction came to.
#[derive(Debug, Clone)]
pub(crate) struct Attempt<T> {
    pub result: Result<T, Failure>,
    pub usage: Usage,
}

impl World {
    pub fn new(vm: Rc<dyn Vm>, prefix: String, chain_id: String, bonded_denom: String, state: State) -> Self {
        Self { vm, prefix, chain_id, bonded_denom, state: RefCell::new(state) }
    }

    /// A copy that goes its own way.
    pub fn fork(&self) -> Self {
        self.fork_on(Rc::clone(&self.vm))
    }

    /// The same on another machine.
    pub fn fork_on(&self, vm: Rc<dyn Vm>) -> Self {
        Self::new(
            vm,
            self.prefix.clone(),
            self.chain_id.clone(),
            self.bonded_denom.clone(),
            self.state.borrow().clone(),
        )
    }

    /// The state, for a moment: never held while a contract runs.
    pub fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }

    pub fn decode(&self, text: &str) -> Result<Vec<u8>, Failure> {
        address::decode(&self.prefix, text).map_err(|e| Failure::Invalid(format!("{text}: {e}")))
    }

    /// Stores a wasm file; gives its number and its checksum.
    pub fn store_code(&self, creator: &str, wasm: &[u8]) -> Result<(u64, [u8; 32]), Failure> {
        let facts = self.vm.store(wasm).map_err(Failure::Vm)?;
        let hash = facts.hash;
        let state = &mut *self.state();
        state.codes.push(Code { facts, creator: creator.to_owned(), pinned: false, bytes: wasm.len() });
        Ok((state.codes.len() as u64, hash))
    }

    pub fn contract(&self, at: &str) -> Result<Contract, Failure> {
        let contract = self.state().contracts.get(at).cloned();
        contract.ok_or_else(|| Failure::NoContract(at.to_owned()))
    }

    /// Runs `work` under a fresh meter; if it fails its changes are undone, unless `keep` says that
    /// they stay. Gas stays used either way.
    pub fn attempt<T>(
        &self,
        gas_limit: Option<u64>,
        keep: bool,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Attempt<T> {
        let (point, before) = {
            let mut state = self.state();
            state.meters.push(Meter::new(gas_limit));
            (state.checkpoint(), state.usage)
        };
        let result = work();
        let mut state = self.state();
        state.meters.pop();
        if result.is_err() && !keep {
            state.rollback(point);
        }
        Attempt { result, usage: state.usage - before }
    }

    /// Undoes the changes of `work` if it fails, under the same meter.
    pub fn atomically<T>(&self, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
        let point = self.state().checkpoint();
        let result = work();
        if result.is_err() {
            self.state().rollback(point);
        }
        result
    }

    fn env(&self, contract: &str) -> Env {
        let state = self.state();
        Env {
            block: BlockInfo {
                height: state.now.height,
                time: state.now.time,
                chain_id: self.chain_id.clone(),
            },
            transaction: state.tx_index.map(|index| TransactionInfo::new(index, Default::default())),
            contract: ContractInfo { address: Addr::unchecked(contract) },
        }
    }

    /// Calls an entry point of a contract and reads its answer. Its messages are not yet sent.
    pub fn call<T: DeserializeOwned>(
        self: &Rc<Self>,
        contract: &str,
        entry: Entry,
        info: &[u8],
        msg: &[u8],
    ) -> Result<T, Failure> {
        let answer = self.call_raw(contract, entry, info, msg)?;
        let answer: ContractResult<T> = from_json(&answer).map_err(|e| Failure::Vm(e.to_string()))?;
        answer.into_result().map_err(|text| Failure::Contract { entry, text })
    }

    fn call_raw(
        self: &Rc<Self>,
        contract: &str,
        entry: Entry,
        info: &[u8],
        msg: &[u8],
    ) -> Result<Vec<u8>, Failure> {
        let code_id = self.contract(contract)?.code_id;
        let host = ContractHost::new(Rc::clone(self), contract)?;
        let env = json(&self.env(contract))?;
        let (code, gas_limit) = {
            let state = &mut *self.state();
            let code = code_id.checked_sub(1).and_then(|i| state.codes.get(usize::try_from(i).ok()?));
            let code = code.ok_or(Failure::NoCode(code_id))?;
            let hash = code.facts.hash;
            let start = if code.pinned { INSTANCE_PINNED } else { INSTANCE_UNPINNED };
            state.usage.instance_gas += start;
            state.usage.calls += 1;
            state.meter().charge(start)?;
            (hash, state.meter().remaining() * COSMWASM_GAS_PER_SDK_GAS)
        };
        let call = VmCall { code: &code, entry, env: &env, info, msg, gas_limit };
        let outcome = self.vm.call(&call, Rc::new(host));
        let state = &mut *self.state();
        state.usage.cosmwasm_gas += outcome.gas_used;
        let paid = state.meter().charge(outcome.gas_used / COSMWASM_GAS_PER_SDK_GAS);
        if state.torn {
            return Err(Failure::Torn);
        }
        match outcome.result {
            Err(VmFailure::OutOfGas) => Err(state.meter().exhaust().into()),
            Err(VmFailure::Failed(text)) => paid.map_err(Failure::from).and(Err(Failure::Vm(text))),
            Ok(answer) => paid.map_err(Failure::from).map(|()| answer),
        }
    }

    /// Asks a contract, as another contract or a client does.
    pub fn smart(self: &Rc<Self>, contract: &str, msg: &[u8]) -> Result<cosmwasm_std::Binary, Failure> {
        self.contract(contract)?;
        if self.state().depth >= MAX_QUERY_DEPTH {
            return Err(Failure::Invalid("max query stack size exceeded".to_owned()));
        }
        self.state().depth += 1;
        let answer = self.call(contract, Entry::Query, &[], msg);
        self.state().depth -= 1;
        answer
    }
}

pub(crate) fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    to_json_vec(value).map_err(|e| Failure::Invalid(e.to_string()))
}

pub(crate) fn info(sender: &str, funds: &[cosmwasm_std::Coin]) -> Result<Vec<u8>, Failure> {
    json(&MessageInfo { sender: Addr::unchecked(sender), funds: funds.to_vec() })
}
