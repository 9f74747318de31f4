//! Merkle branches from the ids of a block's transactions.

use sha2::{Digest, Sha256};

/// The siblings of the id at `index`, the lowest first, 32 bytes each. The last node of an odd level is its own sibling.
pub fn branch(txids: &[[u8; 32]], index: usize) -> Vec<u8> {
    let (mut level, mut index, mut siblings) = (txids.to_vec(), index, Vec::new());
    while level.len() > 1 {
        siblings.extend(level.get(index ^ 1).or_else(|| level.get(index)).into_iter().flatten());
        level = above(&level);
        index /= 2;
    }
    siblings
}

fn above(level: &[[u8; 32]]) -> Vec<[u8; 32]> {
    let pair = |pair: &[[u8; 32]]| match pair {
        [left, right] => hash(left, right),
        [last] => hash(last, last),
        _ => [0; 32],
    };
    level.chunks(2).map(pair).collect()
}

fn hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(Sha256::digest([*left, *right].as_flattened())).into()
}

#[cfg(test)]
mod tests {
    use bitcoin_spv::{MerkleBranch, MerkleRoot};
    use primitives::Txid;

    use super::*;

    /// Another program verifies: `bitcoin-spv`.
    #[test]
    fn every_branch_of_every_small_block_leads_to_one_root() {
        for count in 1..=33_u8 {
            let txids: Vec<[u8; 32]> = (1..=count).map(|n| [n; 32]).collect();
            let mut level = txids.clone();
            while level.len() > 1 {
                level = above(&level);
            }
            for (index, txid) in txids.iter().enumerate() {
                let bytes = branch(&txids, index);
                let (siblings, _) = bytes.as_chunks::<32>();
                let branch = MerkleBranch::new(u32::try_from(index).unwrap(), siblings.to_vec()).unwrap();
                let root = MerkleRoot::from_bytes(level[0]);
                assert_eq!(branch.verify(&Txid::from_bytes(*txid), &root), Ok(()), "{index} of {count}");
            }
        }
    }
}
