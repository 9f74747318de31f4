use crate::unit::unit;

macro_rules! counter {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        unit! {
            $(#[$doc])*
            $name($inner)
        }

        impl $name {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_stop_at_either_end() {
        let (first, last) = (BlockHeight::new(0), BlockHeight::new(u64::MAX));
        assert_eq!((first.previous(), last.next()), (first, last));
        assert_eq!((first.saturating_sub(7), last.saturating_add(7)), (first, last));
        assert_eq!((first.above(last), last.above(first), last.above(last)), (0, u64::MAX, 0));
        assert_eq!(BtcHeight::new(u32::MAX).next(), BtcHeight::new(u32::MAX));
    }

    #[test]
    fn heights_are_numbers_in_between() {
        let height = BlockHeight::from(41);
        assert_eq!((height.next().get(), height.previous().get()), (42, 40));
        assert_eq!((height.saturating_add(9).get(), height.saturating_sub(9).get()), (50, 32));
        assert_eq!(height.above(BlockHeight::new(30)), 11);
        assert_eq!((u64::from(height), height.to_string()), (41, "41".to_owned()));
        assert_eq!(format!("{:>4}", EpochNumber::new(5)), "   5");
    }
}
