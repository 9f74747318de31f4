//! Runs a chain of many finality providers for long, on the real wasm, and fails where what it keeps or what a block
//! costs does not level off. Writes the picture.

use std::path::Path;
use std::process::ExitCode;

use tests::flat;
use tests::gas::GasError;

const FPS: usize = 20;
const BLOCKS: u64 = 5_000;

fn main() -> ExitCode {
    match run() {
        Ok(complaints) if complaints.is_empty() => ExitCode::SUCCESS,
        Ok(complaints) => {
            complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<Vec<String>, GasError> {
    println!("{:>6} {:>9} {:>7} {:>9} {:>9}", "block", "bytes", "entries", "hooks", "votes");
    let samples = flat::run(FPS, BLOCKS, |sample| {
        let flat::Sample { block, bytes, entries, hooks, votes } = sample;
        println!("{block:>6} {bytes:>9} {entries:>7} {hooks:>9} {votes:>9}");
    })?;
    let complaints = flat::complaints(&samples);
    if complaints.is_empty() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("figures/flat.svg");
        std::fs::write(path, flat::picture(&samples))?;
    }
    Ok(complaints)
}
