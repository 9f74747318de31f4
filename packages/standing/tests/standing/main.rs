//! The functions over a ledger in memory: one coin many times, and random trees of blocks against a model.

mod model;
mod restaking;
mod steps;
