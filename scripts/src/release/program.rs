//! The operators' program, for the platform of this machine.

use std::process::Command;

use anyhow::{Context, Result};

use super::archive::{self, Entry};
use super::assets::Asset;
use super::commit::Commit;
use crate::{cargo, project, say, wasm};

/// Builds it, and packs it with its licence.
pub fn built(commit: &Commit) -> Result<Asset> {
    let platform = platform()?;
    let mut build = cargo::cargo("build");
    build
        .args(["--release", "--locked", "-p", "bsn-cli", "--bin", "bsn", "--target", &platform])
        .env_remove("RUSTFLAGS")
        .env("CARGO_ENCODED_RUSTFLAGS", wasm::rustflags()?);
    say::timed("the program `bsn`", || cargo::run(&mut build, "the program does not compile"))?;
    let name = format!("bsn{}", std::env::consts::EXE_SUFFIX);
    let program = project::target().join(&platform).join("release").join(&name);
    let licence = project::root().join("LICENSE");
    let entries = vec![
        Entry { path: name, bytes: project::read(&program)?, is_program: true },
        Entry { path: "LICENSE".to_owned(), bytes: project::read(&licence)?, is_program: false },
    ];
    Ok(Asset { name: format!("bsn-{platform}.tar.gz"), bytes: archive::pack(entries, commit.seconds)? })
}

/// As the compiler calls this machine.
fn platform() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV").current_dir(project::root());
    let said = cargo::output(&mut rustc, "rustc does not say its version")?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc does not say for which machine it compiles")
}
