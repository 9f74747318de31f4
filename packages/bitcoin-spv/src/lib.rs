//! What Bitcoin lets a contract know without running a node.
//!
//! # The idea
//!
//! A Bitcoin header is 80 bytes and carries its own evidence: its hash must lie below a target, and the
//! target follows from the headers before it. So a program that holds headers only can tell which chain
//! has cost the most work ([`extend`]), how deep a block lies in it, that a transaction is in a block
//! ([`MerkleBranch`]), and that a Babylon checkpoint was written into Bitcoin ([`checkpoint`]).
//!
//! Everything here is a pure function over values. The chain is read through [`HeaderSource`]; what has
//! to be written and removed comes back as a plan, an [`Extension`].
//!
//! # The danger
//!
//! * **Work is the only witness.** A chain is believed because it was expensive to make. On test networks
//!   it was not: there anyone with a laptop makes the heaviest chain, and who may submit has to be
//!   decided elsewhere.
//! * **A client that starts in the middle lacks ancestors.** The exact target at a boundary needs the
//!   first header of the period, the median time needs eleven. Where one is missing, the weaker bound
//!   that is enforced instead has a name ([`Expected::Within`], [`RecentTimes::floor`]) and never
//!   refuses a header that Bitcoin accepts.
//! * **A Merkle branch proves less than it seems to.** An inner node is 64 bytes, and so may be a
//!   transaction; [`MerkleBranch::root_of`] refuses both ways of passing one off as the other that it
//!   can see, and says which one it cannot.
//!
//! # Synopsis
//!
//! ```
//! use bsn_bitcoin_spv::{Context, Header, Network, Rules, Work, extend};
//! use bsn_bitcoin_spv::primitives::BtcHeight;
//! # use bsn_bitcoin_spv::{HeaderHash, HeaderSource, Placed};
//! # struct Nothing;
//! # impl HeaderSource for Nothing {
//! #     fn height_of(&self, _: &HeaderHash) -> Option<BtcHeight> { None }
//! #     fn header_at(&self, _: BtcHeight) -> Option<Placed> { None }
//! # }
//! // The first two blocks of Bitcoin.
//! let genesis = Header::from_hex(
//!     "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e\
//!      67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c",
//! )?;
//! let first = Header::from_hex(
//!     "010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e\
//!      1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299",
//! )?;
//! let rules = Rules { params: Network::Mainnet.params(), latest_time: None };
//! let tip = Context::base(BtcHeight::new(0), &genesis, Work::ZERO, &rules.params)?;
//! let extension = extend(&Nothing, &tip, &[first], &rules)?;
//! assert_eq!(extension.tip.height, BtcHeight::new(1));
//! assert!(extension.removed.is_empty());
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

mod bytes;
pub mod checkpoint;
mod context;
mod error;
mod extend;
mod hash;
mod header;
mod inclusion;
mod params;
mod retarget;
mod target;
mod times;
mod transaction;
mod u256;

pub use context::{Context, Rules};
pub use error::{ExtendError, HeaderError};
pub use extend::{Extension, HeaderSource, Placed, Removed, extend};
pub use hash::{HeaderHash, MerkleRoot};
pub use header::Header;
pub use inclusion::{InclusionError, MerkleBranch};
pub use params::{Network, Params};
pub use retarget::{Expected, PERIOD, PeriodStart, TIMESPAN, expected_bits, is_boundary, start_of_period};
pub use target::{CompactTarget, Target, TargetError, Work};
pub use times::RecentTimes;
pub use transaction::{Input, OutPoint, Output, Transaction, TransactionError};
pub use u256::U256;
// Whose types stand in the signatures of this crate.
pub use primitives;

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
