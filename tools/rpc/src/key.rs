//! Secret keys of accounts: secp256k1, as the SDK signs.

use std::fmt;

use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{Error, Result, address};

/// What Cosmos chains derive keys by, unless they say otherwise.
pub const PATH: &str = "m/44'/118'/0'/0/0";

/// A secret key. It is never shown, and cleared when it is dropped.
#[derive(Clone)]
pub struct Key(SigningKey);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// From its 32 bytes.
    ///
    /// # Errors
    /// [`Error::BadKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let key = SigningKey::from_slice(bytes);
        key.map(Self).map_err(|_| Error::BadKey("not a secret key of secp256k1".to_owned()))
    }

    /// From words (BIP-39) by a path (BIP-32).
    ///
    /// # Errors
    /// [`Error::BadKey`].
    pub fn from_mnemonic(words: &str, path: &str) -> Result<Self> {
        let bad = |why: &dyn ToString| Error::BadKey(why.to_string());
        let mnemonic = bip39::Mnemonic::parse_normalized(words).map_err(|error| bad(&error))?;
        let path: bip32::DerivationPath = path.parse().map_err(|error: bip32::Error| bad(&error))?;
        let seed = Zeroizing::new(mnemonic.to_seed_normalized(""));
        let derived = bip32::XPrv::derive_from_path(seed.as_slice(), &path).map_err(|error| bad(&error))?;
        let bytes = Zeroizing::new(derived.to_bytes());
        Self::from_bytes(bytes.as_slice())
    }

    /// The public key, compressed: 33 bytes.
    pub fn public_key(&self) -> Vec<u8> {
        self.0.verifying_key().to_encoded_point(true).as_bytes().to_vec()
    }

    /// The account's address.
    ///
    /// # Errors
    /// [`Error::BadAddress`] if `prefix` cannot be one.
    pub fn address(&self, prefix: &str) -> Result<String> {
        address::encode(prefix, &account_of(&self.public_key()))
    }

    /// Signs: 64 bytes r ‖ s, big-endian, with the lower of both s.
    ///
    /// # Errors
    /// [`Error::BadKey`], which does not happen.
    pub fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let signed: std::result::Result<Signature, _> = self.0.sign_prehash(&Sha256::digest(bytes));
        let signature = signed.map_err(|error| Error::BadKey(error.to_string()))?;
        Ok(signature.normalize_s().unwrap_or(signature).to_bytes().to_vec())
    }
}

/// The 20 bytes of an account with this compressed public key: RIPEMD-160 of SHA-256.
pub fn account_of(public_key: &[u8]) -> [u8; 20] {
    Ripemd160::digest(Sha256::digest(public_key)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &str =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    #[test]
    fn words_give_the_address_that_every_wallet_gives() {
        let key = Key::from_mnemonic(WORDS, PATH).unwrap();
        assert_eq!(key.address("cosmos").unwrap(), "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4");
        assert!(Key::from_mnemonic("abandon abandon", PATH).is_err());
        assert!(Key::from_mnemonic(WORDS, "44/x").is_err());
        assert!(Key::from_bytes(&[0; 32]).is_err());
    }

    /// It does not compile without the features that clear what is dropped.
    #[test]
    fn words_and_keys_are_cleared_when_they_are_dropped() {
        fn is_cleared<T: zeroize::ZeroizeOnDrop>() {}
        is_cleared::<bip39::Mnemonic>();
        is_cleared::<SigningKey>();
    }

    #[test]
    fn a_key_is_not_shown() {
        let key = Key::from_bytes(&[7; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "Key");
    }
}
