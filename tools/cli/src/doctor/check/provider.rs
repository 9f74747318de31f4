//! P: each finality provider.

use super::{Seen, Verdict, critical, one, or_well, warning, well};
use crate::doctor::daemon::{Voting, voting};
use crate::doctor::snapshot::{Absent, Part, Provider, Snapshot, percent, short, time_in_words};

/// The shortest runway without a remark on networks where randomness takes long, in seconds: a night.
const NIGHT_S: u64 = 6 * 3_600;

/// Those who could vote: with stake, not slashed, not in jail.
fn able(snapshot: &Snapshot) -> Part<Vec<Provider>> {
    let providers = snapshot.providers.clone()?;
    Ok(providers.into_iter().filter(|it| it.sats > 0 && !it.slashed && it.jailed_until().is_none()).collect())
}

fn share(provider: &Provider, snapshot: &Snapshot) -> String {
    format!("{} ({})", short(&provider.key), percent(provider.power.into(), snapshot.total_power()))
}

/// How long new randomness takes until it counts, in seconds; never less than a night where there is real stake.
pub fn needed_runway_s(snapshot: &Snapshot) -> u64 {
    if snapshot.is_private() { snapshot.timestamp_s() } else { snapshot.timestamp_s().max(NIGHT_S) }
}

/// P1: how far the committed randomness reaches.
pub fn runway(snapshot: &Snapshot) -> Verdict {
    let (needed, tip) = (needed_runway_s(snapshot), snapshot.tip.height);
    let (mut found, mut short_of, mut shortest): (Vec<Seen>, u128, Option<u64>) = (Vec::new(), 0, None);
    for provider in able(snapshot)? {
        let to = provider.committed_to()?;
        if to == 0 {
            continue;
        }
        let left = to.saturating_sub(tip);
        let seconds = snapshot.blocks_in_s(left);
        shortest = Some(shortest.map_or(left, |shortest| shortest.min(left)));
        if seconds >= 2 * needed {
            continue;
        }
        short_of += u128::from(provider.power);
        let text = format!(
            "the randomness of {} reaches {} further; new randomness counts after about {}",
            share(&provider, snapshot),
            snapshot.blocks_in_words(left),
            time_in_words(snapshot.timestamp_s())
        );
        found.push(if seconds < needed { critical(text) } else { warning(text) }.about(&provider.key));
    }
    if 3 * short_of > snapshot.total_power() && short_of > 0 {
        let part = percent(short_of, snapshot.total_power());
        found.insert(0, critical(format!("randomness runs out for {part} of the power: finality will stop")));
    }
    let left =
        shortest.map_or_else(|| "nobody has any yet".to_owned(), |left| snapshot.blocks_in_words(left));
    or_well(found, format!("the shortest randomness: {left}"))
}

/// P2: how far the timestamped randomness reaches.
pub fn timestamped_runway(snapshot: &Snapshot) -> Verdict {
    let timestamped = snapshot.health.clone()?.timestamps.height;
    let (tip, mut found, mut shortest) = (snapshot.tip.height, Vec::new(), None::<u64>);
    for provider in able(snapshot)? {
        let (usable, committed) = (provider.usable_to(timestamped)?, provider.committed_to()?);
        if committed == 0 {
            continue;
        }
        let left = usable.saturating_sub(tip);
        shortest = Some(shortest.map_or(left, |shortest| shortest.min(left)));
        let name = share(&provider, snapshot);
        if left == 0 {
            found.push(
                critical(format!("{name} cannot vote: its randomness up to {committed} is not timestamped"))
                    .about(&provider.key),
            );
        } else if committed > usable && 2 * snapshot.blocks_in_s(left) < snapshot.timestamp_s() {
            found.push(
                warning(format!(
                    "{name} can vote for {} more; what comes next is not timestamped yet",
                    snapshot.blocks_in_words(left)
                ))
                .about(&provider.key),
            );
        }
    }
    let left =
        shortest.map_or_else(|| "nobody has any yet".to_owned(), |left| snapshot.blocks_in_words(left));
    or_well(found, format!("the shortest timestamped randomness: {left}"))
}

/// P3: who could vote and does not, and why.
pub fn silent(snapshot: &Snapshot) -> Verdict {
    let mut found = Vec::new();
    for provider in able(snapshot)? {
        let voting = voting(&provider, snapshot)?;
        let stopped =
            matches!(voting, Voting::Silent { .. } | Voting::AcrossHole { .. } | Voting::JoinedPages { .. });
        if stopped {
            let text = format!("{} does not vote: {}", share(&provider, snapshot), voting.text(snapshot.now));
            let grave = 3 * u128::from(provider.power) >= snapshot.total_power();
            let seen = if grave { critical(text) } else { warning(text) };
            found.push(seen.about(&provider.key).hint(voting.hint()));
        }
    }
    or_well(found, "everybody who can vote votes")
}

/// P4: who is in jail, and until when.
pub fn jailed(snapshot: &Snapshot) -> Verdict {
    let providers = snapshot.providers.clone()?;
    let jailed = providers.iter().filter(|provider| !provider.slashed).filter_map(|provider| {
        let until = provider.jailed_until()?;
        let signed = provider.signing.as_ref().ok()?.as_ref()?.last_signed_height;
        let voting = Voting::Jailed { until, last: signed };
        let text = format!("{}: {}", short(&provider.key), voting.text(snapshot.tip.time));
        Some(warning(text).about(&provider.key).hint(voting.hint()))
    });
    let jailed: Vec<Seen> = jailed.collect();
    if jailed.is_empty() && providers.iter().any(|provider| provider.signing.is_err()) {
        return Err(Absent::Failed("not everybody's signing_info was answered".to_owned()));
    }
    or_well(jailed, "nobody is in jail")
}

/// P5: who has stake, and cannot vote with it or never did.
pub fn idle(snapshot: &Snapshot) -> Verdict {
    let mut found = Vec::new();
    for provider in able(snapshot)? {
        let voting = voting(&provider, snapshot)?;
        let (name, hint) = (share(&provider, snapshot), voting.hint());
        match voting {
            Voting::NoRandomness { .. } | Voting::NotTimestamped | Voting::OutOfSet => {
                let text = format!("{name} has stake and cannot vote: {}", voting.text(snapshot.now));
                found.push(warning(text).about(&provider.key).hint(hint));
            }
            _ if provider.power > 0 && never_voted(&provider, snapshot) => {
                found.push(
                    warning(format!("{name} has power and has never voted")).about(&provider.key).hint(hint),
                );
            }
            _ => (),
        }
    }
    or_well(found, "everybody with stake can vote with it")
}

/// Whether no vote of somebody is known that has been in the set for a while.
fn never_voted(provider: &Provider, snapshot: &Snapshot) -> bool {
    let Ok(Some(signing)) = &provider.signing else { return false };
    let votes = snapshot.votes.as_ref().map_or(&[][..], Vec::as_slice);
    signing.last_signed_height < signing.start_height
        && signing.start_height + 20 < snapshot.tip.height
        && !votes.iter().any(|votes| votes.keys.contains(&provider.key))
}

/// The finding of one finality provider, for `bsn fp`.
pub fn one_of(snapshot: &Snapshot, key: &str) -> Verdict {
    let providers = snapshot.providers.clone()?;
    match providers.iter().find(|provider| provider.key == key) {
        None => one(critical(format!("{} is not registered on {}", short(key), snapshot.tip.chain_id))),
        Some(provider) => {
            let voting = voting(provider, snapshot)?;
            let text = voting.text(snapshot.now);
            one(if voting.is_well() { well(text) } else { critical(text).hint(voting.hint()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, key, says};
    use crate::doctor::snapshot::{Commitment, Signing};

    fn with(change: impl FnOnce(&mut Provider)) -> Snapshot {
        let mut snapshot = healthy();
        change(&mut snapshot.providers.as_mut().unwrap()[3]);
        snapshot
    }

    fn reaching(blocks: u64) -> Snapshot {
        with(|provider| {
            provider.commitments = Ok(vec![Commitment { start: 1, count: 50_000 + blocks, height: 1 }]);
        })
    }

    #[test]
    fn a_runway_is_short_where_new_randomness_comes_too_late() {
        // 51 hours until new randomness counts: 30,600 blocks of six seconds.
        let me = short(&key(4));
        says(runway(&reaching(61_200)), "ok: the shortest randomness: 61200 blocks (4 d)");
        says(
            runway(&reaching(61_199)),
            &format!(
                "warning: the randomness of {me} (19.2 %) reaches 61199 blocks (4 d) further; new randomness counts after about 2 d"
            ),
        );
        says(
            runway(&reaching(30_599)),
            &format!(
                "critical: the randomness of {me} (19.2 %) reaches 30599 blocks (2 d) further; new randomness counts after about 2 d"
            ),
        );
    }

    #[test]
    fn a_third_of_the_power_that_runs_out_comes_first() {
        let mut snapshot = reaching(100);
        snapshot.providers.as_mut().unwrap()[0].commitments =
            Ok(vec![Commitment { start: 1, count: 50_100, height: 1 }]);
        let said = runway(&snapshot).unwrap();
        assert_eq!(said[0].text, "randomness runs out for 50.0 % of the power: finality will stop");
        assert_eq!(said.len(), 3);
    }

    #[test]
    fn randomness_that_is_not_timestamped_does_not_count() {
        let me = short(&key(4));
        let two = |start| {
            with(|provider| {
                provider.commitments = Ok(vec![
                    Commitment { start, count: 500_000, height: 49_990 },
                    Commitment { start: 1, count: start - 1, height: 1 },
                ]);
            })
        };
        says(
            timestamped_runway(&two(70_001)),
            "ok: the shortest timestamped randomness: 20000 blocks (33 h)",
        );
        says(
            timestamped_runway(&two(60_001)),
            &format!(
                "warning: {me} (19.2 %) can vote for 10000 blocks (16 h) more; what comes next is not timestamped yet"
            ),
        );
        says(
            timestamped_runway(&two(49_001)),
            &format!("critical: {me} (19.2 %) cannot vote: its randomness up to 549000 is not timestamped"),
        );
    }

    #[test]
    fn who_is_silent_is_named_with_why() {
        let me = key(4);
        let mut snapshot = with(|provider| {
            provider.signing =
                Ok(Some(Signing { start_height: 1, last_signed_height: 49_900, jailed_until: None }));
        });
        says(silent(&snapshot), "ok: everybody who can vote votes");
        for votes in snapshot.votes.as_mut().unwrap() {
            votes.keys.retain(|key| *key != me);
        }
        says(
            silent(&snapshot),
            &format!(
                "warning: {} (19.2 %) does not vote: its daemon is off or cannot reach the chain, since its last vote at 49900",
                short(&me)
            ),
        );
    }

    #[test]
    fn a_jail_is_named_with_its_end() {
        says(jailed(&healthy()), "ok: nobody is in jail");
        let tip = healthy().tip.time;
        let snapshot = with(|provider| {
            provider.signing = Ok(Some(Signing {
                start_height: 1,
                last_signed_height: 49_000,
                jailed_until: Some(tip + 86_400),
            }));
        });
        let me = short(&key(4));
        says(
            jailed(&snapshot),
            &format!("warning: {me}: it is in jail for 24 h more; its last vote was at 49000"),
        );
        let snapshot = with(|provider| provider.signing = Err(Absent::Failed("hangs".to_owned())));
        assert!(jailed(&snapshot).is_err());
    }

    #[test]
    fn stake_that_cannot_vote_is_named() {
        says(idle(&healthy()), "ok: everybody with stake can vote with it");
        let me = short(&key(4));
        let snapshot = with(|provider| {
            provider.commitments = Ok(Vec::new());
            provider.power = 0;
        });
        says(
            idle(&snapshot),
            &format!("warning: {me} (0.0 %) has stake and cannot vote: it has never committed randomness"),
        );
        let mut snapshot = with(|provider| {
            provider.signing =
                Ok(Some(Signing { start_height: 40_000, last_signed_height: 39_999, jailed_until: None }));
        });
        snapshot.votes = Ok(Vec::new());
        says(idle(&snapshot), &format!("warning: {me} (19.2 %) has power and has never voted"));
    }
}
