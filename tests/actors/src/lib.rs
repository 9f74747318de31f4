//! Everyone around the contracts, as plain functions over bytes and JSON.
//!
//! # The idea
//!
//! A contract is only as good as the worlds it was tried in. Here are the others of that world:
//!
//! | actor | plays | speaks |
//! |---|---|---|
//! | [`FinalityProvider`] | the signer, honest or not | the daemon's messages, in JSON |
//! | [`Daemon`] | the program that decides when to sign | messages, queries and the texts of errors |
//! | [`Babylon`] | Babylon Genesis | packets and acknowledgements, in protobuf and JSON |
//! | [`Stakers`] | delegators of a chain without Babylon, and its committee | staking transactions and what is signed of them |
//! | [`Miner`] | the miners of Bitcoin | headers with proof of work, Merkle branches |
//!
//! None of them knows a virtual machine, a clock or a network. They take and give bytes, so that a
//! scenario can lose, repeat, delay, reorder or forge what passes between them.
//!
//! # The danger
//!
//! An actor made by the author of a contract shares its misunderstandings. So each follows the other
//! program's rules as they were found in its source and on the wire (PROTOCOL.md), not what the contract
//! would like; where a rule is this double's own, its documentation says so. Everything comes from a seed: a
//! run that fails fails again.
//!
//! # Synopsis
//!
//! ```
//! use actors::{Appchain, Babylon, ConsumerMetadata, FinalityProvider, Miner, Stake};
//! use primitives::AppHash;
//!
//! let (mut miner, mut babylon) = (Miner::new(7, 1_700_000_000), Babylon::new(7, "bbn-1"));
//! babylon.params.finalization_timeout = 3;
//! babylon.register_consumer("07-tendermint-0", ConsumerMetadata::default())?;
//! babylon.open_channel("07-tendermint-0", "channel-0")?;
//!
//! let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
//! let mut fp = FinalityProvider::new(7, 0, &appchain);
//! babylon.register_fp(&fp, "07-tendermint-0")?;
//! babylon.delegate(Stake::new(&[fp.public_key()], 100_000))?;
//! miner.mine_blocks(12);
//! babylon.see_bitcoin(&miner);
//! assert_eq!(babylon.end_block().len(), 2, "bitcoin's headers, then the stake");
//!
//! let message = fp.commit(100, 1_000);
//! assert!(message["commit_public_randomness"]["signature"].is_string());
//! babylon.record_header("07-tendermint-0", 99, &AppHash::from_bytes([1; 32]), 0)?;
//! assert_eq!(babylon.timestamp(&mut miner)?.len(), 1);
//! # Ok::<(), actors::BabylonError>(())
//! ```

mod address;
pub mod babylon;
pub mod daemon;
pub mod finality_provider;
pub mod miner;
pub mod own;
mod randomness;

pub use babylon::{AdaptorSignatures, Babylon, BabylonError, ConsumerMetadata, SlashingRefusal, Stake};
pub use daemon::{Daemon, DaemonConfig};
pub use finality_provider::{Appchain, FinalityProvider, FinalityProviderError};
pub use miner::Miner;
pub use own::Stakers;
