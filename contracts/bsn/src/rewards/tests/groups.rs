use super::*;

fn ids(left: &Left) -> Vec<u32> {
    left.transfers.iter().flat_map(|one| one.2.clone()).collect()
}

fn sent(left: &Left) -> u128 {
    left.transfers.iter().map(|one| one.1).sum()
}

const SLASHED: FpStatus =
    FpStatus::Slashed { height: BlockHeight::new(1), btc_height: primitives::BtcHeight::new(1) };

#[test]
fn who_babylon_would_refuse_is_not_named_and_its_part_goes_to_the_next_period() {
    let mut world = World::new(&[100, 100, 100, 100, 100], 10, |_| {});
    world.progress.channel.era_from = FpId::new(1);
    world.put(1, FpStatus::Registered, 0);
    world.put(2, SLASHED, 100);
    world.put(3, FpStatus::Jailed { until: UnixTime::new(9) }, 100);
    world.fees(DENOM, 5_000);
    let left = world.end_period();
    assert_eq!(ids(&left), [3, 4], "neither the orphan, nor who has no stake, nor the slashed");
    assert_eq!((sent(&left), world.balance(DENOM), world.account(DENOM).owed), (2_000, 3_000, 0));

    world.put(1, FpStatus::Registered, 100);
    world.earn(&[0, 0, 0, 0, 100]);
    let left = world.end_period();
    assert_eq!(left.transfers, [(DENOM.to_owned(), 3_000, vec![4])], "by the weights of that period");
}

#[test]
fn an_orphan_by_its_status_or_an_unknown_key_is_not_named() {
    let mut world = World::new(&[100, 100, 100], 10, |_| {});
    world.put(0, FpStatus::Orphaned, 100);
    PROVIDERS.remove(&mut world.deps.storage, &key(1));
    world.fees(DENOM, 300);
    assert_eq!(world.end_period().transfers, [(DENOM.to_owned(), 100, vec![2])]);
}

#[test]
fn stake_that_ends_while_a_payout_is_under_way_is_left_out_of_the_rest() {
    let mut world = World::new(&[100; 12], 1, |_| {});
    world.fees(DENOM, 1_200);
    let first = world.end_period();
    assert_eq!((ids(&first).len(), sent(&first)), (10, 1_000));
    world.put(10, FpStatus::Registered, 0);
    let second = world.block();
    assert_eq!((ids(&second), sent(&second)), (vec![11], 100));
    assert_eq!((world.account(DENOM).owed, world.balance(DENOM)), (0, 100));
    assert_eq!(world.block(), Left::default());
}

#[test]
fn a_refusal_by_babylon_costs_its_group_one_period_and_nobody_else() {
    let mut world = World::new(&[100; 25], 10, |_| {});
    world.fees(DENOM, 2_500);
    let left = world.end_period();
    let groups: Vec<usize> = left.transfers.iter().map(|one| one.2.len()).collect();
    assert_eq!((groups, sent(&left)), (vec![10, 10, 5], 2_500));
    // The second comes back: a rise of the balance, which belongs to no FP.
    world.fees(DENOM, left.transfers[1].1);
    assert_eq!(world.block(), Left::default(), "it waits for the next period");
    world.earn(&[100; 25]);
    let again = world.end_period();
    assert_eq!((again.transfers.len(), sent(&again)), (3, 1_000), "all who earned then share it");
    assert_eq!(world.account(DENOM).handed_over, 3_500);
}

#[test]
fn those_with_most_are_paid_first_and_dust_shares_a_group_with_dust() {
    let stakes: Vec<u128> = (1..=20).map(|place| if place % 2 == 0 { 1_000_000 } else { 1 }).collect();
    let mut world = World::new(&stakes, 10, |_| {});
    world.fees(DENOM, 1_000_000_000);
    let left = world.end_period();
    assert!(left.transfers[0].2.iter().all(|id| id % 2 == 1), "{left:?}");
    assert!(left.transfers[1].2.iter().all(|id| id % 2 == 0), "{left:?}");
}

#[test]
fn ten_messages_at_most_leave_in_a_block_and_name_as_many_as_one_transfer_may() {
    let denoms: Vec<String> = (0..16).map(|number| format!("udenom{number}")).collect();
    for (group, blocks) in [(1, 320), (10, 32), (256, 16)] {
        let mut world = World::new(&[100; 200], group, |config| config.reward_denoms = denoms.clone());
        denoms.iter().for_each(|denom| world.fees(denom, 20_000));
        let mut left = world.end_period();
        let mut needed = 1;
        let mut all = 0;
        while left != Left::default() {
            let named = ids(&left).len();
            assert!(left.transfers.len() <= 10 && named <= 256, "{} name {named}", left.transfers.len());
            all += named;
            world.params.reward_interval = u64::MAX;
            left = world.block();
            needed += 1;
        }
        assert_eq!(all, 200 * 16);
        assert!(needed <= blocks + 1, "{needed} blocks in groups of {group}");
        for denom in &denoms {
            assert_eq!((world.balance(denom), world.account(denom).handed_over), (0, 20_000));
        }
    }
}

#[test]
fn the_size_of_groups_may_change_while_a_payout_is_under_way() {
    let mut world = World::new(&[100; 60], 3, |_| {});
    world.fees(DENOM, 6_000);
    let mut named = ids(&world.end_period());
    for group in [1, 7, 40] {
        world.params.reward_group = group;
        named.extend(ids(&world.block()));
    }
    named.sort_unstable();
    assert_eq!(named, (0..60).collect::<Vec<_>>(), "each once");
    assert_eq!((world.balance(DENOM), world.account(DENOM).owed), (0, 0));
}

#[test]
fn nobody_earned_or_nothing_is_there_and_nothing_is_owed() {
    let mut world = World::new(&[], 10, |_| {});
    world.fees(DENOM, 700);
    assert_eq!(world.end_period(), Left::default());
    assert_eq!(world.account(DENOM).owed, 0);
    world.earn(&[50]);
    FP_KEYS.save(&mut world.deps.storage, &0_u32.to_be_bytes(), &key(0)).unwrap();
    world.put(0, FpStatus::Registered, 50);
    assert_eq!(sent(&world.end_period()), 700, "once somebody earned something");
    world.earn(&[50]);
    assert_eq!(world.end_period(), Left::default(), "nothing is nothing");
    assert_eq!(WEIGHTS.load(&world.deps.storage).unwrap().members().len(), 1, "and the period goes on");
}

#[test]
fn paused_rewards_wait_and_lose_nothing() {
    let mut world = World::new(&[100, 100], 10, |_| {});
    world.progress.rewards.paused = true;
    world.fees(DENOM, 400);
    assert_eq!(world.end_period(), Left::default());
    assert_eq!(world.account(DENOM), Account::default(), "nothing is even owed");
    world.progress.rewards.paused = false;
    assert_eq!(sent(&world.end_period()), 400);

    let mut world = World::new(&[100; 12], 1, |_| {});
    world.fees(DENOM, 1_200);
    world.end_period();
    world.progress.rewards.paused = true;
    assert_eq!(world.block(), Left::default(), "nor does a payout go on");
    world.progress.rewards.paused = false;
    assert_eq!(sent(&world.block()), 200);
}

#[test]
fn a_busy_block_notes_what_is_owed_and_sends_nothing() {
    let mut world = World::new(&[100, 100], 10, |_| {});
    world.fees(DENOM, 200);
    world.is_busy = true;
    assert_eq!(world.end_period().transfers, []);
    assert_eq!(world.account(DENOM).owed, 200);
    assert_eq!(world.block().transfers, []);
    world.is_busy = false;
    assert_eq!(world.block().transfers, [(DENOM.to_owned(), 200, vec![0, 1])]);
}
