//! The table of BIP-340, every row of it.

use bsn_eots::{Native, SecretKey, schnorr};
use primitives::FpPublicKey;

const TABLE: &str = include_str!("../../../tests/vectors/bip340/test-vectors.csv");

struct Row {
    index: &'static str,
    secret: &'static str,
    key: FpPublicKey,
    aux_rand: &'static str,
    message: Vec<u8>,
    signature: [u8; 64],
    valid: bool,
}

fn rows() -> Vec<Row> {
    let rows: Vec<Row> = TABLE.lines().skip(1).map(row).collect();
    assert_eq!(rows.len(), 19);
    rows
}

fn row(line: &'static str) -> Row {
    let cells: Vec<&str> = line.split(',').collect();
    let [index, secret, key, aux_rand, message, signature, result, ..] = cells[..] else { panic!("{line}") };
    Row {
        index,
        secret,
        key: FpPublicKey::from_hex(key).unwrap(),
        aux_rand,
        message: hex::decode(message).unwrap(),
        signature: hex::decode(signature).unwrap().try_into().unwrap(),
        valid: match result {
            "TRUE" => true,
            "FALSE" => false,
            other => panic!("{other}"),
        },
    }
}

#[test]
fn every_row_is_accepted_or_refused_as_the_table_says() {
    for row in rows() {
        let verdict = schnorr::verify(&Native, &row.key, &row.message, &row.signature);
        assert_eq!(verdict.is_ok(), row.valid, "row {}: {verdict:?}", row.index);
    }
}

#[test]
fn every_row_with_a_secret_key_is_signed_as_the_table_says() {
    let mut signed = 0;
    for row in rows().iter().filter(|row| !row.secret.is_empty()) {
        let key = SecretKey::from_slice(&hex::decode(row.secret).unwrap()).unwrap();
        assert_eq!(FpPublicKey::from(key.public_key()), row.key, "row {}", row.index);
        let aux_rand = hex::decode(row.aux_rand).unwrap().try_into().unwrap();
        assert_eq!(schnorr::sign(&key, &row.message, &aux_rand), row.signature, "row {}", row.index);
        signed += 1;
    }
    assert_eq!(signed, 8);
}
