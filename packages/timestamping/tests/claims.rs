//! Claims made here by an encoder of the test's own, after PROTOCOL.md, "Checkpoints in Bitcoin".

use bitcoin::absolute::LockTime;
use bitcoin::transaction::Version;
use bitcoin::{Amount, OutPoint, ScriptBuf, Sequence, TxIn, TxOut, Witness};
use bitcoin_spv::InclusionError;
use bitcoin_spv::checkpoint::CheckpointError;
use bsn_timestamping::{Claim, ClaimError, ClaimedBlock, Submitted};
use primitives::EpochNumber;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

const TAG: [u8; 4] = *b"bbt0";
const EPOCH: u64 = 0x0102_0304_0506_0708;

fn carrying(data: &[u8]) -> Vec<u8> {
    let script = ScriptBuf::new_op_return(<&bitcoin::script::PushBytes>::try_from(data).unwrap());
    let out = |script_pubkey, sats| TxOut { value: Amount::from_sat(sats), script_pubkey };
    let transaction = bitcoin::Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output: OutPoint::null(),
            script_sig: ScriptBuf::new(),
            sequence: Sequence::MAX,
            witness: Witness::new(),
        }],
        output: vec![out(ScriptBuf::new(), 500), out(script, 0)],
    };
    bitcoin::consensus::serialize(&transaction)
}

fn double_sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(bytes)).into()
}

/// The transaction as the left one of two, or the right one.
fn submitted(transaction: Vec<u8>, index: u32, block: u8) -> (Submitted, ClaimedBlock) {
    let txid = double_sha256(&transaction);
    let sibling = [0x77; 32];
    let pair = if index == 0 { [txid, sibling] } else { [sibling, txid] };
    let root = double_sha256(pair.as_flattened());
    let half = Submitted { block: vec![block; 32], index, transaction, branch: sibling.to_vec() };
    (half, ClaimedBlock { block: [block; 32], root })
}

fn good() -> (Claim, [ClaimedBlock; 2]) {
    let (block_hash, bitmap, signature) = ([3_u8; 32], [4_u8; 13], [5_u8; 48]);
    let start = [&EPOCH.to_be_bytes()[..], &block_hash, &bitmap, &[6; 20]].concat();
    let link = Sha256::digest(&start);
    let (first, first_place) = submitted(carrying(&[&TAG[..], &[0x00], &start].concat()), 0, 8);
    let second = [&TAG[..], &[0x10], &signature, &link[..10]].concat();
    let (second, second_place) = submitted(carrying(&second), 1, 9);
    let claim = Claim {
        epoch: EpochNumber::new(EPOCH),
        sealer_block_hash: block_hash.to_vec(),
        checkpoint_epoch: EpochNumber::new(EPOCH),
        block_hash: block_hash.to_vec(),
        bitmap: bitmap.to_vec(),
        bls_multi_sig: signature.to_vec(),
        submission: [[8; 32], [9; 32]],
        halves: [first, second],
    };
    (claim, [first_place, second_place])
}

#[test]
fn a_good_claim_names_the_two_blocks_that_must_exist() {
    let (claim, blocks) = good();
    assert_eq!(claim.verify(Some(TAG)), Ok(blocks));
    assert_eq!(claim.verify(None), Ok(blocks), "any tag, if none is known");
    let other = Err(ClaimError::Halves(CheckpointError::NoHalf { half: "first", tag: *b"bbn0" }));
    assert_eq!(claim.verify(Some(*b"bbn0")), other);
}

fn with(change: impl FnOnce(&mut Claim)) -> Result<[ClaimedBlock; 2], ClaimError> {
    let (mut claim, _) = good();
    change(&mut claim);
    claim.verify(Some(TAG))
}

#[test]
fn each_disagreement_has_its_name() {
    let other = |field| Err(ClaimError::OtherCheckpoint { field });
    assert!(matches!(with(|c| c.epoch = EpochNumber::new(1)), Err(ClaimError::OtherEpoch { .. })));
    assert!(matches!(with(|c| c.sealer_block_hash[0] ^= 1), Err(ClaimError::OtherBlock { .. })));
    let renumbered = with(|c| (c.epoch, c.checkpoint_epoch) = (EpochNumber::new(1), EpochNumber::new(1)));
    assert_eq!(renumbered, other("epoch"));
    let rehashed = with(|c| {
        c.sealer_block_hash[0] ^= 1;
        c.block_hash[0] ^= 1;
    });
    assert_eq!(rehashed, other("block hash"));
    assert_eq!(with(|c| c.bitmap[12] ^= 1), other("bitmap"));
    assert_eq!(with(|c| c.bitmap.push(0)), other("bitmap"));
    assert_eq!(with(|c| c.bls_multi_sig.clear()), other("signature"));
    assert_eq!(with(|c| c.submission.swap(0, 1)), Err(ClaimError::OtherPlace { half: 0 }));
    assert_eq!(with(|c| c.halves[1].block[5] ^= 1), Err(ClaimError::OtherPlace { half: 1 }));
    assert!(matches!(with(|c| c.halves[1].branch.truncate(31)), Err(ClaimError::Inclusion { half: 1, .. })));
    assert!(matches!(
        with(|c| c.halves[1].transaction.clear()),
        Err(ClaimError::Transaction { half: 1, .. })
    ));
    let reordered = with(|c| {
        c.halves.swap(0, 1);
        c.submission.swap(0, 1);
    });
    assert!(matches!(reordered, Err(ClaimError::Halves(CheckpointError::NoHalf { half: "first", .. }))));
    let twice = with(|c| {
        c.halves[1] = c.halves[0].clone();
        c.submission[1] = c.submission[0];
    });
    assert!(matches!(twice, Err(ClaimError::Halves(CheckpointError::NoHalf { half: "second", .. }))));
}

/// Babylon keeps what the first submitter sent, and relays it: none of this makes its word a lie.
#[test]
fn a_claim_is_read_as_babylon_reads_it() {
    let (_, blocks) = good();
    for junk in [1, 64, 250_000] {
        assert_eq!(with(|c| c.halves[0].transaction.extend(vec![0x6a; junk])), Ok(blocks), "{junk} bytes");
        assert_eq!(with(|c| c.halves[1].transaction.extend(vec![0; junk])), Ok(blocks), "{junk} bytes");
    }
    for bit in 1..32 {
        assert_eq!(with(|c| c.halves[0].index |= 1 << bit), Ok(blocks), "bit {bit}");
        assert_eq!(with(|c| c.halves[1].index |= 1 << bit), Ok(blocks), "bit {bit}");
    }
    let flagged = with(|c| {
        let bytes = &mut c.halves[0].transaction;
        let lock_time = bytes.split_off(bytes.len() - 4);
        bytes.splice(4..4, [0, 1]);
        bytes.extend([&[0][..], &lock_time].concat());
    });
    assert_eq!(flagged, Ok(blocks));
}

#[test]
fn the_copy_at_an_odd_level_is_the_same_transaction() {
    let (mut claim, _) = good();
    let half = &mut claim.halves[0];
    let txid = double_sha256(&half.transaction);
    half.branch = txid.to_vec();
    let last = claim.verify(Some(TAG)).unwrap();
    claim.halves[0].index = 1;
    assert_eq!(claim.verify(Some(TAG)), Ok(last));
    assert_eq!(last[0].root, double_sha256([txid, txid].as_flattened()));
}

/// What changes what is proven stays: a transaction of 64 bytes could be a node of the tree, and a node a transaction.
#[test]
fn a_transaction_that_could_be_a_node_proves_nothing() {
    let mut sixty_four = vec![2, 0, 0, 0, 1];
    sixty_four.extend([9; 36]);
    sixty_four.extend([
        0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0x51, 0x51, 0x51, 0x51, 0, 0, 0, 0,
    ]);
    assert_eq!(sixty_four.len(), 64);
    for junk in [0, 9] {
        let itself = with(|c| c.halves[0].transaction = [sixty_four.clone(), vec![0; junk]].concat());
        assert!(matches!(
            itself,
            Err(ClaimError::Inclusion { half: 0, source: InclusionError::TransactionIsNode(_) })
        ));
    }
}

proptest! {
    /// A mutated transaction or branch is refused, or leads to another root, which the header then has not.
    #[test]
    fn no_mutation_leads_to_the_same_blocks(half in 0..2usize, at in any::<prop::sample::Index>(), bit in 0..8u8, in_branch in any::<bool>()) {
        let (mut claim, blocks) = good();
        let bytes = if in_branch { &mut claim.halves[half].branch } else { &mut claim.halves[half].transaction };
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(led) = claim.verify(Some(TAG)) {
            prop_assert_ne!(led[half].root, blocks[half].root);
            prop_assert_eq!(led[1 - half], blocks[1 - half]);
        }
    }
}
