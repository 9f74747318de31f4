//! What the commands share that make a transaction for a wallet to sign.

use anyhow::{Context, Error, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bitcoin_spv::OutPoint;
use clap::Args as Group;

use crate::bitcoin::{Ledger, Spending};
use crate::keep::headers::shown;
use crate::slash::find::outpoint;
use crate::stake::address;
use crate::stake::psbt::Psbt;
use crate::stake::tx::Coin;

/// The hash of mainnet's first block.
const MAINNET_GENESIS: &str = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
/// How its segwit addresses begin.
const MAINNET: &str = "bc1";

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

/// Refuses to pay to an address of mainnet elsewhere, and to one of a test network on mainnet: wallets derive other keys there, and nobody looks
/// for coins by them. Test networks are not told from one another.
///
/// # Errors
/// That it is one.
pub fn check_network(bitcoin: &(impl Ledger + ?Sized), payee: &Payee) -> Result<()> {
    let is_mainnet = bitcoin.hash_at(0).is_ok_and(|hash| shown(&hash) == MAINNET_GENESIS);
    let (address, asked) = (&payee.address, bitcoin.name());
    match (address.to_lowercase().starts_with(MAINNET), is_mainnet) {
        (true, false) => {
            bail!("{address} is an address of mainnet, and {asked} does not say that it has that")
        }
        (false, true) => bail!("{address} is an address of a test network, and {asked} has mainnet"),
        _ => Ok(()),
    }
}

impl Wallet {
    /// Its coins, as they are in Bitcoin, unspent.
    ///
    /// # Errors
    /// One sentence: Bitcoin does not have one, or it was spent; or [what is left](check_network) would go astray.
    pub fn coins(&self, bitcoin: &(impl Ledger + ?Sized)) -> Result<Vec<Coin>> {
        self.change.iter().try_for_each(|change| check_network(bitcoin, change))?;
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
