//! What is called in a wrong way, or meets a wrong node, ends in one sentence on stderr and an exit code.

mod support;

use std::io::Read;
use std::net::TcpListener;
use std::process::Command;

use support::Running;

/// Exit code, stdout and stderr of the program.
fn bsn(args: &[&str]) -> (i32, String, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_bsn"));
    let out = program.args(args).env_remove("BSN_NODE").env_remove("BSN_CHAIN_ID").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
}

/// That it fails with exactly this line.
fn fails(args: &[&str], line: &str) {
    let (code, out, err) = bsn(args);
    assert_eq!((code, out.as_str(), err.as_str()), (1, "", format!("Error: {line}\n").as_str()), "{args:?}");
}

/// A node that takes questions and keeps silent, or sends this and hangs up.
fn node(says: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 4096]);
                match says {
                    Some(text) => drop(std::io::Write::write_all(&mut stream, text.as_bytes())),
                    None => std::thread::sleep(std::time::Duration::from_secs(60)),
                }
            });
        }
    });
    url
}

#[test]
fn a_wrong_chain_and_a_question_that_is_none_are_named() {
    let devnet = Running::start();
    let (url, bsn_address) = (format!("http://{}", devnet.at[0]), devnet.bsn());
    let query = |message: &str, more: &[&str]| {
        let args = ["query", "--node", &url, "--contract", &bsn_address, message];
        bsn(&[&args[..], more].concat())
    };
    let (code, out, err) = query(r#"{"last_finalized_height":{}}"#, &[]);
    assert!(code == 0 && out.trim().parse::<u64>().is_ok() && err.is_empty(), "{out}{err}");
    let (code, _, err) = query(r#"{"health":{}}"#, &["--chain-id", "other-1"]);
    assert_eq!((code, err), (1, format!("Error: {url} serves the chain `bsn-devnet-1`, not `other-1`\n")));
    let (code, _, err) = query("{health", &[]);
    assert!(code == 1 && err.starts_with("Error: `{health` is no JSON: "), "{err}");
    let (code, _, err) = query(r#"{"nothing":{}}"#, &[]);
    assert!(code == 1 && err.starts_with("Error: /cosmwasm.wasm.v1.Query/SmartContractState: "), "{err}");
    // Of two nodes of different chains none is believed by chance.
    let babylon = format!("http://{}", devnet.at[1]);
    let (code, out, err) =
        bsn(&["nodes", "--node", &format!("{url},{babylon}"), "--chain-id", "bsn-devnet-1"]);
    assert!(code == 1 && out.contains(&format!("ok   {url} at height ")), "{out}");
    assert!(
        out.contains(&format!("bad  {babylon} serves the chain `bbn-devnet-1`, not `bsn-devnet-1`")),
        "{out}"
    );
    assert_eq!(err, "Error: 1 of 2 nodes cannot be believed\n");
}

#[test]
fn a_wrong_prefix_is_named_with_the_chains_own() {
    let devnet = Running::start();
    let url = format!("http://{}", devnet.at[0]);
    let other = bsn_rpc::address::encode("cosmos", &[1; 32]).unwrap();
    let (code, _, err) = bsn(&["query", "--node", &url, "--contract", &other, "{}"]);
    let line = format!("{other} is an address of `cosmos`, but those of this chain begin with `bbnc`");
    assert_eq!((code, err), (1, format!("Error: {line}\n")));
    let (code, _, err) = bsn(&["query", "--node", &url, "--contract", "nobody", "{}"]);
    assert!(code == 1 && err.starts_with("Error: `nobody` is no address: "), "{err}");
}

#[test]
fn nodes_that_hang_cut_or_are_none_are_named() {
    let contract = bsn_rpc::address::encode("bbnc", &[1; 32]).unwrap();
    let ask = |url: &str| bsn(&["query", "--node", url, "--timeout", "1s", "--contract", &contract, "{}"]);
    let silent = node(None);
    assert_eq!(ask(&silent).2, format!("Error: {silent} hangs: no answer to status within 1 s\n"));
    let cut = node(Some("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"jsonrpc\""));
    assert!(
        ask(&cut).2.starts_with(&format!("Error: {cut} sent half an answer to status: ")),
        "{}",
        ask(&cut).2
    );
    let page = node(Some("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"));
    let line = "is no CometBFT RPC: it answered status with status 200 and `<html>`";
    assert_eq!(ask(&page).2, format!("Error: {page} {line}\n"));
    assert_eq!(ask("ftp://x").2, "Error: `ftp://x` is no http or https address of a node\n");
}

#[test]
fn faults_are_for_devnets_alone() {
    let page = node(Some("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"));
    let (code, _, err) = bsn(&["devnet", "fault", "jail", "--node", &page]);
    assert!(code == 1 && err.starts_with(&format!("Error: {page} is no devnet")), "{err}");
    let devnet = Running::start();
    let url = format!("http://{}", devnet.at[0]);
    let (code, out, _) = bsn(&["devnet", "fault", "lost-hook", "blocks=2", "--node", &url]);
    assert!(code == 0 && out.contains("\"from_height\""), "{out}");
    fails(&["devnet", "fault", "jail", "2", "--node", &url], "`2` is no parameter: write it as KEY=VALUE");
    let (code, out, _) = bsn(&["devnet", "faults"]);
    assert!(code == 0 && out.lines().count() == 21, "{out}");
    let (code, out, _) = bsn(&["devnet", "info", "--node", &url]);
    assert!(code == 0 && out.contains(&devnet.bsn()), "{out}");
}

#[test]
fn a_port_that_is_taken_is_named_and_a_machine_that_is_missing_too() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, _, err) = bsn(&["devnet", "--port", &port, "--babylon-port", "0", "--bitcoin-port", "0"]);
    assert!(code == 1 && err.starts_with(&format!("Error: port {port} of loopback is taken")), "{err}");
    if !cfg!(feature = "vm") {
        let any = ["devnet", "--vm", "--port", "0", "--babylon-port", "0", "--bitcoin-port", "0"];
        let (code, _, err) = bsn(&any);
        assert!(code == 1 && err.contains("built without a virtual machine"), "{err}");
    }
    let (code, _, err) = bsn(&["devnet", "--block-time", "soon"]);
    assert!(code == 2 && err.contains("`soon` is no time such as 250ms, 20s or 5m"), "{err}");
}
