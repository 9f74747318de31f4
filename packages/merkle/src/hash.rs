use sha2::{Digest, Sha256};

/// A node of the tree: sha256, 32 bytes.
pub type Hash = [u8; 32];

/// The root of the tree without leaves: sha256 of nothing (RFC 6962, 2.1).
pub(crate) fn empty_hash() -> Hash {
    Sha256::digest([]).into()
}

/// The hash of a leaf: `sha256(0x00 ‖ leaf)`.
///
/// The byte in front keeps leaves and inner nodes apart, so that no inner node passes for a leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::digest([&[0], leaf].concat()).into()
}

/// The hash of two subtrees: `sha256(0x01 ‖ left ‖ right)`.
pub(crate) fn inner_hash(left: &Hash, right: &Hash) -> Hash {
    let mut node = [1; 65];
    let (_, halves) = node.split_at_mut(1);
    let (first, second) = halves.split_at_mut(32);
    first.copy_from_slice(left);
    second.copy_from_slice(right);
    Sha256::digest(node).into()
}
