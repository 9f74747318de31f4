//! `cargo xtask demo --native`: the story on the contracts compiled natively, without a virtual machine.

use std::process::ExitCode;

use devnet::Machine;

fn main() -> ExitCode {
    demo::run(|| Ok(Machine::native()))
}
