use std::collections::BTreeMap;

use super::*;

#[test]
fn a_transfer_that_is_not_taken_is_owed_again_and_tried_alone_after_a_while() {
    let mut world = World::new(&[100; 15], 1, |_| {});
    world.fees(DENOM, 1_500);
    world.refuses = vec![DENOM.to_owned()];
    let failed = world.end_period();
    assert_eq!((failed.refused, failed.transfers.len()), (10, 0));
    assert_eq!((world.account(DENOM).owed, world.account(DENOM).handed_over), (1_500, 0));
    for _ in 0..9 {
        assert_eq!(world.block(), Left::default(), "it waits for ten blocks");
    }
    assert_eq!(world.block().refused, 1, "one looks whether it goes");
    world.env.block.height += 9;
    world.refuses.clear();
    assert_eq!(world.block().transfers.len(), 1);
    let (ten, rest) = (world.block(), world.block());
    assert_eq!((ten.transfers.len(), rest.transfers.len()), (10, 4), "and the others follow");
    let all: Vec<u32> =
        [ten, rest].iter().flat_map(|left| left.transfers.clone()).flat_map(|one| one.2).collect();
    assert_eq!(all.len(), 14);
    assert_eq!((world.balance(DENOM), world.account(DENOM).handed_over), (0, 1_500));
}

#[test]
fn denoms_that_cannot_leave_do_not_keep_the_others() {
    let denoms: Vec<String> = (0..16).map(|number| format!("udenom{number}")).collect();
    let mut world = World::new(&[100; 100], 1, |config| config.reward_denoms = denoms.clone());
    denoms.iter().for_each(|denom| world.fees(denom, 10_000));
    world.refuses = denoms[..15].to_vec();
    world.end_period();
    for _ in 0..45 {
        world.block();
    }
    assert_eq!(world.balance(&denoms[15]), 0, "the last has left");
    assert!(denoms[..15].iter().all(|denom| world.account(denom).owed == 10_000));
}

#[test]
fn the_slashed_are_burned_once_however_often_transfers_fail() {
    let mut world = World::new(&[100; 4], 2, |config| config.burn_slashed_rewards = true);
    let slashed =
        FpStatus::Slashed { height: BlockHeight::new(1), btc_height: primitives::BtcHeight::new(1) };
    world.put(1, slashed, 100);
    world.fees(DENOM, 400);
    world.refuses = vec![DENOM.to_owned()];
    world.end_period();
    for _ in 0..40 {
        assert_eq!(world.block().burned, 0, "not while somebody waits");
    }
    assert_eq!(world.account(DENOM).owed, 400);
    world.refuses.clear();
    let burned: u128 = (0..20).map(|_| world.block().burned).sum();
    assert_eq!((burned, world.balance(DENOM), world.account(DENOM).owed), (100, 0, 0));
    assert_eq!((world.account(DENOM).burned, world.account(DENOM).handed_over), (100, 300));
}

#[test]
fn what_is_not_burned_is_shared_out_with_the_next_period() {
    let mut world = World::new(&[100; 2], 2, |config| config.burn_slashed_rewards = true);
    let slashed =
        FpStatus::Slashed { height: BlockHeight::new(1), btc_height: primitives::BtcHeight::new(1) };
    world.put(1, slashed, 100);
    world.fees(DENOM, 400);
    world.refuses_burns = true;
    world.end_period();
    assert_eq!(world.block().refused, 1);
    assert_eq!((world.balance(DENOM), world.account(DENOM).owed, world.account(DENOM).burned), (200, 0, 0));
    world.earn(&[100]);
    assert_eq!(world.end_period().transfers, [(DENOM.to_owned(), 200, vec![0])]);
}

#[test]
fn a_period_whose_last_hook_was_lost_ends_with_the_next_one() {
    let mut world = World::new(&[100], 10, |_| {});
    world.fees(DENOM, 300);
    world.env.block.height = (world.env.block.height / INTERVAL + 1) * INTERVAL + 7;
    assert_eq!(world.block().transfers.len(), 1);
    world.fees(DENOM, 300);
    world.earn(&[100]);
    assert_eq!(world.block(), Left::default(), "it ends once");
}

#[test]
fn each_denom_is_shared_out_by_the_weights_of_its_own_payout() {
    let mut world = World::new(&[100, 300], 1, |config| {
        config.reward_denoms = vec![DENOM.to_owned(), "uatom".to_owned()];
    });
    world.refuses = vec![DENOM.to_owned(), "uatom".to_owned()];
    world.fees(DENOM, 400);
    world.end_period();
    world.earn(&[900, 100]);
    world.fees("uatom", 1_000);
    world.end_period();
    world.refuses.clear();
    world.env.block.height += 10;
    let mut paid: Vec<(String, u128, Vec<u32>)> = (0..3).flat_map(|_| world.block().transfers).collect();
    paid.sort();
    let expected = [(DENOM, 100, 0), (DENOM, 300, 1), ("uatom", 100, 1), ("uatom", 900, 0)];
    assert_eq!(paid, expected.map(|(denom, amount, id)| (denom.to_owned(), amount, vec![id])));
}

/// Storage that keeps what a hook writes up to some write, as a chain module without a cache does where a hook fails.
struct Torn<'a> {
    storage: &'a mut MockStorage,
    writes: usize,
}

impl Storage for Torn<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.storage.get(key)
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = cosmwasm_std::Record> + 'a> {
        self.storage.range(start, end, order)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        if let Some(left) = self.writes.checked_sub(1) {
            self.writes = left;
            self.storage.set(key, value);
        }
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(left) = self.writes.checked_sub(1) {
            self.writes = left;
            self.storage.remove(key);
        }
    }
}

/// A hook that stops after any of its writes, none of whose messages leaves: what it took out of the books is there, and
/// goes out later. No coin is lost, or sent twice, and everybody is paid something.
#[test]
fn a_hook_that_is_torn_after_any_write_costs_no_coin() {
    for writes in 0..12 {
        for torn_at in 0..2 {
            let mut world = World::new(&[100; 30], 2, |config| {
                config.reward_denoms = vec![DENOM.to_owned(), "uatom".to_owned()];
            });
            world.fees(DENOM, 3_000);
            world.fees("uatom", 6_000);
            let mut sent: BTreeMap<String, u128> = BTreeMap::new();
            let mut named = Vec::new();
            let mut note = |left: Left| {
                for (denom, amount, ids) in left.transfers {
                    *sent.entry(denom).or_default() += amount;
                    named.extend(ids);
                }
            };
            if torn_at == 1 {
                note(world.end_period());
            } else {
                world.env.block.height = (world.env.block.height / INTERVAL + 1) * INTERVAL;
            }
            world.show_balances();
            let querier = QuerierWrapper::new(&world.deps.querier);
            let mut storage = Torn { storage: &mut world.deps.storage, writes };
            let mut progress = world.progress.clone();
            end_block(&mut storage, &querier, &world.env, &world.params, &mut progress, false).unwrap();
            world.env.block.height += 1;

            // The count of denoms that are owed is as before the tear: the next end of a period sets it right.
            world.progress.rewards.owing = 0;
            world.env.block.height = (world.env.block.height / INTERVAL + 1) * INTERVAL;
            world.earn(&[100; 30]);
            for _ in 0..3 {
                note(world.end_period());
                (0..20).for_each(|_| note(world.block()));
                world.earn(&[100; 30]);
            }
            assert_eq!(sent[DENOM], 3_000, "torn after {writes} writes");
            assert_eq!(sent["uatom"], 6_000, "torn after {writes} writes");
            assert_eq!((world.balance(DENOM), world.balance("uatom")), (0, 0));
            named.sort_unstable();
            named.dedup();
            assert_eq!(named.len(), 30);
            let handed_over = world.account(DENOM).handed_over;
            assert!(handed_over >= 3_000, "{handed_over}");
        }
    }
}

#[test]
fn a_payouts_weights_are_not_written_over_where_their_hook_was_torn() {
    let mut world = World::new(&[100, 300], 1, |config| {
        config.reward_denoms = vec![DENOM.to_owned(), "uatom".to_owned()];
    });
    world.refuses = vec![DENOM.to_owned()];
    world.fees(DENOM, 400);
    world.end_period();
    // As if the hook had been torn before the progress was written.
    world.progress.rewards.payout_next = 0;
    world.earn(&[900, 100]);
    world.fees("uatom", 1_000);
    world.end_period();
    world.refuses.clear();
    let mut paid: Vec<(u32, u128)> = Vec::new();
    for _ in 0..30 {
        let left = world.block();
        paid.extend(left.transfers.iter().filter(|one| one.0 == DENOM).map(|one| (one.2[0], one.1)));
    }
    assert_eq!(paid.into_iter().collect::<BTreeMap<_, _>>(), [(0, 100), (1, 300)].into());
}
