//! The keyring of the chain's own program, as files: the SDK's backends `test` and `file`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::{Key, address};
use prost::Message;
use serde::Deserialize;
use zeroize::{Zeroize, Zeroizing};

use super::jwe::{self, JweError};
use super::source::refuse_readable;

/// The passphrase of the backend `test`: it guards nothing.
const TEST_PASSPHRASE: &[u8] = b"test";
const SECP256K1: &str = "/cosmos.crypto.secp256k1.PrivKey";

/// What a file holds, beside what is not needed.
#[derive(Deserialize)]
struct Item {
    #[serde(rename = "Data")]
    data: String,
}

/// `cosmos.crypto.keyring.v1.Record`, as far as it is needed.
#[derive(Message)]
struct Record {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "3")]
    local: Option<Local>,
    #[prost(message, optional, tag = "4")]
    ledger: Option<Empty>,
    #[prost(message, optional, tag = "5")]
    multi: Option<Empty>,
    #[prost(message, optional, tag = "6")]
    offline: Option<Empty>,
}

#[derive(Message)]
struct Local {
    #[prost(message, optional, tag = "1")]
    priv_key: Option<Packed>,
}

/// `google.protobuf.Any`
#[derive(Message)]
struct Packed {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

#[derive(Message)]
struct Empty {}

/// `PrivKey` of both curves.
#[derive(Message)]
struct PrivKey {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
}

/// A keyring.
#[derive(Debug)]
pub struct Keyring {
    folder: PathBuf,
    passphrase: Zeroizing<Vec<u8>>,
}

impl Keyring {
    /// The backend `test` below a folder, such as `~/.appd`.
    pub fn test(folder: &Path) -> Self {
        Self { folder: folder.join("keyring-test"), passphrase: Zeroizing::new(TEST_PASSPHRASE.to_vec()) }
    }

    /// The backend `file` below a folder.
    pub fn file(folder: &Path, passphrase: Zeroizing<Vec<u8>>) -> Self {
        Self { folder: folder.join("keyring-file"), passphrase }
    }

    /// A key by its name or its address.
    ///
    /// # Errors
    /// A sentence with the file to blame.
    pub fn key(&self, name_or_address: &str) -> Result<Key> {
        Ok(Key::from_bytes(&self.secret(name_or_address)?)?)
    }

    /// The same as its 32 bytes, big endian: for a key that signs something else than transactions.
    ///
    /// # Errors
    /// As [`key`](Self::key).
    pub fn secret(&self, name_or_address: &str) -> Result<Zeroizing<Vec<u8>>> {
        if !self.folder.is_dir() {
            bail!("there is no keyring at {}", self.folder.display());
        }
        let name = match address::prefix(name_or_address) {
            Ok(prefix) => self.name_of(&prefix, name_or_address)?,
            Err(_) => format!("{name_or_address}.info"),
        };
        let path = self.path(&name)?;
        if !path.exists() {
            bail!("the keyring at {} has no key `{name_or_address}`", self.folder.display());
        }
        let data = self.read(&path)?;
        let record = Record::decode(data.as_slice());
        let record = record.map_err(|_| anyhow!("{} holds no key that can be read", path.display()))?;
        secret(record).with_context(|| format!("cannot use {}", path.display()))
    }

    /// The file of the key that has an address.
    fn name_of(&self, prefix: &str, text: &str) -> Result<String> {
        let bytes = address::decode(prefix, text)?;
        let path = self.path(&format!("{}.address", hex::encode(bytes)))?;
        if !path.exists() {
            bail!("the keyring at {} has no key of {text}", self.folder.display());
        }
        let name = self.read(&path)?;
        String::from_utf8(name.to_vec()).map_err(|_| anyhow!("{} names no key", path.display()))
    }

    /// A file of the folder and of no other.
    fn path(&self, name: &str) -> Result<PathBuf> {
        if name.contains(['/', '\\']) || name.starts_with('.') {
            bail!("`{name}` is no name of a key");
        }
        Ok(self.folder.join(name))
    }

    fn read(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
        refuse_readable(path)?;
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let opened = jwe::open(&text, &self.passphrase);
        let opened = opened.map_err(|error: JweError| anyhow!("{}: {error}", path.display()))?;
        let item: Item = serde_json::from_slice(&opened)
            .map_err(|_| anyhow!("{} holds no item of a keyring", path.display()))?;
        let encoded = Zeroizing::new(item.data);
        let data = STANDARD.decode(encoded.as_bytes());
        data.map(Zeroizing::new).map_err(|_| anyhow!("{} holds no item of a keyring", path.display()))
    }
}

fn secret(record: Record) -> Result<Zeroizing<Vec<u8>>> {
    let elsewhere = |what: &str| {
        anyhow!(
            "`{}` is {what}: its secret is not here; add --generate-only, and sign with the chain's own program",
            record.name
        )
    };
    let Some(local) = record.local else {
        return Err(match (&record.ledger, &record.multi, &record.offline) {
            (Some(_), ..) => elsewhere("a ledger's key"),
            (_, Some(_), _) => elsewhere("a multisig"),
            (.., Some(_)) => elsewhere("a public key alone"),
            _ => elsewhere("of a kind that is not known"),
        });
    };
    let mut any = local.priv_key.unwrap_or_default();
    if any.type_url != SECP256K1 {
        any.value.zeroize();
        let kind = any.type_url.clone();
        bail!("`{}` is a {kind}: add --generate-only, and sign with the chain's own program", record.name);
    }
    let decoded = PrivKey::decode(any.value.as_slice());
    any.value.zeroize();
    Ok(Zeroizing::new(decoded.map_err(|_| anyhow!("`{}` holds no key", record.name))?.key))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that the SDK wrote (`tests/chain/keyring`), as private as it makes them.
    pub struct Copy(pub PathBuf);

    impl Copy {
        pub fn new(name: &str) -> Self {
            let to = std::env::temp_dir().join(format!("bsn-keyring-{name}-{}", std::process::id()));
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keyring");
            for backend in ["keyring-test", "keyring-file"] {
                std::fs::create_dir_all(to.join(backend)).unwrap();
                for file in std::fs::read_dir(from.join(backend)).unwrap() {
                    let file = file.unwrap();
                    let path = to.join(backend).join(file.file_name());
                    std::fs::copy(file.path(), &path).unwrap();
                    mode(&path, 0o600);
                }
            }
            Self(to)
        }
    }

    impl Drop for Copy {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    fn mode(path: &Path, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    const ALICE: &str = "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4";

    #[test]
    fn keys_of_both_backends_are_found_by_name_and_by_address() {
        let copy = Copy::new("both");
        let passphrase = Zeroizing::new(b"correct horse".to_vec());
        for ring in [Keyring::test(&copy.0), Keyring::file(&copy.0, passphrase)] {
            for who in ["alice", ALICE] {
                assert_eq!(ring.key(who).unwrap().address("cosmos").unwrap(), ALICE);
            }
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let copy = Copy::new("bad");
        let ring = Keyring::test(&copy.0);
        let said = |ring: &Keyring, who: &str| format!("{:#}", ring.key(who).unwrap_err());
        let folder = copy.0.join("keyring-test");
        assert_eq!(said(&ring, "bob"), format!("the keyring at {} has no key `bob`", folder.display()));
        assert!(
            said(&ring, "watched")
                .contains("`watched` is a public key alone: its secret is not here; add --generate-only")
        );
        assert_eq!(said(&ring, "../alice"), "`../alice.info` is no name of a key");
        let wrong = Keyring::file(&copy.0, Zeroizing::new(b"battery staple".to_vec()));
        assert!(said(&wrong, "alice").ends_with("alice.info: the passphrase is wrong"));
        let alice = folder.join("alice.info");
        mode(&alice, 0o644);
        assert!(said(&ring, "alice").contains("can be read by others"), "{}", said(&ring, "alice"));
        mode(&alice, 0o600);
        let text = std::fs::read_to_string(&alice).unwrap();
        std::fs::write(&alice, &text[..text.len() / 2]).unwrap();
        assert!(said(&ring, "alice").ends_with("alice.info: it is no file of a keyring"));
        assert!(
            said(&Keyring::test(Path::new("/nowhere")), "alice")
                .starts_with("there is no keyring at /nowhere")
        );
    }
}
