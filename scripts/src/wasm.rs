//! The contracts' wasm: the same bytes in every folder, and such as chains accept.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::{
    cargo,
    inputs::Graph,
    project::{self, CONTRACTS, Contract},
    say, setup,
};

/// What makes Rust's output acceptable: the precompiled standard library uses bulk memory, sign
/// extension and saturating conversions, all of which chains refuse. They are read, then lowered.
///
/// Functions of one caller are inlined only where they are small: else a hook has more locals than virtual machines take.
const WASM_OPT: [&str; 15] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-multivalue",
    "--enable-reference-types",
    "--llvm-nontrapping-fptoint-lowering",
    "--signext-lowering",
    "--merge-similar-functions",
    "--one-caller-inline-max-function-size",
    "1000",
    "-Oz",
    "--strip-debug",
    "--strip-producers",
];

/// Compiles the standard library with the contracts, for size, and without what a panic would print: a contract that panics
/// says `unreachable` to the chain (nothing in here panics by design). 43 kB of `bsn`. The flags are unstable, hence the
/// variable; the compiler and the sources of its library are pinned.
const STANDARD_LIBRARY: [&str; 3] =
    ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size", "-Zpanic-immediate-abort"];
const UNSTABLE: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "immediate-abort"),
    ("CARGO_PROFILE_STAKING_PANIC", "immediate-abort"),
];

/// Steps before wasm-opt: what no contract runs is dropped; memory is copied and compared eight bytes at a time. Their
/// heads say what and why.
const BEFORE_WASM_OPT: [&str; 2] = ["snip.mjs", "lower.mjs"];

/// Builds what changed into `artifacts/` and writes `artifacts/checksums.txt`.
pub fn build() -> Result<()> {
    setup::wasm_target()?;
    setup::library_sources()?;
    let wasm_opt = setup::wasm_opt()?;
    let artifacts = project::artifacts();
    std::fs::create_dir_all(&artifacts).context("cannot make the folder artifacts/")?;
    let toolchain = toolchain()?;
    let graph = Graph::load()?;
    let mut built = read_lines(&artifacts.join(".inputs"));
    let mut optimizing = Vec::new();
    for contract in CONTRACTS {
        let inputs = graph.digest(contract.package, &toolchain)?;
        if built.get(contract.package).is_some_and(|old| is_current(contract, &inputs, old)) {
            continue;
        }
        built.remove(contract.package);
        optimizing.push(compile(contract, inputs, &wasm_opt)?);
    }
    for work in optimizing {
        let (contract, line) = work.finish()?;
        built.insert(contract.package.to_owned(), line);
    }
    report(&artifacts, &built)
}

/// Tests the scripts that run before wasm-opt, on modules of their own.
pub fn test_preparation() -> Result<()> {
    setup::wasm_opt()?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=dot"]).arg(project::scripts().join("lower.test.mjs"));
    cargo::run(&mut node, "a script that prepares the wasm is wrong, see above")
}

/// A contract compiled, its wasm-opt running.
struct Optimizing {
    contract: Contract,
    inputs: String,
    raw: PathBuf,
    child: Child,
}

/// One cargo call a contract: in a common one, features would unify and entry points be lost.
fn compile(contract: Contract, inputs: String, wasm_opt: &Path) -> Result<Optimizing> {
    let package = contract.package;
    say::step(&format!("compiling {package} to wasm"));
    let mut command = cargo::cargo("build");
    command
        .args(["--lib", "--target", "wasm32-unknown-unknown", "--locked"])
        .args(["--profile", contract.profile, "-p", package])
        .args(STANDARD_LIBRARY)
        .envs(UNSTABLE)
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags()?);
    cargo::run(&mut command, &format!("{package} does not compile to wasm"))?;
    let raw = project::target()
        .join("wasm32-unknown-unknown")
        .join(contract.profile)
        .join(format!("{}.wasm", contract.library()));
    let mut prepared = raw.clone();
    for script in BEFORE_WASM_OPT {
        let next = raw.with_extension(format!("{script}.wasm"));
        let mut step = Command::new("node");
        step.arg(project::scripts().join(script)).args([&prepared, &next]);
        cargo::run(&mut step, &format!("{script} refuses the wasm of {package}"))?;
        prepared = next;
    }
    let child = Command::new("node")
        .arg(wasm_opt)
        .args(WASM_OPT)
        .arg(&prepared)
        .arg("-o")
        .arg(artifact(contract))
        .spawn()
        .context("cannot start wasm-opt")?;
    Ok(Optimizing { contract, inputs, raw, child })
}

impl Optimizing {
    /// Waits for wasm-opt; returns the line that says what the artifact was made from.
    fn finish(mut self) -> Result<(Contract, String)> {
        let package = self.contract.package;
        if !self.child.wait()?.success() {
            bail!("wasm-opt refuses the wasm of {package}: is this Node 20 or later?");
        }
        let before = project::read(&self.raw)?.len();
        let wasm = project::read(&artifact(self.contract))?;
        say::line(&format!(
            "{package}.wasm: {} bytes, {} before wasm-opt",
            say::thousands(wasm.len()),
            say::thousands(before)
        ));
        Ok((self.contract, format!("{} {}", self.inputs, checksum(&wasm))))
    }
}

/// Where a contract's wasm goes.
pub fn artifact(contract: Contract) -> PathBuf {
    project::artifacts().join(format!("{}.wasm", contract.package))
}

fn checksum(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn is_current(contract: Contract, inputs: &str, old: &str) -> bool {
    std::fs::read(artifact(contract)).is_ok_and(|wasm| old == format!("{inputs} {}", checksum(&wasm)))
}

/// Writes down what was built from what, and the checksums as `sha256sum --check` reads them.
fn report(artifacts: &Path, built: &BTreeMap<String, String>) -> Result<()> {
    let mut checksums = String::new();
    say::step("artifacts");
    for contract in CONTRACTS {
        let wasm = project::read(&artifact(contract))?;
        let sum = checksum(&wasm);
        checksums.push_str(&format!("{sum}  {}.wasm\n", contract.package));
        say::line(&format!("{sum}  {:>9}  {}.wasm", say::thousands(wasm.len()), contract.package));
    }
    project::write(&artifacts.join("checksums.txt"), checksums)?;
    let lines: String = built.iter().map(|(package, line)| format!("{package} {line}\n")).collect();
    project::write(&artifacts.join(".inputs"), lines)
}

fn read_lines(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| line.split_once(' ')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// The compiler, every flag and the scripts between them: a part of each artifact's inputs.
fn toolchain() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV").current_dir(project::root());
    let version = cargo::output(&mut rustc, "rustc does not say its version")?;
    let (library, flags) = (STANDARD_LIBRARY.join(" "), WASM_OPT.join(" "));
    let mut inputs = format!("{version}{library}{UNSTABLE:?}{flags}");
    for script in BEFORE_WASM_OPT {
        inputs.push_str(&checksum(&project::read(&project::scripts().join(script))?));
    }
    Ok(inputs)
}

/// Takes this machine's folders out of panic messages: the same bytes everywhere.
pub fn rustflags() -> Result<OsString> {
    let cargo_home = cargo_home()?;
    let mut prefixes = vec![
        (project::root(), "/bsn".into()),
        (cargo_home.clone(), "/cargo".into()),
        (setup::sysroot()?.join("lib/rustlib/src/rust"), format!("/rustc/{}", commit()?)),
    ];
    // The folder of a registry is named after where it was fetched from: a mirror must not show.
    if let Ok(registries) = std::fs::read_dir(cargo_home.join("registry/src")) {
        prefixes.extend(registries.flatten().map(|entry| (entry.path(), "/registry".into())));
    }
    let mut flags = OsString::new();
    for (i, (from, to)) in prefixes.into_iter().enumerate() {
        if i > 0 {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    }
    Ok(flags)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(PathBuf::from(home));
    }
    let home = std::env::home_dir().context("neither CARGO_HOME nor a home folder is set")?;
    Ok(home.join(".cargo"))
}

/// The commit of the compiler, under whose name the precompiled library already files its own paths.
fn commit() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV").current_dir(project::root());
    let version = cargo::output(&mut rustc, "rustc does not say its version")?;
    let hash = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    hash.map(str::to_owned).context("rustc does not say its commit")
}
