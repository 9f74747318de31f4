//! A transaction out of a wallet's coins, before the wallet signs it.

use bitcoin_spv::{OutPoint, Output};
use covenant::{compact_size, is_dust, is_witness_program};

/// An output of the staker's wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coin {
    /// Where.
    pub at: OutPoint,
    /// It.
    pub output: Output,
}

const VERSION: u32 = 2;
const LOCK_TIME: u32 = 0;
/// No lock time, and its fee may be raised (BIP-125).
const REPLACEABLE: u32 = 0xffff_fffd;

/// The transaction that pays these outputs out of coins, and after them what is left to the script `change`; `fee` in sats. It has
/// no signatures, version 2, lock time 0. Its fee can be raised (BIP-125), which makes it another transaction.
///
/// # Errors
/// One sentence: the coins do not pay for it, what is left is dust or has no address, there is no coin, one is named twice, or the
/// signature of one would change the transaction's id.
pub fn paying(
    coins: &[Coin],
    mut outputs: Vec<Output>,
    change: Option<&[u8]>,
    fee: u64,
) -> Result<Vec<u8>, String> {
    let held = coins.iter().try_fold(0_u64, |sum, coin| sum.checked_add(coin.output.value));
    let held = held.ok_or("the coins hold more sats than there are")?;
    let paid = outputs.iter().try_fold(0_u64, |sum, output| sum.checked_add(output.value));
    let taken = paid.and_then(|paid| paid.checked_add(fee)).filter(|_| fee > 0);
    let taken = taken.ok_or("a fee of at least 1 sat is due, and less than all there is")?;
    let left = held
        .checked_sub(taken)
        .ok_or_else(|| format!("the coins hold {held} sats; outputs and fee take {taken}"))?;
    match (left, change) {
        (0, _) => {}
        (_, None) => return Err(format!("{left} sats would be left: name who gets them by --change")),
        (_, Some(script)) => {
            let change = Output { value: left, script: script.to_vec() };
            if is_dust(&change) {
                return Err(format!("{left} sats would be left, which is dust: raise --fee"));
            }
            outputs.push(change);
        }
    }
    unsigned(coins, &outputs)
}

/// The transaction that spends these coins, without signatures: version 2, lock time 0. Its fee can be raised (BIP-125).
///
/// # Errors
/// One sentence: there is no coin, one is named twice, or the signature of one would change the transaction's id.
pub fn unsigned(coins: &[Coin], outputs: &[Output]) -> Result<Vec<u8>, String> {
    if coins.is_empty() {
        return Err("no coin is named".to_owned());
    }
    for (place, coin) in coins.iter().enumerate() {
        let at = coin.at;
        if coins.iter().take(place).any(|before| before.at == at) {
            return Err(format!("the coin {at} is named twice"));
        }
        if !is_witness_program(&coin.output.script) {
            return Err(format!(
                "the coin {at} is no native segwit output: its signature would change the transaction's id"
            ));
        }
    }
    let mut bytes = VERSION.to_le_bytes().to_vec();
    bytes.extend(compact_size(coins.len()));
    for coin in coins {
        bytes.extend(coin.at.to_bytes());
        bytes.extend(with_length(&[]));
        bytes.extend(REPLACEABLE.to_le_bytes());
    }
    bytes.extend(compact_size(outputs.len()));
    outputs.iter().for_each(|one| bytes.extend(output(one)));
    bytes.extend(LOCK_TIME.to_le_bytes());
    Ok(bytes)
}

/// An output as transactions have it: its value, then its script.
pub(super) fn output(output: &Output) -> Vec<u8> {
    [&output.value.to_le_bytes()[..], &with_length(&output.script)].concat()
}

/// Bytes behind their length.
pub(super) fn with_length(bytes: &[u8]) -> Vec<u8> {
    [&compact_size(bytes.len()), bytes].concat()
}
