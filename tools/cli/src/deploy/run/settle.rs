//! What an earlier call had sent when it ended.

use anyhow::Result;

use super::Deploy;

impl Deploy {
    /// Waits for it; gives what became of it, or `None` if nothing was on its way.
    pub(super) fn settle(&mut self) -> Result<Option<String>> {
        let Some((step, pending)) = self.record.pending() else { return Ok(None) };
        eprintln!("{step}: waiting for what an earlier call sent, {}", pending.hash);
        let found = match &self.sender {
            Some(sender) if !sender.is_unsigned() => sender.settle(&pending)?,
            _ => self.client.tx(&pending.hash)?,
        };
        match found {
            Some(done) if done.code == 0 => {
                self.absorb(&step, &done).map(|said| Some(format!("{said} (sent by an earlier call)")))
            }
            Some(failed) => {
                self.record.settle()?;
                Ok(Some(format!("{step}: what an earlier call sent has failed: {}", failed.log)))
            }
            None => {
                self.record.settle()?;
                Ok(Some(format!("{step}: what an earlier call sent is in no block")))
            }
        }
    }
}
