//! Votes, good and bad, judged by us, by k256 and by schnorr_fun, which shares no code with k256.

use bsn_eots::{Native, PublicKey, PublicRandomness, Signature, schnorr, verify};
use primitives::FpPublicKey;
use schnorr_fun::{
    Message, Schnorr,
    fun::{Point, marker::EvenY},
};
use vectors::{Change, EotsCase, eots_cases};

const CASES: usize = 10_230;

fn ours(case: &EotsCase) -> bool {
    let key = FpPublicKey::from_bytes(case.key);
    let randomness = PublicRandomness::from_bytes(case.randomness);
    verify(&Native, &key, &randomness, &case.hash, &Signature::from_bytes(case.signature)).is_ok()
}

fn schnorr_fun(case: &EotsCase) -> bool {
    let Some(key) = Point::<EvenY>::from_xonly_bytes(case.key) else { return false };
    let bytes = [case.randomness, case.signature].concat().try_into().unwrap();
    let Some(signature) = schnorr_fun::Signature::from_bytes(bytes) else { return false };
    Schnorr::<sha2::Sha256>::verify_only().verify(&key, Message::raw(&case.hash), &signature)
}

#[test]
fn we_accept_what_k256_accepts_and_nothing_else() {
    let cases = eots_cases(340, CASES);
    for case in &cases {
        assert_eq!(ours(case), case.valid, "{case:?}");
    }
    let valid = cases.iter().filter(|case| case.valid).count();
    assert!(valid > CASES / 10 && valid < CASES / 2, "{valid} of {CASES} are valid");
}

#[test]
fn we_accept_what_schnorr_fun_accepts_and_nothing_else() {
    for case in eots_cases(341, 2_000) {
        assert_eq!(ours(&case), schnorr_fun(&case), "{case:?}");
    }
}

#[test]
fn the_plain_scheme_is_the_same_code() {
    for case in eots_cases(342, 310) {
        let signature = [case.randomness, case.signature].concat().try_into().unwrap();
        let verdict = schnorr::verify(&Native, &FpPublicKey::from_bytes(case.key), &case.hash, &signature);
        assert_eq!(verdict.is_ok(), case.valid, "{case:?}");
    }
}

#[test]
fn a_key_that_verifies_anything_also_parses() {
    for case in eots_cases(343, 310) {
        let parsed = PublicKey::parse(FpPublicKey::from_bytes(case.key)).is_ok();
        assert!(parsed || !case.valid, "{case:?}");
        let bad = [Change::KeyAboveOrder, Change::KeyAboveField, Change::KeyOffCurve, Change::ZeroKey];
        assert!(!parsed || !bad.contains(&case.change), "{case:?}");
    }
}

#[test]
fn every_single_bit_of_a_vote_matters() {
    let case = eots_cases(344, 1).remove(0);
    assert!(ours(&case));
    for bit in 0..256 {
        let flip = |mut bytes: [u8; 32]| {
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        assert!(!ours(&EotsCase { key: flip(case.key), ..case.clone() }), "key, bit {bit}");
        assert!(!ours(&EotsCase { randomness: flip(case.randomness), ..case.clone() }), "R, bit {bit}");
        assert!(!ours(&EotsCase { hash: flip(case.hash), ..case.clone() }), "hash, bit {bit}");
        assert!(!ours(&EotsCase { signature: flip(case.signature), ..case.clone() }), "s, bit {bit}");
    }
}
