//! T: what Babylon has timestamped in Bitcoin.

use super::{Seen, Verdict, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Snapshot, time_in_words};

/// How the contract begins the alarms of timestamps, in its own words, and whether they are critical.
const ALARMS: [(&str, bool); 3] = [
    ("Babylon timestamped a header at height", true),
    ("Babylon's checkpoint of epoch", true),
    ("checkpoints were dropped before Bitcoin had them", false),
];

/// T1: how old the last timestamped height is.
pub fn age(snapshot: &Snapshot) -> Verdict {
    let height = snapshot.health.clone()?.timestamps.height;
    let due = snapshot.timestamp_s();
    if height == 0 {
        return one(critical(format!(
            "nothing is timestamped yet: no randomness counts before; it takes about {}",
            time_in_words(due)
        )));
    }
    let age = snapshot.blocks_in_s(snapshot.tip.height.saturating_sub(height));
    let text = format!("the last timestamped height is {height}, {} ago", time_in_words(age));
    one(match age {
        age if age > 2 * due => critical(format!("{text}: one is due every {}", time_in_words(due))),
        age if 2 * age > 3 * due => warning(format!("{text}: one is due every {}", time_in_words(due))),
        _ => well(text),
    })
}

/// T2: by whose word, and what contradicts it.
pub fn trust(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?;
    let mut found: Vec<Seen> = Vec::new();
    for alarm in &health.alarms {
        match ALARMS.iter().find(|(start, _)| alarm.contains(start)) {
            Some((_, true)) => found.push(critical(alarm.clone())),
            Some((_, false)) => found.push(warning(alarm.clone())),
            None => (),
        }
    }
    let timestamps = health.timestamps;
    let (trust, waiting) = (&timestamps.trust, timestamps.waiting);
    if snapshot.light.is_ok() && timestamps.height > 0 && trust == "babylon" && !snapshot.is_private() {
        found.push(warning("the last timestamp is Babylon's word: its checkpoint was not seen in Bitcoin"));
    }
    or_well(found, format!("the last timestamp is by {trust}'s word, and {waiting} checkpoints wait"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};

    #[test]
    fn a_timestamp_is_due_every_epoch_and_w_blocks_of_bitcoin() {
        // 306 blocks of Bitcoin are 183,600 s, which are 30,600 blocks of six seconds.
        let at = |blocks: u64| {
            let mut snapshot = healthy();
            snapshot.tip.height = 100_000;
            snapshot.health.as_mut().unwrap().timestamps.height = 100_000 - blocks;
            snapshot
        };
        says(age(&at(45_900)), "ok: the last timestamped height is 54100, 3 d ago");
        says(
            age(&at(45_901)),
            "warning: the last timestamped height is 54099, 3 d ago: one is due every 2 d",
        );
        says(
            age(&at(61_201)),
            "critical: the last timestamped height is 38799, 4 d ago: one is due every 2 d",
        );
        says(
            age(&at(100_000)),
            "critical: nothing is timestamped yet: no randomness counts before; it takes about 2 d",
        );
    }

    #[test]
    fn what_contradicts_a_timestamp_is_critical() {
        let mut snapshot = healthy();
        says(trust(&snapshot), "ok: the last timestamp is by bitcoin's word, and 1 checkpoints wait");
        snapshot.health.as_mut().unwrap().timestamps.trust = "babylon".to_owned();
        says(
            trust(&snapshot),
            "warning: the last timestamp is Babylon's word: its checkpoint was not seen in Bitcoin",
        );
        let mut snapshot = healthy();
        let alarm = "Babylon timestamped a header at height 9 that is not this chain's";
        snapshot.health.as_mut().unwrap().alarms = vec![alarm.to_owned()];
        says(trust(&snapshot), &format!("critical: {alarm}"));
    }

    /// The texts are the contract's own.
    #[test]
    fn the_alarms_are_the_contracts_own() {
        let source = include_str!("../../../../../contracts/bsn/src/query/health.rs");
        for (start, _) in ALARMS {
            assert!(source.contains(start), "{start}");
        }
    }
}
