//! Those who stake in Bitcoin for a chain without Babylon: delegators, finality providers with stake of their own, and the chain's own
//! committee, which signs what delegators make.
//!
//! ```
//! use actors::babylon::LockTimes;
//! use actors::{Appchain, FinalityProvider, Stake, Stakers};
//!
//! let mut stakers = Stakers::new(7, 3, 2, LockTimes::default()).expect("2 of 3");
//! let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
//! let fp = FinalityProvider::new(7, 0, &appchain);
//! let txid = stakers.delegate(&Stake::new(&[fp.public_key()], 100_000), 120).expect("enough for the fees");
//! assert_eq!(stakers.delegation(&txid).expect("just made").event.covenant_sigs.len(), 3);
//! ```

mod exit;
mod lock;
mod payout;
mod timestamp;

use std::collections::BTreeMap;

use primitives::Txid;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

pub use exit::{Exit, published};
pub use lock::Lock;
pub use payout::payout_word;

use crate::babylon::{Beginning, Committee, Delegation, LockTimes, Stake};
use crate::randomness;

/// For how long finality providers lock stake of their own, at least, in blocks of Bitcoin.
pub const SELF_STAKE_TIMELOCK: u16 = 2_000;

/// Everybody who stakes by the chain's own rules, and the committee.
#[derive(Debug, Clone)]
pub struct Stakers {
    rng: ChaCha20Rng,
    committee: Committee,
    delegations: BTreeMap<Txid, Delegation>,
    locks: BTreeMap<Txid, Lock>,
}

impl Stakers {
    /// A committee of `size` of which `quorum` must sign, for locks of so many blocks; `None` where those make no committee.
    pub fn new(seed: u64, size: usize, quorum: u8, locks: LockTimes) -> Option<Self> {
        let mut rng = randomness::generator(seed, "stakers");
        let committee = Committee::new(&mut rng, size, quorum, locks)?.own();
        Some(Self { rng, committee, delegations: BTreeMap::new(), locks: BTreeMap::new() })
    }

    /// The committee.
    pub const fn committee(&self) -> &Committee {
        &self.committee
    }

    /// Its parameters, as `btc-staking` is told them.
    pub fn wire(&self) -> Value {
        self.committee.wire()
    }

    /// What `btc-staking` is instantiated with: this committee, and what finality providers may lock themselves. `challenge_delay` is in
    /// blocks of Bitcoin; `None`: as the contract has it.
    pub fn settings(&self, governance: &str, challenge_delay: Option<u32>) -> Value {
        json!({
            "challenge_delay": challenge_delay,
            "governance": governance,
            "families": [{ "family": "own", "versions": [self.wire()] }],
            "self_stake": { "min_sats": 100_000, "min_timelock": SELF_STAKE_TIMELOCK, "exit_time": 1_008 },
        })
    }

    /// A delegation, made and signed while Bitcoin's tip is at `tip`; `None` where a value leaves nothing after fees, or a time is none.
    pub fn delegate(&mut self, stake: &Stake, tip: u32) -> Option<Txid> {
        let beginning =
            Beginning { lock_time: stake.lock_time.unwrap_or_default(), start_height: tip, previous: None };
        let delegation = self.committee.delegate(&mut self.rng, stake, &beginning)?;
        let txid = delegation.staking_tx.txid();
        self.delegations.insert(txid, delegation);
        Some(txid)
    }

    /// A delegation by the txid of its staking transaction.
    pub fn delegation(&self, txid: &Txid) -> Option<&Delegation> {
        self.delegations.get(txid)
    }

    /// All delegations, ascending by txid.
    pub fn delegations(&self) -> impl Iterator<Item = (&Txid, &Delegation)> {
        self.delegations.iter()
    }

    /// What a finality provider has locked, by the txid.
    pub fn lock(&self, txid: &Txid) -> Option<&Lock> {
        self.locks.get(txid)
    }
}
