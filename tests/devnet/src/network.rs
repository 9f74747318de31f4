//! A whole network, ready to run: an appchain with `bsn` on it, Babylon Genesis, a relayer, Bitcoin, and finality
//! providers that vote.
//!
//! ```no_run
//! use devnet::network::{Network, Setup};
//!
//! let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10]))?;
//! network.run(20)?;
//! let last: Option<u64> = network.query(&serde_json::json!({"last_finalized_height": {}}))?;
//! assert!(last.is_some());
//! # Ok::<(), devnet::network::NetworkError>(())
//! ```

mod alone;
mod babylon_end;
mod bitcoin;
mod channel;
mod deploy;
mod setup;
mod stake;
mod verification;

use std::collections::BTreeSet;
use std::path::PathBuf;

use primitives::{AppHash, Txid};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;

use crate::actors::babylon::{BabylonError, Stake, StateDigest};
use crate::actors::finality_provider::FinalityProviderError;
use crate::actors::{FinalityProvider, Miner, Stakers};
use crate::ibc::{ChannelIds, Delivery, Link, LinkError};
use crate::{BlockReport, Chain, Failure, TxError, TxReport};

pub use alone::{GRID, SELF_STAKE_TIMELOCK};
pub use babylon_end::BabylonEnd;
pub use deploy::instantiate_message;
pub use setup::Setup;
#[cfg(feature = "vm")]
pub use setup::artifacts;
pub use stake::verdicts;
pub use verification::{Verification, elect, elect_for};

/// Sats in a bitcoin.
pub const BTC: u64 = 100_000_000;

/// Why a network could not do something.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The wasm is not there.
    #[error("cannot read {path}: run cargo xtask wasm first")]
    NoWasm {
        /// Where it should be.
        path: PathBuf,
    },
    /// The appchain refused.
    #[error(transparent)]
    Chain(#[from] Failure),
    /// A transaction failed.
    #[error(transparent)]
    Tx(#[from] TxError),
    /// The link refused.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Babylon refused.
    #[error(transparent)]
    Babylon(#[from] BabylonError),
    /// A stake is not what it should be.
    #[error("stake {txid}: {reason}")]
    Stake {
        /// The id of its staking transaction.
        txid: Txid,
        /// What is wrong.
        reason: String,
    },
    /// The chain has no committee of its own, or it cannot sign that.
    #[error("no committee of this chain's own signs that")]
    NoCommittee,
    /// A finality provider could not.
    #[error(transparent)]
    FinalityProvider(#[from] FinalityProviderError),
}

/// A running network.
#[derive(Clone)]
pub struct Network {
    /// The appchain.
    pub chain: Chain,
    /// Babylon and the relayer. Where the chain is [alone](Network::is_alone) it leads nowhere.
    pub link: Link<BabylonEnd>,
    /// Bitcoin.
    pub miner: Miner,
    /// Who stakes by this chain's own committee; absent where all stake is Babylon's.
    pub own: Option<Stakers>,
    /// The contract's address.
    pub bsn: String,
    /// The light client's address; empty if the contract was instantiated without one.
    pub light_client: String,
    /// The address of the contract that verifies delegations; empty where Babylon's word counts.
    pub stake_verifier: String,
    /// The admin's account.
    pub admin: String,
    /// The account that pays for votes.
    pub sender: String,
    /// The channel to Babylon.
    pub channel: Option<ChannelIds>,
    /// The finality providers, in the order of the stakes.
    pub fps: Vec<FinalityProvider>,
    /// Those that do not vote, by their place.
    pub offline: BTreeSet<usize>,
}

impl Network {
    /// The state digest that the contract's must equal.
    pub fn babylon_digest(&self) -> Value {
        let StateDigest { fps, total_sats, sha256 } =
            self.link.app.babylon.state_digest(&self.link.app.client);
        json!({ "fps": fps, "total_sats": total_sats.to_string(), "sha256": hex::encode(sha256) })
    }

    /// Registers one more finality provider on Babylon with a stake in whole bitcoin; the next relay brings it.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn add_fp(&mut self, seed: u64, stake: u64) -> Result<usize, NetworkError> {
        self.add_operated_fp(seed, stake, None)
    }

    /// The same with an operator's account of one's own.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn add_operated_fp(
        &mut self,
        seed: u64,
        stake: u64,
        operator: Option<&[u8; 20]>,
    ) -> Result<usize, NetworkError> {
        let appchain = self.appchain();
        let index = self.fps.len();
        let mut fp = FinalityProvider::new(seed, u32::try_from(index).unwrap_or(u32::MAX), &appchain);
        if let Some(operator) = operator {
            fp = FinalityProvider::with_key(fp.secret_key().clone(), *operator, &appchain);
        }
        let babylon = &mut self.link.app.babylon;
        babylon.register_fp(&fp, &self.link.app.client)?;
        babylon.delegate(Stake::new(&[fp.public_key()], stake * BTC))?;
        self.fps.push(fp);
        Ok(index)
    }

    /// Commits randomness.
    ///
    /// # Errors
    /// [`NetworkError::Tx`] where the contract refuses.
    pub fn commit(&mut self, index: usize, start: u64, count: u64) -> Result<TxReport, NetworkError> {
        let message = self.fps[index].commit(start, count);
        Ok(self.execute(&message)?)
    }

    /// Has everybody commit randomness for as many heights from one on, and lets two blocks pass.
    fn commit_all(&mut self, start: u64, heights: u64) -> Result<(), NetworkError> {
        for index in 0..self.fps.len() {
            self.commit(index, start, heights)?;
        }
        self.chain.next_blocks(2);
        Ok(())
    }

    fn shown(&self, height: u64) -> (AppHash, u64) {
        let header = self.chain.header(height).expect("the chain has this height");
        (AppHash::from_bytes(header.app_hash), header.time.nanos())
    }

    /// The hash that is voted for at a height of this chain.
    pub fn app_hash(&self, height: u64) -> AppHash {
        self.shown(height).0
    }

    /// Carries everything that waits; what is carried is in a block of its own.
    pub fn relay(&mut self) -> Vec<Delivery> {
        let deliveries = self.link.relay(&mut self.chain);
        self.chain.next_block();
        deliveries
    }

    /// The vote of one finality provider at a height, for this chain's hash.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn vote(&mut self, index: usize, height: u64) -> Result<TxReport, NetworkError> {
        let message = self.fps[index].vote(height, &self.app_hash(height))?;
        Ok(self.execute(&message)?)
    }

    /// One block: everybody online votes at the last height; who may not is passed over.
    pub fn step(&mut self) -> BlockReport {
        let height = self.chain.height();
        for index in 0..self.fps.len() {
            if !self.offline.contains(&index) {
                let _ = self.vote(index, height);
            }
        }
        self.chain.next_block()
    }

    /// `blocks` times [`step`](Self::step).
    ///
    /// # Errors
    /// None today; callers are ready for more.
    pub fn run(&mut self, blocks: u64) -> Result<Vec<BlockReport>, NetworkError> {
        Ok((0..blocks).map(|_| self.step()).collect())
    }

    /// A message to the contract by somebody.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn execute(&mut self, message: &Value) -> Result<TxReport, TxError> {
        let (sender, bsn) = (self.sender.clone(), self.bsn.clone());
        self.chain.execute(&sender, &bsn, message)
    }

    /// A query to the contract.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn query<T: DeserializeOwned>(&self, message: &Value) -> Result<T, NetworkError> {
        Ok(self.chain.query(&self.bsn, message)?)
    }

    /// The last finalized height, 0 if there is none.
    pub fn finalized(&self) -> u64 {
        let last: Result<Option<u64>, _> = self.query(&json!({ "last_finalized_height": {} }));
        last.ok().flatten().unwrap_or_default()
    }
}
