//! A key of Bitcoin: from a file, the environment, or a keyring as `eotsd` and all programs of the SDK keep them. Never an argument.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args as Group;
use eots::SecretKey;
use zeroize::Zeroizing;

use super::keyring::Keyring;
use super::source::{Backend, passphrase_of, refuse_readable, secret_line};

/// The key of whoever signs transactions of Bitcoin.
#[derive(Debug, Clone, Group)]
pub struct BitcoinKey {
    /// A file with the key, 64 hexadecimal digits, which nobody else may read; `-` for standard input. Or set
    /// BSN_COVENANT_KEY, or BSN_STAKER_KEY for a staker.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "keyring_backend", "keyring_dir"])]
    pub key_file: Option<PathBuf>,
    /// The name of the key in its keyring.
    #[arg(long, value_name = "NAME", requires_all = ["keyring_backend", "keyring_dir"])]
    pub key: Option<String>,
    /// That keyring: `file` asks for its passphrase.
    #[arg(long, value_enum)]
    pub keyring_backend: Option<Backend>,
    /// Where that keyring is.
    #[arg(long, value_name = "FOLDER")]
    pub keyring_dir: Option<PathBuf>,
}

impl BitcoinKey {
    /// Finds the key of somebody, who is named in questions; without a flag in this variable of the environment.
    ///
    /// # Errors
    /// A sentence that says what is missing, and never the key.
    pub fn load(&self, whose: &str, variable: &'static str) -> Result<SecretKey> {
        if let Some(path) = &self.key_file {
            return of_file(path, whose);
        }
        match (&self.key, self.keyring_backend, &self.keyring_dir) {
            (Some(name), Some(backend), Some(folder)) => of_keyring(name, backend, folder, whose),
            _ => of_environment(variable)?.ok_or_else(|| {
                anyhow!(
                    "whose signatures? Name the key of the {whose} by --key-file or {variable}, or by --key, \
                     --keyring-backend and --keyring-dir"
                )
            }),
        }
    }
}

/// The key in a file of 64 hexadecimal digits, or in a line of standard input where the file is `-`.
///
/// # Errors
/// A sentence: others can read it, or it is none.
pub fn of_file(path: &Path, whose: &str) -> Result<SecretKey> {
    let shown = path.display();
    if path.as_os_str() == "-" {
        return of_hex(&secret_line(&format!("key of the {whose}: "))?).context("standard input");
    }
    refuse_readable(path)?;
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    of_hex(&Zeroizing::new(text)).with_context(|| format!("{shown}"))
}

/// The key of this name in a keyring.
///
/// # Errors
/// A sentence: the keyring does not open, or has no such key.
pub fn of_keyring(name: &str, backend: Backend, folder: &Path, whose: &str) -> Result<SecretKey> {
    let keyring = match backend {
        Backend::Test => Keyring::test(folder),
        Backend::File => Keyring::file(folder, passphrase_of(&format!("{whose}'s keyring"))?),
        Backend::Os => bail!("the keyring `os` is read by its own program alone"),
    };
    Ok(SecretKey::from_slice(&keyring.secret(name)?)?)
}

/// The key in the environment; nothing where the variable is not set.
///
/// # Errors
/// A sentence: it is none.
pub fn of_environment(variable: &'static str) -> Result<Option<SecretKey>> {
    let Ok(text) = std::env::var(variable).map(Zeroizing::new) else { return Ok(None) };
    of_hex(&text).map(Some).context(variable)
}

fn of_hex(text: &str) -> Result<SecretKey> {
    // What is wrong with the digits is not said: it would repeat them.
    let bytes = hex::decode(text.trim()).map(Zeroizing::new);
    let bytes = bytes.map_err(|_| anyhow!("it is no key of 64 hexadecimal digits"))?;
    Ok(SecretKey::from_slice(&bytes)?)
}
