//! `bsn`.

use std::process::ExitCode;

use bsn_cli::args::Args;
use bsn_cli::command;
use bsn_cli::exit::Exit;
use clap::Parser;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            let called = std::env::args().nth(1).unwrap_or_default();
            return ExitCode::from(if error.use_stderr() { Exit::of_a_wrong_call(&called) } else { 0 });
        }
    };
    match command::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let Exit { code, text } = Exit::of(&error);
            if !text.is_empty() {
                eprintln!("Error: {text}");
            }
            ExitCode::from(code)
        }
    }
}
