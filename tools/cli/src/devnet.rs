//! `bsn devnet`: the embedded chain behind CometBFT's JSON-RPC.
//!
//! # The idea
//!
//! One thread owns everything that runs: the appchain with the real contracts, Babylon's double, Bitcoin, and finality
//! providers that vote with real transactions. It makes a block when it is time, and does what the servers ask between
//! blocks. So nothing is locked, and a question is answered from one state.
//!
//! What a wallet sees is as a chain of wasmd would show it: headers and commits hash and verify as CometBFT's do,
//! transactions are the SDK's, with its checks, codes and texts.
//!
//! # The danger
//!
//! A double that is more friendly than the real thing hides faults. What differs: queries answer for the last block
//! alone; what the relayer carries is shown in the block's events, not as transactions; natively computing costs no gas,
//! so `gas_used` is lower than on a chain (`--vm` runs the wasm); blocks before the first shown one are gone.
//!
//! | module | holds |
//! |---|---|
//! | [`engine`] | the chain, block after block |
//! | [`ante`], [`message`], [`gov`], [`account`] | transactions as the SDK takes them |
//! | [`comet`] | headers, hashes, commits |
//! | [`rpc`], [`params`], [`search`], [`query`], [`ibc`] | what the node answers |
//! | [`babylon`], [`esplora`] | the other two ports |
//! | [`control`] | faults on demand |
//! | [`serve`], [`show`] | the three servers, and what is printed |

pub mod account;
pub mod ante;
pub mod babylon;
pub mod comet;
pub mod control;
pub mod engine;
pub mod esplora;
pub mod gov;
pub mod ibc;
pub mod message;
pub mod params;
pub mod query;
pub mod rpc;
pub mod search;
pub mod serve;
pub mod show;

pub use engine::{Engine, Options};
