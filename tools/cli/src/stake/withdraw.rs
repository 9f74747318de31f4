//! What a staker takes back when its time is over.
//!
//! # The idea
//!
//! An output that is locked for T blocks opens to a transaction whose input has the sequence T (BIP-68, BIP-112): Bitcoin takes it in
//! block *h* + T and later, *h* being the block of the output. Nobody but its owner signs. Of the outputs of a delegation at most one
//! is there and unspent at any time, so which one is meant is found, not asked.
//!
//! # The danger
//!
//! * **Until it is taken back, it can be slashed**, also after its time: the slashing's script has no end.
//! * **A finality provider's own lock is everybody's who knows the key**, once its time is over.

use bitcoin_spv::{OutPoint, Output, Transaction, TransactionError};
use covenant::{PresignedTx, XOnlyKey, is_dust, sighash, witness};
use eots::{SecretKey, schnorr};
use primitives::Txid;
use thiserror::Error;

use super::held::{Held, Kind};
use super::psbt::{Psbt, PsbtError};
use crate::bitcoin::{Found, Ledger, Spending};
use crate::slash::interpreter;

/// The most sats a virtual byte: Bitcoin Core sends nothing that pays more (`maxfeerate` of `sendrawtransaction`, 0.10 BTC/kvB).
pub const MOST_RATE: u64 = 10_000;

/// An output that is in Bitcoin and in no block spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// It.
    pub held: Held,
    /// The height of its block.
    pub height: u32,
    /// What spends it and is in no block yet.
    pub waiting: Option<Txid>,
}

/// Why nothing is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WithdrawError {
    /// Bitcoin has none of the outputs.
    #[error("Bitcoin, as it is asked, has nothing unspent of {0}: it never was in a block, or it was spent")]
    NotThere(OutPoint),
    /// The output's time has not begun.
    #[error("{at}, {kind}, is in no block yet: its {time} blocks have not begun")]
    Unseen {
        /// The output.
        at: OutPoint,
        /// What it is.
        kind: Kind,
        /// For how many blocks it will be locked.
        time: u16,
    },
    /// It was spent.
    #[error("{at}, {kind}, was spent already{}", by.map_or_else(String::new, |by| format!(", by {by}")))]
    Spent {
        /// The output.
        at: OutPoint,
        /// What it is.
        kind: Kind,
        /// By what, where whoever is asked knows.
        by: Option<Txid>,
    },
    /// Its time is not over.
    #[error(
        "{at}, {kind}, is locked for {time} blocks from block {height} on: block {first} is the first that may take it, Bitcoin is at \
         {tip}, and {missing} more must come before that"
    )]
    Early {
        /// The output.
        at: OutPoint,
        /// What it is.
        kind: Kind,
        /// For how many blocks it is locked.
        time: u16,
        /// The height of its block.
        height: u32,
        /// The first height whose block may spend it.
        first: u32,
        /// How many blocks are missing until it can be sent.
        missing: u32,
        /// The height of Bitcoin.
        tip: u32,
    },
    /// It is another output in Bitcoin.
    #[error("{at} is an output of {got} sats in Bitcoin, not the one of {expected} sats that was locked")]
    Another {
        /// The output.
        at: OutPoint,
        /// Its value, in sats.
        got: u64,
        /// The value that was expected.
        expected: u64,
    },
    /// The transaction of the output does not parse.
    #[error("the transaction of {at}: {why}")]
    Transaction {
        /// The output.
        at: OutPoint,
        /// Why.
        why: TransactionError,
    },
    /// The key is another one's.
    #[error("the key is of {key}, and {at} of {owner}")]
    Key {
        /// Whose the key is.
        key: XOnlyKey,
        /// The output.
        at: OutPoint,
        /// Whose it is.
        owner: XOnlyKey,
    },
    /// Nothing is paid to miners.
    #[error("a fee of at least 1 sat is due")]
    NoFee,
    /// More than anybody would pay.
    #[error(
        "a fee of {fee} sats is absurd: at most {most} sats are taken for it, half of what is there, or {MOST_RATE} a virtual byte"
    )]
    Fee {
        /// The fee, in sats.
        fee: u64,
        /// The most that is taken.
        most: u64,
    },
    /// What is left is dust.
    #[error("{left} sats would be left, which is dust: lower --fee")]
    Dust {
        /// What is left, in sats.
        left: u64,
    },
    /// Bitcoin would refuse it.
    #[error("{0}")]
    Refused(String),
    /// Who is asked does not answer.
    #[error("{0}")]
    Away(String),
}

/// Finds the one of these outputs that is there and can be taken back now.
///
/// # Errors
/// [`WithdrawError`]: none is, or its time is not over.
pub fn find(bitcoin: &(impl Ledger + ?Sized), stake: OutPoint, all: &[Held]) -> Result<Seen, WithdrawError> {
    let (mut there, mut unseen, mut spent) = (None, None, None);
    for held in all {
        let Held { at, kind, time, .. } = held;
        let height = match bitcoin.find(at).map_err(WithdrawError::Away)? {
            Found::Unknown => continue,
            Found::Waiting => {
                unseen = Some(WithdrawError::Unseen { at: *at, kind: *kind, time: *time });
                continue;
            }
            Found::In(place) => place.height,
        };
        let gone = |by| WithdrawError::Spent { at: *at, kind: *kind, by };
        match bitcoin.spending(at, u32::MAX).map_err(WithdrawError::Away)? {
            Spending::Unspent => there = Some(Seen { held: held.clone(), height, waiting: None }),
            Spending::Waiting(by) => {
                there = Some(Seen { held: held.clone(), height, waiting: Some(by) });
            }
            Spending::Spent(by) => spent = Some(gone(Some(by.txid))),
            Spending::NotUpTo(_) => spent = Some(gone(None)),
        }
    }
    let Some(seen) = there else {
        return Err(unseen.or(spent).unwrap_or(WithdrawError::NotThere(stake)));
    };
    seen.check_output(bitcoin)?;
    match seen.check_time(bitcoin.tip().map_err(WithdrawError::Away)?) {
        Ok(()) => Ok(seen),
        // What spends it before its time has a time of its own.
        Err(early) => Err(unseen.unwrap_or(early)),
    }
}

impl Seen {
    /// Whether a block above this tip may take it back.
    ///
    /// # Errors
    /// [`WithdrawError::Early`].
    pub fn check_time(&self, tip: u32) -> Result<(), WithdrawError> {
        let Self { held: Held { at, kind, time, .. }, height, .. } = *self;
        let first = height.saturating_add(time.into());
        match first.saturating_sub(1).saturating_sub(tip) {
            0 => Ok(()),
            missing => Err(WithdrawError::Early { at, kind, time, height, first, missing, tip }),
        }
    }

    /// Holds it against the output that Bitcoin has there.
    fn check_output(&self, bitcoin: &(impl Ledger + ?Sized)) -> Result<(), WithdrawError> {
        let (at, expected) = (self.held.at, &self.held.path.spent);
        let tx = bitcoin.transaction(&at).map_err(WithdrawError::Away)?;
        let tx = Transaction::parse(&tx.ok_or(WithdrawError::NotThere(at))?);
        let tx = tx.map_err(|why| WithdrawError::Transaction { at, why })?;
        match usize::try_from(at.index).ok().and_then(|index| tx.outputs.get(index)) {
            None => Err(WithdrawError::NotThere(at)),
            Some(real) if real == expected => Ok(()),
            Some(real) => Err(WithdrawError::Another { at, got: real.value, expected: expected.value }),
        }
    }
}

/// A transaction that takes an output back, without its owner's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    held: Held,
    tx: PresignedTx,
}

impl Withdrawal {
    /// Pays all of it but the fee, in sats, to this script. Its fee can be raised (BIP-125), for its sequence is the time.
    ///
    /// # Errors
    /// [`WithdrawError::NoFee`], [`Fee`](WithdrawError::Fee), [`Dust`](WithdrawError::Dust).
    pub fn new(held: &Held, to: &[u8], fee: u64) -> Result<Self, WithdrawError> {
        let sats = held.path.spent.value;
        let left = sats.saturating_sub(fee);
        let outputs = vec![Output { value: left, script: to.to_vec() }];
        let is_dust = outputs.iter().any(is_dust);
        let tx = PresignedTx { version: 2, spends: held.at, sequence: held.time.into(), outputs };
        let made = Self { held: held.clone(), tx };
        let most = MOST_RATE.saturating_mul(made.virtual_size()).min(sats / 2);
        match fee {
            0 => Err(WithdrawError::NoFee),
            fee if fee > most => Err(WithdrawError::Fee { fee, most }),
            _ if is_dust => Err(WithdrawError::Dust { left }),
            _ => Ok(made),
        }
    }

    /// What it takes.
    pub const fn held(&self) -> &Held {
        &self.held
    }

    /// Its id, which no signature changes.
    pub fn txid(&self) -> Txid {
        self.tx.txid()
    }

    /// What it pays, in sats.
    pub fn sats(&self) -> u64 {
        self.tx.outputs.first().map_or(0, |output| output.value)
    }

    /// With its owner's signature, as Bitcoin's own interpreter takes it. One key gives the same bytes, always.
    ///
    /// # Errors
    /// [`WithdrawError::Key`], [`Refused`](WithdrawError::Refused).
    pub fn sign(&self, key: &SecretKey) -> Result<Vec<u8>, WithdrawError> {
        let Held { at, path, owner, .. } = &self.held;
        let signer: XOnlyKey = (*key.public_key().as_fp()).into();
        if signer != *owner {
            return Err(WithdrawError::Key { key: signer, at: *at, owner: *owner });
        }
        let signature = schnorr::sign(key, &sighash(&self.tx, path), &[0; 32]);
        let bytes = self.tx.with_witness(&witness::timelock(path, &signature));
        interpreter::check(&path.spent, &bytes).map_err(WithdrawError::Refused)?;
        Ok(bytes)
    }

    /// For whoever has the key elsewhere.
    ///
    /// # Errors
    /// [`PsbtError`].
    pub fn psbt(&self) -> Result<Psbt, PsbtError> {
        Psbt::by_leaf(&self.tx.serialize(), &self.held.path, &self.held.owner)
    }

    /// How much of a block it takes with its signature, in virtual bytes (BIP-141).
    fn virtual_size(&self) -> u64 {
        let bare = self.tx.serialize().len();
        let whole = self.tx.with_witness(&witness::timelock(&self.held.path, &[0; 64])).len();
        u64::try_from((3 * bare + whole).div_ceil(4)).unwrap_or(u64::MAX)
    }
}
