//! What `bsn deploy` writes is what everybody reads: the other commands, the clients, and the schema.

use bsn_cli::serve::{self, Options};
use bsn_client::Deployment;
use bsn_rpc::Retry;
use serde_json::Value;

use crate::operator::{Operator, Voter};
use crate::schema::Schema;
use crate::support::until;

#[test]
fn what_deploy_wrote_is_what_everybody_reads() {
    let alice = Operator::new("alice");
    // A dashboard that was there before the contract.
    let options = Options::new(&[alice.node()], &[], None, Retry::none()).unwrap();
    let served = serve::start(options).unwrap().shared;
    until("the chain", || (!served.read().place.chain_id.is_empty()).then_some(()));
    assert_eq!(served.read().place.contract, "");

    let voter = Voter::start(&alice.devnet);
    let (code, out, err) = alice.deploy(&["--gov", "--wait"]);
    assert_eq!(code, 0, "{out}{err}");
    drop(voter);
    let file = "deployments/bsn-devnet-1.json";
    let text = std::fs::read_to_string(alice.at(file)).unwrap();
    let deployment: Deployment = serde_json::from_str(&text).unwrap();
    assert_eq!(deployment.bsn(), Ok(alice.registered().as_str()));
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(Schema::of("deployment.json", "").check(&written), Ok(()));

    let (node, config) = (alice.node(), r#"{"config":{}}"#);
    let doctor = ["doctor", "--node", &node, "--deployment", file, "--only", "N1,C1", "--output", "json"];
    let (code, out, err) = alice.bsn(&doctor);
    assert!(code < 3, "{out}{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["contract"], alice.registered());
    for named in [&["--deployment", file][..], &[]] {
        let (code, out, err) = alice.bsn(&[&["query", "--node", &node, config][..], named].concat());
        assert!(code == 0 && out.contains("\"network\": \"regtest\""), "{named:?}: {out}{err}");
    }
    // An operator adds where the public finds nodes, and nobody needs anything else.
    let mut public = written.clone();
    public["rpc"] = serde_json::json!([node]);
    std::fs::write(alice.at("public.json"), public.to_string()).unwrap();
    let (code, out, err) = alice.bsn(&["query", "--deployment", "public.json", config]);
    assert_eq!(code, 0, "{out}{err}");

    let shown =
        until("the contract", || Some(served.read().place.contract.clone()).filter(|it| !it.is_empty()));
    assert_eq!(shown, alice.registered());
    until("its health", || served.read().health.is_some().then_some(()));
}
