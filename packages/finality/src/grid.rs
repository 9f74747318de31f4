//! At every C-th height a committee must vote that was fixed long before: what makes changes of the set accountable.
//!
//! # The idea
//!
//! A quorum of the *present* active set finalizes quickly, but two branches of one chain can change their sets differently,
//! and then both finalize while nobody signs two app hashes of one height. So at every **grid height** G, a
//! multiple of C, a committee must vote that was read well below G - C, in state that both branches have in common. Where two
//! branches close G, more than a third of one committee has signed both with one nonce, and those keys can be extracted.
//! The rules, and a model that searches for attacks on them, are GRID.md ("Rules"); what is here is pure.
//!
//! ```text
//!   G - C - 20    R: the powers, the set and the randomness are those of this height     calendar, snapshot
//!   G - C - 19 .. a portion a block: FPs are taken whole, most power first               snapshot::portion
//!   G - C - 10 .. record F names S(G - C), in each of ten blocks                         record
//!   G - C         S(G - C) is what F named last, or the one before it again              snapshot::settle
//!   G             Set(G) = S(G - C) votes, whatever else is true of the height           committee::Seat::row_at
//!   G + 1 ..      closed, once more than 2/3 of its total have voted and G - C is closed closing
//! ```
//!
//! # The danger
//!
//! * A snapshot that is finished late, or read at G itself, can be two committees on two branches. Then nothing is
//!   accountable, and nobody notices. Whoever calls [`snapshot::portion`] does so below the grid height only.
//! * A nonce is good for one height. A row without its root, start and count would let a member choose another nonce on the other branch.
//! * A third of the *committee* is a third of those taken, which can be half of the active power ([`snapshot::settle`]).

pub mod bootstrap;
pub mod calendar;
pub mod closing;
pub mod committee;
pub mod record;
pub mod snapshot;

pub use calendar::Interval;
pub use committee::{Hash, Row, Seat};
pub use record::Record;

#[cfg(test)]
mod tests;
