//! Transactions and their place in a block, against rust-bitcoin; and the known tricks.

use bitcoin::{
    Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxOut, Witness, absolute::LockTime, consensus::serialize,
    hashes::Hash, transaction::Version,
};
use bsn_bitcoin_spv::{InclusionError, MerkleBranch, MerkleRoot, Transaction, TransactionError};
use primitives::Txid;
use proptest::prelude::*;

fn transaction(n: u8, script: Vec<u8>, witness: Vec<Vec<u8>>) -> bitcoin::Transaction {
    bitcoin::Transaction {
        version: Version::TWO,
        lock_time: LockTime::from_consensus(n.into()),
        input: vec![TxIn {
            previous_output: OutPoint { txid: bitcoin::Txid::from_byte_array([n; 32]), vout: n.into() },
            script_sig: ScriptBuf::from_bytes(script.clone()),
            sequence: Sequence::MAX,
            witness: Witness::from_slice(&witness),
        }],
        output: vec![
            TxOut { value: Amount::from_sat(n.into()), script_pubkey: ScriptBuf::from_bytes(script) };
            usize::from(n % 3)
        ],
    }
}

fn any_transaction() -> impl Strategy<Value = bitcoin::Transaction> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..300);
    (any::<u8>(), bytes(), prop::collection::vec(bytes(), 0..3)).prop_map(|(n, s, w)| transaction(n, s, w))
}

/// All levels of a block's tree, the ids first.
fn levels(ids: &[[u8; 32]]) -> Vec<Vec<[u8; 32]>> {
    let mut levels = vec![ids.to_vec()];
    while levels.last().unwrap().len() > 1 {
        let below = levels.last().unwrap();
        let pair = |pair: &[[u8; 32]]| {
            let joined = [pair[0], *pair.last().unwrap()].concat();
            bitcoin::hashes::sha256d::Hash::hash(&joined).to_byte_array()
        };
        levels.push(below.chunks(2).map(pair).collect());
    }
    levels
}

fn branch(ids: &[[u8; 32]], index: usize) -> Vec<[u8; 32]> {
    let levels = levels(ids);
    let sibling = |(level, nodes): (usize, &Vec<[u8; 32]>)| {
        let place = (index >> level) ^ 1;
        *nodes.get(place).unwrap_or_else(|| nodes.last().unwrap())
    };
    levels[..levels.len() - 1].iter().enumerate().map(sibling).collect()
}

fn ids(n: u32) -> Vec<[u8; 32]> {
    (0..n).map(|i| bitcoin::hashes::sha256d::Hash::hash(&i.to_be_bytes()).to_byte_array()).collect()
}

proptest! {
    #[test]
    fn transactions_are_read_as_rust_bitcoin_reads_them(tx in any_transaction()) {
        let bytes = serialize(&tx);
        let ours = Transaction::parse(&bytes).unwrap();
        prop_assert_eq!(ours.txid.to_string(), tx.compute_txid().to_string());
        prop_assert_eq!(ours.stripped.len(), tx.base_size());
        prop_assert_eq!(ours.outputs.len(), tx.output.len());
        for (ours, theirs) in ours.outputs.iter().zip(&tx.output) {
            prop_assert_eq!(ours.value, theirs.value.to_sat());
            prop_assert_eq!(&ours.script, theirs.script_pubkey.as_bytes());
        }
        for end in 0..bytes.len() {
            prop_assert!(Transaction::parse(&bytes[..end]).is_err());
        }
        prop_assert_eq!(Transaction::parse(&[&bytes[..], &[0]].concat()), Err(TransactionError::TrailingBytes(1)));
    }

    #[test]
    fn mutated_transactions_are_read_alike_or_refused(tx in any_transaction(), at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = serialize(&tx);
        let at = at.index(bytes.len());
        bytes[at] = to;
        let theirs = bitcoin::consensus::deserialize::<bitcoin::Transaction>(&bytes);
        match Transaction::parse(&bytes) {
            Ok(ours) => prop_assert_eq!(ours.txid.to_string(), theirs.unwrap().compute_txid().to_string()),
            Err(error) => prop_assert!(theirs.is_err() || theirs.unwrap().input.is_empty(), "{}", error),
        }
    }

    #[test]
    fn every_transaction_of_a_block_is_included_at_its_place_only(n in 1..200u32, i in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>()) {
        let ids = ids(n);
        let index = i.index(ids.len());
        let theirs: Vec<_> = ids.iter().map(|id| bitcoin::Txid::from_byte_array(*id)).collect();
        let root = bitcoin::merkle_tree::calculate_root(theirs.into_iter()).unwrap();
        let root = MerkleRoot::from_bytes(root.to_byte_array());
        let txid = Txid::from_bytes(ids[index]);
        let siblings = branch(&ids, index);
        let levels = siblings.len();
        let honest = MerkleBranch::new(index as u32, siblings.clone()).unwrap();
        prop_assert_eq!(honest.verify(&txid, &root), Ok(()));
        prop_assert_eq!(MerkleBranch::from_babylon(index as u32, &siblings.concat()), Ok(honest.clone()));

        for other in 0..1u32 << levels {
            let moved = MerkleBranch::new(other, siblings.clone()).unwrap().verify(&txid, &root);
            prop_assert_eq!(moved.is_ok(), other == index as u32, "{}", other);
        }
        for bit in 0..32 - levels {
            let high = index as u32 | 1 << (levels + bit);
            prop_assert_eq!(
                MerkleBranch::new(high, siblings.clone()),
                Err(InclusionError::IndexOutOfRange { index: high, levels })
            );
            prop_assert_eq!(MerkleBranch::from_babylon(high, &siblings.concat()), Ok(honest.clone()));
        }
        if levels > 0 {
            let mut bytes = siblings.concat();
            let bit = flip.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(MerkleBranch::from_babylon(index as u32, &bytes).unwrap().verify(&txid, &root).is_err());
        }
    }
}

#[test]
fn a_block_with_one_transaction_needs_no_branch() {
    let id = ids(1)[0];
    let alone = MerkleBranch::new(0, vec![]).unwrap();
    assert_eq!(alone.verify(&Txid::from_bytes(id), &MerkleRoot::from_bytes(id)), Ok(()));
    assert!(MerkleBranch::new(1, vec![]).is_err());
}

#[test]
fn the_length_is_bounded() {
    assert!(MerkleBranch::new(0, vec![[1; 32]; 15]).is_ok());
    assert_eq!(MerkleBranch::new(0, vec![[1; 32]; 16]), Err(InclusionError::TooDeep { got: 16, most: 15 }));
    let deep = [1; 32 * 40];
    assert_eq!(
        MerkleBranch::from_babylon(u32::MAX, &deep),
        Err(InclusionError::TooDeep { got: 40, most: 15 })
    );
    assert_eq!(MerkleBranch::from_babylon(0, &[0; 33]), Err(InclusionError::Length(33)));
}

#[test]
fn the_copy_that_fills_an_odd_level_has_no_place() {
    let ids = ids(3);
    let root = MerkleRoot::from_bytes(levels(&ids)[2][0]);
    let third = Txid::from_bytes(ids[2]);
    let siblings = branch(&ids, 2);
    assert_eq!(MerkleBranch::new(2, siblings.clone()).unwrap().verify(&third, &root), Ok(()));
    let copy = MerkleBranch::new(3, siblings).unwrap();
    assert_eq!(copy.verify(&third, &root), Err(InclusionError::Copy { index: 3 }));
    assert_eq!(copy.root_of(&third), Ok(root), "what Babylon reads: the same transaction in the same block");
}

/// One input without script, one output with a script of four bytes.
fn sixty_four_bytes(hidden: [u8; 32]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 1];
    bytes.extend([9; 36]);
    bytes.extend([0, 0xff, 0xff, 0xff, 0xff, 1]);
    bytes.extend(7_000u64.to_le_bytes());
    bytes.push(4);
    bytes.extend([0x51; 8]);
    assert_eq!(bytes.len(), 64);
    // The id of a transaction that does not exist, in the half an attacker can grind most freely.
    bytes[5..32].copy_from_slice(&hidden[5..]);
    bytes
}

#[test]
fn nothing_hides_below_a_transaction_of_sixty_four_bytes() {
    let node = sixty_four_bytes([0xab; 32]);
    let real = Transaction::parse(&node).unwrap();
    let other = ids(1)[0];
    let root = MerkleRoot::from_bytes(levels(&[*real.txid.as_bytes(), other])[1][0]);
    let hidden = Txid::from_slice(&node[..32]).unwrap();
    let forged = MerkleBranch::new(0, vec![node[32..].try_into().unwrap(), other]).unwrap();
    assert_eq!(forged.verify(&hidden, &root), Err(InclusionError::NodeIsTransaction));
    let right_half = Txid::from_slice(&node[32..]).unwrap();
    let forged = MerkleBranch::new(1, vec![node[..32].try_into().unwrap(), other]).unwrap();
    assert_eq!(forged.verify(&right_half, &root), Err(InclusionError::NodeIsTransaction));

    let itself = MerkleBranch::new(0, vec![other]).unwrap();
    assert_eq!(itself.root_of_transaction(&real), Err(InclusionError::TransactionIsNode(real.txid)));
}

/// Three bytes that fit are cheap to grind, and no block has a transaction without outputs.
#[test]
fn a_node_that_reads_as_a_transaction_without_outputs_is_a_node() {
    let mut node = [7; 64];
    node[4] = 1; // one input,
    node[41] = 13; // whose script has 13 bytes,
    node[59] = 0; // and no output
    assert!(Transaction::parse(&node).unwrap().outputs.is_empty());
    let root = MerkleRoot::from_bytes(
        levels(&[node[..32].try_into().unwrap(), node[32..].try_into().unwrap()])[1][0],
    );
    let branch = MerkleBranch::new(0, vec![node[32..].try_into().unwrap()]).unwrap();
    assert_eq!(branch.verify(&Txid::from_slice(&node[..32]).unwrap(), &root), Ok(()));
}

#[test]
fn a_transaction_of_other_length_is_verified_by_its_id() {
    let tx = Transaction::parse(&serialize(&transaction(4, vec![1; 20], vec![vec![2; 70]]))).unwrap();
    let root = MerkleRoot::from_bytes(levels(&[ids(1)[0], *tx.txid.as_bytes()])[1][0]);
    let branch = MerkleBranch::new(1, ids(1)).unwrap();
    assert_eq!(branch.root_of_transaction(&tx), Ok(root));
}
