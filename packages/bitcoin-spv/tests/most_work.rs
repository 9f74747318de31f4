//! Which chain is the main chain: against a model that keeps every branch, and in the cases that went
//! wrong elsewhere.

mod common;

use bsn_bitcoin_spv::{
    CompactTarget, Context, Expected, ExtendError, Extension, Header, HeaderError, HeaderHash, HeaderSource,
    Network, PERIOD, PeriodStart, Placed, RecentTimes, Rules, Work, expected_bits, extend,
};
use common::{Chain, mine, rules, sum};
use primitives::{BtcHeight, BtcTime, UnixTime};
use proptest::prelude::*;

const EASY: u32 = 0x207f_ffff;
const START: u32 = 1_700_000_000;
/// Half of the easiest target.
const HARDER: u32 = 0x203f_ffff;

fn genesis() -> Header {
    mine(bsn_bitcoin_spv::HeaderHash::from_bytes([0; 32]), START, EASY, 0)
}

fn branch(from: &Header, length: u32, salt: u8) -> Vec<Header> {
    branch_of(from, EASY, length, salt)
}

fn branch_of(from: &Header, bits: u32, length: u32, salt: u8) -> Vec<Header> {
    let mut tip = *from;
    (1..=length)
        .map(|_| {
            tip = mine(tip.hash(), tip.time.get() + 600, bits, salt);
            tip
        })
        .collect()
}

fn started() -> (Chain, Header) {
    (Chain::from(0, &genesis(), rules(Network::Regtest)), genesis())
}

#[test]
fn a_fork_of_equal_work_is_refused_and_of_more_is_followed() {
    let (mut chain, genesis) = started();
    chain.extend(&branch(&genesis, 5, 1)).unwrap();
    let old_tip = chain.tip.hash;
    let fork = branch(&chain.headers[2].header, 4, 2);
    assert!(matches!(
        chain.extend(&fork[..3]),
        Err(ExtendError::NotMoreWork { fork_point, tip, got }) if fork_point.get() == 2 && tip == got
    ));
    assert_eq!(chain.tip.hash, old_tip);
    let plan = extend(&chain, &chain.tip, &fork, &chain.rules).unwrap();
    let removed: Vec<_> = plan.removed.iter().map(|removed| removed.height.get()).collect();
    assert_eq!((plan.fork_point.get(), removed), (2, vec![5, 4, 3]));
    assert_eq!(plan.removed[0].hash, old_tip);
    chain.apply(plan);
    assert_eq!((chain.tip.height.get(), chain.tip.hash), (6, fork[3].hash()));
}

#[test]
fn a_shorter_fork_of_more_work_wins() {
    let genesis = genesis();
    // Regtest made to retarget, with a base whose period start is missing: four times harder is allowed.
    let params = bsn_bitcoin_spv::Params { retargets: true, ..Network::Regtest.params() };
    let rules = Rules { params, latest_time: None };
    let base = Chain::from(2_015, &genesis, rules);
    let mut chain = base.clone();
    chain.extend(&branch_of(&genesis, EASY, 9, 1)).unwrap();
    let plan = extend(&chain, &chain.tip, &branch_of(&genesis, 0x201f_ffff, 3, 2), &rules).unwrap();
    assert_eq!((plan.removed.len(), plan.added.len()), (9, 3));
    let too_hard = branch_of(&genesis, 0x201f_fffe, 1, 3);
    let refused = extend(&base, &base.tip, &too_hard, &rules).unwrap_err();
    assert!(matches!(refused.broken_rule(), Some(HeaderError::TargetOutOfBounds { .. })), "{refused}");
}

#[test]
fn repeats_and_overlaps_are_tolerated() {
    let (mut chain, genesis) = started();
    let headers = branch(&genesis, 20, 1);
    chain.extend(&headers[..10]).unwrap();
    let before = chain.headers.clone();
    for known in [&headers[..10], &headers[3..7], &headers[9..10]] {
        let plan = extend(&chain, &chain.tip, known, &chain.rules).unwrap();
        assert!(plan.added.is_empty() && plan.removed.is_empty());
        assert_eq!(plan.tip, chain.tip);
    }
    chain.extend(&[&[genesis], &headers[..15]].concat()).unwrap();
    assert_eq!(chain.headers[..11], before);
    assert_eq!(chain.tip.height.get(), 15);
}

#[test]
fn headers_from_below_the_base_are_skipped_if_they_lead_to_it() {
    let headers = branch(&genesis(), 20, 1);
    let mut chain = Chain::from(11, &headers[10], rules(Network::Regtest));
    chain.extend(&headers).unwrap();
    assert_eq!(chain.tip.height.get(), 20);
    let refused = chain.extend(&headers[..9]).unwrap_err();
    assert_eq!(refused, ExtendError::UnknownParent { parent: genesis().hash() });
}

#[test]
fn a_known_prefix_may_end_in_a_fork() {
    let (mut chain, genesis) = started();
    let headers = branch(&genesis, 10, 1);
    chain.extend(&headers).unwrap();
    let fork = branch(&headers[8], 2, 2);
    chain.extend(&[&headers[4..9], &fork].concat()).unwrap();
    assert_eq!(chain.tip.hash, fork[1].hash());
}

#[test]
fn broken_lists_are_refused() {
    let (chain, genesis) = started();
    let headers = branch(&genesis, 4, 1);
    let refused = |headers: &[Header]| extend(&chain, &chain.tip, headers, &chain.rules).unwrap_err();
    assert_eq!(refused(&[]), ExtendError::NoHeaders);
    let gap = [headers[0], headers[2]];
    assert_eq!(refused(&gap), ExtendError::NotLinked { hash: headers[2].hash() });
    let twice = [headers[0], headers[0]];
    assert_eq!(refused(&twice), ExtendError::NotLinked { hash: headers[0].hash() });
    assert_eq!(refused(&headers[1..]), ExtendError::UnknownParent { parent: headers[0].hash() });
}

#[test]
fn time_must_pass_the_median_and_stay_within_two_hours_of_now() {
    let (mut chain, genesis) = started();
    let headers = branch(&genesis, 11, 1);
    chain.extend(&headers).unwrap();
    let median = headers[5].time.get();
    let at = |time, latest_time| {
        let rules = Rules { latest_time, ..chain.rules };
        extend(&chain, &chain.tip, &[mine(chain.tip.hash, time, EASY, 9)], &rules)
    };
    assert!(matches!(
        at(median, None).unwrap_err().broken_rule(),
        Some(HeaderError::TooOld { time, median: m }) if time.get() == median && m == time
    ));
    assert!(at(median + 1, None).is_ok());
    let now = headers[10].time.get();
    let latest = Some(BtcTime::at(UnixTime::new(now.into()).plus(Rules::MAX_FUTURE)));
    assert!(at(now + 7_200, latest).is_ok());
    assert!(matches!(at(now + 7_201, latest).unwrap_err().broken_rule(), Some(HeaderError::TooNew { .. })));
    assert!(at(u32::MAX, None).is_ok());
}

/// Ten would say less: of the eleven headers before, the first is much later than those after it.
#[test]
fn the_median_on_a_fork_is_that_of_eleven_headers() {
    let (mut chain, genesis) = started();
    let mut headers = branch(&genesis, 10, 1);
    let late = mine(headers[9].hash(), headers[9].time.get() + 100_000, EASY, 1);
    headers.push(late);
    let mut tip = late;
    for n in 1..=15 {
        tip = mine(tip.hash(), headers[9].time.get() + 600 * n, EASY, 1);
        headers.push(tip);
    }
    chain.extend(&headers).unwrap();
    // At height 21 the last eleven are the late one and ten after it: the median is the sixth of these.
    let (parent, median) = (&headers[20], headers[16].time.get());
    let at = |time| {
        let first = mine(parent.hash(), time, EASY, 9);
        let rest = branch(&first, 6, 9);
        extend(&chain, &chain.tip, &[&[first], rest.as_slice()].concat(), &chain.rules)
    };
    assert!(matches!(
        at(median).unwrap_err().broken_rule(),
        Some(HeaderError::TooOld { time, median: m }) if time.get() == median && m == time
    ));
    assert!(at(median + 1).is_ok());
}

/// A store that has dropped all but the last headers, and keeps the first of each period.
struct Pruned {
    chain: Chain,
    kept: usize,
}

impl HeaderSource for Pruned {
    fn height_of(&self, hash: &HeaderHash) -> Option<BtcHeight> {
        self.chain.height_of(hash).filter(|height| self.header_at(*height).is_some())
    }

    fn header_at(&self, height: BtcHeight) -> Option<Placed> {
        let lowest = self.chain.tip.height.saturating_sub(self.kept as u32);
        self.chain.header_at(height).filter(|_| height >= lowest)
    }

    fn period_start(&self, height: BtcHeight) -> Option<PeriodStart> {
        self.chain.header_at(height).map(|placed| PeriodStart::from(&placed.header))
    }
}

#[test]
fn a_fork_whose_own_target_is_pruned_has_that_of_the_periods_first_header() {
    let (mut chain, genesis) = started();
    let headers = branch(&genesis, 200, 1);
    chain.extend(&headers).unwrap();
    let source = Pruned { chain, kept: 144 };
    let (tip, rules) = (&source.chain.tip, &source.chain.rules);
    for parent in [&headers[198], &headers[100]] {
        let refused = extend(&source, tip, &branch_of(parent, 0x2000_ffff, 1, 2), rules).unwrap_err();
        assert!(matches!(refused.broken_rule(), Some(HeaderError::WrongTarget { .. })), "{refused}");
    }
    // The same beside a tip that began in the middle of a period, of which nothing is known.
    let unknown = Context { real_bits: None, ..tip.clone() };
    let on_top = extend(&source, &unknown, &branch_of(&headers[199], 0x2000_ffff, 1, 2), rules).unwrap_err();
    assert!(matches!(on_top.broken_rule(), Some(HeaderError::WrongTarget { .. })), "{on_top}");
    let honest = branch(&headers[100], 100, 2);
    assert_eq!(extend(&source, tip, &honest, rules).unwrap().removed.len(), 99);
}

/// A chain younger than eleven headers has the median of what there is.
#[test]
fn the_median_of_a_young_chain_is_that_of_all_its_headers() {
    let (mut chain, genesis) = started();
    chain.extend(&branch(&genesis, 1, 1)).unwrap();
    let tip = chain.tip.clone();
    let at = |time: u32| mine(tip.hash, time, EASY, 1);
    let refused = chain.clone().extend(&[at(START + 600)]).unwrap_err();
    assert!(matches!(refused.broken_rule(), Some(HeaderError::TooOld { .. })), "{refused}");
    chain.extend(&[at(START + 601)]).unwrap();
}

/// The headers of a test network: target by target, twenty minutes and a second apart where that is the easiest.
fn easy_and_hard(from: &Header, hard: &[bool], salt: u8) -> Vec<Header> {
    let mut tip = *from;
    hard.iter()
        .map(|is_hard| {
            let (later, bits) = if *is_hard { (600, HARDER) } else { (1_201, EASY) };
            tip = mine(tip.hash(), tip.time.get() + later, bits, salt);
            tip
        })
        .collect()
}

/// Within twenty minutes of a minimum-difficulty header the target is that of the last other one: on the tip, and beside
/// it, whether the first header of the period is kept or not.
#[test]
fn behind_a_minimum_difficulty_header_comes_the_target_of_the_last_other_one() {
    let base = mine(HeaderHash::from_bytes([0; 32]), START, HARDER, 0);
    let headers = easy_and_hard(&base, &[true, false, false, true], 1);
    for kept in [None, Some(2)] {
        let mut chain = Chain::from(2_116, &base, rules(Network::Regtest));
        let easy = mine(base.hash(), START + 600, EASY, 2);
        let refused = chain.clone().extend(&[easy]).unwrap_err();
        assert!(
            matches!(refused.broken_rule(), Some(HeaderError::WrongTarget { .. })),
            "the base counts: {refused}"
        );
        chain.extend(&headers[..2]).unwrap();
        let soon = |bits| [mine(headers[1].hash(), headers[1].time.get() + 600, bits, 2)];
        for beside_the_tip in [false, true] {
            if beside_the_tip {
                chain.extend(&headers[2..]).unwrap();
            }
            let source = Forgetful { chain: chain.clone(), start: kept.map(|_| HARDER) };
            let refused = extend(&source, &chain.tip, &soon(EASY), &chain.rules).unwrap_err();
            let expected = CompactTarget::new(HARDER);
            let rule = refused.broken_rule();
            assert!(
                matches!(rule, Some(HeaderError::WrongTarget { expected: it, .. }) if *it == expected),
                "{refused}"
            );
            let more = easy_and_hard(&soon(HARDER)[0], &[true, true, true], 2);
            let honest = [&soon(HARDER)[..], &more].concat();
            extend(&source, &chain.tip, &honest, &chain.rules).unwrap();
        }
    }
}

/// The first header of a period stays what it is, even with the easiest target: nobody walks below it.
#[test]
fn the_walk_back_over_minimum_difficulty_headers_ends_at_the_periods_first() {
    let base = mine(HeaderHash::from_bytes([0; 32]), START, EASY, 0);
    let mut chain = Chain::from(2_016, &base, rules(Network::Regtest));
    let headers = easy_and_hard(&base, &[false, false, false], 1);
    chain.extend(&headers).unwrap();
    for parent in [&headers[0], &headers[2]] {
        let source = Forgetful { chain: chain.clone(), start: None };
        let refused =
            extend(&source, &chain.tip, &easy_and_hard(parent, &[true], 2), &chain.rules).unwrap_err();
        assert!(matches!(refused.broken_rule(), Some(HeaderError::WrongTarget { .. })), "{refused}");
    }
}

/// A store that knows no first header of a period but one of these bits.
struct Forgetful {
    chain: Chain,
    start: Option<u32>,
}

impl HeaderSource for Forgetful {
    fn height_of(&self, hash: &HeaderHash) -> Option<BtcHeight> {
        self.chain.height_of(hash)
    }

    fn header_at(&self, height: BtcHeight) -> Option<Placed> {
        self.chain.header_at(height)
    }

    fn period_start(&self, _: BtcHeight) -> Option<PeriodStart> {
        self.start.map(|bits| PeriodStart { time: START.into(), bits: CompactTarget::new(bits) })
    }
}

/// Regtest made to retarget, without minimum-difficulty headers.
fn retargeting() -> Rules {
    let params = bsn_bitcoin_spv::Params {
        retargets: true,
        min_difficulty_blocks: false,
        ..Network::Regtest.params()
    };
    Rules { params, latest_time: None }
}

/// So many headers so many seconds apart.
fn spaced(from: &Header, seconds: u32, length: u32, salt: u8) -> Vec<Header> {
    let mut tip = *from;
    (1..=length)
        .map(|_| {
            tip = mine(tip.hash(), tip.time.get() + seconds, EASY, salt);
            tip
        })
        .collect()
}

/// The header at the next boundary, with the target that follows from that first header of the period; and one whose
/// target is half of that.
fn at_boundary(rules: &Rules, start: &Header, last: &Header) -> [Header; 2] {
    let context = Context {
        times: RecentTimes::default().plus(last.time),
        ..Context::base(BtcHeight::new(2 * PERIOD - 1), last, Work::ZERO, &rules.params).unwrap()
    };
    let expected = expected_bits(&context, BtcTime::default(), Some(PeriodStart::from(start)), &rules.params);
    let Expected::Exactly(bits) = expected else { panic!("{expected:?}") };
    let half = bsn_bitcoin_spv::Target::new(bits.target().unwrap().get().shr(1)).compact();
    [bits, half].map(|bits| mine(last.hash(), last.time.get() + 600, bits.get(), 7))
}

/// One message that parts at the first header of a period, or behind it, and ends in the next period: the new target
/// follows from the fork's own first header, or from the one that both have.
#[test]
fn a_message_that_parts_at_a_periods_first_header_is_judged_by_its_own() {
    let (rules, base) = (retargeting(), genesis());
    let mut chain = Chain::from(PERIOD - 1, &base, rules);
    let main = spaced(&base, 900, 100, 1);
    chain.extend(&main).unwrap();
    let own = spaced(&base, 300, PERIOD, 2);
    let shared = [&main[..1], &spaced(&main[0], 200, PERIOD - 1, 3)].concat();
    for (fork, parts_at) in [(&own, PERIOD - 1), (&shared, PERIOD)] {
        let [right, wrong] = at_boundary(&rules, &fork[0], &fork[fork.len() - 1]);
        assert_ne!(right.bits.get(), EASY);
        let message = [fork.as_slice(), &[right]].concat();
        let plan = extend(&chain, &chain.tip, &message, &rules).unwrap();
        assert_eq!((plan.fork_point.get(), plan.tip.height.get()), (parts_at, 2 * PERIOD));
        let refused = extend(&chain, &chain.tip, &[fork.as_slice(), &[wrong]].concat(), &rules).unwrap_err();
        assert!(matches!(refused.broken_rule(), Some(HeaderError::WrongTarget { .. })), "{refused}");
    }
}

#[test]
fn no_chain_starts_with_more_work_than_any_has() {
    let (genesis, params) = (genesis(), Network::Mainnet.params());
    let regtest = Network::Regtest.params();
    let base = |work| bsn_bitcoin_spv::Context::base(BtcHeight::new(5), &genesis, work, &regtest);
    let more = Work::MOST_OF_BASE.checked_add(Work::new(bsn_bitcoin_spv::U256::ONE)).unwrap();
    assert_eq!(base(more), Err(HeaderError::BaseWork { work: more }));
    let tip = base(Work::MOST_OF_BASE).unwrap();
    // A header of Bitcoin's hardest target to date, a thousand million million times: the sum has room for it.
    let hardest = bsn_bitcoin_spv::CompactTarget::new(0x1701_ff00).target().unwrap();
    assert!(hardest < params.limit);
    let each = hardest.work().get();
    let many = each.checked_mul(1_000_000_000).and_then(|sum| sum.checked_mul(1_000_000)).unwrap();
    assert!(tip.work.checked_add(Work::new(many)).is_some());
}

#[test]
fn old_versions_are_refused_from_their_heights_on() {
    let mut rules = rules(Network::Regtest);
    rules.params.bip34_height = 2;
    rules.params.bip66_height = 3;
    rules.params.bip65_height = 4;
    for (height, required) in [(1, None), (2, Some(2)), (3, Some(3)), (4, Some(4)), (5, Some(4))] {
        let genesis = genesis();
        let chain = Chain::from(height - 1, &genesis, rules);
        for version in -1..=5 {
            let mut header = mine(genesis.hash(), START + 1, EASY, 1);
            header.version = version;
            while !header.bits.target().unwrap().is_met_by(&header.hash()) {
                header.nonce += 1;
            }
            let judged = extend(&chain, &chain.tip, &[header], &rules);
            let refused = required.is_some_and(|required| version < required);
            assert_eq!(judged.is_err(), refused, "version {version} at {height}");
        }
    }
}

#[test]
fn a_header_without_work_is_refused() {
    let (chain, genesis) = started();
    let mut header = mine(genesis.hash(), START + 1, EASY, 1);
    while header.bits.target().unwrap().is_met_by(&header.hash()) {
        header.nonce += 1;
    }
    let refused = extend(&chain, &chain.tip, &[header], &chain.rules).unwrap_err();
    assert!(matches!(refused.broken_rule(), Some(HeaderError::NoWork { .. })));
}

#[test]
fn work_and_height_cannot_wrap() {
    let genesis = genesis();
    let params = Network::Regtest.params();
    let all = Work::new(bsn_bitcoin_spv::U256::MAX);
    let next = mine(genesis.hash(), START + 1, EASY, 1);
    for (height, work, expected) in
        [(5, all, HeaderError::WorkOverflow), (u32::MAX, Work::ZERO, HeaderError::HeightOverflow)]
    {
        let tip = Context::base(BtcHeight::new(height), &genesis, Work::ZERO, &params).unwrap();
        let tip = Context { work, ..tip };
        let refused = tip.judge(&next, next.hash(), None, &rules(Network::Regtest)).unwrap_err();
        assert_eq!(refused, expected);
    }
}

/// A tree of headers, each node a child of an earlier one.
fn any_tree() -> impl Strategy<Value = Vec<(usize, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 1..4u8), 1..30).prop_map(|picks| {
        picks.into_iter().enumerate().map(|(n, (pick, length))| (pick.index(n + 1), length)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Branches of a random tree arrive one by one, each with its whole way from the base. rust-bitcoin
    /// weighs them; the first seen of most work must be the main chain after every step.
    #[test]
    fn the_main_chain_is_the_first_seen_of_most_work(tree in any_tree()) {
        let (mut chain, genesis) = started();
        let mut ways = vec![vec![genesis]];
        let weigh = |way: &[Header]| {
            let works = way.iter().map(|header| {
                let theirs: bitcoin::block::Header = bitcoin::consensus::deserialize(&header.to_bytes()).unwrap();
                assert_eq!(theirs.block_hash().to_string(), header.hash().to_string());
                theirs.validate_pow(theirs.target()).unwrap();
                theirs.work()
            });
            works.reduce(|sum, work| sum + work).unwrap()
        };
        let mut best = ways[0].clone();
        for (n, (parent, length)) in tree.into_iter().enumerate() {
            let mut way: Vec<Header> = ways[parent].clone();
            way.extend(branch(way.last().unwrap(), length.into(), n as u8 + 1));
            let heavier = weigh(&way) > weigh(&best);
            let plan: Result<Extension, _> = extend(&chain, &chain.tip, &way, &chain.rules);
            prop_assert_eq!(plan.is_ok(), heavier);
            if heavier {
                chain.apply(plan.unwrap());
                best = way.clone();
            }
            let main: Vec<_> = chain.headers.iter().map(|placed| placed.header).collect();
            prop_assert_eq!(&main, &best);
            prop_assert_eq!(chain.tip.work, sum(main.iter().map(|header| header.bits.target().unwrap().work())));
            prop_assert_eq!(chain.tip.work.get().to_be_bytes(), weigh(&best).to_be_bytes());
            for (height, placed) in chain.headers.iter().enumerate() {
                prop_assert_eq!(placed.height.get() as usize, height);
            }
            ways.push(way);
        }
    }

    /// What is judged by the context that a fork rebuilds from the store equals what is judged by the
    /// context carried along the tip.
    #[test]
    fn a_rebuilt_context_equals_a_carried_one(length in 1..40u32, cut in 0..40u32) {
        let (mut chain, genesis) = started();
        let headers = branch(&genesis, length, 1);
        let cut = cut % length;
        let mut carried = chain.clone();
        if cut > 0 {
            carried.extend(&headers[..cut as usize]).unwrap();
        }
        chain.extend(&headers).unwrap();
        let from = chain.headers[cut as usize].header;
        let fork = branch(&from, length - cut + 1, 2);
        carried.extend(&fork).unwrap();
        chain.extend(&fork).unwrap();
        prop_assert_eq!(chain.tip, carried.tip);
        prop_assert_eq!(chain.headers, carried.headers);
    }
}
