//! The table of checks: what each looks at, how bad it is, what to do, and how it is proven.

mod babylon;
mod chain;
mod money;
mod votes;

use bsn_rpc::address;

use super::check::Verdict;
use super::report::{Finding, Severity};
use super::snapshot::{Absent, ChannelEnd, Snapshot};

/// The groups: their letter, and what they are about.
pub const GROUPS: [(&str, &str); 12] = [
    ("N", "the nodes"),
    ("C", "the contracts' code"),
    ("M", "the chain module"),
    ("I", "IBC"),
    ("B", "Bitcoin"),
    ("T", "timestamps"),
    ("S", "stake"),
    ("F", "finality"),
    ("P", "finality providers"),
    ("R", "rewards"),
    ("E", "evidence"),
    ("A", "administration"),
];

/// How it is known that a check finds what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A fault of the devnet is caused, and the check finds it (`tests/doctor/break_it.rs`): its name, with parameters.
    Fault(&'static str),
    /// Something is changed on the devnet that is no fault of its list, and the check finds it (`tests/doctor/break_it.rs`).
    Devnet(&'static str),
    /// An answer that was recorded is changed, and the check finds it (unit tests of `check`).
    Recorded,
}

/// A check.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its id.
    pub id: &'static str,
    /// What it looks at.
    pub about: &'static str,
    /// When it is critical; empty if it never is.
    pub critical: &'static str,
    /// When it is a warning; empty if it never is.
    pub warning: &'static str,
    /// What to do: a command, with names in braces that [`filled`] knows. Words in capitals are for who runs it to choose.
    pub hint: &'static str,
    /// How it is proven.
    pub proof: Proof,
    /// Why it matters, in a few sentences.
    pub why: &'static str,
    /// The check itself.
    pub look: fn(&Snapshot) -> Verdict,
}

/// All of them, in order.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    [chain::ROWS, babylon::ROWS, votes::ROWS, money::ROWS].into_iter().flatten()
}

/// A check by its id, in any case.
pub fn find(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id.eq_ignore_ascii_case(id.trim()))
}

/// The checks of what there is only with Babylon: the channel and all that comes or goes over it.
const OF_BABYLON: [&str; 12] = ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "B4", "T2", "S5", "E1"];

impl Check {
    /// Whether it looks at what there is only with Babylon.
    fn is_of_babylon(&self) -> bool {
        OF_BABYLON.contains(&self.id)
    }

    /// What it finds.
    pub fn findings(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let finding = |severity, subject: Option<String>, text, hint: String| Finding {
            id: self.id.to_owned(),
            severity,
            subject,
            text,
            hint,
        };
        let looked = match self.is_of_babylon() && snapshot.is_without_babylon() {
            true => Err(Absent::Nothing(
                "this chain has no Babylon: its stake comes from Bitcoin alone".to_owned(),
            )),
            false => (self.look)(snapshot),
        };
        match looked {
            Ok(seen) => seen
                .into_iter()
                .map(|seen| {
                    let subject = seen.subject.clone().unwrap_or_default();
                    let hint = match (seen.severity, seen.hint) {
                        (Severity::Ok, _) => String::new(),
                        (_, Some(own)) => filled(&own, snapshot, &subject),
                        (_, None) => filled(self.hint, snapshot, &subject),
                    };
                    finding(seen.severity, seen.subject, seen.text, hint)
                })
                .collect(),
            Err(Absent::Needs(flag)) => {
                vec![finding(Severity::Skipped, None, format!("skipped: needs {flag}"), String::new())]
            }
            Err(Absent::Nothing(why)) => {
                vec![finding(Severity::Skipped, None, format!("skipped: {why}"), String::new())]
            }
            Err(Absent::Failed(why)) => {
                vec![finding(Severity::Unread, None, format!("could not look: {why}"), String::new())]
            }
        }
    }

    /// The page of the handbook.
    pub fn page(&self) -> String {
        let group =
            GROUPS.iter().find(|(letter, _)| self.id.starts_with(letter)).map_or("", |(_, about)| about);
        let mut page = format!("{}: {} ({group})\n\n{}\n\n", self.id, self.about, self.why);
        for (severity, when) in [("critical", self.critical), ("warning", self.warning)] {
            if !when.is_empty() {
                page.push_str(&format!("{severity:<9} {when}\n"));
            }
        }
        if !self.hint.is_empty() {
            page.push_str(&format!("try       {}\n", self.hint));
        }
        let proof = match self.proof {
            Proof::Fault(fault) => format!("`bsn devnet fault {fault}`"),
            Proof::Devnet(how) => format!("on the devnet: {how}"),
            Proof::Recorded => "with recorded answers".to_owned(),
        };
        page.push_str(&format!("proven    {proof}\n"));
        page
    }
}

/// What a hint may name, and the word that stands for it where it is not known.
const NAMES: [(&str, &str); 11] = [
    ("{node}", "NODE"),
    ("{contract}", "CONTRACT"),
    ("{subject}", "SUBJECT"),
    ("{chain}", "CHAIN"),
    ("{gov}", "GOVERNANCE"),
    ("{light_client}", "LIGHT_CLIENT"),
    ("{client}", "CLIENT"),
    ("{transfer}", "CHANNEL"),
    ("{babylon}", "BABYLON"),
    ("{babylon_client}", "CLIENT"),
    ("{babylon_channel}", "CHANNEL"),
];

/// A hint with what is known of this chain; where that is not known, a word in capitals stands for it.
fn filled(hint: &str, snapshot: &Snapshot, subject: &str) -> String {
    let (here, there) = (snapshot.here.as_ref().ok(), snapshot.there.as_ref().ok());
    let client = |end: Option<&ChannelEnd>| Some(end?.client.as_ref().ok()?.id.clone());
    let known = [
        Some(snapshot.node.clone()),
        Some(snapshot.contract.clone()),
        Some(subject.to_owned()).filter(|subject| !subject.is_empty()),
        Some(snapshot.tip.chain_id.clone()),
        snapshot.prefix.as_ref().ok().and_then(|prefix| address::of_module(prefix, "gov").ok()),
        snapshot.light_client.as_ref().ok().map(|it| it.address.clone()),
        client(here),
        snapshot.transfer.as_ref().ok().map(|end| end.id.clone()),
        snapshot.babylon.as_ref().ok().map(|babylon| babylon.chain_id.clone()),
        client(there),
        here.map(|end| end.counterparty_id.clone()),
    ];
    NAMES.into_iter().zip(known).fold(hint.to_owned(), |hint, ((name, word), value)| {
        hint.replace(name, value.as_deref().unwrap_or(word))
    })
}

/// A hint for readers who look at no chain: words in capitals for all that it names.
pub fn in_words(hint: &str) -> String {
    NAMES.into_iter().fold(hint.to_owned(), |hint, (name, word)| hint.replace(name, word))
}

#[cfg(test)]
pub(super) mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::Args;
    use crate::doctor::{Selection, examine, recorded};

    #[test]
    fn ids_are_distinct_ordered_and_of_a_group() {
        let mut last = (0, 0);
        for check in checks() {
            let letter = GROUPS.iter().position(|(letter, _)| check.id.starts_with(letter)).unwrap();
            let number: usize = check.id[1..].parse().unwrap();
            assert!((letter, number) > last, "{}", check.id);
            last = (letter, number);
        }
        assert_eq!(checks().count(), 50);
    }

    #[test]
    fn every_row_says_when_it_speaks_what_to_do_and_why() {
        for check in checks() {
            assert!(!check.about.is_empty() && check.why.len() > 40, "{}", check.id);
            assert!(!check.hint.is_empty(), "{}", check.id);
            assert!(!check.critical.is_empty() || !check.warning.is_empty(), "{}", check.id);
            let page = check.page();
            assert!(page.starts_with(check.id) && page.contains("proven"), "{page}");
        }
    }

    #[test]
    fn of_a_healthy_chain_nothing_is_said() {
        let report = examine(&recorded::healthy(), &Selection::default());
        assert_eq!(report.problems(), Vec::<&Finding>::new());
        let skipped: Vec<&str> = report.of(Severity::Skipped).map(|finding| finding.id.as_str()).collect();
        assert_eq!(skipped, ["I2", "I5", "I6", "B2", "B4", "S5", "E2"]);
        for finding in report.of(Severity::Skipped) {
            assert!(finding.text.starts_with("skipped: needs --"), "{finding:?}");
        }
        let report = examine(&recorded::with_everything(), &Selection::default());
        assert_eq!(report.worst(), Severity::Ok, "{report:#?}");
    }

    /// A check that could not look never says ok.
    #[test]
    fn a_chain_without_babylon_is_not_ill_for_want_of_it() {
        let mut snapshot = crate::doctor::recorded::healthy();
        snapshot.config.as_mut().unwrap().stake_source = "bitcoin".to_owned();
        snapshot.health.as_mut().unwrap().channel.state = "none".to_owned();
        for check in checks() {
            let findings = check.findings(&snapshot);
            let is_skipped = findings.iter().all(|finding| finding.severity == Severity::Skipped);
            if check.is_of_babylon() {
                assert!(
                    is_skipped && findings[0].text.contains("has no Babylon"),
                    "{}: {findings:?}",
                    check.id
                );
            } else {
                assert!(findings.iter().all(|one| one.severity != Severity::Critical), "{findings:?}");
            }
        }
        for id in OF_BABYLON {
            assert!(find(id).is_some(), "{id}");
        }
    }

    #[test]
    fn a_part_that_is_missing_is_unread_in_every_check_that_takes_it() {
        let failed = || Absent::Failed("https://x hangs: no answer to abci_query within 1 s".to_owned());
        let mut snapshot = recorded::with_everything();
        (snapshot.health, snapshot.config) = (Err(failed()), Err(failed()));
        (snapshot.bsn, snapshot.module, snapshot.software) = (Err(failed()), Err(failed()), Err(failed()));
        (snapshot.providers, snapshot.outbox, snapshot.balances) =
            (Err(failed()), Err(failed()), Err(failed()));
        (snapshot.admin, snapshot.here, snapshot.there) = (Err(failed()), Err(failed()), Err(failed()));
        (snapshot.light, snapshot.transfer, snapshot.digest) = (Err(failed()), Err(failed()), Err(failed()));
        let report = examine(&snapshot, &Selection::default());
        let well: Vec<&str> = report.of(Severity::Ok).map(|finding| finding.id.as_str()).collect();
        assert_eq!(well, ["N1", "N2", "N3"]);
        assert_eq!(report.exit_code(Severity::Warning), 3);
        let health = report.findings.iter().find(|finding| finding.id == "F1").unwrap();
        assert_eq!(health.text, "could not look: https://x hangs: no answer to abci_query within 1 s");
    }

    /// Programs that a hint may name.
    const PROGRAMS: [&str; 10] = [
        "babylond",
        "bsn",
        "cargo",
        "chaind",
        "curl",
        "fpd",
        "hermes",
        "journalctl",
        "sha256sum",
        "systemctl",
    ];

    /// Each part is one of these programs, `bsn` understands its own, and what the chain shows is filled in.
    #[test]
    fn a_hint_is_a_command_that_can_be_pasted() {
        for (snapshot, is_whole) in [(recorded::with_everything(), true), (recorded::healthy(), false)] {
            for check in checks().filter(|check| !check.hint.is_empty()) {
                let hint = filled(check.hint, &snapshot, "ab");
                let is_name = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
                let left = hint.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
                let left: Vec<_> = left.filter(|(name, _)| !name.is_empty() && is_name(name)).collect();
                assert!(left.is_empty(), "{}: {hint}", check.id);
                let guessed = ["CLIENT", "CHANNEL", "BABYLON", "LIGHT_CLIENT", "GOVERNANCE"];
                let words = shlex::split(&hint).unwrap_or_else(|| panic!("{}: {hint}", check.id));
                let guesses = words.iter().any(|word| guessed.contains(&word.as_str()));
                assert!(!(is_whole && guesses), "{}: {hint}", check.id);
                is_a_command(check.id, &hint);
            }
        }
    }

    /// Each part of a hint is one of the programs, and `bsn` understands its own.
    pub(in crate::doctor) fn is_a_command(id: &str, hint: &str) {
        for part in hint.split("; ") {
            let words = shlex::split(part.split(" | ").next().unwrap()).unwrap();
            assert!(PROGRAMS.contains(&words[0].as_str()), "{id}: {part}");
            if words[0] == "bsn" {
                let parsed = Args::try_parse_from(&words);
                assert!(parsed.is_ok(), "{id}: {part}: {}", parsed.unwrap_err());
            }
        }
    }

    /// What `bsn keep` can do is not left to somebody's hands; each duty that is named is one.
    #[test]
    fn where_a_keeper_is_the_cure_the_hint_names_its_duty() {
        for (id, duty) in [("B1", "headers"), ("S3", "quarantine"), ("S4", "queue"), ("E1", "outbox")] {
            let hint = find(id).unwrap().hint;
            assert!(
                hint.contains(&format!("bsn keep --node {{node}} --contract {{contract}} --duties {duty} ")),
                "{hint}"
            );
        }
        for check in checks() {
            assert!(
                !check.hint.contains("retry_") && !check.hint.contains("raw_btc_headers"),
                "{}",
                check.id
            );
        }
    }
}
