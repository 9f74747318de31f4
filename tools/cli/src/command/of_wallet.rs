//! What the commands share that make a transaction for a wallet to sign.

use anyhow::{Context, Error, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin_spv::OutPoint;
use clap::Args as Group;

use crate::bitcoin::{Ledger, Spending};
use crate::slash::find::outpoint;
use crate::stake::address;
use crate::stake::psbt::Psbt;
use crate::stake::tx::Coin;

/// What pays for a transaction.
#[derive(Debug, Clone, Group)]
pub struct Wallet {
    /// A coin of the wallet that pays, native segwit; may be repeated.
    #[arg(long, value_delimiter = ',', value_name = "TXID:OUTPUT", required = true, value_parser = outpoint)]
    pub coin: Vec<OutPoint>,
    /// The segwit address that gets what is left.
    #[arg(long, value_name = "ADDRESS", value_parser = payee)]
    pub change: Option<Payee>,
    /// The fee of the transaction, in sats.
    #[arg(long, value_name = "SATS")]
    pub fee: u64,
}

/// Whom an address pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payee {
    /// The address, as it was named.
    pub address: String,
    /// What it stands for.
    pub script: Vec<u8>,
}

/// Whom an address pays that the command line names.
///
/// # Errors
/// It is no segwit address, or none that a key locks.
pub fn payee(text: &str) -> Result<Payee, String> {
    let script = address::script(text).map_err(|error| error.to_string())?;
    Ok(Payee { address: text.to_owned(), script })
}

impl Wallet {
    /// Its coins, as they are in Bitcoin, unspent.
    ///
    /// # Errors
    /// One sentence: Bitcoin does not have one, or it was spent.
    pub fn coins(&self, bitcoin: &(impl Ledger + ?Sized)) -> Result<Vec<Coin>> {
        coins(bitcoin, &self.coin).map_err(Error::msg)
    }

    /// The script that gets what is left.
    pub fn change(&self) -> Option<&[u8]> {
        self.change.as_ref().map(|payee| payee.script.as_slice())
    }
}

/// The coins, as they are in Bitcoin, unspent.
///
/// # Errors
/// One sentence: Bitcoin does not have one, or it was spent.
pub fn coins(bitcoin: &(impl Ledger + ?Sized), named: &[OutPoint]) -> Result<Vec<Coin>, String> {
    let coin = |at: &OutPoint| {
        let output = bitcoin.output(at)?;
        let output = output.ok_or_else(|| format!("Bitcoin, as it is asked, does not have the coin {at}"))?;
        match bitcoin.spending(at, u32::MAX)? {
            Spending::Unspent => Ok(Coin { at: *at, output }),
            Spending::Waiting(by) => Err(format!("the coin {at} is being spent by {by}")),
            Spending::Spent(by) => Err(format!("the coin {at} was spent by {}", by.txid)),
            Spending::NotUpTo(_) => Err(format!("the coin {at} was spent")),
        }
    };
    named.iter().map(coin).collect()
}

/// A transaction without signatures that spends these coins, in the order of its inputs, as a PSBT for a file (base64), and its fee
/// in sats.
///
/// # Errors
/// One sentence: it is none, or pays more than the coins hold.
pub fn psbt(tx: &[u8], coins: &[Coin]) -> Result<(String, u64)> {
    let spent: Vec<_> = coins.iter().map(|coin| coin.output.clone()).collect();
    written(&Psbt::new(tx, &spent)?)
}

/// A PSBT for a file (base64), and the fee of its transaction in sats.
///
/// # Errors
/// One sentence: it pays more than the coins hold.
pub fn written(psbt: &Psbt) -> Result<(String, u64)> {
    let fee = psbt.fee().context("the coins hold less than the transaction pays")?;
    let bytes = psbt.to_bytes();
    let is_same = |read: &Psbt| (read.tx(), read.spent()) == (psbt.tx(), psbt.spent());
    if !Psbt::read(&bytes).is_ok_and(|read| is_same(&read)) {
        bail!("the PSBT does not read back as it was written: this is a fault of bsn");
    }
    Ok((STANDARD.encode(&bytes) + "\n", fee))
}
