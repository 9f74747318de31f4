//! What a fresh machine lacks: the wasm target of Rust and the pinned wasm-opt.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::{cargo, project, say};

const TARGET: &str = "wasm32-unknown-unknown";

/// The sysroot of the compiler that cargo uses here.
pub fn sysroot() -> Result<PathBuf> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "sysroot"]).current_dir(project::root());
    Ok(PathBuf::from(cargo::output(&mut rustc, "rustc does not say where its library is")?.trim()))
}

/// Installs the wasm target unless the compiler has it.
pub fn wasm_target() -> Result<()> {
    let folder = Path::new("lib/rustlib").join(TARGET);
    of_rust("wasm target", &folder, &["target", "add", TARGET])
}

/// Installs the sources of Rust's standard library unless the compiler has them.
pub fn library_sources() -> Result<()> {
    let folder = Path::new("lib/rustlib/src/rust/library");
    of_rust("library sources", folder, &["component", "add", "rust-src"])
}

/// Installs a part of Rust unless its folder is there.
fn of_rust(part: &str, folder: &Path, install: &[&str]) -> Result<()> {
    if starts("rustc") && sysroot()?.join(folder).is_dir() {
        return Ok(());
    }
    if !starts("rustup") {
        bail!(
            "rustup is missing: install it from https://rustup.rs, it brings the Rust that rust-toolchain.toml names"
        );
    }
    say::step(&format!("installing Rust's {part}"));
    let mut rustup = Command::new("rustup");
    rustup.args(install).current_dir(project::root()).stdout(Stdio::null());
    cargo::run(&mut rustup, &format!("rustup could not install Rust's {part}: is the network there?"))
}

/// Installs the wasm-opt that `scripts/package-lock.json` pins, unless it is there.
pub fn wasm_opt() -> Result<PathBuf> {
    node()?;
    let scripts = project::scripts();
    let tool = scripts.join("node_modules/binaryen/bin/wasm-opt");
    npm_packages(&scripts, "the pinned wasm-opt, which the contracts' wasm needs")?;
    Ok(tool)
}

/// Older ones lack what the TypeScript client uses; its package.json says the same.
const NODE: (u64, u64) = (20, 3);

/// That Node.js is here, and new enough.
pub fn node() -> Result<()> {
    let from = "https://nodejs.org";
    let Some(version) =
        Command::new("node").arg("--version").output().ok().filter(|out| out.status.success())
    else {
        bail!("Node.js is missing: install Node {}.{} or later from {from}", NODE.0, NODE.1);
    };
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    if !is_new_enough(&version) {
        bail!("Node.js {}.{} or later is needed, and {version} is here: {from}", NODE.0, NODE.1);
    }
    Ok(())
}

/// Of a version as `node --version` prints it, such as `v20.20.2`.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse::<u64>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= NODE
}

/// Whether npm is here.
fn has_npm() -> bool {
    starts("npm")
}

/// Installs what the `package-lock.json` of a folder pins, unless it is there. No package runs a program for that.
pub fn npm_packages(folder: &Path, what: &str) -> Result<()> {
    let lock = project::read(&folder.join("package-lock.json"))?;
    let stamp = folder.join("node_modules/.lock-of-this-install");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    node()?;
    if !has_npm() {
        bail!(
            "npm is missing: it comes with Node.js from https://nodejs.org (on Debian: apt-get install npm)"
        );
    }
    say::step(&format!("installing {what} (npm ci in {})", folder.display()));
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"]).current_dir(folder).stdout(Stdio::null());
    cargo::run(&mut npm, &format!("npm could not install {what}: is the network there?"))?;
    project::write(&stamp, lock)
}

/// The ts-codegen that `scripts/codegen/package-lock.json` pins, installed unless it is there; nothing where Node.js or npm
/// is missing.
pub fn ts_codegen() -> Result<Option<PathBuf>> {
    let folder = project::scripts().join("codegen");
    if !starts("node") || !has_npm() {
        return Ok(None);
    }
    npm_packages(&folder, "the pinned ts-codegen, which tries the schema")?;
    Ok(Some(folder))
}

pub fn starts(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_20_3_is_new_enough_as_the_client_says() {
        for (version, expected) in [
            ("v20.3.0", true),
            ("v20.20.2", true),
            ("v24.0.0", true),
            ("v20.2.9", false),
            ("v18.19.0", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), expected, "{version}");
        }
        let client = include_str!("../../packages/client-ts/package.json");
        assert!(client.contains(&format!("\"node\": \">={}.{}\"", NODE.0, NODE.1)));
    }
}
