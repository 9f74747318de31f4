//! Sending a step of an upgrade.

use anyhow::{Context, Result};
use bsn_rpc::proto::Any;
use bsn_rpc::{TxResult, attribute};

use super::{Part, Upgrade};
use crate::deploy::gas;
use crate::deploy::message::{self, Words};
use crate::deploy::plan::{bytes, deposit};
use crate::deploy::run::{Earlier, Turn, Unsigned, earlier, same};
use crate::keys::Sent;
use crate::upgrade::next::Found;

impl Upgrade {
    /// Waits for what an earlier call sent; gives what became of it, or `None` if nothing was on its way.
    pub(super) fn settle(&mut self) -> Result<Option<String>> {
        match earlier(&mut self.record, Some(&self.sender), &self.client)? {
            None => Ok(None),
            Some(Earlier::Lost(why)) => Ok(Some(why)),
            Some(Earlier::Done(step, done)) => {
                self.absorb(&step, &done).map(|said| Some(format!("{said} (sent by an earlier call)")))
            }
        }
    }

    pub(super) fn propose(&mut self, found: &Found, parts: &[Part]) -> Result<Turn> {
        let gov = self.chain.governance.clone();
        let messages: Vec<Any> = parts
            .iter()
            .map(|part| {
                Ok(match part {
                    Part::Store(code) => message::store(&gov, self.artifact(*code)?),
                    Part::Migrate(code) => self.migrate(&gov, *code, found),
                    Part::Pin => {
                        message::pin(&gov, &found.codes.values().copied().flatten().collect::<Vec<_>>())
                    }
                })
            })
            .collect::<Result<_>>()?;
        if let Some(open) = same(&self.client, &messages)? {
            self.record.note_proposal(open)?;
            return Ok(Turn::Went(format!("proposal {open} does this already: it is adopted")));
        }
        // One that ended between looking and asking has done what was missing.
        if self.look()? != *found {
            return Ok(Turn::Went("the chain has changed meanwhile: looking again".to_owned()));
        }
        let stores = parts.iter().all(|part| matches!(part, Part::Store(_)));
        let release = self.artifacts.bsn.release.clone().unwrap_or_else(|| "of an own build".to_owned());
        let title = if stores { "store the code of" } else { "migrate to" };
        let contracts = self.to.contracts.iter();
        let places = contracts.map(|(code, address)| format!("{} {address}", code.contract()));
        let words = Words {
            title: format!("Bitcoin finality: {title} bsn {release}"),
            summary: format!(
                "{title} bsn {release}. These keep their addresses and their state: {}. sha256 of {}.",
                places.collect::<Vec<_>>().join(", "),
                self.artifacts.sums()
            ),
            metadata: String::new(),
        };
        let (amount, _) = deposit(self.way, &self.chain);
        let guess = gas::propose(bytes(&messages));
        let proposal = message::propose(self.sender.address(), &words, amount, self.way.expedited, messages);
        self.send("propose", vec![proposal], guess)
    }

    pub(super) fn send(&mut self, what: &str, messages: Vec<Any>, guess: u64) -> Result<Turn> {
        let record = &mut self.record;
        match self.sender.send(what, &messages, guess, |pending| record.note_pending(what, pending)) {
            Ok(Sent::Done(done)) => self.absorb(what, &done).map(Turn::Went),
            Ok(Sent::Unsigned(tx)) => {
                let follow_up = self.sender.follow_up("tx.json");
                Ok(Turn::Unsigned(Unsigned { what: what.to_owned(), tx, follow_up }))
            }
            Ok(Sent::Dry(fee)) => Ok(Turn::Dry(what.to_owned(), fee)),
            Ok(Sent::Busy) => {
                self.record.settle()?;
                Err(bsn_rpc::Error::Unsettled(self.sender.address().to_owned()))
                    .with_context(|| format!("cannot {what}"))
            }
            Err(error) => {
                if matches!(
                    error.downcast_ref(),
                    Some(bsn_rpc::Error::Failed { .. } | bsn_rpc::Error::NotTaken { .. })
                ) {
                    self.record.settle()?;
                }
                Err(error)
            }
        }
    }

    /// Takes from a transaction what only it says.
    fn absorb(&mut self, what: &str, done: &TxResult) -> Result<String> {
        let mut said = format!("{what}: {}", done.hash);
        if let Some(id) = attribute(&done.events, "submit_proposal", "proposal_id") {
            said = format!("{what}: proposal {id}");
            self.record.note_proposal(id.parse().context("a proposal id")?)?;
        }
        self.record.settle()?;
        Ok(said)
    }
}
