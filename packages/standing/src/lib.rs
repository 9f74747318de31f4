//! Where a delegation stands, by what Bitcoin has shown of it.
//!
//! # The idea
//!
//! Whether a delegation's bytes are good does not change; whether its coin is locked does. Somebody proves that the staking
//! transaction is in a block, later somebody proves that the stake was spent, and Bitcoin may reorganize either
//! away. This crate keeps what follows from that for each stake, known by its outpoint, without knowing where it is stored
//! ([`Ledger`]):
//!
//! ```text
//!              block left the chain                 spend k deep (of Babylon: any depth)
//!            ┌──────────────────────┐         ┌──────────────────────────────────┐
//!            ▼                      │         │                                  ▼
//!  take ─▶ Waiting ──prove, fresh or vouched──▶ Active ────────────────────────▶ Ended
//!            │ ▲ └──prove, older──▶ Challenged ──challenge_delay──▶ Active        │ ▲
//!            │ │                      │      └────────────────────────────────────│─┤ spend
//!            │ └──────────────────────┘ block left the chain                      │ │
//!            └────────────────────────────────────────────────────────────────────│─┘ spend
//!              prove: as from Waiting ◀── the spend's block left the chain ────────┘
//! ```
//!
//! [`take`] begins one, [`prove`] takes a proof of inclusion, [`spend`] one of a spend, [`follow`] does what time and
//! reorganizations bring, [`forget`] ends one whose lock is over. The two decisions are pure functions in [`judge`]. Whatever changes the power that is counted comes back
//! as a [`Change`].
//!
//! # Why freshness
//!
//! Inclusion is not unspentness. One coin that is staked, unbonded and staked again is included each time. A stake younger
//! than half of the unbonding time may be unbonding by now, but then it is still locked and slashable there
//! for as long again. An older one counts at once only if Babylon says that it is active; else it waits for
//! [`Rules::challenge_delay`], in which everybody may prove that it was spent.
//!
//! # How a reorganization is seen
//!
//! Blocks with stakes that count and are less than w deep are *watched*. The ledger remembers a block of which all
//! watched blocks are ancestors ([`Ledger::synced`]). While it is in the chain, so are they, and [`follow`] has nothing to do. Once it
//! is not, the highest watched blocks that are not in the chain are taken back one by one, down to the first that is: all
//! others lie below it. Proofs are refused until that is done ([`Refusal::Reorganizing`]).
//!
//! # The danger
//!
//! * **The prover must have checked** that the block is in the chain with the most work, and that the transaction is in it:
//!   [`prove`] and [`spend`] believe that.
//! * **A spend that nobody proves is not known.** Safe is who has one watcher whose transaction gets in within half of an
//!   unbonding time.
//! * **A spend k deep that is reorganized out** ends the stake until somebody proves its inclusion again. One that only
//!   Babylon spoke of may lie less deep; then Babylon's word decides, as before.
//!
//! # Synopsis
//!
//! ```
//! use bsn_standing::memory::MemoryLedger;
//! use bsn_standing::{Block, Lock, Rules, Standing, Witness, follow, prove, spend, take};
//! # use bsn_standing::bitcoin_spv::OutPoint;
//! # use bsn_standing::primitives::{BtcHeight, Txid};
//! let rules = Rules { k: 6, w: 100, challenge_delay: 144 };
//! let mut ledger = MemoryLedger::new(1_000);
//! let stake = OutPoint { txid: Txid::from_bytes([1; 32]), index: 0 };
//! let lock = Lock { time: 60_000, unbonding_time: 1_008, said_end: BtcHeight::new(60_990) };
//! take(&mut ledger, &stake, 50_000, true)?;
//!
//! let block = ledger.block_at(990);
//! let proven = prove(&mut ledger, &rules, &stake, &lock, block, &[])?.expect("ten deep");
//! assert_eq!((proven.start.get(), proven.end.get()), (990, 60_990));
//!
//! let spent_in = ledger.block_at(1_000); // the tip: too shallow to count
//! spend(&mut ledger, &rules, &stake, spent_in, Witness::Anybody)?.expect("remembered");
//! ledger.extend(6);
//! let changes = follow(&mut ledger, &rules, 32)?.changes;
//! assert_eq!(changes.len(), 1);
//! assert_eq!(ledger.standing(&stake), Some(Standing::Ended { at: spent_in }));
//! # Ok::<(), core::convert::Infallible>(())
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

mod descend;
mod follow;
mod forget;
pub mod judge;
mod ledger;
pub mod memory;
mod prove;
mod refusal;
mod spend;
mod standing;
mod take;

pub use descend::{Ancestor, DescendError, descend};
pub use follow::{Followed, catch_up, follow};
pub use forget::forget;
pub use ledger::{Entry, Ledger, List, is_in_chain};
pub use prove::{Proven, prove};
pub use refusal::Refusal;
pub use spend::{Spent, spend};
pub use standing::{Block, Change, Known, Lock, Rules, Stake, Standing, What, Witness};
pub use take::{Taken, take};
// Whose types stand in the signatures of this crate.
pub use {bitcoin_spv, primitives};

/// For how many blocks it is remembered that an outpoint was spent: the longest lock that Bitcoin knows. A stake that old
/// has no power left.
pub const REMEMBERED: u32 = 65_535;

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
