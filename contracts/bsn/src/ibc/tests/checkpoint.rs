//! A checkpoint of an epoch in two transactions of Bitcoin, written by hand (PROTOCOL.md,
//! "Checkpoints in Bitcoin").

use proto::btccheckpoint::{SubmissionKey, TransactionInfo, TransactionKey};
use proto::checkpointing::RawCheckpoint;
use proto::epoching::Epoch;
use proto::zoneconcierge::{BtcTimestamp, ProofFinalizedHeader};
use sha2::{Digest, Sha256};

/// A timestamp of an epoch without header.
pub fn timestamp_of(epoch: u64) -> BtcTimestamp {
    timestamp_in(epoch, [[1; 32], [2; 32]])
}

/// The same with its halves in blocks of these hashes, each the left one of two transactions.
pub fn timestamp_in(epoch: u64, blocks: [[u8; 32]; 2]) -> BtcTimestamp {
    let (block_hash, bitmap, signature) = (vec![3; 32], vec![4; 13], vec![5; 48]);
    let start = [&epoch.to_be_bytes()[..], &block_hash, &bitmap, &[6; 20]].concat();
    let link = Sha256::digest(&start);
    let first = [&b"bbt0\x00"[..], &start].concat();
    let second = [&b"bbt0\x10"[..], &signature, &link[..10]].concat();
    let [in_first, in_second] = blocks;
    let halves = [submitted(&first, in_first), submitted(&second, in_second)];
    BtcTimestamp {
        epoch_info: Some(Epoch {
            epoch_number: epoch,
            sealer_block_hash: block_hash.clone(),
            ..Default::default()
        }),
        raw_checkpoint: Some(RawCheckpoint {
            epoch_num: epoch,
            block_hash,
            bitmap,
            bls_multi_sig: signature,
        }),
        btc_submission_key: Some(SubmissionKey {
            key: halves.iter().filter_map(|half| half.key.clone()).collect(),
        }),
        proof: Some(ProofFinalizedHeader { proof_epoch_submitted: halves.to_vec(), ..Default::default() }),
        ..Default::default()
    }
}

fn submitted(data: &[u8], block: [u8; 32]) -> TransactionInfo {
    let length = u8::try_from(data.len()).unwrap();
    let script = match length {
        ..=75 => [&[0x6a, length][..], data].concat(),
        _ => [&[0x6a, 0x4c, length][..], data].concat(),
    };
    let script_length = u8::try_from(script.len()).unwrap();
    let input = [&[1][..], &[0; 36], &[0], &[0xff; 4]].concat();
    let output = [&[1][..], &[0; 8], &[script_length], &script].concat();
    TransactionInfo {
        key: Some(TransactionKey { index: 0, hash: block.to_vec() }),
        transaction: [&[2, 0, 0, 0][..], &input, &output, &[0; 4]].concat(),
        proof: vec![7; 32],
    }
}
