//! What operators say once: `bsn.toml`. A flag wins over an environment variable (`BSN_…`), and that over the file.

mod file;
mod price;
mod setup;
mod staking;

pub use file::{Babylon, Bsn, Chain, Checkpoint, File, Release};
pub use price::{GasPrice, is_denom};
pub use setup::{Common, Output, Setup, setup_file};
pub use staking::Staking;
