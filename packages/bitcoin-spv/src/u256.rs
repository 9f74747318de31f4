use core::fmt;

const LOW_64: u128 = u64::MAX as u128;
/// The largest power of ten in a `u64`, by which decimal text is read and written.
const TEN_19: u64 = 10_000_000_000_000_000_000;

/// An unsigned integer of 256 bits: the few operations that targets and work need.
///
/// Two halves of 128 bits, the higher first, so that the derived order is the numeric one.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct U256 {
    high: u128,
    low: u128,
}

impl U256 {
    /// 0.
    pub const ZERO: Self = Self { high: 0, low: 0 };
    /// 1.
    pub const ONE: Self = Self { high: 0, low: 1 };
    /// 2^256 - 1.
    pub const MAX: Self = Self { high: u128::MAX, low: u128::MAX };

    /// `high` · 2^128 + `low`.
    pub const fn from_halves(high: u128, low: u128) -> Self {
        Self { high, low }
    }

    /// Reads 32 bytes, the most significant first.
    pub const fn from_be_bytes(bytes: [u8; 32]) -> Self {
        let number = Self::from_le_bytes(bytes);
        Self { high: number.low.swap_bytes(), low: number.high.swap_bytes() }
    }

    /// Reads 32 bytes, the least significant first.
    pub const fn from_le_bytes(bytes: [u8; 32]) -> Self {
        let mut halves = [[0u8; 16]; 2];
        let ([low, high], [low_in, high_in]) = (&mut halves, split(&bytes));
        low.copy_from_slice(low_in);
        high.copy_from_slice(high_in);
        let [low, high] = halves;
        Self { high: u128::from_le_bytes(high), low: u128::from_le_bytes(low) }
    }

    /// Reads at most 32 bytes, the most significant first; `None` if there are more.
    pub fn from_be_slice(bytes: &[u8]) -> Option<Self> {
        let mut all = [0; 32];
        all.get_mut(32usize.checked_sub(bytes.len())?..)?.copy_from_slice(bytes);
        Some(Self::from_be_bytes(all))
    }

    /// Reads decimal digits; `None` if there are none, other characters, or 2^256 is reached.
    pub fn from_decimal(text: &str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        text.chars().try_fold(Self::ZERO, |sum, c| {
            let digit = c.to_digit(10)?;
            sum.checked_mul(10)?.checked_add(Self { high: 0, low: u128::from(digit) })
        })
    }

    /// 32 bytes, the most significant first.
    pub const fn to_be_bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        let (high, low) = bytes.split_at_mut(16);
        high.copy_from_slice(&self.high.to_be_bytes());
        low.copy_from_slice(&self.low.to_be_bytes());
        bytes
    }

    /// The lowest 64 bits.
    pub const fn low_u64(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.low.to_le_bytes();
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }

    /// The number of bits without leading zeros; 0 for zero.
    pub const fn bits(self) -> u32 {
        match self.high {
            0 => 128 - self.low.leading_zeros(),
            high => 256 - high.leading_zeros(),
        }
    }

    /// Whether it is zero.
    pub const fn is_zero(self) -> bool {
        self.high == 0 && self.low == 0
    }

    /// The sum, or `None` from 2^256 on.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        let (low, carry) = self.low.overflowing_add(other.low);
        let Some(high) = self.high.checked_add(other.high) else { return None };
        match high.checked_add(carry as u128) {
            Some(high) => Some(Self { high, low }),
            None => None,
        }
    }

    /// The difference, or `None` below zero.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        let Some(high) = self.high.checked_sub(other.high) else { return None };
        match high.checked_sub(borrow as u128) {
            Some(high) => Some(Self { high, low }),
            None => None,
        }
    }

    /// The product with a small number, or `None` from 2^256 on.
    pub fn checked_mul(self, factor: u32) -> Option<Self> {
        let factor = u128::from(factor);
        let first = (self.low & LOW_64) * factor;
        let second = (self.low >> 64) * factor + (first >> 64);
        let high = self.high.checked_mul(factor)?.checked_add(second >> 64)?;
        Some(Self { high, low: second << 64 | first & LOW_64 })
    }

    /// Quotient and remainder by a divisor that fits 64 bits and is not zero.
    pub fn div_rem(self, divisor: core::num::NonZeroU64) -> (Self, u64) {
        let divisor = u128::from(divisor.get());
        let step = |rest: u128, limb: u128| {
            let part = rest << 64 | limb;
            (part / divisor, part % divisor)
        };
        let (a, rest) = step(0, self.high >> 64);
        let (b, rest) = step(rest, self.high & LOW_64);
        let (c, rest) = step(rest, self.low >> 64);
        let (d, rest) = step(rest, self.low & LOW_64);
        (Self { high: a << 64 | b, low: c << 64 | d }, Self { high: 0, low: rest }.low_u64())
    }

    /// The quotient, or `None` by zero: schoolbook division, bit by bit.
    pub fn checked_div(self, divisor: Self) -> Option<Self> {
        if divisor.is_zero() {
            return None;
        }
        let mut quotient = Self::ZERO;
        let mut rest = self;
        for shift in (0..=self.bits().saturating_sub(divisor.bits())).rev() {
            quotient = quotient.shl(1);
            if let Some(less) = rest.checked_sub(divisor.shl(shift)) {
                rest = less;
                quotient.low |= 1;
            }
        }
        Some(quotient)
    }

    /// Shifted towards the high end; what leaves is lost.
    #[allow(clippy::should_implement_trait)]
    pub const fn shl(self, n: u32) -> Self {
        match n {
            0 => self,
            1..128 => Self { high: self.high << n | self.low >> (128 - n), low: self.low << n },
            128..256 => Self { high: self.low << (n - 128), low: 0 },
            _ => Self::ZERO,
        }
    }

    /// Shifted towards the low end; what leaves is lost.
    #[allow(clippy::should_implement_trait)]
    pub const fn shr(self, n: u32) -> Self {
        match n {
            0 => self,
            1..128 => Self { high: self.high >> n, low: self.low >> n | self.high << (128 - n) },
            128..256 => Self { high: 0, low: self.high >> (n - 128) },
            _ => Self::ZERO,
        }
    }

    /// All bits turned: 2^256 - 1 minus this.
    #[allow(clippy::should_implement_trait)]
    pub const fn not(self) -> Self {
        Self { high: !self.high, low: !self.low }
    }
}

const fn split(bytes: &[u8; 32]) -> [&[u8]; 2] {
    let (first, second) = bytes.split_at(16);
    [first, second]
}

impl fmt::Display for U256 {
    /// In decimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHUNK: core::num::NonZeroU64 = core::num::NonZeroU64::new(TEN_19).unwrap();
        let (mut rest, last) = self.div_rem(CHUNK);
        let mut chunks = vec![last];
        while !rest.is_zero() {
            let (quotient, chunk) = rest.div_rem(CHUNK);
            chunks.push(chunk);
            rest = quotient;
        }
        let mut text = chunks.pop().unwrap_or_default().to_string();
        for chunk in chunks.iter().rev() {
            text.push_str(&format!("{chunk:019}"));
        }
        f.pad_integral(true, "", &text)
    }
}

impl fmt::Debug for U256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:032x}{:032x}", self.high, self.low)
    }
}

#[cfg(test)]
mod tests {
    use core::num::NonZeroU64;

    use proptest::prelude::*;

    use super::*;

    fn any_number() -> impl Strategy<Value = U256> {
        (any::<u128>(), any::<u128>(), 0..=256u32)
            .prop_map(|(high, low, n)| U256::from_halves(high, low).shr(n))
    }

    #[test]
    fn bytes_are_read_from_either_end() {
        let mut bytes = [0; 32];
        (bytes[0], bytes[31]) = (0x12, 0x34);
        assert_eq!(U256::from_be_bytes(bytes), U256::from_halves(0x12 << 120, 0x34));
        assert_eq!(U256::from_le_bytes(bytes), U256::from_halves(0x34 << 120, 0x12));
    }

    #[test]
    fn a_shift_by_nothing_changes_nothing() {
        let number = U256::from_halves(3, 5);
        assert_eq!((number.shl(0), number.shr(0)), (number, number));
        assert_eq!((number.shl(128), number.shr(128)), (U256::from_halves(5, 0), U256::from_halves(0, 3)));
        assert_eq!((number.shl(256), number.shr(256)), (U256::ZERO, U256::ZERO));
    }

    #[test]
    fn decimal_text_of_the_largest_number() {
        let text = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        assert_eq!(U256::MAX.to_string(), text);
        assert_eq!(U256::from_decimal(text), Some(U256::MAX));
        let one_more = "115792089237316195423570985008687907853269984665640564039457584007913129639936";
        assert_eq!(U256::from_decimal(one_more), None);
        for bad in ["", "-1", "1 ", "a", "٣"] {
            assert_eq!(U256::from_decimal(bad), None, "{bad}");
        }
        assert_eq!(U256::ZERO.to_string(), "0");
    }

    #[test]
    fn the_edges_are_refused() {
        assert_eq!(U256::MAX.checked_add(U256::ONE), None);
        assert_eq!(U256::ZERO.checked_sub(U256::ONE), None);
        assert_eq!(U256::MAX.checked_mul(2), None);
        assert_eq!(U256::MAX.checked_div(U256::ZERO), None);
        assert_eq!(U256::from_be_slice(&[1; 33]), None);
        assert_eq!(U256::from_be_slice(&[]), Some(U256::ZERO));
        let carry = U256::from_halves(0, u128::MAX).checked_add(U256::ONE);
        assert_eq!(carry, Some(U256::from_halves(1, 0)));
    }

    proptest! {
        #[test]
        fn text_and_bytes_round_trip(a in any_number()) {
            prop_assert_eq!(U256::from_decimal(&a.to_string()), Some(a));
            prop_assert_eq!(U256::from_be_bytes(a.to_be_bytes()), a);
            let mut reversed = a.to_be_bytes();
            reversed.reverse();
            prop_assert_eq!(U256::from_le_bytes(reversed), a);
        }

        #[test]
        fn adding_undoes_subtracting(a in any_number(), b in any_number()) {
            match a.checked_add(b) {
                Some(sum) => prop_assert_eq!(sum.checked_sub(b), Some(a)),
                None => prop_assert!(b > a.not()),
            }
        }

        #[test]
        fn both_divisions_undo_multiplying(a in any_number(), m in 1..=u32::MAX, r in any::<u32>()) {
            let r = r % m;
            if let Some(n) = a.checked_mul(m).and_then(|n| n.checked_add(U256::from_halves(0, r.into()))) {
                prop_assert_eq!(n.div_rem(NonZeroU64::new(m.into()).unwrap()), (a, u64::from(r)));
                prop_assert_eq!(n.checked_div(U256::from_halves(0, m.into())), Some(a));
            }
        }

        #[test]
        fn a_shift_by_one_is_a_doubling(a in any_number()) {
            match a.checked_mul(2) {
                Some(double) => prop_assert_eq!((double, double.shr(1)), (a.shl(1), a)),
                None => prop_assert_eq!(a.bits(), 256),
            }
        }
    }
}
