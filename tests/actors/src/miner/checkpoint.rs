use primitives::Txid;
use proto::checkpointing::RawCheckpoint;
use sha2::{Digest, Sha256};

use super::transaction::{Input, Output, Transaction};

/// The 20 bytes of the account that submits a checkpoint; nobody checks them.
pub type SubmitterAddress = [u8; 20];

/// A checkpoint of Babylon as it is written into Bitcoin, in two halves (PROTOCOL.md,
/// "Checkpoints in Bitcoin").
///
/// The body `epoch u64 BE || block hash 32 || bitmap 13 || submitter 20 || BLS signature 48` is 121
/// bytes. The first half carries 73 of them, the second the other 48 and the first ten bytes of the
/// first half's sha256, so that the halves find each other. Each starts with the tag and one byte with
/// the half's number in its upper four bits and the version, 0, in its lower four.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The data of the first half, 78 bytes.
    pub first: Vec<u8>,
    /// The data of the second half, 63 bytes.
    pub second: Vec<u8>,
}

impl Checkpoint {
    /// Splits a raw checkpoint.
    pub fn new(tag: [u8; 4], raw: &RawCheckpoint, submitter: SubmitterAddress) -> Self {
        let epoch = raw.epoch_num.to_be_bytes();
        let (start, signature) =
            ([&epoch, raw.block_hash.as_slice(), &raw.bitmap, &submitter].concat(), &raw.bls_multi_sig);
        let digest = Sha256::digest(&start);
        Self {
            first: [&tag, [0x00].as_slice(), &start].concat(),
            second: [&tag, [0x10].as_slice(), signature, &digest[..10]].concat(),
        }
    }

    /// Two transactions that carry the halves in an `OP_RETURN`. `funding` is the output that pays.
    pub fn transactions(&self, funding: Txid) -> [Transaction; 2] {
        let first = carrier(funding, &self.first);
        let second = carrier(first.txid(), &self.second);
        [first, second]
    }
}

fn carrier(funding: Txid, data: &[u8]) -> Transaction {
    let change: [u8; 32] = Sha256::digest(funding.as_bytes()).into();
    Transaction {
        version: 2,
        inputs: vec![Input {
            txid: funding,
            output: 0,
            script: Vec::new(),
            sequence: 0xffff_fffd,
            witness: vec![vec![0x5a; 64]],
        }],
        outputs: vec![Output::taproot(100_000, change), Output::op_return(data)],
        lock_time: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_together_are_the_checkpoint() {
        let raw = RawCheckpoint {
            epoch_num: 0x0102,
            block_hash: vec![3; 32],
            bitmap: vec![4; 13],
            bls_multi_sig: vec![5; 48],
        };
        let halves = Checkpoint::new(*b"bbt0", &raw, [6; 20]);
        assert_eq!((halves.first.len(), halves.second.len()), (78, 63));
        assert_eq!(halves.first[..13], *b"bbt0\x00\0\0\0\0\0\0\x01\x02");
        assert_eq!(halves.second[..5], *b"bbt0\x10");
        assert_eq!(halves.second[53..], Sha256::digest(&halves.first[5..])[..10]);
        let body = [&halves.first[5..], &halves.second[5..53]].concat();
        let expected =
            [vec![0, 0, 0, 0, 0, 0, 1, 2], vec![3; 32], vec![4; 13], vec![6; 20], vec![5; 48]].concat();
        assert_eq!(body, expected);
        let [first, second] = halves.transactions(Txid::from_bytes([9; 32]));
        assert_eq!(first.outputs[1].script[3..], halves.first);
        assert_eq!(second.outputs[1].script[2..], halves.second);
        assert_eq!(second.inputs[0].txid, first.txid());
    }
}
