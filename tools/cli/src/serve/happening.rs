//! Something out of the ordinary: what the feed of the page lists.

use bsn_rpc::Event;
use serde_json::{Value, json};

/// How many are kept.
pub const KEPT: usize = 200;
/// How much of a text from the chain is kept, in characters.
const TEXT: usize = 200;

/// Something that happened in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// The block.
    pub height: u64,
    /// Its time, in milliseconds since 1970.
    pub time_ms: Option<u64>,
    /// What kind of thing.
    pub kind: &'static str,
    /// Whose key, if it is somebody's.
    pub key: Option<String>,
    /// More.
    pub what: String,
}

impl Happening {
    /// What an event of the contract tells people; votes and blocks that are as they should be, nothing.
    pub fn of(event: &Event, height: u64, time_ms: Option<u64>) -> Option<Self> {
        let get = |name: &str| event.get(name).unwrap_or_default();
        let (kind, key, what) = match event.kind.strip_prefix("wasm-")? {
            "slashed_finality_provider" => {
                ("slashed", Some(get("finality_provider")), get("block_height").to_owned())
            }
            "finality_provider_status_change" => ("status", Some(get("btc_pk")), get("new_state").to_owned()),
            "finality_provider_registered" => ("registered", Some(get("fp_pubkey_hex")), String::new()),
            "outbox" => ("outbox", Some(get("fp_pubkey_hex")), get("state").to_owned()),
            "resume_finality" => {
                let (from, to) = (get("halting_height"), get("through"));
                ("alarm", None, format!("governance resumed finality from height {from} through {to}"))
            }
            "excuse_grid" => {
                ("alarm", None, format!("governance excused the grid heights through {}", get("through")))
            }
            "bootstrap" => {
                let from = get("first_snapshot");
                (
                    "alarm",
                    None,
                    format!("governance let randomness count by word; committees begin at {from}"),
                )
            }
            "channel" => ("channel", None, format!("{} is {}", get("channel_id"), get("state"))),
            "btc_headers_refused" => {
                let (from, why) = (get("first_height"), get("reason"));
                ("refused", None, format!("Bitcoin headers from {from} on were refused: {why}"))
            }
            "item_refused" => (
                "refused",
                None,
                format!("an item of a packet was refused ({}): {}", get("kind"), get("reason")),
            ),
            "alarm" => ("alarm", None, get("what").to_owned()),
            _ => return None,
        };
        let key = key.map(clip);
        Some(Self { height, time_ms, kind, key, what: clip(&what) })
    }

    /// A hook's failure, as the chain module reports it.
    pub fn hook_error(event: &Event, height: u64, time_ms: Option<u64>) -> Self {
        let (phase, error) = (event.get("phase").unwrap_or("a hook"), event.get("error").unwrap_or_default());
        Self { height, time_ms, kind: "hook_error", key: None, what: clip(&format!("{phase}: {error}")) }
    }

    /// As `/api` shows it.
    pub fn json(&self) -> Value {
        let Self { height, time_ms, kind, key, what } = self;
        json!({ "height": height, "time": time_ms, "kind": kind, "key": key, "what": what })
    }
}

/// A text from the chain may be as long as a block.
pub fn clip(text: &str) -> String {
    text.chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: &str, attributes: &[(&str, &str)]) -> Event {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        Event { kind: kind.to_owned(), attributes: attributes.iter().map(own).collect() }
    }

    #[test]
    fn what_is_ordinary_is_left_out_and_what_is_long_is_cut() {
        assert_eq!(Happening::of(&event("wasm-index_block", &[]), 5, None), None);
        assert_eq!(Happening::of(&event("transfer", &[]), 5, None), None);
        let long = "x".repeat(5_000);
        let alarm = Happening::of(&event("wasm-alarm", &[("what", &long)]), 5, None).unwrap();
        assert_eq!(alarm.what.len(), TEXT);
        let slashed = [("finality_provider", "ab"), ("block_height", "4")];
        let slashed = Happening::of(&event("wasm-slashed_finality_provider", &slashed), 5, None).unwrap();
        assert_eq!(
            (slashed.kind, slashed.key.as_deref(), slashed.what.as_str()),
            ("slashed", Some("ab"), "4")
        );
    }
}
