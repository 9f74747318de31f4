//! What is shown of a chain: rows, votes, lag, alarms, events.

use std::collections::BTreeSet;

use crate::doctor::daemon::{Voting, voting};
use crate::doctor::snapshot::{Provider, Snapshot, Votes, bitcoin, percent, short, time_in_words};
use crate::doctor::{Finding, Report, Severity};
use crate::fp;

/// What a finality provider did at a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// It voted.
    Voted,
    /// It could have, and did not.
    Missed,
    /// It was not in the set.
    NoPower,
    /// It voted for another hash.
    Fork,
    /// Its vote may still come.
    Open,
    /// No hook saw the height.
    Hole,
}

/// A finality provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// Its power in sats.
    pub power: u64,
    /// Its stake in sats.
    pub sats: u64,
    /// Its part of the power.
    pub share: String,
    /// What it did at each height.
    pub cells: Vec<Cell>,
    /// How many heights its randomness lasts; `None` if that was not read.
    pub runway: Option<u64>,
    /// The same in words.
    pub runway_text: String,
    /// In a word or two, how it is.
    pub state: String,
    /// Whether it votes.
    pub is_well: bool,
    /// Everything about it.
    pub detail: Vec<(String, String)>,
}

/// A chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its id.
    pub chain_id: String,
    /// Its height.
    pub height: u64,
    /// What is most important, a part each.
    pub header: Vec<String>,
    /// How far finality was behind in each of the last blocks.
    pub lag: Vec<u64>,
    /// The heights of the cells, ascending.
    pub heights: Vec<u64>,
    /// The finality providers, the one with most stake first.
    pub rows: Vec<Row>,
    /// The power of all.
    pub total: u128,
    /// The power that voted at the last height whose votes had their time.
    pub voted: u128,
    /// Which height that is.
    pub voted_at: u64,
    /// What is wrong, the worst first.
    pub alarms: Vec<Finding>,
    /// What happened, the last first.
    pub events: Vec<(u64, String)>,
}

impl Cell {
    /// As it is drawn.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Voted => "█",
            Self::Missed => "·",
            Self::NoPower => "░",
            Self::Fork => "✗",
            Self::Open => "?",
            Self::Hole => "○",
        }
    }
}

impl View {
    /// Of what was read and judged.
    pub fn new(snapshot: &Snapshot, report: &Report) -> Self {
        let votes = snapshot.votes.as_ref().map_or(&[][..], Vec::as_slice);
        let first = votes.first().map_or(snapshot.tip.height, |votes| votes.height);
        let heights: Vec<u64> = (first..=snapshot.tip.height).collect();
        let providers = snapshot.providers.as_ref().map_or(&[][..], Vec::as_slice);
        let forks = forks(snapshot);
        let rows: Vec<Row> =
            providers.iter().map(|provider| row(provider, snapshot, votes, &heights, &forks)).collect();
        let settled = votes.iter().rev().find(|votes| votes.height + 1 < snapshot.tip.height);
        let voted_at = settled.map_or(0, |votes| votes.height);
        let voters: BTreeSet<&String> = settled.map(|votes| votes.keys.iter().collect()).unwrap_or_default();
        let voted =
            providers.iter().filter(|it| voters.contains(&it.key)).map(|it| u128::from(it.power)).sum();
        Self {
            chain_id: snapshot.tip.chain_id.clone(),
            height: snapshot.tip.height,
            header: header(snapshot),
            lag: lag(snapshot),
            heights,
            rows,
            total: snapshot.total_power(),
            voted,
            voted_at,
            alarms: report.problems().into_iter().cloned().collect(),
            events: events(snapshot),
        }
    }

    /// The worst that is wrong.
    pub fn worst(&self) -> Severity {
        self.alarms.first().map_or(Severity::Ok, |alarm| alarm.severity)
    }
}

fn forks(snapshot: &Snapshot) -> BTreeSet<(String, u64)> {
    let blocks = snapshot.blocks.as_ref().map_or(&[][..], Vec::as_slice);
    blocks.iter().flat_map(|block| block.forks.iter().cloned()).collect()
}

fn row(
    provider: &Provider,
    snapshot: &Snapshot,
    votes: &[Votes],
    heights: &[u64],
    forks: &BTreeSet<(String, u64)>,
) -> Row {
    let newest = snapshot.tip.height.saturating_sub(1);
    let since = provider.signing.as_ref().ok().and_then(Option::as_ref).map(|signing| signing.start_height);
    let anchored = |height: u64| votes.iter().find(|votes| votes.height == height);
    let last_seen = votes.last().map_or(0, |votes| votes.height);
    let cell = |height: &u64| match anchored(*height) {
        _ if forks.contains(&(provider.key.clone(), *height)) => Cell::Fork,
        Some(votes) if votes.keys.contains(&provider.key) => Cell::Voted,
        _ if provider.power == 0 || since.is_none_or(|since| *height < since) => Cell::NoPower,
        None if *height < last_seen => Cell::Hole,
        _ if *height >= newest => Cell::Open,
        None => Cell::Hole,
        Some(_) => Cell::Missed,
    };
    let runway = provider.committed_to().ok().map(|to| to.saturating_sub(snapshot.tip.height));
    let voting = voting(provider, snapshot);
    let card = fp::card(snapshot, provider).map(|card| card.rows(snapshot));
    let detail = card.map_or_else(
        |absent| vec![("votes".to_owned(), fp::reason(&absent))],
        |rows| rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    );
    Row {
        key: provider.key.clone(),
        power: provider.power,
        sats: provider.sats,
        share: percent(provider.power.into(), snapshot.total_power()),
        cells: heights.iter().map(cell).collect(),
        runway_text: runway
            .map_or_else(|| "?".to_owned(), |blocks| time_in_words(snapshot.blocks_in_s(blocks))),
        runway,
        state: voting.as_ref().map_or("not read", word).to_owned(),
        is_well: voting.is_ok_and(|voting| voting.is_well()),
        detail,
    }
}

/// In a word or two.
fn word(voting: &Voting) -> &'static str {
    match voting {
        Voting::Votes { .. } => "votes",
        Voting::Slashed => "slashed",
        Voting::Jailed { .. } => "in jail",
        Voting::NoStake => "no stake",
        Voting::NoRandomness { .. } => "no randomness",
        Voting::NotTimestamped => "not timestamped",
        Voting::OutOfSet => "not in the set",
        Voting::AcrossHole { .. } => "at a hole",
        Voting::JoinedPages { .. } => "joined pages",
        Voting::Silent { .. } => "silent",
    }
}

fn header(snapshot: &Snapshot) -> Vec<String> {
    let mut parts = Vec::new();
    let age = snapshot.now.saturating_sub(snapshot.tip.time);
    parts.push(format!("block {} {} ago", snapshot.tip.height, time_in_words(age)));
    match &snapshot.health {
        Ok(health) => {
            let finality = &health.finality;
            parts.push(match finality.last_final_block {
                Some(last) => {
                    format!("final {last}, {} behind", finality.last_processed.saturating_sub(last))
                }
                None => "nothing final yet".to_owned(),
            });
            parts.push(match &health.channel.channel_id {
                Some(id) => format!("{id} {}", health.channel.state),
                None => format!("channel {}", health.channel.state),
            });
            if let Ok(client) = snapshot.here.as_ref().and_then(|here| here.client.as_ref())
                && let Ok(updated) = client.updated
            {
                let left = (updated + client.trusting_s).saturating_sub(snapshot.now.max(snapshot.tip.time));
                parts.push(match client.status.as_str() {
                    "Active" => format!("client for {} more", time_in_words(left)),
                    status => format!("client {}", status.to_lowercase()),
                });
            }
            if let (Some(tip), Some(age)) = (health.bitcoin.tip_height, health.bitcoin.tip_age_s) {
                parts.push(format!("Bitcoin {tip}, {} old", time_in_words(age)));
            }
            parts.push(format!("timestamped {}", health.timestamps.height));
        }
        Err(absent) => parts.push(fp::reason(absent)),
    }
    parts.push(format!("{} vote", bitcoin(snapshot.total_power())));
    parts
}

/// How far finality was behind after each of the last blocks.
fn lag(snapshot: &Snapshot) -> Vec<u64> {
    let blocks = snapshot.blocks.as_ref().map_or(&[][..], Vec::as_slice);
    let mut highest = None::<u64>;
    let lag = blocks.iter().filter_map(|block| {
        highest = highest.max(block.finalized);
        Some(block.height.saturating_sub(highest?))
    });
    lag.collect()
}

fn events(snapshot: &Snapshot) -> Vec<(u64, String)> {
    let blocks = snapshot.blocks.as_ref().map_or(&[][..], Vec::as_slice);
    let told = blocks.iter().rev().flat_map(|block| {
        let errors = block.hook_errors.iter().map(|error| format!("a hook failed: {error}"));
        let misplaced =
            block.misplaced.iter().map(|vote| format!("{} is refused: {}", short(&vote.key), vote.log));
        let all: Vec<String> = errors.chain(misplaced).chain(block.events.iter().cloned()).collect();
        all.into_iter().map(|event| (block.height, event))
    });
    told.collect()
}
