use cosmwasm_std::testing::{MockStorage, mock_env};
use finality::Params;
use proptest::prelude::*;
use staking::{Consumer, FinalityProvider, FpId, FpStatus};

use super::*;
use crate::ibc::tests::{config, open_channel};
use crate::state::{ChannelMarks, Counters, OpenChannel, PROVIDERS};

const DAY: u64 = 86_400;

fn at(seconds: u64) -> Env {
    let mut env = mock_env();
    env.block.time = cosmwasm_std::Timestamp::from_seconds(seconds);
    env
}

fn time(seconds: u64) -> UnixTime {
    UnixTime::new(seconds)
}

fn bound(last_packet: u64) -> Channels {
    let open = OpenChannel { last_packet: time(last_packet), ..open_channel() };
    Channels { open: Some(open), consumer_id: Some("07-tendermint-0".into()), ..Channels::default() }
}

fn fixture(channels: &Channels, providers: u32) -> MockStorage {
    let mut storage = MockStorage::new();
    CHANNELS.save(&mut storage, channels).unwrap();
    CONFIG.save(&mut storage, &config()).unwrap();
    PARAMS.save(&mut storage, &Params { orphan_grace: Seconds::days(3), ..Params::default() }).unwrap();
    Progress::default().save(&mut storage).unwrap();
    COUNTERS.save(&mut storage, &Counters { providers, ..Counters::default() }).unwrap();
    storage
}

fn to(connection_id: &str, at: u64) -> Rebind {
    Rebind { connection_id: connection_id.into(), ics20_channel_id: None, at: time(at) }
}

fn loaded(storage: &MockStorage) -> (Channels, Progress) {
    (CHANNELS.load(storage).unwrap(), Progress::load(storage).unwrap())
}

#[test]
fn a_channel_that_brought_a_packet_today_is_alive() {
    let channels = bound(100);
    let alive = RebindError::Alive { channel_id: "channel-1".into(), age: Seconds::new(DAY - 1) };
    assert_eq!(check(&channels, time(100 + DAY - 1)), Err(alive));
    assert_eq!(check(&channels, time(100 + DAY)), Ok(()));
    assert_eq!(check(&Channels { open: None, ..channels }, time(101)), Ok(()));
    let left = |channels| Channels {
        orphans: (1..=channels)
            .map(|below| Orphans { below: FpId::new(below), last_packet: time(0), until: None })
            .collect(),
        ..Channels::default()
    };
    assert_eq!(check(&left(7), time(0)), Ok(()));
    assert_eq!(check(&left(8), time(0)), Err(RebindError::TooMany { count: 8 }));
}

#[test]
fn a_move_waits_for_its_time_and_then_retires_the_channel() {
    let mut storage = fixture(&bound(100), 7);
    announce(&mut storage, &at(2 * DAY), bound(100), to("connection-5", 3 * DAY)).unwrap();
    let (channels, progress) = loaded(&storage);
    assert!(channels.open.is_some());
    assert_eq!(progress.channel.wake_at, Some(time(3 * DAY)));
    wake(&mut storage, &at(3 * DAY - 1)).unwrap();
    assert!(loaded(&storage).0.open.is_some());

    wake(&mut storage, &at(3 * DAY)).unwrap();
    let (channels, progress) = loaded(&storage);
    assert_eq!((channels.open, channels.consumer_id, channels.rebind), (None, None, None));
    assert_eq!(channels.connection_id.as_deref(), Some("connection-5"));
    assert_eq!(CONFIG.load(&storage).unwrap().connection_id.as_deref(), Some("connection-5"));
    assert_eq!(channels.previous[0].closed_at, time(3 * DAY));
    assert_eq!(channels.orphans, [Orphans { below: FpId::new(7), last_packet: time(100), until: None }]);
    assert_eq!(
        (progress.channel.era_from, progress.channel.orphaned_below, progress.channel.wake_at),
        (FpId::new(7), FpId::default(), None)
    );
}

#[test]
fn orphans_lose_their_power_some_time_after_the_last_packet_once_another_channel_is_bound() {
    let mut storage = fixture(&bound(100), 7);
    announce(&mut storage, &at(2 * DAY), bound(100), to("connection-5", 0)).unwrap();
    let (mut channels, _) = loaded(&storage);
    new_channel(&mut storage, &mut channels).unwrap();
    CHANNELS.save(&mut storage, &channels).unwrap();
    let (_, progress) = loaded(&storage);
    assert_eq!(
        (progress.channel.wake_at, progress.channel.orphaned_below),
        (Some(time(100 + 3 * DAY)), FpId::default())
    );
    wake(&mut storage, &at(99 + 3 * DAY)).unwrap();
    assert_eq!(loaded(&storage).1.channel.orphaned_below, FpId::new(0));
    wake(&mut storage, &at(100 + 3 * DAY)).unwrap();
    let (channels, progress) = loaded(&storage);
    assert_eq!(
        (progress.channel.orphaned_below, progress.marks.stale, progress.channel.wake_at),
        (FpId::new(7), true, None)
    );
    assert_eq!(channels.orphans, []);
}

#[test]
fn a_move_that_another_replaces_is_called_off_aloud() {
    let mut storage = fixture(&bound(100), 7);
    announce(&mut storage, &at(2 * DAY), bound(100), to("connection-5", 3 * DAY)).unwrap();
    let (channels, _) = loaded(&storage);
    let events = announce(&mut storage, &at(2 * DAY), channels, to("connection-6", 3 * DAY)).unwrap();
    let said: Vec<_> = events.iter().map(|event| event.attributes[0].value.clone()).collect();
    let moves = |to: u8| format!("the channel moves to connection connection-{to} at {}", 3 * DAY);
    assert_eq!(said, [format!("called off: {}", moves(5)), moves(6)]);
}

#[test]
fn nobody_registers_between_a_move_and_the_first_packet() {
    let mut storage = fixture(&bound(100), 7);
    assert_eq!(bound(100).registering(), Consumer::Is("07-tendermint-0".into()));
    assert_eq!(Channels::default().registering(), Consumer::Any, "the first packet says who we are");
    announce(&mut storage, &at(2 * DAY), bound(100), to("connection-5", 0)).unwrap();
    let (mut channels, _) = loaded(&storage);
    assert_eq!(channels.registering(), Consumer::Unknown);
    // A channel over the new connection that named no consumer id and closed is no packet either.
    let before = channels.previous[0].clone();
    channels.previous.push(crate::state::ClosedChannel { connection_id: "connection-5".into(), ..before });
    assert_eq!(channels.registering(), Consumer::Unknown);
    channels.consumer_id = Some("07-tendermint-3".into());
    assert_eq!(channels.registering(), Consumer::Is("07-tendermint-3".into()));
}

#[test]
fn a_packet_calls_the_move_off() {
    let mut channels = Channels { rebind: Some(to("connection-5", 5)), ..bound(100) };
    assert!(call_off(&mut channels).is_some());
    assert_eq!(channels, bound(100));
    assert!(call_off(&mut channels).is_none());
}

#[test]
fn marking_takes_a_portion_at_a_time_and_leaves_the_slashed_slashed() {
    let mut storage = fixture(&bound(100), 120);
    let slashed = FpStatus::Slashed {
        height: primitives::BlockHeight::new(5),
        btc_height: primitives::BtcHeight::new(5),
    };
    for id in 0..120_u32 {
        let key = [u8::try_from(id).unwrap(); 32];
        FP_KEYS.save(&mut storage, &id.to_be_bytes(), &key).unwrap();
        let status = if id == 3 { slashed } else { FpStatus::Registered };
        let fp = FinalityProvider { status, ..FinalityProvider::new(FpId::new(id)) };
        PROVIDERS.save(&mut storage, &key, &fp).unwrap();
    }
    let mut progress = Progress {
        channel: ChannelMarks { orphaned_below: FpId::new(110), ..ChannelMarks::default() },
        ..Progress::default()
    };
    for marked in [50, 100, 110, 110] {
        mark_orphans(&mut storage, &mut progress).unwrap();
        assert_eq!(progress.channel.orphans_marked, FpId::new(marked));
    }
    for id in 0..120_u8 {
        let status = PROVIDERS.may_load(&storage, &[id; 32]).unwrap().unwrap().status;
        let expected = match id {
            3 => slashed,
            0..110 => FpStatus::Orphaned,
            _ => FpStatus::Registered,
        };
        assert_eq!(status, expected, "{id}");
    }
}

proptest! {
    /// Whatever moves there are, and whenever the hooks come: nobody keeps power for longer than the grace once a
    /// channel is bound, and nobody of the present era loses any.
    #[test]
    fn the_thresholds_only_rise_and_stay_below_the_present_era(
        steps in prop::collection::vec((0..4_u8, 0..3 * DAY, 0..5_u32), 1..40)
    ) {
        let mut storage = fixture(&bound(0), 3);
        let (mut now, mut number) = (2 * DAY, 10);
        for (what, later, more) in steps {
            now += later;
            let mut counters = COUNTERS.load(&storage).unwrap();
            counters.providers += more;
            COUNTERS.save(&mut storage, &counters).unwrap();
            let (mut channels, before) = loaded(&storage);
            match what {
                0 if check(&channels, time(now)).is_ok() => {
                    number += 1;
                    let target = to(&format!("connection-{number}"), now + later);
                    announce(&mut storage, &at(now), channels, target).unwrap();
                }
                1 if channels.open.is_none() => {
                    channels.open = Some(OpenChannel { last_packet: time(now), ..open_channel() });
                    new_channel(&mut storage, &mut channels).unwrap();
                    CHANNELS.save(&mut storage, &channels).unwrap();
                }
                _ if Progress::load(&storage).unwrap().channel.wake_at.is_some_and(|at| at <= time(now)) => {
                    wake(&mut storage, &at(now)).unwrap();
                }
                _ => {}
            }
            let (channels, after) = loaded(&storage);
            prop_assert!(after.channel.era_from >= before.channel.era_from && after.channel.orphaned_below >= before.channel.orphaned_below);
            prop_assert!(after.channel.orphaned_below <= after.channel.era_from);
            prop_assert!(after.channel.era_from <= FpId::new(COUNTERS.load(&storage).unwrap().providers));
            if Progress::load(&storage).unwrap().channel.wake_at.is_none_or(|at| at > time(now)) {
                let late = channels.orphans.iter().find(|one| one.until.is_some_and(|until| until <= time(now)));
                prop_assert_eq!(late, None);
            }
        }
    }
}
