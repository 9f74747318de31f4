//! `bsn prove` and `bsn slash` against the real contract, run natively, and doubles of esplora and of bitcoind that are as rough as
//! the real ones.

#[allow(dead_code, reason = "the contract's own tests use the rest")]
#[path = "../../../contracts/btc-staking/tests/common/mod.rs"]
mod common;

#[path = "stakes/bitcoin.rs"]
mod bitcoin;
#[path = "stakes/chain.rs"]
mod chain;
#[path = "stakes/proofs.rs"]
mod proofs;
#[path = "stakes/serve.rs"]
mod serve;
#[path = "stakes/slashing.rs"]
mod slashing;
