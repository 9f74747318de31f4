//! The decisions, over values alone.

use primitives::BtcHeight;

use crate::{Block, Lock, Refusal, Rules, Stake, Witness};

/// When a stake counts whose inclusion was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inclusion {
    /// At once.
    Now {
        /// Where its lock ends.
        end: BtcHeight,
    },
    /// When that height is reached, unless a spend is proven.
    Later {
        /// Where its lock ends.
        end: BtcHeight,
        /// The height.
        due: BtcHeight,
    },
}

/// Judges that a stake is in `block`, which is in the chain; `spent` is the block of its spend, if one is known that is
/// in the chain.
///
/// # Errors
/// [`Refusal`].
pub fn inclusion(
    stake: &Stake,
    lock: &Lock,
    block: Block,
    spent: Option<Block>,
    tip: BtcHeight,
    rules: &Rules,
) -> Result<Inclusion, Refusal> {
    if let Some(block) = stake.standing.block() {
        return Err(Refusal::Proven { block });
    }
    if let Some(at) = spent {
        return Err(Refusal::Spent { at });
    }
    let depth = tip.above(block.height);
    if depth < rules.k {
        return Err(Refusal::Shallow { block, depth, least: rules.k });
    }
    let end = block.height.saturating_add(lock.time.into()).min(lock.said_end);
    let unbonding_time = lock.unbonding_time;
    if tip.saturating_add(unbonding_time.into()) >= end {
        return Err(Refusal::Late { tip, end, unbonding_time });
    }
    let is_fresh = depth <= u32::from(unbonding_time / 2);
    Ok(match is_fresh || stake.vouched {
        true => Inclusion::Now { end },
        false => Inclusion::Later { end, due: tip.saturating_add(rules.challenge_delay) },
    })
}

/// What a spend does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It ends the stake.
    Now,
    /// It does when its block is k deep, if it is in the chain then.
    Later,
    /// The stake has ended by a spend that is in the chain.
    Already,
}

/// Judges that a stake was spent in `at`, which is in the chain; `spent` is the block of a spend that is known and in the
/// chain.
pub fn end(at: Block, spent: Option<Block>, tip: BtcHeight, witness: Witness, rules: &Rules) -> End {
    let is_deep = tip.above(at.height) >= rules.k;
    match (spent, witness) {
        (Some(_), _) => End::Already,
        (None, Witness::Babylon) => End::Now,
        (None, Witness::Anybody) if is_deep => End::Now,
        (None, Witness::Anybody) => End::Later,
    }
}

#[cfg(test)]
mod tests {
    use bitcoin_spv::HeaderHash;

    use super::*;
    use crate::Standing;

    const RULES: Rules = Rules { k: 6, w: 100, challenge_delay: 144 };
    const LOCK: Lock = Lock { time: 10_000, unbonding_time: 101, said_end: BtcHeight::new(11_000) };
    const STAKE: Stake = Stake { sats: 50_000, vouched: false, standing: Standing::Waiting };
    const VOUCHED: Stake = Stake { vouched: true, ..STAKE };

    fn at(height: u32) -> Block {
        Block { height: height.into(), hash: HeaderHash::from_bytes([7; 32]) }
    }

    fn judge(stake: &Stake, start: u32, tip: u32) -> Result<Inclusion, Refusal> {
        inclusion(stake, &LOCK, at(start), None, tip.into(), &RULES)
    }

    #[test]
    fn a_block_is_believed_k_deep() {
        assert!(judge(&STAKE, 1_000, 1_006).is_ok());
        let shallow = Refusal::Shallow { block: at(1_000), depth: 5, least: 6 };
        assert_eq!(judge(&STAKE, 1_000, 1_005), Err(shallow));
        assert!(matches!(judge(&STAKE, 1_000, 999), Err(Refusal::Shallow { depth: 0, .. })));
    }

    /// D-06
    #[test]
    fn a_stake_is_fresh_for_half_of_its_unbonding_time() {
        let end = BtcHeight::new(11_000);
        assert_eq!(judge(&STAKE, 1_000, 1_050), Ok(Inclusion::Now { end }));
        let due = BtcHeight::new(1_051 + 144);
        assert_eq!(judge(&STAKE, 1_000, 1_051), Ok(Inclusion::Later { end, due }));
        assert_eq!(judge(&VOUCHED, 1_000, 1_051), Ok(Inclusion::Now { end }));
    }

    /// D-07
    #[test]
    fn the_lower_end_counts() {
        let end = |said_end: u32| {
            let lock = Lock { said_end: said_end.into(), ..LOCK };
            match inclusion(&STAKE, &lock, at(1_000), None, 1_010.into(), &RULES) {
                Ok(Inclusion::Now { end }) => end.get(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(end(11_001), 11_000);
        assert_eq!(end(u32::MAX), 11_000);
        assert_eq!(end(10_999), 10_999);
    }

    #[test]
    fn a_stake_without_power_left_is_late() {
        assert!(judge(&VOUCHED, 1_000, 11_000 - 102).is_ok());
        let tip = BtcHeight::new(11_000 - 101);
        let late = Refusal::Late { tip, end: 11_000.into(), unbonding_time: 101 };
        assert_eq!(judge(&VOUCHED, 1_000, tip.get()), Err(late));
        let whole = Lock { said_end: u32::MAX.into(), ..LOCK };
        let last = inclusion(&VOUCHED, &whole, at(u32::MAX - 9), None, u32::MAX.into(), &RULES);
        assert!(matches!(last, Err(Refusal::Late { .. })));
    }

    #[test]
    fn a_stake_is_proven_once() {
        let (block, end) = (at(1_000), BtcHeight::new(11_000));
        for standing in
            [Standing::Active { block, end }, Standing::Challenged { block, end, due: 1_200.into() }]
        {
            let again = inclusion(&Stake { standing, ..STAKE }, &LOCK, at(1_001), None, 1_010.into(), &RULES);
            assert_eq!(again, Err(Refusal::Proven { block }));
        }
    }

    /// D-09
    #[test]
    fn a_spent_stake_is_not_proven() {
        let spent = at(1_001);
        for standing in [Standing::Foretold { at: spent }, Standing::Ended { at: spent }] {
            let judged = |spent| {
                inclusion(&Stake { standing, ..STAKE }, &LOCK, at(1_000), spent, 1_010.into(), &RULES)
            };
            assert_eq!(judged(Some(at(1_001))), Err(Refusal::Spent { at: at(1_001) }));
            assert!(judged(None).is_ok(), "the block of the spend left the chain");
        }
    }

    /// D-10, D-11
    #[test]
    fn a_spend_counts_k_deep_and_babylons_at_once() {
        let judge = |tip: u32, witness| end(at(1_000), None, tip.into(), witness, &RULES);
        assert_eq!(judge(1_005, Witness::Anybody), End::Later);
        assert_eq!(judge(1_006, Witness::Anybody), End::Now);
        assert_eq!(judge(1_000, Witness::Babylon), End::Now);
        let again = end(at(1_000), Some(at(999)), 1_009.into(), Witness::Babylon, &RULES);
        assert_eq!(again, End::Already);
    }
}
