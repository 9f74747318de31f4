//! Bytes of a fixed number, from text and from the front of others.

use primitives::ParseError;

/// Takes `N` bytes off the front; zeros where there are not so many, which the lengths above rule out.
pub(crate) fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
    match rest.split_first_chunk() {
        Some((chunk, after)) => {
            *rest = after;
            *chunk
        }
        None => [0; N],
    }
}

/// Parses hexadecimal text of either case into exactly `N` bytes.
pub(crate) fn bytes_from_hex<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N], ParseError> {
    if !text.bytes().all(|b| b.is_ascii_hexdigit()) || !text.len().is_multiple_of(2) {
        return Err(ParseError::Hex { what, culprit: text.chars().take(80).collect() });
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| ParseError::Length {
        what,
        expected: N,
        got: text.len() / 2,
    })?;
    Ok(bytes)
}
