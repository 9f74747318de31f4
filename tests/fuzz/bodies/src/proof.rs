use actors::miner::Transaction as MadeTransaction;
use bitcoin_spv::{MerkleBranch, MerkleRoot, Transaction, checkpoint};
use merkle::{Proof, RangeProof, Tree};
use primitives::Txid;

use crate::read::Read;

/// The leaves of the trees that proofs are held against: 1 to 40 of them.
fn leaves(count: u8) -> Vec<[u8; 32]> {
    (1..=count % 40 + 1).map(|leaf| [leaf; 32]).collect()
}

/// By its first byte: a proof of one leaf, a proof of a range, a branch in a block of Bitcoin, or a transaction.
///
/// What proves a leaf of a known tree proves the leaf that is there, at its place; a root is found in no more steps than
/// the proof has hashes.
pub fn run(bytes: &[u8]) -> bool {
    let mut read = Read(bytes);
    match read.byte() % 4 {
        0 => one(&mut read),
        1 => range(&mut read),
        2 => branch(&mut read),
        _ => transaction(read.rest()),
    }
}

fn one(read: &mut Read<'_>) -> bool {
    let leaves = leaves(read.byte());
    let (total, index, leaf) = (read.u64(), read.u64(), read.array::<32>());
    let proof = Proof { total, index, leaf_hash: merkle::leaf_hash(&leaf), aunts: read.hashes(usize::MAX) };
    let _ = proof.root();
    let is_valid = proof.verify(&Tree::new(&leaves).root(), &leaf).is_ok();
    if is_valid && total == leaves.len() as u64 {
        assert_eq!(
            leaves.get(usize::try_from(index).expect("small")),
            Some(&leaf),
            "a leaf that is not there"
        );
    }
    is_valid
}

fn range(read: &mut Read<'_>) -> bool {
    let known = leaves(read.byte());
    let count = usize::from(read.byte());
    let (total, start) = (read.u64(), read.u64());
    let claimed = read.hashes(count);
    let proof = RangeProof { total, start, aunts: read.hashes(usize::MAX) };
    let _ = proof.root(&claimed);
    let is_valid = proof.verify(&Tree::new(&known).root(), &claimed).is_ok();
    if is_valid && total == known.len() as u64 {
        let start = usize::try_from(start).expect("small");
        assert_eq!(
            known.get(start..start + claimed.len()),
            Some(claimed.as_slice()),
            "leaves that are not there"
        );
    }
    is_valid
}

fn branch(read: &mut Read<'_>) -> bool {
    let index = u32::from_be_bytes(read.array());
    let (txid, root) = (Txid::from_bytes(read.array()), MerkleRoot::from_bytes(read.array()));
    let rest = read.rest();
    let Ok(branch) = MerkleBranch::from_babylon(index, rest) else { return false };
    assert!(rest.len() <= 32 * 32, "a branch of {} bytes", rest.len());
    let found = branch.root_of(&txid);
    let is_valid = branch.verify(&txid, &root).is_ok();
    // A copy at an odd level leads to the root as well, and is no place.
    assert!(!is_valid || found == Ok(root));
    is_valid
}

fn transaction(bytes: &[u8]) -> bool {
    let strict = Transaction::parse(bytes);
    let Ok(transaction) = Transaction::parse_as_btcd(bytes) else {
        assert!(strict.is_err(), "btcd refuses what Bitcoin Core reads");
        return false;
    };
    assert!(strict.is_err() || strict.as_ref() == Ok(&transaction));
    assert!(transaction.outputs.len() <= bytes.len(), "more outputs than bytes");
    if let Some(tag) = checkpoint::tag_of(&transaction) {
        let first = checkpoint::FirstHalf::find(&transaction, tag);
        let second = checkpoint::SecondHalf::find(&transaction, tag);
        if let (Ok(first), Ok(second)) = (first, second) {
            let _ = checkpoint::Checkpoint::link(&first, &second);
        }
    }
    true
}

pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for count in [0, 1, 6, 39] {
        let leaves = leaves(count);
        let tree = Tree::new(&leaves);
        for index in [0, leaves.len() as u64 / 2, leaves.len() as u64 - 1] {
            let proof = tree.proof(index).expect("a leaf");
            let leaf = leaves[usize::try_from(index).expect("small")];
            let mut seed = vec![0, count];
            seed.extend([proof.total.to_be_bytes(), index.to_be_bytes()].concat());
            seed.extend(leaf);
            seed.extend(proof.aunts.concat());
            seeds.push(seed);

            let size = u64::min(3, leaves.len() as u64 - index);
            let range = tree.range(index, size).expect("leaves");
            let claimed = leaves
                .iter()
                .skip(usize::try_from(index).expect("small"))
                .take(usize::try_from(size).expect("small"));
            let mut seed = vec![1, count, u8::try_from(size).expect("small")];
            seed.extend([range.total.to_be_bytes(), index.to_be_bytes()].concat());
            claimed.for_each(|leaf| seed.extend(leaf));
            seed.extend(range.aunts.concat());
            seeds.push(seed);
        }
    }
    seeds.extend(of_bitcoin());
    seeds
}

/// A transaction with a checkpoint's half in a block of five, and the proof that it is there.
fn of_bitcoin() -> Vec<Vec<u8>> {
    let mut miner = actors::Miner::new(5, 1_700_000_000);
    let mut babylon = actors::Babylon::new(5, "bbn-1");
    let epoch = babylon.seal_epoch();
    let halves = babylon.checkpoint_transactions(epoch).expect("a sealed epoch");
    let block = miner.mine_with(halves.to_vec());
    let mut seeds = Vec::new();
    for (index, half) in halves.iter().enumerate() {
        let half: &MadeTransaction = half;
        seeds.push([&[3], half.serialize().as_slice()].concat());
        let inclusion = miner.inclusion(&half.txid()).expect("it was mined");
        let mut seed = vec![2];
        seed.extend(u32::try_from(index + 1).expect("small").to_be_bytes());
        seed.extend(half.txid().as_bytes());
        seed.extend(&block.header[36..68]);
        seed.extend(inclusion.proof);
        seeds.push(seed);
    }
    seeds
}
