//! The answers before and after an upgrade.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Upgrade;
use crate::deploy::run::Turn;
use crate::upgrade::compare::{Difference, compare};
use crate::upgrade::next::Found;

/// What is asked before and after.
const ASKED: [&str; 6] = ["health", "trust", "config", "rewards", "state_digest", "admin"];

impl Upgrade {
    /// The answers of now.
    fn snapshot(&self) -> Result<Value> {
        let mut answers = json!({});
        for query in ASKED {
            answers[query] = self
                .client
                .smart(&self.to.contracts.bsn, &json!({ query: {} }))
                .with_context(|| format!("cannot ask {query}{{}}"))?;
        }
        Ok(answers)
    }

    fn before(&self) -> PathBuf {
        self.record.path().with_extension("before.json")
    }

    pub(super) fn keep_before(&self) -> Result<()> {
        let snapshot = json!({ "new_bsn": self.artifacts.bsn.checksum_hex(), "answers": self.snapshot()? });
        crate::deploy::record::write(
            &self.before(),
            &format!("{}\n", serde_json::to_string_pretty(&snapshot)?),
        )
    }

    pub(super) fn finish(&mut self, found: &Found) -> Result<Turn> {
        let path = self.before();
        let before: Value = std::fs::read_to_string(&path)
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if before["new_bsn"] == json!(self.artifacts.bsn.checksum_hex()) {
            let differences = compare(&before["answers"], &self.snapshot()?);
            differences.iter().filter(|it| !it.is_loss).for_each(|it| eprintln!("changed: {}", said(it)));
            let lost: Vec<String> = differences.iter().filter(|it| it.is_loss).map(said).collect();
            if !lost.is_empty() {
                bail!(
                    "after the upgrade not everything is as before: {} (what was is in {})",
                    lost.join("; "),
                    path.display()
                );
            }
        } else {
            eprintln!("nothing was noted before this upgrade: it was done elsewhere, and is not compared");
        }
        for (code, id) in found.has.iter() {
            let (field, artifact) = (code.field(), self.artifact(code)?);
            let (checksum, release) = (artifact.checksum_hex(), artifact.release.clone());
            self.record.set(&[field, "code_id"], json!(id));
            self.record.set(&[field, "checksum"], json!(checksum));
            if let Some(release) = release {
                self.record.set(&[field, "release"], json!(release));
            }
        }
        self.record.save()?;
        Ok(Turn::Done)
    }
}

fn said(difference: &Difference) -> String {
    format!("{} was {}, and is {}", difference.path, difference.before, difference.after)
}
