//! Everything that was read, of bounded size. Nothing here asks anybody.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use api::bsn::HealthResponse;
use bsn_rpc::{Event, Status};

use super::Options;
use super::column::{Column, State, Vote};
use super::happening::{self, Happening};
use super::judge::Check;
use super::link::Link;
use super::provider::{self, Commitment, Provider};
use super::reading::{Fault, Reading};

/// How many heights are kept.
pub const HEIGHTS: u64 = 300;
/// How many minutes: a day.
const MINUTES: usize = 1_440;
const MINUTE_MS: u64 = 60_000;
/// How long a key is, in hex.
const KEY: usize = 64;
/// Over how many blocks the time between them is measured.
const MEASURED: usize = 30;

/// Where it was read.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The chain's id; empty until its node said one.
    pub chain_id: String,
    /// The contract; empty until it is known.
    pub contract: String,
    /// Its light client.
    pub light_client: Option<String>,
    /// Babylon's chain id.
    pub babylon: Option<String>,
    /// The node, as it is called in errors.
    pub node: String,
    /// What it calls itself.
    pub moniker: String,
    /// The RPC of `bsn devnet`, if it is that.
    pub devnet: Option<String>,
}

/// A minute of the lag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minute {
    /// When it began.
    pub time_ms: u64,
    /// The worst lag in it.
    pub lag: Option<u64>,
    /// How many hooks were lost.
    pub lost: u64,
    /// When it last changed.
    pub revision: u64,
}

/// What is counted since this program runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Heights whose EndBlock took no effect.
    pub hooks_lost: u64,
    /// Hooks that failed, by the chain module's word.
    pub hook_errors: u64,
    /// Evidence that made somebody slashed.
    pub evidence: u64,
}

/// How the code of the contract is; `None` for not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Code {
    /// Whether it stays in memory.
    pub pinned: Option<bool>,
    /// Whether its checksum is that of a release.
    pub known: Option<bool>,
}

/// Everything that was read.
#[derive(Debug, Clone)]
pub struct Record {
    /// Which run of the program this is.
    pub run: String,
    /// How often something has changed.
    pub revision: u64,
    /// Where.
    pub place: Place,
    /// Whether it can be read.
    pub reading: Reading,
    /// The last height and its time, in milliseconds since 1970.
    pub tip: Option<(u64, u64)>,
    /// The contract's own word.
    pub health: Option<HealthResponse>,
    /// Who votes; a place never changes.
    pub providers: Vec<Provider>,
    /// How many are registered beyond those.
    pub left_out: u64,
    /// The last heights.
    pub columns: BTreeMap<u64, Column>,
    /// The last minutes.
    pub minutes: VecDeque<Minute>,
    /// What happened, the last first.
    pub feed: VecDeque<Happening>,
    /// Evidence on its way: key, state, tries.
    pub outbox: Vec<(String, String, u64)>,
    /// The channel and its clients.
    pub link: Link,
    /// What the contract says of trust.
    pub trust: Vec<(String, String, String)>,
    /// The contract's code.
    pub code: Code,
    /// What `bsn doctor` says; `None` until it looked.
    pub doctor: Option<Vec<Check>>,
    /// When it did, in milliseconds since 1970.
    pub examined: Option<u64>,
    /// What is counted.
    pub totals: Totals,
    powers: Arc<Vec<u64>>,
    /// The last height with quorum that was seen.
    quorum: Option<u64>,
    times: VecDeque<(u64, u64)>,
}

impl Record {
    /// Nothing yet.
    pub fn new(options: &Options, now_ms: u64) -> Self {
        let node = options.client.nodes().first().map(|node| node.name().to_owned()).unwrap_or_default();
        let place = Place {
            contract: options.contract.clone().unwrap_or_default(),
            node,
            devnet: options.devnet.clone(),
            ..Place::default()
        };
        Self {
            run: format!("{now_ms:x}"),
            revision: 1,
            place,
            reading: Reading { since: now_ms, ..Reading::default() },
            tip: None,
            health: None,
            providers: Vec::new(),
            left_out: 0,
            columns: BTreeMap::new(),
            minutes: VecDeque::new(),
            feed: VecDeque::new(),
            outbox: Vec::new(),
            link: Link::default(),
            trust: Vec::new(),
            code: Code::default(),
            doctor: None,
            examined: None,
            totals: Totals::default(),
            powers: Arc::default(),
            quorum: None,
            times: VecDeque::new(),
        }
    }

    /// The last height.
    pub fn height(&self) -> u64 {
        self.tip.map_or(0, |(height, _)| height)
    }

    /// The time between blocks, in milliseconds; 0 where it is not known.
    pub fn block_ms(&self) -> u64 {
        let (Some((from, start)), Some((to, end))) = (self.times.front(), self.times.back()) else {
            return 0;
        };
        end.saturating_sub(*start).checked_div(to.saturating_sub(*from)).unwrap_or_default()
    }

    /// How many blocks the last final one is behind; `None` where nothing is final, or nothing was read.
    pub fn lag(&self) -> Option<u64> {
        let finality = &self.health.as_ref()?.finality;
        // The contract may have been asked a block later than the node.
        Some(self.height().max(finality.last_processed).saturating_sub(finality.last_final_block?))
    }

    /// Takes what a node says of itself.
    pub fn status(&mut self, status: &Status) {
        let time_ms = u64::try_from(status.time_nanos / 1_000_000).unwrap_or_default();
        self.place.chain_id.clone_from(&status.chain_id);
        self.place.moniker = happening::clip(&status.moniker);
        self.place.node.clone_from(&status.node);
        if self.height() < status.height {
            self.tip = Some((status.height, time_ms));
            self.times.push_back((status.height, time_ms));
            if self.times.len() > MEASURED {
                self.times.pop_front();
            }
        }
    }

    /// The place of a key; a new one is given a place while there is room.
    pub fn place_of(&mut self, key: &str) -> Option<usize> {
        if let Some(place) = self.providers.iter().position(|one| one.key == key) {
            return Some(place);
        }
        if self.providers.len() >= provider::KEPT || key.len() > KEY {
            return None;
        }
        self.providers.push(Provider::new(key));
        Some(self.providers.len() - 1)
    }

    /// Takes the active set: power by key.
    pub fn active_set(&mut self, set: &BTreeMap<String, u64>) {
        self.providers.iter_mut().for_each(|one| one.active = false);
        let mut powers = vec![0; self.providers.len()];
        for (key, power) in set {
            let Some(place) = self.place_of(key) else { continue };
            powers.resize(self.providers.len(), 0);
            let (one, kept) = (self.providers.get_mut(place), powers.get_mut(place));
            if let (Some(one), Some(kept)) = (one, kept) {
                (one.active, one.power, *kept) = (true, *power, *power);
            }
        }
        if *self.powers != powers {
            self.powers = Arc::new(powers);
        }
    }

    /// Takes a block: its own events, and those of its transactions.
    pub fn block(&mut self, height: u64, time_ms: Option<u64>, edges: &[Event], txs: &[Event]) {
        let mut column = Column::new(Arc::clone(&self.powers), time_ms);
        let contract = self.place.contract.clone();
        let is_own = |event: &&Event| event.get("_contract_address") == Some(contract.as_str());
        column.lost = !edges.iter().filter(is_own).any(|event| event.kind == "wasm-index_block");
        self.totals.hooks_lost += u64::from(column.lost);
        if column.lost {
            let what = String::new();
            self.happened(Happening { height, time_ms, kind: "hole", key: None, what });
        }
        self.columns.insert(height, column);
        for event in edges.iter().filter(|event| event.kind == "contract_communication_error") {
            self.totals.hook_errors += 1;
            self.happened(Happening::hook_error(event, height, time_ms));
        }
        let own: Vec<&Event> = txs.iter().chain(edges).filter(is_own).collect();
        own.iter().for_each(|event| self.event(height, time_ms, event));
        self.measure(height, time_ms);
        self.settle(height);
        self.forget();
    }

    fn event(&mut self, height: u64, time_ms: Option<u64>, event: &Event) {
        let number = |name: &str| event.get(name).and_then(|text| text.parse::<u64>().ok());
        match event.kind.as_str() {
            "wasm-submit_finality_signature" => {
                let (key, verdict) = (event.get("fp_pubkey_hex"), event.get("verdict").unwrap_or_default());
                let Some((key, at)) = key.zip(number("height")) else { return };
                let forked = matches!(verdict, "fork" | "equivocation");
                self.vote(at, key, verdict != "fork", forked);
            }
            "wasm-finalize_block" => {
                if let Some(at) = number("finalized_height") {
                    self.change(at, |column| column.state = State::Quorum { at: height });
                    self.quorum = self.quorum.max(Some(at));
                }
            }
            "wasm-skip_height" => {
                let state = State::skipped(event.get("reason").unwrap_or_default());
                number("height").into_iter().for_each(|at| self.change(at, |column| column.state = state));
            }
            "wasm-slashed_finality_provider" => {
                self.totals.evidence += 1;
                if let Some(at) = number("block_height") {
                    self.vote(at, event.get("finality_provider").unwrap_or_default(), true, true);
                }
            }
            _ => {}
        }
        if let Some(happening) = Happening::of(event, height, time_ms) {
            self.happened(happening);
        }
    }

    fn vote(&mut self, at: u64, key: &str, voted: bool, forked: bool) {
        let Some(place) = self.place_of(key) else { return };
        if let Some(one) = self.providers.get_mut(place) {
            one.last_voted = one.last_voted.max(at);
        }
        self.change(at, |column| {
            if voted {
                column.voted.insert(place);
            }
            if forked {
                column.forked.insert(place);
            }
        });
    }

    /// Takes who voted at a height, whole, as the contract says.
    pub fn votes(&mut self, height: u64, keys: &[String]) {
        let places: BTreeSet<usize> = keys.iter().filter_map(|key| self.place_of(key)).collect();
        for place in &places {
            if let Some(one) = self.providers.get_mut(*place) {
                one.last_voted = one.last_voted.max(height);
            }
        }
        self.change(height, |column| column.voted.extend(&places));
    }

    /// Puts a height there that was made before this program ran: how it stands, and nothing of its hooks.
    pub fn past(&mut self, height: u64, state: State) {
        let mut column = Column::new(Arc::clone(&self.powers), None);
        (column.state, column.counted) = (state, true);
        self.columns.entry(height).or_insert(column);
        self.change(height, |_| ());
        self.forget();
    }

    fn change(&mut self, height: u64, change: impl FnOnce(&mut Column)) {
        let Some(column) = self.columns.get_mut(&height) else { return };
        change(column);
        self.revision += 1;
        column.revision = self.revision;
    }

    fn happened(&mut self, happening: Happening) {
        self.feed.push_front(happening);
        self.feed.truncate(happening::KEPT);
        self.revision += 1;
    }

    /// How far behind finality was when this block was made.
    fn measure(&mut self, height: u64, time_ms: Option<u64>) {
        let lag = self.quorum.map(|quorum| height.saturating_sub(quorum.saturating_sub(1)));
        let lost = self.columns.get(&height).is_some_and(|column| column.lost);
        self.change(height, |column| column.lag = lag);
        let Some(time_ms) = time_ms else { return };
        let start = time_ms - time_ms % MINUTE_MS;
        if self.minutes.back().is_none_or(|minute| minute.time_ms < start) {
            self.minutes.push_back(Minute { time_ms: start, lag: None, lost: 0, revision: 0 });
            if self.minutes.len() > MINUTES {
                self.minutes.pop_front();
            }
        }
        if let Some(minute) = self.minutes.back_mut() {
            (minute.lag, minute.revision) = (minute.lag.max(lag), self.revision);
            minute.lost += u64::from(lost);
        }
    }

    /// Counts the heights that take no more votes.
    fn settle(&mut self, tip: u64) {
        for (_, column) in self.columns.iter_mut().filter(|(_, it)| !it.counted && it.is_settled(tip)) {
            column.counted = true;
            for (place, one) in self.providers.iter_mut().enumerate() {
                match column.vote(place) {
                    Vote::Voted | Vote::Twice => one.voted += 1,
                    Vote::Missed | Vote::Fork => one.missed += 1,
                    Vote::None | Vote::Open => {}
                }
            }
        }
    }

    fn forget(&mut self) {
        let last = self.columns.last_key_value().map_or(0, |(height, _)| *height);
        self.columns = self.columns.split_off(&last.saturating_add(1).saturating_sub(HEIGHTS));
    }

    /// Takes the contract's own word.
    pub fn health(&mut self, health: HealthResponse) {
        self.quorum = self.quorum.max(health.finality.last_finalized_height);
        self.health = Some(health);
        self.revision += 1;
    }

    /// Takes everybody who is registered; gives the places that are new.
    pub fn registered(&mut self, found: Vec<Provider>, more: bool) -> std::ops::Range<usize> {
        let before = self.providers.len();
        let mut left_out = u64::from(more);
        for one in found {
            let Some(place) = self.place_of(&one.key) else {
                left_out += 1;
                continue;
            };
            if let Some(known) = self.providers.get_mut(place) {
                let Provider { operator, slashed_height, jailed_until_s, .. } = one;
                (known.operator, known.slashed_height, known.jailed_until_s) =
                    (operator, slashed_height, jailed_until_s);
                known.power = if known.active { known.power } else { one.power };
            }
        }
        self.left_out = left_out;
        self.revision += 1;
        before..self.providers.len()
    }

    /// Takes somebody's commitments.
    pub fn committed(&mut self, place: usize, commitments: Vec<Commitment>) {
        if let Some(one) = self.providers.get_mut(place) {
            one.commitments = commitments;
        }
    }

    /// Takes somebody's name.
    pub fn named(&mut self, place: usize, name: Option<String>) {
        if let Some(one) = self.providers.get_mut(place) {
            one.name = name;
        }
    }

    /// A round of questions was answered whole.
    pub fn answered(&mut self, now_ms: u64, took_ms: u64) {
        self.reading.answered(now_ms, took_ms);
        self.revision += 1;
    }

    /// One was not.
    pub fn failed(&mut self, fault: Fault, now_ms: u64, took_ms: u64) {
        self.reading.failed(fault, now_ms, took_ms);
        self.revision += 1;
    }
}

#[cfg(test)]
pub(crate) mod tests;
