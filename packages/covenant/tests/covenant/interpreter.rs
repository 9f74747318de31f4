//! Bitcoin Core's own script interpreter, and that it agrees with btcd's.

use bitcoin_spv::Output;
use bitcoinconsensus::Utxo;
use serde::Deserialize;

/// Whether Bitcoin takes `tx`, whose only input spends `spent`.
pub fn is_spent(spent: &Output, tx: &[u8]) -> bool {
    let script = &spent.script;
    let utxo = Utxo {
        script_pubkey: script.as_ptr(),
        script_pubkey_len: script.len().try_into().unwrap(),
        value: spent.value.try_into().unwrap(),
    };
    bitcoinconsensus::verify(script, spent.value, tx, Some(&[utxo]), 0).is_ok()
}

/// A spend that btcd's engine judged.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    tx: String,
    value: u64,
    script: String,
    witness: Vec<String>,
    /// Whether it takes it.
    pub ok: bool,
}

impl Case {
    /// The elements of the witness.
    pub fn witness(&self) -> Vec<Vec<u8>> {
        self.witness.iter().map(|element| bytes(element)).collect()
    }

    /// The transaction, without its witness.
    pub fn tx(&self) -> bitcoin::Transaction {
        bitcoin::consensus::deserialize(&bytes(&self.tx)).unwrap()
    }
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

pub fn cases() -> Option<Vec<Case>> {
    let json = vectors::load("babylon/delegations/engine_cases.json")?;
    Some(serde_json::from_slice(&json).unwrap())
}

#[test]
fn it_agrees_with_btcd() {
    let Some(cases) = cases() else { return };
    assert_eq!(cases.len(), 35);
    for case in cases {
        let mut tx = case.tx();
        tx.input[0].witness = bitcoin::Witness::from_slice(&case.witness());
        let spent = Output { value: case.value, script: bytes(&case.script) };
        assert_eq!(is_spent(&spent, &bitcoin::consensus::serialize(&tx)), case.ok, "{}", case.name);
    }
}
