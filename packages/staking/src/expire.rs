use primitives::{BtcHeight, VotingPower};

use crate::{Ledger, PowerChange, batch::Batch};

/// What the height of Bitcoin ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// Whose power is another now, in ascending order of keys.
    pub power_changes: Vec<PowerChange>,
    /// How many buckets were emptied.
    pub buckets: usize,
    /// Whether some are left for the next call.
    pub more: bool,
    /// What buckets held more than their finality providers had. Zero while this crate alone writes them.
    pub shortfall: VotingPower,
}

/// Takes the power of delegations whose expiry height Bitcoin has reached, at most `limit` buckets of
/// (height, finality provider) at a time, the oldest first, each in one step however many delegations
/// it holds.
///
/// With a tip that moves block by block one call takes all, if `limit` is not below the number of
/// finality providers. When the tip jumps over many heights the rest keeps its power until later calls:
/// callers call every block. `observed_tip` counts only if it is higher than all before it.
///
/// # Errors
/// Only the ledger's own.
pub fn expire<L: Ledger>(ledger: &mut L, observed_tip: BtcHeight, limit: usize) -> Result<Expired, L::Error> {
    let mut batch = Batch::open(ledger, Some(observed_tip))?;
    let tip = batch.tip().unwrap_or(observed_tip);
    let mut due = batch.ledger.due_buckets(tip, limit.saturating_add(1))?;
    let more = due.len() > limit;
    due.truncate(limit);
    let mut shortfall = VotingPower::ZERO;
    for bucket in &due {
        shortfall = shortfall + batch.empty(*bucket)?;
    }
    Ok(Expired { power_changes: batch.commit()?, buckets: due.len(), more, shortfall })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Class, Due, ExpiryBucket, FpId, Item, Rules, apply,
        fixture::{self, delegation, key},
        memory::MemoryLedger,
    };

    #[test]
    fn five_thousand_expire_in_one_step() {
        let mut ledger = MemoryLedger::default();
        let items = (0..5_000).map(|n| Item::ActiveDelegation(delegation(n, &[1], 10)));
        apply(&mut ledger, &Rules::default(), None, fixture::fps(1).into_iter().chain(items)).unwrap();
        assert_eq!(fixture::power(&ledger, 1), 50_000);

        ledger.forget_costs();
        let expired = expire(&mut ledger, fixture::EXPIRY, 100).unwrap();
        assert_eq!((expired.buckets, expired.more, expired.shortfall), (1, false, VotingPower::ZERO));
        assert_eq!(expired.power_changes.len(), 1);
        assert_eq!(fixture::power(&ledger, 1), 0);
        assert!(ledger.reads() + ledger.writes() < 10, "{} + {}", ledger.reads(), ledger.writes());
    }

    #[test]
    fn a_jump_over_many_heights_is_taken_in_portions() {
        let mut ledger = MemoryLedger::default();
        let items = (0..25).map(|n| {
            let mut item = delegation(n, &[1], 10);
            item.end_height = item.end_height.saturating_add(n);
            Item::ActiveDelegation(item)
        });
        apply(&mut ledger, &Rules::default(), None, fixture::fps(1).into_iter().chain(items)).unwrap();
        let tip = fixture::EXPIRY.saturating_add(23);
        let powers: Vec<_> = core::iter::from_fn(|| {
            let expired = expire(&mut ledger, tip, 10).unwrap();
            (expired.buckets > 0).then(|| (fixture::power(&ledger, 1), expired.more))
        })
        .collect();
        assert_eq!(powers, [(150, true), (50, true), (10, false)]);
    }

    #[test]
    fn a_portion_that_takes_all_leaves_no_more() {
        let mut ledger = MemoryLedger::default();
        let items = (0..10).map(|n| {
            let item = delegation(n, &[1], 10);
            Item::ActiveDelegation(crate::ActiveDelegation {
                end_height: item.end_height.saturating_add(n),
                ..item
            })
        });
        apply(&mut ledger, &Rules::default(), None, fixture::fps(1).into_iter().chain(items)).unwrap();
        let expired = expire(&mut ledger, fixture::EXPIRY.saturating_add(9), 10).unwrap();
        assert_eq!((expired.buckets, expired.more), (10, false));
    }

    #[test]
    fn a_broken_sum_is_told_and_stops_nothing() {
        let mut ledger = MemoryLedger::default();
        apply(&mut ledger, &Rules::default(), None, fixture::fps(1)).unwrap();
        let height = BtcHeight::new(5);
        for fp in [FpId::new(0), FpId::new(77)] {
            let due = Due { height, class: Class::Trusted, fp };
            ledger.put_bucket(ExpiryBucket { due, sum: VotingPower::new(3) }).unwrap();
        }
        let expired = expire(&mut ledger, height, 10).unwrap();
        assert_eq!((expired.buckets, expired.shortfall), (2, VotingPower::new(6)));
        assert_eq!(expire(&mut ledger, height, 10).unwrap().buckets, 0);
        assert_eq!(fixture::power(&ledger, 1), 0);
        assert!(ledger.fp(&key(1)).unwrap().is_some());
    }
}
