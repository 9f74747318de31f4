//! One program: each would link the contracts.

mod as_api;
mod mock;
mod real;
mod rpc;
mod schema;
mod wrong_contract;
