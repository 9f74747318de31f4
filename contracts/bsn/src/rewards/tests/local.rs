//! Finality providers that registered on this chain are paid here.

use api::bsn::StakeSource;

use super::*;

const LOCAL: u32 = FpId::LOCAL.get();

/// Babylon's FPs with these stakes, and local ones.
fn both(babylons: &[u128], local: &[u128]) -> World {
    both_in(&[DENOM], babylons, local)
}

/// The same, paid in these denoms.
fn both_in(denoms: &[&str], babylons: &[u128], local: &[u128]) -> World {
    let mut world = World::new(babylons, 256, |config| {
        config.reward_denoms = denoms.iter().map(|&denom| denom.to_owned()).collect();
        config.stake_source = StakeSource::Both;
        config.stake_verifier = Some("verifier".into());
    });
    let locals = || (LOCAL..).zip(local.iter().copied());
    for (id, stake) in locals() {
        FP_KEYS.save(&mut world.deps.storage, &u32::to_be_bytes(id), &key(id)).unwrap();
        world.put(id, FpStatus::Registered, stake);
    }
    let mut weights = WEIGHTS.may_load(&world.deps.storage).unwrap().unwrap_or_default();
    weights.add(&set(locals()), 1, &Missed::default(), weights.through.next());
    WEIGHTS.save(&mut world.deps.storage, &weights).unwrap();
    world
}

#[test]
fn each_kind_is_paid_its_own_way_by_weight_to_the_coin() {
    // By weight: two local ones, one of Babylon's, a local one, one of Babylon's.
    let mut world = both(&[100, 250], &[200, 300, 401]);
    world.fees(DENOM, 9_999);
    let left = world.end_period();
    let named: Vec<_> = left.transfers.iter().map(|one| one.2.clone()).collect();
    assert_eq!(named, [vec![LOCAL + 2, LOCAL + 1], vec![1], vec![LOCAL], vec![0]]);
    let amounts: Vec<_> = left.transfers.iter().map(|one| one.1).collect();
    assert_eq!(amounts.iter().sum::<u128>(), 9_999);
    for (amount, weight) in amounts.into_iter().zip([701, 250, 200, 100]) {
        assert!(amount.abs_diff(9_999 * weight / 1_251) <= 2, "{amount}");
    }
    assert_eq!((world.balance(DENOM), world.account(DENOM).owed), (0, 0));
}

#[test]
fn the_first_era_is_every_local_ones_era() {
    let mut world = both(&[100], &[100]);
    world.progress.channel.era_from = FpId::new(1);
    world.fees(DENOM, 1_000);
    let left = world.end_period();
    assert_eq!(left.transfers, [(DENOM.to_owned(), 500, vec![LOCAL])]);
}

/// A period of two blocks, and a payout of each denom that takes two: the denoms take turns.
#[test]
fn no_denom_waits_for_ever_where_periods_are_shorter_than_payouts() {
    let denoms = [DENOM, "other", "third"];
    let mut world = both_in(&denoms, &[], &[100; 100]);
    world.params.reward_interval = 2;
    let mut paid = [0_u128; 3];
    for _ in 0..24 {
        denoms.iter().for_each(|denom| world.fees(denom, 1_000));
        world.earn_as(&(LOCAL..).zip([100; 100]).collect::<Vec<_>>());
        for (denom, amount, _) in world.block().transfers {
            paid[denoms.iter().position(|known| *known == denom).unwrap()] += amount;
        }
    }
    assert!(paid.iter().all(|paid| *paid > 12_000), "{paid:?} of 24,000 each");
}

/// Denoms that are no longer shared out have books, too, and no turn.
#[test]
fn denoms_of_before_take_no_turns() {
    let denoms = [DENOM, "other"];
    let mut world = both_in(&denoms, &[], &[100; 100]);
    world.params.reward_interval = 2;
    for number in 8..32 {
        let former = Account { denom: format!("former{number}"), ..Account::default() };
        ACCOUNTS.save(&mut world.deps.storage, &[number], &former).unwrap();
    }
    let mut paid = [0_u128; 2];
    for _ in 0..24 {
        denoms.iter().for_each(|denom| world.fees(denom, 1_000));
        world.earn_as(&(LOCAL..).zip([100; 100]).collect::<Vec<_>>());
        for (denom, amount, _) in world.block().transfers {
            paid[denoms.iter().position(|known| *known == denom).unwrap()] += amount;
        }
    }
    assert!(paid.iter().all(|paid| *paid > 16_000), "{paid:?} of 24,000 each");
}

/// Ten a message, five messages a block.
#[test]
fn many_are_paid_over_several_blocks() {
    let mut world = both(&[], &[100; 73]);
    world.fees(DENOM, 7_300);
    let (first, second, third) = (world.end_period(), world.block(), world.block());
    let counts = |left: &Left| left.transfers.iter().map(|one| one.2.len()).collect::<Vec<_>>();
    assert_eq!(counts(&first), [10; 5]);
    assert_eq!(counts(&second), [10, 10, 3]);
    assert_eq!((third, world.balance(DENOM)), (Left::default(), 0));
}

#[test]
fn what_the_contract_does_not_take_is_owed_and_sent_again() {
    let mut world = both(&[], &[100, 100]);
    world.fees(DENOM, 1_000);
    world.refuses.push(DENOM.to_owned());
    let left = world.end_period();
    assert_eq!((left.refused, world.account(DENOM).owed), (1, 1_000));
    world.refuses.clear();
    world.env.block.height += 50;
    let left = world.block();
    assert_eq!(left.transfers, [(DENOM.to_owned(), 1_000, vec![LOCAL, LOCAL + 1])]);
}

/// A channel that is gone refuses every transfer for ever.
#[test]
fn a_babylon_that_is_gone_keeps_no_local_one_from_being_paid() {
    let mut world = both(&[100], &[100]);
    world.fees(DENOM, 1_000);
    world.refuses_transfers = true;
    let left = world.end_period();
    assert_eq!((left.refused, left.transfers.len()), (1, 1), "the local one is paid");
    assert_eq!((world.account(DENOM).owed, world.balance(DENOM)), (0, 500), "nothing waits");
    world.earn_as(&[(0, 100), (LOCAL, 100)]);
    world.fees(DENOM, 500);
    let left = world.end_period();
    assert_eq!(left.transfers, [(DENOM.to_owned(), 500, vec![LOCAL])], "of what Babylon did not take, too");
}
