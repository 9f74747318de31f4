//! Whoever signs twice loses the key, and nobody else does.

use bsn_eots::{
    ExtractError, Native, PublicRandomness, SecretKey, SecretRandomness, Signature, extract, sign, verify,
};
use primitives::FpPublicKey;
use proptest::prelude::*;

prop_compose! {
    fn scalar()(bytes in any::<[u8; 32]>().prop_filter("a scalar", |b| SecretKey::from_slice(b).is_ok()))
        -> [u8; 32] { bytes }
}

fn signer(key: &[u8; 32], nonce: &[u8; 32]) -> (SecretKey, SecretRandomness, FpPublicKey, PublicRandomness) {
    let key = SecretKey::from_slice(key).unwrap();
    let nonce = SecretRandomness::from_slice(nonce).unwrap();
    let (fp, randomness) = (key.public_key().into(), nonce.public());
    (key, nonce, fp, randomness)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn two_valid_votes_always_give_the_key(
        key in scalar(), nonce in scalar(), one in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
    ) {
        prop_assume!(one != other);
        let (key, nonce, fp, randomness) = signer(&key, &nonce);
        let (first, second) = (sign(&key, &nonce, &one), sign(&key, &nonce, &other));
        prop_assert_eq!(verify(&Native, &fp, &randomness, &one, &first), Ok(()));
        prop_assert_eq!(verify(&Native, &fp, &randomness, &other, &second), Ok(()));
        let leaked = extract(&fp, &randomness, (&one, &first), (&other, &second)).unwrap();
        prop_assert_eq!(leaked.public_key(), key.public_key());
        // The leaked key signs as the owner does.
        prop_assert_eq!(sign(&leaked, &nonce, &one), first);
    }

    #[test]
    fn one_valid_vote_and_one_invented_never_give_the_key(
        key in scalar(), nonce in scalar(), one in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
        invented in any::<[u8; 32]>(),
    ) {
        prop_assume!(one != other);
        let (key, nonce, fp, randomness) = signer(&key, &nonce);
        let (first, invented) = (sign(&key, &nonce, &one), Signature::from_bytes(invented));
        prop_assert!(extract(&fp, &randomness, (&one, &first), (&other, &invented)).is_err());
        prop_assert!(extract(&fp, &randomness, (&other, &invented), (&one, &first)).is_err());
        // The same vote passed off as a vote for something else.
        prop_assert!(extract(&fp, &randomness, (&one, &first), (&other, &first)).is_err());
    }

    #[test]
    fn votes_of_different_heights_never_give_the_key(
        key in scalar(), nonces in [scalar(), scalar()], one in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
    ) {
        prop_assume!(one != other && nonces[0] != nonces[1]);
        let (key, nonce, fp, randomness) = signer(&key, &nonces[0]);
        let next = SecretRandomness::from_slice(&nonces[1]).unwrap();
        let (first, second) = (sign(&key, &nonce, &one), sign(&key, &next, &other));
        prop_assert!(extract(&fp, &randomness, (&one, &first), (&other, &second)).is_err());
    }

    #[test]
    fn nobody_is_framed_by_the_votes_of_another(
        keys in [scalar(), scalar()], nonce in scalar(), one in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
    ) {
        prop_assume!(one != other);
        let (thief, nonce, _, randomness) = signer(&keys[0], &nonce);
        let accused = FpPublicKey::from(SecretKey::from_slice(&keys[1]).unwrap().public_key());
        prop_assume!(accused != FpPublicKey::from(thief.public_key()));
        let (first, second) = (sign(&thief, &nonce, &one), sign(&thief, &nonce, &other));
        let refused = extract(&accused, &randomness, (&one, &first), (&other, &second)).unwrap_err();
        let is_another = matches!(refused, ExtractError::AnotherKey { expected, .. } if expected == accused);
        prop_assert!(is_another);
    }
}

#[test]
fn a_signature_above_the_order_is_not_read_modulo_the_order() {
    let (key, nonce, fp, randomness) = signer(&[1; 32], &[2; 32]);
    let first = sign(&key, &nonce, &[3; 32]);
    let high = Signature::from_bytes([0xff; 32]);
    let refused = extract(&fp, &randomness, (&[3; 32], &first), (&[4; 32], &high));
    assert_eq!(refused.unwrap_err(), ExtractError::Scalar { signature: high });
}

#[test]
fn equal_scalars_of_two_hashes_give_no_key() {
    let (_, _, fp, randomness) = signer(&[1; 32], &[2; 32]);
    let same = Signature::from_bytes([5; 32]);
    let refused = extract(&fp, &randomness, (&[3; 32], &same), (&[4; 32], &same));
    assert!(matches!(refused, Err(ExtractError::NoKey(_))), "{refused:?}");
}
