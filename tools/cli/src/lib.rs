//! `bsn`: the operators' program, as a library that its tests use.
//!
//! Output is for people, or with `--json` for programs; what goes wrong is one sentence on stderr. Exit codes: 0 done,
//! 1 refused or failed, 2 called in a wrong way.
//!
//! | module | holds |
//! |---|---|
//! | [`args`] | the command line |
//! | [`command`] | what each command does |
//! | [`devnet`] | the local chain |
//! | [`serve`] | metrics, JSON and a page of what a chain's finality is |

pub mod args;
pub mod command;
pub mod devnet;
pub mod serve;
