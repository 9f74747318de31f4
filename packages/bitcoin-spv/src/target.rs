use core::fmt;

use thiserror::Error;

use crate::{HeaderHash, U256};

/// A target as a header carries it (`nBits`): a mantissa of 23 bits, a sign and an exponent of base 256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompactTarget(u32);

/// The number that a header's hash must not exceed; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target(U256);

/// How many hashes it takes on average: of one header, or of a whole chain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Work(U256);

/// Why compact bits are no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TargetError {
    /// The sign is set.
    #[error("target {0} is negative")]
    Negative(CompactTarget),
    /// It does not fit 256 bits.
    #[error("target {0} exceeds 256 bits")]
    Overflow(CompactTarget),
    /// Nothing lies below it.
    #[error("target {0} is zero")]
    Zero(CompactTarget),
}

impl CompactTarget {
    /// Takes the bits as they are in a header.
    pub const fn new(bits: u32) -> Self {
        Self(bits)
    }

    /// The bits as they are in a header.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// The target (Bitcoin Core, `arith_uint256::SetCompact` and `DeriveTarget`).
    ///
    /// The same target has several compact forms; all are read, [`Target::compact`] writes the one.
    ///
    /// # Errors
    /// [`TargetError`]. As in Bitcoin Core, a mantissa that is shifted out entirely is zero whatever
    /// the sign, and a zero mantissa never overflows.
    pub fn target(self) -> Result<Target, TargetError> {
        let size = self.0 >> 24;
        let mantissa = self.0 & 0x007f_ffff;
        let mantissa = if size <= 3 { mantissa >> (8 * (3 - size)) } else { mantissa };
        if mantissa == 0 {
            return Err(TargetError::Zero(self));
        }
        if self.0 & 0x0080_0000 != 0 {
            return Err(TargetError::Negative(self));
        }
        if size > 34 || mantissa > 0xff && size > 33 || mantissa > 0xffff && size > 32 {
            return Err(TargetError::Overflow(self));
        }
        let mantissa = U256::from_halves(0, u128::from(mantissa));
        Ok(Target(mantissa.shl(8 * size.saturating_sub(3))))
    }
}

impl fmt::Display for CompactTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl fmt::Debug for CompactTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompactTarget({self})")
    }
}

impl Target {
    /// Takes a number that is not zero, else 1.
    pub const fn new(number: U256) -> Self {
        if number.is_zero() { Self(U256::ONE) } else { Self(number) }
    }

    /// The number.
    pub const fn get(self) -> U256 {
        self.0
    }

    /// Whether a header of this hash has done the work (`CheckProofOfWorkImpl`).
    pub fn is_met_by(self, hash: &HeaderHash) -> bool {
        U256::from_le_bytes(*hash.as_bytes()) <= self.0
    }

    /// The one compact form, rounded down to 23 bits of mantissa (`arith_uint256::GetCompact`).
    pub fn compact(self) -> CompactTarget {
        let size = self.0.bits().div_ceil(8);
        let mantissa = if size <= 3 { self.0.shl(8 * (3 - size)) } else { self.0.shr(8 * (size - 3)) };
        // Three bytes at most: this cannot fail.
        let mantissa = u32::try_from(mantissa.low_u64()).unwrap_or(u32::MAX);
        if mantissa & 0x0080_0000 == 0 {
            CompactTarget(size << 24 | mantissa)
        } else {
            CompactTarget((size + 1) << 24 | mantissa >> 8)
        }
    }

    /// The work of one header: 2^256 / (target + 1), without leaving 256 bits (`GetBlockProof`).
    pub fn work(self) -> Work {
        let quotient = self.0.checked_add(U256::ONE).and_then(|divisor| self.0.not().checked_div(divisor));
        let work = quotient.and_then(|quotient| quotient.checked_add(U256::ONE));
        Work(work.unwrap_or(U256::ONE))
    }
}

impl Work {
    /// 0.
    pub const ZERO: Self = Self(U256::ZERO);

    /// The most that a chain may have to start from, 2^192: Bitcoin has about 2^97, and a number so high that the sum
    /// could overflow would stop the chain for good.
    pub const MOST_OF_BASE: Self = Self(U256::from_halves(1 << 64, 0));

    /// Takes a number of hashes.
    pub const fn new(hashes: U256) -> Self {
        Self(hashes)
    }

    /// The number of hashes.
    pub const fn get(self) -> U256 {
        self.0
    }

    /// The sum, or `None` from 2^256 on.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }
}

impl fmt::Display for Work {
    /// In decimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(bits: u32) -> Result<U256, TargetError> {
        CompactTarget::new(bits).target().map(Target::get)
    }

    /// The cases of Bitcoin Core's `arith_uint256_tests.cpp`, bignum_SetCompact.
    #[test]
    fn compact_forms_are_read_as_bitcoin_core_reads_them() {
        use TargetError::{Negative, Overflow, Zero};
        let c = CompactTarget::new;
        let zeros = [0, 0x0012_3456, 0x0100_3456, 0x0200_0056, 0x0300_0000, 0x0400_0000, 0x0092_3456];
        for zero in zeros.into_iter().chain([0x0180_3456, 0x0280_0056, 0x0380_0000, 0x0480_0000]) {
            assert_eq!(target(zero), Err(Zero(c(zero))));
        }
        let small = |n| Ok(U256::from_halves(0, n));
        assert_eq!(target(0x0101_0000), small(1));
        assert_eq!(target(0x0112_3456), small(0x12));
        assert_eq!(target(0x0200_8000), small(0x80));
        assert_eq!(target(0x0212_3456), small(0x1234));
        assert_eq!(target(0x0312_3456), small(0x12_3456));
        assert_eq!(target(0x0412_3456), small(0x1234_5600));
        assert_eq!(target(0x0500_9234), small(0x9234_0000));
        assert_eq!(target(0x2012_3456), Ok(U256::from_halves(0x12_3456, 0).shl(104)));
        assert_eq!(target(0x01fe_dcba), Err(Negative(c(0x01fe_dcba))));
        assert_eq!(target(0x0492_3456), Err(Negative(c(0x0492_3456))));
        assert_eq!(target(0xff12_3456), Err(Overflow(c(0xff12_3456))));
        for edge in [0x2100_ffff, 0x2200_00ff] {
            assert!(target(edge).is_ok());
        }
        for edge in [0x2101_0000, 0x2200_0100, 0x2300_0001] {
            assert_eq!(target(edge), Err(Overflow(c(edge))));
        }
    }

    /// The same file, bignum_SetCompact: what is read is written in its one form, small numbers too.
    #[test]
    fn compact_forms_are_written_as_bitcoin_core_writes_them() {
        let cases =
            [(0x12, 0x0112_0000), (0x80, 0x0200_8000), (0x1234, 0x0212_3400), (0x12_3456, 0x0312_3456)];
        for (number, bits) in
            cases.into_iter().chain([(0x1234_5600, 0x0412_3456), (0x9234_0000, 0x0500_9234)])
        {
            assert_eq!(Target(U256::from_halves(0, number)).compact(), CompactTarget::new(bits));
        }
        assert_eq!(CompactTarget::new(0x0112_3456).to_string(), "01123456");
    }

    #[test]
    fn a_hash_may_equal_the_target() {
        let mut bytes = [0; 32];
        bytes[1] = 0x12;
        let hash = HeaderHash::from_bytes(bytes);
        assert!(Target(U256::from_halves(0, 0x1200)).is_met_by(&hash));
        assert!(!Target(U256::from_halves(0, 0x11ff)).is_met_by(&hash));
    }

    #[test]
    fn the_first_target_takes_two_to_the_thirty_two_hashes() {
        let work = CompactTarget::new(0x1d00_ffff).target().unwrap().work();
        assert_eq!(work.to_string(), "4295032833");
        assert_eq!(Target(U256::MAX).work(), Work(U256::ONE));
        assert_eq!(Target(U256::ONE).work(), Work(U256::ONE.shl(255)));
    }

    proptest! {
        #[test]
        fn every_readable_compact_form_is_read_and_weighed_as_rust_bitcoin_does(bits in any::<u32>()) {
            if let Ok(target) = CompactTarget::new(bits).target() {
                let theirs = bitcoin::Target::from_compact(bitcoin::CompactTarget::from_consensus(bits));
                prop_assert_eq!(target.get().to_be_bytes(), theirs.to_be_bytes());
                prop_assert_eq!(target.compact().get(), theirs.to_compact_lossy().to_consensus());
                // Of target 1 rust-bitcoin says 2^256 - 1, where Bitcoin Core's GetBlockProof gives 2^255.
                if target.get() != U256::ONE {
                    prop_assert_eq!(target.work().get().to_be_bytes(), theirs.to_work().to_be_bytes());
                }
            }
        }

        #[test]
        fn compacting_rounds_down_once(bytes in any::<[u8; 32]>(), shift in 0..256u32) {
            let target = Target::new(U256::from_be_bytes(bytes).shr(shift));
            let rounded = target.compact().target().unwrap();
            prop_assert!(rounded <= target);
            prop_assert_eq!(rounded.compact(), target.compact());
        }
    }
}
