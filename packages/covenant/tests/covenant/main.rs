//! The package against what others made and judge: Babylon's vectors, rust-bitcoin, Bitcoin Core's interpreter.

mod adaptors;
mod babylon;
mod bits;
mod interpreter;
mod made;
mod rules;
mod self_stake;
mod shares;
mod slashing;
mod trees;
