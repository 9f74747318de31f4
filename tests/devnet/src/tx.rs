//! Transactions: one sender, messages that succeed or fail together.

use cosmwasm_std::{Binary, Coin, CosmosMsg, WasmMsg, to_json_binary};
use serde::Serialize;

use crate::{
    Chain,
    error::Failure,
    report::{MessageResult, TxError, TxReport},
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

impl Chain {
    /// Carries out a transaction in the block being built.
    ///
    /// # Errors
    /// [`TxError`]; nothing of it is done then.
    pub fn submit(&mut self, tx: Tx) -> Result<TxReport, TxError> {
        self.open_block();
        let index = self.take_tx_index();
        let world = self.world().clone();
        let mut failed_at = None;
        let attempt = world.attempt(tx.gas_limit, false, || {
            let (mut events, mut results) = (Vec::new(), Vec::new());
            for (i, message) in tx.messages.into_iter().enumerate() {
                let done = world.dispatch(&tx.sender, message).inspect_err(|_| failed_at = Some(i))?;
                events.extend(done.events);
                results.push(MessageResult { data: done.data, response: done.response });
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
