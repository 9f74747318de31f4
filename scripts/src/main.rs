//! The project's tasks, behind `cargo xtask <task>`.
//!
//! # The idea
//!
//! Two commands are all a newcomer needs: `cargo xtask demo` (`--native` for a first look) and `cargo xtask test`. Each does its own
//! set-up (the wasm target, the pinned wasm-opt, the contracts' wasm) and says what it is doing. This
//! crate never links a virtual machine, which takes ten minutes to compile: it builds and runs the
//! crates that do, so that its first word comes within seconds.
//!
//! # The danger
//!
//! Cargo compiles a crate once for every set of features it is asked for, and which set that is depends
//! on the packages named in one call. A `-p devnet` here and a `-p devnet -p tests` there would compile
//! the virtual machine twice. So every call that reaches it names [the same packages](cargo::vm).

mod cargo;
mod chain;
mod demo;
mod handbook;
mod inputs;
mod keep;
mod mutants;
mod project;
mod release;
mod reproduce;
mod say;
mod schema;
mod setup;
mod simulate;
mod suite;
mod threats;
mod vectors;
mod vm;
mod wasm;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <task>

  demo [--native] [--live] [--fps N] [--blocks N] [--seed N] [--json]
                                                    build everything, run the embedded chain, check its claims; --native
                                                    without a virtual machine, to look at first; --live: then a devnet with
                                                    its dashboard
  test [--quick]                                    every check and every test; --quick leaves the virtual machines out
  check                                             formatting, the table of threats, the handbook, lints and schema
  wasm [--verify-reproducible]                      the contracts' wasm into artifacts/, with checksums
  keep <version>                                    a tagged version's wasm into tests/fixtures/: migrations start from it
  release [--snapshot] [--out FOLDER] [--key FILE]  everything that is released of a clean commit, with checksums, a bill of
                                                    materials and, by an SSH key, a signature; --snapshot: of a commit that
                                                    is no release
  release --verify FOLDER [--signers FILE]          checks one: sums, signature, and all of it made again
  schema [--check]                                  JSON schema of messages, answers, events and deployments into schema/
  codegen                                           what ts-codegen makes of schema/ must compile strictly; needs npm
  gas [--update]                                    what each call costs, beside the last snapshot
  figures                                           the README's table and picture, made of that snapshot
  flat                                              5,000 blocks on the real wasm: state and gas must level off
  simulate [--verified] [--seed N] [--fps N] [--blocks N] [--wasm]
                                                    random faults for many blocks, beside a model that must agree
  simulate --flat [--fps N] [--blocks N]            25,600 full blocks and 100,000 quiet ones: tables hold what they must, state and
                                                    gas level off; draws the quiet ones
  simulate --backlog [--fps N] [--blocks N]         10,000 blocks wait for one height's votes, then are cleared
  mutants [PACKAGE] [--since COMMIT] [--shard K/N] [--again]
                                                    small changes to the pure packages (or to bsn) that no test notices; takes
                                                    hours. --shard tries a sample, --again what lived last time
  chain-test [--only scenarios|alone|bsn|gas|load] [--json]   the wasm on a real wasmd chain, through a real relayer; needs Go
  vectors                                           the outside test vectors that are found, with checksums";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failed(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let Some((task, rest)) = args.split_first() else { bail!("no task given\n\n{USAGE}") };
    match task.as_str() {
        "demo" => demo::demo(rest),
        "test" => suite::test(flag(rest, "--quick")?),
        "check" => flag(rest, "").and_then(|_| suite::check()),
        "wasm" if flag(rest, "--verify-reproducible")? => reproduce::verify(),
        "wasm" => wasm::build(),
        "keep" => keep::keep(rest),
        "release" => release::release(rest),
        "schema" => schema::run(flag(rest, "--check")?),
        "codegen" => flag(rest, "").and_then(|_| schema::typescript()),
        "gas" => vm::gas(flag(rest, "--update")?),
        "figures" => flag(rest, "").and_then(|_| vm::figures()),
        "flat" => flag(rest, "").and_then(|_| vm::flat()),
        "simulate" => simulate::simulate(rest),
        "mutants" => mutants::mutants(rest),
        "chain-test" => chain::test(rest),
        "vectors" => flag(rest, "").and_then(|_| vectors::list()),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no task `{other}`\n\n{USAGE}"),
    }
}

/// Whether the one flag a task knows was given; anything else is refused.
fn flag(args: &[String], known: &str) -> Result<bool> {
    match args {
        [] => Ok(false),
        [arg] if arg == known => Ok(true),
        [arg, ..] if arg == known => bail!("`{known}` stands alone"),
        [arg, ..] => bail!("this task knows no `{arg}`\n\n{USAGE}"),
    }
}
