//! Proves to `btc-staking` what Bitcoin says of stake: that it is in a block, and that it was spent.
//!
//! # The idea
//!
//! Where stake is verified, Babylon's word alone gives no power: a delegation *waits* until somebody shows that its
//! transaction is in Bitcoin, and it counts until somebody shows that it was spent. Anybody may; this program does, round
//! after round, like `bsn keep`, with the same budget and the same pauses.
//!
//! A round asks the contract for its stakes, and Bitcoin for each of those whose turn it is. [`plan()`], a pure function,
//! answers what is due. Proofs are put together and verified here before anything is sent; what the contract refuses in a
//! simulation is taken out of the message, held back, and named.
//!
//! # The danger
//!
//! * **A spend that nobody proves goes on counting.** One honest prover with an honest source of Bitcoin suffices; run more
//!   than one, with different sources.
//! * **A source can lie by silence.** It cannot make a false proof; it can hide a spend or a transaction.
//! * **Old stake costs.** Below the light client's headers a proof carries them, 80 bytes each. Headers that several proofs
//!   need are brought once ([`way`]).
//!
//! | module | holds |
//! |---|---|
//! | [`stake`] | a stake as the contract has it, and what is to be asked of Bitcoin about it |
//! | [`plan`], [`way`] | what is due; how headers reach an old block; both pure |
//! | [`asked`] | what Bitcoin said |
//! | [`proofs`] | messages, from what is due |
//! | [`act`] | messages, and what the contract thought of them |
//! | [`contract`] | the contract and its light client, as they are asked |
//! | [`bringing`] | the same for stakes that the contract does not know yet |
//! | [`proving`] | all of it together, for [`Keeper`](crate::keep::run::Keeper) |

pub mod act;
pub mod asked;
pub mod bringing;
pub mod contract;
pub mod plan;
pub mod proofs;
pub mod proving;
pub mod stake;
pub mod way;

pub use act::Act;
pub use plan::plan;
pub use proving::Proving;
