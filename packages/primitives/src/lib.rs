//! The words of the protocol, each with a type of its own.
//!
//! # The idea
//!
//! A finality gadget handles keys, hashes, heights of two chains, epochs of a third, times by two clocks and
//! amounts of bitcoin, all of which are 32 bytes or a `u64` on the wire. Mixing two of them up compiles, passes
//! its tests, and loses money. So strings and bytes are **parsed at the door** into the types of this
//! crate, and after parsing no bare `String`, `Vec<u8>` or `u64` stands for any of them.
//!
//! # The danger
//!
//! Two byte orders live side by side: Bitcoin shows its hashes reversed ([`Txid`]), everything else
//! here is shown as it is stored. And there are two 32-byte hashes of one block of the appchain: the
//! [`BlockHash`] of block *h* and the [`AppHash`] in its header, which is the state *after block h-1*.
//! Votes are on the latter (PROTOCOL.md, "The block hooks" and "Signed bytes").
//!
//! # Synopsis
//!
//! ```
//! use bsn_primitives::{FpPublicKey, Sats, SigningContext};
//!
//! let fp = FpPublicKey::from_hex("DB34109AF277BDB0B0D643F97190730217538F8643CAFD4005A633903A1EA03D")?;
//! assert_eq!(fp.to_string(), "db34109af277bdb0b0d643f97190730217538f8643cafd4005a633903a1ea03d");
//! assert!(Sats::new(21_000_000 * 100_000_000 + 1).is_err());
//! let vote = SigningContext::finality_vote("bsn-1", "bbnc1contract");
//! assert_eq!(vote.as_str().len(), 64);
//! # Ok::<(), bsn_primitives::ParseError>(())
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

mod amount;
mod context;
mod error;
mod fp_id;
mod hash;
mod height;
mod key;
mod knobs;
mod sorted;
mod time;
mod unit;

pub use amount::{Sats, VotingPower};
pub use context::SigningContext;
pub use error::ParseError;
pub use fp_id::FpId;
pub use hash::{AppHash, BlockHash, Txid};
pub use height::{BlockHeight, BtcHeight, EpochNumber};
pub use key::FpPublicKey;
pub use sorted::Sorted;
pub use time::{BtcTime, Seconds, UnixNanos, UnixTime};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
