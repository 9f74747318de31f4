use bitcoin::{
    Amount, OutPoint, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness,
    absolute::LockTime,
    consensus::encode::{deserialize_partial, serialize},
    hashes::Hash,
    transaction::Version,
};
use proptest::{collection::vec, prelude::*};

use super::*;

fn stripped(tx: &Transaction) -> Transaction {
    let mut tx = tx.clone();
    tx.input.iter_mut().for_each(|input| input.witness.clear());
    tx
}

fn txid_of(tx: &Transaction) -> Txid {
    Txid::from_bytes(tx.compute_txid().to_byte_array())
}

prop_compose! {
    fn input()(txid in any::<[u8; 32]>(), vout: u32, script in vec(any::<u8>(), 0..300), sequence: u32,
               witness in vec(vec(any::<u8>(), 0..100), 0..4)) -> TxIn {
        TxIn {
            previous_output: OutPoint { txid: bitcoin::Txid::from_byte_array(txid), vout },
            script_sig: ScriptBuf::from_bytes(script),
            sequence: Sequence(sequence),
            witness: Witness::from_slice(&witness),
        }
    }
}

prop_compose! {
    fn transaction()(version: i32, lock_time: u32, input in vec(input(), 1..4),
                     outputs in vec((any::<u64>(), vec(any::<u8>(), 0..60)), 0..5)) -> Transaction {
        let output = outputs.into_iter().map(|(sats, script)| TxOut {
            value: Amount::from_sat(sats),
            script_pubkey: ScriptBuf::from_bytes(script),
        }).collect();
        Transaction { version: Version(version), lock_time: LockTime::from_consensus(lock_time), input, output }
    }
}

proptest! {
    /// Any version, lock time and number of inputs: real wallets set all of them.
    #[test]
    fn every_transaction_gets_the_id_that_rust_bitcoin_gives(tx in transaction()) {
        let parsed = StakingTx::parse(&serialize(&tx)).unwrap();
        prop_assert_eq!(parsed.txid(), txid_of(&tx));
        for index in 0..6 {
            let value = tx.output.get(index as usize).map(|output| output.value.to_sat());
            prop_assert_eq!(parsed.output(index).map(|output| output.value), value);
        }
        prop_assert_eq!(parsed.as_bytes(), serialize(&stripped(&tx)));
    }

    /// One staker with a witness of his own making costs everybody else nothing.
    #[test]
    fn neither_witness_nor_what_follows_is_kept(tx in transaction(), junk in vec(any::<u8>(), 0..300)) {
        let parsed = StakingTx::parse(&[serialize(&tx), junk].concat()).unwrap();
        prop_assert_eq!(parsed.txid(), txid_of(&tx));
        prop_assert_eq!(StakingTx::parse(parsed.as_bytes()), Ok(parsed.clone()));
        prop_assert_eq!(parsed.into_bytes().len(), tx.base_size());
    }

    #[test]
    fn a_changed_transaction_is_one_exactly_if_it_is_one_to_rust_bitcoin(
        tx in transaction(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3), cut in 0usize..3
    ) {
        let mut bytes = serialize(&tx);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut);
        let theirs = deserialize_partial::<Transaction>(&bytes).ok().filter(|(tx, _)| !tx.input.is_empty());
        let ours = StakingTx::parse(&bytes).ok().map(|ours| ours.txid());
        let only_btcd = bitcoin_spv::Transaction::parse(&bytes) == Err(TransactionError::BadWitness(1));
        prop_assert!(only_btcd || ours == theirs.map(|(tx, _)| txid_of(&tx)));
    }
}

#[test]
fn the_genesis_coinbase_has_its_id() {
    let hex = "01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468\
        652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e642062\
        61696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a8\
        28e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000";
    let tx = StakingTx::parse(&hex::decode(hex).unwrap()).unwrap();
    assert_eq!(tx.txid().to_string(), "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b");
    assert_eq!(tx.output(0).map(|output| output.value), Some(5_000_000_000));
    assert_eq!(tx.output(1), None);
}

/// Without a witness, what is stored is what came.
#[test]
fn the_bytes_are_kept() {
    let bytes = [&[2, 0, 0, 0, 1][..], &[7; 36], &[0], &[0xff; 4], &[0], &[0; 4]].concat();
    let tx = StakingTx::parse(&bytes).unwrap();
    assert_eq!(tx.as_bytes(), bytes);
    assert_eq!(tx.into_bytes(), bytes);
}
