//! The bodies of the fuzz targets under property tests: on raw bytes, and on valid inputs that were changed.
//! `tests/fuzz` runs the same bodies for longer.

use std::alloc::System;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use fuzz_bodies::Body;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One body at a time: the allocator counts for all threads.
static ALONE: Mutex<()> = Mutex::new(());

/// What a body may allocate in all: for the copy of its world, and for each byte.
const ALLOCATED: (usize, usize) = (16 << 20, 20_000);

/// Runs a body, and looks at what it allocates.
fn run(body: Body, bytes: &[u8]) -> bool {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let region = Region::new(ALLOCATOR);
    let is_valid = (body.run)(bytes);
    let allocated = region.change().bytes_allocated;
    let most = ALLOCATED.0 + ALLOCATED.1 * bytes.len();
    assert!(allocated <= most, "{}: {allocated} bytes allocated for {} bytes", body.name, bytes.len());
    is_valid
}

/// A change to an input.
#[derive(Debug, Clone)]
enum Change {
    Set(Index, u8),
    Flip(Index, u8),
    Cut(Index),
    Remove(Index, u8),
    Repeat(Index, u8, u8),
    Insert(Index, Vec<u8>),
    Number(Index, u64),
    Splice(Index, Vec<u8>),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let span = |at: &Index, length: u8| {
            let at = at.index(bytes.len());
            at..bytes.len().min(at + usize::from(length))
        };
        match self {
            Self::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Flip(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << (bit % 8);
            }
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Self::Remove(at, length) => {
                let span = span(at, *length);
                bytes.drain(span);
            }
            Self::Repeat(at, length, times) => {
                let span = span(at, *length);
                let part = bytes[span.clone()].repeat(usize::from(*times));
                bytes.splice(span.end..span.end, part);
            }
            Self::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Number(at, number) => {
                let span = span(at, 8);
                let number = number.to_be_bytes();
                let length = span.len();
                bytes[span].copy_from_slice(&number[..length]);
            }
            Self::Splice(at, other) => {
                let at = at.index(bytes.len());
                bytes.truncate(at);
                bytes.extend(&other[at.min(other.len())..]);
            }
        }
    }
}

fn changes(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<Change>> {
    let at = any::<Index>;
    let number = select(vec![0, 1, u64::MAX, 1 << 63, 1 << 32, u64::from(u32::MAX), u64::MAX << 1]);
    let word =
        select(vec!["null", "18446744073709551615", "-1", "1e9", "\"\"", "[]", "{}", "\u{0}", "]", "}"]);
    let change = prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        4 => (at(), any::<u8>()).prop_map(|(at, bit)| Change::Flip(at, bit)),
        1 => at().prop_map(Change::Cut),
        2 => (at(), any::<u8>()).prop_map(|(at, length)| Change::Remove(at, length)),
        2 => (at(), any::<u8>(), 1u8..9).prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => (at(), vec(any::<u8>(), 1..40)).prop_map(|(at, more)| Change::Insert(at, more)),
        2 => (at(), word).prop_map(|(at, word)| Change::Insert(at, word.as_bytes().to_vec())),
        2 => (at(), number).prop_map(|(at, number)| Change::Number(at, number)),
        1 => (at(), select(seeds)).prop_map(|(at, other)| Change::Splice(at, other)),
    ];
    vec(change, 0..6)
}

/// Seeds with up to five changes, and one in eight just bytes.
fn inputs(body: Body) -> impl Strategy<Value = Vec<u8>> {
    let seeds = (body.seeds)();
    let changed = (select(seeds.clone()), changes(seeds)).prop_map(|(mut bytes, changes)| {
        changes.iter().for_each(|change| change.apply(&mut bytes));
        bytes
    });
    prop_oneof![7 => changed, 1 => vec(any::<u8>(), 0..2_000)]
}

fn twin(body: Body, cases: u32) {
    proptest!(ProptestConfig::with_cases(cases), |(bytes in inputs(body))| { run(body, &bytes); });
}

#[test]
fn of_packets() {
    twin(fuzz_bodies::PACKET, 1_500);
}

#[test]
fn of_messages() {
    twin(fuzz_bodies::MESSAGE, 3_000);
}

#[test]
fn of_headers() {
    twin(fuzz_bodies::HEADER, 500);
}

#[test]
fn of_proofs() {
    twin(fuzz_bodies::PROOF, 5_000);
}

#[test]
fn of_signatures() {
    twin(fuzz_bodies::SIGNATURE, 500);
}

/// Packets of the smallest items there are: few, as many as are applied at once, and as many as must wait.
#[test]
fn of_packets_of_nothing_but_items() {
    for (length, item) in [40, 400, 4_000, 40_000, 400_000]
        .into_iter()
        .flat_map(|length| [&[0x1a, 0][..], &[0x0a, 0], &[0x12, 2, 0x0a, 0]].map(|item| (length, item)))
    {
        let items = item.repeat(length / item.len());
        for kind in [0x0a, 0x12, 0x1a] {
            let packet = [&[kind], varint(items.len()).as_slice(), &items].concat();
            assert!(run(fuzz_bodies::PACKET, &packet) || kind == 0x0a, "{kind} {item:?} {length}");
        }
    }
}

/// A length as protobuf writes it.
fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// Of a failure a test by name is kept, not a file of seeds (tests/README.md, "Property tests").
#[test]
fn failing_properties_leave_no_files() {
    assert!(ProptestConfig::default().failure_persistence.is_none());
}

/// Most seeds are valid, so that what is made of them gets further than the parser.
#[test]
fn seeds_are_run_and_so_are_regressions() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../regressions");
    for body in fuzz_bodies::ALL {
        let seeds = (body.seeds)();
        assert!(seeds.len() >= 5, "{}", body.name);
        let valid = seeds.iter().filter(|seed| run(body, seed)).count();
        assert!(valid * 4 >= seeds.len() * 3, "{}: {valid} of {} seeds are valid", body.name, seeds.len());
        let Ok(regressions) = std::fs::read_dir(folder.join(body.name)) else { continue };
        for file in regressions {
            run(body, &std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
