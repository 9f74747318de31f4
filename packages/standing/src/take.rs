use bitcoin_spv::OutPoint;

use crate::{Block, Ledger, List, Lock, REMEMBERED, Stake, Standing};

/// What taking an item did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It waits for its proof.
    Waiting,
    /// Its stake was known; only who vouches for it may have changed.
    Known,
}

/// Takes an item that obeys every rule about its bytes. A stake that is known stays where it stands; vouched for it is from
/// now on.
///
/// # Errors
/// Only those of the ledger.
pub fn take<L: Ledger>(
    ledger: &mut L,
    outpoint: &OutPoint,
    sats: u64,
    lock: &Lock,
) -> Result<Taken, L::Error> {
    if let Some(known) = ledger.load(outpoint)? {
        if lock.vouched && !known.lock.vouched {
            let lock = Lock { vouched: true, ..known.lock };
            ledger.record(outpoint, Some(&known), &Stake { lock, ..known })?;
        }
        return Ok(Taken::Known);
    }
    let latest = ledger.tip()?.height.saturating_add(REMEMBERED);
    ledger.record(outpoint, None, &Stake { sats, lock: *lock, standing: Standing::Waiting })?;
    ledger.put(List::Items, Block::date(lock.said_end.min(latest)), outpoint)?;
    Ok(Taken::Waiting)
}
