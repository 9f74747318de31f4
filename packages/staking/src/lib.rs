//! Who holds how much power: finality providers, the delegations to them, and when those end.
//!
//! # The idea
//!
//! Babylon tells an appchain, packet by packet, of new finality providers (FPs), of delegations that
//! became active and of delegations that ended early. Nobody tells it when one ends in time: that
//! follows from the height of Bitcoin. This crate keeps the sum, without knowing where it is stored:
//! a [`Ledger`] loads and records, the functions of [`judge`] decide, [`apply`] does a packet,
//! [`expire`] what Bitcoin's height ends.
//!
//! A delegation leaves once, by one exit, and takes its sats with it exactly once:
//!
//! ```text
//!                    Unbonded   ┌───────────┐
//!                  ┌──────────► │ Unbonding │
//!   ┌────────┐     │            └───────────┘
//!   │ Active │ ────┤ Expired    ┌───────────┐
//!   └────────┘     └──────────► │  Expired  │    end height - unbonding time <= highest tip seen
//!                               └───────────┘
//! ```
//!
//! An FP is known once registered, may be jailed and come back; slashed is terminal, and so, but for
//! slashing, is orphaned: its channel was replaced by one under another consumer id, so nobody tells us of
//! its delegations any more (*active* is no state but a place in the active set, which follows from the power):
//!
//! ```text
//!   ┌────────────┐  Jail    ┌────────┐
//!   │ Registered │ ───────► │ Jailed │
//!   └────────────┘ ◄─────── └────────┘
//!      │     │      Unjail    │     │
//!      │     │ Orphan  Orphan │     │
//!      │     ▼                ▼     │
//!      │   ┌────────────────────┐   │
//!      │   │      Orphaned      │   │
//!      │   └────────────────────┘   │
//!      │ Slash      │ Slash         │ Slash
//!      ▼            ▼               ▼
//!   ┌──────────────────────────────────┐
//!   │             Slashed              │
//!   └──────────────────────────────────┘
//! ```
//!
//! # How five thousand expire at once
//!
//! Every delegation adds its sats to its FP and to the **bucket** of (its expiry height, its FP). When
//! the tip of Bitcoin passes that height the bucket's sum leaves the FP in one step, however many
//! delegations it holds. Their own records are not touched and need no cleaning up: *expired* is
//! not stored but seen ([`Delegation::status`]). One that arrives after its height gets no bucket and no
//! power; one that is undelegated after its height is left to the bucket. So nothing is subtracted
//! twice, and [`expire`] can take any number of buckets at a time.
//!
//! # The danger
//!
//! * Babylon sends each thing once and forgets it. So an item is **applied**, **already known**, or
//!   **quarantined** with its reason for a later retry; it never fails its neighbours.
//! * An undelegation may come first: its delegation was pending when it ended, or lies in quarantine.
//!   It is remembered ([`Record::Foretold`]), and that delegation never gets power.
//! * The tip used here is the **highest ever seen**. If a reorganization could lower it, a height could
//!   get a second bucket after the first had been emptied.
//! * A slashed FP keeps its stake (the sum still has to come out right) but its
//!   [`power`](FinalityProvider::power) is zero for ever.
//!
//! # Synopsis
//!
//! ```
//! use bsn_staking::primitives::{BtcHeight, FpPublicKey, Sats, VotingPower};
//! use bsn_staking::{ActiveDelegation, Item, ItemDigest, Ledger, NewFinalityProvider, PopVerdict, Rules, StakingTx, Verdict};
//! # let one_in_one_out: Vec<u8> = [&[2, 0, 0, 0, 1][..], &[7; 36], &[0], &[0xff; 4], &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[0; 4]].concat();
//! let mut ledger = bsn_staking::memory::MemoryLedger::default();
//! let key = FpPublicKey::from_bytes([1; 32]);
//! let fp = NewFinalityProvider {
//!     key,
//!     babylon_address: "bbn1operator".into(),
//!     consumer_id: "07-tendermint-0".into(),
//!     commission: "0.050000000000000000".into(),
//!     pop: None,
//!     digest: ItemDigest::of(b"the item as it arrived"),
//! };
//! let delegation = ActiveDelegation {
//!     staker_address: "bbn1staker".into(),
//!     staker_key: [9; 32],
//!     fps: vec![FpPublicKey::from_bytes([200; 32]), key], // the first is Babylon's own
//!     start_height: BtcHeight::new(100),
//!     end_height: BtcHeight::new(1_000),
//!     unbonding_time: 101,
//!     sats: Sats::new(50_000)?,
//!     staking_tx: StakingTx::parse(&one_in_one_out)?,
//!     output_index: 0,
//!     params_version: 1,
//!     digest: ItemDigest::of(b"the other item"),
//! };
//! let packet = [Item::NewFinalityProvider(fp, PopVerdict::Verified), Item::ActiveDelegation(delegation.clone())];
//! let outcome = bsn_staking::apply(&mut ledger, &Rules::default(), Some(BtcHeight::new(105)), packet)?;
//! assert!(outcome.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Applied(_))));
//! assert_eq!(outcome.power_changes[0].after, VotingPower::new(50_000));
//!
//! let again = bsn_staking::apply(&mut ledger, &Rules::default(), None, [Item::ActiveDelegation(delegation)])?;
//! assert_eq!(again.verdicts, [Verdict::AlreadyKnown]);
//!
//! let expired = bsn_staking::expire(&mut ledger, BtcHeight::new(899), 1_000)?;
//! assert_eq!(expired.power_changes[0].after, VotingPower::ZERO);
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

mod apply;
mod batch;
mod delegation;
mod expire;
#[cfg(test)]
mod fixture;
mod item;
pub mod judge;
mod ledger;
pub mod memory;
mod provider;
mod stake;
mod tx;
mod verdict;

pub use apply::{FpOutcome, Outcome, apply, move_fp, register_local};
pub use delegation::{Delegation, DelegationStatus, Named, Record};
pub use expire::{Expired, expire};
pub use item::{
    ActiveDelegation, Item, ItemDigest, MAX_FPS, NewFinalityProvider, PopVerdict, ProofOfPossession,
    Undelegation,
};
pub use ledger::{Class, Due, ExpiryBucket, Ledger, NEVER};
pub use primitives::FpId;
pub use provider::{FinalityProvider, FpEvent, FpProfile, FpStatus, PopTrust, PowerChange, StatusError};
pub use stake::{
    ActiveStake, MAX_STAKES, Stake, StakeOutcome, StakeRefusal, StakeVerdict, apply_outcomes, pack, unpack,
};
pub use tx::StakingTx;
pub use verdict::{Applied, Consumer, Reason, Rules, Verdict};
// Whose types stand in the signatures of this crate.
pub use {bitcoin_spv, primitives};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
