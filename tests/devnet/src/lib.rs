//! An embedded chain that runs the real wasm.
//!
//! # The idea
//!
//! A chain's contracts are only as good as what they were tested against. This is a whole appchain in
//! one process, without Docker, Go or a clock: contracts run as **wasm in cosmwasm-vm**, storage costs
//! what the Cosmos SDK charges, the chain module calls its hooks as babylon-sdk does, IBC carries real
//! bytes through real channel states. A block takes about a millisecond, so a test can have thousands.
//! And it misbehaves on demand: hooks get lost or torn, packets are dropped, delayed and reordered,
//! light clients expire, the chain forks.
//!
//! # The danger
//!
//! * **The app hash in header *h* is the state after block *h-1*.** It commits to everything that block
//!   wrote ([`journal`]), so two branches that part in block *c* have one app hash at *c* and two from
//!   *c+1* on. The block hash differs at *c* already.
//! * A torn hook ([`Fault::Torn`]) keeps its first writes. Today's chain modules roll back; older ones
//!   did not.
//! * What this is not: consensus, proofs, ante handlers, or modules other than bank, wasm, IBC and the
//!   chain module. The real chain in `tests/chain` is for those.
//!
//! # Synopsis
//!
//! ```no_run
//! use devnet::{BsnContracts, Chain, Hook, ibc::{Agreeable, Link, OpenChannel}};
//! use serde_json::{Value, json};
//!
//! let mut chain = Chain::default();
//! let alice = chain.account("alice");
//! let wasm = std::fs::read("artifacts/bsn.wasm")?;
//! let code = chain.store_code(&alice, &wasm)?;
//! let (bsn, _) = chain.instantiate(&alice, code, &json!({"network": "regtest"}), "bsn", None)?;
//! chain.register(BsnContracts::one(&bsn, &bsn));
//!
//! let mut link = Link::connect(&mut chain, Agreeable);
//! let channel = link.open_from_remote(&mut chain, &OpenChannel::zoneconcierge(&bsn))?;
//! link.send(&chain, &channel.remote, b"packet".to_vec(), 3600)?;
//! for delivery in link.relay(&mut chain) {
//!     println!("{:?}: {:?}", delivery.what, delivery.received);
//! }
//!
//! chain.faults.lose(chain.height() + 2, Hook::EndFinality);
//! for block in chain.next_blocks(10) {
//!     for hook in &block.hooks {
//!         println!("{} {:?}: {} gas", block.header.height, hook.hook, hook.usage.sdk_gas());
//!     }
//! }
//! let health: Value = chain.query(&bsn, &json!({"health": {}}))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | module | what |
//! |---|---|
//! | [`Chain`] | accounts, codes, contracts, queries, coins; [`Chain::next_block`] and its like; forks |
//! | [`Tx`], [`TxReport`], [`TxError`] | transactions, and what they used ([`gas::Usage`]) |
//! | [`BsnContracts`], [`ModuleParams`], [`Hook`], [`Faults`] | the chain module and what goes wrong with it |
//! | [`ibc`] | channels, packets, the other chain's end, the relayer |
//! | [`vm`] | the VM behind bytes: [`devnet_vm!`] makes another version of it |
//! | [`native`], [`Machine`] | the contracts without a VM; what a network runs on |
//! | [`network`], [`daemons`] | everything together, voted for by hand or by the daemons' doubles |
//! | [`actors`] | those who use the chain: Babylon, finality providers, a miner; a package of its own, without a VM |

pub mod address;
mod bank;
mod block;
mod chain;
pub mod daemons;
mod dispatch;
mod error;
mod fault;
pub mod gas;
mod hook;
mod host;
pub mod ibc;
mod inspect;
pub mod journal;
mod machine;
mod message;
mod module;
pub mod native;
pub mod network;
mod query;
mod report;
mod state;
mod tx;
pub mod vm;
mod world;

pub use actors;
pub use chain::{Chain, Genesis, Seal};
pub use error::Failure;
pub use fault::{Fault, Faults};
pub use hook::Hook;
pub use machine::Machine;
pub use module::{BsnContracts, ModuleParams};
pub use report::{
    BlockReport, Header, HookOutcome, HookReport, MessageResult, TxError, TxReport, attribute_in,
};
pub use state::{BlockNow, Code, Contract, StateSize};
pub use tx::{Part, Parts, Tx};
