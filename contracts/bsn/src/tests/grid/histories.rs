//! Random histories: what a verifier knows who sees nothing but record F below each grid height, and what the chain does.

use finality::grid::committee::{Hash, Hasher, is_quorum};
use finality::grid::record::Named;
use finality::grid::{Row, Seat};
use proptest::prelude::*;

use super::*;
use crate::state::{BALLOTS, GRID_VOTES};

const FPS: u8 = 5;

/// What happens in a block.
#[derive(Debug, Clone, Copy)]
enum Event {
    Stake(u8, u64),
    Slash(u8),
    Vote(u8, bool),
    /// So many blocks without hooks.
    Lost(u64),
    Begin,
    End,
}

fn event() -> impl Strategy<Value = Event> {
    let fp = || 1..=FPS;
    prop_oneof![
        3 => (fp(), 0_u64..40).prop_map(|(fp, stake)| Event::Stake(fp, stake)),
        1 => fp().prop_map(Event::Slash),
        12 => (fp(), prop::bool::weighted(0.9)).prop_map(|(fp, honest)| Event::Vote(fp, honest)),
        2 => (1_u64..25).prop_map(Event::Lost),
        1 => (60_u64..200).prop_map(Event::Lost),
        2 => Just(Event::Begin),
        2 => Just(Event::End),
    ]
}

/// What somebody holds who saw record F below each grid height, and no more.
#[derive(Default)]
struct Verifier {
    /// S of the last grid height that a record was seen below.
    trusted: Option<(u64, Named)>,
}

impl Verifier {
    /// What the record says where the state below `grid` has it.
    fn see(&mut self, grid: u64, record: Option<Record>) -> Result<(), TestCaseError> {
        let Some(record) = record else { return Ok(()) };
        let next = match self.trusted {
            // No block in the last ten wrote one: the committee stays.
            Some((_, trusted)) if record.grid != at(grid) => trusted,
            Some((_, trusted)) => {
                prop_assert_eq!(record.set, trusted, "Set({}) is the one that was trusted", grid);
                record.next
            }
            None if record.grid == at(grid) => record.next,
            None => return Ok(()),
        };
        self.trusted = Some((grid, next));
        Ok(())
    }
}

/// Hash, total and number of FPs of the seats of a snapshot, counted one by one.
fn counted(chain: &Chain, source: BlockHeight) -> (Hash, u64) {
    let all: Vec<Seat> = crate::heights::grid::seats(&chain.world.deps.storage, source)
        .into_iter()
        .map(|(key, seat)| Seat { key, power: seat.power, randomness: seat.randomness })
        .collect();
    let rows: Vec<Row> = all.iter().flat_map(Seat::rows).collect();
    let mut hasher = Hasher::new(rows.len() as u64);
    rows.iter().for_each(|row| hasher.push(row));
    (hasher.finish(), all.iter().map(|seat| seat.power).sum())
}

/// Each closed height has more than two thirds of its committee among the votes for this chain's hash.
fn check_ballots(chain: &Chain, grid: &Grid) -> Result<(), TestCaseError> {
    let storage = &chain.world.deps.storage;
    for (key, voted) in crate::state::raw(storage, BALLOTS.letter(), &[], &[u8::MAX; 8], usize::MAX) {
        let (height, voted) =
            (BlockHeight::new(u64::from_be_bytes(key.try_into().unwrap())), BALLOTS.read(&voted));
        if height <= grid.swept {
            continue;
        }
        let set = chain.committee(height.get() - C).unwrap();
        let mut sum = 0;
        for fp in 1..=FPS {
            let vote = GRID_VOTES.at(storage, &crate::state::height_fp_key(height, id(fp)));
            if vote.is_some_and(|vote| vote.app_hash.as_bytes() == &APP_HASH) {
                let seat = crate::state::height_of_key(set.source, public(fp).as_bytes());
                sum += SEATS.at(storage, &seat).unwrap().power;
            }
        }
        prop_assert_eq!(sum, voted, "{}", height);
        prop_assert!(sum <= set.named.total);
        prop_assert_eq!(
            height <= grid.order.closed_through,
            is_quorum(sum, set.named.total) && height <= grid.order.ordered_through
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn who_sees_the_records_alone_holds_the_committees_that_the_chain_uses(
        stakes in prop::collection::vec(1_u64..40, usize::from(FPS)),
        events in prop::collection::vec((event(), 0_u64..12), 20..80),
    ) {
        let mut chain = Chain::new(&stakes);
        let (mut verifier, mut seen) = (Verifier::default(), ROOT - C);
        for (event, quiet) in events {
            let before = chain.record();
            match event {
                Event::Stake(fp, stake) => chain.set_stake(fp, stake),
                Event::Slash(fp) => chain.slash(fp),
                Event::Vote(fp, honest) => {
                    let height = (chain.height() / C * C).max(ROOT);
                    let _ = chain.vote(fp, height, if honest { APP_HASH } else { FORK });
                }
                Event::Lost(blocks) => { let through = chain.height() + blocks; chain.lose(through); }
                Event::Begin => { chain.block(&["begin_block"]); }
                Event::End => { chain.block(&["end_block"]); }
            }
            // The record below each grid height that has come is the one from before.
            while seen + C <= chain.height() {
                seen += C;
                verifier.see(seen, before)?;
            }
            for _ in 0..=quiet {
                let below = chain.record();
                chain.world.pass(1);
                if chain.height() == seen + C {
                    seen += C;
                    verifier.see(seen, below)?;
                }
                let grid = chain.grid();
                prop_assert!(grid.settled.get() + C > chain.height(), "a whole block decides what has come");
                prop_assert_eq!(grid.settled.get(), seen);
                let used = chain.committee(seen).map(|committee| committee.named);
                prop_assert_eq!(used, verifier.trusted.map(|(_, named)| named), "S({})", seen);
                if let Some(committee) = chain.committee(seen) {
                    prop_assert_eq!(counted(&chain, committee.source), (committee.named.hash, committee.named.total));
                    prop_assert!(2 * u128::from(committee.named.total) >= u128::from(committee.active));
                }
                check_ballots(&chain, &grid)?;
            }
        }
    }
}
