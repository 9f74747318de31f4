//! Babylon Genesis' side of the channel: what it believes, what it sends, and what it makes of what
//! comes back.
//!
//! # The idea
//!
//! A contract that is tested against packets of its own author's making passes. So this double follows
//! Babylon's rules, the inconvenient ones above all:
//!
//! * One channel per client in its whole life ([`Babylon::begin_channel`]).
//! * Events are grouped by kind, and forgotten once sent: an error acknowledgement loses them
//!   ([`Babylon::take_staking_packet`]).
//! * Bitcoin headers may overlap what was sent before ([`Babylon::take_headers_packet`]).
//! * Of the appchain's headers only the highest of an epoch is kept, so that heights can go *down* from
//!   one epoch to the next ([`Babylon::record_header`]), and the proof that should go with it is one of
//!   absence ([`Babylon::finalize_epoch`]).
//! * The end of a delegation's time is no event ([`Babylon::active_sats`]).
//! * Evidence counts only if the key comes out of it ([`Babylon::receive`]).
//!
//! # What it is not
//!
//! Signatures of Babylon's validators (BLS) are random bytes of the right length, and unless a committee is elected
//! ([`Babylon::elect`]) so are those of stakers and of the covenant committee. Proofs about Babylon's state are real, up to the epoch's app hash.
//!
//! # Synopsis
//!
//! ```
//! use actors::{Appchain, Babylon, ConsumerMetadata, FinalityProvider, Stake};
//!
//! let mut babylon = Babylon::new(7, "bbn-1");
//! babylon.register_consumer("07-tendermint-0", ConsumerMetadata::default())?;
//! babylon.open_channel("07-tendermint-0", "channel-0")?;
//! let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
//! let fp = FinalityProvider::new(7, 0, &appchain);
//! babylon.register_fp(&fp, "07-tendermint-0")?;
//! babylon.delegate(Stake::new(&[fp.public_key()], 100_000))?;
//! assert!(babylon.take_staking_packet("07-tendermint-0").is_some());
//! assert_eq!(babylon.state_digest("07-tendermint-0").total_sats, 100_000);
//! # Ok::<(), actors::BabylonError>(())
//! ```
//!
//! Sources: PROTOCOL.md, "The channel", "Packets", "What Babylon sends, and when", "Checkpoints in Bitcoin",
//! "Sealed epochs", "Acknowledgements", "Slashing", "Rewards" and "Delegations"; RULINGS.md,
//! "Packets and items".

mod bitcoin;
mod committee;
mod delegation;
mod epochs;
mod error;
mod events;
mod iavl;
mod providers;
mod registry;
mod rewards;
mod sealed;
mod slashing;
mod staking;
#[cfg(test)]
mod tests;
pub(crate) mod transactions;

use std::collections::BTreeMap;

use primitives::{FpPublicKey, Txid};
use rand_chacha::ChaCha20Rng;

pub(crate) use committee::Beginning;
pub use committee::{Committee, LockTimes};
pub use delegation::{AdaptorSignatures, Delegation, Stake};
pub use error::BabylonError;
pub use providers::{BabylonFp, Slashing};
pub use registry::{Channel, Consumer, ConsumerMetadata};
pub use rewards::{RewardRefusal, Transfer, TransferReceipt};
pub use sealed::SealedEpoch;
pub use slashing::{Receipt, SLASHING_ACK, SlashingRefusal};
pub use staking::StateDigest;

use crate::{finality_provider::secret_key, randomness};

/// The address of Babylon's module `btcstaking`: proofs of possession are for it, rewards go to it.
///
/// It is `bech32("bbn", sha256("btcstaking")[..20])`.
pub const BTC_STAKING_MODULE: &str = "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah";

/// Babylon's parameters, as far as they are felt on an appchain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Params {
    /// k: how deep in Bitcoin a block counts as confirmed; k + 1 headers open every appchain's view.
    pub confirmation_depth: u32,
    /// w: how deep a checkpoint must be for its epoch to be final.
    pub finalization_timeout: u32,
    /// What checkpoints in Bitcoin start with.
    pub checkpoint_tag: [u8; 4],
    /// The number of Babylon's blocks in an epoch.
    pub epoch_interval: u64,
    /// The most bytes of events in a packet: ibc-go's 256 KiB less 144.
    pub max_packet_bytes: usize,
    /// Whether a client can never have a second channel. It is so; scenarios may wish it were not.
    pub one_channel_per_client: bool,
}

impl Default for Params {
    /// Babylon's defaults.
    fn default() -> Self {
        Self {
            confirmation_depth: 10,
            finalization_timeout: 100,
            checkpoint_tag: [1, 2, 3, 4],
            epoch_interval: 10,
            max_packet_bytes: 262_144 - 144,
            one_channel_per_client: true,
        }
    }
}

/// Babylon Genesis.
#[derive(Debug, Clone)]
pub struct Babylon {
    /// Its parameters; may be changed at any time.
    pub params: Params,
    chain_id: String,
    rng: ChaCha20Rng,
    own_fp: FpPublicKey,
    covenant: Vec<[u8; 32]>,
    /// Signs delegations, in place of random bytes.
    committee: Option<Committee>,
    validators: sealed::Validators,
    bitcoin: bitcoin::Bitcoin,
    consumers: BTreeMap<String, Consumer>,
    fps: BTreeMap<FpPublicKey, BabylonFp>,
    delegations: BTreeMap<Txid, Delegation>,
    slashings: Vec<Slashing>,
    epoch: u64,
    sealed: BTreeMap<u64, SealedEpoch>,
}

impl Babylon {
    /// Starts Babylon in its first epoch, with one finality provider of its own, a covenant committee of
    /// three and four validators. `chain_id` is what proofs of possession are made for.
    pub fn new(seed: u64, chain_id: &str) -> Self {
        let mut rng = randomness::generator(seed, "babylon");
        let own = BabylonFp::own(&mut rng, chain_id);
        let own_fp = own.key;
        Self {
            params: Params::default(),
            chain_id: chain_id.into(),
            covenant: (0..3).map(|_| *secret_key(&mut rng).public_key().as_fp().as_bytes()).collect(),
            committee: None,
            validators: sealed::Validators::new(&mut rng),
            rng,
            own_fp,
            bitcoin: bitcoin::Bitcoin::default(),
            consumers: BTreeMap::new(),
            fps: BTreeMap::from([(own_fp, own)]),
            delegations: BTreeMap::new(),
            slashings: Vec::new(),
            epoch: 1,
            sealed: BTreeMap::new(),
        }
    }

    /// Has a committee sign all delegations from now on: `size` members of which `quorum` must. Until then scripts and signatures
    /// are random, which most tests do not mind, and which takes a hundredth of the time.
    ///
    /// # Errors
    /// [`BabylonError::BadCommittee`] where those make no committee.
    pub fn elect(&mut self, size: usize, quorum: u8) -> Result<&Committee, BabylonError> {
        self.elect_for(size, quorum, LockTimes::default())
    }

    /// The same for stakes that are locked as long as the caller says.
    ///
    /// # Errors
    /// [`BabylonError::BadCommittee`] where those make no committee.
    pub fn elect_for(
        &mut self,
        size: usize,
        quorum: u8,
        locks: LockTimes,
    ) -> Result<&Committee, BabylonError> {
        let committee = Committee::new(&mut self.rng, size, quorum, locks);
        let committee = committee.ok_or(BabylonError::BadCommittee { size, quorum })?;
        Ok(self.committee.insert(committee))
    }

    /// The committee, where one signs.
    pub fn committee(&self) -> Option<&Committee> {
        self.committee.as_ref()
    }

    /// Babylon's chain id.
    pub fn chain_id(&self) -> &str {
        &self.chain_id
    }

    /// What the end of a block sends: for each consumer in the order of ids the headers packet, then the
    /// staking packet, where they are due.
    pub fn end_block(&mut self) -> Vec<(String, Vec<u8>)> {
        let clients: Vec<String> = self.consumers.keys().cloned().collect();
        let mut packets = Vec::new();
        for client in clients {
            let due = [self.take_headers_packet(&client), self.take_staking_packet(&client)];
            packets.extend(due.into_iter().flatten().map(|packet| (client.clone(), packet)));
        }
        packets
    }
}
