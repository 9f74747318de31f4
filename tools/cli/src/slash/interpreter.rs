//! Bitcoin Core's own script interpreter, of which this program contains a copy (`bitcoinconsensus`, Core 26).

use bitcoin_spv::Output;
use bitcoinconsensus::Utxo;

/// Checks that Bitcoin takes a transaction whose only input spends this output.
///
/// # Errors
/// That it does not.
pub fn check(spent: &Output, tx: &[u8]) -> Result<(), String> {
    let script = &spent.script;
    let (Ok(length), Ok(value)) = (u32::try_from(script.len()), i64::try_from(spent.value)) else {
        return Err(format!(
            "an output of {} sats with a script of {} bytes is none",
            spent.value,
            script.len()
        ));
    };
    let output = Utxo { script_pubkey: script.as_ptr(), script_pubkey_len: length, value };
    bitcoinconsensus::verify(script, spent.value, tx, Some(&[output]), 0)
        .map_err(|error| format!("Bitcoin's script interpreter refuses it ({error:?})"))
}
