//! Histories of stakes, coins and claims: step by step, and random ones against a model that loops over stakes.

mod model;
mod naive;
mod periods;
mod steps;
mod world;
