//! What held and what did not.

use serde_json::{Value, json};

/// One claim, with what it rests on.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The scenario it belongs to.
    pub scenario: &'static str,
    /// What is claimed.
    pub claim: String,
    /// Whether it held.
    pub holds: bool,
    /// The figures it rests on.
    pub evidence: String,
}

/// All claims of a run.
#[derive(Debug, Clone, Default)]
pub struct Claims(pub Vec<Claim>);

impl Claims {
    /// Notes a claim, and says it.
    pub fn note(&mut self, scenario: &'static str, claim: &str, holds: bool, evidence: String) {
        crate::say::line(&format!("{} {claim}: {evidence}", if holds { "ok  " } else { "FAIL" }));
        self.0.push(Claim { scenario, claim: claim.to_owned(), holds, evidence });
    }

    /// How many did not hold.
    pub fn failures(&self) -> usize {
        self.0.iter().filter(|claim| !claim.holds).count()
    }

    /// The table.
    pub fn print(&self) {
        let mut scenario = "";
        for claim in &self.0 {
            if claim.scenario != scenario {
                scenario = claim.scenario;
                println!("\n{scenario}");
            }
            println!(
                "  {} {}\n         {}",
                if claim.holds { "ok  " } else { "FAIL" },
                claim.claim,
                claim.evidence
            );
        }
        println!("\n{} of {} claims hold", self.0.len() - self.failures(), self.0.len());
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let one = |claim: &Claim| {
            json!({ "scenario": claim.scenario, "claim": claim.claim, "holds": claim.holds,
                "evidence": claim.evidence })
        };
        self.0.iter().map(one).collect()
    }
}
