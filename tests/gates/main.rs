//! Gates: what must be true of every artifact and of the workspace, whatever the protocol does.
//!
//! # The idea
//!
//! A chain refuses a contract that is too big, has too many locals or asks for a capability it lacks,
//! and an auditor refuses one that hides C code or that nobody else can build. None of that shows in a
//! test of behaviour, and all of it creeps in with a dependency or a compiler. So it is checked on the
//! finished files in `artifacts/` and on what cargo resolves.
//!
//! # The danger
//!
//! A gate on the wrong file proves nothing: these read the *optimized* artifacts, which must be there
//! and must be what [`artifacts/checksums.txt`](artifact) says.

mod artifact;
mod chain;
mod citations;
mod contracts;
mod demo;
mod dependencies;
mod eots;
mod exports;
mod features;
mod figures;
mod fixtures;
mod instructions;
mod licences;
mod locals;
mod packages;
mod rooms;
mod size;
mod source;
mod vms;
mod wording;
mod workspace;
