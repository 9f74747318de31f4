//! The channel to Babylon as our own state has it: the open one, those before it, and the move to another connection.

mod closed;
pub mod rebind;
mod transfer;

pub use closed::{free, remember_closed};
pub use transfer::{check_transfer, transfer_connection};

/// After how many seconds without a packet Babylon is silent: some 36 blocks of Bitcoin, each of which it reports.
pub const SILENT_S: u64 = 6 * 3_600;
