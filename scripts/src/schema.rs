//! The schema of messages, answers, events and deployments, generated from the types and checked in; and what the
//! ecosystem's generator of TypeScript makes of it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{cargo, project, say, setup};

/// Writes `schema/`, or with `check` says which of its files the types have left behind.
pub fn run(check: bool) -> Result<()> {
    let checked_in = project::root().join("schema");
    let fresh = project::target().join("schema-now");
    match std::fs::remove_dir_all(&fresh) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => std::fs::create_dir_all(&fresh)?,
    }
    // As the native tests build it, so that nothing is compiled once more.
    let mut build = cargo::rest("build");
    cargo::run(build.args(["--quiet", "--example", "schema"]), "the schema's generator does not compile")?;
    let program = project::target().join("debug/examples/schema");
    let mut generate = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
    cargo::run(generate.arg(&fresh), "the schema cannot be generated")?;
    let now = names(&fresh)?;
    if now.is_empty() {
        bail!("the schema generator wrote nothing");
    }
    let then = names(&checked_in)?;
    for name in now.union(&then) {
        let new = std::fs::read(fresh.join(name)).ok();
        let old = std::fs::read(checked_in.join(name)).ok();
        if new == old {
            continue;
        }
        let shown = Path::new("schema").join(name);
        if check {
            bail!("{} is not what the types say: run `cargo xtask schema` and commit it", shown.display());
        }
        say::line(&format!("{} {}", if new.is_some() { "written" } else { "removed" }, shown.display()));
        update(&checked_in.join(name), new)?;
    }
    say::line(&format!("schema/ is what the types say ({} files)", now.len()));
    Ok(())
}

/// Whether what ts-codegen makes of the schema compiles strictly.
pub fn typescript() -> Result<()> {
    let Some(folder) = setup::ts_codegen()? else {
        say::line("skipped: TypeScript of the schema needs Node.js and npm");
        return Ok(());
    };
    let mut generate = Command::new("node");
    generate.args(["generate.mjs", "../../schema", "generated"]).current_dir(&folder);
    cargo::run(generate.stdout(Stdio::null()), "ts-codegen does not take schema/")?;
    let mut compile = Command::new("node");
    compile.args(["node_modules/typescript/bin/tsc", "--project", "."]).current_dir(&folder);
    cargo::run(&mut compile, "what ts-codegen makes of schema/ does not compile, see above")
}

fn update(path: &Path, new: Option<Vec<u8>>) -> Result<()> {
    let Some(bytes) = new else {
        return std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()));
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    project::write(path, bytes)
}

/// The generated files of a folder, by their paths in it: schema in JSON, the list of events in Markdown.
fn names(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let files = project::files_under(folder)?;
    let generated =
        files.iter().filter(|path| path.extension().is_some_and(|ext| ext == "json" || ext == "md"));
    Ok(generated.filter_map(|path| path.strip_prefix(folder).ok()).map(Path::to_path_buf).collect())
}
