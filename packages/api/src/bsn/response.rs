//! Answers. Bytes are arrays of numbers where the incumbent has them so.

mod config;
mod finality;
mod grid;
mod health;
mod kept;
mod staking;
mod status;
mod timestamps;

pub use config::*;
pub use finality::*;
pub use grid::*;
pub use health::*;
pub use kept::*;
pub use staking::*;
pub use status::*;
pub use timestamps::*;
