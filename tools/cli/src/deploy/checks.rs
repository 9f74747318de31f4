//! Whether everything is ready: a row for each thing that has failed somebody. Pure.

mod alone;
mod chain;
mod knobs;
mod link;
mod money;
mod stake;

use serde::Serialize;

use super::artifacts::Artifacts;
use super::facts::{BabylonFacts, ChainFacts};
use crate::config::{File, GasPrice};

/// How a check ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Nothing to do.
    Ok,
    /// It works, but somebody should know.
    Warning,
    /// It would not work.
    Fail,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How it ends.
    pub grade: Grade,
    /// What was found, and where it fails what to do.
    pub found: String,
}

/// How it is to be deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Way {
    /// By governance.
    pub by_gov: bool,
    /// In the quick way.
    pub expedited: bool,
    /// A proposal for each code, for chains that take only small transactions.
    pub split: bool,
}

/// Everything that checks look at.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// What the operator wants.
    pub file: &'a File,
    /// The wasm.
    pub artifacts: &'a Artifacts,
    /// How.
    pub way: Way,
    /// The appchain.
    pub chain: &'a ChainFacts,
    /// Babylon, if a node of it was asked.
    pub babylon: Option<&'a BabylonFacts>,
    /// What a unit of gas is paid.
    pub price: Option<&'a GasPrice>,
    /// Whether a fee is named that does not follow the gas.
    pub has_fee: bool,
    /// What the steps will cost, in the payer's coin.
    pub cost: u128,
    /// Whether the contract is instantiated already.
    pub is_there: bool,
}

impl Given<'_> {
    /// How deep a header of Bitcoin is to be confirmed (k), and a checkpoint (w): the file's own, or Babylon's.
    fn depths(&self) -> Option<(u32, u32)> {
        let far = self.babylon.and_then(|babylon| babylon.depths);
        let k = self.file.bsn.k.or_else(|| far.map(|(k, _)| k))?;
        let w = self.file.bsn.w.or_else(|| far.map(|(_, w)| w))?;
        Some((k, w))
    }
}

/// Everything that fits is `Ok`.
pub fn ok(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, grade: Grade::Ok, found: found.into() }
}

/// What works, but should be known.
pub fn warning(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, grade: Grade::Warning, found: found.into() }
}

/// What would not work.
pub fn fail(name: &'static str, found: impl Into<String>) -> Check {
    Check { name, grade: Grade::Fail, found: found.into() }
}

/// All rows, in the order in which they are read.
pub fn all(given: Given<'_>) -> Vec<Check> {
    let mut rows = chain::checks(given);
    rows.extend(money::checks(given));
    rows.extend(stake::checks(given));
    rows.extend(if given.file.is_alone() { alone::checks(given) } else { link::checks(given) });
    rows
}

/// Whether nothing fails.
pub fn pass(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.grade != Grade::Fail)
}

#[cfg(test)]
mod tests;
