//! What the hooks of a block did.

use devnet::{BlockReport, Fault, Hook, HookOutcome, HookReport};
use serde_json::{Value, json};

use super::Run;
use crate::model::{Key, Set};
use crate::plan::{Broken, JAIL_S, WINDOW};

impl Run {
    /// Holds the hooks against what was planned for them; `before` and `after` are the sets that the model gives the
    /// height at its begin and at its end.
    pub(super) fn note_hooks(&mut self, block: &BlockReport, before: Set, after: Set) -> Result<(), Broken> {
        let height = block.header.height;
        let took_effect = |hook| block.hook(hook).is_some_and(|one| one.outcome == HookOutcome::Done);
        let torn = |hook| block.hook(hook).is_some_and(|one| matches!(one.fault, Some(Fault::Torn { .. })));
        for hook in &block.hooks {
            self.check_outcome(block, hook)?;
        }
        let begun = took_effect(Hook::BeginStaking) || took_effect(Hook::BeginFinality);
        let ended = took_effect(Hook::EndFinality);
        // Whether a torn hook took effect is chance's decision, which the contract tells.
        let torn_through = !begun && !ended && Hook::ALL.into_iter().any(torn) && self.is_seen(height)?;
        if begun || ended || torn_through {
            let set = self.set_of(height)?;
            let agrees = if Hook::ALL.into_iter().any(torn) || torn_through {
                set == before || set == after
            } else {
                set == if begun { before.clone() } else { after.clone() }
            };
            self.ensure(agrees, || differ(&set, &before, &after))?;
            self.report.hold("the active set of a height is the model's");
            self.report.see("seats", set.len() as u64);
            self.model.sets.insert(height, set);
        } else {
            self.report.see("heights that no hook saw", 1);
        }
        self.ended_well = ended;
        self.note_jailed(block, torn(Hook::EndFinality))?;
        if ended {
            self.note_orphans(block.header.time.seconds());
        }
        Ok(())
    }

    fn check_outcome(&self, block: &BlockReport, hook: &HookReport) -> Result<(), Broken> {
        let failed_before = hook.hook == Hook::BeginFinality
            && block.hook(Hook::BeginStaking).is_some_and(|one| one.fault.is_some());
        let fine = match &hook.outcome {
            HookOutcome::Done => true,
            HookOutcome::Lost => hook.fault == Some(Fault::Lost),
            HookOutcome::NotCalled => failed_before,
            HookOutcome::Failed(failure) => hook.fault.is_some() && !failure.to_string().contains("panicked"),
        };
        self.ensure(fine, || format!("{:?} with {:?} came to {:?}", hook.hook, hook.fault, hook.outcome))
    }

    fn set_of(&self, height: u64) -> Result<Set, Broken> {
        let answer: Value = self.ask(&json!({ "active_finality_providers": { "height": height } }))?;
        let entries = answer["active_finality_providers"].as_object().into_iter().flatten();
        let parsed = entries.map(|(key, power)| Some((parse(key)?, power.as_u64()?)));
        parsed.collect::<Option<Set>>().ok_or_else(|| self.broken(format!("no set: {answer}")))
    }

    /// Who went to jail must have had it coming.
    fn note_jailed(&mut self, block: &BlockReport, torn: bool) -> Result<(), Broken> {
        let until = block.header.time.seconds() + JAIL_S;
        let events = block.hooks.iter().flat_map(|hook| &hook.events);
        let mut jailed: Vec<Key> = Vec::new();
        for event in events.filter(|event| event.ty == "wasm-finality_provider_status_change") {
            let of = |name: &str| event.attributes.iter().find(|one| one.key == name).map(|one| &one.value);
            if of("new_state").is_some_and(|state| state.ends_with("_JAILED")) {
                jailed.extend(of("btc_pk").and_then(|key| parse(key)));
            }
        }
        if torn {
            jailed.extend(self.jailed()?);
        }
        for key in jailed {
            let Some(fp) = self.model.fps.get_mut(&key).filter(|fp| fp.jailed_until.is_none()) else {
                continue;
            };
            fp.jailed_until = Some(until);
            self.report.see("jailed", 1);
            // A height is judged when it is a window old, or some time after it was passed.
            let (last, window) = (block.header.height, 2 * WINDOW + self.backlog());
            let missed = self.model.misses(&key, last, window);
            self.ensure(missed > crate::plan::MISSES, || {
                format!("{} is jailed for {missed} misses", hex::encode(key))
            })?;
            self.report.hold("the jailed had missed more than their window allows");
        }
        Ok(())
    }

    /// Everybody who is in jail by the contract's word.
    pub(super) fn jailed(&self) -> Result<Vec<Key>, Broken> {
        let (mut jailed, mut after): (Vec<Key>, Option<String>) = (Vec::new(), None);
        loop {
            let query = json!({ "jailed_finality_providers": { "start_after": after, "limit": 30 } });
            let answer: Value = self.ask(&query)?;
            let page = answer["jailed_finality_providers"].as_array().cloned().unwrap_or_default();
            let keys = page.iter().filter_map(|one| one["btc_pk_hex"].as_str());
            after = keys.clone().next_back().map(str::to_owned);
            jailed.extend(keys.filter_map(parse));
            if after.is_none() {
                return Ok(jailed);
            }
        }
    }

    /// The power of those of former channels ends with the first EndBlock after their time.
    fn note_orphans(&mut self, now: u64) {
        let due = self.weather.orphans.iter().filter(|(_, until)| *until <= now).map(|(era, _)| *era).max();
        if let Some(era) = due {
            self.model.powerless_below = era;
            self.weather.orphans.retain(|(other, _)| *other > era);
        }
    }

    /// Whether the last height can be voted at, by the contract's word.
    fn is_seen(&self, height: u64) -> Result<bool, Broken> {
        let status: Value = self.ask(&json!({ "finality_status": { "height": height } }))?;
        Ok(status["vote"]["state"] == "open")
    }

    /// How many heights wait.
    pub(super) fn backlog(&self) -> u64 {
        self.net.chain.height().saturating_sub(self.finalized)
    }
}

pub(super) fn parse(key: &str) -> Option<Key> {
    hex::decode(key).ok()?.try_into().ok()
}

fn differ(set: &Set, before: &Set, after: &Set) -> String {
    let short = |set: &Set| {
        let total: u128 = set.values().map(|power| u128::from(*power)).sum();
        format!("{} with {total}", set.len())
    };
    let missing = before.iter().filter(|(key, power)| set.get(*key) != Some(power));
    let extra = set.iter().filter(|(key, power)| before.get(*key) != Some(power));
    let name = |(key, power): (&Key, &u64)| format!("{}:{power}", hex::encode(&key[..4]));
    format!(
        "the set is {}, the model's {} at the begin and {} at the end; of the model's {:?}, of the contract's {:?}",
        short(set),
        short(before),
        short(after),
        missing.map(name).collect::<Vec<_>>(),
        extra.map(name).collect::<Vec<_>>(),
    )
}
