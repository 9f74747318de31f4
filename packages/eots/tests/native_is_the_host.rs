//! `Native` answers like the `secp256k1_recover_pubkey` of a CosmWasm chain, and so verification does.

use bsn_eots::{Native, PublicRandomness, Recover, Signature, verify};
use cosmwasm_crypto::secp256k1_recover_pubkey;
use primitives::FpPublicKey;
use vectors::eots_cases;

fn host(hash: &[u8; 32], signature: &[u8; 64], recovery_id: u8) -> Option<[u8; 65]> {
    secp256k1_recover_pubkey(hash, signature, recovery_id).ok()?.try_into().ok()
}

#[test]
fn recovery_answers_alike_whatever_it_is_asked() {
    let mut points = 0;
    for case in eots_cases(345, 1_550) {
        let signature = [case.randomness, case.signature].concat().try_into().unwrap();
        for id in 0..=3 {
            let point = host(&case.hash, &signature, id);
            assert_eq!(Native.recover(&case.hash, &signature, id), point, "id {id}: {case:?}");
            points += usize::from(point.is_some());
        }
    }
    assert!(points > 1_000, "only {points} of 6,200 were recovered");
}

#[test]
fn verification_through_the_host_accepts_what_k256_accepts() {
    for case in eots_cases(346, 1_550) {
        let key = FpPublicKey::from_bytes(case.key);
        let randomness = PublicRandomness::from_bytes(case.randomness);
        let signature = Signature::from_bytes(case.signature);
        let verdict = verify(&host, &key, &randomness, &case.hash, &signature);
        assert_eq!(verdict.is_ok(), case.valid, "{case:?}");
        assert_eq!(verify(&Native, &key, &randomness, &case.hash, &signature), verdict, "{case:?}");
    }
}
