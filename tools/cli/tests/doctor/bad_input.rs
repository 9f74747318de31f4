//! What is wrong with who is asked, or with how one asks, ends in one clear sentence each, and in 3.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::break_it::{patient, quick};
use super::commands::bsn;
use super::proxy::{Does, before};
use crate::support::Running;

/// That the doctor could not look, with exactly this line.
fn could_not_look(args: &[&str], line: &str) {
    let (code, out, err) = bsn(&[&["doctor"], args].concat());
    assert_eq!((code, out.as_str(), err.as_str()), (3, "", format!("Error: {line}\n").as_str()), "{args:?}");
}

/// The findings of these checks, with a node that does this: code, and id with severity and text.
fn findings(
    devnet: &Running,
    only: &str,
    does: impl Fn(&str, &Value, &dyn Fn() -> Value) -> Does + Send + Sync + 'static,
) -> (String, i32, Vec<String>) {
    let node = before(&format!("http://{}", devnet.at[0]), does);
    let args = [
        "doctor",
        "--node",
        &node,
        "--contract",
        &devnet.bsn(),
        "--timeout",
        "1s",
        "--only",
        only,
        "--output",
        "json",
    ];
    let (code, out, err) = bsn(&args);
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{code} {out}{err}"));
    let text = |finding: &Value| {
        let part = |name: &str| finding[name].as_str().unwrap().to_owned();
        format!("{} {}: {}", part("id"), part("severity"), part("text"))
    };
    (node, code, report["findings"].as_array().unwrap().iter().map(text).collect())
}

#[test]
fn wrong_chains_contracts_and_prefixes_are_named() {
    let devnet = patient(quick());
    let [chain, babylon, _] = devnet.at.map(|at| format!("http://{at}"));
    let line = format!("{chain} serves the chain `bsn-devnet-1`, not `other-1`");
    could_not_look(&["--node", &chain, "--chain-id", "other-1"], &line);
    let other = bsn_rpc::address::encode("cosmos", &[1; 32]).unwrap();
    let line = format!("{other} is an address of `cosmos`, but those of this chain begin with `bbnc`");
    could_not_look(&["--node", &chain, "--contract", &other], &line);
    let nobody = bsn_rpc::address::encode("bbnc", &[1; 32]).unwrap();
    could_not_look(
        &["--node", &chain, "--contract", &nobody],
        &format!("there is no contract {nobody} on bsn-devnet-1"),
    );
    let light = devnet.facts()["btc_light_client"].as_str().unwrap().to_owned();
    let (code, _, err) = bsn(&["doctor", "--node", &chain, "--contract", &light]);
    assert!(
        code == 3 && err.starts_with(&format!("Error: {light} is ")) && err.ends_with(", not bsn\n"),
        "{err}"
    );
    let line = "bbn-devnet-1 has no chain module to ask for the contract: name it with --contract";
    could_not_look(&["--node", &babylon], line);
    // Babylon's node where the chain's own was meant, and the other way round.
    let args = ["doctor", "--node", &chain, "--babylon-node", &chain, "--only", "I2"];
    let (code, out, _) = bsn(&args);
    let line = format!("could not look: {chain} serves the chain `bsn-devnet-1`, not `bbn-devnet-1`");
    assert!(code == 3 && out.contains(&line), "{out}");
    let (code, _, err) = bsn(&["fp", "--node", &chain, "ffffffff"]);
    assert_eq!(
        (code, err.as_str()),
        (3, "Error: no finality provider of bsn-devnet-1 has the key ffffffff\n")
    );
}

#[test]
fn calls_that_make_no_sense_are_3_and_not_critical() {
    could_not_look(
        &["--from", "/nowhere.json"],
        "cannot read /nowhere.json: No such file or directory (os error 2)",
    );
    let (code, _, err) = bsn(&["doctor", "--only", "I99"]);
    assert!(code == 3 && err.starts_with("Error: there is no check `I99`: they are N, C, "), "{err}");
    let (code, _, err) = bsn(&["doctor", "--explain", "I99"]);
    assert!(code == 3 && err.starts_with("Error: there is no check `I99`: N1, N2, "), "{err}");
    for wrong in [&["--bitcoin", "https://x"][..], &["--blocks", "0"], &["--output", "xml"], &["--nothing"]] {
        let (code, _, err) = bsn(&[&["doctor"], wrong].concat());
        assert!(code == 3 && err.starts_with("error: "), "{wrong:?}: {err}");
    }
    let (code, _, err) = bsn(&["doctor", "--babylon-digest", "abc"]);
    assert_eq!((code, err.as_str()), (3, "Error: `abc` is no sha256: 64 hexadecimal characters\n"));
    let file = std::env::temp_dir().join(format!("bsn-no-snapshot-{}.json", std::process::id()));
    std::fs::write(&file, "{}").unwrap();
    let (code, _, err) = bsn(&["doctor", "--from", file.to_str().unwrap()]);
    let line = format!("Error: {} is nothing that `bsn doctor --save` has written: ", file.display());
    assert!(code == 3 && err.starts_with(&line), "{err}");
    let (code, _, err) = bsn(&["doctor", "--deployment", file.to_str().unwrap()]);
    assert!(code == 3 && err.starts_with(&format!("Error: {} is no deployment: ", file.display())), "{err}");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn nobody_there_is_one_sentence_for_each_command() {
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    for command in ["doctor", "fp", "watch"] {
        let (code, out, err) = bsn(&[command, "--node", &gone]);
        assert!(code == 3 && out.is_empty(), "{command}: {out}");
        assert!(
            err.starts_with(&format!("Error: {gone} cannot be reached: ")) && err.lines().count() == 1,
            "{err}"
        );
    }
}

#[test]
fn a_node_that_hangs_costs_seconds_and_is_named_by_each_check() {
    let devnet = patient(quick());
    let start = Instant::now();
    let (node, code, said) = findings(&devnet, "N1,N3,C1,F1,P3,I7", |method, _, _| match method {
        "abci_query" => Does::Hang,
        _ => Does::Pass,
    });
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(code, 3);
    assert_eq!(said[0], "N1 ok: 1 node serves bsn-devnet-1");
    for finding in &said[2..] {
        let text = format!("unread: could not look: {node} hangs: no answer to abci_query within 1 s");
        assert!(finding.ends_with(&text), "{finding}");
    }
}

#[test]
fn a_method_that_is_missing_and_half_an_answer_are_named() {
    let devnet = patient(quick());
    let (node, code, said) = findings(&devnet, "M4,I1", |method, _, _| match method {
        "block_results" => Does::Missing,
        _ => Does::Pass,
    });
    let missing = format!("M4 unread: could not look: {node} does not offer the method block_results");
    assert_eq!((code, said), (3, vec![missing, "I1 ok: channel-0 is open".to_owned()]));
    let (node, code, said) = findings(&devnet, "M4", |method, _, _| match method {
        "block_results" => Does::Cut,
        _ => Does::Pass,
    });
    let half = format!("M4 unread: could not look: {node} sent half an answer to block_results: ");
    assert!(code == 3 && said[0].starts_with(&half), "{said:?}");
}

#[test]
fn a_node_that_lies_about_its_height_or_its_blocks_is_not_believed() {
    let devnet = patient(quick());
    let real = format!("http://{}", devnet.at[0]);
    let boaster = before(&real, |method, _, truth| match method {
        "status" => {
            let mut status = truth();
            status["sync_info"]["latest_block_height"] = json!("999999");
            Does::Says(status)
        }
        _ => Does::Pass,
    });
    let line = format!("{boaster} says that it is at height 999999, but has no such block");
    could_not_look(&["--node", &boaster, "--contract", &devnet.bsn()], &line);
    let forger = before(&real, |method, _, truth| match method {
        "block" => {
            let mut block = truth();
            block["block_id"]["hash"] = json!("AB".repeat(32));
            Does::Says(block)
        }
        _ => Does::Pass,
    });
    let nodes = format!("{real},{forger}");
    let (code, out, _) = bsn(&["doctor", "--node", &nodes, "--contract", &devnet.bsn(), "--only", "N1"]);
    assert!(code == 2 && out.contains(&format!("critical  N1  {forger} has another block ")), "{out}");
    // A node that is behind is not asked where another one is up to date.
    let late = before(&real, |method, _, truth| match method {
        "status" => {
            let mut status = truth();
            let height: u64 = status["sync_info"]["latest_block_height"].as_str().unwrap().parse().unwrap();
            status["sync_info"]["latest_block_height"] = json!((height - 9).to_string());
            Does::Says(status)
        }
        _ => Does::Pass,
    });
    // Nine blocks ago there must be one: the chain does not begin with the first.
    std::thread::sleep(Duration::from_secs(8));
    let nodes = format!("{late},{real}");
    let (code, out, _) = bsn(&["doctor", "--node", &nodes, "--contract", &devnet.bsn(), "--only", "N1"]);
    assert!(code == 1 && out.contains(&format!("warning   N1  {late} lags: it is at height ")), "{out}");
}

#[test]
fn an_answer_of_another_form_is_named_and_nothing_panics() {
    let devnet = patient(quick());
    let (node, code, said) = findings(&devnet, "F1,I1,B1,S2,M1,N4", |method, _, truth| match method {
        "abci_query" => {
            let mut answer = truth();
            answer["response"]["value"] = json!("e30=");
            Does::Says(answer)
        }
        _ => Does::Pass,
    });
    assert_eq!(code, 3, "{said:?}");
    assert!(said.iter().all(|finding| finding.contains(" unread: could not look: ")), "{node}: {said:?}");
}

#[test]
fn another_side_that_is_away_leaves_its_checks_unread() {
    let devnet = patient(quick());
    let [chain, _, bitcoin] = devnet.at.map(|at| format!("http://{at}"));
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let esplora = format!("esplora={gone}");
    let args = [
        "doctor",
        "--node",
        &chain,
        "--babylon-node",
        &gone,
        "--bitcoin",
        &esplora,
        "--only",
        "I2,I5,B2,B4,E2,I1",
    ];
    let (code, out, _) = bsn(&args);
    assert_eq!(code, 3);
    assert_eq!(out.matches(&format!("could not look: {gone} cannot be reached: ")).count(), 5, "{out}");
    assert!(out.contains("ok        I1"), "{out}");
    // The page of something else.
    let wrong = format!("esplora={bitcoin}/nothing");
    let (code, out, _) = bsn(&["doctor", "--node", &chain, "--bitcoin", &wrong, "--only", "B2"]);
    assert!(
        code == 3 && out.contains(" is no esplora server: it answered /blocks/tip/height with "),
        "{out}"
    );
}
