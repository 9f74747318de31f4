//! Where a finality provider's key comes from: a file, the environment, or a keyring as `eotsd` and all programs of the SDK
//! keep them. Never an argument.

use std::path::PathBuf;

use anyhow::{Result, anyhow};
use clap::Args as Group;
use eots::SecretKey;

use crate::keys::secret;
use crate::keys::source::Backend;

/// Where the key is taken from if no flag says otherwise: 64 hexadecimal digits.
pub const KEY: &str = "BSN_FP_KEY";

/// The finality provider's own key.
#[derive(Debug, Clone, Group)]
pub struct FpKey {
    /// A file with the finality provider's key, 64 hexadecimal digits, which nobody else may read; `-` for standard input. Or
    /// set BSN_FP_KEY.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fp_key", "fp_keyring_backend", "fp_keyring_dir"])]
    pub fp_key_file: Option<PathBuf>,
    /// The name of the finality provider's key in its keyring.
    #[arg(long, value_name = "NAME", requires_all = ["fp_keyring_backend", "fp_keyring_dir"])]
    pub fp_key: Option<String>,
    /// That keyring: `file` asks for its passphrase.
    #[arg(long, env = "BSN_FP_KEYRING_BACKEND", value_enum)]
    pub fp_keyring_backend: Option<Backend>,
    /// Where that keyring is, such as ~/.eotsd.
    #[arg(long, env = "BSN_FP_KEYRING_DIR", value_name = "FOLDER")]
    pub fp_keyring_dir: Option<PathBuf>,
}

impl FpKey {
    /// Finds the key.
    ///
    /// # Errors
    /// A sentence that says what is missing, and never the key.
    pub fn load(&self) -> Result<SecretKey> {
        if let Some(path) = &self.fp_key_file {
            return secret::of_file(path, WHOSE);
        }
        match (&self.fp_key, self.fp_keyring_backend, &self.fp_keyring_dir) {
            (Some(name), Some(backend), Some(folder)) => secret::of_keyring(name, backend, folder, WHOSE),
            _ => secret::of_environment(KEY)?.ok_or_else(|| {
                anyhow!(
                    "whose votes? Name the finality provider's key by --fp-key-file or {KEY}, or by --fp-key, \
                     --fp-keyring-backend and --fp-keyring-dir"
                )
            }),
        }
    }
}

const WHOSE: &str = "finality provider";

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(path: PathBuf) -> FpKey {
        FpKey { fp_key_file: Some(path), fp_key: None, fp_keyring_backend: None, fp_keyring_dir: None }
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_and_no_digit_is_repeated() {
        let path = std::env::temp_dir().join(format!("bsn-fp-key-{}", std::process::id()));
        let write = |text: &str, mode| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        write(&"07".repeat(32), 0o640);
        assert!(file(path.clone()).load().unwrap_err().to_string().contains("can be read by others"));
        write(&format!("{}\n", "07".repeat(32)), 0o600);
        assert_eq!(file(path.clone()).load().unwrap(), SecretKey::from_slice(&[7; 32]).unwrap());
        for bad in [&"5a".repeat(31), &format!("{}xy", "5a".repeat(31)), ""] {
            write(bad, 0o600);
            let said = format!("{:#}", file(path.clone()).load().unwrap_err());
            assert!(!said.contains("5a5a"), "{said}");
        }
        std::fs::remove_file(path).unwrap();
    }
}
