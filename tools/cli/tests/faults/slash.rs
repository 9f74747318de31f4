//! The key that an equivocation gives away, as the chain shows it to everybody.

use bsn_cli::slash::key;
use eots::SecretKey;
use primitives::{FpPublicKey, SigningContext};
use serde_json::json;

use crate::support::{Running, until};
use crate::watchers::Caller;

fn key_of(devnet: &Running, index: usize) -> FpPublicKey {
    let hex = devnet.handle.run_blocking(move |engine| engine.net.fps[index].public_key_hex()).unwrap();
    FpPublicKey::from_hex(&hex).unwrap()
}

#[test]
fn whoever_signed_twice_has_shown_its_key_and_nobody_else_has() {
    let devnet = std::sync::Arc::new(Running::start());
    let (guilty, honest) = (key_of(&devnet, 3), key_of(&devnet, 2));
    devnet.control("fault/double-sign?fp=3");
    let ask = json!({ "finality_provider": { "btc_pk_hex": guilty.to_string() } });
    until("the slashing", || {
        let slashed = devnet.client.smart(&devnet.bsn(), &ask).unwrap()["slashed_height"].as_u64();
        slashed.filter(|height| *height > 0)
    });
    let bsn = devnet.bsn();
    let context = SigningContext::finality_vote("bsn-devnet-1", &bsn);
    let of = |fp: &FpPublicKey, height| key::of_chain(&devnet.client, &bsn, &context, fp, height);
    let key: SecretKey = of(&guilty, None).unwrap();
    assert_eq!(FpPublicKey::from(key.public_key()), guilty);
    let said = of(&honest, None).unwrap_err();
    assert_eq!(said, format!("{honest} has not equivocated, as far as {bsn} knows: there is no key"));
    let said = of(&honest, Some(3)).unwrap_err();
    assert_eq!(said, format!("{bsn} keeps no evidence against {honest} at height 3: give it by --evidence"));
    let stranger = FpPublicKey::from(SecretKey::from_slice(&[9; 32]).unwrap().public_key());
    assert_eq!(of(&stranger, None).unwrap_err(), format!("{stranger} is not registered with {bsn}"));

    // What the contract answers is evidence in a file, too.
    let caller = Caller::new(&devnet, 0);
    let height = devnet.client.smart(&bsn, &ask).unwrap()["slashed_height"].as_u64().unwrap();
    let (_, txs) = devnet.client.results(height).unwrap();
    let events = txs.iter().flat_map(|tx| &tx.events);
    let voted = events
        .filter_map(|event| event.get("block_height"))
        .find_map(|text| text.parse::<u64>().ok())
        .unwrap();
    let ask = json!({ "evidence": { "btc_pk_hex": guilty.to_string(), "height": voted } });
    let answer = devnet.client.smart(&bsn, &ask).unwrap().to_string();
    let read = key::of_file(answer.as_bytes(), "it", &context, Some(&guilty)).unwrap();
    assert_eq!(read.public_key(), key.public_key());

    // This chain takes stake on Babylon's word, so that nothing is kept that could be completed.
    let node = caller.node();
    let (code, _, err) = caller.bsn(&["slash", "--node", &node, "--fp", &guilty.to_string()]);
    let word = format!("Error: {bsn} takes stake on Babylon's word: ");
    assert!(code == 1 && err.starts_with(&word), "{err}");
    let esplora = format!("esplora=http://{}", devnet.at[2]);
    let prove = ["prove", "--once", "--dry-run", "--node", &node, "--bitcoin", &esplora];
    let (code, _, err) = caller.bsn(&prove);
    assert!(code == 1 && err.starts_with(&word), "{err}");
    let (code, _, err) = caller.bsn(&[&prove[..], &["--btc-staking", &bsn]].concat());
    assert!(code == 1 && err.starts_with(&format!("Error: {bsn} is no btc-staking: ")), "{err}");
}

#[test]
fn a_wrong_call_is_one_sentence() {
    let devnet = std::sync::Arc::new(Running::start());
    let caller = Caller::new(&devnet, 0);
    let id = "ab".repeat(32);
    for (args, why) in [
        (&["prove", "--once"][..], "--bitcoin <KIND=URL>"),
        (&["prove", "--bitcoin", "http://x"], "`http://x` is neither esplora=URL nor rpc=URL"),
        (&["prove", "--bitcoin", "esplora=http://x", "--proofs", "51"], "51 is not in 1..=50"),
        (&["slash", "--fp", &id, "--broadcast"], "--bitcoin <KIND=URL>"),
        (&["slash", "--stake", "abc"], "`abc` is no stake such as TXID:0"),
        (&["slash", "--evidence", "a", "--key-file", "b"], "cannot be used with"),
    ] {
        let (code, _, err) = caller.bsn(args);
        assert!(code == 2 && err.contains(why), "{args:?}: {err}");
    }
    let away = ["--node", "http://127.0.0.1:1"];
    for args in [&["prove", "--once", "--bitcoin", "esplora=http://x"][..], &["slash", "--fp", &id]] {
        let (code, out, err) = caller.bsn(&[args, &away].concat());
        let line = "Error: http://127.0.0.1:1 cannot be reached: ";
        assert!(code == 1 && out.is_empty() && err.starts_with(line), "{err}");
    }
    let (code, _, err) = caller.bsn(&["prove", "--bitcoin", "esplora=http://x", "--budget", "much"]);
    assert_eq!((code, err.as_str()), (1, "Error: `much` is no budget such as 50000uapp\n"));
    let (code, _, err) = caller.bsn(&["slash", "--fp", "abc"]);
    assert!(code == 1 && err.starts_with("Error: "), "{err}");
}
