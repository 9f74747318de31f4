//! How the VM returns a key and a value in one buffer: each with its length behind it, big endian, four bytes.

/// The two; nothing where the key is empty, which ends an iteration.
pub fn record(mut both: Vec<u8>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (rest, length) = both.split_last_chunk()?;
    let value_at = rest.len().checked_sub(u32::from_be_bytes(*length) as usize)?;
    let (key, value) = rest.split_at_checked(value_at)?;
    let key_length = key.len().checked_sub(4)?;
    let value = value.to_vec();
    both.truncate(key_length);
    (key_length > 0).then_some((both, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_cut_into_key_and_value() {
        let both = b"key\0\0\0\x03value\0\0\0\x05".to_vec();
        assert_eq!(record(both), Some((b"key".to_vec(), b"value".to_vec())));
        assert_eq!(record(b"k\0\0\0\x01\0\0\0\0".to_vec()), Some((b"k".to_vec(), vec![])));
    }

    #[test]
    fn an_empty_key_is_the_end_and_so_is_what_is_no_record() {
        assert_eq!(record(b"\0\0\0\0\0\0\0\0".to_vec()), None);
        for broken in [&b""[..], b"\0\0\0", b"\0\0\0\x09value\0\0\0\x0a", b"abc\0\0\0\x02"] {
            assert_eq!(record(broken.to_vec()), None, "{broken:?}");
        }
    }
}
