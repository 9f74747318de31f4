//! `cargo xtask demo`: the story on the real wasm.

use std::process::ExitCode;

use devnet::Machine;

fn main() -> ExitCode {
    demo::run(|| Ok(Machine::wasm()?))
}
