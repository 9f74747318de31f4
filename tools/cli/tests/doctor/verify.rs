//! `bsn verify` against a chain that runs.

use std::fs;

use serde_json::{Value, json};

use super::break_it::{patient, quick};
use super::commands::bsn;

#[test]
fn a_chain_is_compared_with_a_release() {
    let devnet = patient(quick());
    let node = format!("http://{}", devnet.at[0]);
    let folder = std::env::temp_dir().join(format!("bsn-verify-live-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();

    // What this chain runs, as a release of it would say.
    let saved = path("snapshot.json");
    bsn(&["doctor", "--node", &node, "--only", "N1", "--save", &saved]);
    let snapshot: Value = serde_json::from_str(&fs::read_to_string(&saved).unwrap()).unwrap();
    fs::remove_file(saved).unwrap();
    let seen = |package: &str, field: &str| {
        let value = snapshot
            .pointer(&format!("/{package}/Ok/{field}"))
            .unwrap_or_else(|| panic!("{package} {field}"));
        value.as_str().unwrap().to_owned()
    };
    let [bsn_sum, light_sum] = ["bsn", "light_client"].map(|package| seen(package, "checksum"));
    let info = |bsn_sum: &str, version: &str| {
        let contracts = json!({ "bsn": { "sha256": bsn_sum }, "btc-light-client": { "sha256": light_sum } });
        json!({ "version": version, "commit": "abc", "contracts": contracts }).to_string()
    };
    let version = seen("bsn", "version");
    let release = path("BUILDINFO.json");
    let verify = |of: &str| bsn(&["verify", "--node", &node, "--release", of]);

    fs::write(&release, info(&bsn_sum, &version)).unwrap();
    let (code, out, err) = verify(folder.to_str().unwrap());
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains(&format!("release {version} (commit abc)")) && out.trim_end().ends_with("5 ok"),
        "{out}"
    );

    fs::write(&release, info(&"ab".repeat(32), &version)).unwrap();
    let (code, out, _) = verify(&release);
    assert!(code == 2 && out.contains("critical  V1  code "), "{code} {out}");

    let (code, out, err) = verify("/nowhere");
    assert!(
        code == 3 && out.is_empty() && err.starts_with("Error: cannot read /nowhere"),
        "{code} {out} {err}"
    );
    fs::remove_dir_all(folder).unwrap();
}
