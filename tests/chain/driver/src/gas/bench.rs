//! What is measured on, and how a transaction becomes a row.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use serde_json::Value;

use super::overhead::{Answer, Overhead, data_of};
use super::{Row, grow, shown};
use crate::account::Account;
use crate::world::World;
use crate::{contract, say};
use bsn_rpc::TxResult;

/// What a measured transaction may use.
const CALL_GAS: u64 = 60_000_000;

/// The network, whether its codes are pinned now, and what was measured so far.
pub struct Bench<'a> {
    /// The network.
    pub world: &'a mut World,
    /// Whether its codes are pinned.
    pub is_pinned: bool,
    /// What was measured.
    pub rows: &'a mut Vec<Row>,
    /// The last height at which everybody sent a message of its own: such votes lie about for 256 heights.
    pub singles_to: u64,
    embedded: BTreeMap<String, u64>,
}

/// A contract and its code.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its address.
    pub address: String,
    /// Its code.
    pub code_id: u64,
}

impl<'a> Bench<'a> {
    /// On a network whose codes are as they were stored: not pinned.
    ///
    /// # Errors
    /// If the snapshot cannot be read.
    pub fn new(world: &'a mut World, rows: &'a mut Vec<Row>) -> Result<Self> {
        Ok(Self { world, is_pinned: false, rows, singles_to: 0, embedded: shown::embedded()? })
    }

    /// Lets the network have so many finality providers; each new one commits to so many heights.
    ///
    /// # Errors
    /// As [`grow::grow`].
    pub fn grow(&mut self, to: usize, heights: impl Fn(usize) -> u64) -> Result<()> {
        grow::grow(self.world, to, heights)
    }

    /// Measures with the code as it is now, and once more the other way.
    ///
    /// # Errors
    /// Those of `measure`.
    pub fn both(&mut self, mut measure: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        measure(self)?;
        super::pin(self.world, !self.is_pinned)?;
        self.is_pinned = !self.is_pinned;
        measure(self)
    }

    /// Votes on up to a height.
    ///
    /// # Errors
    /// If the chain does not get there.
    pub fn vote_to(&mut self, height: u64) -> Result<()> {
        self.world
            .vote_until("old votes", Duration::from_secs(600), |world| {
                Ok((world.voted_to >= height).then_some(()))
            })
            .map(|_| ())
    }

    /// A height at which nobody has voted yet, and at which EndBlock has deleted what was left of 256 heights before.
    ///
    /// # Errors
    /// If the chain does not get there.
    pub fn clean_height(&mut self) -> Result<u64> {
        self.world.vote_blocks(2)?;
        let height = self.world.voted_to + 1;
        self.world.consumer.wait_until(height + 2)?;
        Ok(height)
    }

    /// The contract.
    pub fn bsn(&self) -> Target {
        Target { address: self.world.bsn.clone(), code_id: self.world.code_id }
    }

    /// What wasmd charges around a call of it.
    ///
    /// # Errors
    /// If the chain does not show its store.
    pub fn overhead(&self, target: &Target) -> Result<Overhead> {
        Overhead::of(self.world, &target.address, target.code_id, self.is_pinned)
    }

    /// The embedded figure of a row.
    ///
    /// # Errors
    /// If there is none.
    pub fn figure(&self, name: &str) -> Result<u64> {
        self.embedded.get(name).copied().ok_or_else(|| anyhow!("the snapshot has no {name}"))
    }

    /// Notes a row, with the embedded figure of its name.
    ///
    /// # Errors
    /// As [`figure`](Self::figure).
    pub fn note(&mut self, row: Row) -> Result<()> {
        let row = Row { embedded: self.figure(&row.call)?, ..row };
        let pinned = if row.is_pinned { "pinned" } else { "not pinned" };
        say::line(&format!("{} ({pinned}): {} left, embedded {}", row.call, row.left(), row.embedded));
        self.rows.push(row);
        Ok(())
    }

    /// Sends a message to a contract, and the same to an address without one; the row of it, and its result.
    ///
    /// # Errors
    /// If it does not end as it should.
    pub fn call(
        &self,
        name: &str,
        account: &Account,
        target: &Target,
        message: &Value,
        succeeds: bool,
    ) -> Result<(Row, TxResult, usize)> {
        let (result, bytes) = self.deliver(account, message, &target.address)?;
        if (result.code == 0) != succeeds {
            bail!("{name}: code {} {}", result.code, result.log);
        }
        // The same bytes to an account that is no contract; its address has another length, which is paid for.
        let (control, control_bytes) = self.deliver(account, message, &self.world.stranger.address)?;
        let overhead = self.overhead(target)?;
        let ante = overhead.ante(&control, control_bytes, bytes);
        Ok((overhead.row(name, &result.events, &answer(&result), result.gas_used, ante), result, bytes))
    }

    fn deliver(&self, account: &Account, message: &Value, contract: &str) -> Result<(TxResult, usize)> {
        let message = contract::execute_message(&account.address, contract, message);
        account.deliver(&self.world.consumer.rpc, &self.world.consumer.id, vec![message], CALL_GAS)
    }
}

/// What the contract answered, as far as its length in JSON goes.
pub fn answer(result: &TxResult) -> Answer {
    if result.code != 0 {
        let text = result.log.split_once("message index: 0: ").map_or("", |(_, text)| text);
        let text = text.split(": execute wasm contract failed").next().unwrap_or_default();
        return Answer::Error(text.to_owned());
    }
    Answer::Ok(data_of(&result.data).unwrap_or_default())
}
