//! Thousands of blocks with random faults, beside a model that shares no decision with the contracts.
//!
//! # The idea
//!
//! A network of the devnet (the chain with its hooks, Babylon, a relayer, miners, finality providers) runs the
//! contracts, either natively ([`devnet::native`]) or as wasm in a virtual machine that the caller brings. Dice of a
//! seed decide what goes wrong: hooks are lost, torn and starved, operators are away, Bitcoin reorganizes, the channel
//! closes, packets come twice or as garbage, some sign twice. A [`model`] of maps and loops reads the same
//! wire and says what must be true; after every block contract and model are compared.
//!
//! Stake counts on Babylon's word, or, in a plan that is `verified`, by what Bitcoin shows. Then staking transactions are mined at
//! some time or never; anybody proves them, and that they were spent; Babylon says so with a proof, without one, or not at all;
//! stakes are expanded; blocks leave Bitcoin's chain with them, and they come again in others; the intake is paused. The model reads
//! packets, headers and proofs, and says of each proof what becomes of it, of each item where it stands, and whose power is how much.
//! In the end everything is proven, and what counts must be what the miners' chain has.
//!
//! # The danger
//!
//! A model that asks the contract agrees with it. So it is told by the contract only what chance decided inside of a
//! torn hook, and who went to jail; that is held against the misses that it counted itself.
//!
//! # Synopsis
//!
//! ```
//! use devnet::Machine;
//! use simulation::{Plan, Run};
//!
//! let plan = Plan { seed: 1, fps: 4, blocks: 20, wasm: false, verified: false };
//! let run = Run::start(plan, &Machine::native())?;
//! assert!(run.chain().height() > 0);
//! # Ok::<(), simulation::Broken>(())
//! ```

pub mod backlog;
pub mod catch_up;
pub mod chart;
pub mod cli;
mod crowd;
pub mod crowded;
mod dice;
pub mod flat;
pub mod model;
pub mod oracle;
mod plan;
mod report;
mod run;

pub use plan::{Broken, Plan};
pub use report::{Report, seconds};
pub use run::Run;
