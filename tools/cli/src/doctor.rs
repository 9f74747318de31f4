//! `bsn doctor`: what is wrong with a chain, and what to do about it.
//!
//! # The idea
//!
//! Looking and judging are two things. [`read::look`] asks the chain, and where it is told to, Babylon and Bitcoin, and
//! writes everything into a [`Snapshot`]. Each check of [`table`] is a pure function of it, and gives findings: so a
//! check is tested with an answer that was recorded, and `--save` and `--from` let somebody else judge what one saw.
//!
//! ```
//! use bsn_cli::doctor::{Selection, Severity, examine, recorded};
//!
//! let report = examine(&recorded::healthy(), &Selection::default());
//! assert_eq!(report.worst(), Severity::Skipped);
//! assert_eq!(report.exit_code(Severity::Warning), 0);
//! ```
//!
//! # The danger
//!
//! A check that could not look must never say ok. What was not asked for is [`Severity::Skipped`] and names the flag that it
//! needs; what was asked for and not answered is [`Severity::Unread`] and names who did not answer.
//!
//! | module | holds |
//! |---|---|
//! | [`report`] | findings, their severity, the exit code |
//! | [`snapshot`] | what was read, each part with why it is absent |
//! | [`asked`] | who is asked, as the command line says it |
//! | [`read`] | reads it |
//! | [`table`] | the checks by id: what each looks at, its hint, how it is proven |
//! | [`check`] | the checks |
//! | [`daemon`] | why a finality provider does not vote |
//! | [`show`] | text, JSON, JUnit |
//! | [`runbook`] | a page of the handbook for each check |

pub mod asked;
pub mod check;
pub mod daemon;
pub mod read;
pub mod recorded;
pub mod report;
pub mod runbook;
pub mod select;
pub mod show;
pub mod snapshot;
pub mod table;

pub use report::{Finding, Report, Severity};
pub use select::Selection;
pub use snapshot::Snapshot;

/// Judges what was read: each check that is selected, in the order of the table.
pub fn examine(snapshot: &Snapshot, selection: &Selection) -> Report {
    let selected = table::checks().filter(|check| selection.takes(check.id));
    let findings = selected.flat_map(|check| check.findings(snapshot)).collect();
    Report {
        chain_id: snapshot.tip.chain_id.clone(),
        contract: snapshot.contract.clone(),
        height: snapshot.tip.height,
        at: snapshot.now,
        notes: snapshot.notes(),
        findings,
    }
}
