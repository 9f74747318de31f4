//! Targets: against rust-bitcoin, and the rules of the test networks.

mod common;

use bsn_bitcoin_spv::{
    CompactTarget, Context, Expected, HeaderHash, Network, PERIOD, PeriodStart, RecentTimes, TIMESPAN, Work,
    expected_bits,
};
use primitives::{BtcHeight, BtcTime};
use proptest::prelude::*;

const LIMIT: CompactTarget = CompactTarget::new(0x1d00_ffff);
const HARD: CompactTarget = CompactTarget::new(0x1b04_04cb);
/// Where the next header's time does not matter.
const NO_TIME: BtcTime = BtcTime::new(0);
const LAST: u32 = 50 * PERIOD - 1;

fn context(height: u32, bits: CompactTarget, real_bits: Option<CompactTarget>, time: u32) -> Context {
    Context {
        height: BtcHeight::new(height),
        hash: HeaderHash::from_bytes([7; 32]),
        bits,
        real_bits,
        work: Work::ZERO,
        times: RecentTimes::default().plus(BtcTime::new(time)),
    }
}

fn start(time: u32, bits: CompactTarget) -> Option<PeriodStart> {
    Some(PeriodStart { time: BtcTime::new(time), bits })
}

proptest! {
    #[test]
    fn retargets_equal_rust_bitcoins(bits in 0x1700_8000..=0x1d00_ffffu32, took in 0..6_000_000u32) {
        let bits = CompactTarget::new(bits);
        prop_assume!(bits.target().is_ok_and(|t| t <= Network::Mainnet.params().limit && t.compact() == bits));
        let theirs = bitcoin::CompactTarget::from_next_work_required(
            bitcoin::CompactTarget::from_consensus(bits.get()), took.into(), bitcoin::params::MAINNET.clone());
        let tip = context(LAST, bits, Some(bits), 1_000_000 + took);
        let ours = expected_bits(&tip, NO_TIME, start(1_000_000, LIMIT), &Network::Mainnet.params());
        prop_assert_eq!(ours, Expected::Exactly(CompactTarget::new(theirs.to_consensus())));

        // Whatever the missing first header was, the bound lets the true target pass.
        let Expected::Exactly(exact) = ours else { unreachable!() };
        let within = expected_bits(&tip, NO_TIME, None, &Network::Mainnet.params());
        prop_assert!(within.allows(exact, exact.target().unwrap()));
    }
}

#[test]
fn the_bound_for_a_missing_period_start_is_a_factor_of_four() {
    let within = expected_bits(&context(LAST, HARD, None, 5), NO_TIME, None, &Network::Mainnet.params());
    let Expected::Within { hardest, easiest } = within else { panic!("{within:?}") };
    let bound = |took| {
        let from = 1_000_000;
        match expected_bits(
            &context(LAST, HARD, None, from + took),
            NO_TIME,
            start(from, LIMIT),
            &Network::Mainnet.params(),
        ) {
            Expected::Exactly(bits) => bits.target().unwrap(),
            other => panic!("{other:?}"),
        }
    };
    let two_weeks = u32::try_from(TIMESPAN.get()).unwrap();
    assert_eq!((hardest, easiest), (bound(0), bound(u32::MAX - 1_000_000)));
    assert_eq!(bound(two_weeks / 4), hardest);
    assert_eq!(bound(two_weeks * 4), easiest);
    assert_eq!(bound(two_weeks), HARD.target().unwrap());
    assert!(!within.allows(LIMIT, LIMIT.target().unwrap()));
}

#[test]
fn time_that_runs_backwards_is_the_shortest_timespan() {
    let tip = context(LAST, HARD, None, 10);
    let backwards = expected_bits(&tip, NO_TIME, start(5_000_000, HARD), &Network::Mainnet.params());
    let shortest = expected_bits(&tip, NO_TIME, start(10, HARD), &Network::Mainnet.params());
    assert_eq!(backwards, shortest);
}

#[test]
fn within_a_period_mainnet_keeps_its_target() {
    let tip = context(LAST - 1, HARD, Some(HARD), 10);
    for time in [0, 11, u32::MAX].map(BtcTime::new) {
        assert_eq!(expected_bits(&tip, time, None, &Network::Mainnet.params()), Expected::Exactly(HARD));
        assert_eq!(expected_bits(&tip, time, None, &Network::Signet.params()), Expected::Exactly(HARD));
    }
}

#[test]
fn after_twenty_minutes_a_test_network_takes_the_easiest_target_once() {
    for network in [Network::Testnet3, Network::Testnet4] {
        let params = network.params();
        let after_real = context(LAST - 1, HARD, Some(HARD), 1_000);
        let after_easy = context(LAST - 1, LIMIT, Some(HARD), 1_000);
        for tip in [after_real, after_easy] {
            assert_eq!(expected_bits(&tip, BtcTime::new(2_200), None, &params), Expected::Exactly(HARD));
            assert_eq!(expected_bits(&tip, BtcTime::new(2_201), None, &params), Expected::Exactly(LIMIT));
        }
        let unknown = context(LAST - 1, LIMIT, None, 1_000);
        assert_eq!(expected_bits(&unknown, BtcTime::new(2_200), None, &params), Expected::Any);
    }
}

#[test]
fn only_testnet4_retargets_from_the_first_header_of_the_period() {
    let tip = context(LAST, LIMIT, Some(HARD), 1_000 + u32::try_from(TIMESPAN.get()).unwrap());
    let first = start(1_000, HARD);
    assert_eq!(expected_bits(&tip, NO_TIME, first, &Network::Testnet3.params()), Expected::Exactly(LIMIT));
    assert_eq!(expected_bits(&tip, NO_TIME, first, &Network::Testnet4.params()), Expected::Exactly(HARD));
}

/// Without the period's first header the bound of a retarget is taken from where Bitcoin begins: on testnet4 the
/// period's own target, on testnet3 the last header's, whatever that is.
#[test]
fn a_testnet4_client_that_began_mid_period_bounds_by_the_periods_target() {
    let tip = context(LAST, LIMIT, Some(HARD), 1_000);
    let allows = |network: Network, bits: CompactTarget| {
        expected_bits(&tip, NO_TIME, None, &network.params()).allows(bits, bits.target().unwrap())
    };
    assert_eq!((allows(Network::Testnet4, HARD), allows(Network::Testnet4, LIMIT)), (true, false));
    assert_eq!((allows(Network::Testnet3, HARD), allows(Network::Testnet3, LIMIT)), (false, true));
    // Only minimum-difficulty headers were seen of the period: nothing can be said.
    let unknown = context(LAST, LIMIT, None, 1_000);
    assert_eq!(expected_bits(&unknown, NO_TIME, None, &Network::Testnet4.params()), Expected::Any);
}

#[test]
fn regtest_never_retargets() {
    let easiest = CompactTarget::new(0x207f_ffff);
    let tip = context(LAST, easiest, Some(easiest), 1_000);
    assert_eq!(
        expected_bits(&tip, NO_TIME, start(0, easiest), &Network::Regtest.params()),
        Expected::Exactly(easiest)
    );
}

#[test]
fn testnet4_does_not_let_a_period_start_in_the_past() {
    let base = common::mine(HeaderHash::from_bytes([0; 32]), 1_000_000, 0x207f_ffff, 0);
    let mut rules = common::rules(Network::Regtest);
    for (bip94, back, refused) in [(true, 600, false), (true, 601, true), (false, 601, false)] {
        rules.params.bip94 = bip94;
        let chain = common::Chain::from(PERIOD - 1, &base, rules);
        let next = common::mine(base.hash(), base.time.get() - back, 0x207f_ffff, 1);
        assert_eq!(chain.clone().extend(&[next]).is_err(), refused, "{bip94} {back}");
    }
}
