//! What is due. Pure.

use std::fmt;
use std::str::FromStr;

use bsn_rpc::Event;
use serde_json::{Value, json};

use super::headers::Missing;
use super::snapshot::Snapshot;

/// The hooks do the same within so many blocks; only where they do not, somebody else should.
pub const HOOKS_SILENT: u64 = 12;
/// How many items of the quarantine one message tries again.
const ITEMS: usize = 20;
/// How many acts a round has at most for one duty.
const MOST: usize = 50;

/// A duty; the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Duty {
    /// Our own finality providers leave jail after their term.
    Unjail,
    /// Evidence goes to Babylon.
    Outbox,
    /// Bitcoin's headers go to the light client.
    Headers,
    /// The contract takes what the light client has learned.
    Follow,
    /// Staking items that wait are worked off.
    Queue,
    /// Staking items that could not be applied are tried again.
    Quarantine,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Unjail, Self::Outbox, Self::Headers, Self::Follow, Self::Queue, Self::Quarantine];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unjail => "unjail",
            Self::Outbox => "outbox",
            Self::Headers => "headers",
            Self::Follow => "follow",
            Self::Queue => "queue",
            Self::Quarantine => "quarantine",
        }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Duty {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|duty| duty.name() == text)
            .ok_or_else(|| format!("`{text}` is no duty: {names}"))
    }
}

/// Which contract an act is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// `bsn`.
    Bsn,
    /// Its light client.
    LightClient,
}

/// Something to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Which duty asks for it.
    pub duty: Duty,
    /// About whom or what; with the duty, what a pause is kept for.
    pub about: String,
    /// Why.
    pub why: String,
    /// To which contract.
    pub to: To,
    /// What.
    pub message: Value,
    /// Of headers, the first and the last height.
    pub span: Option<(u32, u32)>,
    /// SDK gas where no node says it.
    pub guess: u64,
    /// For how many seconds it is left alone after it was done, or had no effect.
    pub rest: u64,
}

impl Act {
    /// What a pause is kept for: headers are others with each block.
    pub fn key(&self) -> (&'static str, String) {
        (self.duty.name(), if self.span.is_some() { String::new() } else { self.about.clone() })
    }

    /// Whether a later plan no longer asks for it: somebody has done it.
    pub fn is_done(&self, later: &Plan) -> bool {
        let asks = |other: &Self| match (self.span, other.span) {
            (Some((_, last)), Some((first, _))) => first <= last,
            _ => self.to == other.to && self.message == other.message,
        };
        !later.acts.iter().any(asks)
    }

    /// Whether it did something, by the events that it left.
    pub fn had_effect(&self, events: &[Event]) -> bool {
        let says = |kind: &str, key: &str, nothing: &str| {
            let of_kind = events.iter().filter(|event| event.kind == kind);
            of_kind.filter_map(|event| event.get(key)).any(|value| value != nothing)
        };
        let moved = |keys: &[&str]| keys.iter().any(|key| says("wasm", key, "0"));
        match self.duty {
            Duty::Unjail => true,
            Duty::Outbox => says("wasm", "sent", "false"),
            Duty::Headers => says("wasm-btc_chain_extended", "added", "0"),
            Duty::Follow => events.iter().any(|event| event.kind.starts_with("wasm-")),
            Duty::Queue => moved(&["applied", "known", "refused"]),
            Duty::Quarantine => moved(&["applied", "known"]),
        }
    }
}

/// What is due, in the order in which it is done; and what needs saying, though nothing can be sent for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// What is sent.
    pub acts: Vec<Act>,
    /// What is said.
    pub notes: Vec<String>,
}

/// What is due of these duties.
pub fn plan(seen: &Snapshot, duties: &[Duty]) -> Plan {
    let mut sorted = duties.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let acts = sorted.into_iter().flat_map(|duty| match duty {
        Duty::Unjail => unjail(seen),
        Duty::Outbox => outbox(seen),
        Duty::Headers => seen.missing.iter().map(headers).collect(),
        Duty::Follow => follow(seen),
        Duty::Queue => queue(seen),
        Duty::Quarantine => quarantine(seen),
    });
    Plan { acts: acts.collect(), notes: notes(seen) }
}

fn act(duty: Duty, about: &str, why: String, message: Value, guess: u64, rest: u64) -> Act {
    Act { duty, about: about.to_owned(), why, to: To::Bsn, message, span: None, guess, rest }
}

fn unjail(seen: &Snapshot) -> Vec<Act> {
    let over = seen.jailed.iter().filter(|(_, until)| *until <= seen.now);
    over.map(|(fp, until)| {
        let why = format!("its term ended {} s ago", seen.now - until);
        act(Duty::Unjail, fp, why, json!({ "unjail": { "fp_pubkey_hex": fp } }), 250_000, 60)
    })
    .collect()
}

/// What waits, EndBlock sends by itself; what Babylon refused three times, nobody does.
fn outbox(seen: &Snapshot) -> Vec<Act> {
    if seen.health.channel.state != "open" {
        return Vec::new();
    }
    let is_silent = seen.hooks_silent_for() > HOOKS_SILENT;
    let due =
        seen.outbox.iter().filter(|item| item.state == "refused" || is_silent && item.state == "waiting");
    due.take(MOST)
        .map(|item| {
            let why = match item.state.as_str() {
                "refused" => format!("Babylon refused it {} times; it may know of it already", item.tries),
                _ => format!("no EndBlock has sent it for {} blocks", seen.hooks_silent_for()),
            };
            // Babylon's reason does not go away within hours.
            let rest = if item.state == "refused" { 86_400 } else { 60 };
            let message = json!({ "retry_outbox": { "fp_pubkey_hex": item.fp_pubkey_hex } });
            act(Duty::Outbox, &item.fp_pubkey_hex, why, message, 350_000, rest)
        })
        .collect()
}

fn headers(missing: &Missing) -> Act {
    let Missing { fork, our_tip, their_tip, headers, source } = missing;
    let count = headers.len();
    let last = fork + u32::try_from(count).unwrap_or(u32::MAX);
    let why = match our_tip.saturating_sub(*fork) {
        0 => format!("{source} is at {their_tip}, the light client at {our_tip}"),
        depth => format!(
            "{source} is at {their_tip} on another branch, which leaves ours {depth} below its tip {our_tip}"
        ),
    };
    let message = json!({ "raw_btc_headers": {
        "headers": cosmwasm_std::Binary::from(headers.concat()).to_base64() } });
    let guess = 150_000 + 20_000 * count as u64;
    let about = format!("{} to {last}", fork + 1);
    let span = Some((fork + 1, last));
    Act { to: To::LightClient, span, ..act(Duty::Headers, &about, why, message, guess, 0) }
}

fn follow(seen: &Snapshot) -> Vec<Act> {
    if seen.hooks_silent_for() <= HOOKS_SILENT {
        return Vec::new();
    }
    let why = format!("no EndBlock has taken effect for {} blocks", seen.hooks_silent_for());
    vec![act(Duty::Follow, "bitcoin", why, json!({ "follow_bitcoin": {} }), 400_000, 60)]
}

/// The hooks work off a record a block. One that is too big for a hook waits for a transaction.
fn queue(seen: &Snapshot) -> Vec<Act> {
    let queued = seen.health.staking.queued;
    let is_paused = seen.health.paused.iter().any(|what| what == "packet_intake");
    if queued == 0 || is_paused || seen.queue_stands_for <= HOOKS_SILENT {
        return Vec::new();
    }
    let why = format!("{queued} items have waited for {} blocks", seen.queue_stands_for);
    vec![act(Duty::Queue, "items", why, json!({ "retry_quarantined": { "ids": [] } }), 3_000_000, 0)]
}

fn quarantine(seen: &Snapshot) -> Vec<Act> {
    let pages = seen.quarantined.chunks(ITEMS).take(MOST);
    pages
        .map(|ids| {
            let why = format!("{} could not be applied when they came", items(ids.len()));
            let about = match ids {
                [one] => one.to_string(),
                [first, .., last] => format!("{first} to {last}"),
                [] => String::new(),
            };
            let message = json!({ "retry_quarantined": { "ids": ids } });
            act(Duty::Quarantine, &about, why, message, 200_000 + 100_000 * ids.len() as u64, 600)
        })
        .collect()
}

fn items(count: usize) -> String {
    if count == 1 { "an item".to_owned() } else { format!("{count} items") }
}

/// The conversion after an upgrade is EndBlock's alone: no message does it.
fn notes(seen: &Snapshot) -> Vec<String> {
    let converting = seen.health.alarms.iter().find(|alarm| alarm.contains("is being converted"));
    let Some(alarm) = converting else { return Vec::new() };
    let silent = seen.hooks_silent_for();
    vec![match silent > HOOKS_SILENT {
        true => format!(
            "conversion: {alarm}; it stands still, for no EndBlock has taken effect for {silent} blocks"
        ),
        false => format!("conversion: {alarm}; each block converts a portion, and there is nothing to send"),
    }]
}

#[cfg(test)]
mod tests;
