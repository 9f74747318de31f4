//! Babylon's tables of adaptor signatures, every row; and the same both ways with our own.

use bsn_covenant::{
    AdaptorFormError, AdaptorInvalid, AdaptorSignature, DecryptionKey, EncryptionKey, XOnlyKey, presign,
};
use eots::{Native, SecretKey, schnorr};
use k256::{
    Scalar, U256,
    elliptic_curve::{ops::Reduce, point::AffineCoordinates},
};

fn key(byte: u8) -> (SecretKey, XOnlyKey) {
    let secret = SecretKey::from_slice(&[byte; 32]).unwrap();
    let public = (*secret.public_key().as_fp()).into();
    (secret, public)
}

fn rows(path: &str, header: usize) -> Option<Vec<Vec<String>>> {
    let table = String::from_utf8(vectors::load(path)?).unwrap();
    let rows = table.lines().skip(header).filter(|line| !line.trim().is_empty());
    Some(rows.map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect())
}

fn bytes<const N: usize>(cell: &str) -> [u8; N] {
    hex::decode(cell).unwrap().try_into().unwrap()
}

fn truth(cell: &str) -> bool {
    match cell {
        "TRUE" => true,
        "FALSE" => false,
        other => panic!("{other}"),
    }
}

#[test]
fn every_row_of_presignatures_is_accepted_or_refused_as_the_table_says() {
    let Some(rows) = rows("babylon/adaptor/presig_vectors.csv", 2) else { return };
    assert_eq!(rows.len(), 15);
    for row in rows {
        let signer = XOnlyKey::from_bytes(bytes(&row[2]));
        let [prefix, x @ ..]: [u8; 33] = match row[5].len() {
            66 => bytes(&row[5]),
            // The point at infinity.
            64 => [0; 33],
            other => panic!("{other}"),
        };
        let verify = || {
            let encryption = EncryptionKey::from_compressed(prefix, &x)?;
            let signature = AdaptorSignature::parse(&hex::decode(&row[6]).unwrap()).ok()?;
            signature.verify(&Native, &signer, &encryption, &bytes(&row[4])).ok()
        };
        assert_eq!(verify().is_some(), truth(&row[7]), "row {} {}", row[0], row[8]);
    }
}

#[test]
fn every_row_is_completed_to_what_the_table_says() {
    let Some(rows) = rows("babylon/adaptor/adapt_vectors.csv", 2) else { return };
    assert_eq!(rows.len(), 5);
    for row in rows {
        let signature = AdaptorSignature::parse(&hex::decode(&row[4]).unwrap()).unwrap();
        let secret = DecryptionKey::from_scalar(&bytes(&row[3])).unwrap();
        let complete = signature.decrypt(&secret).unwrap();
        assert_eq!(complete, bytes(&row[5]), "row {}", row[0]);
        let key = XOnlyKey::from_bytes(bytes(&row[1])).into();
        let is_valid = schnorr::verify(&Native, &key, &bytes::<32>(&row[2]), &complete).is_ok();
        assert_eq!(is_valid, truth(&row[6]), "row {} {}", row[0], row[7]);
    }
}

/// The strongest test of an adaptor signature: libsecp256k1 takes what it becomes.
#[test]
fn what_we_make_becomes_a_signature_and_gives_the_secret_away() {
    let mut parities = [0; 2];
    for n in 1..=40 {
        let ((member, signer), (fp, fp_key)) = (key(n), key(n + 60));
        let encryption = EncryptionKey::new(&fp_key).unwrap();
        let message = [n; 32];
        let made = presign(&member, &encryption, &message, &[0; 32]);
        assert_eq!(made.verify(&Native, &signer, &encryption, &message), Ok(()));
        parities[usize::from(made.to_bytes()[0] - 2)] += 1;

        let complete = made.decrypt(&DecryptionKey::new(&fp)).unwrap();
        let context = bitcoin::secp256k1::Secp256k1::verification_only();
        let theirs = bitcoin::secp256k1::schnorr::Signature::from_slice(&complete).unwrap();
        let their_key = bitcoin::secp256k1::XOnlyPublicKey::from_slice(signer.as_bytes()).unwrap();
        let digest = bitcoin::secp256k1::Message::from_digest(message);
        assert!(context.verify_schnorr(&theirs, &digest, &their_key).is_ok(), "{n}");

        let leaked = made.extract(&complete, &encryption).unwrap();
        assert_eq!(leaked.public_key(), fp.public_key());
        let (another, another_key) = key(n + 100);
        assert!(made.extract(&complete, &EncryptionKey::new(&another_key).unwrap()).is_none());
        let wrong = made.decrypt(&DecryptionKey::new(&another)).unwrap();
        assert!(schnorr::verify(&Native, &signer.into(), &message, &wrong).is_err());
    }
    assert!(parities[0] > 5 && parities[1] > 5, "{parities:?}");
}

#[test]
fn every_bit_counts() {
    let ((member, signer), (_, fp)) = (key(1), key(2));
    let encryption = EncryptionKey::new(&fp).unwrap();
    let bytes = presign(&member, &encryption, &[3; 32], &[0; 32]).to_bytes();
    for bit in 0..8 * bytes.len() {
        let mut changed = bytes;
        changed[bit / 8] ^= 1 << (bit % 8);
        let verdict =
            AdaptorSignature::parse(&changed).map(|s| s.verify(&Native, &signer, &encryption, &[3; 32]));
        assert!(!matches!(verdict, Ok(Ok(()))), "bit {bit}");
    }
    for bit in 0..256 {
        let mut message = [3; 32];
        message[bit / 8] ^= 1 << (bit % 8);
        let signature = AdaptorSignature::parse(&bytes).unwrap();
        assert!(signature.verify(&Native, &signer, &encryption, &message).is_err(), "bit {bit}");
    }
}

#[test]
fn both_forms_are_one_signature() {
    let ((member, _), (_, fp)) = (key(1), key(2));
    for n in 0..8 {
        let new = presign(&member, &EncryptionKey::new(&fp).unwrap(), &[n; 32], &[0; 32]);
        let bytes = new.to_bytes();
        let mut old = [&bytes[..], &[bytes[0] - 2]].concat();
        old[0] = 2;
        assert_eq!(AdaptorSignature::parse(&old), Ok(new));
        assert_eq!(AdaptorSignature::parse(&bytes), Ok(new));
        for (first, last) in [(3, Some(0)), (3, Some(1)), (2, Some(2)), (4, None), (0, None), (1, Some(1))] {
            let mut wrong = [&[first], &bytes[1..]].concat();
            wrong.extend(last);
            let last = last.unwrap_or(0);
            assert_eq!(AdaptorSignature::parse(&wrong), Err(AdaptorFormError::Parity { first, last }));
        }
        for length in [0, 64, 67] {
            let wrong = AdaptorSignature::parse(&[2; 67][..length]);
            assert!(matches!(wrong, Err(AdaptorFormError::Length(_))), "{length}");
        }
    }
}

/// D-04: one committee member signs one message for two finality providers. With one nonce for both, both secrets would give
/// the member's key away.
#[test]
fn a_nonce_serves_one_encryption_key_one_message_and_one_signer() {
    let ((member, _), (other, _)) = (key(1), key(2));
    let encryption = |byte| EncryptionKey::new(&key(byte).1).unwrap();
    let secret = |byte| DecryptionKey::new(&key(byte).0);
    // R = R0 - T of each: what the nonce is, as the half that the completed signature does not show.
    let nonce = |member: &SecretKey, fp: u8, message: u8, aux: u8| {
        let made = presign(member, &encryption(fp), &[message; 32], &[aux; 32]);
        let complete = made.decrypt(&secret(fp)).unwrap();
        (made.to_bytes()[1..33].to_vec(), complete)
    };
    let base = nonce(&member, 5, 7, 0);
    assert_eq!(base, nonce(&member, 5, 7, 0), "the same item gets the same bytes");
    for different in
        [nonce(&member, 6, 7, 0), nonce(&member, 5, 8, 0), nonce(&other, 5, 7, 0), nonce(&member, 5, 7, 1)]
    {
        assert_ne!(base.0, different.0);
    }
    // Two FPs, one message: if k were shared, s1 - s2 = (e1 - e2)·d for one choice of signs would give the key away.
    let (one, two) = (nonce(&member, 5, 7, 0).1, nonce(&member, 6, 7, 0).1);
    assert!(!gives_away(&member, &[7; 32], &one, &two, [&secret_scalar(5), &secret_scalar(6)]));
}

fn scalar(bytes: &[u8]) -> Scalar {
    <Scalar as Reduce<U256>>::reduce_bytes(&<[u8; 32]>::try_from(bytes).unwrap().into())
}

fn tagged_hash(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let tag = Sha256::digest(tag);
    let begun = Sha256::new().chain_update(tag).chain_update(tag);
    parts.iter().fold(begun, |hash, part| hash.chain_update(part)).finalize().into()
}

/// D-04: a mask that loses bits does not mask, and without the parity two encryption keys share a nonce.
#[test]
fn a_nonce_is_the_hash_that_its_formula_says() {
    let ((member, signer), (_, fp), secret) = (key(1), key(2), secret_scalar(1));
    let (message, aux) = ([7; 32], [9; 32]);
    for prefix in [2, 3] {
        let encryption = EncryptionKey::from_compressed(prefix, fp.as_bytes()).unwrap();
        let made = presign(&member, &encryption, &message, &aux).to_bytes();
        let mut masked: [u8; 32] = secret.to_bytes().into();
        let mask = tagged_hash("BSN/covenant/aux", &[&aux]);
        masked.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        let parts = [&masked[..], signer.as_bytes(), &[prefix], fp.as_bytes(), &message];
        let k = scalar(&tagged_hash("BSN/covenant/nonce", &parts));
        let e = scalar(&tagged_hash("BIP0340/challenge", &[&made[1..33], signer.as_bytes(), &message]));
        assert_eq!(scalar(&made[33..]) - e * secret, if made[0] == 3 { -k } else { k });
    }
}

/// The secret as BIP-340 signs with it.
fn secret_scalar(byte: u8) -> Scalar {
    let (secret, _) = key(byte);
    let scalar = scalar(&secret.to_bytes());
    let public = k256::SecretKey::from_bytes(&secret.to_bytes().into()).unwrap().public_key();
    let is_odd: bool = public.as_affine().y_is_odd().into();
    if is_odd { -scalar } else { scalar }
}

/// Whether the member's key follows from two of its completed signatures of one message under one nonce.
fn gives_away(
    member: &SecretKey,
    message: &[u8; 32],
    one: &[u8; 64],
    two: &[u8; 64],
    secrets: [&Scalar; 2],
) -> bool {
    let signer = *member.public_key().as_fp();
    let challenge = |signature: &[u8; 64]| {
        scalar(&tagged_hash("BIP0340/challenge", &[&signature[..32], signer.as_bytes(), message]))
    };
    let (e1, e2) = (challenge(one), challenge(two));
    let s = |signature: &[u8; 64]| scalar(&signature[32..]);
    // The complete s = ±(k + t) + e·d, with a sign for each.
    let mut found = false;
    for signs in [[false, false], [false, true], [true, false], [true, true]] {
        let sign = |value: Scalar, negative: bool| if negative { -value } else { value };
        let one = sign(s(one), signs[0]) - secrets[0];
        let two = sign(s(two), signs[1]) - secrets[1];
        let e = sign(e1, signs[0]) - sign(e2, signs[1]);
        let inverse: Option<Scalar> = e.invert().into();
        let d = (one - two) * inverse.unwrap_or(Scalar::ZERO);
        found |= SecretKey::from_slice(&d.to_bytes())
            .is_ok_and(|leaked| leaked.public_key() == member.public_key());
    }
    found
}

#[test]
fn errors_name_the_signer_and_the_host_may_fail() {
    let ((member, signer), (_, fp)) = (key(1), key(2));
    let encryption = EncryptionKey::new(&fp).unwrap();
    let made = presign(&member, &encryption, &[3; 32], &[0; 32]);
    let verdict = made.verify(&Native, &fp, &encryption, &[3; 32]);
    assert_eq!(verdict, Err(AdaptorInvalid::Mismatch { signer: fp }));
    let silent = |_: &[u8; 32], _: &[u8; 64], _: u8| None;
    let verdict = made.verify(&silent, &signer, &encryption, &[3; 32]);
    assert_eq!(verdict, Err(AdaptorInvalid::NoPoint { signer }));
    let garbage = |_: &[u8; 32], _: &[u8; 64], _: u8| Some([4; 65]);
    assert!(made.verify(&garbage, &signer, &encryption, &[3; 32]).is_err());
    for s in [[0; 32], [0xff; 32]] {
        let mut bytes = made.to_bytes();
        bytes[33..].copy_from_slice(&s);
        let verdict =
            AdaptorSignature::parse(&bytes).unwrap().verify(&Native, &signer, &encryption, &[3; 32]);
        assert_eq!(verdict, Err(AdaptorInvalid::Scalar));
    }
}
