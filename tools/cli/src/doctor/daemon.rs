//! Why a finality provider does not vote.
//!
//! From outside a daemon in jail, one that cannot get across a hole, and one that is off look alike: no vote comes. What
//! tells them apart is its last vote, its randomness, and where the holes are. The real daemon pairs the heights of a batch with
//! its randomness **by position**: where a height is missing in between, every later vote carries the randomness of another
//! height, and is refused. Since 0.2.0 pages of `blocks` end before a hole, so such a batch comes from two pages that it
//! joined while it was busy; before, from a single page.

use super::check::contract::older;
use super::snapshot::{Part, Provider, Snapshot, time_in_words};

/// The last vote may be so many heights below the tip: it is in the block after.
pub const FRESH: u64 = 5;
/// The first version whose pages end before a hole.
const PAGES_END_BEFORE_HOLES: &str = "0.2.0";

/// What its votes, or their absence, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Voting {
    /// It votes.
    Votes {
        /// Its last vote.
        last: u64,
    },
    /// It signed twice; it never votes again.
    Slashed,
    /// It is in jail.
    Jailed {
        /// The end of its term, in seconds since 1970.
        until: u64,
        /// Its last vote.
        last: u64,
    },
    /// It has no stake.
    NoStake,
    /// It has stake, and has committed no randomness for what comes.
    NoRandomness {
        /// The last height that it has committed for; 0 without any.
        to: u64,
    },
    /// It has committed randomness that Babylon has not timestamped.
    NotTimestamped,
    /// It has stake and randomness, and is not in the set: others have more.
    OutOfSet,
    /// It stopped right below a hole, which its batch does not get across.
    AcrossHole {
        /// Its last vote.
        last: u64,
        /// The first and the last height of the hole.
        hole: (u64, u64),
        /// Whether one of its votes was seen to be refused for that.
        seen: bool,
    },
    /// It joined two pages, with a hole between them, in one batch.
    JoinedPages {
        /// Its last vote.
        last: u64,
        /// The first and the last height of the hole.
        hole: (u64, u64),
        /// Whether one of its votes was seen to be refused for that.
        seen: bool,
    },
    /// It is off, or cannot reach the chain.
    Silent {
        /// Its last vote.
        last: u64,
    },
}

/// What a finality provider's votes say.
///
/// # Errors
/// If what it takes was not read.
pub fn voting(provider: &Provider, snapshot: &Snapshot) -> Part<Voting> {
    if provider.slashed {
        return Ok(Voting::Slashed);
    }
    let tip = snapshot.tip.height;
    let signing = provider.signing.clone()?;
    let signed = signing.as_ref().map_or(0, |signing| signing.last_signed_height);
    if let Some(until) = provider.jailed_until() {
        return Ok(Voting::Jailed { until, last: signed });
    }
    if provider.sats == 0 {
        return Ok(Voting::NoStake);
    }
    let timestamped = snapshot.health.clone()?.timestamps.height;
    let committed = provider.committed_to()?;
    if committed <= tip {
        return Ok(Voting::NoRandomness { to: committed });
    }
    if provider.usable_to(timestamped)? <= tip {
        return Ok(Voting::NotTimestamped);
    }
    if provider.power == 0 {
        return Ok(Voting::OutOfSet);
    }
    let seen = snapshot.votes.clone()?;
    let voted = seen.iter().rev().find(|votes| votes.keys.contains(&provider.key)).map(|votes| votes.height);
    let last = voted.unwrap_or(0).max(signed);
    // Of a chain that stands still, or that has just begun, nobody is late.
    let newest = snapshot.anchors.clone()?.last().copied().unwrap_or(tip).min(tip);
    if last + FRESH >= newest {
        return Ok(Voting::Votes { last });
    }
    Ok(stuck(provider, snapshot, signed))
}

/// Of one that could vote and does not.
fn stuck(provider: &Provider, snapshot: &Snapshot, last: u64) -> Voting {
    let blocks = snapshot.blocks.as_ref().map_or(&[][..], Vec::as_slice);
    let seen = blocks.iter().flat_map(|block| &block.misplaced).any(|vote| vote.key == provider.key);
    let holes = snapshot.holes();
    let bounds = |hole: &std::ops::RangeInclusive<u64>| (*hole.start(), *hole.end());
    // Its batch begins at the first height above its last vote that has an anchor.
    let below = holes.iter().find(|hole| hole.contains(&(last + 1)));
    let begin = below.map_or(last + 1, |hole| hole.end() + 1);
    let inside = holes.iter().find(|hole| *hole.start() > begin);
    let joins = snapshot.bsn.as_ref().is_ok_and(|bsn| !older(&bsn.version, PAGES_END_BEFORE_HOLES));
    match (below, inside) {
        (_, Some(inside)) if seen && joins => Voting::JoinedPages { last, hole: bounds(inside), seen },
        (_, Some(inside)) if seen => Voting::AcrossHole { last, hole: bounds(inside), seen },
        (Some(below), Some(_)) if joins => Voting::JoinedPages { last, hole: bounds(below), seen },
        (Some(below), _) => Voting::AcrossHole { last, hole: bounds(below), seen },
        _ => Voting::Silent { last },
    }
}

impl Voting {
    /// Whether it does its work.
    pub fn is_well(&self) -> bool {
        matches!(self, Self::Votes { .. })
    }

    /// In one sentence.
    pub fn text(&self, now: u64) -> String {
        let hole = |(first, last): &(u64, u64)| match first == last {
            true => format!("the hole at {first}"),
            false => format!("the hole from {first} to {last}"),
        };
        let certain = |seen: &bool| match seen {
            true => "its votes carry the randomness of other heights",
            false => "or its daemon is off",
        };
        match self {
            Self::Votes { last } => format!("it votes, the last time at {last}"),
            Self::Slashed => {
                "it is slashed: it signed two blocks of one height, and never votes again".to_owned()
            }
            Self::Jailed { until, last } => match until.checked_sub(now).filter(|left| *left > 0) {
                Some(left) => {
                    format!("it is in jail for {} more; its last vote was at {last}", time_in_words(left))
                }
                None => format!("it is in jail, and its term is over; its last vote was at {last}"),
            },
            Self::NoStake => "it has no stake".to_owned(),
            Self::NoRandomness { to: 0 } => "it has never committed randomness".to_owned(),
            Self::NoRandomness { to } => format!("its randomness ended at {to}"),
            Self::NotTimestamped => "its randomness is not timestamped yet".to_owned(),
            Self::OutOfSet => "others have more stake: it is not in the active set".to_owned(),
            Self::AcrossHole { last, hole: at, seen } => {
                format!(
                    "it does not get across {}, since its last vote at {last}: {}",
                    hole(at),
                    certain(seen)
                )
            }
            Self::JoinedPages { last, hole: at, seen } => format!(
                "it joined the heights on both sides of {} in one batch, since its last vote at {last}: {}",
                hole(at),
                certain(seen)
            ),
            Self::Silent { last } => {
                format!("its daemon is off or cannot reach the chain, since its last vote at {last}")
            }
        }
    }

    /// What its operator does.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Votes { .. } | Self::NoStake => "",
            Self::Slashed => "stop the daemon, and keep its database: it is the record of what was signed",
            Self::Jailed { .. } => {
                "let the daemon run (restarted in jail, it skips what it missed); after the term: fpd unjail-finality-provider {subject}"
            }
            Self::NoRandomness { .. } => {
                "start the daemon: it commits randomness by itself; see its log for `commit`"
            }
            Self::NotTimestamped => "bsn doctor --only T,I --babylon-node URL",
            Self::OutOfSet => "delegate more to it, or propose a higher max_active_finality_providers",
            Self::AcrossHole { .. } => {
                "wait for five of its rounds; then set BatchSubmissionSize = 1 in fpd.conf and restart the daemon"
            }
            Self::JoinedPages { .. } => {
                "set BatchSubmissionSize = 1 in fpd.conf and restart the daemon; each restart also brings it one page further"
            }
            Self::Silent { .. } => "systemctl status fpd; journalctl -u fpd -n 100",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, key};
    use crate::doctor::snapshot::{Commitment, Misplaced, Signing};

    /// The first finality provider, last seen at a height; nobody has seen it since.
    fn silent_since(last: u64, change: impl FnOnce(&mut Snapshot)) -> Voting {
        let mut snapshot = healthy();
        let me = key(1);
        for votes in snapshot.votes.as_mut().unwrap() {
            votes.keys.retain(|key| *key != me);
        }
        let provider = &mut snapshot.providers.as_mut().unwrap()[0];
        provider.signing =
            Ok(Some(Signing { start_height: 1, last_signed_height: last, jailed_until: None }));
        change(&mut snapshot);
        voting(&snapshot.providers.clone().unwrap()[0], &snapshot).unwrap()
    }

    /// The last hundred heights, without some.
    fn anchors_without(holes: &[u64]) -> Part<Vec<u64>> {
        Ok((49_901..=50_000).filter(|height| !holes.contains(height)).collect())
    }

    fn refused(snapshot: &mut Snapshot) {
        let log = "the proof is of index 3 of a commitment from height 1, not of height 9".to_owned();
        snapshot.blocks.as_mut().unwrap()[10].misplaced.push(Misplaced { key: key(1), log });
    }

    #[test]
    fn the_three_that_look_alike_are_told_apart() {
        let jailed = silent_since(49_950, |snapshot| {
            let signing = snapshot.providers.as_mut().unwrap()[0].signing.as_mut().unwrap();
            signing.as_mut().unwrap().jailed_until = Some(snapshot.now + 600);
        });
        assert_eq!(jailed, Voting::Jailed { until: healthy().now + 600, last: 49_950 });

        let across = silent_since(49_950, |snapshot| snapshot.anchors = anchors_without(&[49_951, 49_952]));
        assert_eq!(across, Voting::AcrossHole { last: 49_950, hole: (49_951, 49_952), seen: false });

        let joined = silent_since(49_950, |snapshot| {
            snapshot.anchors = anchors_without(&[49_960]);
            refused(snapshot);
        });
        assert_eq!(joined, Voting::JoinedPages { last: 49_950, hole: (49_960, 49_960), seen: true });

        let off = silent_since(49_950, |_| ());
        assert_eq!(off, Voting::Silent { last: 49_950 });
    }

    #[test]
    fn a_page_of_an_old_contract_spans_the_hole_by_itself() {
        let across = silent_since(49_950, |snapshot| {
            snapshot.bsn.as_mut().unwrap().version = "0.1.0".to_owned();
            snapshot.anchors = anchors_without(&[49_960]);
            refused(snapshot);
        });
        assert_eq!(across, Voting::AcrossHole { last: 49_950, hole: (49_960, 49_960), seen: true });
    }

    #[test]
    fn two_holes_above_its_last_vote_are_two_pages_that_it_joined() {
        let joined = silent_since(49_950, |snapshot| snapshot.anchors = anchors_without(&[49_951, 49_960]));
        assert_eq!(joined, Voting::JoinedPages { last: 49_950, hole: (49_951, 49_951), seen: false });
    }

    #[test]
    fn a_hole_far_above_its_last_vote_is_no_reason_by_itself() {
        let off = silent_since(49_950, |snapshot| snapshot.anchors = anchors_without(&[49_960]));
        assert_eq!(off, Voting::Silent { last: 49_950 });
    }

    #[test]
    fn who_votes_at_the_tip_votes() {
        let snapshot = healthy();
        let said = voting(&snapshot.providers.clone().unwrap()[0], &snapshot).unwrap();
        assert_eq!(said, Voting::Votes { last: 49_999 });
    }

    #[test]
    fn randomness_that_ended_or_is_not_timestamped_is_said() {
        let of = |commitments: Vec<Commitment>| {
            silent_since(49_950, |snapshot| {
                snapshot.providers.as_mut().unwrap()[0].commitments = Ok(commitments)
            })
        };
        assert_eq!(of(Vec::new()), Voting::NoRandomness { to: 0 });
        let old = Commitment { start: 1, count: 49_980, height: 1 };
        assert_eq!(of(vec![old]), Voting::NoRandomness { to: 49_980 });
        let new = Commitment { start: 49_981, count: 50_000, height: 49_970 };
        assert_eq!(of(vec![new, old]), Voting::NotTimestamped);
    }

    #[test]
    fn who_has_no_stake_no_seat_or_no_key_left_says_so() {
        let change = |change: fn(&mut Provider)| {
            silent_since(49_950, |snapshot| change(&mut snapshot.providers.as_mut().unwrap()[0]))
        };
        assert_eq!(change(|provider| provider.slashed = true), Voting::Slashed);
        assert_eq!(change(|provider| provider.sats = 0), Voting::NoStake);
        assert_eq!(change(|provider| provider.power = 0), Voting::OutOfSet);
    }

    #[test]
    fn a_jail_term_is_counted_down() {
        let jailed = Voting::Jailed { until: 1_000, last: 5 };
        assert_eq!(jailed.text(900), "it is in jail for 100 s more; its last vote was at 5");
        assert_eq!(jailed.text(1_000), "it is in jail, and its term is over; its last vote was at 5");
    }
}
