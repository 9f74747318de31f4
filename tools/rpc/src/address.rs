//! Bech32 addresses.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// An address as text.
///
/// # Errors
/// [`Error::BadAddress`] if `prefix` cannot be one.
pub fn encode(prefix: &str, bytes: &[u8]) -> Result<String> {
    let bad = |why: &dyn ToString| Error::BadAddress { text: prefix.to_owned(), why: why.to_string() };
    let hrp = Hrp::parse(prefix).map_err(|error| bad(&error))?;
    bech32::encode::<Bech32>(hrp, bytes).map_err(|error| bad(&error))
}

/// The bytes of an address of a chain whose addresses begin with `prefix`.
///
/// # Errors
/// [`Error::BadAddress`], [`Error::WrongPrefix`].
pub fn decode(prefix: &str, text: &str) -> Result<Vec<u8>> {
    let bad = |why: String| Error::BadAddress { text: text.to_owned(), why };
    let parsed = CheckedHrpstring::new::<Bech32>(text).map_err(|error| bad(error.to_string()))?;
    let found = parsed.hrp().to_lowercase();
    if found != prefix {
        let (address, expected) = (text.to_owned(), prefix.to_owned());
        return Err(Error::WrongPrefix { address, expected, found });
    }
    let bytes: Vec<u8> = parsed.byte_iter().collect();
    match bytes.len() {
        20 | 32 => Ok(bytes),
        length => Err(bad(format!("it has {length} bytes, neither 20 nor 32"))),
    }
}

/// The prefix of an address.
///
/// # Errors
/// [`Error::BadAddress`].
pub fn prefix(text: &str) -> Result<String> {
    let parsed = CheckedHrpstring::new::<Bech32>(text);
    let bad = |why: String| Error::BadAddress { text: text.to_owned(), why };
    Ok(parsed.map_err(|error| bad(error.to_string()))?.hrp().to_lowercase())
}

/// The account of a module of the SDK: the first 20 bytes of the hash of its name.
///
/// # Errors
/// As [`encode`].
pub fn of_module(prefix: &str, name: &str) -> Result<String> {
    encode(prefix, &Sha256::digest(name)[..20])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn governance_has_the_address_it_has_everywhere() {
        assert_eq!(of_module("cosmos", "gov").unwrap(), "cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn");
    }

    #[test]
    fn who_has_the_wrong_prefix_is_named_with_both() {
        let gov = of_module("cosmos", "gov").unwrap();
        assert_eq!(decode("cosmos", &gov).unwrap().len(), 20);
        let error = decode("app", &gov).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("{gov} is an address of `cosmos`, but those of this chain begin with `app`")
        );
        assert!(matches!(decode("cosmos", &gov.replace('9', "8")), Err(Error::BadAddress { .. })));
        assert!(matches!(
            decode("cosmos", &encode("cosmos", &[1; 7]).unwrap()),
            Err(Error::BadAddress { .. })
        ));
    }
}
