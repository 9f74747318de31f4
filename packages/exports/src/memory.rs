//! Buffers on their way between the VM and the contract.

/// A buffer as the VM describes it: twelve bytes, offsets from the beginning of memory.
#[repr(C)]
pub struct Region {
    offset: u32,
    capacity: u32,
    length: u32,
}

impl Region {
    /// Of bytes that the VM only reads.
    pub fn of(bytes: &[u8]) -> Self {
        let length = bytes.len() as u32;
        Self { offset: bytes.as_ptr() as u32, capacity: length, length }
    }

    /// Of room that the VM writes to, up to the vector's capacity.
    pub fn room(buffer: &mut Vec<u8>) -> Self {
        Self { offset: buffer.as_mut_ptr() as u32, capacity: buffer.capacity() as u32, length: 0 }
    }

    /// How many bytes the VM wrote to it.
    pub fn written(&self) -> usize {
        // SAFETY: a reference is valid to read. The VM writes this field behind the compiler's back.
        unsafe { (&raw const self.length).read_volatile() as usize }
    }

    /// Where it is.
    pub fn pointer(&self) -> u32 {
        &raw const *self as u32
    }
}

/// The bytes of a region that the VM made by `allocate` and filled. It is the contract's from then on.
#[inline(never)]
pub fn take(region: u32) -> Vec<u8> {
    // SAFETY: the VM hands over each pointer that `allocate` gave it exactly once, to an entry point or as what an import
    // returns. `allocate` makes the region by `Box` and its buffer by `Vec`, with this allocator; the VM has set `length`,
    // at most `capacity`, to what it wrote.
    unsafe {
        let Region { offset, capacity, length } = *Box::from_raw(region as *mut Region);
        Vec::from_raw_parts(offset as *mut u8, length as usize, capacity as usize)
    }
}

/// The same, where zero stands for nothing.
pub fn take_some(region: u32) -> Option<Vec<u8>> {
    (region != 0).then(|| take(region))
}

/// Hands bytes to the VM, which frees them by `deallocate`.
pub fn give(mut bytes: Vec<u8>) -> u32 {
    let region = Region { length: bytes.len() as u32, ..Region::room(&mut bytes) };
    core::mem::forget(bytes);
    Box::into_raw(Box::new(region)) as u32
}
