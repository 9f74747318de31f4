//! The two halves of a checkpoint, written by an encoder of the test's own after PROTOCOL.md,
//! "Checkpoints in Bitcoin".

use bitcoin::{
    Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxOut, Witness, absolute::LockTime, consensus::serialize,
    hashes::Hash, opcodes::all::OP_RETURN, script::PushBytesBuf, transaction::Version,
};
use bsn_bitcoin_spv::{
    Transaction,
    checkpoint::{Checkpoint, CheckpointError, FirstHalf, SecondHalf, tag_of},
};
use primitives::EpochNumber;

const TAG: [u8; 4] = [1, 2, 3, 4];

fn expected() -> Checkpoint {
    Checkpoint {
        epoch: EpochNumber::new(0x0102_0304_0506),
        block_hash: [0xb1; 32],
        bitmap: [0xb2; 13],
        submitter: [0xb3; 20],
        bls_multi_sig: [0xb4; 48],
    }
}

fn halves(of: &Checkpoint) -> (Vec<u8>, Vec<u8>) {
    let mut whole = of.epoch.get().to_be_bytes().to_vec();
    whole.extend(of.block_hash);
    whole.extend(of.bitmap);
    whole.extend(of.submitter);
    whole.extend(of.bls_multi_sig);
    let (first, second) = whole.split_at(73);
    let link = bitcoin::hashes::sha256::Hash::hash(first);
    let first = [&TAG, &[0x00][..], first].concat();
    let second = [&TAG, &[0x10][..], second, &link.as_byte_array()[..10]].concat();
    assert_eq!((first.len(), second.len()), (78, 63));
    (first, second)
}

fn carrying(data: &[u8]) -> Transaction {
    let pay = TxOut { value: Amount::from_sat(5), script_pubkey: ScriptBuf::from_bytes(vec![0x51]) };
    let push = PushBytesBuf::try_from(data.to_vec()).unwrap();
    let script = ScriptBuf::builder().push_opcode(OP_RETURN).push_slice(push).into_script();
    with_outputs(vec![pay, TxOut { value: Amount::ZERO, script_pubkey: script }])
}

fn with_outputs(output: Vec<TxOut>) -> Transaction {
    let input = TxIn {
        previous_output: OutPoint { txid: bitcoin::Txid::from_byte_array([1; 32]), vout: 0 },
        script_sig: ScriptBuf::new(),
        sequence: Sequence::MAX,
        witness: Witness::new(),
    };
    let tx =
        bitcoin::Transaction { version: Version::TWO, lock_time: LockTime::ZERO, input: vec![input], output };
    Transaction::parse(&serialize(&tx)).unwrap()
}

fn read(first: &[u8], second: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let first = FirstHalf::find(&carrying(first), TAG)?;
    let second = SecondHalf::find(&carrying(second), TAG)?;
    Checkpoint::link(&first, &second)
}

#[test]
fn two_halves_make_a_checkpoint() {
    let (first, second) = halves(&expected());
    assert_eq!(read(&first, &second), Ok(expected()));
}

#[test]
fn every_bit_of_the_first_half_and_of_the_link_matters() {
    let (first, second) = halves(&expected());
    for bit in 0..first.len() * 8 {
        let mut mutated = first.clone();
        mutated[bit / 8] ^= 1 << (bit % 8);
        match read(&mutated, &second) {
            Err(CheckpointError::NoHalf { half: "first", .. }) => assert!(bit < 40),
            Err(CheckpointError::NotLinked { .. }) => assert!(bit >= 40),
            other => panic!("{bit}: {other:?}"),
        }
    }
    for bit in 0..second.len() * 8 {
        let mut mutated = second.clone();
        mutated[bit / 8] ^= 1 << (bit % 8);
        match read(&first, &mutated) {
            Err(CheckpointError::NoHalf { half: "second", .. }) => assert!(bit < 40),
            Err(CheckpointError::NotLinked { .. }) => assert!(bit >= (5 + 48) * 8),
            // Nothing links the signature: it is compared with the raw checkpoint.
            Ok(got) => assert_ne!(got.bls_multi_sig, expected().bls_multi_sig),
            other => panic!("{bit}: {other:?}"),
        }
    }
}

#[test]
fn the_tag_is_read_off_a_first_half_only() {
    let (first, second) = halves(&expected());
    assert_eq!(tag_of(&carrying(&first)), Some(first[..4].try_into().unwrap()));
    assert_eq!(tag_of(&carrying(&second)), None);
    assert_eq!(tag_of(&carrying(&first[..77])), None);
}

#[test]
fn halves_of_two_checkpoints_do_not_link() {
    let other = Checkpoint { epoch: EpochNumber::new(9), ..expected() };
    let ((first, _), (_, second)) = (halves(&expected()), halves(&other));
    assert!(matches!(read(&first, &second), Err(CheckpointError::NotLinked { .. })));
}

#[test]
fn other_lengths_tags_and_scripts_are_no_halves() {
    let (first, second) = halves(&expected());
    for wrong in [&first[..77], &[&first[..], &[0]].concat(), &second, &TAG, &[]] {
        assert!(FirstHalf::find(&carrying(wrong), TAG).is_err());
    }
    for wrong in [&second[..62], &[&second[..], &[0]].concat(), &first] {
        assert!(SecondHalf::find(&carrying(wrong), TAG).is_err());
    }
    assert!(FirstHalf::find(&carrying(&first), [1, 2, 3, 5]).is_err());
    let scripts = [
        vec![],
        vec![0x6a],
        [&[0x4c, 78], &first[..]].concat(),
        [&[0x6a, 0x4c, 77], &first[..]].concat(),
        [&[0x6a, 0x4d, 78, 0], &first[..]].concat(),
        [&[0x6a, 0x4c, 78], &first[..], &[0x51]].concat(),
    ];
    for script in scripts {
        let output = TxOut { value: Amount::ZERO, script_pubkey: ScriptBuf::from_bytes(script.clone()) };
        assert!(FirstHalf::find(&with_outputs(vec![output]), TAG).is_err(), "{script:02x?}");
    }
}
