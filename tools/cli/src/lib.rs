//! `bsn`: the operators' program, as a library that its tests use.
//!
//! Output is for people, or with `--json` for programs; what goes wrong is one sentence on stderr. Exit codes: 0 done,
//! 1 refused or failed, 2 called in a wrong way; `bsn doctor` has its own, those of monitoring plugins.
//!
//! | module | holds |
//! |---|---|
//! | [`args`] | the command line |
//! | [`place`] | which contract of which chain |
//! | [`command`] | what each command does |
//! | [`config`] | `bsn.toml`, and what flags and environment change of it |
//! | [`keys`] | who signs, and sending |
//! | [`deploy`] | the contracts, from two files of wasm to a chain that calls them |
//! | [`committee`] | what a covenant committee signs in advance, and its members' part in it |
//! | [`connect`] | from the contract to the first final block |
//! | [`stake`] | a staker's delegation, made, completed, and ended early |
//! | [`timestamp`] | timestamps of a chain without Babylon |
//! | [`upgrade`] | new code under the same address |
//! | [`verify`] | whether a chain runs a release |
//! | [`init`] | writes `bsn.toml` |
//! | [`relayer`] | files for relayers |
//! | [`devnet`] | the local chain |
//! | [`serve`] | metrics, JSON and a page of what a chain's finality is |
//! | [`doctor`] | what is wrong with a chain |
//! | [`fish`] | finds who signs twice, and has them slashed |
//! | [`fp`] | one finality provider, as its operator sees it |
//! | [`keep`] | the small messages that keep a chain going |
//! | [`prove`] | what Bitcoin says of stake, proven to the contract that counts it |
//! | [`slash`] | from two votes to transactions that take the stake |
//! | [`bitcoin`] | transactions of Bitcoin: where they are, what spends them |
//! | [`vote`] | votes for a finality provider, without Babylon's daemon |
//! | [`watch`] | a chain at work, in a terminal |

#![allow(
    clippy::disallowed_types,
    reason = "Prometheus counts in floats, and so do the SDK's gas adjustment and block times; nothing here is consensus"
)]

pub mod args;
pub mod bitcoin;
pub mod command;
pub mod committee;
pub mod config;
pub mod connect;
pub mod deploy;
pub mod devnet;
pub mod doctor;
pub mod exit;
pub mod fish;
pub mod fp;
pub mod init;
pub mod keep;
pub mod keys;
pub mod place;
pub mod prove;
pub mod relayer;
pub mod serve;
pub mod slash;
pub mod stake;
pub mod timestamp;
pub mod upgrade;
pub mod verify;
pub mod vote;
pub mod watch;
