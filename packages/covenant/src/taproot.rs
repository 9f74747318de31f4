//! Outputs that are spent by scripts only (BIP-341, BIP-342).

use bitcoin_spv::Output;
use eots::Recover;
use k256::Scalar;

use crate::{
    XOnlyKey,
    curve::{combine, coordinates, scalar, tagged_hash},
};

/// The internal key of every output: a point of which nobody knows the secret (BIP-341, "Constructing and spending
/// Taproot outputs").
pub const UNSPENDABLE: XOnlyKey = XOnlyKey::from_bytes([
    0x50, 0x92, 0x9b, 0x74, 0xc1, 0xa0, 0x49, 0x54, 0xb7, 0x8b, 0x4b, 0x60, 0x35, 0xe9, 0x7a, 0x5e, 0x07,
    0x8a, 0x5a, 0x0f, 0x28, 0xec, 0x96, 0xd5, 0x47, 0xbf, 0xee, 0x9a, 0xce, 0x80, 0x3a, 0xc0,
]);

/// Tapscript (BIP-342).
const LEAF_VERSION: u8 = 0xc0;

/// A script in a tree, and its hash there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// The script.
    pub script: Vec<u8>,
    /// `tagged_hash("TapLeaf", version ‖ length ‖ script)`.
    pub hash: [u8; 32],
}

impl Leaf {
    /// Hashes a script.
    pub fn new(script: Vec<u8>) -> Self {
        let parts = [&[LEAF_VERSION][..], &compact_size(script.len()), &script];
        Self { hash: tagged_hash("TapLeaf", parts), script }
    }
}

/// The hash of two nodes, in whichever order.
pub(crate) fn branch(one: &[u8; 32], other: &[u8; 32]) -> [u8; 32] {
    tagged_hash("TapBranch", [&one.min(other)[..], one.max(other)])
}

/// The key of an output whose internal key is [`UNSPENDABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputKey {
    x: [u8; 32],
    is_odd: bool,
}

impl OutputKey {
    /// Commits to the root of a tree, by one recovery. `None` only where the host fails, or for one root in 2^127.
    pub(crate) fn commit(recover: &impl Recover, root: &[u8; 32]) -> Option<Self> {
        let tweak = scalar(&tagged_hash("TapTweak", [&UNSPENDABLE.as_bytes()[..], root]))?;
        let point = combine(recover, &tweak, &Scalar::ONE, &UNSPENDABLE)?;
        coordinates(&point).map(|(x, is_odd)| Self { x, is_odd })
    }

    /// `1 <x>`: what the output holds.
    pub fn script(&self) -> Vec<u8> {
        [&[0x51, 0x20], &self.x[..]].concat()
    }

    /// An output of that key.
    pub fn output(&self, value: u64) -> Output {
        Output { value, script: self.script() }
    }

    /// What shows that a leaf is in the tree: `siblings` from the leaf upwards.
    pub(crate) fn control_block(&self, siblings: &[[u8; 32]]) -> Vec<u8> {
        let first = LEAF_VERSION | u8::from(self.is_odd);
        [&[first], &UNSPENDABLE.as_bytes()[..], siblings.as_flattened()].concat()
    }
}

/// A length as Bitcoin writes it (`WriteCompactSize`): 1, 3, 5 or 9 bytes, the shortest form.
pub fn compact_size(length: usize) -> Vec<u8> {
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    match (u8::try_from(length), u16::try_from(length), u32::try_from(length)) {
        (Ok(short @ ..0xfd), ..) => vec![short],
        (_, Ok(two), _) => [&[0xfd], &two.to_le_bytes()[..]].concat(),
        (.., Ok(four)) => [&[0xfe], &four.to_le_bytes()[..]].concat(),
        _ => [&[0xff], &length.to_le_bytes()[..]].concat(),
    }
}

#[cfg(test)]
mod tests {
    use bitcoin::consensus::{Encodable, encode::VarInt};

    use super::*;

    #[test]
    fn a_length_is_written_as_bitcoin_writes_it() {
        for length in [0, 1, 0xfc, 0xfd, 0xfe, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000] {
            let mut theirs = Vec::new();
            VarInt(length).consensus_encode(&mut theirs).unwrap();
            assert_eq!(compact_size(usize::try_from(length).unwrap()), theirs, "{length}");
        }
    }
}
