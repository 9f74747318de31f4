//! The bytes are postcard's, both ways, and what postcard refuses is refused.

use core::fmt::Debug;

use bsn_records::{Broken, decode, encode, take};
use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// All that records have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Everything {
    flag: bool,
    numbers: (u8, u16, u32, u64, u128, i16, i32, i64),
    text: String,
    bytes: [u8; 32],
    list: Vec<Choice>,
    maybe: Option<Option<u64>>,
    wrapped: Wrapped,
    nothing: (),
    unit: Unit,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Choice {
    Nothing,
    One(Wrapped),
    Two(u8, String),
    Named { at: u64, on: bool },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wrapped(Vec<u8>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Unit;

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(Choice::Nothing),
        vec(any::<u8>(), 0..300).prop_map(|bytes| Choice::One(Wrapped(bytes))),
        any::<(u8, String)>().prop_map(|(a, b)| Choice::Two(a, b)),
        any::<(u64, bool)>().prop_map(|(at, on)| Choice::Named { at, on }),
    ]
}

prop_compose! {
    fn everything()(
        flag: bool,
        numbers: (u8, u16, u32, u64, u128, i16, i32, i64),
        text: String,
        list in vec(choice(), 0..200),
        maybe: Option<Option<u64>>,
        wrapped: Vec<u8>,
    ) -> Everything {
        let bytes = [numbers.0; 32];
        Everything { flag, numbers, text, bytes, list, maybe, wrapped: Wrapped(wrapped), nothing: (), unit: Unit }
    }
}

/// Both read the same from any bytes: the value and what is behind it, or nothing.
fn agree<T: DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) -> Result<(), TestCaseError> {
    let theirs = postcard::take_from_bytes::<T>(bytes).ok();
    prop_assert_eq!(take::<T>(bytes).ok(), theirs);
    prop_assert_eq!(decode::<T>(bytes).ok(), postcard::from_bytes(bytes).ok());
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_is_postcards(value in everything()) {
        let bytes = encode(&value).unwrap();
        prop_assert_eq!(&bytes, &postcard::to_allocvec(&value).unwrap());
        agree::<Everything>(&bytes)?;
    }

    #[test]
    fn a_record_that_was_cut_or_changed_is_read_as_postcard_reads_it(
        value in everything(),
        cut in any::<prop::sample::Index>(),
        changed in any::<(prop::sample::Index, u8)>(),
    ) {
        let mut bytes = encode(&value).unwrap();
        agree::<Everything>(&bytes[..cut.index(bytes.len())])?;
        let at = changed.0.index(bytes.len());
        bytes[at] = changed.1;
        agree::<Everything>(&bytes)?;
    }

    #[test]
    fn any_bytes_are_read_as_postcard_reads_them(bytes in vec(prop_oneof![any::<u8>(), Just(0xff), Just(0x80), 0..4_u8], 0..24)) {
        agree::<bool>(&bytes)?;
        agree::<u8>(&bytes)?;
        agree::<u16>(&bytes)?;
        agree::<u32>(&bytes)?;
        agree::<u64>(&bytes)?;
        agree::<u128>(&bytes)?;
        agree::<i16>(&bytes)?;
        agree::<i32>(&bytes)?;
        agree::<i64>(&bytes)?;
        agree::<String>(&bytes)?;
        agree::<Vec<u8>>(&bytes)?;
        agree::<Vec<(u16, Choice)>>(&bytes)?;
        agree::<Option<Choice>>(&bytes)?;
        agree::<Everything>(&bytes)?;
    }
}

#[test]
fn each_width_ends_where_postcard_ends_it() {
    for last in [0, 1, 3, 4, 15, 16, 0x7f, 0x80] {
        for length in 1..22 {
            let mut bytes = vec![0xff; length];
            bytes.push(last);
            agree::<u16>(&bytes).unwrap();
            agree::<u32>(&bytes).unwrap();
            agree::<u64>(&bytes).unwrap();
            agree::<u128>(&bytes).unwrap();
        }
    }
}

#[test]
fn the_cause_is_named() {
    assert_eq!(decode::<u64>(&[0x80]), Err(Broken::Ends));
    assert_eq!(decode::<String>(&[5, b'a']), Err(Broken::Ends));
    assert_eq!(decode::<u16>(&[0xff, 0xff, 0x04]), Err(Broken::Number));
    assert_eq!(decode::<Option<u8>>(&[2]), Err(Broken::Choice));
    assert_eq!(decode::<bool>(&[2]), Err(Broken::Choice));
    assert_eq!(decode::<Choice>(&[4]), Err(Broken::Choice));
    assert_eq!(decode::<String>(&[1, 0xff]), Err(Broken::Text));
    assert_eq!(decode::<char>(&[1, b'a']), Err(Broken::Type));
    assert_eq!(encode(&'a'), Err(Broken::Type));
}

/// A length says four billion: no room is made for them.
#[test]
fn a_list_has_room_for_no_more_than_there_are_bytes() {
    let bytes = [0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2];
    assert_eq!(decode::<Vec<u8>>(&bytes), Err(Broken::Ends));
}
