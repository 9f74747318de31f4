use sha2::{Digest, Sha256};

/// Bitcoin's hash: sha256 of sha256, in internal order.
pub(crate) fn double_sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(bytes)).into()
}

fn parent(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    double_sha256(&[left.as_slice(), right.as_slice()].concat())
}

/// One level up; the last of an odd number is paired with itself.
fn level_above(level: &[[u8; 32]]) -> Vec<[u8; 32]> {
    level.chunks(2).map(|pair| parent(&pair[0], pair.last().unwrap_or(&pair[0]))).collect()
}

/// The Merkle root of a block's txids; there is always a coinbase.
pub(crate) fn merkle_root(txids: &[[u8; 32]]) -> [u8; 32] {
    let mut level = txids.to_vec();
    while level.len() > 1 {
        level = level_above(&level);
    }
    level[0]
}

/// The Merkle branch of the txid at `index`: 32 bytes a level, lowest first.
pub(crate) fn merkle_branch(txids: &[[u8; 32]], index: usize) -> Vec<u8> {
    let (mut level, mut index, mut branch) = (txids.to_vec(), index, Vec::new());
    while level.len() > 1 {
        branch.extend(level.get(index ^ 1).unwrap_or(&level[index]));
        level = level_above(&level);
        index /= 2;
    }
    branch
}

/// What a branch leads to: the other direction, for tests.
#[cfg(test)]
pub(crate) fn root_of_branch(txid: [u8; 32], index: usize, branch: &[u8]) -> [u8; 32] {
    branch.chunks(32).enumerate().fold(txid, |node, (level, sibling)| {
        let sibling = sibling.try_into().unwrap();
        if index >> level & 1 == 0 { parent(&node, sibling) } else { parent(sibling, &node) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_branch_leads_to_the_root() {
        for count in 1..=17u8 {
            let txids: Vec<_> = (0..count).map(|i| [i; 32]).collect();
            for (index, txid) in txids.iter().enumerate() {
                let branch = merkle_branch(&txids, index);
                assert_eq!(root_of_branch(*txid, index, &branch), merkle_root(&txids), "{index} of {count}");
            }
        }
    }

    /// Bitcoin block 170: the first payment.
    #[test]
    fn block_170_has_its_root() {
        let txids = [
            "b1fea52486ce0c62bb442b530a3f0132b826c74e473d1f2c220bfa78111c5082",
            "f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16",
        ]
        .map(|shown| *primitives::Txid::from_display_hex(shown).unwrap().as_bytes());
        let root = "7dac2c5666815c17a3b36427de37bb9d2e2c5ccec3f8633eb91a4205cb4c10ff";
        assert_eq!(primitives::Txid::from_bytes(merkle_root(&txids)).to_string(), root);
    }
}
