//! Who signs: the keys of Cosmos operators, as they expect them.
//!
//! # The idea
//!
//! Whatever holds the key, the flags have the SDK's names. A key comes from words (`--mnemonic-file`, `BSN_MNEMONIC`) or
//! from the keyring of the chain's own program (`--keyring-backend test|file`). For everything else, ledger, multisig,
//! the system's keyring, `--generate-only` writes the transaction for the chain's own program to sign.
//!
//! # The danger
//!
//! A program that reads keys is worth attacking. So a secret is never an argument, a file that others can read is
//! refused, what was read is cleared when it is dropped, and nothing here prints or logs it.
//!
//! | module | holds |
//! |---|---|
//! | [`source`] | the flags, and where a key comes from |
//! | [`secret`] | keys of Bitcoin: finality providers', committee members', stakers' |
//! | [`keyring`], [`jwe`] | the files of the SDK's keyring |
//! | [`sender`] | gas, fees, sending |
//! | [`unsigned`], [`follow_up`] | transactions as JSON, and how others sign them |

pub mod follow_up;
pub mod jwe;
pub mod keyring;
pub mod secret;
pub mod sender;
pub mod source;
pub mod unsigned;

pub use sender::{Sender, Sent};
pub use source::{Signing, Who};
