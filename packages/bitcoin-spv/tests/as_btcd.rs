//! What btcd's reader of transactions accepts: by a table of what it does, and by rust-bitcoin where both agree.

use bitcoin::consensus::{deserialize, deserialize_partial, serialize};
use bitcoin::hashes::Hash;
use bitcoin::{
    Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxOut, Witness, absolute::LockTime, transaction::Version,
};
use bsn_bitcoin_spv::{Transaction, TransactionError};
use proptest::{collection::vec, prelude::*, sample::Index};

fn transaction(inputs: Vec<Vec<Vec<u8>>>, script: Vec<u8>, outputs: usize) -> bitcoin::Transaction {
    let input = |witness: Vec<Vec<u8>>| TxIn {
        previous_output: OutPoint { txid: bitcoin::Txid::from_byte_array([7; 32]), vout: 1 },
        script_sig: ScriptBuf::from_bytes(script.clone()),
        sequence: Sequence::MAX,
        witness: Witness::from_slice(&witness),
    };
    let output = TxOut { value: Amount::from_sat(9), script_pubkey: ScriptBuf::from_bytes(script.clone()) };
    bitcoin::Transaction {
        version: Version::TWO,
        lock_time: LockTime::from_consensus(840_000),
        input: inputs.into_iter().map(input).collect(),
        output: vec![output; outputs],
    }
}

/// With marker, flag and the given bytes for witnesses.
fn flagged(tx: &bitcoin::Transaction, flag: u8, witnesses: &[u8]) -> Vec<u8> {
    let plain = stripped(tx);
    let (body, lock_time) = plain[4..].split_at(plain.len() - 8);
    [&plain[..4], &[0, flag], body, witnesses, lock_time].concat()
}

fn stripped(tx: &bitcoin::Transaction) -> Vec<u8> {
    let mut tx = tx.clone();
    tx.input.iter_mut().for_each(|input| input.witness.clear());
    serialize(&tx)
}

/// btcd: `wire/msgtx.go`, `MsgTx.BtcDecode` with `WitnessEncoding`; `wire/common.go`, `ReadVarInt`.
#[test]
fn each_row_of_btcds_reader() {
    use TransactionError::{BadWitness, LongLength, NoInputs, Truncated};
    let one = transaction(vec![vec![]], vec![], 2);
    let two = transaction(vec![vec![], vec![vec![5; 64]]], vec![3; 20], 1);
    let plain = stripped(&one);
    let with = |at: usize, bytes: &[u8]| [&plain[..at], bytes, &plain[at + 1..]].concat();
    let behind = |bytes: &[u8], junk: usize| [bytes, vec![0xaa; junk].as_slice()].concat();
    let accepted = [
        ("without witness", &one, plain.clone()),
        ("with the witness of one input", &two, serialize(&two)),
        (
            "without outputs",
            &transaction(vec![vec![]], vec![], 0),
            stripped(&transaction(vec![vec![]], vec![], 0)),
        ),
        ("a byte behind it", &one, behind(&plain, 1)),
        ("a quarter of a megabyte behind it", &one, behind(&plain, 250_000)),
        ("another transaction behind it", &one, [plain.clone(), serialize(&two)].concat()),
        ("bytes behind one with a witness", &two, behind(&serialize(&two), 99)),
        ("a flag and one empty witness", &one, flagged(&one, 1, &[0])),
        ("a flag and two empty witnesses", &two, flagged(&two, 1, &[0, 0])),
        ("an empty item in a witness", &one, flagged(&one, 1, &[1, 0])),
        (
            "a witness of many bytes",
            &one,
            flagged(&one, 1, &[&[1, 0xfe, 0, 0, 3, 0][..], &[4; 196_608]].concat()),
        ),
        ("a flag, empty witnesses, bytes behind", &one, behind(&flagged(&one, 1, &[0]), 7)),
    ];
    for (what, is, bytes) in accepted {
        let read = Transaction::parse_as_btcd(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(read.txid.to_string(), is.compute_txid().to_string(), "{what}");
        assert_eq!(read.stripped, stripped(is), "{what}");
        assert_eq!(read.outputs.len(), is.output.len(), "{what}");
    }
    let refused = [
        ("nothing", vec![], Truncated { field: "version" }),
        ("no lock time", plain[..plain.len() - 1].to_vec(), Truncated { field: "lock time" }),
        ("flag 0", flagged(&one, 0, &[]), NoInputs),
        ("flag 2", flagged(&one, 2, &[0]), BadWitness(2)),
        (
            "a flag and no witness",
            flagged(&one, 1, &[])[..plain.len() - 2].to_vec(),
            Truncated { field: "witness count" },
        ),
        ("a witness that ends early", flagged(&one, 1, &[1, 200]), Truncated { field: "witness" }),
        ("a long input count", with(4, &[0xfd, 1, 0]), LongLength(1)),
        ("a long script length", with(41, &[0xfe, 0, 0, 0, 0]), LongLength(0)),
        ("a long witness count", flagged(&one, 1, &[0xfd, 0, 0]), LongLength(0)),
    ];
    for (what, bytes, why) in refused {
        assert_eq!(Transaction::parse_as_btcd(&bytes), Err(why), "{what}");
        assert!(deserialize_partial::<bitcoin::Transaction>(&bytes).is_err() || why == NoInputs, "{what}");
    }
    // The one thing that btcd's reader takes and we do not: Babylon's sanity check and every block refuse it as well.
    let nothing_spent = [&plain[..4], &[0, 1, 0, 0], &plain[plain.len() - 4..]].concat();
    assert_eq!(Transaction::parse_as_btcd(&nothing_spent), Err(NoInputs));
}

#[test]
fn what_strangers_submit_is_read_to_its_last_byte() {
    let one = transaction(vec![vec![]], vec![], 1);
    let junk = [stripped(&one), vec![1]].concat();
    assert_eq!(Transaction::parse(&junk), Err(TransactionError::TrailingBytes(1)));
    assert_eq!(Transaction::parse(&flagged(&one, 1, &[0])), Err(TransactionError::BadWitness(1)));
}

/// Lengths at which the form of a length changes, and an amount of all eight bytes.
#[test]
fn lengths_and_amounts_are_read_at_their_edges() {
    for length in [0, 252, 253, 254, 65_535, 65_536] {
        let mut theirs = transaction(vec![vec![]], vec![3; length], 1);
        theirs.output[0].value = Amount::from_sat(0x0102_0304_0506_0708);
        let ours = Transaction::parse(&stripped(&theirs)).unwrap();
        assert_eq!(ours.outputs[0].value, 0x0102_0304_0506_0708, "{length}");
        assert_eq!(ours.outputs[0].script.len(), length);
        assert_eq!(ours.inputs().map(|input| input.script.len()).collect::<Vec<_>>(), [length]);
    }
}

#[test]
fn inputs_version_and_lock_time_are_those_of_rust_bitcoin() {
    let mut theirs = transaction(vec![vec![], vec![]], vec![3; 5], 1);
    theirs.version = Version(0x0102_0304);
    theirs.lock_time = LockTime::from_consensus(0x0506_0708);
    theirs.input[1].previous_output.vout = 0x0a0b_0c0d;
    theirs.input[1].sequence = Sequence(0x0e0f_1011);
    let ours = Transaction::parse(&stripped(&theirs)).unwrap();
    assert_eq!((ours.version(), ours.lock_time()), (0x0102_0304, 0x0506_0708));
    let inputs: Vec<_> = ours.inputs().collect();
    assert_eq!(inputs.len(), theirs.input.len());
    for (ours, theirs) in inputs.iter().zip(&theirs.input) {
        assert_eq!(ours.spends.to_bytes().to_vec(), serialize(&theirs.previous_output));
        assert_eq!(ours.spends.to_string(), theirs.previous_output.to_string());
        assert_eq!((ours.script, ours.sequence), (theirs.script_sig.as_bytes(), theirs.sequence.0));
    }
}

fn any_transaction() -> impl Strategy<Value = bitcoin::Transaction> {
    let bytes = || vec(any::<u8>(), 0..60);
    (vec(vec(bytes(), 0..3), 1..4), bytes(), 0..4usize)
        .prop_map(|(inputs, script, n)| transaction(inputs, script, n))
}

proptest! {
    #[test]
    fn whatever_follows_changes_nothing(tx in any_transaction(), junk in vec(any::<u8>(), 0..200)) {
        let bytes = serialize(&tx);
        let alone = Transaction::parse(&bytes);
        prop_assert!(alone.is_ok());
        prop_assert_eq!(Transaction::parse_as_btcd(&[bytes, junk].concat()), alone);
    }

    /// rust-bitcoin reads a transaction at the start of bytes, too. It differs from btcd in two things: it refuses a
    /// witness that is announced and absent, and takes a transaction without inputs.
    #[test]
    fn mutated_transactions_are_read_as_rust_bitcoin_reads_their_start(
        tx in any_transaction(), junk in vec(any::<u8>(), 0..9), changes in vec((any::<Index>(), any::<u8>()), 0..4),
        empty in any::<bool>()
    ) {
        let count = tx.input.len();
        let bytes = if empty { flagged(&tx, 1, &vec![0; count]) } else { serialize(&tx) };
        let mut bytes = [bytes, junk].concat();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let theirs = deserialize_partial::<bitcoin::Transaction>(&bytes).ok().filter(|(tx, _)| !tx.input.is_empty());
        match (Transaction::parse_as_btcd(&bytes), theirs) {
            (Ok(ours), Some((theirs, _))) => {
                prop_assert_eq!(ours.txid.to_string(), theirs.compute_txid().to_string());
                prop_assert_eq!(ours.stripped, stripped(&theirs));
            }
            (Ok(ours), None) => {
                prop_assert_eq!(&bytes[4..6], &[0, 1]);
                prop_assert!(matches!(Transaction::parse(&bytes), Err(TransactionError::BadWitness(1))));
                let theirs: bitcoin::Transaction = deserialize(&ours.stripped).unwrap();
                prop_assert_eq!(ours.txid.to_string(), theirs.compute_txid().to_string());
            }
            (Err(error), theirs) => prop_assert!(theirs.is_none(), "{}", error),
        }
    }
}
