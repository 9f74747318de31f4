//! A run: block after block the dice decide what goes wrong, and contract and model must agree.

mod block;
mod channel;
mod checks;
mod faults;
mod final_checks;
mod hooks;
mod misbehaviour;
mod stake;
mod start;
mod verified;
mod voting;

use std::collections::BTreeMap;

use devnet::actors::finality_provider::FinalityProviderError;
use devnet::network::{Network, NetworkError};
use primitives::Txid;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::dice::Dice;
use crate::model::{Key, Model};
use crate::plan::{Broken, CLOSED, Plan, TAIL};
use crate::report::Report;
use faults::Weather;
use verified::Market;

/// What a finality provider's operator knows.
#[derive(Debug, Clone, Copy, Default)]
struct Operator {
    /// Nothing comes from it before this height.
    offline_until: u64,
    /// The first height it has not voted at.
    next_vote: u64,
    /// Its node is on another branch up to this height.
    misled_until: u64,
    /// Where it signed twice, and was found out.
    caught_at: Option<u64>,
}

/// A network under faults and its model.
pub struct Run {
    plan: Plan,
    dice: Dice,
    net: Network,
    model: Model,
    report: Report,
    weather: Weather,
    operators: Vec<Operator>,
    keys: Vec<Key>,
    index: BTreeMap<Key, usize>,
    /// What people know of stake that is verified.
    market: Market,
    /// Long delegations of this channel that were not ended.
    delegations: Vec<Txid>,
    /// When the contract passed a height.
    passed_at: BTreeMap<u64, u64>,
    /// The last height with quorum by the contract's word.
    finalized: u64,
    /// Whether the last block's EndBlock took effect.
    ended_well: bool,
    /// What fees brought to the contract.
    fees: u128,
    /// Delegations that were made, ever.
    delegated: u64,
    /// Our ends of all channels of coins.
    coins: Vec<String>,
    /// Our ids on Babylon, the last one is current.
    clients: Vec<String>,
}

impl Run {
    /// Runs to the end, telling of progress every so many blocks.
    ///
    /// # Errors
    /// [`Broken`]: something that must hold does not.
    pub fn complete(mut self, mut progress: impl FnMut(u64, &Report)) -> Result<Report, Broken> {
        for block in 1..=self.plan.blocks {
            self.block(true)?;
            if block.is_multiple_of(500) {
                progress(block, &self.report);
            }
        }
        self.heal()?;
        self.close_market_at(self.height() + TAIL - CLOSED);
        for _ in 0..TAIL {
            self.block(false)?;
        }
        self.verify_the_end()?;
        Ok(self.report)
    }

    /// The block that is being built, or the next.
    fn height(&self) -> u64 {
        self.net.chain.height() + 1
    }

    fn now(&self) -> u64 {
        self.net.chain.now().time.seconds()
    }

    fn broken(&self, what: impl Into<String>) -> Broken {
        Broken { height: self.height(), what: what.into() }
    }

    /// Something that must hold, told of where it does not.
    fn ensure(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Broken> {
        if holds { Ok(()) } else { Err(self.broken(what())) }
    }

    fn ask<T: DeserializeOwned>(&self, query: &Value) -> Result<T, Broken> {
        self.net.query(query).map_err(|error| self.broken(format!("{query} is not answered: {error}")))
    }

    /// What the network itself must be able to do.
    fn done<T>(&self, result: Result<T, NetworkError>) -> Result<T, Broken> {
        result.map_err(|error| self.broken(error.to_string()))
    }

    fn signed<T>(&self, result: Result<T, FinalityProviderError>) -> Result<T, Broken> {
        result.map_err(|error| self.broken(error.to_string()))
    }

    /// A message to the contract; a refusal is its text. A panic is no refusal.
    fn execute(&mut self, message: &Value) -> Result<Result<devnet::TxReport, String>, Broken> {
        let sender = self.net.sender.clone();
        self.execute_as(&sender, message)
    }

    fn execute_as(&mut self, who: &str, message: &Value) -> Result<Result<devnet::TxReport, String>, Broken> {
        let bsn = self.net.bsn.clone();
        let outcome = self.net.chain.execute(who, &bsn, message).map_err(|error| error.to_string());
        let panicked = outcome.as_ref().is_err_and(|text| text.contains("panicked"));
        self.ensure(!panicked, || format!("{message}: {outcome:?}"))?;
        Ok(outcome)
    }
}
