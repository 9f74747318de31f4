//! That lints hold other people's compilers: what `bsn-client` and `bsn-testing` promise of their Rust is checked by clippy, in the
//! call of it that `cargo xtask test` makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Newer than any promise, and in no edition's prelude.
const NEWER: &str = "pub fn f(x: Option<u8>) -> bool {\n    x.is_none_or(|x| x > 1)\n}\n";
const OLD: &str = "pub fn f(x: Option<u8>) -> bool {\n    x.map_or(true, |x| x > 1)\n}\n";

fn package(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages").join(name)
}

/// The line of a manifest that begins with a key.
fn line(manifest: &str, key: &str) -> String {
    let line = manifest.lines().find(|line| line.starts_with(&format!("{key} = ")));
    line.unwrap_or_else(|| panic!("no {key}")).to_owned()
}

/// What clippy says of code under the promise of a package, in its way: nothing, or what is wrong.
fn clippy(name: &str, code: &str) -> Result<(), String> {
    let root = fs::read_to_string(package(name).join("src/lib.rs")).unwrap();
    let manifest = fs::read_to_string(package(name).join("Cargo.toml")).unwrap();
    let denied = line_of(&root, "#![deny(clippy::incompatible_msrv)]");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("msrv").join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    let keys = ["edition", "rust-version"].map(|key| line(&manifest, key)).join("\n");
    let own = format!("[package]\nname = \"promise\"\n{keys}\n[workspace]\n");
    fs::write(folder.join("Cargo.toml"), own).unwrap();
    fs::write(folder.join("src/lib.rs"), format!("{denied}\n{code}")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["clippy", "--quiet", "--offline"]).current_dir(&folder).env_remove("CARGO_TARGET_DIR");
    let out = cargo.output().unwrap();
    if out.status.success() { Ok(()) } else { Err(String::from_utf8(out.stderr).unwrap()) }
}

fn line_of(text: &str, wanted: &str) -> String {
    text.lines().find(|line| *line == wanted).unwrap_or_else(|| panic!("no {wanted}")).to_owned()
}

#[test]
fn what_is_newer_than_the_promise_is_refused() {
    for name in ["client", "testing"] {
        assert_eq!(clippy(name, OLD), Ok(()), "{name}");
        let error = clippy(name, NEWER).expect_err("clippy takes it");
        assert!(error.contains("incompatible_msrv") && error.contains("1.82.0"), "{name}: {error}");
    }
}

/// Features that no call of clippy turns on are not looked at.
#[test]
fn the_lints_see_every_feature_of_what_they_hold() {
    for (name, all) in [
        ("client", &["cosmwasm-2", "cosmwasm-3", "rpc"][..]),
        ("testing", &["multi-test-2", "multi-test-3", "real"]),
    ] {
        let manifest = fs::read_to_string(package("testing").join("Cargo.toml")).unwrap();
        let (_, tests) = manifest.split_once("[dev-dependencies]").unwrap();
        let asked = line(tests, &format!("bsn-{name}"));
        let own = fs::read_to_string(package(name).join("Cargo.toml")).unwrap();
        let (_, features) = own.split_once("[features]\n").unwrap();
        let (features, _) = features.split_once("\n[").unwrap();
        let names = features.lines().filter_map(|line| line.split_once(" = [")).map(|(name, _)| name);
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        assert_eq!(names, all, "{name}");
        assert!(all.iter().all(|feature| asked.contains(&format!("\"{feature}\""))), "{asked}");
    }
}
