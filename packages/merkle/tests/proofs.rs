//! A proof proves one leaf at one place of one tree, and a range is nothing but its leaves.

use bsn_merkle::{Hash, MerkleError, Proof, RangeProof, Tree, leaf_hash};
use proptest::{prelude::*, sample::Index};
use sha2::{Digest, Sha256};

fn leaves(n: u64) -> Vec<[u8; 8]> {
    (0..n).map(u64::to_be_bytes).collect()
}

fn place(index: u64) -> usize {
    usize::try_from(index).unwrap()
}

/// RFC 6962, 2.1, word by word.
fn root_by_definition(leaves: &[[u8; 8]]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => leaf_hash(leaf),
        _ => {
            let split = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(split);
            let parts = [&[1][..], &root_by_definition(left), &root_by_definition(right)].concat();
            Sha256::digest(parts).into()
        }
    }
}

#[test]
fn the_tree_is_that_of_rfc_6962() {
    for n in 0..=130 {
        assert_eq!(Tree::new(leaves(n)).root(), root_by_definition(&leaves(n)), "{n} leaves");
    }
}

#[test]
fn every_leaf_of_every_small_tree_has_its_proof() {
    for n in 0..=40 {
        let tree = Tree::new(leaves(n));
        for (index, leaf) in (0..).zip(leaves(n)) {
            assert_eq!(tree.proof(index).unwrap().verify(&tree.root(), &leaf), Ok(()), "{index} of {n}");
        }
        assert_eq!(tree.proof(n), None);
        assert_eq!(tree.proof(u64::MAX), None);
    }
}

#[test]
fn every_range_of_every_small_tree_has_its_proof() {
    for n in 1..=20 {
        let (tree, leaves) = (Tree::new(leaves(n)), leaves(n));
        for start in 0..n {
            for count in 1..=n - start {
                let range = tree.range(start, count).unwrap();
                let taken = &leaves[place(start)..place(start + count)];
                assert_eq!(range.verify(&tree.root(), taken), Ok(()), "{start}+{count} of {n}");
                assert_eq!(
                    RangeProof::aunts_of(n, start, count),
                    range.aunts.len(),
                    "{start}+{count} of {n}"
                );
            }
            assert_eq!(tree.range(start, 0), None);
            assert_eq!(tree.range(start, n - start + 1), None);
            assert_eq!(tree.range(start, u64::MAX), None);
        }
    }
}

#[test]
fn a_range_of_one_leaf_is_its_proof() {
    for n in 1..=40 {
        let tree = Tree::new(leaves(n));
        for index in 0..n {
            let (one, range) = (tree.proof(index).unwrap(), tree.range(index, 1).unwrap());
            assert_eq!((range.total, range.start, range.aunts), (one.total, one.index, one.aunts));
        }
    }
}

#[test]
fn a_range_of_all_leaves_needs_no_aunts() {
    for n in 1..=40 {
        assert_eq!(Tree::new(leaves(n)).range(0, n).unwrap().aunts, Vec::<Hash>::new());
    }
}

#[test]
fn the_empty_tree_proves_nothing() {
    let tree = Tree::new(leaves(0));
    assert_eq!((tree.total(), tree.proof(0), tree.range(0, 0)), (0, None, None));
    let proof = Proof { total: 0, index: 0, leaf_hash: leaf_hash(b""), aunts: vec![] };
    assert_eq!(proof.root(), Err(MerkleError::OutOfRange { start: 0, count: 1, total: 0 }));
    let range = RangeProof { total: 0, start: 0, aunts: vec![] };
    assert_eq!(range.root(&[] as &[&[u8]]), Err(MerkleError::EmptyRange));
}

#[test]
fn an_inner_node_is_no_leaf() {
    let tree = Tree::new(leaves(4));
    let [left, right] = [leaf_hash(&leaves(4)[0]), leaf_hash(&leaves(4)[1])];
    let forged = [left, right].concat();
    let aunts = vec![tree.range(0, 2).unwrap().aunts[0]];
    let proof = Proof { total: 2, index: 0, leaf_hash: leaf_hash(&forged), aunts };
    assert!(matches!(proof.verify(&tree.root(), &forged), Err(MerkleError::WrongRoot { .. })));
}

/// A root of four leaves that is said to be of three: the path of the fourth leaf fits both trees, so only the range
/// itself tells.
#[test]
fn a_range_beyond_its_tree_is_refused_whatever_the_root() {
    let four = leaves(4);
    let tree = Tree::new(four.clone());
    let aunts = tree.range(2, 2).unwrap().aunts;
    let beyond = RangeProof { total: 3, start: 2, aunts };
    let refused = Err(MerkleError::OutOfRange { start: 2, count: 2, total: 3 });
    assert_eq!(beyond.verify(&tree.root(), &four[2..]), refused);
    assert_eq!(RangeProof { total: 4, ..beyond }.verify(&tree.root(), &four[2..]), Ok(()));
}

#[test]
fn places_of_more_than_32_bits_are_not_cut() {
    // The last of 2^32 + 1 leaves hangs directly below the root.
    let (leaf, aunt) = (leaf_hash(b"leaf"), [7; 32]);
    let total = (1 << 32) + 1;
    let proof = Proof { total, index: 1 << 32, leaf_hash: leaf, aunts: vec![aunt] };
    let root: Hash = Sha256::digest([&[1][..], &aunt, &leaf].concat()).into();
    assert_eq!(proof.verify(&root, b"leaf"), Ok(()));
    let range = RangeProof { total, start: 1 << 32, aunts: vec![aunt] };
    assert_eq!(range.verify(&root, &["leaf"]), Ok(()));
    let cut = Proof { index: 0, ..proof };
    assert!(matches!(cut.verify(&root, b"leaf"), Err(MerkleError::WrongNumberOfAunts { .. })));
}

#[test]
fn the_largest_numbers_are_refused_not_overflowed() {
    let (leaf_hash, max) = (leaf_hash(b"leaf"), u64::MAX);
    let proof = Proof { total: max, index: max, leaf_hash, aunts: vec![] };
    assert_eq!(proof.root(), Err(MerkleError::OutOfRange { start: max, count: 1, total: max }));
    // The last of 2^64 - 1 leaves is the odd one out once, and a right child on 63 levels.
    for (aunts, fits) in [(62, false), (63, true), (64, false)] {
        let proof = Proof { total: max, index: max - 1, leaf_hash, aunts: vec![[7; 32]; aunts] };
        assert_eq!(proof.root().is_ok(), fits, "{aunts} aunts");
    }
    let range = RangeProof { total: max, start: max, aunts: vec![] };
    let count = 2;
    assert_eq!(range.root(&["a", "b"]), Err(MerkleError::OutOfRange { start: max, count, total: max }));
}

#[test]
fn more_than_a_hundred_aunts_are_refused_unread() {
    let proof = Proof { total: 1, index: 0, leaf_hash: leaf_hash(b"leaf"), aunts: vec![[7; 32]; 101] };
    assert_eq!(proof.root(), Err(MerkleError::TooManyAunts { max: 100, got: 101 }));
    let proof = Proof { aunts: vec![[7; 32]; 100], ..proof };
    assert!(matches!(proof.root(), Err(MerkleError::WrongNumberOfAunts { .. })), "a hundred are read");
    let range = RangeProof { total: 1, start: 0, aunts: vec![[7; 32]; 129] };
    assert_eq!(range.root(&["leaf"]), Err(MerkleError::TooManyAunts { max: 128, got: 129 }));
    let range = RangeProof { aunts: vec![[7; 32]; 128], ..range };
    assert!(matches!(range.root(&["leaf"]), Err(MerkleError::WrongNumberOfAunts { .. })), "128 are read");
}

/// Everything one can do to a proof, named by what is done.
fn mutations(proof: &Proof, other: u64, bit: usize, at: &Index) -> Vec<(&'static str, Proof)> {
    let flip = |mut hash: Hash| {
        hash[bit / 8] ^= 1 << (bit % 8);
        hash
    };
    let with = |aunts| Proof { aunts, ..proof.clone() };
    let mut all = vec![
        ("leaf hash", Proof { leaf_hash: flip(proof.leaf_hash), ..proof.clone() }),
        ("aunt added", with([&proof.aunts[..], &[flip(proof.leaf_hash)]].concat())),
    ];
    if other != proof.index {
        all.push(("index", Proof { index: other, ..proof.clone() }));
    }
    if !proof.aunts.is_empty() {
        let at = at.index(proof.aunts.len());
        let mut aunts = proof.aunts.clone();
        aunts[at] = flip(aunts[at]);
        all.push(("aunt changed", with(aunts)));
        let mut aunts = proof.aunts.clone();
        aunts.remove(at);
        all.push(("aunt removed", with(aunts)));
        let mut aunts = proof.aunts.clone();
        aunts.rotate_left(1);
        if aunts != proof.aunts {
            all.push(("aunts moved", with(aunts)));
        }
    }
    all
}

proptest! {
    #[test]
    fn no_mutation_of_a_proof_is_accepted(
        n in 1u64..400, index in any::<Index>(), other in 0u64..500, bit in 0usize..256, at in any::<Index>(),
    ) {
        let tree = Tree::new(leaves(n));
        let index = u64::try_from(index.index(place(n))).unwrap();
        let leaf = leaves(n)[place(index)];
        let proof = tree.proof(index).unwrap();
        prop_assert_eq!(proof.verify(&tree.root(), &leaf), Ok(()));
        for (what, mutation) in mutations(&proof, other, bit, &at) {
            prop_assert!(mutation.verify(&tree.root(), &leaf).is_err(), "{}", what);
        }
        prop_assert!(proof.verify(&tree.root(), b"another leaf").is_err());
        let mut root = tree.root();
        root[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(proof.verify(&root, &leaf).is_err());
    }

    #[test]
    fn a_range_proves_exactly_what_the_proofs_of_its_leaves_prove(
        n in 1u64..400, start in any::<Index>(), count in any::<Index>(), at in any::<Index>(), bit in 0usize..64,
    ) {
        let (tree, all) = (Tree::new(leaves(n)), leaves(n));
        let start = u64::try_from(start.index(place(n))).unwrap();
        let count = 1 + u64::try_from(count.index(place(n - start))).unwrap();
        let range = tree.range(start, count).unwrap();
        let mut taken = all[place(start)..place(start + count)].to_vec();
        prop_assert_eq!(range.verify(&tree.root(), &taken), Ok(()));
        // One changed leaf, or one leaf more or less, and neither kind of proof accepts.
        let changed = at.index(taken.len());
        taken[changed][bit / 8] ^= 1 << (bit % 8);
        let single = tree.proof(start + u64::try_from(changed).unwrap()).unwrap();
        prop_assert!(single.verify(&tree.root(), &taken[changed]).is_err());
        prop_assert!(range.verify(&tree.root(), &taken).is_err());
        taken[changed][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(range.verify(&tree.root(), &taken[1..]).is_err());
        taken.push([0xff; 8]);
        prop_assert!(range.verify(&tree.root(), &taken).is_err());
    }

    #[test]
    fn no_mutation_of_a_range_is_accepted(
        n in 2u64..400, start in any::<Index>(), count in any::<Index>(), other in 0u64..500, at in any::<Index>(),
    ) {
        let (tree, all) = (Tree::new(leaves(n)), leaves(n));
        let start = u64::try_from(start.index(place(n))).unwrap();
        let count = 1 + u64::try_from(count.index(place(n - start))).unwrap();
        let taken = &all[place(start)..place(start + count)];
        let range = tree.range(start, count).unwrap();
        if other != start {
            let moved = RangeProof { start: other, ..range.clone() };
            prop_assert!(moved.verify(&tree.root(), taken).is_err());
        }
        let added = RangeProof { aunts: [&range.aunts[..], &[[7; 32]]].concat(), ..range.clone() };
        prop_assert!(added.verify(&tree.root(), taken).is_err());
        if !range.aunts.is_empty() {
            let at = at.index(range.aunts.len());
            let mut changed = range.clone();
            changed.aunts[at][31] ^= 1;
            prop_assert!(changed.verify(&tree.root(), taken).is_err());
            let mut removed = range;
            removed.aunts.remove(at);
            prop_assert!(removed.verify(&tree.root(), taken).is_err());
        }
    }

    #[test]
    fn no_bytes_make_verification_panic(
        total in any::<u64>(), index in any::<u64>(), hashes in prop::collection::vec(any::<[u8; 32]>(), 0..140),
        count in 1usize..5,
    ) {
        let root = [9; 32];
        let proof = Proof { total, index, leaf_hash: leaf_hash(b"leaf"), aunts: hashes.clone() };
        prop_assert!(proof.verify(&root, b"leaf").is_err());
        let range = RangeProof { total, start: index, aunts: hashes };
        prop_assert!(range.verify(&root, &vec!["leaf"; count]).is_err());
    }
}
