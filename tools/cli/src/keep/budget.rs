//! What may be spent on fees in a day.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// The day over which it is counted, in seconds: always the last one.
const DAY: u64 = 86_400;
/// The version of the file's form.
const FORM: u64 = 1;

/// An amount a day, and what was spent of it. Without an amount everything may be spent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Budget {
    limit: Option<(u128, String)>,
    spent: VecDeque<(u64, u128)>,
}

impl Budget {
    /// Of a coin a day, such as 50000uapp.
    pub fn new(limit: Option<(u128, String)>) -> Self {
        Self { limit, spent: VecDeque::new() }
    }

    /// What was spent in the day before `now`, in seconds since 1970.
    pub fn spent(&self, now: u64) -> u128 {
        let today = self.spent.iter().filter(|(at, _)| at.saturating_add(DAY) > now);
        today.fold(0, |sum, (_, amount)| sum.saturating_add(*amount))
    }

    /// Whether a fee may be paid now; else why not, in one sentence.
    ///
    /// # Errors
    /// The sentence.
    pub fn may(&self, fee: &[(u128, String)], now: u64) -> Result<(), String> {
        let Some((limit, denom)) = &self.limit else { return Ok(()) };
        if let Some((_, other)) = fee.iter().find(|(_, other)| other != denom) {
            return Err(format!("the budget is in {denom}, and the fee in {other}"));
        }
        let (cost, spent) = (total(fee), self.spent(now));
        if spent.saturating_add(cost) <= *limit {
            return Ok(());
        }
        let again = match self.spent.front() {
            Some((at, _)) => {
                format!("; the next is free in {} s", at.saturating_add(DAY).saturating_sub(now))
            }
            None => String::new(),
        };
        Err(format!(
            "the budget of {limit}{denom} a day is used up: {spent}{denom} are spent, and this is {cost}{denom}{again}"
        ))
    }

    /// Notes a fee that was paid.
    pub fn pay(&mut self, fee: &[(u128, String)], now: u64) {
        self.spent.retain(|(at, _)| at.saturating_add(DAY) > now);
        if total(fee) > 0 {
            self.spent.push_back((now, total(fee)));
        }
    }

    /// What was spent before a restart.
    ///
    /// # Errors
    /// A file that cannot be read, or of another chain.
    pub fn load(&mut self, path: &Path, chain_id: &str) -> Result<()> {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
        };
        let value: Value = serde_json::from_str(&text).with_context(|| format!("{shown} is no JSON"))?;
        if value["form"] != FORM || value["chain_id"] != chain_id {
            bail!("{shown} is not what a keeper has written for {chain_id}: name another file");
        }
        let entry = |entry: &Value| Some((entry[0].as_u64()?, entry[1].as_str()?.parse().ok()?));
        let spent = value["spent"].as_array().map_or(&[][..], Vec::as_slice);
        let spent = spent.iter().map(entry).collect::<Option<_>>();
        self.spent = spent.with_context(|| format!("{shown} is not what a keeper has written"))?;
        Ok(())
    }

    /// Keeps it over a restart.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path, chain_id: &str) -> Result<()> {
        let spent: Vec<Value> =
            self.spent.iter().map(|(at, amount)| json!([at, amount.to_string()])).collect();
        let text = json!({ "form": FORM, "chain_id": chain_id, "spent": spent }).to_string();
        let fresh = path.with_extension("new");
        let written = std::fs::write(&fresh, text).and_then(|()| std::fs::rename(&fresh, path));
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}

fn total(fee: &[(u128, String)]) -> u128 {
    fee.iter().fold(0, |sum, (amount, _)| sum.saturating_add(*amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coin(amount: u128) -> Vec<(u128, String)> {
        vec![(amount, "uapp".to_owned())]
    }

    #[test]
    fn a_day_has_its_budget_and_the_next_one_again() {
        let mut budget = Budget::new(Some((100, "uapp".to_owned())));
        assert_eq!(budget.may(&coin(100), 1_000), Ok(()));
        assert!(budget.may(&coin(101), 1_000).is_err());
        budget.pay(&coin(60), 1_000);
        budget.pay(&coin(30), 2_000);
        assert_eq!((budget.spent(2_000), budget.may(&coin(10), 2_000)), (90, Ok(())));
        let said = budget.may(&coin(11), 3_000).unwrap_err();
        assert_eq!(
            said,
            "the budget of 100uapp a day is used up: 90uapp are spent, and this is 11uapp; the next is free in 84400 s"
        );
        // The first is a day ago.
        assert_eq!((budget.spent(87_399), budget.spent(87_400), budget.spent(88_400)), (90, 30, 0));
        assert_eq!(budget.may(&coin(70), 87_400), Ok(()));
        let other = vec![(1, "uother".to_owned())];
        assert_eq!(budget.may(&other, 0).unwrap_err(), "the budget is in uapp, and the fee in uother");
        assert_eq!(Budget::default().may(&coin(u128::MAX), 0), Ok(()));
    }

    #[test]
    fn a_restart_forgets_nothing_and_another_chain_s_file_is_refused() {
        let path = std::env::temp_dir().join(format!("bsn-budget-{}", std::process::id()));
        let mut budget = Budget::new(Some((100, "uapp".to_owned())));
        budget.load(&path, "a-1").unwrap();
        budget.pay(&coin(60), 1_000);
        budget.save(&path, "a-1").unwrap();
        let mut again = Budget::new(Some((100, "uapp".to_owned())));
        again.load(&path, "a-1").unwrap();
        assert_eq!(again, budget);
        let said = again.load(&path, "b-1").unwrap_err().to_string();
        assert!(said.ends_with("is not what a keeper has written for b-1: name another file"), "{said}");
        std::fs::write(&path, r#"{"form":1,"chain_id":"a-1","spent":[[1,2]]}"#).unwrap();
        assert!(again.load(&path, "a-1").is_err());
        std::fs::remove_file(path).unwrap();
    }
}
