//! Sending a step, and what only its transaction says.

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::proto::Any;
use bsn_rpc::{TxResult, attribute};
use serde_json::json;

use super::{BUSY, Deploy, Turn, Unsigned};
use crate::deploy::codes::Code;
use crate::deploy::next::Part;
use crate::deploy::plan::name;
use crate::keys::Sent;

impl Deploy {
    /// Sends, and notes before what is on its way.
    pub(super) fn send(&mut self, what: &str, messages: Vec<Any>, guess: u64) -> Result<Turn> {
        let sender = self.sender.as_ref().ok_or_else(|| anyhow!("nobody signs: name a key by --from"))?;
        let record = &mut self.record;
        let sent = sender.send(what, &messages, guess, |pending| record.note_pending(what, pending));
        match sent {
            Ok(Sent::Done(done)) => self.absorb(what, &done).map(Turn::Went),
            Ok(Sent::Unsigned(tx)) => {
                let follow_up = sender.follow_up("tx.json");
                Ok(Turn::Unsigned(Unsigned { what: what.to_owned(), tx, follow_up }))
            }
            Ok(Sent::Dry(fee)) => Ok(Turn::Dry(what.to_owned(), fee)),
            Ok(Sent::Busy) => self.busy(what),
            Err(error) => {
                // What a block has refused is not on its way any more.
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

    /// The account sends something else, perhaps the same step by another call: the chain is looked at again.
    fn busy(&mut self, what: &str) -> Result<Turn> {
        self.record.settle()?;
        self.was_busy += 1;
        if self.was_busy > BUSY {
            let address = self.sender()?.address().to_owned();
            return Err(bsn_rpc::Error::Unsettled(address)).with_context(|| format!("cannot {what}"));
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
        Ok(Turn::Went(format!("{what}: the account is sending something else; looking again")))
    }

    /// Takes from a transaction what only it says.
    pub(super) fn absorb(&mut self, what: &str, done: &TxResult) -> Result<String> {
        let number =
            |kind: &str, key: &str| attribute(&done.events, kind, key).and_then(|it| it.parse::<u64>().ok());
        let mut said = format!("{what}: {}", done.hash);
        if let Some(id) = number("submit_proposal", "proposal_id") {
            self.record.note_proposal(id)?;
            said = format!("{what}: proposal {id}");
        } else if let Some(id) = number("store_code", "code_id") {
            let stores = |(code, _): (Code, _)| (what == name(Part::Store(code))).then_some(code);
            let code = self.artifacts.iter().find_map(stores);
            let code = code.ok_or_else(|| anyhow!("`{what}` stores no code"))?;
            self.stored(code, id)?;
            said = format!("{what}: code {id}");
        }
        self.record.settle()?;
        Ok(said)
    }

    /// A code is ours only if the chain says so.
    pub(super) fn stored(&mut self, code: Code, id: u64) -> Result<()> {
        let info = self.client.code_info(id)?.ok_or_else(|| anyhow!("the chain has stored no code {id}"))?;
        let (artifact, field) = (self.artifact(code)?, code.field());
        if info.data_hash != artifact.checksum {
            let found = hex::encode(&info.data_hash);
            bail!("the chain has stored {found} as code {id}, not {}", artifact.checksum_hex());
        }
        let (checksum, release) = (artifact.checksum_hex(), artifact.release.clone());
        self.record.set(&[field, "code_id"], json!(id));
        self.record.set(&[field, "checksum"], json!(checksum));
        if let Some(release) = release {
            self.record.set(&[field, "release"], json!(release));
        }
        self.head();
        Ok(())
    }
}
