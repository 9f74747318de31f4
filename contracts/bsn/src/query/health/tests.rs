use super::*;
use crate::state::Counters;
use cosmwasm_std::testing::{MockStorage, mock_dependencies, mock_env};
use primitives::EpochNumber;

fn asked(now: u64, prepare: impl FnOnce(&mut MockStorage)) -> HealthResponse {
    let mut deps = mock_dependencies();
    let store = &mut deps.storage;
    seen::tests::progress(store, 3, 3);
    COUNTERS.save(store, &Counters::default()).unwrap();
    CONFIG.save(store, &crate::ibc::tests::config()).unwrap();
    prepare(store);
    let mut env = mock_env();
    env.block.height = now;
    let bitcoin = BitcoinHealth { tip_height: None, tip_age_s: None, refused: 0, expiring: false };
    let rewards =
        RewardsResponse { owed: vec![], undistributed: vec![], handed_over: vec![], burned: vec![] };
    health(deps.as_ref(), &env, bitcoin, rewards).unwrap()
}

#[test]
fn an_alarm_names_the_height_that_finality_waits_for() {
    let at =
        |now| asked(now, |store| (2..=now).for_each(|height| seen::tests::anchor(store, height, Some(9))));
    let waits = |health: &HealthResponse| health.alarms.iter().any(|alarm| alarm.contains("for height 4"));
    assert!(!waits(&at(24)));
    assert!(waits(&at(25)));
    assert_eq!(at(25).finality.waiting_for.unwrap().height, 4);
    assert_eq!(at(25).hooks.lost_recently, 0);
}

#[test]
fn heights_before_the_first_anchor_are_not_lost_and_those_after_the_last_are() {
    let health = asked(16, |store| {
        for (height, total) in [(10, Some(9)), (11, None), (12, Some(9))] {
            seen::tests::anchor(store, height, total);
        }
    });
    assert_eq!(health.hooks.lost_recently, 5, "11, 13, 14, 15, 16");
    assert_eq!(health.channel.state, "none");
}

#[test]
fn what_babylon_said_that_is_not_so_stays_an_alarm() {
    type Change = fn(&mut Timestamps);
    let alarms = |change: Change| {
        let mut record = Timestamps::default();
        change(&mut record);
        asked(5, |store| TIMESTAMPS.save(store, &record).unwrap()).alarms
    };
    let usual = alarms(|_| {}).len();
    let changes: [(Change, &str); 3] = [
        (
            |record| record.contradicted = Some(BlockHeight::new(7)),
            "Babylon timestamped a header at height 7 that is not this chain's",
        ),
        (
            |record| record.epochs.refuse(EpochNumber::new(6)),
            "Babylon's checkpoint of epoch 6 is not what is in Bitcoin",
        ),
        (|record| record.epochs.dropped = 2, "2 checkpoints were dropped before Bitcoin had them"),
    ];
    for (change, alarm) in changes {
        let alarms = alarms(change);
        assert!(alarms.len() == usual + 1 && alarms.contains(&alarm.to_owned()), "{alarms:?}");
    }
}

/// C-61
#[test]
fn an_alarm_says_that_too_much_stake_is_without_randomness() {
    let asked = |total, below_floor: Option<u128>| {
        asked(5, |store| {
            let mut progress = Progress::load(store).unwrap();
            progress.marks.ranked = VotingPower::new(300);
            progress.marks.total = VotingPower::new(total);
            progress.set.below_floor = below_floor.map(VotingPower::new);
            progress.save(store).unwrap();
        })
    };
    let alarmed = |health: &HealthResponse| {
        health.alarms.iter().any(|alarm| alarm.contains("100 of 300 sats have timestamped randomness"))
    };
    let (above, below) = (asked(200, None), asked(0, Some(100)));
    assert_eq!((above.staking.without_randomness.u128(), alarmed(&above)), (100, false));
    assert_eq!((below.staking.without_randomness.u128(), alarmed(&below)), (200, true));
    assert_eq!(below.staking.ranked_power.u128(), 300);
}
