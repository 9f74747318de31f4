//! `bsn covenant serve`: a member that is asked over HTTP.
//!
//! # The idea
//!
//! One thread has the key, the record and Bitcoin, and answers one request after the other ([`signer`]). The port hands it what
//! people send, and waits ([`port`]). So what holds of [`Member::sign`](super::Member::sign) holds here: the record has the stake
//! before a signature of it leaves, the same request gets the same bytes, another one of that stake gets nothing.
//!
//! # The danger
//!
//! * **Whoever reaches the port may ask.** Nothing is signed that breaks a rule, or whose coins Bitcoin does not show; but each
//!   request costs questions to nodes, and whoever has one coin can ask for any number of stakes of it. So there is a bound on how
//!   many are signed in an hour, on how many wait, and on what is read of each. Listen on loopback, and put a proxy in front that
//!   says who may.
//! * **A disk that failed is not asked again.** The one who asked is answered, and the program ends: started again it reads what the
//!   disk holds.

pub mod port;
pub mod signer;

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;

/// How many requests wait for the one that is being answered.
pub const WAITING: usize = 16;
/// How much of a request is read: an item of 64 KiB, in hexadecimal, with its head.
pub const BODY: usize = 160 << 10;

/// What is shown to everybody.
#[derive(Debug, Clone, Default)]
pub struct Sheet(Arc<RwLock<Value>>);

impl Sheet {
    /// As it is now.
    pub fn read(&self) -> Value {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, value: Value) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = value;
    }
}
