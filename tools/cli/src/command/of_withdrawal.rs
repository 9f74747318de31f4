//! What the commands share that take back what is its owner's again.

use std::path::PathBuf;

use anyhow::{Error, Result};
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use eots::SecretKey;
use serde_json::json;

use super::of_wallet::{Payee, check_network, payee, written};
use super::stake::write;
use crate::bitcoin::Ledger;
use crate::config::{Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::stake::held::Held;
use crate::stake::withdraw::{Seen, Withdrawal, find};
use crate::vote::show::Say;

/// Where the coins go, and how.
#[derive(Debug, Clone, Group)]
pub struct Back {
    /// The segwit address that gets them.
    #[arg(long, value_name = "ADDRESS", value_parser = payee)]
    pub to: Payee,
    /// The fee of the transaction, in sats. A higher one replaces a withdrawal that waits.
    #[arg(long, value_name = "SATS")]
    pub fee: u64,
    /// Write the transaction for a wallet that has the key, as a PSBT (base64), in place of signing it.
    #[arg(long, value_name = "FILE", conflicts_with = "broadcast")]
    pub psbt: Option<PathBuf>,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Source,
    /// Send it to Bitcoin. There is no way back.
    #[arg(long)]
    pub broadcast: bool,
}

/// Who signs.
#[derive(Debug)]
pub enum Signer {
    /// This key.
    Key(SecretKey),
    /// Whoever gets this file.
    File(PathBuf),
}

impl Back {
    /// The file, or the key that this finds.
    ///
    /// # Errors
    /// As `key`.
    pub fn signer(&self, key: impl FnOnce() -> Result<SecretKey>) -> Result<Signer> {
        match &self.psbt {
            Some(path) => Ok(Signer::File(path.clone())),
            None => key().map(Signer::Key),
        }
    }

    /// Bitcoin.
    ///
    /// # Errors
    /// For what is no address.
    pub fn outside(&self, setup: &Setup) -> Result<Outside> {
        Ok(Outside::new(&self.bitcoin, setup.timeout)?)
    }

    /// Takes back the one of these outputs of a stake that is there.
    ///
    /// # Errors
    /// One sentence: the first thing that did not work; then nothing is written or sent.
    pub fn take(
        &self,
        setup: &Setup,
        outside: &Outside,
        stake: OutPoint,
        all: &[Held],
        signer: &Signer,
    ) -> Result<()> {
        check_network(outside, &self.to)?;
        let seen = find(outside, stake, all)?;
        let made = Withdrawal::new(&seen.held, &self.to.script, self.fee)?;
        let done = match signer {
            Signer::File(path) => {
                write(path, &written(&made.psbt()?)?.0)?;
                Done::Written(path.display().to_string())
            }
            Signer::Key(key) => {
                let tx = made.sign(key)?;
                if self.broadcast {
                    outside.send(&tx).map_err(Error::msg)?;
                }
                Done::Signed(hex::encode(tx))
            }
        };
        self.show(stake, &seen, &made, &done, &Say::new(setup.output == Output::Json));
        Ok(())
    }

    fn show(&self, stake: OutPoint, seen: &Seen, made: &Withdrawal, done: &Done, say: &Say) {
        let Seen { held, height, waiting } = seen;
        let (sats, txid, pays, to, fee) =
            (held.path.spent.value, made.txid(), made.sats(), &self.to.address, self.fee);
        let (hex, psbt) = match done {
            Done::Signed(hex) => (Some(hex), None),
            Done::Written(path) => (None, Some(path)),
        };
        let what = match (psbt, self.broadcast) {
            (Some(_), _) => "is to be signed",
            (None, true) => "was sent",
            (None, false) => "is complete",
        };
        let replaces = waiting.filter(|waiting| *waiting != txid);
        let replaced = replaces.map_or_else(String::new, |by| {
            format!("\n  replaces {by}, which waits: nodes take it for a higher fee than that one's")
        });
        let last = match (hex, psbt) {
            (_, Some(path)) => format!("psbt     {path}, for the wallet that has the key of {}", held.owner),
            (hex, None) => format!("hex      {}", hex.map_or("", String::as_str)),
        };
        say.event(
            &format!(
                "{stake}: the withdrawal {what}\n  txid     {txid}\n  takes    {}, {}: {sats} sats, locked for {} blocks from block \
                 {height} on\n  pays     {pays} sats to {to}\n  fee      {fee} sats{replaced}\n  {last}",
                held.kind, held.at, held.time
            ),
            &json!({ "event": "withdrawal", "stake": stake.to_string(), "takes": held.kind.name(),
                "spends": held.at.to_string(), "spent_sats": sats, "locked_blocks": held.time, "height": height,
                "txid": txid.to_string(), "sats": pays, "to": to, "fee_sats": fee,
                "replaces": replaces.map(|by| by.to_string()), "sent": self.broadcast, "hex": hex, "psbt": psbt }),
        );
    }
}

/// What became of it.
enum Done {
    /// Its bytes, in hexadecimal.
    Signed(String),
    /// Where it is.
    Written(String),
}
