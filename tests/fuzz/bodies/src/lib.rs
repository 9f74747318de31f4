//! What the fuzz targets do with their bytes.
//!
//! # The idea
//!
//! Each body is a plain function over bytes that must return, whatever they are. `tests/fuzz` gives it to a fuzzer,
//! which needs a nightly compiler; `tests/twins.rs` gives it to property tests, which do not, and so run with all
//! others. Both start from the [`seeds`](Body::seeds), which are valid, and change them.
//!
//! # What must hold
//!
//! Nothing panics. No work is without bound: storage is touched, and answers and events are written, at most in
//! proportion to the input ([`Bounds`]); what is allocated is looked at by the twins, and limited by the fuzzer. Each body
//! says what else.

mod bounds;
mod header;
mod message;
mod packet;
mod proof;
mod read;
mod signature;
mod storage;
mod world;

pub use bounds::Bounds;

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Body {
    /// Its name: of the target, of its corpus and of its regressions.
    pub name: &'static str,
    /// What it does with an input; whether that is valid.
    pub run: fn(&[u8]) -> bool,
    /// Inputs that are valid.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// A packet of Babylon, taken by a contract with an open channel, a stake and finality under way.
pub const PACKET: Body = Body { name: "packet", run: packet::run, seeds: packet::seeds };
/// A message or a query, as JSON, to either contract. The first byte says to which entry point, and by whom.
pub const MESSAGE: Body = Body { name: "message", run: message::run, seeds: message::seeds };
/// Bitcoin headers for the light client, 80 bytes each.
pub const HEADER: Body = Body { name: "header", run: header::run, seeds: header::seeds };
/// Merkle proofs of both kinds, and transactions.
pub const PROOF: Body = Body { name: "proof", run: proof::run, seeds: proof::seeds };
/// A key, a nonce, and two hashes with their signatures.
pub const SIGNATURE: Body = Body { name: "signature", run: signature::run, seeds: signature::seeds };

/// All of them.
pub const ALL: [Body; 5] = [PACKET, MESSAGE, HEADER, PROOF, SIGNATURE];
