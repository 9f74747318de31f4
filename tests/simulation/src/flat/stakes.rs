//! Staking transactions without a wallet: as little of a transaction as the contract reads.

use sha2::{Digest, Sha256};

/// In one of so many the script is too long for a record.
const LONG: u64 = 640;
/// How long it is then, in bytes.
const LONG_SCRIPT: usize = 70_000;

/// A staking transaction.
pub struct Made {
    /// What output 0 has.
    pub sats: u64,
    /// Its bytes.
    pub tx: Vec<u8>,
    /// Its id, in internal order.
    pub txid: [u8; 32],
}

/// Makes them, no two alike.
#[derive(Debug, Clone, Default)]
pub struct Stakes(u64);

impl Stakes {
    /// The next one, with its number.
    pub fn next(&mut self) -> (u64, Made) {
        let number = self.0;
        self.0 += 1;
        let sats: u64 = 1_000_000;
        let mut tx = vec![2, 0, 0, 0, 1];
        tx.extend(Sha256::digest(number.to_be_bytes()));
        tx.extend([0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1]);
        tx.extend(sats.to_le_bytes());
        let script = match number % LONG {
            0 => vec![0x6a; LONG_SCRIPT],
            _ => vec![0x51; 34],
        };
        match u8::try_from(script.len()) {
            Ok(short) => tx.push(short),
            Err(_) => {
                tx.push(0xfe);
                tx.extend(u32::try_from(script.len()).unwrap_or_default().to_le_bytes());
            }
        }
        tx.extend(script);
        tx.extend([0; 4]);
        let txid = Sha256::digest(Sha256::digest(&tx)).into();
        (number, Made { sats, tx, txid })
    }
}
