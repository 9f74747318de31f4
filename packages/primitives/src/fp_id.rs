use core::fmt;

use serde::{Deserialize, Serialize};

/// A finality provider's number, in order of registration: a short storage key. Those of Babylon count up from zero, those that registered
/// on this chain from [`FpId::LOCAL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FpId(u32);

impl FpId {
    /// The highest there can be.
    pub const MAX: Self = Self(u32::MAX);
    /// The first of those that registered on this chain. So whatever befalls all finality providers of a channel to Babylon, which are
    /// those below some number, passes them by.
    pub const LOCAL: Self = Self(1 << 30);

    /// Takes a number as it is stored.
    pub const fn new(id: u32) -> Self {
        Self(id)
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether it registered on this chain, and not through Babylon.
    pub const fn is_local(self) -> bool {
        self.0 >= Self::LOCAL.0
    }

    /// As a part of a key: four bytes, big endian.
    pub const fn to_be_bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// Of such a part.
    pub const fn from_be_bytes(bytes: [u8; 4]) -> Self {
        Self(u32::from_be_bytes(bytes))
    }
}

impl From<u32> for FpId {
    fn from(id: u32) -> Self {
        Self(id)
    }
}

impl fmt::Display for FpId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
