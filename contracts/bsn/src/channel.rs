//! The channel to Babylon as our own state has it: the open one, those before it, and the move to another connection.

mod closed;
pub mod rebind;
mod transfer;

pub use closed::{free, remember_closed};
pub use transfer::{check_transfer, transfer_connection};

use primitives::Seconds;

/// After how long without a packet Babylon is silent: some 36 blocks of Bitcoin, each of which it reports.
const SILENT: Seconds = Seconds::new(6 * 3_600);

/// The alarm while the channel is open and brings nothing: stake may have ended that still counts here. `age` is that
/// of the last packet.
pub fn silence(age: Seconds) -> Option<String> {
    (age > SILENT).then(|| format!("Babylon has sent nothing for {age} s"))
}
