use core::fmt;

use serde::{Deserialize, Serialize};

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name($inner);

        impl From<$inner> for $name {
            fn from(number: $inner) -> Self {
                Self(number)
            }
        }

        impl From<$name> for $inner {
            fn from(counter: $name) -> Self {
                counter.0
            }
        }

        impl $name {
            /// Wraps the number as it is on the wire.
            pub const fn new(number: $inner) -> Self {
                Self(number)
            }

            /// The number as it is on the wire.
            pub const fn get(self) -> $inner {
                self.0
            }

            /// The one after this; the last one is its own successor.
            pub const fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }

            /// The one before this; the first one is its own predecessor.
            pub const fn previous(self) -> Self {
                Self(self.0.saturating_sub(1))
            }

            /// This many further on, at most the last one there is.
            pub const fn saturating_add(self, n: $inner) -> Self {
                Self(self.0.saturating_add(n))
            }

            /// This many back, at least zero.
            pub const fn saturating_sub(self, n: $inner) -> Self {
                Self(self.0.saturating_sub(n))
            }

            /// How far this lies above `other`; zero where it lies below.
            pub const fn above(self, other: Self) -> $inner {
                self.0.saturating_sub(other.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

counter! {
    /// The height of a block of the appchain. Zero is before the first block.
    BlockHeight(u64)
}
counter! {
    /// The height of a block of Bitcoin.
    BtcHeight(u32)
}
counter! {
    /// The number of an epoch of Babylon Genesis.
    EpochNumber(u64)
}
