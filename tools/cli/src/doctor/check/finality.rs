//! F: finality.

use std::collections::BTreeSet;

use super::{Verdict, critical, one, warning, well};
use crate::doctor::snapshot::{Snapshot, percent, short};

/// So many blocks behind the tip is usual: a vote for a height is in the block after it, and its quorum makes the one below
/// final.
const USUAL_LAG: u64 = 10;
/// A height that waits so long for its quorum has a reason.
const PATIENCE: u64 = 10;
/// How many of those who are missing are named.
const NAMED: usize = 5;

/// F1: how far behind finality is.
pub fn lag(snapshot: &Snapshot) -> Verdict {
    let (health, config) = (snapshot.health.clone()?, snapshot.config.clone()?);
    let tip = health.finality.last_processed;
    if tip < config.finality_activation_height {
        return one(warning(format!(
            "finality begins at height {}, in {}",
            config.finality_activation_height,
            snapshot.blocks_in_words(config.finality_activation_height - tip)
        )));
    }
    let Some(last) = health.finality.last_final_block else {
        return one(critical("no block is final yet"));
    };
    let lag = tip.saturating_sub(last);
    let text = format!("the last final block is {last}, {} behind", snapshot.blocks_in_words(lag));
    let full = format!("{text}: at {} nobody may vote for new heights", config.max_backlog);
    one(match lag {
        lag if lag > config.max_backlog / 2 => critical(full),
        lag if lag > USUAL_LAG => warning(text),
        _ => well(text),
    })
}

/// F2: whom finality waits for.
pub fn waiting(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?.finality;
    let Some(waiting_for) = health.waiting_for else { return one(well("finality waits for nobody")) };
    let (height, age) = (waiting_for.height, health.last_processed.saturating_sub(waiting_for.height));
    let (voted, total) = (waiting_for.voted_power.u128(), waiting_for.total_power.u128());
    let text =
        format!("height {height} has {} of the power, and needs more than 66.6 %", percent(voted, total));
    if age <= PATIENCE {
        return one(well(text));
    }
    if 3 * voted > 2 * total {
        return one(well(format!(
            "height {height} has {} of the power, and no EndBlock has passed it",
            percent(voted, total)
        )));
    }
    let text = format!("finality has waited {} for {text}", snapshot.blocks_in_words(age));
    let waiting = match &snapshot.waiting {
        Ok(waiting) if waiting.height == height => waiting,
        _ => return one(critical(text)),
    };
    let voted: BTreeSet<&String> = waiting.voted.iter().collect();
    let mut missing: Vec<(u64, &String)> = waiting
        .set
        .iter()
        .filter(|(key, _)| !voted.contains(key))
        .map(|(key, power)| (*power, key))
        .collect();
    missing.sort_by(|a, b| b.cmp(a));
    let names: Vec<String> = missing
        .iter()
        .take(NAMED)
        .map(|(power, key)| format!("{} ({})", short(key), percent((*power).into(), total)))
        .collect();
    let more =
        if missing.len() > NAMED { format!(" and {} more", missing.len() - NAMED) } else { String::new() };
    one(critical(format!("{text}; missing are {}{more}", names.join(", "))))
}

/// F3: heights that no hook saw.
pub fn holes(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?;
    let lost = health.hooks.lost_recently;
    let longest = health.finality.longest_gap;
    let ever = if longest == 0 {
        String::new()
    } else {
        format!("; the longest run that was ever skipped has {longest}")
    };
    let recent: Vec<String> = snapshot
        .holes()
        .iter()
        .map(|hole| {
            if hole.start() == hole.end() {
                hole.start().to_string()
            } else {
                format!("{}-{}", hole.start(), hole.end())
            }
        })
        .collect();
    let at = if recent.is_empty() { String::new() } else { format!(" ({})", recent.join(", ")) };
    one(match lost {
        0 => well(format!("none of the last 100 heights was lost{ever}")),
        lost if lost >= 20 => {
            critical(format!("{lost} of the last 100 heights{at} were lost: no hook took effect there"))
        }
        lost => warning(format!(
            "{lost} of the last 100 heights{at} had no hook, and are final only by later ones{ever}"
        )),
    })
}

/// F4: whether blocks become final where heights have their quorum.
pub fn resumed(snapshot: &Snapshot) -> Verdict {
    let finality = snapshot.health.clone()?.finality;
    let quorum = finality.last_finalized_height.unwrap_or_default();
    let block = finality.last_final_block.unwrap_or_default();
    let text = match finality.resumed {
        0 => "no height was resumed by governance".to_owned(),
        resumed => format!("{resumed} heights were resumed by governance, and are never final"),
    };
    one(if quorum > block + 2 {
        warning(format!("height {quorum} has its quorum, but the last final block is {block}: {text}"))
    } else {
        well(text)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, key, says};
    use crate::doctor::snapshot::Waiting;
    use api::bsn::WaitingFor;
    use cosmwasm_std::Uint128;

    #[test]
    fn a_lag_is_critical_at_half_of_the_backlog() {
        let behind = |blocks: u64| {
            let mut snapshot = healthy();
            let finality = &mut snapshot.health.as_mut().unwrap().finality;
            finality.last_final_block = Some(finality.last_processed - blocks);
            snapshot
        };
        says(lag(&behind(2)), "ok: the last final block is 49998, 2 blocks (12 s) behind");
        says(lag(&behind(11)), "warning: the last final block is 49989, 11 blocks (66 s) behind");
        says(
            lag(&behind(5_001)),
            "critical: the last final block is 44999, 5001 blocks (8 h) behind: at 10000 nobody may vote for new heights",
        );
        let mut snapshot = healthy();
        snapshot.health.as_mut().unwrap().finality.last_final_block = None;
        says(lag(&snapshot), "critical: no block is final yet");
        snapshot.config.as_mut().unwrap().finality_activation_height = 50_010;
        says(lag(&snapshot), "warning: finality begins at height 50010, in 10 blocks (60 s)");
    }

    #[test]
    fn who_is_missing_is_named_with_its_power() {
        let mut snapshot = healthy();
        says(waiting(&snapshot), "ok: finality waits for nobody");
        let total: u64 = 130;
        snapshot.health.as_mut().unwrap().finality.waiting_for = Some(WaitingFor {
            height: 49_989,
            voted_power: Uint128::new(75),
            total_power: Uint128::new(total.into()),
        });
        let set = [40, 35, 30, 25].into_iter().zip(1..).map(|(power, index)| (key(index), power)).collect();
        snapshot.waiting = Ok(Waiting { height: 49_989, set, voted: vec![key(1), key(2)] });
        says(
            waiting(&snapshot),
            &format!(
                "critical: finality has waited 11 blocks (66 s) for height 49989 has 57.6 % of the power, and needs more than 66.6 %; missing are {} (23.0 %), {} (19.2 %)",
                short(&key(3)),
                short(&key(4))
            ),
        );
        let finality = &mut snapshot.health.as_mut().unwrap().finality;
        finality.waiting_for.as_mut().unwrap().voted_power = Uint128::new(87);
        says(waiting(&snapshot), "ok: height 49989 has 66.9 % of the power, and no EndBlock has passed it");
        let finality = &mut snapshot.health.as_mut().unwrap().finality;
        finality.waiting_for.as_mut().unwrap().voted_power = Uint128::new(75);
        finality.last_processed = 49_999;
        says(waiting(&snapshot), "ok: height 49989 has 57.6 % of the power, and needs more than 66.6 %");
    }

    #[test]
    fn lost_heights_are_listed() {
        let mut snapshot = healthy();
        says(holes(&snapshot), "ok: none of the last 100 heights was lost");
        let health = snapshot.health.as_mut().unwrap();
        (health.hooks.lost_recently, health.finality.longest_gap) = (3, 2);
        snapshot.anchors = Ok(vec![10, 13, 15]);
        says(
            holes(&snapshot),
            "warning: 3 of the last 100 heights (11-12, 14) had no hook, and are final only by later ones; the longest run that was ever skipped has 2",
        );
        snapshot.health.as_mut().unwrap().hooks.lost_recently = 20;
        says(
            holes(&snapshot),
            "critical: 20 of the last 100 heights (11-12, 14) were lost: no hook took effect there",
        );
    }

    #[test]
    fn a_quorum_that_makes_no_block_final_is_said() {
        let mut snapshot = healthy();
        says(resumed(&snapshot), "ok: no height was resumed by governance");
        let finality = &mut snapshot.health.as_mut().unwrap().finality;
        (finality.resumed, finality.last_final_block) = (900, Some(48_000));
        says(
            resumed(&snapshot),
            "warning: height 49999 has its quorum, but the last final block is 48000: 900 heights were resumed by governance, and are never final",
        );
    }
}
