//! A model of the grid: heights at which a fixed committee must speak (GRID.md, "Rules").
//!
//! # The idea
//!
//! Two branches of one chain can both finalize by their live sets while nobody signs two app hashes of one height: sets
//! change differently, heights are holes, members leave. So at every C-th height a committee that was fixed below the
//! grid height before must vote, on either branch. If both branches close that height, more than a third of the
//! committee has signed twice with one nonce, and its keys are out.
//!
//! This crate plays that: [`chain`] is one branch, block by block, with hooks that are lost or torn; [`fork`] compares
//! two; [`search`] plays every history within bounds. [`rules`] has a switch for each rule, so that the tests can show
//! what each one prevents.
//!
//! # The danger
//!
//! A model that shares code with the contract shares its errors. This one shares none, and knows nothing of signatures,
//! bytes or gas: a nonce is the commitment and the height, an app hash is what the model put into the state. What it
//! leaves out stands in GRID.md, "What the model covers".
//!
//! # Synopsis
//!
//! ```
//! use grid_model::history::World;
//! use grid_model::provider::casts;
//! use grid_model::rules::{Rules, Scale};
//! use grid_model::search::{Bounds, search};
//!
//! let bounds = Bounds { common: 0, branch: 1, total: 1, intervals: 1, excuses: false };
//! let [cast, ..] = casts();
//! let world = |rules| World { rules, scale: Scale::SMALL, cast: cast.clone() };
//! assert!(search(&world(Rules::GRID), &bounds, &|_| true).0.is_none());
//! let attack = search(&world(Rules::LIVE_QUORUM), &bounds, &|_| true).0.expect("leavers fork it");
//! println!("{}", attack.history);
//! ```

pub mod chain;
pub mod committee;
pub mod event;
pub mod fork;
pub mod history;
pub mod provider;
pub mod rules;
pub mod search;
pub mod snapshot;
