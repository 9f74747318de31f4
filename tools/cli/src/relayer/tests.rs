use std::path::Path;

use super::*;

/// Set it to write the golden files anew; look at what changed.
const WRITE: &str = "BSN_WRITE_GOLDEN";

fn end(id: &str, prefix: &str, price: &str, unbonding_s: u64) -> End {
    End {
        id: id.to_owned(),
        rpc: format!("https://rpc.{id}.example"),
        grpc: format!("https://rpc.{id}.example:9090"),
        prefix: prefix.to_owned(),
        price: price.parse().unwrap(),
        unbonding_s,
        block_ms: Some(6_000),
        client: None,
        connection: None,
        transfer: None,
        channel: None,
    }
}

/// Before anything is linked.
fn fresh() -> Facts {
    let appchain = end("app-1", "app", "0.025uapp", 1_814_400);
    Facts { appchain, babylon: end("bbn-1", "bbn", "0.002ubbn", 180_000), bsn: None }
}

/// When everything is open.
fn linked() -> Facts {
    let mut facts = fresh();
    let set = |end: &mut End, ids: [&str; 4]| {
        let [client, connection, transfer, channel] = ids.map(|id| Some(id.to_owned()));
        (end.client, end.connection, end.transfer, end.channel) = (client, connection, transfer, channel);
    };
    set(&mut facts.appchain, ["07-tendermint-5", "connection-4", "channel-7", "channel-8"]);
    set(&mut facts.babylon, ["07-tendermint-42", "connection-40", "channel-90", "channel-91"]);
    facts.bsn = Some("app1mm35l87kyjk0eyd2rdjwksw5a6uks469a89m3qmh33ujwcepm5yqcx6u3q".to_owned());
    facts
}

#[test]
fn the_files_are_the_golden_ones() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    for (name, facts) in [("fresh", fresh()), ("linked", linked())] {
        for (program, files) in [("rly", rly::files(&facts)), ("hermes", hermes::files(&facts))] {
            for file in files {
                let path = golden.join(name).join(program).join(file.path.rsplit('/').next().unwrap());
                if std::env::var(WRITE).is_ok() {
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(&path, &file.text).unwrap();
                }
                let known = std::fs::read_to_string(&path).unwrap();
                assert!(
                    known == file.text,
                    "{} differs: set {WRITE} and look at the difference",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn what_a_node_says_does_not_become_a_command() {
    assert!(linked().check().is_ok() && fresh().check().is_ok());
    let changes: [fn(&mut Facts, String); 4] = [
        |it, word| it.babylon.id = word,
        |it, word| it.appchain.prefix = word,
        |it, word| it.babylon.connection = Some(word),
        |it, word| it.bsn = Some(word),
    ];
    for change in changes {
        let mut facts = linked();
        change(&mut facts, "x; rm -rf ~".to_owned());
        assert!(facts.check().is_err(), "{facts:?}");
    }
}

#[test]
fn clients_trust_for_two_thirds_of_the_shorter_unbonding_time() {
    // 33 hours with Babylon, not the 14 days that relayers take by default.
    assert_eq!(trusting(&fresh()), 120_000);
    for file in rly::files(&linked()).into_iter().chain(hermes::files(&linked())) {
        assert!(!file.text.contains("14days") && !file.text.contains("<"), "{}", file.text);
    }
}

#[test]
fn hermes_file_is_toml_with_both_channels_in_its_filters() {
    let text = &hermes::files(&linked())[0].text;
    let read: toml::Value = toml::from_str(text).unwrap();
    let chains = read["chains"].as_array().unwrap();
    let list = |chain: &toml::Value| format!("{:?}", chain["packet_filter"]["list"]);
    assert!(list(&chains[0]).contains("channel-8") && list(&chains[0]).contains("wasm.app1mm35"));
    assert!(list(&chains[1]).contains("channel-91") && list(&chains[1]).contains("zoneconcierge"));
    assert_eq!(chains[0]["max_gas"].as_integer(), Some(35_000_000));
}

#[test]
fn scripts_are_shell() {
    for file in
        rly::files(&linked()).into_iter().chain(hermes::files(&fresh())).filter(|file| file.is_program)
    {
        let mut shell = std::process::Command::new("sh");
        let mut child = shell.arg("-n").stdin(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), file.text.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{}", file.text);
    }
}
