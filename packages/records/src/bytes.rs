use crate::Broken;

/// No byte.
const END: u32 = 256;

/// A record that is being read. Every type shares these functions: none is copied into its callers.
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub const fn new(record: &'a [u8]) -> Self {
        Self { rest: record }
    }

    /// What is not read yet.
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub fn byte(&mut self) -> Result<u8, Broken> {
        u8::try_from(self.next_or_end()).map_err(|_| Broken::Ends)
    }

    /// The next byte, or [`END`]: of a function that is called for each byte, wasm returns a number at less cost than a `Result`.
    #[inline(never)]
    fn next_or_end(&mut self) -> u32 {
        let Some((first, rest)) = self.rest.split_first() else { return END };
        self.rest = rest;
        u32::from(*first)
    }

    /// A length, and so many bytes.
    #[inline(never)]
    pub fn slice(&mut self) -> Result<&'a [u8], Broken> {
        let length = self.length()?;
        let (slice, rest) = self.rest.split_at_checked(length).ok_or(Broken::Ends)?;
        self.rest = rest;
        Ok(slice)
    }

    #[inline(never)]
    pub fn text(&mut self) -> Result<&'a str, Broken> {
        core::str::from_utf8(self.slice()?).map_err(|_| Broken::Text)
    }

    /// How many items or bytes follow. On wasm32 a length has 32 bits.
    #[inline(never)]
    pub fn length(&mut self) -> Result<usize, Broken> {
        usize::try_from(self.number(usize::BITS)?).map_err(|_| Broken::Number)
    }

    /// A number of at most `bits` bits, seven a byte, the lowest first; the highest bit of a byte says that another follows.
    #[inline(never)]
    pub fn number(&mut self, bits: u32) -> Result<u64, Broken> {
        let mut number = 0;
        let mut shift = 0;
        while shift < bits {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7f);
            number |= low << shift;
            if byte < 0x80 {
                let fits = bits - shift >= 7 || low >> (bits - shift) == 0;
                return if fits { Ok(number) } else { Err(Broken::Number) };
            }
            shift += 7;
        }
        Err(Broken::Number)
    }

    /// A signed number: 0, 1, 2, 3, 4 stand for 0, -1, 1, -2, 2.
    #[inline(never)]
    pub fn signed(&mut self, bits: u32) -> Result<i64, Broken> {
        let zigzag = self.number(bits)?;
        let half = (zigzag >> 1).cast_signed();
        Ok(if zigzag & 1 == 0 { half } else { !half })
    }

    /// As [`Self::number`], with 128 bits, which 64-bit arithmetic does not hold.
    #[inline(never)]
    pub fn long_number(&mut self) -> Result<u128, Broken> {
        let mut number = 0;
        let mut shift = 0;
        while shift < u128::BITS {
            let byte = self.byte()?;
            number |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let fits = shift < 126 || byte < 4;
                return if fits { Ok(number) } else { Err(Broken::Number) };
            }
            shift += 7;
        }
        Err(Broken::Number)
    }

    /// `true` for 1, `false` for 0: a bool, or whether something follows.
    #[inline(never)]
    pub fn flag(&mut self) -> Result<bool, Broken> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Broken::Choice),
        }
    }
}
