use sha2::{Digest, Sha256};

use crate::{PresignedTx, SpendPath, curve::tagged_hash, presigned::LOCK_TIME, taproot::compact_size};

/// What every signature on a transaction with one input signs: BIP-341's hash for a script path with `SIGHASH_DEFAULT`
/// (all inputs, all outputs), without annex and code separator (BIP-342).
pub fn sighash(tx: &PresignedTx, path: &SpendPath) -> [u8; 32] {
    let spent = &path.spent;
    let script = [&compact_size(spent.script.len()), &spent.script[..]].concat();
    tagged_hash(
        "TapSighash",
        [
            &[EPOCH, SIGHASH_DEFAULT][..],
            &tx.version.to_le_bytes(),
            &LOCK_TIME,
            &sha256(&tx.spends.to_bytes()),
            &sha256(&spent.value.to_le_bytes()),
            &sha256(&script),
            &sha256(&tx.sequence.to_le_bytes()),
            &sha256(&tx.serialize_outputs()),
            &[SCRIPT_PATH],
            &FIRST_INPUT,
            &path.leaf.hash,
            &[KEY_VERSION],
            &NO_CODE_SEPARATOR,
        ],
    )
}

const EPOCH: u8 = 0;
const SIGHASH_DEFAULT: u8 = 0;
/// Script path without annex.
const SCRIPT_PATH: u8 = 2;
const FIRST_INPUT: [u8; 4] = [0; 4];
const KEY_VERSION: u8 = 0;
const NO_CODE_SEPARATOR: [u8; 4] = [0xff; 4];

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
