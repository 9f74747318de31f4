//! The handbook, as its readers use it: blocks that are marked `run` are run in their order, those of a page on a devnet of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bsn_cli::args::Args;
use clap::CommandFactory;

use super::break_it::{Patient, patient, quick};
use crate::support::until;

/// How a block begins that is run; ` exit=1` behind it says how it ends.
const MARK: &str = "```sh run";
/// The ports of a devnet as the handbook writes them.
const PORTS: [&str; 3] = ["127.0.0.1:26657", "127.0.0.1:26667", "127.0.0.1:26668"];

/// A block.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    line: usize,
    exit: i32,
    script: String,
}

/// The pages that people write, by name; those of the runbook are made.
fn pages() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("handbook/src");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let pages = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    pages.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect()
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(rest) = line.strip_prefix(MARK) else { continue };
        let exit = match rest.trim() {
            "" => 0,
            exit => exit
                .strip_prefix("exit=")
                .and_then(|code| code.parse().ok())
                .unwrap_or_else(|| panic!("{line}")),
        };
        let script: Vec<&str> =
            lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        blocks.push(Block { line: number + 1, exit, script: script.join("\n") });
    }
    blocks
}

/// As a shell runs it whose `bsn` is the program that was built, and whose ports are those of this devnet.
fn run(devnet: &Patient, script: &str) -> (i32, String) {
    let at = devnet.at.map(|at| at.to_string());
    let script = PORTS.iter().zip(&at).fold(script.to_owned(), |script, (port, at)| script.replace(port, at));
    let program = Path::new(env!("CARGO_BIN_EXE_bsn"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-e", "-u", "-c", &script]).env("PATH", path);
    for name in ["BSN_CHAIN_ID", "BSN_BABYLON_NODE", "BSN_BITCOIN"] {
        shell.env_remove(name);
    }
    let out = shell
        .env("BSN_NODE", format!("http://{}", at[0]))
        .env("BSN_CONTRACT", devnet.bsn())
        .output()
        .unwrap();
    let text = [out.stdout, out.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (out.status.code().unwrap(), text.concat())
}

/// A chain that has just started, or broken, needs some blocks until it is as the page says: a block may be tried again.
#[test]
fn blocks_that_are_marked_do_what_their_page_says() {
    let mut ran = 0;
    for (name, page) in pages() {
        let blocks = blocks(&page);
        if blocks.is_empty() {
            continue;
        }
        let devnet = patient(quick());
        for Block { line, exit, script } in blocks {
            until(&format!("exit code {exit} of {name}:{line}"), || {
                let (code, text) = run(&devnet, &script);
                if code != exit {
                    eprintln!("{name}:{line} ends with {code}:\n{text}");
                }
                (code == exit).then_some(())
            });
            ran += 1;
        }
    }
    assert!(ran >= 6, "{ran} blocks");
}

#[test]
fn a_block_is_what_stands_between_its_marks() {
    let page = "# A\n\n```sh\nnot run\n```\n\n```sh run\na\nb\n```\n```sh run exit=2\nc\n```\n";
    let block = |line, exit, script: &str| Block { line, exit, script: script.to_owned() };
    assert_eq!(blocks(page), [block(7, 0, "a\nb"), block(11, 2, "c")]);
}

/// Whatever the handbook calls in code, this program knows.
#[test]
fn every_command_that_is_named_is_there() {
    let program = Args::command();
    let known: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    let mut named = 0;
    for (name, page) in pages() {
        for (at, _) in page.match_indices("bsn ") {
            let word = page[at + 4..].split(|c: char| !c.is_ascii_lowercase()).next().unwrap();
            let is_code = ["`", "$ ", "sh run\n"].iter().any(|before| page[..at].ends_with(before));
            if is_code && !word.is_empty() {
                assert!(known.contains(&word), "{name} names `bsn {word}`, which is not there");
                named += 1;
            }
        }
    }
    assert!(named > 20, "{named}");
}
