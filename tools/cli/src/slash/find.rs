//! Stakes and their slashing data, as the contract answers.

use api::btc_staking::{Family, ItemResponse, ParamsResponse, ParamsVersion, SlashingDataResponse};
use bitcoin_spv::OutPoint;
use primitives::{FpPublicKey, Txid};
use serde_json::json;

use crate::prove::contract::{Contract, item, items, read};

/// A stake as it is named: `TXID:OUTPUT`, or `TXID` for output 0.
///
/// # Errors
/// If it is none.
pub fn outpoint(text: &str) -> Result<OutPoint, String> {
    let (txid, index) = text.split_once(':').unwrap_or((text, "0"));
    match (Txid::from_display_hex(txid), index.parse()) {
        (Ok(txid), Ok(index)) => Ok(OutPoint { txid, index }),
        _ => Err(format!("`{text}` is no stake such as TXID:0")),
    }
}

/// The stakes that are named, or all of a finality provider.
///
/// # Errors
/// One sentence: nobody answers, a stake is unknown, of another finality provider, or there is none.
pub fn stakes(
    contract: &(impl Contract + ?Sized),
    named: &[OutPoint],
    fp: &FpPublicKey,
) -> Result<Vec<OutPoint>, String> {
    let key = fp.to_string();
    if named.is_empty() {
        let all = items(contract, Some(fp))?;
        let all = all.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        if all.is_empty() {
            return Err(format!("btc-staking knows no stake of {key}"));
        }
        return Ok(all);
    }
    for at in named {
        match item(contract, at)? {
            None => {
                return Err(format!("btc-staking knows no stake {at}: its lock is over, or it never was"));
            }
            Some(item) if item.fp_pubkey_hex != key => {
                return Err(format!("the stake {at} is of {}, not of {key}", item.fp_pubkey_hex));
            }
            Some(_) => {}
        }
    }
    Ok(named.to_vec())
}

/// The finality provider of a stake.
///
/// # Errors
/// As [`stakes`].
pub fn provider(contract: &(impl Contract + ?Sized), at: &OutPoint) -> Result<FpPublicKey, String> {
    let found = item(contract, at)?;
    let found =
        found.ok_or_else(|| format!("btc-staking knows no stake {at}: its lock is over, or it never was"))?;
    FpPublicKey::from_hex(&found.fp_pubkey_hex).map_err(|error| error.to_string())
}

fn place(item: &ItemResponse) -> Result<OutPoint, String> {
    outpoint(&format!("{}:{}", item.txid, item.output))
}

/// All that a key completes.
///
/// # Errors
/// One sentence: nobody answers, or it is not kept any more.
pub fn data(
    contract: &(impl Contract + ?Sized),
    at: &OutPoint,
) -> Result<(SlashingDataResponse, ParamsVersion), String> {
    let ask = json!({ "slashing_data": { "txid": at.txid.to_string(), "output": at.index } });
    let data = contract.ask(&ask).map_err(|why| match why {
        why if why.contains("is unknown") || why.contains("no slashing data") => {
            format!("btc-staking keeps no slashing data of {at}: its lock is over, or it never was")
        }
        why => why,
    })?;
    let data: SlashingDataResponse = read("slashing_data", data)?;
    let params = params(contract, data.family, data.params_version)?;
    Ok((data, params))
}

fn params(
    contract: &(impl Contract + ?Sized),
    family: Family,
    version: u32,
) -> Result<ParamsVersion, String> {
    let ask = json!({ "params": { "family": family, "start_after": version.checked_sub(1) } });
    let answer: ParamsResponse = read("params", contract.ask(&ask)?)?;
    let found = answer.versions.into_iter().find(|found| found.version == version);
    found.ok_or_else(|| format!("btc-staking has no version {version} of the parameters any more"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stake_has_a_name() {
        let id = "ab".repeat(32);
        let at = outpoint(&format!("{id}:3")).unwrap();
        assert_eq!((at.txid.to_string(), at.index), (id.clone(), 3));
        assert_eq!(outpoint(&id).unwrap().index, 0);
        for bad in ["", "ab:0", &format!("{id}:"), &format!("{id}:-1"), &format!("{id}:0:0")] {
            assert_eq!(outpoint(bad).unwrap_err(), format!("`{bad}` is no stake such as TXID:0"));
        }
    }
}
