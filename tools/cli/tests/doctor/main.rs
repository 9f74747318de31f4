//! `bsn doctor`, `bsn fp` and `bsn watch` against devnets, well and broken, and against nodes on a bad day.

#[path = "../support/mod.rs"]
mod support;

mod bad_input;
mod break_it;
mod commands;
mod handbook;
mod proxy;
mod verify;
