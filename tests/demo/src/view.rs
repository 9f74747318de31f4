//! What the contract says of every height, asked when it is settled.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use serde_json::{Value, json};

use crate::stage::Stage;

/// A height.
#[derive(Debug, PartialEq)]
pub struct Row {
    /// A height of this chain.
    pub height: u64,
    /// `quorum`, `skipped`, `open`, ...
    pub vote: String,
    /// `final`, `pending`, ...
    pub block: String,
    /// How many blocks after its own it was finalized.
    pub lag: Option<u64>,
    /// Who voted: keys.
    pub voters: BTreeSet<String>,
    /// Power by key.
    pub set: BTreeMap<String, u64>,
}

/// All heights from the first that was voted at.
#[derive(Debug)]
pub struct View {
    /// In order.
    pub rows: Vec<Row>,
}

impl View {
    /// Everything up to the last block.
    pub fn of(stage: &mut Stage) -> Result<Self, Box<dyn Error>> {
        stage.look_until(stage.network.chain.height())?;
        Ok(Self { rows: std::mem::take(&mut stage.rows) })
    }

    /// The row of a height.
    pub fn at(&self, height: u64) -> Option<&Row> {
        self.rows.iter().find(|row| row.height == height)
    }

    /// How many heights have quorum.
    pub fn finalized(&self) -> usize {
        self.rows.iter().filter(|row| row.vote == "quorum").count()
    }

    /// The lags of the heights with quorum, sorted.
    pub fn lags(&self) -> Vec<u64> {
        let mut lags: Vec<u64> = self.rows.iter().filter_map(|row| row.lag).collect();
        lags.sort_unstable();
        lags
    }

    /// What a finality provider's power was at a height.
    pub fn power(&self, key: &str, height: u64) -> u64 {
        self.at(height).and_then(|row| row.set.get(key)).copied().unwrap_or_default()
    }
}

impl Row {
    /// Asks.
    pub fn of(stage: &Stage, height: u64) -> Result<Self, Box<dyn Error>> {
        let status = stage.ask(&json!({ "finality_status": { "height": height } }))?;
        let votes = stage.ask(&json!({ "votes": { "height": height } }))?;
        let set = stage.ask(&json!({ "active_finality_providers": { "height": height } }))?;
        let vote = word(&status["vote"]["state"]);
        let lag =
            (vote == "quorum").then(|| stage.finalized_in.get(&height).map(|seen| seen - height)).flatten();
        let voters = votes["btc_pks"].as_array().into_iter().flatten().map(word).collect();
        let set = set["active_finality_providers"].as_object().into_iter().flatten();
        let set = set.filter_map(|(key, power)| Some((key.clone(), power.as_u64()?))).collect();
        Ok(Self { height, vote, block: word(&status["block"]), lag, voters, set })
    }
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
