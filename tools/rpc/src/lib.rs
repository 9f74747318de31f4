//! CometBFT's JSON-RPC for everything that asks a chain.
//!
//! # The idea
//!
//! RPC alone suffices: no gRPC, no REST. A [`Client`] holds one node or several of one chain. A node that does not
//! answer is passed over for the next, in rounds with growing pauses; a node that answers with an error has answered.
//! [`Client::compare`] asks all of them at once who lags, who serves another chain, and who contradicts the others.
//!
//! ```no_run
//! let client = bsn_rpc::Client::new(&["https://rpc.example.org", "http://127.0.0.1:26657"])?;
//! client.require_chain("app-1")?;
//! let health = client.smart("app1contract", &serde_json::json!({ "health": {} }))?;
//! # Ok::<(), bsn_rpc::Error>(())
//! ```
//!
//! # The danger
//!
//! A node can lie about everything it says: nothing here verifies a proof. What must not be believed of one node is
//! asked of several, or verified by the caller. Every error names who or what is to blame, in one sentence
//! ([`Error`]).
//!
//! | module | holds |
//! |---|---|
//! | [`node`] | one endpoint and one call |
//! | [`client`] | several of them, fail-over and retries |
//! | [`compare`] | which of them can be believed |
//! | [`read`] | blocks, results, transactions |
//! | [`query`] | the state: contracts, accounts, IBC, governance |
//! | [`key`], [`wallet`] | signing, sequences, gas |
//! | [`proto`] | the messages, of the SDK's own crates and of the chain module |

pub mod address;
pub mod client;
pub mod compare;
mod error;
pub mod key;
pub mod node;
pub mod proto;
pub mod query;
pub mod read;
pub mod retry;
pub mod wallet;

pub use client::Client;
pub use error::Error;
pub use key::Key;
pub use node::Node;
pub use read::{Block, Event, Header, Status, TxResult, answer_of, attribute};
pub use retry::Retry;
pub use wallet::{Fee, Simulated, Wallet};

/// What this library answers with.
pub type Result<T> = std::result::Result<T, Error>;
