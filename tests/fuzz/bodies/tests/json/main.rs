//! What a contract reads of a JSON text, beside what serde's own derive reads of it: the same types, two readers.
//!
//! # The idea
//!
//! [`theirs`] compiles the source files of `api` a second time, with serde's `Deserialize` in the place of
//! `api::read`. Each type's schema gives texts that are right ([`sample`]); a few [`change`]s to their structure
//! give texts that are nearly so. Both readers must accept the same texts with the same meaning.
//!
//! # Where they may differ
//!
//! * serde reads a struct from a list of its fields in order; a contract does not.
//! * serde passes over an unknown field without looking into it; a contract builds a tree of the whole text, so
//!   what such a tree cannot hold is refused (`api::read` says what).

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use api::read::{Json, Read};
use cosmwasm_schema::schemars::{JsonSchema, schema_for};
use cosmwasm_std::{Binary, Uint128, from_json};
use proptest::prelude::*;
use proptest::sample::select;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use change::{Change, changes};
use doc::{Doc, small};

mod change;
mod doc;
mod sample;
mod theirs;

/// The types of `api`, read by serde's own derive.
macro_rules! wire {
    ($($item:item)*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "snake_case")]
            $item
        )*
    };
}
pub(crate) use wire;

/// What a text means, as JSON again.
type Reader = fn(&str) -> Result<Value, String>;

/// A type that is read in both ways.
#[derive(Debug, Clone, Copy)]
struct Kind {
    name: &'static str,
    schema: fn() -> Value,
    ours: Reader,
    theirs: Reader,
}

fn meaning<T: Serialize + DeserializeOwned>(text: &str) -> Result<Value, String> {
    let read: T = from_json(text).map_err(|error| error.to_string())?;
    serde_json::to_value(read).map_err(|error| error.to_string())
}

fn schema<T: JsonSchema>() -> Value {
    serde_json::to_value(schema_for!(T)).unwrap()
}

macro_rules! kinds {
    ($($contract:ident: $($name:ident),*;)*) => {
        &[$($(Kind {
            name: concat!(stringify!($contract), "::", stringify!($name)),
            schema: schema::<api::$contract::$name>,
            ours: meaning::<api::$contract::$name>,
            theirs: meaning::<theirs::$contract::$name>,
        }),*),*]
    };
}

/// Every message, and the answers with the most kinds of values.
const KINDS: &[Kind] = kinds! {
    bsn: ExecuteMsg, QueryMsg, SudoMsg, InstantiateMsg, LegacyStakingMsg, LegacyFinalityMsg, MigrateMsg,
        ActiveFinalityProvidersResponse, DelegationsResponse, EvidenceResponse, FinalityStatusResponse,
        HealthResponse, PowersResponse, RewardsResponse;
    btc_light_client: ExecuteMsg, QueryMsg, InstantiateMsg, MigrateMsg;
};

impl Kind {
    fn samples(self) -> Vec<Doc> {
        sample::all(&(self.schema)())
    }

    /// Whether both readers accept a text.
    ///
    /// # Panics
    /// Where they differ and may not.
    fn compare(self, text: &str) -> bool {
        let (ours, theirs) = ((self.ours)(text), (self.theirs)(text));
        let Ok(tree) = serde_json::from_str::<Value>(text) else {
            assert!(ours.is_err(), "{} reads what is no JSON: {text}", self.name);
            return false;
        };
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{}: {text}", self.name),
            (Err(_), Err(_)) => return false,
            (Err(ours), Ok(_)) => {
                assert!(is_list_for_struct(&tree, &ours), "{} refuses {text}: {ours}", self.name);
                return false;
            }
            (Ok(_), Err(theirs)) => panic!("{} accepts {text}, and serde does not: {theirs}", self.name),
        }
        true
    }
}

/// Whether the error says that no object stands where one of the text's lists stands.
fn is_list_for_struct(tree: &Value, error: &str) -> bool {
    let Some((path, _)) = error.split_once("not an object") else { return false };
    // Before the path come the words of cosmwasm and the type's name, which name no field.
    let names = path.split(": ").filter(|name| !name.is_empty() && !name.contains(' '));
    let mut places = vec![tree];
    for name in names {
        let items: Vec<&Value> = places.iter().flat_map(|place| items(place)).collect();
        let below: Vec<&Value> = items.iter().filter_map(|place| place.get(name)).collect();
        if !below.is_empty() {
            places = below;
        }
    }
    places.iter().any(|place| items(place).iter().any(|item| item.is_array()) || place.is_array())
}

/// A list's items, and theirs; anything else is its own.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(list) => [value].into_iter().chain(list.iter().flat_map(items)).collect(),
        other => vec![other],
    }
}

/// Every sample with its kind.
fn samples() -> Vec<(Kind, Doc)> {
    KINDS.iter().flat_map(|kind| kind.samples().into_iter().map(|doc| (*kind, doc))).collect()
}

#[test]
fn what_the_schema_allows_both_read() {
    for (kind, doc) in samples() {
        let text = doc.to_string();
        (kind.theirs)(&text).unwrap_or_else(|error| panic!("serde, {}: {error}: {text}", kind.name));
        assert!(kind.compare(&text), "{}: {text}", kind.name);
    }
    for kind in KINDS.iter().filter(|kind| kind.name.ends_with("ExecuteMsg")) {
        let unknown = (kind.ours)(r#"{"?":{}}"#).unwrap_err();
        let (_, known) = unknown.split_once("known are: ").expect("a list of what is known");
        let known: BTreeSet<&str> =
            known.lines().next().into_iter().flat_map(|names| names.split(", ")).collect();
        assert_eq!(kind.samples().len(), known.len(), "{}: {known:?}", kind.name);
    }
}

/// Texts with up to five changes, with their kind.
fn changed() -> impl Strategy<Value = (Kind, Doc, Vec<Change>)> {
    let samples = samples();
    let mut names = BTreeSet::new();
    samples.iter().for_each(|(_, doc)| doc.names(&mut names));
    let names: Vec<String> = names.into_iter().collect();
    (select(samples), changes(names)).prop_map(|((kind, doc), changes)| (kind, doc, changes))
}

/// C-37: ambiguous JSON is refused, or has the meaning that everybody else's reader gives it.
#[test]
fn both_read_the_same_of_what_was_changed() {
    let (accepted, refused) = (Cell::new(0), Cell::new(0));
    proptest!(ProptestConfig::with_cases(20_000), |((kind, mut doc, changes) in changed())| {
        changes.iter().for_each(|change| change.apply(&mut doc));
        let counter = if kind.compare(&doc.to_string()) { &accepted } else { &refused };
        counter.set(counter.get() + 1);
    });
    let (accepted, refused) = (accepted.get(), refused.get());
    assert!(
        accepted > 2_000 && refused > 2_000,
        "{accepted} accepted, {refused} refused: the changes are dull"
    );
}

/// One value, read in both ways.
fn compare_value<T: Read + DeserializeOwned + PartialEq + Debug>(text: &str) {
    let theirs = from_json::<T>(text);
    let Ok(tree) = from_json::<Json>(text) else {
        assert!(serde_json::from_str::<Value>(text).is_err(), "{text} is JSON");
        return;
    };
    match (T::read(tree), theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs, "{text}"),
        (Err(_), Err(_)) => (),
        (ours, theirs) => panic!("{text}: {ours:?}, and serde {theirs:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn both_read_the_same_values(doc in small()) {
        let text = &doc.to_string();
        compare_value::<u8>(text);
        compare_value::<u16>(text);
        compare_value::<u32>(text);
        compare_value::<u64>(text);
        compare_value::<i32>(text);
        compare_value::<bool>(text);
        compare_value::<String>(text);
        compare_value::<Binary>(text);
        compare_value::<Uint128>(text);
        compare_value::<api::bsn::Network>(text);
        compare_value::<Option<u64>>(text);
        compare_value::<Vec<Option<u64>>>(text);
        compare_value::<(u64, Vec<u8>)>(text);
        compare_value::<BTreeMap<String, u64>>(text);
    }
}
