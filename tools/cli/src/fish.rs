//! Finds who signs two hashes at one height, wherever the votes are published, and has them slashed.
//!
//! # The idea
//!
//! The contract compares a vote with the one that it stored. It cannot compare what it refused: the votes of a jailed
//! finality provider, of one without power, or for a height whose votes are pruned fail, and both signatures then stand
//! in public data alone. Two of them give the key away all the same, and `submit_evidence` takes them: it asks neither for
//! a stored vote nor for a commitment, a jail state or a channel.
//!
//! So whatever is published is read: every transaction of every block, failed ones too, what waits in mempools, on each
//! node that is named, whichever fork it follows. A [`net`] keeps what each finality provider signed; a second hash at a
//! height is a [`Finding`], proven here before anything is sent.
//!
//! # The danger
//!
//! * Anybody can publish a vote with a bad signature. Only what verifies under a registered key is kept, so nobody fills
//!   the net but those whom it is for, and each of them only crowds out its own votes.
//! * A node can withhold transactions. A block is believed where its transactions have the root that its header names.
//! * The extracted key could move stake. It is shown by its fingerprint alone, and cleared.
//!
//! | module | holds |
//! |---|---|
//! | [`vote`], [`tx`] | votes in JSON, and in transactions |
//! | [`net`] | what was signed, bounded |
//! | [`proof`] | what two votes prove |
//! | [`source`] | a node that is read |
//! | [`watch`] | all of it together; pure but for the questions to the chain |
//! | [`run`] | the watch, as the program does it |
//! | [`deed`] | the evidence, sent |
//! | [`store`] | the net on disk |
//! | [`show`] | lines for people and for programs |

pub mod deed;
pub mod net;
pub mod proof;
pub mod run;
pub mod show;
pub mod source;
pub mod store;
pub mod tx;
pub mod vote;
pub mod watch;

pub use proof::Finding;
pub use vote::Vote;
pub use watch::Watch;
