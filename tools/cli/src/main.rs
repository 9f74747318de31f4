//! `bsn`.

use std::process::ExitCode;

use bsn_cli::args::Args;
use bsn_cli::command;
use clap::Parser;

fn main() -> ExitCode {
    match command::run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
