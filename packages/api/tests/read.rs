//! What a contract reads, and what it refuses, held against serde's own derive.

use bsn_api::bsn::{ExecuteMsg, FinalityProviderInfo, Network, QueryMsg, UpdateConfig};
use cosmwasm_std::{from_json, to_json_string};
use proptest::prelude::*;

fn refusal(json: &str) -> String {
    from_json::<ExecuteMsg>(json).unwrap_err().to_string()
}

#[test]
fn unknown_fields_are_ignored_whatever_is_in_them() {
    let strange = r#"{"retry_outbox":{"fp_pubkey_hex":"aa","a":-1,"b":1.5e300,"c":[{"d":null}],"e":true}}"#;
    assert_eq!(
        from_json::<ExecuteMsg>(strange).unwrap(),
        ExecuteMsg::RetryOutbox { fp_pubkey_hex: "aa".into() }
    );
}

/// A message with an unknown field, and what stands there.
fn with_unknown(value: &[u8]) -> Vec<u8> {
    [br#"{"retry_outbox":{"fp_pubkey_hex":"aa","unknown":"#, value, b"}}"].concat()
}

#[test]
fn an_unknown_field_refuses_a_message_only_where_no_tree_holds_it() {
    let within = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat().into_bytes();
    let objects =
        |levels: usize| [r#"{"a":"#.repeat(levels), "1".into(), "}".repeat(levels)].concat().into_bytes();
    // The message itself is two objects deep.
    let held =
        [&b"1e308"[..], b"-1e-400", b"18446744073709551616", br#""\ud83d\ude00""#, br#"{"a":1,"a":[]}"#];
    for value in held.into_iter().map(<[u8]>::to_vec).chain([within(125), objects(125)]) {
        let read = from_json::<ExecuteMsg>(with_unknown(&value));
        assert_eq!(read.unwrap(), ExecuteMsg::RetryOutbox { fp_pubkey_hex: "aa".into() }, "{value:?}");
    }
    let not_held =
        [&b"1e309"[..], b"-1e309", br#""\ud800""#, br#""\udc00\ud800""#, b"\"\xff\"", b"01", b"NaN"];
    for value in not_held.into_iter().map(<[u8]>::to_vec).chain([within(126), objects(126)]) {
        assert!(
            from_json::<ExecuteMsg>(with_unknown(&value)).is_err(),
            "{}",
            String::from_utf8_lossy(&value)
        );
    }
}

#[test]
fn what_does_not_fit_is_named_with_its_path() {
    for (json, why) in [
        (r#"{"retry_outbox":{}}"#, "retry_outbox: fp_pubkey_hex: missing"),
        (r#"{"retry_outbox":{"fp_pubkey_hex":1}}"#, "retry_outbox: fp_pubkey_hex: not a text"),
        (
            r#"{"retry_outbox":{"fp_pubkey_hex":"a","fp_pubkey_hex":"b"}}"#,
            "retry_outbox: fp_pubkey_hex: given twice",
        ),
        (r#"{"retry_outbox":[]}"#, "retry_outbox: not an object"),
        (r#"{"retry_outbox":{},"unjail":{}}"#, "not exactly one variant"),
        (r#"{"no_such":{}}"#, "unknown variant no_such, known are: commit_public_randomness"),
        (r#"{"unjail":{"fp_pubkey_hex":"a","signature":"?"}}"#, "unjail: signature: not base64"),
    ] {
        let refusal = refusal(json);
        assert!(refusal.contains(why), "{json}: {refusal}");
    }
}

#[test]
fn whole_numbers_keep_every_digit_and_nothing_else_is_one() {
    let max = format!(r#"{{"vote_window":{}}}"#, u64::MAX);
    assert_eq!(from_json::<UpdateConfig>(max).unwrap().vote_window, Some(u64::MAX));
    for not_whole in ["-1", "1.0", "1e3", "18446744073709551616", "\"5\"", "[5]", "{}"] {
        assert!(
            from_json::<UpdateConfig>(format!(r#"{{"vote_window":{not_whole}}}"#)).is_err(),
            "{not_whole}"
        );
    }
    let beyond = format!(r#"{{"btc_confirmation_depth":{}}}"#, u64::from(u32::MAX) + 1);
    let refusal = from_json::<UpdateConfig>(beyond).unwrap_err().to_string();
    assert!(refusal.contains("btc_confirmation_depth: greater than 2^32 - 1"), "{refusal}");
}

#[test]
fn null_and_absence_are_one_for_what_may_be_absent() {
    for json in ["{}", r#"{"vote_window":null}"#] {
        assert_eq!(from_json::<UpdateConfig>(json).unwrap().vote_window, None);
    }
}

#[test]
fn variants_without_content_are_texts() {
    assert_eq!(from_json::<Network>(r#""testnet4""#).unwrap(), Network::Testnet4);
    assert!(from_json::<Network>(r#"{"testnet4":{}}"#).is_err());
    assert!(from_json::<QueryMsg>(r#""block""#).is_err());
}

#[test]
fn depth_is_bounded() {
    let deep = format!(r#"{{"retry_outbox":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert!(from_json::<ExecuteMsg>(deep).is_err());
}

/// The same shape, read by serde's derive.
#[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
struct Info {
    btc_pk_hex: String,
    total_active_sats: u64,
    slashed: bool,
    height: u64,
}

proptest! {
    #[test]
    fn serdes_derive_reads_the_same(btc_pk_hex: String, total_active_sats: u64, slashed: bool, height: u64) {
        let theirs = Info { btc_pk_hex, total_active_sats, slashed, height };
        let json = to_json_string(&theirs).unwrap();
        let ours: FinalityProviderInfo = from_json(&json).unwrap();
        prop_assert_eq!(&to_json_string(&ours).unwrap(), &json);
        prop_assert_eq!(from_json::<Info>(&to_json_string(&ours).unwrap()).unwrap(), theirs);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        let _ = from_json::<ExecuteMsg>(&bytes);
        let _ = from_json::<QueryMsg>(&bytes);
    }
}
