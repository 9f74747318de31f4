//! Keys, gas and fees as Cosmos operators say them.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use bsn_cli::devnet::account;
use bsn_rpc::proto::cosmos::bank::v1beta1::MsgSend;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::feegrant::v1beta1::MsgGrantAllowance;
use bsn_rpc::proto::cosmos::tx::v1beta1::{AuthInfo, TxRaw};
use bsn_rpc::proto::{Any, Message, pack};
use bsn_rpc::{Client, Fee};
use serde_json::json;

use crate::operator::{Operator, wallet};

/// The key of `tests/keyring`, on the devnet.
const KEYRING: &str = "bbnc19rl4cm2hmr8afy4kldpxz3fka4jguq0azy2cdm";

/// A way to say who signs and what it costs, and what comes of it.
struct Call<'a> {
    args: Vec<&'a str>,
    /// The words in the environment.
    environment: Option<&'a str>,
    /// What stands on standard input.
    input: &'a str,
    /// The exit code.
    code: i32,
    /// What is said.
    says: &'a str,
}

fn call<'a>(args: &[&'a str], input: &'a str, code: i32, says: &'a str) -> Call<'a> {
    Call { args: args.to_vec(), environment: None, input, code, says }
}

/// With the words of the devnet in the environment.
fn by_words<'a>(args: &[&'a str], code: i32, says: &'a str) -> Call<'a> {
    Call { environment: Some(account::MNEMONIC), ..call(args, "", code, says) }
}

/// Somebody deploys, but for sending.
fn dry(alice: &Operator, call: &Call<'_>) -> (i32, String) {
    let mut program = alice.command(&[&["deploy", "--dry-run"], call.args.as_slice()].concat());
    if let Some(words) = call.environment {
        program.env("BSN_MNEMONIC", words);
    }
    let mut child = program.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(call.input.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let text = [out.stdout, out.stderr].concat();
    (out.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

/// The keyring that the SDK wrote, as private as it makes it.
fn keyring(to: &Path) {
    for backend in ["keyring-test", "keyring-file"] {
        std::fs::create_dir_all(to.join(backend)).unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keyring").join(backend);
        for file in std::fs::read_dir(from).unwrap() {
            let (file, name) = file.map(|it| (it.path(), it.file_name())).unwrap();
            let copy = to.join(backend).join(name);
            std::fs::copy(file, &copy).unwrap();
            std::fs::set_permissions(copy, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// Bob sends a message.
fn bob(client: &Client, message: Any) {
    wallet(1).deliver(client, "bsn-devnet-1", &[message], &Fee::new(1_000, "ustake", 200_000)).unwrap();
}

#[test]
fn keys_come_from_where_operators_keep_them() {
    let alice = Operator::new("alice");
    keyring(&alice.at("home"));
    let amount = vec![Coin { denom: "ustake".to_owned(), amount: "1000000000".to_owned() }];
    let send = MsgSend { from_address: wallet(1).address, to_address: KEYRING.to_owned(), amount };
    bob(&alice.devnet.client, pack(&send));
    let (me, words) = (alice.address(), account::MNEMONIC);
    let went = "store bsn.wasm would use ";
    let file = ["--keyring-backend", "file", "--keyring-dir", "home", "--from", "alice"];
    let test = ["--keyring-backend", "test", "--keyring-dir", "home", "--from"];
    let wrong = format!("the key is that of {me}, not of {KEYRING}");
    let calls = [
        by_words(&["--from", &me], 0, went),
        by_words(&[], 0, went),
        by_words(&["--from", KEYRING], 1, &wrong),
        Call { environment: Some("abandon zebra"), ..call(&[], "", 1, "the words are no mnemonic (BIP-39)") },
        call(&["--mnemonic-file", "-"], words, 0, went),
        call(&["--mnemonic-file", "-", "--from", KEYRING], words, 1, &wrong),
        call(&["--mnemonic-file", "-"], "", 1, "standard input holds no words of the key"),
        call(&[&test[..], &["alice"]].concat(), "", 0, went),
        call(&[&test[..], &[KEYRING]].concat(), "", 0, went),
        call(&[&test[..], &["bob"]].concat(), "", 1, "has no key `bob`"),
        call(&file, "correct horse\n", 0, went),
        call(&file, "battery staple\n", 1, "the passphrase is wrong"),
        call(&file, "", 1, "standard input holds no passphrase of the keyring"),
        // Gas and fees; the file has 0.001ustake.
        by_words(&["--gas", "3000000"], 0, "would use 3,000,000 gas, 3000ustake"),
        by_words(&["--gas", "3000000", "--gas-prices", "0.5ustake"], 0, "gas, 1500000ustake"),
        by_words(&["--gas", "3000000", "--fees", "777ustake"], 0, "would use 3,000,000 gas, 777ustake"),
        by_words(&["--fees", "cheap"], 1, "`cheap` is no fee such as 5000uapp"),
        by_words(&["--fee-granter", "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah"], 1, "begin with `bbnc`"),
    ];
    for call in calls {
        let (code, said) = dry(&alice, &call);
        assert!(code == call.code && said.contains(call.says), "{:?}: {code} {said}", call.args);
        assert!(!said.contains("notice oak") && !said.contains("zebra"), "no secret is repeated: {said}");
    }
    assert_eq!(alice.codes(), 0, "nothing was sent");
}

#[test]
fn gas_fee_and_granter_are_sent_as_they_were_said() {
    let alice = Operator::new("alice");
    let (client, granter) = (&alice.devnet.client, wallet(1).address);
    let sent = ["--gas", "2345678", "--fees", "777ustake", "--fee-granter", &granter];
    let (code, _, err) = alice.deploy(&sent);
    let refused = format!("{granter} does not allow to pay fees for {}", alice.address());
    assert!(code == 1 && err.contains(&refused), "{err}");
    let grantee = alice.address();
    bob(client, pack(&MsgGrantAllowance { granter: granter.clone(), grantee, allowance: None }));
    let balance = |address: &str| client.balance(address, "ustake").unwrap();
    let before = (balance(&granter), balance(&alice.address()));
    let alice_stores = alice.begin_with(&sent).turn().unwrap();
    assert!(format!("{alice_stores:?}").contains("store bsn.wasm: code 1"), "{alice_stores:?}");
    assert_eq!((balance(&granter), balance(&alice.address())), (before.0 - 777, before.1));
    let query = json!({ "query": "store_code.code_id='1'", "prove": false });
    let found = client.call("tx_search", &query).unwrap();
    let bytes: Vec<u8> = {
        use base64::{Engine, engine::general_purpose::STANDARD};
        STANDARD.decode(found["txs"][0]["tx"].as_str().unwrap()).unwrap()
    };
    let raw = TxRaw::decode(bytes.as_slice()).unwrap();
    let fee = AuthInfo::decode(raw.auth_info_bytes.as_slice()).unwrap().fee.unwrap();
    assert_eq!((fee.gas_limit, fee.granter), (2_345_678, granter));
}
