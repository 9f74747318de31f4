use bitcoin_spv::OutPoint;

use crate::{Known, Ledger, Stake, Standing};

/// What taking an item did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It waits for its proof.
    Waiting,
    /// Its stake was known; only who vouches for it may have changed.
    Known,
}

/// Takes an item that obeys every rule about its bytes. A stake that is known stays where it stands; vouched for it is from
/// now on. The caller writes the item of a stake that waits.
///
/// # Errors
/// Only those of the ledger.
pub fn take<L: Ledger>(
    ledger: &mut L,
    outpoint: &OutPoint,
    sats: u64,
    vouched: bool,
) -> Result<Taken, L::Error> {
    let standing = match ledger.known(outpoint)? {
        Known::Stake(known) => {
            if vouched && !known.vouched {
                ledger.record(outpoint, Some(&known), &Stake { vouched, ..known })?;
            }
            return Ok(Taken::Known);
        }
        Known::Spent(at) => Standing::Foretold { at },
        Known::Nothing => Standing::Waiting,
    };
    ledger.record(outpoint, None, &Stake { sats, vouched, standing })?;
    Ok(Taken::Waiting)
}
