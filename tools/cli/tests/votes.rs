//! `bsn vote` beside a devnet: it votes where it should, and signs no height twice, whatever its nodes show and whenever it dies.

#[path = "votes/daemon.rs"]
mod daemon;
#[path = "votes/grid.rs"]
mod grid;
#[path = "votes/killed.rs"]
mod killed;
#[path = "votes/liar.rs"]
mod liar;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "doctor/proxy.rs"]
mod proxy;
mod support;
#[path = "votes/voter.rs"]
mod voter;
#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "faults/watchers.rs"]
mod watchers;
