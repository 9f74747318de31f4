//! Everything about the escrow, in one program.

mod first;
mod mock;
mod real;
mod tutorial;
