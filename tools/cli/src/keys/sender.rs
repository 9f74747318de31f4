//! Sending: gas, fee, a question to whoever sits there, and the transaction.

use std::io::{BufRead, Write};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::proto::Any;
use bsn_rpc::read::tx_hash;
use bsn_rpc::{Client, Error, Fee, Simulated, TxResult, Wallet};
use serde_json::Value;

use super::follow_up::{Tool, signs};
use super::source::{Gas, Signing, Who};
use super::unsigned;
use crate::config::{GasPrice, Setup};

/// How long a transaction may take until a block has it.
const INCLUSION: Duration = Duration::from_secs(90);
/// In so many blocks a transaction that waits is taken, or it does not wait.
const BLOCKS: u64 = 5;

/// What sends, or writes what others send.
pub struct Sender {
    client: Client,
    chain_id: String,
    node: String,
    binary: String,
    actor: Actor,
    gas: Gas,
    adjustment: f64,
    /// What a block takes, if the chain says so.
    most: Option<u64>,
    price: Option<GasPrice>,
    fees: Option<(u128, String)>,
    granter: String,
    is_dry: bool,
    asks: bool,
    inclusion: Duration,
}

enum Actor {
    Wallet(Wallet),
    Address(String),
}

/// What became of a transaction.
#[derive(Debug)]
pub enum Sent {
    /// It is in a block.
    Done(Box<TxResult>),
    /// Somebody else signs it: here it is.
    Unsigned(Value),
    /// It was only said what it would be; SDK gas and fee.
    Dry(Fee),
    /// Something else of the account is on its way: whoever sends should look again at what there is.
    Busy,
}

/// A transaction that is signed and on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its hash.
    pub hash: String,
    /// The sequence it uses up.
    pub sequence: u64,
}

impl Sender {
    /// On a chain of whose gas a block takes `most`, with the SDK's flags.
    ///
    /// # Errors
    /// As [`Signing::who`]; for a fee that is none.
    pub fn new(
        setup: &Setup,
        signing: &Signing,
        client: &Client,
        chain_id: &str,
        prefix: &str,
        most: Option<u64>,
    ) -> Result<Self> {
        let actor = match signing.who(prefix)? {
            Who::Key(key) => Actor::Wallet(Wallet::new(key, prefix)?),
            Who::Address(address) => Actor::Address(address),
        };
        let granter = signing.fee_granter.clone().unwrap_or_default();
        if !granter.is_empty() {
            bsn_rpc::address::decode(prefix, &granter)?;
        }
        let binary = setup.file.chain.binary.clone().unwrap_or_else(|| format!("{prefix}d"));
        Ok(Self {
            client: client.clone(),
            chain_id: chain_id.to_owned(),
            node: setup.file.chain.node.first().cloned().unwrap_or_default(),
            binary,
            actor,
            gas: signing.gas,
            adjustment: signing.gas_adjustment,
            most,
            price: setup.gas_price(signing.gas_prices.as_deref())?,
            fees: signing.fees.as_deref().map(coin).transpose()?,
            granter,
            is_dry: signing.dry_run,
            asks: !signing.yes,
            inclusion: INCLUSION,
        })
    }

    /// Asks these nodes from now on.
    pub fn ask(&mut self, client: Client) {
        self.client = client;
    }

    /// Waits no longer for a block: for who has something else to do.
    #[must_use]
    pub fn waits_at_most(self, inclusion: Duration) -> Self {
        Self { inclusion, ..self }
    }

    /// Who acts.
    pub fn address(&self) -> &str {
        match &self.actor {
            Actor::Wallet(wallet) => &wallet.address,
            Actor::Address(address) => address,
        }
    }

    /// Whether somebody else signs.
    pub fn is_unsigned(&self) -> bool {
        matches!(self.actor, Actor::Address(_))
    }

    /// What messages would use, by the node's own count, without the adjustment: SDK gas.
    ///
    /// # Errors
    /// The chain's text, where they would fail.
    pub fn simulate(&self, messages: &[Any]) -> Result<u64> {
        match &self.actor {
            Actor::Wallet(wallet) => Ok(wallet.simulate(&self.client, messages)?),
            Actor::Address(_) => bail!("nobody whose key is here"),
        }
    }

    /// What messages would use and do; nothing where the key is elsewhere.
    ///
    /// # Errors
    /// The chain's text, where they would fail.
    pub fn try_out(&self, messages: &[Any]) -> bsn_rpc::Result<Option<Simulated>> {
        match &self.actor {
            Actor::Wallet(wallet) => wallet.try_out(&self.client, messages).map(Some),
            Actor::Address(_) => Ok(None),
        }
    }

    /// Gas and fee of messages; `guess` is the gas where no node can say it.
    ///
    /// # Errors
    /// As [`simulate`](Self::simulate).
    pub fn fee(&self, messages: &[Any], guess: u64) -> Result<Fee> {
        match (self.gas, &self.actor) {
            (Gas::Auto, Actor::Wallet(_)) => self.fee_of(self.simulate(messages)?),
            (Gas::Fixed(_), _) => self.fee_of(guess),
            (Gas::Auto, Actor::Address(_)) => self.priced(guess),
        }
    }

    /// Gas and fee of messages that would use so much by the node's own count.
    ///
    /// # Errors
    /// As [`GasPrice::of`].
    pub fn fee_of(&self, used: u64) -> Result<Fee> {
        match self.gas {
            Gas::Fixed(gas) => self.priced(gas),
            Gas::Auto => self.priced(within(adjusted(used, self.adjustment), self.most)),
        }
    }

    fn priced(&self, gas: u64) -> Result<Fee> {
        let coins = match (&self.fees, &self.price) {
            (Some(fees), _) => vec![fees.clone()],
            (None, Some(price)) => vec![(price.of(gas)?, price.denom.clone())],
            (None, None) => Vec::new(),
        };
        let coins = coins.into_iter().filter(|(amount, _)| *amount > 0).collect();
        Ok(Fee { coins, gas, granter: self.granter.clone() })
    }

    /// Sends messages, once a person has agreed; `note` is called with the signed transaction before it leaves, so that
    /// whoever is interrupted knows what is on its way.
    ///
    /// # Errors
    /// As [`fee`](Self::fee); what the chain says where it fails.
    pub fn send(
        &self,
        what: &str,
        messages: &[Any],
        guess: u64,
        note: impl FnMut(&Pending) -> Result<()>,
    ) -> Result<Sent> {
        let fee = self.fee(messages, guess).with_context(|| format!("cannot {what}"))?;
        self.send_for(what, messages, fee, note)
    }

    /// The same for a fee that is known.
    ///
    /// # Errors
    /// What the chain says where it fails.
    pub fn send_for(
        &self,
        what: &str,
        messages: &[Any],
        fee: Fee,
        mut note: impl FnMut(&Pending) -> Result<()>,
    ) -> Result<Sent> {
        let wallet = match &self.actor {
            _ if self.is_dry => return Ok(Sent::Dry(fee)),
            Actor::Address(_) => return Ok(Sent::Unsigned(unsigned::transaction(messages, "", &fee)?)),
            Actor::Wallet(wallet) => wallet,
        };
        if self.asks && !agreed(&format!("{what}: {}", shown(&fee)))? {
            bail!("not agreed: nothing was sent");
        }
        // The sequence is that of the last block, never one that only a mempool knows: so of two transactions that are
        // sent for the same step a chain takes one.
        let numbers = self.client.account(&wallet.address)?;
        let bytes = wallet.sign(&self.chain_id, messages, &fee, numbers)?;
        note(&Pending { hash: tx_hash(&bytes), sequence: numbers.sequence })?;
        match self.client.broadcast(&bytes) {
            Ok(hash) => self.included(what, &hash),
            Err(Error::NotTaken { log, .. }) if log.contains("account sequence mismatch") => Ok(Sent::Busy),
            Err(error) => Err(error).with_context(|| format!("cannot {what}")),
        }
    }

    fn included(&self, what: &str, hash: &str) -> Result<Sent> {
        let done = self.client.wait_for_tx(hash, self.inclusion).with_context(|| format!("cannot {what}"))?;
        if done.code == 0 {
            return Ok(Sent::Done(Box::new(done)));
        }
        let TxResult { height, code, codespace, log, .. } = done;
        let hash = hash.to_owned();
        Err(Error::Failed { hash, height, code, codespace, log }).with_context(|| format!("cannot {what}"))
    }

    /// Waits for a transaction that an earlier call sent. Gives its end, or `None` if it is not on its way.
    ///
    /// # Errors
    /// As [`Client::tx`].
    pub fn settle(&self, pending: &Pending) -> Result<Option<TxResult>> {
        let (start, from) = (std::time::Instant::now(), self.client.height()?);
        loop {
            if let Some(found) = self.client.tx(&pending.hash)? {
                return Ok(Some(found));
            }
            if self.client.account(self.address())?.sequence > pending.sequence {
                // Its block may be a moment ahead of the index.
                std::thread::sleep(Duration::from_secs(1));
                return Ok(self.client.tx(&pending.hash)?);
            }
            if self.client.height()? >= from + BLOCKS || start.elapsed() > INCLUSION {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    /// The lines with which an unsigned transaction in a file is signed and sent.
    pub fn follow_up(&self, file: &str) -> Vec<String> {
        let (binary, from, chain_id, node) = (&self.binary, self.address(), &self.chain_id, &self.node);
        Tool { binary, from, chain_id, node }.lines(signs(&self.client, from), file)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "gas is far below 2^52"
)]
fn adjusted(gas: u64, by: f64) -> u64 {
    (gas as f64 * by).ceil() as u64
}

/// A chain refuses a transaction that asks for more than a block takes, whatever it would use.
fn within(gas: u64, most: Option<u64>) -> u64 {
    most.map_or(gas, |most| gas.min(most))
}

/// A fee as people read it.
pub fn shown(fee: &Fee) -> String {
    let coins: Vec<String> = fee.coins.iter().map(|(amount, denom)| format!("{amount}{denom}")).collect();
    let coins = if coins.is_empty() { "no fee".to_owned() } else { coins.join(",") };
    format!("{} gas, {coins}", crate::deploy::show::thousands(fee.gas))
}

/// A coin as the SDK writes it.
///
/// # Errors
/// If it is none.
pub fn coin(text: &str) -> Result<(u128, String)> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (amount, denom) = text.split_at(at);
    let amount = amount.parse().map_err(|_| anyhow!("`{text}` is no fee such as 5000uapp"))?;
    if !crate::config::is_denom(denom) {
        bail!("`{text}` is no fee such as 5000uapp");
    }
    Ok((amount, denom.to_owned()))
}

fn agreed(question: &str) -> Result<bool> {
    eprint!("{question}. Send it? [y/N] ");
    std::io::stderr().flush().context("cannot ask")?;
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("cannot read standard input")?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_are_coins() {
        assert_eq!(coin("5000uapp").unwrap(), (5_000, "uapp".to_owned()));
        for bad in ["uapp", "5000", "5 uapp", "-5uapp", ""] {
            assert_eq!(coin(bad).unwrap_err().to_string(), format!("`{bad}` is no fee such as 5000uapp"));
        }
        assert_eq!(adjusted(100_001, 1.4), 140_002);
        let asked = adjusted(79_825_578, 1.4);
        assert_eq!((within(asked, Some(100_000_000)), within(asked, None)), (100_000_000, asked));
        assert_eq!(within(5, Some(100)), 5);
    }

    #[test]
    fn a_fee_is_shown_in_words() {
        let fee = Fee { coins: vec![(25, "uapp".to_owned())], gas: 1_234_567, granter: String::new() };
        assert_eq!(shown(&fee), "1,234,567 gas, 25uapp");
        assert_eq!(shown(&Fee::default()), "0 gas, no fee");
    }
}
