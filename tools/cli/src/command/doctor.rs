//! `bsn doctor`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::doctor::asked::Asked;
use crate::doctor::snapshot::FORM;
use crate::doctor::{Selection, Severity, Snapshot, examine, read, runbook, show, table};
use crate::exit::Exit;

/// `bsn doctor`. Exit codes: 0 well, 1 a warning, 2 something critical, 3 could not look.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Only these checks: ids such as I4, or letters of groups such as I.
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    pub only: Vec<String>,
    /// All but these.
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    pub skip: Vec<String>,
    /// The mildest that fails: with critical a warning exits with 0, with skipped what was not looked at with 3.
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    pub fail_on: FailOn,
    /// How it is printed.
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
    /// Leave out what is well or skipped.
    #[arg(long, short)]
    pub brief: bool,
    /// Explain a check, or `all`, and look at nothing.
    #[arg(long, value_name = "ID")]
    pub explain: Option<String>,
    /// Write what was read into a file, for somebody else to judge. It holds nothing secret.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Judge what --save has written, and ask nobody.
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// Write the runbook of the handbook into this folder, for whoever changed the table.
    #[arg(long, value_name = "FOLDER", hide = true)]
    pub write_runbook: Option<PathBuf>,
    /// Who is asked.
    #[command(flatten)]
    pub asked: Asked,
}

/// The mildest severity that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// What was not looked at, too.
    Skipped,
    /// Warnings.
    Warning,
    /// Only what is critical.
    Critical,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For those who collect test results.
    Junit,
}

/// Runs it.
///
/// # Errors
/// [`Exit`] with the code of the report; 3 where there was nothing to look at.
pub fn run(args: &Doctor) -> Result<()> {
    if let Some(id) = &args.explain {
        return explain(id);
    }
    if let Some(folder) = &args.write_runbook {
        return write_runbook(folder);
    }
    let selection = Selection::new(&args.only, &args.skip).map_err(Exit::could_not_look)?;
    let snapshot = snapshot(args).map_err(|error| Exit::could_not_look(format!("{error:#}")))?;
    if let Some(file) = &args.save {
        let text = serde_json::to_string_pretty(&snapshot).context("a snapshot is not JSON")?;
        let unwritten = |error| Exit::could_not_look(format!("cannot write {}: {error}", file.display()));
        std::fs::write(file, text).map_err(unwritten)?;
    }
    let report = examine(&snapshot, &selection);
    let code = report.exit_code(match args.fail_on {
        FailOn::Skipped => Severity::Skipped,
        FailOn::Warning => Severity::Warning,
        FailOn::Critical => Severity::Critical,
    });
    println!(
        "{}",
        match args.output {
            Output::Text => show::text(&report, args.brief),
            Output::Json => show::json(&report, code).to_string(),
            Output::Junit => show::junit(&report),
        }
    );
    match code {
        0 => Ok(()),
        code => Err(Exit { code, text: String::new() }.into()),
    }
}

fn snapshot(args: &Doctor) -> Result<Snapshot> {
    match &args.from {
        Some(file) => saved(file),
        None => read::look(&args.asked.sources()?),
    }
}

fn saved(file: &Path) -> Result<Snapshot> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let snapshot: Snapshot = serde_json::from_str(&text)
        .with_context(|| format!("{} is nothing that `bsn doctor --save` has written", file.display()))?;
    if snapshot.form != FORM {
        bail!("{} has the form {}, and this program knows {FORM}", file.display(), snapshot.form);
    }
    Ok(snapshot)
}

fn write_runbook(folder: &Path) -> Result<()> {
    let contents = folder.join("SUMMARY.md");
    let before = std::fs::read_to_string(&contents)
        .with_context(|| format!("{} is no handbook: it has no SUMMARY.md", folder.display()))?;
    std::fs::create_dir_all(folder.join("runbook"))
        .with_context(|| format!("cannot make a folder in {}", folder.display()))?;
    let pages = runbook::pages().into_iter().map(|(path, text)| (folder.join(path), text));
    for (path, text) in pages.chain([(contents, runbook::summary(&before))]) {
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn explain(id: &str) -> Result<()> {
    if id.eq_ignore_ascii_case("all") {
        let pages: Vec<String> = table::checks().map(table::Check::page).collect();
        println!("{}", pages.join("\n"));
        return Ok(());
    }
    let Some(check) = table::find(id) else {
        let ids: Vec<&str> = table::checks().map(|check| check.id).collect();
        return Err(Exit::could_not_look(format!("there is no check `{id}`: {}", ids.join(", "))).into());
    };
    print!("{}", check.page());
    Ok(())
}
