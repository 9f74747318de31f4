//! Who vouches for the checksums: a signature by an SSH key, which most people have who release anything. `ssh-keygen` makes it and
//! checks it. It is of a namespace of its own, so that no signature of a commit or of a login passes for it.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::sums;
use crate::{cargo, project};

/// The signature's file.
pub const FILE: &str = "SHA256SUMS.sig";
/// What it is for.
const NAMESPACE: &str = "bsn-release";

/// Who vouches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signed {
    /// Somebody whom the list of signers names.
    By(String),
    /// A key; whose it is, was not asked.
    BySomeKey(String),
    /// Nobody.
    Unsigned,
}

impl fmt::Display for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(who) => write!(f, "signed by {who}"),
            Self::BySomeKey(key) => write!(f, "signed: {key}; `--signers FILE` says whose keys are believed"),
            Self::Unsigned => f.write_str("unsigned: nobody vouches for these checksums"),
        }
    }
}

/// Signs the checksums of a folder, if there is a key.
pub fn sign(folder: &Path, key: Option<&Path>) -> Result<Signed> {
    let Some(key) = key else { return Ok(Signed::Unsigned) };
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"]).arg(key).arg(folder.join(sums::FILE));
    cargo::run(&mut keygen, &format!("ssh-keygen cannot sign with {}", key.display()))?;
    check(folder, None)
}

/// Checks the signature of a folder: against a list of signers (`man ssh-keygen`, ALLOWED SIGNERS), if there is one. A signature that
/// is wrong is never as good as none.
pub fn check(folder: &Path, signers: Option<&Path>) -> Result<Signed> {
    let signature = folder.join(FILE);
    if !signature.is_file() {
        return match signers {
            Some(_) => bail!("there is no {FILE}: nobody vouches for this release"),
            None => Ok(Signed::Unsigned),
        };
    }
    let Some(signers) = signers else {
        let said = keygen(folder, &["-Y", "check-novalidate", "-n", NAMESPACE], &signature, None)?;
        return Ok(Signed::BySomeKey(said));
    };
    let who = keygen(folder, &["-Y", "find-principals"], &signature, Some(signers))
        .with_context(|| format!("{} does not name who signed", signers.display()))?;
    let who = who.lines().next().unwrap_or_default().to_owned();
    keygen(folder, &["-Y", "verify", "-n", NAMESPACE, "-I", &who], &signature, Some(signers))?;
    Ok(Signed::By(who))
}

/// What `ssh-keygen` says of the checksums and their signature.
fn keygen(folder: &Path, args: &[&str], signature: &Path, signers: Option<&Path>) -> Result<String> {
    let sums = folder.join(sums::FILE);
    let input = std::fs::File::open(&sums).with_context(|| format!("cannot read {}", sums.display()))?;
    let mut keygen = Command::new("ssh-keygen");
    keygen.args(args).arg("-s").arg(signature).stdin(Stdio::from(input));
    if let Some(signers) = signers {
        project::read(signers)?;
        keygen.arg("-f").arg(signers);
    }
    let out = keygen.output().context("cannot start ssh-keygen (OpenSSH 8.2 or later)")?;
    if !out.status.success() {
        let said = String::from_utf8_lossy(&out.stderr);
        bail!(
            "{FILE} is no signature of {}: {}",
            sums::FILE,
            said.lines().next().unwrap_or("ssh-keygen says no")
        );
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A folder with checksums, a key beside it, and a list that names it as `releaser`.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("bsn-signature-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("release")).unwrap();
        fs::write(folder.join("release").join(sums::FILE), "ab  a\n").unwrap();
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f"]).arg(folder.join("key"));
        assert!(keygen.status().unwrap().success());
        let key = fs::read_to_string(folder.join("key.pub")).unwrap();
        fs::write(folder.join("signers"), format!("releaser namespaces=\"{NAMESPACE}\" {key}")).unwrap();
        fs::write(folder.join("nobody"), "").unwrap();
        folder
    }

    #[test]
    fn a_signature_says_who_vouches_and_for_what() {
        if !crate::setup::starts("git") || Command::new("ssh-keygen").arg("-?").output().is_err() {
            eprintln!("skipped: there is no ssh-keygen");
            return;
        }
        let folder = folder("all");
        let (release, signers) = (folder.join("release"), folder.join("signers"));
        assert_eq!(check(&release, None).unwrap(), Signed::Unsigned);
        let said = check(&release, Some(&signers)).unwrap_err().to_string();
        assert_eq!(said, "there is no SHA256SUMS.sig: nobody vouches for this release");
        assert_eq!(sign(&release, None).unwrap(), Signed::Unsigned);

        let signed = sign(&release, Some(&folder.join("key"))).unwrap();
        assert!(matches!(&signed, Signed::BySomeKey(key) if key.contains("ED25519 key SHA256:")), "{signed}");
        assert_eq!(check(&release, Some(&signers)).unwrap(), Signed::By("releaser".to_owned()));
        let said = check(&release, Some(&folder.join("nobody"))).unwrap_err().to_string();
        assert!(said.ends_with("nobody does not name who signed"), "{said}");

        fs::write(release.join(sums::FILE), "cd  a\n").unwrap();
        for signers in [None, Some(signers.as_path())] {
            let said = check(&release, signers).unwrap_err().to_string();
            assert!(said.starts_with("SHA256SUMS.sig is no signature of SHA256SUMS: "), "{said}");
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
