//! Who is paid what: rewards of finality providers (FPs) and of the bitcoin that is staked to them.
//!
//! # The idea
//!
//! At the end of a period coins arrive with the name of an FP. Its **commission** goes to its account, the **rest** to the
//! stakes that count for it at that moment, by their sats. An FP may have ten thousand stakes, so nobody loops over them. Each FP
//! has an **index** per denomination: what one sat has earned since the beginning. A stake remembers the index at which it began,
//! and has earned
//!
//! ```text
//! sats · (index now − index then)
//! ```
//!
//! whoever else came or left in between. Sharing out is one division ([`PerSat::share`]), whatever the number of stakes.
//!
//! A stake ends when it is spent, when its block leaves Bitcoin's chain, or by time. The first two are told ([`stop`]); nobody
//! tells the third. So stakes that expire at one height of Bitcoin are summed in a [`Bucket`]. Before coins are shared out,
//! buckets whose height has come are **closed**: their sats leave the FP's sum, and the index of that moment is written down. It is
//! the last one for every stake in the bucket, whenever somebody claims it.
//!
//! ```text
//!            ┌── begin ──▶ counting ── stop, or its bucket is closed ──▶ ended ── claim ──▶ gone
//!            │                │ ▲                                         │
//!          nothing            claim (what is owed leaves, it goes on)     └── begin again ──▶ counting
//! ```
//!
//! # To the coin
//!
//! Coins do not divide. An index has 64 bits below the coin, and every division keeps its remainder, so that at any time, in units of
//! 2⁻⁶⁴ coins and for each denomination,
//!
//! ```text
//! came in = paid out + owed to stakes + earned by counting stakes + accounts of FPs + carry + dust
//! ```
//!
//! exactly. *Carry* is what a division left: the next one divides it, too. *Dust* is what a stake has below a whole coin when it
//! ends: it goes to the FP's account once it is a coin. So what a stake is paid depends neither on when it is claimed nor on how often, nor
//! on whether others claim.
//!
//! # The danger
//!
//! * **Time is the caller's.** [`take`] closes what is due at the height that it is given. It must be the most work's tip, and the same one
//!   by which power expires, or stakes earn for hours without power.
//! * **Coins move elsewhere.** What [`claim`] answers has left the books. Whoever does not pay it in the same transaction has lost it.
//! * **Who counts is not decided here.** [`begin`] and [`stop`] believe their caller. Trusted stake, which has no outpoint here, does not
//!   earn here: who sends coins sends only what verified stake has earned.
//! * **A small stake gets all** where it is the only one of its FP. The caller's weights have to be those of the same stakes.
//!
//! # Synopsis
//!
//! ```
//! use bsn_payout::memory::MemoryLedger;
//! use bsn_payout::{Rate, Share, Terms, begin, claim, set_commission, take};
//! # use bsn_payout::bitcoin_spv::OutPoint;
//! # use bsn_payout::primitives::{BtcHeight, FpPublicKey, Sats, Txid, UnixTime};
//! let fp = FpPublicKey::from_bytes([2; 32]);
//! let stake = |n| OutPoint { txid: Txid::from_bytes([n; 32]), index: 0 };
//! let terms = |sats| Terms { staker_key: [3; 32], fp, sats: Sats::new(sats).unwrap(), expiry: BtcHeight::new(900) };
//! let mut ledger = MemoryLedger::default();
//! set_commission(&mut ledger, &fp, Rate::new(100)?, UnixTime::new(1_700_000_000))?.expect("one point");
//! begin(&mut ledger, &stake(1), &terms(30_000))?;
//! begin(&mut ledger, &stake(2), &terms(10_000))?;
//!
//! let share = Share { fp, coins: vec![("ubbn".into(), 1_000)] };
//! take(&mut ledger, BtcHeight::new(800), &[share], &[("ubbn".into(), 1_000)])?.expect("shares are the funds");
//!
//! // Ten are commission; the rest is 742.5 and 247.5.
//! let paid = |coins: Option<bsn_payout::Claimed>| coins.unwrap().coins.iter().next().map(|(_, coins)| coins);
//! assert_eq!(paid(claim(&mut ledger, &stake(1))?), Some(742));
//! assert_eq!(paid(claim(&mut ledger, &stake(2))?), Some(247));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]

mod account;
mod claim;
mod commission;
mod count;
mod denom;
mod expiry;
mod ledger;
pub mod memory;
mod payee;
mod per_sat;
mod provider;
mod shares;

pub use account::{Account, Accrual, Terms};
pub use claim::{Claimed, claim};
pub use commission::{Commission, CommissionError, Rate};
pub use count::{begin, stop};
pub use denom::{DenomId, Denoms, MAX_DENOMS, PerDenom, TooManyDenoms};
pub use expiry::{Bucket, Closed, close};
pub use ledger::Ledger;
pub use payee::{CounterTooLow, check_counter};
pub use per_sat::PerSat;
pub use provider::{Pot, Provider, set_commission, take_account, take_bounty};
pub use shares::{MAX_CLOSED, MAX_SHARES, Share, ShareError, take};
// Whose types stand in the signatures of this crate.
pub use {bitcoin_spv, primitives};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
