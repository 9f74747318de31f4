//! What the SDK's keyring files are: JSON Web Encryption in its compact form, `PBES2-HS256+A128KW` over `A256GCM`
//! (RFC 7516, RFC 7518 4.8).

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use aes_kw::KekAes128;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pbkdf2::pbkdf2_hmac_array;
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error as Thiserror;
use zeroize::Zeroizing;

const ALGORITHM: &str = "PBES2-HS256+A128KW";
const ENCRYPTION: &str = "A256GCM";
/// The SDK takes 8,192 rounds; a file that asks for more than this would keep the program busy for minutes.
const MOST_ROUNDS: u32 = 1_000_000;
const CONTENT_KEY: usize = 32;
const NONCE: usize = 12;
const TAG: usize = 16;

/// Why a file cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Thiserror)]
pub enum JweError {
    /// Not of this form.
    #[error("it is no file of a keyring")]
    Form,
    /// Encrypted in another way.
    #[error("it is encrypted with {0}, not with {ALGORITHM} and {ENCRYPTION}")]
    Algorithm(String),
    /// Made to keep us busy.
    #[error("it asks for {0} rounds of PBKDF2, of at most {MOST_ROUNDS}")]
    Rounds(u32),
    /// The wrong passphrase.
    #[error("the passphrase is wrong")]
    Passphrase,
    /// The right passphrase, and other bytes than were written.
    #[error("its content was changed")]
    Changed,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    enc: String,
    p2c: u32,
    p2s: String,
}

/// The content of a file.
///
/// # Errors
/// [`JweError`].
pub fn open(text: &str, passphrase: &[u8]) -> Result<Zeroizing<Vec<u8>>, JweError> {
    let parts: Vec<&str> = text.trim().split('.').collect();
    let [header, key, nonce, content, tag] = parts.as_slice() else { return Err(JweError::Form) };
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| JweError::Form);
    let about: Header = serde_json::from_slice(&bytes(header)?).map_err(|_| JweError::Form)?;
    if about.alg != ALGORITHM || about.enc != ENCRYPTION {
        return Err(JweError::Algorithm(format!("{} and {}", about.alg, about.enc)));
    }
    if !(1..=MOST_ROUNDS).contains(&about.p2c) {
        return Err(JweError::Rounds(about.p2c));
    }
    let salt = [about.alg.as_bytes(), &[0], &bytes(&about.p2s)?].concat();
    let wrapping = Zeroizing::new(pbkdf2_hmac_array::<Sha256, 16>(passphrase, &salt, about.p2c));
    let (wrapped, tag) = (bytes(key)?, bytes(tag)?);
    let nonce: [u8; NONCE] = bytes(nonce)?.try_into().map_err(|_| JweError::Form)?;
    if wrapped.len() != CONTENT_KEY + 8 || tag.len() != TAG {
        return Err(JweError::Form);
    }
    let mut content_key = Zeroizing::new([0; CONTENT_KEY]);
    let unwrapped = KekAes128::from(*wrapping).unwrap(&wrapped, content_key.as_mut_slice());
    unwrapped.map_err(|_| JweError::Passphrase)?;
    let cipher = Aes256Gcm::new_from_slice(content_key.as_slice()).map_err(|_| JweError::Form)?;
    let sealed = [bytes(content)?, tag].concat();
    let payload = Payload { msg: &sealed, aad: header.as_bytes() };
    let opened = cipher.decrypt(&Nonce::from(nonce), payload);
    opened.map(Zeroizing::new).map_err(|_| JweError::Changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by the SDK itself (`tests/chain/keyring`).
    const ALICE: &str = include_str!("../../tests/keyring/keyring-test/alice.info");

    #[test]
    fn a_file_of_the_sdk_opens_with_its_passphrase_alone() {
        let opened = open(ALICE, b"test").unwrap();
        assert!(opened.starts_with(b"{\"Key\":\"alice.info\""));
        assert_eq!(open(ALICE, b"Test"), Err(JweError::Passphrase));
        assert_eq!(open(ALICE, b""), Err(JweError::Passphrase));
    }

    /// It does not compile without the feature that clears a cipher's keys.
    #[test]
    fn the_keys_of_the_ciphers_are_cleared_when_they_are_dropped() {
        fn is_cleared<T: zeroize::ZeroizeOnDrop>() {}
        is_cleared::<aes::Aes128>();
        is_cleared::<aes::Aes256>();
    }

    #[test]
    fn every_part_is_authenticated() {
        let parts: Vec<&str> = ALICE.split('.').collect();
        let with = |index: usize, text: &str| {
            let mut parts = parts.clone();
            parts[index] = text;
            open(&parts.join("."), b"test").unwrap_err()
        };
        let flipped = |text: &str| {
            let mut bytes = URL_SAFE_NO_PAD.decode(text).unwrap();
            bytes[0] ^= 1;
            URL_SAFE_NO_PAD.encode(bytes)
        };
        assert_eq!(with(1, &flipped(parts[1])), JweError::Passphrase);
        for (index, part) in parts.iter().enumerate().skip(2) {
            assert_eq!(with(index, &flipped(part)), JweError::Changed, "part {index}");
        }
        // The header says how the key is derived, and is a part of what is authenticated.
        let header = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
        let spaced = URL_SAFE_NO_PAD.encode(header.replace("{\"alg\"", "{ \"alg\""));
        assert_eq!(with(0, &spaced), JweError::Changed);
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_before_it_costs() {
        let header = |json: &str| format!("{}.AA.AA.AA.AA", URL_SAFE_NO_PAD.encode(json));
        let of = |rounds: u64| {
            header(&format!(r#"{{"alg":"{ALGORITHM}","enc":"{ENCRYPTION}","p2c":{rounds},"p2s":"AA"}}"#))
        };
        assert_eq!(open(&of(4_000_000_000), b"x"), Err(JweError::Rounds(4_000_000_000)));
        assert_eq!(open(&of(0), b"x"), Err(JweError::Rounds(0)));
        assert_eq!(open(&of(1), b"x"), Err(JweError::Form));
        let other = header(r#"{"alg":"dir","enc":"A256GCM","p2c":1,"p2s":""}"#);
        assert_eq!(open(&other, b"x"), Err(JweError::Algorithm("dir and A256GCM".to_owned())));
        for bad in ["", "a.b", "a.b.c.d.e", "....", &header("{}")] {
            assert_eq!(open(bad, b"x"), Err(JweError::Form), "{bad}");
        }
    }
}
