use thiserror::Error;

/// Why a string, byte string or number is not the value it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// Not hexadecimal, or of odd length.
    #[error("{what} is not hexadecimal: {culprit}")]
    Hex {
        /// What was being parsed.
        what: &'static str,
        /// The text as given, cut at 80 characters.
        culprit: String,
    },
    /// The wrong number of bytes.
    #[error("{what} must be {expected} bytes, got {got}")]
    Length {
        /// What was being parsed.
        what: &'static str,
        /// How many bytes it has.
        expected: usize,
        /// How many were given.
        got: usize,
    },
    /// More bitcoin than can exist.
    #[error("{got} sats are more than 21 million bitcoin")]
    TooManySats {
        /// The amount as given.
        got: u64,
    },
}

impl ParseError {
    /// Names text that is not hexadecimal, without echoing a long one.
    pub(crate) fn hex(what: &'static str, text: &str) -> Self {
        Self::Hex { what, culprit: text.chars().take(80).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_not_echoed() {
        let culprit = "é".repeat(80);
        assert_eq!(ParseError::hex("key", &"é".repeat(81)), ParseError::Hex { what: "key", culprit });
        assert_eq!(ParseError::hex("key", "no").to_string(), "key is not hexadecimal: no");
    }
}
