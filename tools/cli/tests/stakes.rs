//! `bsn prove`, `bsn slash` and what a committee signs, against the real contract, run natively, and doubles of esplora and of
//! bitcoind that are as rough as the real ones.

#[allow(dead_code, reason = "the contract's own tests use the rest")]
#[path = "../../../contracts/btc-staking/tests/common/mod.rs"]
mod common;

#[path = "stakes/back.rs"]
mod back;
#[path = "stakes/bitcoin.rs"]
mod bitcoin;
#[path = "stakes/chain.rs"]
mod chain;
#[path = "stakes/committee.rs"]
mod committee;
#[path = "stakes/desk.rs"]
mod desk;
#[path = "stakes/kept.rs"]
mod kept;
#[path = "stakes/node.rs"]
mod node;
#[path = "stakes/own.rs"]
mod own;
#[path = "stakes/programs.rs"]
mod programs;
#[path = "stakes/proofs.rs"]
mod proofs;
#[path = "stakes/psbt.rs"]
mod psbt;
#[path = "stakes/serve.rs"]
mod serve;
#[path = "stakes/served.rs"]
mod served;
#[path = "stakes/slashing.rs"]
mod slashing;
#[path = "stakes/stage.rs"]
mod stage;
#[path = "stakes/staker.rs"]
mod staker;
#[path = "stakes/withdraw.rs"]
mod withdraw;
