//! What a keeper needs of whatever it looks after: the acts, and what became of each.

use bsn_rpc::Event;
use serde_json::Value;

use super::pace::Key;

/// Something to send.
pub trait Chore: Clone {
    /// Which duty asks for it.
    fn duty(&self) -> &'static str;
    /// About whom or what.
    fn about(&self) -> &str;
    /// Why.
    fn why(&self) -> &str;
    /// What is sent.
    fn message(&self) -> &Value;
    /// SDK gas where no node says it.
    fn guess(&self) -> u64;
    /// For how many seconds it is left alone after it was done, or had no effect.
    fn rest(&self) -> u64;
    /// What a pause is kept for.
    fn key(&self) -> Key {
        (self.duty(), self.about().to_owned())
    }
    /// Whether it can only be tried out after another of the same round.
    fn is_after_another(&self) -> bool {
        false
    }
}

/// What an act left behind, in a block or in a simulation.
#[derive(Debug, Clone, Copy)]
pub struct Left<'a> {
    /// Events.
    pub events: &'a [Event],
    /// `TxMsgData`.
    pub data: &'a [u8],
}

/// What is thought of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged<A> {
    /// It did something.
    Effect,
    /// It changed nothing.
    Nothing,
    /// It was refused: a sentence.
    Refused(String),
    /// A part of it was refused; this is the rest.
    Rest(A),
}

/// A look at everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked<A> {
    /// The time of the chain's last block, in seconds since 1970.
    pub now: u64,
    /// What is due, in the order in which it is done.
    pub acts: Vec<A>,
    /// What needs saying, though nothing can be sent for it.
    pub notes: Vec<String>,
    /// What could not be looked at, in a sentence each.
    pub troubles: Vec<String>,
}

/// Whatever a keeper looks after.
pub trait Work {
    /// Its acts.
    type Act: Chore;

    /// Looks at it.
    ///
    /// # Errors
    /// One sentence, where nothing can be said of it at all.
    fn look(&mut self) -> Result<Looked<Self::Act>, String>;

    /// The contract that an act is for; nothing where it is not known.
    fn address(&self, act: &Self::Act) -> Option<String>;

    /// What an act came to.
    fn judge(&mut self, act: &Self::Act, left: Left<'_>, now: u64) -> Judged<Self::Act>;

    /// Looks again, whether an act is no longer due: then somebody else has done it.
    fn is_done(&mut self, act: &Self::Act) -> bool;

    /// What came up since it was asked last, in a sentence each.
    fn said(&mut self) -> Vec<String> {
        Vec::new()
    }
}
