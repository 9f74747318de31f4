//! The staking transaction, for a wallet to sign (BIP-174).

use bitcoin::absolute::LockTime;
use bitcoin::hashes::Hash;
use bitcoin::transaction::Version;
use bitcoin::{Amount, Psbt, Script, ScriptBuf, Sequence, Transaction, TxIn, TxOut, Witness};
use bitcoin_spv::{OutPoint, Output};

/// An output of the staker's wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coin {
    /// Where.
    pub at: OutPoint,
    /// It.
    pub output: Output,
}

/// The transaction that spends these coins, without signatures: version 2, lock time 0. Its fee can be raised (BIP-125), which
/// makes it another stake.
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
        if !Script::from_bytes(&coin.output.script).is_witness_program() {
            return Err(format!(
                "the coin {at} is no native segwit output: its signature would change the id of the stake"
            ));
        }
    }
    let input = |coin: &Coin| TxIn {
        previous_output: bitcoin::OutPoint {
            txid: bitcoin::Txid::from_byte_array(*coin.at.txid.as_bytes()),
            vout: coin.at.index,
        },
        script_sig: ScriptBuf::new(),
        sequence: Sequence::ENABLE_RBF_NO_LOCKTIME,
        witness: Witness::new(),
    };
    Ok(bitcoin::consensus::serialize(&Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: coins.iter().map(input).collect(),
        output: outputs.iter().map(theirs).collect(),
    }))
}

/// A PSBT of a transaction without signatures, with the outputs that it spends, in the order of its inputs.
///
/// # Errors
/// One sentence: it is none, has signatures, or has another number of inputs.
pub fn psbt(tx: &[u8], spent: &[Output]) -> Result<Vec<u8>, String> {
    let tx: Transaction = bitcoin::consensus::deserialize(tx).map_err(|error| error.to_string())?;
    let mut psbt = Psbt::from_unsigned_tx(tx).map_err(|error| error.to_string())?;
    if psbt.inputs.len() != spent.len() {
        return Err(format!("{} outputs are known, and {} are spent", spent.len(), psbt.inputs.len()));
    }
    for (input, output) in psbt.inputs.iter_mut().zip(spent) {
        input.witness_utxo = Some(theirs(output));
    }
    Ok(psbt.serialize())
}

/// The least value of an output that nodes relay, in sats.
pub fn least(script: &[u8]) -> u64 {
    Script::from_bytes(script).minimal_non_dust().to_sat()
}

fn theirs(output: &Output) -> TxOut {
    TxOut {
        value: Amount::from_sat(output.value),
        script_pubkey: ScriptBuf::from_bytes(output.script.clone()),
    }
}
