use primitives::{BtcHeight, BtcTime};

/// The storage key of the [`Tip`].
pub const TIP_KEY: &[u8] = b"tip";

/// The tip as any contract reads it with one raw query, absent before the first headers.
///
/// The record starts with `height u32 ‖ hash 32 ‖ time u32 ‖ base height u32 ‖ highest u32`, numbers
/// big endian, the hash in internal order; what follows is the light client's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tip {
    /// Its height.
    pub height: BtcHeight,
    /// Its hash, internal order.
    pub hash: [u8; 32],
    /// Its time, in seconds since 1970.
    pub time: BtcTime,
    /// The height of the base header.
    pub base_height: BtcHeight,
    /// The greatest height that any tip ever had: never falls, neither by a reorganization to a
    /// shorter chain nor by a rebase.
    pub highest: BtcHeight,
}

impl Tip {
    /// The length of the public part of the record.
    pub const LENGTH: usize = 48;

    /// The public part of the record.
    pub fn to_raw(&self) -> [u8; Self::LENGTH] {
        let parts = [
            &self.height.get().to_be_bytes()[..],
            &self.hash,
            &self.time.get().to_be_bytes(),
            &self.base_height.get().to_be_bytes(),
            &self.highest.get().to_be_bytes(),
        ];
        let mut raw = [0; Self::LENGTH];
        parts.concat().iter().zip(&mut raw).for_each(|(from, to)| *to = *from);
        raw
    }
}

/// Reads what is stored under [`TIP_KEY`]; `None` if it is too short.
pub fn tip_from_raw(raw: &[u8]) -> Option<Tip> {
    let (height, rest) = raw.split_first_chunk()?;
    let (hash, rest) = rest.split_first_chunk()?;
    let (time, rest) = rest.split_first_chunk()?;
    let (base_height, rest) = rest.split_first_chunk()?;
    let highest = rest.first_chunk()?;
    Some(Tip {
        height: btc_height(*height),
        hash: *hash,
        time: BtcTime::new(u32::from_be_bytes(*time)),
        base_height: btc_height(*base_height),
        highest: btc_height(*highest),
    })
}

/// The storage key of the header at `height`: `0x01 ‖ height u32 BE`.
///
/// The record starts with the header's 80 bytes ([`header_from_raw`]). Records are of the main chain
/// only: a height above the tip has none.
pub fn header_key(height: BtcHeight) -> [u8; 5] {
    let [a, b, c, d] = height.get().to_be_bytes();
    [0x01, a, b, c, d]
}

/// The storage key of the height of the header of that hash (internal order): `0x02 ‖ hash[..8]`.
///
/// The record is `height u32 BE` ([`height_from_raw`]). Eight bytes do not make a hash: the header at
/// that height must be read and hashed before it is believed to be the one.
pub fn height_key(hash: &[u8; 32]) -> [u8; 9] {
    let [a, b, c, d, e, f, g, h, ..] = *hash;
    [0x02, a, b, c, d, e, f, g, h]
}

/// Reads the 80 bytes of what is stored under a [`header_key`].
pub fn header_from_raw(raw: &[u8]) -> Option<&[u8; 80]> {
    raw.first_chunk()
}

/// Reads what is stored under a [`height_key`].
pub fn height_from_raw(raw: &[u8]) -> Option<BtcHeight> {
    raw.try_into().map(btc_height).ok()
}

const fn btc_height(bytes: [u8; 4]) -> BtcHeight {
    BtcHeight::new(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tip_round_trips_and_tolerates_what_follows() {
        let tip = Tip {
            height: BtcHeight::new(1),
            hash: [2; 32],
            time: BtcTime::new(3),
            base_height: BtcHeight::new(4),
            highest: BtcHeight::new(5),
        };
        let raw = tip.to_raw();
        assert_eq!(tip_from_raw(&raw), Some(tip));
        assert_eq!(tip_from_raw(&[&raw[..], &[9; 99]].concat()), Some(tip));
        assert_eq!(tip_from_raw(&raw[..47]), None);
    }
}
