//! `bsn deploy`: from two files of wasm to a chain whose module calls them.
//!
//! # The idea
//!
//! Nothing is believed of an earlier call but what the chain shows: codes by their checksum, the contract by its
//! address, which follows from the checksum, the creator and the salt (`Instantiate2`), the rest by the module's and
//! wasmd's own answers. [`next`] looks at that and names the one step that comes next; [`run`] takes it and looks again.
//! So a call that was killed, or ran beside another operator's, is continued by calling again. The record,
//! `deployments/<chain-id>.json`, is for others to read; of a call before it keeps only what the chain cannot tell:
//! which transaction is on its way, and which proposal is ours.
//!
//! # The danger
//!
//! In one proposal the ids of codes that it stores itself are guessed: the next ones. If a stranger stores codes first,
//! the proposal would instantiate the stranger's: all, or one of theirs below a `bsn` of ours. So behind the
//! instantiation stand messages that fail unless contracts of *our checksums* are at all addresses that we
//! reckoned, and with them the whole proposal; the pinned codes are those of the same contracts.
//!
//! | module | holds |
//! |---|---|
//! | [`codes`], [`artifacts`] | which codes there are; the wasm, its checksums and its size |
//! | [`facts`], [`read`] | what both chains say |
//! | [`checks`] | whether that suffices: pure |
//! | [`message`] | what is sent |
//! | [`look`], [`next`] | what exists, and what comes next |
//! | [`record`] | the file that is kept |
//! | [`plan`], [`run`], [`show`] | the whole |

pub mod artifacts;
pub mod checks;
pub mod codes;
pub mod facts;
pub mod gas;
pub mod look;
pub mod message;
pub mod next;
pub mod plan;
pub mod read;
pub mod record;
pub mod run;
pub mod show;
