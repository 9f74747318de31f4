//! Sending: tried out by simulation, then sent, then heard what became of it.

use api::bsn::ExecuteMsg;
use bsn_rpc::{Error, Event, Fee};

use super::answer::{Fate, fate, fates};
use crate::fish::deed::execute;
use crate::keys::{Sender, Sent};

/// What became of a message.
#[derive(Debug)]
pub enum Act {
    /// It is in a block.
    Done {
        /// Which.
        block: u64,
        /// The hash of the transaction.
        tx: String,
        /// What it was allowed and paid.
        fee: Fee,
        /// What it answered.
        left: Left,
    },
    /// By simulation it is not worth sending.
    Idle {
        /// What it would have answered.
        left: Left,
    },
}

/// What a transaction, or its simulation, left.
#[derive(Debug, Default)]
pub struct Left {
    /// `TxMsgData`.
    pub data: Vec<u8>,
    /// Its events.
    pub events: Vec<Event>,
}

/// The fates of votes, and in which block they are, by which transaction, for which fee: if they were sent.
pub type Voted = (Vec<Fate>, Option<(u64, String, Fee)>);

/// Whoever pays, and the contract.
pub struct Outbox<'a> {
    /// Nobody in a dry run.
    pub sender: Option<Sender>,
    /// The contract.
    pub contract: &'a str,
}

impl Outbox<'_> {
    /// Sends votes, unless by simulation none of them is taken.
    ///
    /// # Errors
    /// One sentence; the votes may be in a block all the same.
    pub fn vote(&self, what: &str, message: &ExecuteMsg, count: usize) -> Result<Voted, String> {
        let is_worth_it = |left: &Left| {
            let fates = fates(count, &left.data, &left.events);
            fates.map_or(true, |fates| fates.iter().any(Fate::is_worth_it))
        };
        match self.send(what, message, is_worth_it) {
            Ok(Act::Done { block, tx, fee, left }) => {
                Ok((fates(count, &left.data, &left.events)?, Some((block, tx, fee))))
            }
            Ok(Act::Idle { left }) => Ok((fates(count, &left.data, &left.events)?, None)),
            // A single vote that does not count is an error.
            Err(text) if count == 1 => match fate(&text) {
                Fate::Refused(_) => Err(text),
                fate => Ok((vec![fate], None)),
            },
            Err(text) => Err(text),
        }
    }

    /// Sends a message that is worth it by what its simulation leaves.
    ///
    /// # Errors
    /// The chain's text, or why it did not get through; it may be in a block all the same.
    pub fn send(
        &self,
        what: &str,
        message: &ExecuteMsg,
        is_worth_it: impl Fn(&Left) -> bool,
    ) -> Result<Act, String> {
        let sender = self.sender.as_ref().ok_or("nobody signs the transaction")?;
        let message = serde_json::to_value(message).map_err(|error| error.to_string())?;
        let messages = [execute(sender.address(), self.contract, &message)];
        let tried = sender.try_out(&messages).map_err(|error| text(&error))?.unwrap_or_default();
        let left = Left { data: tried.data, events: tried.events };
        if !is_worth_it(&left) {
            return Ok(Act::Idle { left });
        }
        let fee = sender.fee_of(tried.gas).map_err(|error| format!("{error:#}"))?;
        match sender.send_for(what, &messages, fee.clone(), |_| Ok(())) {
            Ok(Sent::Done(done)) => {
                let left = Left { data: done.data, events: done.events };
                Ok(Act::Done { block: done.height, tx: done.hash, fee, left })
            }
            Ok(_) => Err(format!("{} sends something else", sender.address())),
            Err(error) => Err(error.downcast_ref().map_or_else(|| format!("{error:#}"), text)),
        }
    }
}

/// What the chain says of a message, without the path it was asked by.
fn text(error: &Error) -> String {
    match error {
        Error::Query { log, .. } | Error::Failed { log, .. } => log.clone(),
        other => other.to_string(),
    }
}
