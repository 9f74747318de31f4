//! The gas table: measures every row on the real wasm, prints it beside the incumbent's, and fails where a
//! row has left the snapshot or its budget. `--update` rewrites the snapshot and what is made of it.

use std::process::ExitCode;

use tests::gas::{GasError, Snapshot, figures, measure, print, snapshot_path};

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
    let update = match std::env::args().nth(1).as_deref() {
        None => false,
        Some("--update") => true,
        Some(other) => return Err(format!("unknown argument {other}: the only one is --update").into()),
    };
    let before = Snapshot::read(&snapshot_path())?;
    let rows = measure(|what| eprintln!("measuring {what}"))?;
    print(&rows, &before);
    if !update {
        return Ok(before.complaints(&rows));
    }
    let after = Snapshot::of(&rows);
    after.write(&snapshot_path())?;
    figures::write(&after)?;
    Ok(after.complaints(&rows))
}
