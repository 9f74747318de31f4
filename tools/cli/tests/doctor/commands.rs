//! The three commands as programs: exit codes, text, JSON.

use std::process::Command;

use serde_json::Value;

use super::break_it::{patient, quick};
use crate::support::{program, until};

/// Exit code, stdout and stderr of the program, without this machine's settings.
pub fn bsn(args: &[&str]) -> (i32, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bsn"));
    for name in ["BSN_NODE", "BSN_CHAIN_ID", "BSN_CONTRACT", "BSN_BABYLON_NODE", "BSN_BITCOIN"] {
        program.env_remove(name);
    }
    let out = program.args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
}

/// The README's two commands, but for the ports: once the devnet has printed what it has to say, the doctor is green.
#[test]
fn the_doctor_is_green_as_soon_as_the_devnet_has_spoken() {
    let (_devnet, facts) = program(&[]);
    let node = facts["endpoints"]["chain"].as_str().unwrap();
    let (code, out, err) = bsn(&["doctor", "--node", node]);
    assert_eq!(code, 0, "{out}{err}");
}

/// Two commands from a clone: a chain, and a doctor that finds its contract by itself and nothing wrong.
#[test]
fn the_doctor_of_a_devnet_is_green_without_a_flag_but_the_node() {
    let devnet = patient(quick());
    let at = devnet.at.map(|at| format!("http://{at}"));
    let (out, err) = until("a green doctor", || {
        let (code, out, err) = bsn(&["doctor", "--node", &at[0]]);
        (code == 0).then_some((out, err))
    });
    assert_eq!(err, "");
    assert!(out.starts_with("bsn-devnet-1 at height "), "{out}");
    assert!(out.contains("skipped   I2  skipped: needs --babylon-node"), "{out}");
    assert!(out.trim_end().ends_with("7 skipped, 44 ok"), "{out}");

    // With the other sides, for programs, saved, and judged again elsewhere.
    let file = std::env::temp_dir().join(format!("bsn-snapshot-{}.json", std::process::id()));
    let file = file.to_str().unwrap();
    let bitcoin = format!("esplora={}", at[2]);
    let all =
        ["doctor", "--node", &at[0], "--babylon-node", &at[1], "--bitcoin", &bitcoin, "--output", "json"];
    let report: Value = until("a report", || {
        let (code, out, _) = bsn(&[&all[..], &["--save", file]].concat());
        (code == 0).then(|| serde_json::from_str(&out).unwrap())
    });
    assert_eq!((&report["exit_code"], &report["notes"][0]), (&0.into(), &"babylon: simulated".into()));
    let (code, again, _) = bsn(&["doctor", "--from", file, "--output", "json"]);
    assert_eq!((code, serde_json::from_str::<Value>(&again).unwrap()), (0, report));
    std::fs::remove_file(file).unwrap();

    // What was not looked at fails who asks for it.
    let (code, _, _) = bsn(&["doctor", "--node", &at[0], "--fail-on", "skipped", "--only", "I2"]);
    assert_eq!(code, 3);
}

#[test]
fn a_warning_is_1_and_what_is_critical_2() {
    let devnet = patient(quick());
    let node = format!("http://{}", devnet.at[0]);
    devnet.control("fault/wrong-headers");
    let only = ["doctor", "--node", &node, "--only", "B3", "--brief"];
    until("the refusal", || (bsn(&only).0 == 1).then_some(()));
    let (_, out, _) = bsn(&only);
    assert!(out.contains("warning   B3  the light client refused headers of 1 packets\n"), "{out}");
    assert!(out.contains("try: bsn query --node http://127.0.0.1:"), "{out}");
    assert_eq!(bsn(&[&only[..], &["--fail-on", "critical"]].concat()).0, 0);
    devnet.control("fault/expire-client");
    let only = ["doctor", "--node", &node, "--only", "B3,I4", "--output", "junit"];
    let out = until("the expiry", || {
        let (code, out, _) = bsn(&only);
        (code == 2).then_some(out)
    });
    assert!(out.contains("<testsuite name=\"bsn doctor bsn-devnet-1\" tests=\"2\" failures=\"2\""), "{out}");
}

#[test]
fn each_check_explains_itself() {
    let (code, out, _) = bsn(&["doctor", "--explain", "i5"]);
    assert!(code == 0 && out.starts_with("I5: the client of this chain on Babylon (IBC)"), "{out}");
    let (code, out, _) = bsn(&["doctor", "--explain", "all"]);
    assert!(code == 0 && out.matches("\nproven    ").count() == 50, "{out}");
}

#[test]
fn an_operator_sees_its_own_finality_provider() {
    let devnet = patient(quick());
    let node = format!("http://{}", devnet.at[0]);
    let key = devnet.facts()["finality_providers"][3]["btc_pk_hex"].as_str().unwrap().to_owned();
    let (code, out, err) = bsn(&["fp", "--node", &node, &key[..8]]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for part in [
        "25 BTC, 19.2 % of the power, 4 of 4",
        "it votes, the last time at",
        "all timestamped",
        "it is not in jail",
        "Back up:",
    ] {
        assert!(out.contains(part), "{part} in {out}");
    }
    let (code, out, _) = bsn(&["fp", "--node", &node]);
    assert!(code == 0 && out.lines().count() == 4, "{out}");
    devnet.control("fault/jail?fp=3");
    let out = until("the jail", || {
        let (code, out, _) = bsn(&["fp", "--node", &node, "--json", &key]);
        (code == 2 && out.contains("in jail")).then_some(out)
    });
    let card: Value = serde_json::from_str(&out).unwrap();
    assert!(card["jailed_until"].is_u64() && card["hint"].as_str().unwrap().contains(&key), "{card}");
}

#[test]
fn one_frame_is_plain_text() {
    let devnet = patient(quick());
    let node = format!("http://{}", devnet.at[0]);
    let (code, out, err) = bsn(&["watch", "--once", "--node", &node, "--width", "120", "--height", "30"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.lines().count(), 30, "{out}");
    assert!(
        out.starts_with("bsn-devnet-1")
            && out.contains("final ")
            && out.contains('█')
            && !out.contains('\u{1b}'),
        "{out}"
    );
}
