//! B: the light client of Bitcoin.

use super::{Seen, Verdict, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Snapshot, time_in_words};

/// A tip that is older than so many block times is a warning, and one of twice as many critical: three hours.
const OLD_BLOCKS: u64 = 9;

/// B1: how old the tip is.
pub fn tip_age(snapshot: &Snapshot) -> Verdict {
    let light = snapshot.light.clone()?;
    let age = snapshot.tip.time.saturating_sub(light.tip_time);
    let block = snapshot.bitcoin_block_s();
    let text = format!("Bitcoin's tip here is {}, {} old", light.tip_height, time_in_words(age));
    one(match age {
        age if age > 2 * OLD_BLOCKS * block => critical(text),
        age if age > OLD_BLOCKS * block => warning(text),
        _ => well(text),
    })
}

/// B2: whether an outside source has the same chain, and how far it is.
pub fn outside(snapshot: &Snapshot) -> Verdict {
    let (outside, light) = (snapshot.bitcoin.clone()?, snapshot.light.clone()?);
    let behind = outside.tip_height.saturating_sub(light.tip_height);
    let (name, height) = (&outside.name, light.tip_height);
    one(match &outside.hash_at_ours {
        Some(hash) if *hash != light.tip_hash && behind > light.confirmation_depth => critical(format!(
            "Bitcoin's block {height} is {} here, and {hash} at {name}: one of the two follows another chain",
            light.tip_hash
        )),
        Some(hash) if *hash != light.tip_hash => {
            warning(format!("Bitcoin reorganizes: block {height} here is not the one at {name}"))
        }
        None if light.tip_height > outside.tip_height + 1 => {
            warning(format!("{name} is behind: its tip is {}, and ours {height}", outside.tip_height))
        }
        _ if u64::from(behind) > 2 * OLD_BLOCKS => {
            critical(format!("Bitcoin's tip here, {height}, is {behind} blocks behind {name}"))
        }
        _ if u64::from(behind) > OLD_BLOCKS => {
            warning(format!("Bitcoin's tip here, {height}, is {behind} blocks behind {name}"))
        }
        _ => well(format!("Bitcoin's tip here, {height}, is in the chain of {name}, {behind} blocks behind")),
    })
}

/// B3: whether headers were refused.
pub fn refused(snapshot: &Snapshot) -> Verdict {
    one(match snapshot.health.clone()?.bitcoin.refused {
        0 => well("no header of Babylon's was refused"),
        refused => warning(format!("the light client refused headers of {refused} packets")),
    })
}

/// B4: base, depth and timeout.
pub fn parameters(snapshot: &Snapshot) -> Verdict {
    let (config, light) = (snapshot.config.clone()?, snapshot.light.clone()?);
    let mut found: Vec<Seen> = Vec::new();
    let ours = (config.btc_confirmation_depth, config.checkpoint_finalization_timeout);
    let its = (light.confirmation_depth, light.finalization_timeout);
    if ours != its {
        found.push(critical(format!(
            "k and w are {} and {} here, and {} and {} in the light client",
            ours.0, ours.1, its.0, its.1
        )));
    }
    if light.base_height.is_none() {
        found.push(critical("the light client has no headers yet"));
    }
    if light.rebases > 0 {
        found.push(warning(format!("the light client was started again {} times", light.rebases)));
    }
    let babylon = snapshot.babylon.clone()?;
    let there = (babylon.confirmation_depth, babylon.finalization_timeout);
    if ours != there {
        found.push(critical(format!(
            "k and w are {} and {} here, and {} and {} on Babylon",
            ours.0, ours.1, there.0, there.1
        )));
    }
    or_well(found, format!("k is {} and w is {}, as on Babylon", ours.0, ours.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says, with_everything};
    use crate::doctor::snapshot::Absent;

    #[test]
    fn a_tip_is_old_after_many_blocks_time() {
        let aged = |age: u64| {
            let mut snapshot = healthy();
            snapshot.light.as_mut().unwrap().tip_time = snapshot.tip.time - age;
            snapshot
        };
        says(tip_age(&aged(5_400)), "ok: Bitcoin's tip here is 900000, 90 min old");
        says(tip_age(&aged(5_401)), "warning: Bitcoin's tip here is 900000, 90 min old");
        says(tip_age(&aged(10_801)), "critical: Bitcoin's tip here is 900000, 3 h old");
    }

    #[test]
    fn another_chain_is_told_from_a_reorganization() {
        assert_eq!(outside(&healthy()), Err(Absent::Needs("--bitcoin".to_owned())));
        says(
            outside(&with_everything()),
            "ok: Bitcoin's tip here, 900000, is in the chain of esplora, 1 blocks behind",
        );
        let with = |hash: Option<&str>, tip| {
            let mut snapshot = with_everything();
            let outside = snapshot.bitcoin.as_mut().unwrap();
            (outside.hash_at_ours, outside.tip_height) = (hash.map(str::to_owned), tip);
            snapshot
        };
        says(
            outside(&with(Some("ff"), 900_010)),
            "warning: Bitcoin reorganizes: block 900000 here is not the one at esplora",
        );
        let other = outside(&with(Some("ff"), 900_011)).unwrap();
        assert!(other[0].text.ends_with("one of the two follows another chain"), "{other:?}");
        says(outside(&with(None, 899_998)), "warning: esplora is behind: its tip is 899998, and ours 900000");
        let same = with_everything().light.unwrap().tip_hash;
        says(
            outside(&with(Some(&same), 900_010)),
            "warning: Bitcoin's tip here, 900000, is 10 blocks behind esplora",
        );
        says(
            outside(&with(Some(&same), 900_019)),
            "critical: Bitcoin's tip here, 900000, is 19 blocks behind esplora",
        );
    }

    #[test]
    fn refused_headers_are_counted() {
        let mut snapshot = healthy();
        says(refused(&snapshot), "ok: no header of Babylon's was refused");
        snapshot.health.as_mut().unwrap().bitcoin.refused = 2;
        says(refused(&snapshot), "warning: the light client refused headers of 2 packets");
    }

    #[test]
    fn depths_are_compared_three_ways() {
        assert_eq!(parameters(&healthy()), Err(Absent::Needs("--babylon-node".to_owned())));
        says(parameters(&with_everything()), "ok: k is 10 and w is 300, as on Babylon");
        let mut snapshot = with_everything();
        snapshot.babylon.as_mut().unwrap().finalization_timeout = 100;
        says(parameters(&snapshot), "critical: k and w are 10 and 300 here, and 10 and 100 on Babylon");
        let mut snapshot = with_everything();
        snapshot.light.as_mut().unwrap().confirmation_depth = 6;
        says(
            parameters(&snapshot),
            "critical: k and w are 10 and 300 here, and 6 and 300 in the light client",
        );
        let mut snapshot = with_everything();
        snapshot.light.as_mut().unwrap().rebases = 1;
        says(parameters(&snapshot), "warning: the light client was started again 1 times");
        let mut snapshot = with_everything();
        snapshot.light.as_mut().unwrap().base_height = None;
        says(parameters(&snapshot), "critical: the light client has no headers yet");
    }
}
