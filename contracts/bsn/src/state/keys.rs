//! Keys without their letter. Numbers are big endian, so that keys sort as numbers do.

use primitives::{BlockHeight, BtcHeight, FpId, VotingPower};
use staking::{Class, Due};

/// A height of this chain.
pub fn height_key(height: BlockHeight) -> [u8; 8] {
    height.get().to_be_bytes()
}

/// An FP at a height, ordered by height.
pub fn height_fp_key(height: BlockHeight, id: FpId) -> [u8; 12] {
    concat(&height.get().to_be_bytes(), &id.to_be_bytes())
}

/// An FP at a height, ordered by FP.
pub fn fp_height_key(id: FpId, height: BlockHeight) -> [u8; 12] {
    concat(&id.to_be_bytes(), &height.get().to_be_bytes())
}

/// An FP at a height, by its public key, ordered by that.
pub fn key_height_key(key: &[u8; 32], height: BlockHeight) -> [u8; 40] {
    concat(key, &height.get().to_be_bytes())
}

/// An FP in a ranking: most power first, the lower key first among equals.
pub fn ranking_key(power: VotingPower, key: &[u8; 32]) -> [u8; 48] {
    concat(&(!power.get()).to_be_bytes(), key)
}

/// In the number of an FP: that this is its verified stake. No FP has so high a number.
const VERIFIED: u32 = 1 << 31;

/// What leaves an FP at a height of Bitcoin, ordered by height, then class, then FP.
pub fn due_key(due: Due) -> [u8; 8] {
    let class = match due.class {
        Class::Trusted => 0,
        Class::Verified => VERIFIED,
    };
    concat(&due.height.get().to_be_bytes(), &(due.fp.get() | class).to_be_bytes())
}

/// Of such a key.
pub fn due_of(key: [u8; 8]) -> Due {
    let [h0, h1, h2, h3, i0, i1, i2, i3] = key;
    let height = BtcHeight::new(u32::from_be_bytes([h0, h1, h2, h3]));
    let id = u32::from_be_bytes([i0, i1, i2, i3]);
    let class = if id & VERIFIED == 0 { Class::Trusted } else { Class::Verified };
    Due { height, class, fp: FpId::new(id & !VERIFIED) }
}

/// A delegation of an FP, by the 32 bytes of its txid, in internal order.
pub fn fp_txid_key(id: FpId, txid: &[u8]) -> [u8; 36] {
    concat(&id.to_be_bytes(), txid)
}

/// A part of what is too long for one value, by the 32 bytes of that.
pub fn part_key(whole: &[u8], part: u8) -> [u8; 33] {
    concat(whole, &[part])
}

/// Two parts of a key, one behind the other; `N` is the sum of their lengths.
pub fn concat<const N: usize>(first: &[u8], second: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    for (to, from) in key.iter_mut().zip(first.iter().chain(second)) {
        *to = *from;
    }
    key
}
