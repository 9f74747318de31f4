use api::bsn::ExecuteMsg;
use eots::SecretKey;

use super::*;
use crate::fish::vote::tests::{context, key, public, vote, vote_with};

fn fingerprint_of(number: u8) -> [String; 2] {
    // d and n - d are one key; either may come out.
    let odd = key(number);
    let other = (-*k256::SecretKey::from_slice(&odd.to_bytes()).unwrap().to_nonzero_scalar()).to_bytes();
    [fingerprint(&odd), fingerprint(&SecretKey::from_slice(&other).unwrap())]
}

#[test]
fn two_hashes_are_evidence_that_the_contract_reads_and_give_the_key() {
    let (first, second) = (vote(1, 5, 7), vote(1, 5, 8));
    let found = prove(&second, Catch::TwoHashes(first), &context()).unwrap().unwrap();
    let Finding::TwoHashes { evidence, fingerprint } = found else { panic!("{found:?}") };
    assert!(fingerprint_of(1).contains(&fingerprint));
    let sent: ExecuteMsg = serde_json::from_value(message(&evidence)).unwrap();
    let ExecuteMsg::SubmitEvidence { fp_pubkey_hex, height, pub_rand, first: one, second: other } = sent
    else {
        panic!("{sent:?}")
    };
    assert_eq!((fp_pubkey_hex, height), (public(1).to_string(), 5));
    assert_eq!(pub_rand.as_slice(), first.randomness.as_bytes());
    assert_eq!(
        [one.signature.as_slice(), other.signature.as_slice()],
        [&first.signed.signature, &second.signed.signature]
    );
    assert_eq!([one.app_hash.as_slice(), other.app_hash.as_slice()], [&[7; 32], &[8; 32]]);
}

#[test]
fn a_nonce_at_two_heights_gives_the_key_and_is_no_evidence() {
    let (first, second) = (vote(1, 5, 7), vote_with(1, 5, 6, 7));
    let found = prove(&second, Catch::NonceAgain(first), &context()).unwrap().unwrap();
    let Finding::NonceAgain { fingerprint, .. } = &found else { panic!("{found:?}") };
    assert!(fingerprint_of(1).contains(fingerprint));
}

#[test]
fn what_is_not_proven_is_not_found() {
    let (first, second) = (vote(1, 5, 7), vote(1, 5, 8));
    assert_eq!(prove(&first, Catch::New, &context()), Ok(None));
    let forged = Vote { signed: SignedHash { signature: [1; 32], ..second.signed }, ..second };
    assert!(prove(&forged, Catch::TwoHashes(first), &context()).is_err());
    let elsewhere = SigningContext::finality_vote("app-2", "app1contract");
    assert!(prove(&second, Catch::TwoHashes(first), &elsewhere).is_err());
    assert!(prove(&forged, Catch::NonceAgain(first), &context()).is_err());
}
