//! `bsn verify`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::command::doctor::Output;
use crate::doctor::asked::Asked;
use crate::doctor::{Severity, read, show};
use crate::exit::Exit;
use crate::verify::{Release, compare};

/// `bsn verify`. Exit codes: 0 the same, 1 an upgrade is not through, 2 something differs, 3 could not look.
#[derive(Debug, Args)]
pub struct Verify {
    /// The release: its folder, or its BUILDINFO.json or SHA256SUMS.
    #[arg(long, value_name = "PATH")]
    pub release: PathBuf,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// Who is asked.
    #[command(flatten)]
    pub asked: Asked,
}

/// Runs it.
///
/// # Errors
/// [`Exit`] with its code.
pub fn run(args: &Verify) -> Result<()> {
    let could_not_look = |error: anyhow::Error| Exit::could_not_look(format!("{error:#}"));
    let release = Release::read(&args.release).map_err(could_not_look)?;
    let snapshot = args.asked.sources().and_then(|sources| read::look(&sources)).map_err(could_not_look)?;
    let report = compare(&snapshot, &release);
    let code = report.exit_code(Severity::Warning);
    println!(
        "{}",
        match args.output {
            Output::Text => show::text(&report, false),
            Output::Json => show::json(&report, code).to_string(),
            Output::Junit => show::junit(&report),
        }
    );
    match code {
        0 => Ok(()),
        code => Err(Exit { code, text: String::new() }.into()),
    }
}
