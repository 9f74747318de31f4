//! What a release says of its contracts.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// How a folder of a release says it, in the order in which it is looked for.
const FILES: [&str; 3] = ["BUILDINFO.json", "SHA256SUMS", "checksums.txt"];

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its version, where it is known.
    pub version: Option<String>,
    /// The commit that it is of, where it is known.
    pub commit: Option<String>,
    /// Whether it was made by `cargo xtask release --snapshot`.
    pub is_snapshot: bool,
    /// The sha256 of each contract's wasm, in hexadecimal, by package.
    pub contracts: BTreeMap<String, String>,
}

impl Release {
    /// From its folder, its build information, or its checksums.
    ///
    /// # Errors
    /// If there is none of these, it is not readable, or two files of a folder contradict each other.
    pub fn read(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            return Self::of(&text).with_context(|| format!("{} is of no release", path.display()));
        }
        let mut found: Option<Self> = None;
        for name in FILES.iter().filter(|name| path.join(name).is_file()) {
            let other = Self::read(&path.join(name))?;
            match &found {
                None => found = Some(other),
                Some(first) => ensure!(
                    first.contracts == other.contracts,
                    "the files of {} contradict each other about the contracts: {name} has other checksums",
                    path.display()
                ),
            }
        }
        found
            .with_context(|| format!("{} is no release: it has none of {}", path.display(), FILES.join(", ")))
    }

    fn of(text: &str) -> Result<Self> {
        let release = match serde_json::from_str::<Value>(text) {
            Ok(info) => Self::of_build_info(&info)?,
            Err(_) => Self::of_sums(text)?,
        };
        ensure!(!release.contracts.is_empty(), "it names no contract");
        match release.contracts.iter().find(|(_, sum)| !is_sha256(sum)) {
            Some((package, sum)) => bail!("`{sum}`, of {package}, is no sha256"),
            None => Ok(release),
        }
    }

    fn of_build_info(info: &Value) -> Result<Self> {
        let text = |name: &str| info[name].as_str().map(str::to_owned);
        let contracts = info["contracts"].as_object().context("it has no `contracts`")?;
        let sum = |(package, it): (&String, &Value)| {
            let sum = it["sha256"].as_str().with_context(|| format!("{package} has no `sha256`"))?;
            Ok((package.clone(), sum.to_owned()))
        };
        let contracts = contracts.iter().map(sum).collect::<Result<_>>()?;
        let is_snapshot = info["snapshot"] == true;
        Ok(Self { version: text("version"), commit: text("commit"), is_snapshot, contracts })
    }

    fn of_sums(text: &str) -> Result<Self> {
        let line = |line: &str| {
            let (sum, name) =
                line.split_once("  ").with_context(|| format!("`{line}` is no line of sha256sum"))?;
            Ok(name.strip_suffix(".wasm").map(|package| (package.to_owned(), sum.to_owned())))
        };
        let lines = text.lines().map(line).collect::<Result<Vec<_>>>()?;
        Ok(Self {
            version: None,
            commit: None,
            is_snapshot: false,
            contracts: lines.into_iter().flatten().collect(),
        })
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn sum(byte: &str) -> String {
        byte.repeat(32)
    }

    fn info(byte: &str) -> String {
        let contracts = serde_json::json!({ "bsn": { "sha256": sum(byte), "bytes": 1 } });
        serde_json::json!({ "version": "0.3.0", "commit": "cd", "contracts": contracts }).to_string()
    }

    #[test]
    fn it_is_read_from_either_file_and_from_the_folder() {
        let folder = std::env::temp_dir().join(format!("bsn-verify-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let said = Release::read(&folder).unwrap_err().to_string();
        assert!(
            said.ends_with("is no release: it has none of BUILDINFO.json, SHA256SUMS, checksums.txt"),
            "{said}"
        );
        let sums = format!("{}  bsn.wasm\n{}  dashboard.html\n", sum("ab"), sum("00"));
        fs::write(folder.join("SHA256SUMS"), &sums).unwrap();
        let read = Release::read(&folder).unwrap();
        assert_eq!((read.version.clone(), read.contracts.len()), (None, 1));
        fs::write(folder.join("BUILDINFO.json"), info("ab")).unwrap();
        let read = Release::read(&folder).unwrap();
        assert_eq!((read.version.as_deref(), read.commit.as_deref()), (Some("0.3.0"), Some("cd")));
        assert!(
            !read.is_snapshot
                && Release::of(&info("ab").replacen("{", "{\"snapshot\":true,", 1)).unwrap().is_snapshot
        );
        assert_eq!(read, Release::read(&folder.join("BUILDINFO.json")).unwrap());
        fs::write(folder.join("BUILDINFO.json"), info("ef")).unwrap();
        let said = Release::read(&folder).unwrap_err().to_string();
        assert!(
            said.ends_with("contradict each other about the contracts: SHA256SUMS has other checksums"),
            "{said}"
        );
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_of_no_release_is_refused() {
        for (text, expected) in [
            ("", "it names no contract"),
            ("hello", "`hello` is no line of sha256sum"),
            ("ab  bsn.wasm", "`ab`, of bsn, is no sha256"),
            ("{}", "it has no `contracts`"),
            (r#"{"contracts":{"bsn":{}}}"#, "bsn has no `sha256`"),
            (r#"{"contracts":{}}"#, "it names no contract"),
        ] {
            assert_eq!(Release::of(text).unwrap_err().to_string(), expected, "{text}");
        }
        assert!(
            Release::read(Path::new("/nowhere")).unwrap_err().to_string().starts_with("cannot read /nowhere")
        );
    }
}
