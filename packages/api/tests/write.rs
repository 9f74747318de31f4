//! What is written is what `serde_json` writes.

use bsn_api::contract_info::ContractInfo;
use bsn_api::write;
use cosmwasm_std::testing::MockStorage;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// All that messages and answers have.
#[derive(Debug, Clone, Serialize)]
struct Everything {
    flag: bool,
    unsigned: (u8, u16, u32, u64),
    signed: (i8, i16, i32, i64),
    letter: char,
    text: String,
    list: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
    maybe: Option<u8>,
    map: BTreeMap<String, Vec<u8>>,
    empty: Empty,
    unit: Unit,
}

#[derive(Debug, Clone, Serialize)]
struct Empty {}

#[derive(Debug, Clone, Serialize)]
struct Unit;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Nothing,
    OneThing(Box<str>),
    Two(u8, String),
    Named { at: u64, on: Option<bool> },
    Fieldless {},
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(Choice::Nothing),
        Just(Choice::Fieldless {}),
        any::<String>().prop_map(|text| Choice::OneThing(text.into())),
        any::<(u8, String)>().prop_map(|(a, b)| Choice::Two(a, b)),
        any::<(u64, Option<bool>)>().prop_map(|(at, on)| Choice::Named { at, on }),
    ]
}

prop_compose! {
    fn everything()(
        flag: bool,
        unsigned: (u8, u16, u32, u64),
        signed: (i8, i16, i32, i64),
        letter: char,
        text: String,
        list in vec(choice(), 0..5),
        left_out: Option<u8>,
        maybe: Option<u8>,
        map in btree_map(any::<String>(), vec(any::<u8>(), 0..4), 0..4),
    ) -> Everything {
        Everything { flag, unsigned, signed, letter, text, list, left_out, maybe, map, empty: Empty {}, unit: Unit }
    }
}

proptest! {
    #[test]
    fn the_bytes_are_serde_jsons(value in everything()) {
        prop_assert_eq!(write::json(&value).unwrap().to_vec(), serde_json::to_vec(&value).unwrap());
    }

    #[test]
    fn any_text_is_escaped_alike(text in "[\\x00-\\x7f]*|\\PC*") {
        prop_assert_eq!(write::json(&text).unwrap().to_vec(), serde_json::to_vec(&text).unwrap());
    }
}

#[test]
fn every_character_is_escaped_alike() {
    for letter in '\0'..='\u{2fff}' {
        let text = format!("a{letter}{letter}b");
        assert_eq!(write::json(&text).unwrap().to_vec(), serde_json::to_vec(&text).unwrap(), "{letter:?}");
    }
}

#[test]
fn what_no_answer_has_is_refused() {
    assert!(write::json(&1.5).is_err());
    assert!(write::json(&u128::MAX).is_err());
    assert!(write::json(&BTreeMap::from([(1, 1)])).is_err());
}

#[test]
fn the_record_of_name_and_version_is_cw2s() {
    let (mut ours, mut theirs) = (MockStorage::new(), MockStorage::new());
    ContractInfo::save(&mut ours, "a \"name\"", "1.2.3").unwrap();
    cw2::set_contract_version(&mut theirs, "a \"name\"", "1.2.3").unwrap();
    let all = |storage: &MockStorage| {
        cosmwasm_std::Storage::range(storage, None, None, cosmwasm_std::Order::Ascending).collect::<Vec<_>>()
    };
    assert_eq!(all(&ours), all(&theirs));
    let read = ContractInfo::load(&theirs).unwrap();
    assert_eq!((read.contract.as_str(), read.version.as_str()), ("a \"name\"", "1.2.3"));
    assert!(ContractInfo::load(&MockStorage::new()).is_err());
}
