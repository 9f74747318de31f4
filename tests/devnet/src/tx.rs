//! Transactions: one sender, messages that succeed or fail together.

use cosmwasm_std::{Binary, Coin, CosmosMsg, Event, WasmMsg, to_json_binary};
use serde::Serialize;

use crate::{
    Chain,
    dispatch::Done,
    error::Failure,
    report::{MessageResult, TxError, TxReport},
    world::World,
};

/// A transaction.
///
/// ```
/// use devnet::Tx;
///
/// let tx = Tx::new("bbnc1sender")
///     .execute("bbnc1contract", &serde_json::json!({"vote": {}}))
///     .execute("bbnc1contract", &serde_json::json!({"vote": {}}))
///     .gas(400_000);
/// assert_eq!(tx.messages.len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tx {
    /// Who signs it.
    pub sender: String,
    /// What it does, in order; if one fails, nothing is done.
    pub messages: Vec<CosmosMsg>,
    /// The SDK gas it may use; `None` is without limit.
    pub gas_limit: Option<u64>,
}

impl Tx {
    /// An empty transaction.
    pub fn new(sender: impl Into<String>) -> Self {
        Self { sender: sender.into(), messages: Vec::new(), gas_limit: None }
    }

    /// Adds any message.
    pub fn message(mut self, message: impl Into<CosmosMsg>) -> Self {
        self.messages.push(message.into());
        self
    }

    /// Adds a call of a contract.
    pub fn execute(self, contract: &str, msg: &impl Serialize) -> Self {
        self.execute_with(contract, msg, &[])
    }

    /// Adds a call of a contract with coins.
    pub fn execute_with(self, contract: &str, msg: &impl Serialize, funds: &[Coin]) -> Self {
        let (contract_addr, msg, funds) = (contract.to_owned(), to_bytes(msg), funds.to_vec());
        self.message(WasmMsg::Execute { contract_addr, msg, funds })
    }

    /// Limits its SDK gas.
    pub fn gas(mut self, limit: u64) -> Self {
        self.gas_limit = Some(limit);
        self
    }
}

fn to_bytes(msg: &impl Serialize) -> Binary {
    to_json_binary(msg).expect("a message is plain data")
}

/// What carries out the messages of a transaction.
pub struct Parts(std::rc::Rc<World>);

/// What came of one of them.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Its events, in order.
    pub events: Vec<Event>,
    /// What it answered.
    pub result: MessageResult,
}

impl From<Done> for Part {
    fn from(done: Done) -> Self {
        Self { events: done.events, result: MessageResult { data: done.data, response: done.response } }
    }
}

impl Parts {
    /// One message of `sender`.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn dispatch(&self, sender: &str, message: impl Into<CosmosMsg>) -> Result<Part, Failure> {
        self.0.dispatch(sender, message.into()).map(Part::from)
    }

    /// Stores a code; gives its number and its checksum. It stays, whatever becomes of the transaction.
    ///
    /// # Errors
    /// [`Failure::Vm`] with the VM's own text.
    pub fn store_code(&self, creator: &str, wasm: &[u8]) -> Result<(u64, [u8; 32]), Failure> {
        self.0.store_code(creator, wasm)
    }

    /// Gives a contract another label, as its admin and governance can.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn set_label(&self, sender: &str, contract: &str, label: &str) -> Result<Part, Failure> {
        self.0.set_label(sender, contract, label).map(Part::from)
    }

    /// Calls `sudo` of a contract, as governance can.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn sudo(&self, contract: &str, msg: &[u8]) -> Result<Part, Failure> {
        self.0.contract(contract)?;
        self.0.sudo(contract, msg).map(Part::from)
    }
}

impl Chain {
    /// Carries out a transaction of `count` messages in the block being built: `work` does each of them, by its place.
    /// What it does to anything but the chain it must undo itself if one fails.
    ///
    /// # Errors
    /// [`TxError`]; nothing of it is done on the chain then.
    pub fn submit_parts(
        &mut self,
        gas_limit: Option<u64>,
        count: usize,
        mut work: impl FnMut(&Parts, usize) -> Result<Part, Failure>,
    ) -> Result<TxReport, TxError> {
        self.open_block();
        let index = self.take_tx_index();
        let world = self.world().clone();
        let parts = Parts(world.clone());
        let mut failed_at = None;
        let attempt = world.attempt(gas_limit, false, || {
            let (mut events, mut results) = (Vec::new(), Vec::new());
            for place in 0..count {
                let part = work(&parts, place).inspect_err(|_| failed_at = Some(place))?;
                events.extend(part.events);
                results.push(part.result);
            }
            Ok((events, results))
        });
        self.block.tx_usage += attempt.usage;
        let (height, usage) = (world.state().now.height, attempt.usage);
        match attempt.result {
            Ok((events, results)) => Ok(TxReport { height, index, usage, events, results }),
            Err(failure) => {
                Err(TxError { message_index: failed_at, failure, usage: Box::new(usage), height })
            }
        }
    }

    /// Moves a fee to where fees are collected; it stays there whatever becomes of the transaction.
    ///
    /// # Errors
    /// [`Failure::Funds`].
    pub fn charge_fee(&mut self, payer: &str, fee: &[Coin]) -> Result<Vec<Event>, Failure> {
        self.open_block();
        let collector = self.fee_collector();
        let world = self.world();
        world.atomically(|| world.state().send(payer, &collector, fee))
    }

    /// Carries out a transaction in the block being built.
    ///
    /// # Errors
    /// [`TxError`]; nothing of it is done then.
    pub fn submit(&mut self, tx: Tx) -> Result<TxReport, TxError> {
        let mut messages = tx.messages.into_iter();
        self.submit_parts(tx.gas_limit, messages.len(), |parts, _| {
            messages.next().map_or_else(|| Ok(Part::default()), |message| parts.dispatch(&tx.sender, message))
        })
    }

    fn take_tx_index(&mut self) -> u32 {
        let index = self.block.txs;
        self.block.txs += 1;
        self.world().state().tx_index = Some(index);
        index
    }

    /// A relayer's transaction: whatever `work` does, in the block being built.
    pub(crate) fn relay_tx_report<T>(
        &mut self,
        gas_limit: Option<u64>,
        work: impl FnOnce(&std::rc::Rc<crate::world::World>) -> Result<(T, Vec<cosmwasm_std::Event>), Failure>,
    ) -> Result<(T, TxReport), Failure> {
        self.open_block();
        let index = self.take_tx_index();
        let world = self.world().clone();
        let attempt = world.attempt(gas_limit, false, || work(&world));
        self.block.tx_usage += attempt.usage;
        let (height, usage) = (world.state().now.height, attempt.usage);
        let (value, events) = attempt.result?;
        Ok((value, TxReport { height, index, usage, events, results: Vec::new() }))
    }

    pub(crate) fn relay_tx<T>(
        &mut self,
        gas_limit: Option<u64>,
        work: impl FnOnce(&std::rc::Rc<crate::world::World>) -> Result<(T, Vec<cosmwasm_std::Event>), Failure>,
    ) -> Result<T, Failure> {
        self.relay_tx_report(gas_limit, work).map(|(value, _)| value)
    }

    /// One call of a contract.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn execute(
        &mut self,
        sender: &str,
        contract: &str,
        msg: &impl Serialize,
    ) -> Result<TxReport, TxError> {
        self.submit(Tx::new(sender).execute(contract, msg))
    }

    /// One call of a contract, with coins.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn execute_with(
        &mut self,
        sender: &str,
        contract: &str,
        msg: &impl Serialize,
        funds: &[Coin],
    ) -> Result<TxReport, TxError> {
        self.submit(Tx::new(sender).execute_with(contract, msg, funds))
    }

    /// Starts a contract. Gives its address.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn instantiate(
        &mut self,
        sender: &str,
        code_id: u64,
        msg: &impl Serialize,
        label: &str,
        admin: Option<&str>,
    ) -> Result<(String, TxReport), TxError> {
        let (msg, label, admin) = (to_bytes(msg), label.to_owned(), admin.map(str::to_owned));
        let message = WasmMsg::Instantiate { admin, code_id, msg, funds: Vec::new(), label };
        let report = self.submit(Tx::new(sender).message(message))?;
        let address = report.instantiated().first().map(|address| (*address).to_owned()).unwrap_or_default();
        Ok((address, report))
    }

    /// Gives a contract another code.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn migrate(
        &mut self,
        sender: &str,
        contract: &str,
        new_code_id: u64,
        msg: &impl Serialize,
    ) -> Result<TxReport, TxError> {
        let (contract_addr, msg) = (contract.to_owned(), to_bytes(msg));
        self.submit(Tx::new(sender).message(WasmMsg::Migrate { contract_addr, new_code_id, msg }))
    }
}
