use serde::{Deserialize, Serialize};

use crate::{ParseError, hash};

hash::bytes32! {
    /// The Bitcoin public key of a finality provider: the x coordinate of a point of secp256k1,
    /// 32 bytes big endian, its y taken as even (BIP-340).
    ///
    /// On the wire it is lower-case hexadecimal; upper case is read as the same key. That the bytes
    /// are a point at all is for `eots::PublicKey` to check.
    FpPublicKey, "finality provider public key"
}
hash::shown_as_stored!(FpPublicKey, "finality provider public key");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_case_is_one_key() {
        let lower = "db34109af277bdb0b0d643f97190730217538f8643cafd4005a633903a1ea03d";
        let key = FpPublicKey::from_hex(lower).unwrap();
        assert_eq!(FpPublicKey::from_hex(&lower.to_uppercase()), Ok(key));
        assert_eq!(key.to_string(), lower);
    }
}
