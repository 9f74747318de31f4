//! The answer to a message of many votes: a verdict for each, in their order.

use api::bsn::event::SubmitFinalitySignatures;
use cosmwasm_std::{Env, Event, Response, Storage};
use primitives::BlockHeight;

use super::poll::Taken;
use crate::error::ContractError;
use crate::evidence::outbox;

/// How many votes are taken from one message.
pub const VOTES_MAX: usize = 200;

/// What became of the votes so far.
#[derive(Default)]
pub struct BatchVerdicts {
    verdicts: Vec<String>,
    counted: u64,
    slashed: Vec<Event>,
}

impl BatchVerdicts {
    /// Whether the next vote may be taken.
    ///
    /// # Errors
    /// [`ContractError::NotTaken`] beyond [`VOTES_MAX`].
    pub fn check_room(&self) -> Result<(), ContractError> {
        match self.verdicts.len() < VOTES_MAX {
            true => Ok(()),
            false => Err(ContractError::NotTaken { most: VOTES_MAX }),
        }
    }

    /// Notes the next vote; what it came to, if it was not refused.
    ///
    /// # Errors
    /// Only those of storage: what is wrong with a vote is its verdict.
    pub fn note(&mut self, taken: Result<Taken, ContractError>) -> Result<Option<Taken>, ContractError> {
        let taken = match taken {
            Ok(taken) => taken,
            Err(ContractError::Std(broken)) => return Err(broken.into()),
            Err(refused) => {
                self.verdicts.push(refused.to_string());
                return Ok(None);
            }
        };
        match &taken {
            Taken::Vote(vote) if vote.fork.is_none() => self.counted = self.counted.saturating_add(1),
            Taken::Vote(_) | Taken::Grid => {}
            Taken::Slashed(event) => self.slashed.push(event.clone()),
        }
        self.verdicts.push(taken.verdict().into());
        Ok(Some(taken))
    }

    /// The response: the verdicts as data, one event for all, and evidence on its way.
    pub fn answer(
        self,
        storage: &mut dyn Storage,
        env: &Env,
        height: BlockHeight,
    ) -> Result<Response, ContractError> {
        let packets = match self.slashed.len() {
            0 => vec![],
            many => outbox::send_due(storage, env, many)?,
        };
        Ok(Response::new()
            .set_data(api::write::json(&self.verdicts)?)
            .add_event(Event::from(SubmitFinalitySignatures {
                height: height.to_string(),
                votes: self.verdicts.len().to_string(),
                counted: self.counted.to_string(),
            }))
            .add_events(self.slashed)
            .add_submessages(packets))
    }
}
