//! What is read of the chain.

mod grid;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use api::bsn::{
    BlocksResponse, ConfigResponse, FinalityProvider, FinalitySignatureResponse, HealthResponse,
    PowersResponse, PubRandCommit, SigningInfo,
};
use bsn_rpc::{Client, Error, Header};
use primitives::{AppHash, FpPublicKey};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::due::{Committed, Rules};
use super::grid::Grid;

/// How many heights a contract says the power of at once.
const POWERS: usize = 100;
/// How many blocks or commitments a page has, and how many pages of commitments are read.
const PAGE: usize = 30;
const PAGES: usize = 40;
/// For how long a node that does not answer is left alone, while others do.
const AWAY: Duration = Duration::from_secs(30);

/// How often it is looked which nodes can be believed.
const CHOICE: Duration = Duration::from_secs(10);

/// The chain, as it stands for a finality provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The last block.
    pub tip: u64,
    /// What commitments must keep to.
    pub rules: Rules,
    /// The lowest height at which a vote is still of use.
    pub open_from: u64,
    /// The height that Bitcoin has timestamped.
    pub timestamped: u64,
    /// Whether it is slashed.
    pub is_slashed: bool,
    /// The end of its jail term, in seconds since 1970.
    pub jailed_until: Option<u64>,
    /// Its commitments that cover what is open, and what is to come; in the order of their heights.
    pub commitments: Vec<Committed>,
}

/// A height, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub height: u64,
    /// The app hash in the header, of each node that answered; read only where there is power, an anchor and no vote.
    pub headers: Vec<(String, AppHash)>,
    /// What the contract was told.
    pub anchor: Option<AppHash>,
    /// The finality provider's power, there or in the committee of the grid.
    pub power: u64,
    /// Whether the contract has its vote.
    pub is_voted: bool,
}

/// Who reads it.
#[derive(Debug)]
pub struct Look<'a> {
    /// The nodes that can be believed.
    client: Client,
    contract: &'a str,
    chain_id: &'a str,
    fp: FpPublicKey,
    /// All that were named: each must show the same header.
    all: Client,
    chosen: Instant,
    away: BTreeMap<String, Instant>,
    grid: Option<(Grid, Instant)>,
}

impl<'a> Look<'a> {
    /// By all these nodes; the contract is asked through those that can be believed.
    ///
    /// # Errors
    /// What is held against the first, if none can be.
    pub fn new(all: Client, contract: &'a str, chain_id: &'a str, fp: FpPublicKey) -> bsn_rpc::Result<Self> {
        let client = all.believed(Some(chain_id))?;
        let (chosen, away) = (Instant::now(), BTreeMap::new());
        Ok(Self { client, contract, chain_id, fp, all, chosen, away, grid: None })
    }

    /// How many nodes were named.
    pub fn nodes(&self) -> usize {
        self.all.nodes().len()
    }

    /// Chooses anew of several nodes, from time to time: one that lags since then would be asked for ever. Gives the choice,
    /// if there is one.
    pub fn choose(&mut self) -> Option<Client> {
        if self.all.nodes().len() < 2 || self.chosen.elapsed() < CHOICE {
            return None;
        }
        self.chosen = Instant::now();
        self.client = self.all.believed(Some(self.chain_id)).ok()?;
        Some(self.client.clone())
    }

    /// The chain as it stands.
    ///
    /// # Errors
    /// One sentence: it does not answer, or knows no such finality provider.
    pub fn view(&self) -> Result<View, String> {
        let fp = self.fp.to_string();
        let tip = self.client.height().map_err(|error| error.to_string())?;
        let config: ConfigResponse = self.ask("config", &json!({ "config": {} }))?;
        let health: HealthResponse = self.ask("health", &json!({ "health": {} }))?;
        let found: FinalityProvider =
            self.ask("finality_provider", &json!({ "finality_provider": { "btc_pk_hex": fp } }))?;
        let signing: Option<SigningInfo> =
            self.ask("signing_info", &json!({ "signing_info": { "btc_pk_hex": fp } }))?;
        let activation = config.finality_activation_height;
        let passed = health.finality.last_finalized_height.unwrap_or_default();
        let open_from = passed.saturating_add(1).saturating_sub(config.vote_window).max(activation);
        Ok(View {
            tip,
            rules: Rules {
                activation,
                fewest: config.min_pub_rand,
                offset: config.max_pub_rand_commit_offset,
            },
            open_from,
            timestamped: health.timestamps.height,
            is_slashed: found.slashed_height > 0 || found.slashed_btc_height > 0,
            jailed_until: signing.and_then(|signing| signing.jailed_until),
            commitments: self.commitments(open_from)?,
        })
    }

    /// From the highest down, as far as heights from `from` on are covered.
    fn commitments(&self, from: u64) -> Result<Vec<Committed>, String> {
        let mut all: Vec<Committed> = Vec::new();
        for _ in 0..PAGES {
            let after = all.last().map(|last| last.start);
            let ask = json!({ "pub_rand_commit": { "btc_pk_hex": self.fp.to_string(), "start_after": after,
                "limit": PAGE, "reverse": true } });
            let page: Vec<PubRandCommit> = self.ask("pub_rand_commit", &ask)?;
            let count = page.len();
            for one in page {
                let root = one
                    .commitment
                    .try_into()
                    .map_err(|_| unknown("pub_rand_commit", "a root that is none"))?;
                let (start, count, block) = (one.start_height, one.num_pub_rand, one.height);
                all.push(Committed { start, count, root, block });
            }
            if count < PAGE || all.last().is_some_and(|last| last.start <= from) {
                break;
            }
        }
        all.reverse();
        Ok(all)
    }

    /// These heights, which ascend. Where the finality provider has a seat of the grid, that is its power, and the hash that
    /// counts for the grid stands for an anchor that the contract has forgotten.
    ///
    /// # Errors
    /// One sentence, where the chain does not answer. A node that does not show a header is no error.
    pub fn heights(&mut self, heights: &[u64], grid: Option<&Grid>) -> Result<Vec<Shown>, String> {
        let powers = self.powers(heights)?;
        let anchors = self.anchors(heights)?;
        let mut shown = Vec::new();
        for height in heights.iter().copied() {
            let ask =
                json!({ "finality_signature": { "btc_pk_hex": self.fp.to_string(), "height": height } });
            let vote: FinalitySignatureResponse = self.ask("finality_signature", &ask)?;
            let seat = grid.and_then(|grid| grid.seat(height));
            let anchor = anchors.get(&height).copied().or_else(|| seat.and_then(|seat| seat.app_hash));
            let power = powers.get(&height).copied().unwrap_or_default();
            let power = power.max(seat.map_or(0, |seat| seat.power));
            let is_voted = !vote.signature.is_empty();
            let is_due = anchor.is_some() && power > 0 && !is_voted;
            let headers = if is_due { self.headers(height) } else { Vec::new() };
            shown.push(Shown { height, headers, anchor, power, is_voted });
        }
        Ok(shown)
    }

    fn powers(&self, heights: &[u64]) -> Result<BTreeMap<u64, u64>, String> {
        let mut powers = BTreeMap::new();
        for part in heights.chunks(POWERS) {
            let ask = json!({ "finality_provider_power_batch": { "btc_pk_hex": self.fp.to_string(), "heights": part } });
            let page: PowersResponse = self.ask("finality_provider_power_batch", &ask)?;
            powers.extend(page.powers);
        }
        Ok(powers)
    }

    fn anchors(&self, heights: &[u64]) -> Result<BTreeMap<u64, AppHash>, String> {
        let mut anchors = BTreeMap::new();
        let mut from = heights.first().copied();
        while let Some(first) = from {
            let ask = json!({ "blocks": { "start_after": first, "limit": PAGE } });
            let page: BlocksResponse = self.ask("blocks", &ask)?;
            let last = page.blocks.last().map(|block| block.height).filter(|last| *last >= first);
            for block in page.blocks {
                let hash = AppHash::from_slice(&block.app_hash);
                anchors.insert(block.height, hash.map_err(|error| unknown("blocks", error))?);
            }
            // A page ends before a gap, and an empty one is the last.
            from = last.and_then(|last| heights.iter().copied().find(|height| *height > last));
        }
        Ok(anchors)
    }

    /// The header of each node that answers.
    fn headers(&mut self, height: u64) -> Vec<(String, AppHash)> {
        let now = Instant::now();
        self.away.retain(|_, until| *until > now);
        let mut shown = Vec::new();
        let nodes = self.all.nodes();
        for node in nodes {
            if self.away.contains_key(node.name()) && self.away.len() < nodes.len() {
                continue;
            }
            match Header::of(node, Some(height)) {
                Ok(header) if header.chain_id == self.chain_id => {
                    shown.push((node.name().to_owned(), AppHash::from_bytes(header.app_hash)));
                }
                Ok(_) => {}
                Err(error) if error.is_passing() => {
                    self.away.insert(node.name().to_owned(), now + AWAY);
                }
                Err(_) => {}
            }
        }
        shown
    }

    fn ask<T: DeserializeOwned>(&self, what: &str, message: &Value) -> Result<T, String> {
        let answer = self.client.smart(self.contract, message).map_err(|error| match error {
            Error::Query { log, .. } => format!("the contract does not answer {what}: {log}"),
            error => error.to_string(),
        })?;
        serde_json::from_value(answer).map_err(|error| unknown(what, error))
    }
}

fn unknown(what: &str, error: impl std::fmt::Display) -> String {
    format!("{what} was answered in a form that is not known: {error}")
}
