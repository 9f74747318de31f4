//! What was signed is sent, and what became of it is noted.

use anyhow::{Result, anyhow};
use bsn_rpc::Fee;
use serde_json::json;

use super::{Round, Voter, stop};
use crate::vote::answer::Fate;
use crate::vote::due::Runway;
use crate::vote::look::View;
use crate::vote::runs::runs;
use crate::vote::signer::Signed;
use crate::vote::state::Disk;
use crate::vote::{message, show};

impl<D: Disk> Voter<'_, D> {
    /// Sends what was signed, run by run.
    pub(super) fn send(
        &mut self,
        votes: &[Signed],
        view: &View,
        runway: &Runway,
        round: &mut Round,
    ) -> Result<()> {
        for (commitment, run) in runs(votes, &view.commitments, self.options.batch) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let what = format!("vote at {}", show::heights(first.height, last.height));
            let nonces = self.trees.of(&self.signer, &commitment);
            let message = nonces.and_then(|nonces| message::votes(&self.signer.fp(), &nonces, &run));
            let message = message.ok_or_else(|| anyhow!("cannot {what}: its randomness cannot be proven"))?;
            match self.outbox.vote(&what, &message, run.len()) {
                Ok((fates, done)) => {
                    let for_grid = run.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Grid);
                    let for_grid: Vec<u64> = for_grid.map(|(vote, _)| vote.height).collect();
                    for (vote, fate) in run.iter().zip(fates) {
                        self.take(vote, fate, view.tip, round)?;
                    }
                    if let Some((block, tx, Fee { gas, .. })) = done {
                        self.say.over();
                        let event = json!({ "event": "voted", "from": first.height, "to": last.height, "block": block,
                            "tx": tx, "gas": gas, "committed": runway.committed, "counted": runway.counted,
                            "grid": for_grid });
                        let text = format!(
                            "voted at {}{} in block {block}; {}",
                            show::heights(first.height, last.height),
                            show::for_grid(&for_grid),
                            show::runway(runway)
                        );
                        self.say.event(&text, &event);
                    }
                }
                Err(why) => {
                    run.iter().for_each(|vote| self.rest(vote.height, view.tip));
                    round.troubles.push(format!("cannot {what}: {why}"));
                }
            }
        }
        Ok(())
    }

    /// Notes what became of a vote.
    fn take(&mut self, vote: &Signed, fate: Fate, tip: u64, round: &mut Round) -> Result<()> {
        let (height, hash) = (vote.height, vote.app_hash);
        let is_settled = fate.is_settled(self.is_of_grid(height));
        match fate {
            Fate::Counted | Fate::Grid => round.voted += 1,
            Fate::Known | Fate::Closed | Fate::Jailed => {}
            Fate::Fork => {
                let text = format!(
                    "at height {height} the contract took the vote for {hash} as one for another block"
                );
                let event = json!({ "event": "fork", "height": height, "signed": hash.to_string() });
                self.say.alarm(&text, &event);
            }
            Fate::Equivocation => {
                return Err(stop(format!(
                    "at height {height} the contract has a vote for another hash than {hash}: the key is public"
                )));
            }
            Fate::Slashed => return Err(stop(format!("{} is slashed: its key is public", self.signer.fp()))),
            Fate::Refused(why) => {
                round.troubles.push(format!("the contract refused the vote at height {height}: {why}"));
            }
        }
        if is_settled {
            self.done.insert(height);
        } else {
            self.rest(height, tip);
        }
        Ok(())
    }
}
