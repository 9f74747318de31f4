//! `.ci/run` with programs that only pretend: what its last lines say, and whether it fails.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run ended with.
struct Ended {
    passed: bool,
    /// The last two lines; seconds are `N`.
    last: [String; 2],
}

/// A folder with programs that do nothing and succeed, but for those given with what they do instead.
fn programs(name: &str, others: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ci").join(name);
    fs::create_dir_all(&folder).unwrap();
    let quiet = ["cargo", "go", "rustup", "rustc", "node", "npm", "cc", "chromium"]
        .map(|program| (program, "exit 0"));
    for (program, script) in quiet.iter().chain(others) {
        let path = folder.join(program);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    }
    folder
}

fn run(name: &str, others: &[(&str, &str)], variables: &[(&str, &str)]) -> Ended {
    let folder = programs(name, others);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new("bash");
    command.arg(root.join(".ci/run")).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    command.env("BSN_CI_CACHE", folder.join("cache")).env_remove("BSN_CI_CHAIN").env_remove("BSN_CI_BUDGET");
    let output = command.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().rev().map(without_numbers);
    let [last, before] = [lines.next(), lines.next()].map(Option::unwrap_or_default);
    Ended { passed: output.status.success(), last: [before, last] }
}

/// Each number as `N`.
fn without_numbers(line: &str) -> String {
    let mut out = String::new();
    for letter in line.chars() {
        match letter {
            '0'..='9' if out.ends_with('N') => (),
            '0'..='9' => out.push('N'),
            letter => out.push(letter),
        }
    }
    out
}

/// What `cargo` does for the chain-test alone.
fn chain_test(does: &str) -> String {
    format!("case \"$2\" in chain-test) {does} ;; esac")
}

#[test]
fn a_chain_that_ran_is_said_to_have() {
    let ended = run("ran", &[], &[]);
    assert_eq!(ended.last, ["#### chain-test ran its scenarios and passed", "#### passed in N s"]);
    assert!(ended.passed);
    let ended = run("ran_whole", &[], &[("BSN_CI_CHAIN", "always")]);
    assert_eq!(ended.last, ["#### chain-test ran whole and passed", "#### passed in N s"]);
    assert!(ended.passed);
}

#[test]
fn a_chain_that_fails_fails_the_run() {
    for mode in ["auto", "always"] {
        let cargo = chain_test("exit 7");
        let ended = run(&format!("fails_{mode}"), &[("cargo", &cargo)], &[("BSN_CI_CHAIN", mode)]);
        assert_eq!(ended.last, ["#### chain-test failed", "#### failed in N s"], "{mode}");
        assert!(!ended.passed, "{mode}");
    }
    let ended = run("does_not_compile", &[("go", "case \"$1\" in build) exit 1 ;; esac")], &[]);
    assert_eq!(ended.last, ["#### chain-test failed: the Go programs do not compile", "#### failed in N s"]);
    assert!(!ended.passed);
}

#[test]
fn why_a_chain_did_not_run_is_said() {
    let no_modules = [("go", "case \"$1\" in list) exit 1 ;; esac")];
    for (name, others, variable, why, passed) in [
        ("never", &[][..], ("BSN_CI_CHAIN", "never"), "BSN_CI_CHAIN is never", true),
        ("no_time", &[], ("BSN_CI_BUDGET", "599"), "N s of N have passed, and it needs N", true),
        (
            "no_modules",
            &no_modules,
            ("BSN_CI_CHAIN", "auto"),
            "the Go modules are not here yet; with BSN_CI_CHAIN=always they are fetched, N GB",
            true,
        ),
        (
            "unknown",
            &[],
            ("BSN_CI_CHAIN", "perhaps"),
            "BSN_CI_CHAIN is auto, always or never, not `perhaps`",
            false,
        ),
    ] {
        let ended = run(name, others, &[variable]);
        let verdict = if passed { "passed" } else { "failed" };
        let last = [format!("#### chain-test did not run: {why}"), format!("#### {verdict} in N s")];
        assert_eq!((ended.passed, ended.last), (passed, last), "{name}");
    }
}

#[test]
fn a_failure_before_the_chain_is_no_verdict_on_it() {
    let ended = run("before", &[("cargo", "exit 1")], &[]);
    assert_eq!(ended.last, ["#### chain-test did not run: something before it failed", "#### failed in N s"]);
    assert!(!ended.passed);
}

/// `timeout` as if the time were over at once for what cargo runs.
const STOPS: &str = "case \"$2\" in cargo) exit 124 ;; esac";

#[test]
fn a_chain_that_had_half_an_hour_and_is_not_done_fails_the_run() {
    let ended = run("hangs", &[("timeout", STOPS)], &[("BSN_CI_BUDGET", "1830")]);
    assert_eq!(ended.last, ["#### chain-test failed: it was not done after N s", "#### failed in N s"]);
    assert!(!ended.passed);
    let ended = run("stopped", &[("timeout", STOPS)], &[("BSN_CI_BUDGET", "1799")]);
    let said = "#### chain-test did not finish: it was stopped after N s, when N s had passed";
    assert_eq!(ended.last, [said, "#### passed in N s"]);
    assert!(ended.passed);
}

/// `timeout` that says how long it gave to what cargo runs.
const SAYS: &str = "case \"$2\" in cargo) echo \"given $1\" >&2; exit 0 ;; esac";

#[test]
fn the_budget_is_seventy_five_minutes() {
    let folder = programs("budget", &[("timeout", SAYS)]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new("bash");
    command.arg(root.join(".ci/run")).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    command.env("BSN_CI_CACHE", folder.join("cache")).env_remove("BSN_CI_CHAIN").env_remove("BSN_CI_BUDGET");
    let said = String::from_utf8(command.output().unwrap().stderr).unwrap();
    let given = said.lines().find_map(|line| line.strip_prefix("given ")).unwrap_or_else(|| panic!("{said}"));
    assert!((4_400..=4_500).contains(&given.parse::<u32>().unwrap()), "{given}");
}

#[test]
fn programs_that_are_not_built_in_time_fail_nothing() {
    let slow = [("timeout", "case \"$2\" in bash) exit 124 ;; esac")];
    let ended = run("slow_go", &slow, &[]);
    let said = "#### chain-test did not run: the Go programs are not built yet, and no time is left for both; the next run has them";
    assert_eq!(ended.last, [said, "#### passed in N s"]);
    assert!(ended.passed);
}

#[test]
fn an_old_node_is_named_at_once() {
    let old = [("node", "case \"$1\" in -e) exit 1 ;; --version) echo v18.19.0 ;; esac")];
    let folder = programs("old_node", &old);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new("bash");
    command.arg(root.join(".ci/run")).env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    let output = command.env("BSN_CI_CACHE", folder.join("cache")).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = "Node.js 20.3 or later is needed, and v18.19.0 is here: https://nodejs.org";
    assert!(said.lines().any(|said| said == line), "{said}");
    assert!(!output.status.success() && !said.contains("#### cargo xtask test"), "{said}");
}
