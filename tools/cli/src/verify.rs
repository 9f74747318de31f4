//! `bsn verify`: whether a chain runs what was released.
//!
//! The doctor's check C1 knows the checksums of releases before this program's own. Here somebody names a release, and what the chain
//! keeps is compared with it. Comparing is a pure function of what was read, with the doctor's findings and exit codes.

mod release;

pub use release::Release;

use crate::doctor::check::contract::CONVERTING;
use crate::doctor::snapshot::{Absent, Deployed, Part};
use crate::doctor::{Finding, Report, Severity, Snapshot};

/// What a chain runs, beside a release.
pub fn compare(snapshot: &Snapshot, release: &Release) -> Report {
    let mut findings = vec![
        finding("V1", code(&snapshot.bsn, "bsn", release)),
        finding("V2", code(&snapshot.light_client, "btc-light-client", release)),
        finding("V3", version(&snapshot.bsn, "bsn", release)),
        finding("V4", version(&snapshot.light_client, "btc-light-client", release)),
        finding("V5", conversion(snapshot)),
    ];
    // Most chains have none.
    if !matches!(snapshot.staking, Err(Absent::Nothing(_))) {
        findings.push(finding("V6", code(&snapshot.staking, "btc-staking", release)));
        findings.push(finding("V7", version(&snapshot.staking, "btc-staking", release)));
    }
    let name = release.version.clone().unwrap_or_else(|| "of unknown version".to_owned());
    let of = release.commit.as_ref().map_or_else(String::new, |commit| format!(" (commit {commit})"));
    let what = match release.is_snapshot {
        true => format!("a snapshot{of}, of no release"),
        false => format!("release {name}{of}"),
    };
    Report {
        chain_id: snapshot.tip.chain_id.clone(),
        contract: snapshot.contract.clone(),
        height: snapshot.tip.height,
        at: snapshot.now,
        notes: vec![what],
        findings,
    }
}

/// Whether the code that the chain keeps is the release's, by its sha256.
fn code(deployed: &Part<Deployed>, package: &str, release: &Release) -> Part<(Severity, String)> {
    let Deployed { code_id, checksum, .. } = deployed.clone()?;
    Ok(match release.contracts.get(package) {
        None => (Severity::Critical, format!("the release has no {package}.wasm")),
        Some(released) if *released == checksum => {
            (Severity::Ok, format!("code {code_id} is the release's {package}.wasm ({checksum})"))
        }
        Some(released) => (
            Severity::Critical,
            format!("code {code_id} is {checksum}, and the release's {package}.wasm is {released}"),
        ),
    })
}

/// Whether the contract says that it is of that version.
fn version(deployed: &Part<Deployed>, package: &str, release: &Release) -> Part<(Severity, String)> {
    let said = deployed.clone()?.version;
    let Some(released) = &release.version else {
        return Err(Absent::Needs("a BUILDINFO.json, since checksums alone name no version".to_owned()));
    };
    Ok(if said == *released {
        (Severity::Ok, format!("{package} says that it is {said}"))
    } else {
        (Severity::Critical, format!("{package} says that it is {said}, and the release is {released}"))
    })
}

/// Whether an upgrade is through.
fn conversion(snapshot: &Snapshot) -> Part<(Severity, String)> {
    let alarms = snapshot.health.clone()?.alarms;
    Ok(match alarms.iter().find(|alarm| alarm.starts_with(CONVERTING)) {
        Some(alarm) => (Severity::Warning, format!("the upgrade is not through: {alarm}")),
        None => (Severity::Ok, "nothing is left to convert".to_owned()),
    })
}

fn finding(id: &str, seen: Part<(Severity, String)>) -> Finding {
    let (severity, text) = match seen {
        Ok(seen) => seen,
        Err(Absent::Needs(what)) => (Severity::Skipped, format!("skipped: needs {what}")),
        Err(Absent::Nothing(why)) => (Severity::Skipped, format!("skipped: {why}")),
        Err(Absent::Failed(why)) => (Severity::Unread, format!("could not look: {why}")),
    };
    Finding { id: id.to_owned(), severity, subject: None, text, hint: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::contract::RELEASED;
    use crate::doctor::recorded::healthy;

    /// The release that the recorded chain runs.
    fn release() -> Release {
        let of = RELEASED.iter().filter(|(version, ..)| *version == "0.2.0");
        Release {
            version: Some("0.2.0".to_owned()),
            commit: None,
            is_snapshot: false,
            contracts: of.map(|(_, package, sum)| ((*package).to_owned(), (*sum).to_owned())).collect(),
        }
    }

    fn code_and_texts(snapshot: &Snapshot, release: &Release) -> (u8, Vec<String>) {
        let report = compare(snapshot, release);
        let worst = report.findings.iter().filter(|finding| finding.severity != Severity::Ok);
        (report.exit_code(Severity::Warning), worst.map(|it| format!("{} {}", it.id, it.text)).collect())
    }

    #[test]
    fn a_chain_that_runs_the_release_is_well() {
        assert_eq!(code_and_texts(&healthy(), &release()), (0, vec![]));
    }

    #[test]
    fn another_code_or_version_is_critical_and_both_sums_are_shown() {
        let mut other = release();
        other.contracts.insert("bsn".to_owned(), "ab".repeat(32));
        let (code, texts) = code_and_texts(&healthy(), &other);
        assert_eq!((code, texts.len()), (2, 1));
        assert!(texts[0].starts_with("V1 code ") && texts[0].ends_with(&"ab".repeat(32)), "{texts:?}");
        other.contracts.remove("bsn");
        assert_eq!(
            code_and_texts(&healthy(), &other),
            (2, vec!["V1 the release has no bsn.wasm".to_owned()])
        );
        let newer = Release { version: Some("0.3.0".to_owned()), ..release() };
        let (code, texts) = code_and_texts(&healthy(), &newer);
        assert_eq!((code, texts[0].as_str()), (2, "V3 bsn says that it is 0.2.0, and the release is 0.3.0"));
    }

    /// Whoever makes stake by another code makes finality.
    #[test]
    fn what_verifies_stake_must_be_the_releases_too() {
        let mut snapshot = healthy();
        snapshot.staking = snapshot.light_client.clone();
        let (code, texts) = code_and_texts(&snapshot, &release());
        assert_eq!((code, texts), (2, vec!["V6 the release has no btc-staking.wasm".to_owned()]));
        let mut ours = release();
        let checksum = snapshot.light_client.clone().unwrap().checksum;
        ours.contracts.insert("btc-staking".to_owned(), checksum);
        assert_eq!(code_and_texts(&snapshot, &ours), (0, vec![]));
        snapshot.staking = Err(Absent::Failed("no answer".to_owned()));
        assert_eq!(code_and_texts(&snapshot, &ours).0, 3);
    }

    #[test]
    fn a_snapshot_is_never_called_a_release() {
        assert_eq!(compare(&healthy(), &release()).notes, ["release 0.2.0"]);
        let snapshot = Release { is_snapshot: true, commit: Some("abc".to_owned()), ..release() };
        assert_eq!(compare(&healthy(), &snapshot).notes, ["a snapshot (commit abc), of no release"]);
    }

    #[test]
    fn an_upgrade_that_is_not_through_is_a_warning() {
        let mut snapshot = healthy();
        if let Ok(health) = &mut snapshot.health {
            health.alarms.push(format!("{CONVERTING}: 5 of 9 records"));
        }
        let (code, texts) = code_and_texts(&snapshot, &release());
        assert!(code == 1 && texts[0].starts_with("V5 the upgrade is not through: "), "{texts:?}");
    }

    /// What could not be read is never well; checksums alone are enough for the codes.
    #[test]
    fn what_could_not_be_looked_at_is_said() {
        let mut snapshot = healthy();
        snapshot.bsn = Err(Absent::Failed("no answer".to_owned()));
        let (code, texts) = code_and_texts(&snapshot, &release());
        assert_eq!((code, texts[0].as_str()), (3, "V1 could not look: no answer"));
        let sums = Release { version: None, ..release() };
        let (code, texts) = code_and_texts(&healthy(), &sums);
        assert!(
            code == 0 && texts.len() == 2 && texts[0].starts_with("V3 skipped: needs a BUILDINFO.json"),
            "{texts:?}"
        );
    }
}
