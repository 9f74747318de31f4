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
    if !starts("node") {
        bail!("Node.js is missing: install Node 20 or later from https://nodejs.org, wasm-opt runs on it");
    }
    let scripts = project::scripts();
    let tool = scripts.join("node_modules/binaryen/bin/wasm-opt");
    if tool.is_file() && is_installed(&scripts) {
        return Ok(tool);
    }
    if !starts("npm") {
        bail!(
            "npm is missing: it comes with Node.js from https://nodejs.org (on Debian: apt-get install npm)"
        );
    }
    say::step("installing the pinned wasm-opt (npm ci in scripts/)");
    npm_ci(
        &scripts,
        "npm could not install wasm-opt, which the contracts' wasm needs: is the network there?",
    )?;
    Ok(tool)
}

/// Installs the ts-codegen that `scripts/codegen/package-lock.json` pins, unless it is there; nothing where Node.js or
/// npm is missing.
pub fn ts_codegen() -> Result<Option<PathBuf>> {
    let folder = project::scripts().join("codegen");
    if !starts("node") || !starts("npm") {
        return Ok(None);
    }
    if !is_installed(&folder) {
        say::line("installing the pinned ts-codegen (npm ci in scripts/codegen)");
        npm_ci(&folder, "npm could not install ts-codegen, which tries the schema: is the network there?")?;
    }
    Ok(Some(folder))
}

/// Where the lock is copied to of which `node_modules` is installed.
fn stamp(folder: &Path) -> PathBuf {
    folder.join("node_modules/.lock-of-this-install")
}

fn is_installed(folder: &Path) -> bool {
    let lock = std::fs::read(folder.join("package-lock.json")).ok();
    lock.is_some() && lock == std::fs::read(stamp(folder)).ok()
}

/// Installs what the lock of a folder pins; no package runs a script while it is installed.
fn npm_ci(folder: &Path, sentence: &str) -> Result<()> {
    let lock = project::read(&folder.join("package-lock.json"))?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder).stdout(Stdio::null());
    cargo::run(&mut npm, sentence)?;
    project::write(&stamp(folder), lock)
}

fn starts(program: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
