//! The flags of the SDK, and where a key comes from.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::{Key, address, key};
use clap::{Args as Group, ValueEnum};
use zeroize::Zeroizing;

use super::keyring::Keyring;

/// Where words are taken from if no flag says otherwise.
pub const WORDS: &str = "BSN_MNEMONIC";

/// A backend of the SDK's keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Backend {
    /// Without protection, for tests.
    Test,
    /// Files behind a passphrase.
    File,
    /// The system's own; only with --generate-only.
    Os,
}

/// Who signs, and what it may cost: the SDK's flags.
#[derive(Debug, Clone, Group)]
pub struct Signing {
    /// Name or address of the key that signs.
    #[arg(long, env = "BSN_FROM")]
    pub from: Option<String>,
    /// The keyring of the chain's own program.
    #[arg(long, env = "BSN_KEYRING_BACKEND", value_enum)]
    pub keyring_backend: Option<Backend>,
    /// Where that keyring is, such as ~/.appd.
    #[arg(long, env = "BSN_KEYRING_DIR", value_name = "FOLDER")]
    pub keyring_dir: Option<PathBuf>,
    /// A file with the words of the key, which nobody else may read; `-` for standard input. Or set BSN_MNEMONIC.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keyring_backend", "keyring_dir"])]
    pub mnemonic_file: Option<PathBuf>,
    /// The path that the key is derived by.
    #[arg(long, default_value = key::PATH, conflicts_with = "coin_type")]
    pub hd_path: String,
    /// The coin type of that path.
    #[arg(long, value_name = "NUMBER")]
    pub coin_type: Option<u32>,
    /// SDK gas: a number, or `auto` for what the node says.
    #[arg(long, default_value = "auto", value_parser = gas)]
    pub gas: Gas,
    /// What the node's number is multiplied by.
    #[arg(long, default_value_t = 1.4, value_parser = adjustment)]
    pub gas_adjustment: f64,
    /// The price of a unit of gas, such as 0.025uapp.
    #[arg(long, env = "BSN_GAS_PRICES", conflicts_with = "fees")]
    pub gas_prices: Option<String>,
    /// The fee, such as 5000uapp.
    #[arg(long)]
    pub fees: Option<String>,
    /// Who pays the fee, by an allowance.
    #[arg(long, value_name = "ADDRESS")]
    pub fee_granter: Option<String>,
    /// Say what would be sent and what it would use; send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write the transaction for the chain's own program to sign; send nothing.
    #[arg(long, conflicts_with = "dry_run")]
    pub generate_only: bool,
    /// Do not ask before sending.
    #[arg(long, short)]
    pub yes: bool,
}

/// How much gas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gas {
    /// What the node says.
    Auto,
    /// So much.
    Fixed(u64),
}

/// Who acts.
#[derive(Debug)]
pub enum Who {
    /// A key that is here.
    Key(Key),
    /// An address; its key is elsewhere.
    Address(String),
}

fn gas(text: &str) -> Result<Gas, String> {
    match text {
        "auto" => Ok(Gas::Auto),
        number => {
            number.parse().map(Gas::Fixed).map_err(|_| format!("`{text}` is neither auto nor a number"))
        }
    }
}

fn adjustment(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if (1.0..=10.0).contains(&number) { Ok(number) } else { Err(format!("{text} is not between 1 and 10")) }
}

impl Signing {
    /// Finds the key, or with --generate-only the address.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    pub fn who(&self, prefix: &str) -> Result<Who> {
        let words = words_of_environment();
        let who = match (self.generate_only, &self.mnemonic_file, self.keyring_backend) {
            (true, ..) => return self.address(prefix).map(Who::Address),
            (_, Some(path), _) => self.of_words(&words_of(path)?)?,
            (.., Some(backend)) => self.of_keyring(backend)?,
            _ if !words.is_empty() => self.of_words(&words)?,
            _ => bail!(
                "nobody signs: name a key by --keyring-backend and --from, or by --mnemonic-file or {WORDS}, or add --generate-only"
            ),
        };
        self.compare(&who, prefix)?;
        Ok(Who::Key(who))
    }

    /// Whether somebody is named, but no key.
    pub fn has_no_key(&self) -> bool {
        self.from.is_some()
            && self.mnemonic_file.is_none()
            && self.keyring_backend.is_none()
            && words_of_environment().is_empty()
    }

    /// Whether anybody is named.
    pub fn is_named(&self) -> bool {
        self.from.is_some() || self.mnemonic_file.is_some() || !words_of_environment().is_empty()
    }

    fn address(&self, prefix: &str) -> Result<String> {
        let from =
            self.from.as_deref().ok_or_else(|| anyhow!("--generate-only needs --from with an address"))?;
        if address::prefix(from).is_ok() {
            address::decode(prefix, from)?;
            return Ok(from.to_owned());
        }
        match self.keyring_backend {
            Some(Backend::Test | Backend::File) => {
                Ok(self.of_keyring(self.keyring_backend.unwrap_or(Backend::Os))?.address(prefix)?)
            }
            _ => bail!("--generate-only needs --from with an address: `{from}` is none"),
        }
    }

    fn of_words(&self, words: &str) -> Result<Key> {
        let path = match self.coin_type {
            Some(coin) => format!("m/44'/{coin}'/0'/0/0"),
            None => self.hd_path.clone(),
        };
        // What is wrong with the words is not said: it would repeat them.
        Key::from_mnemonic(words.trim(), &path)
            .map_err(|_| anyhow!("the words are no mnemonic (BIP-39), or `{path}` is no path (BIP-32)"))
    }

    fn of_keyring(&self, backend: Backend) -> Result<Key> {
        let from = self.from.as_deref().ok_or_else(|| anyhow!("--keyring-backend needs --from"))?;
        let folder =
            self.keyring_dir.as_deref().ok_or_else(|| anyhow!("--keyring-backend needs --keyring-dir"))?;
        match backend {
            Backend::Test => Keyring::test(folder).key(from),
            Backend::File => Keyring::file(folder, passphrase()?).key(from),
            Backend::Os => {
                bail!("the keyring `os` is read by the chain's own program alone: add --generate-only")
            }
        }
    }

    /// Who is named must be who signs.
    fn compare(&self, key: &Key, prefix: &str) -> Result<()> {
        let Some(named) = self.from.as_deref().filter(|from| address::prefix(from).is_ok()) else {
            return Ok(());
        };
        address::decode(prefix, named)?;
        let found = key.address(prefix)?;
        if found != named {
            bail!("the key is that of {found}, not of {named}");
        }
        Ok(())
    }
}

/// What `BSN_MNEMONIC` holds; empty where it is not set.
fn words_of_environment() -> Zeroizing<String> {
    match std::env::var(WORDS) {
        Ok(words) => Zeroizing::new(words),
        // The error holds the words too.
        Err(std::env::VarError::NotUnicode(words)) => {
            drop(Zeroizing::new(words.into_encoded_bytes()));
            Zeroizing::default()
        }
        Err(std::env::VarError::NotPresent) => Zeroizing::default(),
    }
}

/// Refuses a file that anybody but its owner can read.
///
/// # Errors
/// A sentence with what to do.
pub fn refuse_readable(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let about = std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
        if about.permissions().mode() & 0o077 != 0 {
            bail!("{0} can be read by others: chmod 600 {0}", path.display());
        }
    }
    Ok(())
}

fn words_of(path: &Path) -> Result<Zeroizing<String>> {
    if path.as_os_str() == "-" {
        return secret_line("words of the key: ");
    }
    refuse_readable(path)?;
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Zeroizing::new(text))
}

fn passphrase() -> Result<Zeroizing<Vec<u8>>> {
    passphrase_of("keyring")
}

/// The passphrase of a keyring, from standard input.
///
/// # Errors
/// A sentence: there is none.
pub fn passphrase_of(keyring: &str) -> Result<Zeroizing<Vec<u8>>> {
    let line = secret_line(&format!("passphrase of the {keyring}: "))?;
    Ok(Zeroizing::new(line.as_bytes().to_vec()))
}

/// A line of standard input; without echo where it is a terminal.
///
/// # Errors
/// A sentence: there is none.
pub fn secret_line(prompt: &str) -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    if std::io::stdin().is_terminal() {
        *line = rpassword::prompt_password(prompt).context("cannot read the terminal")?;
    } else {
        std::io::stdin().lock().read_line(&mut line).context("cannot read standard input")?;
    }
    let end = line.trim_end_matches(['\r', '\n']).len();
    line.truncate(end);
    if line.is_empty() {
        bail!("standard input holds no {}", prompt.trim_end_matches(": "));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        signing: Signing,
    }

    fn signing(args: &[&str]) -> Signing {
        Program::try_parse_from([&["x"], args].concat()).unwrap().signing
    }

    fn refused(args: &[&str]) -> String {
        format!("{:#}", signing(args).who("cosmos").unwrap_err())
    }

    const WORDS: &str =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    const ALICE: &str = "cosmos19rl4cm2hmr8afy4kldpxz3fka4jguq0auqdal4";

    fn file(name: &str, text: &str, mode: u32) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("bsn-words-{name}-{}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn words_in_a_private_file_are_a_key() {
        let path = file("good", &format!("{WORDS}\n"), 0o600);
        let name = path.to_str().unwrap();
        let address = |args: &[&str]| match signing(args).who("cosmos").unwrap() {
            Who::Key(key) => key.address("cosmos").unwrap(),
            Who::Address(address) => address,
        };
        assert_eq!(address(&["--mnemonic-file", name, "--from", ALICE]), ALICE);
        assert_ne!(address(&["--mnemonic-file", name, "--coin-type", "60"]), ALICE);
        let other = "cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn";
        let said = refused(&["--mnemonic-file", name, "--from", other]);
        assert_eq!(said, format!("the key is that of {ALICE}, not of {other}"));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn words_that_others_can_read_are_refused_and_bad_ones_not_repeated() {
        for mode in [0o640, 0o604, 0o644] {
            let path = file("open", WORDS, mode);
            let said = refused(&["--mnemonic-file", path.to_str().unwrap()]);
            assert_eq!(said, format!("{0} can be read by others: chmod 600 {0}", path.display()));
            std::fs::remove_file(path).unwrap();
        }
        let path = file("bad", "abandon zebra", 0o600);
        let said = refused(&["--mnemonic-file", path.to_str().unwrap()]);
        assert!(said.starts_with("the words are no mnemonic (BIP-39)") && !said.contains("zebra"), "{said}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn who_is_missing_is_said() {
        assert!(refused(&[]).starts_with("nobody signs: name a key"));
        assert_eq!(refused(&["--keyring-backend", "test"]), "--keyring-backend needs --from");
        let os = ["--keyring-backend", "os", "--from", "a", "--keyring-dir", "/x"];
        assert!(refused(&os).ends_with("add --generate-only"));
        assert_eq!(refused(&["--generate-only"]), "--generate-only needs --from with an address");
        assert!(refused(&["--generate-only", "--from", "bob"]).contains("`bob` is none"));
        let wrong = ["--generate-only", "--from", "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah"];
        assert!(
            refused(&wrong).contains("is an address of `bbn`, but those of this chain begin with `cosmos`")
        );
        assert!(
            matches!(signing(&["--generate-only", "--from", ALICE]).who("cosmos").unwrap(), Who::Address(it) if it == ALICE)
        );
    }

    #[test]
    fn flags_are_read_as_the_sdk_reads_them() {
        assert_eq!(signing(&["--gas", "200000"]).gas, Gas::Fixed(200_000));
        assert_eq!(signing(&[]).gas, Gas::Auto);
        let refused = |args: &[&str]| Program::try_parse_from([&["x"], args].concat()).is_err();
        assert!(refused(&["--gas", "much"]) && refused(&["--gas-adjustment", "0.5"]));
        assert!(refused(&["--gas-prices", "1uapp", "--fees", "5uapp"]));
        assert!(refused(&["--mnemonic", WORDS]), "words are no argument");
    }
}
