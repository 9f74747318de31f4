//! What `bsn keep` looks after.

use super::duty::{Act, Duty, Plan, To, plan};
use super::pace::Key;
use super::read::{Aside, Looking};
use super::snapshot::Snapshot;
use super::work::{Chore, Judged, Left, Looked, Work};

impl Chore for Act {
    fn duty(&self) -> &'static str {
        self.duty.name()
    }

    fn about(&self) -> &str {
        &self.about
    }

    fn why(&self) -> &str {
        &self.why
    }

    fn message(&self) -> &serde_json::Value {
        &self.message
    }

    fn guess(&self) -> u64 {
        self.guess
    }

    fn rest(&self) -> u64 {
        self.rest
    }

    fn key(&self) -> Key {
        Self::key(self)
    }
}

/// A chain with these duties.
pub struct Keeping<'a> {
    looking: Looking<'a>,
    duties: Vec<Duty>,
    light_client: Option<String>,
    queue: (u64, u64),
}

impl<'a> Keeping<'a> {
    /// Nothing was looked at yet.
    pub fn new(looking: Looking<'a>, duties: Vec<Duty>) -> Self {
        Self { looking, duties, light_client: None, queue: (0, 0) }
    }

    fn snapshot(&mut self) -> Result<(Snapshot, Aside), String> {
        let (mut seen, aside) = self.looking.look()?;
        let (queued, since) = self.queue;
        let now = (seen.health.staking.queued, seen.height);
        if now.0 == 0 || now.0 < queued || since == 0 {
            self.queue = now;
        } else {
            self.queue = (now.0, since);
            seen.queue_stands_for = now.1.saturating_sub(since);
        }
        self.light_client.clone_from(&aside.light_client);
        Ok((seen, aside))
    }
}

impl Work for Keeping<'_> {
    type Act = Act;

    fn look(&mut self) -> Result<Looked<Act>, String> {
        let (seen, aside) = self.snapshot()?;
        let Plan { acts, notes } = plan(&seen, &self.duties);
        let troubles = aside.no_headers.filter(|_| self.duties.contains(&Duty::Headers));
        Ok(Looked { now: seen.now, acts, notes, troubles: troubles.into_iter().collect() })
    }

    fn address(&self, act: &Act) -> Option<String> {
        match act.to {
            To::Bsn => Some(self.looking.contract.to_owned()),
            To::LightClient => self.light_client.clone(),
        }
    }

    fn judge(&mut self, act: &Act, left: Left<'_>, _: u64) -> Judged<Act> {
        if act.had_effect(left.events) { Judged::Effect } else { Judged::Nothing }
    }

    fn is_done(&mut self, act: &Act) -> bool {
        let Ok((seen, aside)) = self.looking.look() else { return false };
        (act.duty != Duty::Headers || aside.no_headers.is_none()) && act.is_done(&plan(&seen, &[act.duty]))
    }
}
