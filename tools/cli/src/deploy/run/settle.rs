//! What an earlier call had sent when it ended.

use anyhow::Result;
use bsn_rpc::{Client, TxResult};

use super::Deploy;
use crate::deploy::record::Record;
use crate::keys::Sender;

/// What became of it.
#[derive(Debug)]
pub enum Earlier {
    /// This step is done, by this transaction. Whoever takes from it what only it says calls [`Record::settle`].
    Done(String, Box<TxResult>),
    /// It is not: why. Nothing is on its way any more.
    Lost(String),
}

/// Waits for what an earlier call sent; `None` if nothing was on its way.
///
/// # Errors
/// If the chain does not answer.
pub fn earlier(record: &mut Record, sender: Option<&Sender>, client: &Client) -> Result<Option<Earlier>> {
    let Some((step, pending)) = record.pending() else { return Ok(None) };
    eprintln!("{step}: waiting for what an earlier call sent, {}", pending.hash);
    let found = match sender {
        Some(sender) if !sender.is_unsigned() => sender.settle(&pending)?,
        _ => client.tx(&pending.hash)?,
    };
    let end = end(step, found);
    if matches!(end, Earlier::Lost(_)) {
        record.settle()?;
    }
    Ok(Some(end))
}

fn end(step: String, found: Option<TxResult>) -> Earlier {
    match found {
        Some(done) if done.code == 0 => Earlier::Done(step, Box::new(done)),
        Some(failed) => {
            Earlier::Lost(format!("{step}: what an earlier call sent has failed: {}", failed.log))
        }
        None => Earlier::Lost(format!("{step}: what an earlier call sent is in no block")),
    }
}

impl Deploy {
    /// Waits for it; gives what became of it, or `None` if nothing was on its way.
    pub(super) fn settle(&mut self) -> Result<Option<String>> {
        match earlier(&mut self.record, self.sender.as_ref(), &self.client)? {
            None => Ok(None),
            Some(Earlier::Lost(why)) => Ok(Some(why)),
            Some(Earlier::Done(step, done)) => {
                self.absorb(&step, &done).map(|said| Some(format!("{said} (sent by an earlier call)")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_and_what_is_nowhere_is_not_taken_for_done() {
        let found = |code, log: &str| TxResult { code, log: log.to_owned(), ..TxResult::default() };
        let said = |found| match end("migrate bsn.wasm".to_owned(), found) {
            Earlier::Done(step, _) => format!("{step}: done"),
            Earlier::Lost(why) => why,
        };
        assert_eq!(said(Some(found(0, ""))), "migrate bsn.wasm: done");
        let failed = "migrate bsn.wasm: what an earlier call sent has failed: out of gas";
        assert_eq!(said(Some(found(11, "out of gas"))), failed);
        assert_eq!(said(None), "migrate bsn.wasm: what an earlier call sent is in no block");
    }
}
