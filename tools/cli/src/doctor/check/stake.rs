//! S: stake and the active set.

use super::{Seen, Verdict, count, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Snapshot, bitcoin, percent, short};

/// How the contract says that too much stake is without randomness.
const FLOOR: &str = "no height has an active set";

/// S1: whether somebody can vote.
pub fn active(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?;
    let staking = health.staking;
    if let Some(alarm) = health.alarms.iter().find(|alarm| alarm.starts_with(FLOOR)) {
        return one(critical(alarm.clone()));
    }
    let total = staking.total_power.u128();
    if total == 0 {
        return one(critical(match staking.fps {
            0 => "no finality provider is registered: nobody can vote".to_owned(),
            fps => format!("none of {fps} finality providers has power: nobody can vote"),
        }));
    }
    let (ranked, idle) = (staking.ranked_power.u128(), staking.without_randomness.u128());
    one(if 3 * idle > ranked {
        warning(format!(
            "{} of the stake is in jail or without timestamped randomness",
            percent(idle, ranked)
        ))
    } else {
        well(format!("{} vote with {}", count(usize_of(staking.active), "finality provider"), bitcoin(total)))
    })
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// S2: how few can stop finality, or decide alone.
pub fn concentration(snapshot: &Snapshot) -> Verdict {
    let providers = snapshot.providers.clone()?;
    let mut powers: Vec<(u128, &str)> = providers
        .iter()
        .map(|it| (u128::from(it.power), it.key.as_str()))
        .filter(|(power, _)| *power > 0)
        .collect();
    powers.sort_by(|a, b| b.cmp(a));
    let total: u128 = powers.iter().map(|(power, _)| power).sum();
    let Some((largest, key)) = powers.first().copied() else {
        return one(critical("nobody has power"));
    };
    let until = |is_enough: &dyn Fn(u128) -> bool| {
        let mut sum = 0;
        powers
            .iter()
            .take_while(|(power, _)| {
                let before = sum;
                sum += power;
                !is_enough(before)
            })
            .count()
    };
    let (to_stop, to_decide) = (until(&|sum| 3 * sum >= total), until(&|sum| 3 * sum > 2 * total));
    let text = format!(
        "the largest share is {}; {to_stop} together can stop finality, {to_decide} can decide alone",
        percent(largest, total)
    );
    one(if 3 * largest > 2 * total {
        critical(format!("{} alone decides what is final: {text}", short(key)))
    } else if 3 * largest >= total {
        warning(format!("{} alone can stop finality: {text}", short(key)))
    } else {
        well(text)
    })
}

/// S3: what lies in quarantine.
pub fn quarantine(snapshot: &Snapshot) -> Verdict {
    one(match snapshot.health.clone()?.staking.quarantined {
        0 => well("nothing lies in quarantine"),
        items => warning(format!(
            "{} in quarantine: their stake does not count",
            count(usize_of(items), "staking item")
        )),
    })
}

/// S4: what waits to be worked off.
pub fn queue(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?;
    let items = count(usize_of(health.staking.queued), "item");
    let is_paused = health.paused.iter().any(|what| what == "packet_intake");
    one(match health.staking.queued {
        0 => well("nothing waits to be worked off"),
        _ if is_paused => warning(format!("{items} wait: the intake of packets is paused")),
        1..=MANY => well(format!("{items} wait to be worked off")),
        _ => warning(format!("{items} wait to be worked off: stake takes effect late")),
    })
}

/// More items than this are more than a packet brings.
const MANY: u64 = 1_000;

/// S5: whether Babylon has the same stake.
pub fn digest(snapshot: &Snapshot) -> Verdict {
    let theirs = snapshot.babylon_digest.clone()?.to_lowercase();
    let ours = snapshot.digest.clone()?;
    let queued = snapshot.health.clone()?.staking;
    let mut found: Vec<Seen> = Vec::new();
    if ours.sha256 != theirs {
        let text = format!(
            "the stake here ({}) has the digest {}, and on Babylon {theirs}",
            bitcoin(ours.total_sats.u128()),
            ours.sha256
        );
        found.push(if queued.queued + queued.quarantined > 0 {
            warning(format!("{text}: items wait or lie in quarantine"))
        } else {
            critical(text)
        });
    }
    or_well(
        found,
        format!("{} of {} finality providers, as on Babylon", bitcoin(ours.total_sats.u128()), ours.fps),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, provider, says, with_everything};
    use crate::doctor::snapshot::Absent;
    use cosmwasm_std::Uint128;

    #[test]
    fn nobody_with_power_is_critical() {
        let mut snapshot = healthy();
        says(active(&snapshot), "ok: 4 finality providers vote with 130 BTC");
        snapshot.health.as_mut().unwrap().staking.without_randomness = Uint128::new(5_000_000_000);
        says(active(&snapshot), "warning: 38.4 % of the stake is in jail or without timestamped randomness");
        snapshot.health.as_mut().unwrap().staking.total_power = Uint128::zero();
        says(active(&snapshot), "critical: none of 4 finality providers has power: nobody can vote");
        let alarm = format!("{FLOOR}: 1 of 9 sats have timestamped randomness, less than min_active_percent");
        snapshot.health.as_mut().unwrap().alarms = vec![alarm.clone()];
        says(active(&snapshot), &format!("critical: {alarm}"));
        assert!(include_str!("../../../../../contracts/bsn/src/query/health.rs").contains(FLOOR));
    }

    #[test]
    fn who_can_stop_finality_alone_is_named() {
        let of = |powers: &[u64]| {
            let mut snapshot = healthy();
            snapshot.providers =
                Ok(powers.iter().zip(1..).map(|(power, index)| provider(index, *power)).collect());
            snapshot
        };
        says(
            concentration(&healthy()),
            "ok: the largest share is 30.7 %; 2 together can stop finality, 3 can decide alone",
        );
        let said = concentration(&of(&[34, 33, 33])).unwrap();
        assert!(
            said[0].text.contains("alone can stop finality: the largest share is 34.0 %; 1 together"),
            "{said:?}"
        );
        let said = concentration(&of(&[67, 33])).unwrap();
        assert!(said[0].text.contains("alone decides what is final"), "{said:?}");
        says(concentration(&of(&[])), "critical: nobody has power");
    }

    #[test]
    fn quarantine_and_queue_are_told_apart() {
        let mut snapshot = healthy();
        says(quarantine(&snapshot), "ok: nothing lies in quarantine");
        says(queue(&snapshot), "ok: nothing waits to be worked off");
        let staking = &mut snapshot.health.as_mut().unwrap().staking;
        (staking.quarantined, staking.queued) = (1, 20);
        says(quarantine(&snapshot), "warning: 1 staking item in quarantine: their stake does not count");
        says(queue(&snapshot), "ok: 20 items wait to be worked off");
        snapshot.health.as_mut().unwrap().paused = vec!["packet_intake".to_owned()];
        says(queue(&snapshot), "warning: 20 items wait: the intake of packets is paused");
        snapshot = healthy();
        snapshot.health.as_mut().unwrap().staking.queued = 1_001;
        says(queue(&snapshot), "warning: 1001 items wait to be worked off: stake takes effect late");
    }

    #[test]
    fn a_drift_from_babylon_is_critical() {
        assert_eq!(digest(&healthy()), Err(Absent::Needs("--babylon-digest".to_owned())));
        says(digest(&with_everything()), "ok: 130 BTC of 4 finality providers, as on Babylon");
        let mut snapshot = with_everything();
        snapshot.babylon_digest = Ok("00".repeat(32));
        let said = digest(&snapshot).unwrap();
        assert_eq!(said[0].severity, crate::doctor::Severity::Critical);
        snapshot.health.as_mut().unwrap().staking.quarantined = 1;
        assert_eq!(digest(&snapshot).unwrap()[0].severity, crate::doctor::Severity::Warning);
    }
}
