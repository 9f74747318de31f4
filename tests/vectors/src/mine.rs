use bitcoin_spv::{CompactTarget, Header, HeaderHash, MerkleRoot};
use primitives::BtcTime;

/// A header over `prev_hash` that meets its target; use with regtest's target only. `salt` makes it another.
///
/// # Panics
/// If `bits` stand for no target.
pub fn mine(prev_hash: HeaderHash, time: impl Into<BtcTime>, bits: u32, salt: u8) -> Header {
    let bits = CompactTarget::new(bits);
    let target = bits.target().expect("these bits stand for a target");
    let merkle_root = MerkleRoot::from_bytes([salt; 32]);
    let mut header =
        Header { version: 0x2000_0000, prev_hash, merkle_root, time: time.into(), bits, nonce: 0 };
    while !target.is_met_by(&header.hash()) {
        header.nonce += 1;
    }
    header
}
