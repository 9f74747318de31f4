/// Takes parts off the front of an input; where it ends, zeros.
pub struct Read<'a>(pub &'a [u8]);

impl<'a> Read<'a> {
    /// So many bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let (taken, rest) = self.0.split_at(N.min(self.0.len()));
        array[..taken.len()].copy_from_slice(taken);
        self.0 = rest;
        array
    }

    /// One byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// Eight bytes, big endian.
    pub fn u64(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    /// As many hashes as there are bytes for, at most `most`.
    pub fn hashes(&mut self, most: usize) -> Vec<[u8; 32]> {
        let count = most.min(self.0.len() / 32);
        (0..count).map(|_| self.array()).collect()
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}
