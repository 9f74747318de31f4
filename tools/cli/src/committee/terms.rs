//! The versions of parameters that a chain's own delegations are made under.

use api::btc_staking::{Family, ParamsResponse, ParamsVersion};
use covenant::{Committee, OWN_GRACE, Params, SlashingRate, Terms, XOnlyKey, family};
use primitives::{BtcHeight, FpPublicKey};
use serde_json::json;

use crate::prove::contract::{Contract, read};

/// Versions, ascending without a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions(Vec<(ParamsVersion, Params)>);

impl Versions {
    /// What a file says: the contract's answer to `params{family}`.
    ///
    /// # Errors
    /// One sentence: it is no such answer, of another family, empty, or a version is not in order.
    pub fn of_text(text: &str) -> Result<Self, String> {
        let answer: ParamsResponse = serde_json::from_str(text)
            .map_err(|error| format!("it is no answer of btc-staking to params{{family}}: {error}"))?;
        if answer.family != Family::Own {
            return Err(
                "it has the parameters of Babylon's committee, not those of the chain's own".to_owned()
            );
        }
        Self::new(answer.versions)
    }

    /// What the contract answers, over all pages.
    ///
    /// # Errors
    /// One sentence: nobody answers, or as [`of_text`](Self::of_text).
    pub fn of_contract(contract: &(impl Contract + ?Sized)) -> Result<Self, String> {
        let (mut all, mut after): (Vec<ParamsVersion>, Option<u32>) = (Vec::new(), None);
        loop {
            let ask = json!({ "params": { "family": Family::Own, "start_after": after } });
            let page: ParamsResponse = read("params", contract.ask(&ask)?)?;
            let Some(last) = page.versions.last().map(|version| version.version) else { break };
            if after.is_some_and(|after| last <= after) {
                return Err("btc-staking answers the same versions again and again".to_owned());
            }
            all.extend(page.versions);
            after = Some(last);
        }
        Self::new(all)
    }

    fn new(given: Vec<ParamsVersion>) -> Result<Self, String> {
        let mut all: Vec<(ParamsVersion, Params)> = Vec::new();
        for wire in given {
            let params = params(&wire).map_err(|why| format!("version {}: {why}", wire.version))?;
            let before = all.last().map(|(wire, params)| (wire.version, params));
            family::check_first(before, wire.version, &params).map_err(|error| error.to_string())?;
            all.push((wire, params));
        }
        if all.is_empty() {
            return Err(
                "the chain has no committee of its own: no version of its parameters is known".to_owned()
            );
        }
        Ok(Self(all))
    }

    /// What a delegation of this version is held against; the early end must be signed too.
    pub fn terms(&self, version: u32) -> Option<Terms<'_>> {
        let at = self.0.iter().position(|(wire, _)| wire.version == version)?;
        let (_, params) = self.0.get(at)?;
        let superseded = self.0.get(at + 1).map(|(_, next)| next.activation);
        Some(Terms { params, superseded, grace: OWN_GRACE, unbonding_signed: true })
    }

    /// The version in force at a height of Bitcoin.
    pub fn in_force(&self, height: BtcHeight) -> Option<(u32, &Params)> {
        let found = self.0.iter().rev().find(|(_, params)| params.activation <= height)?;
        Some((found.0.version, &found.1))
    }

    /// All of them, as they were answered.
    pub fn wire(&self) -> impl Iterator<Item = &ParamsVersion> {
        self.0.iter().map(|(wire, _)| wire)
    }
}

/// Parameters as they are on the wire, read.
pub(crate) fn params(given: &ParamsVersion) -> Result<Params, String> {
    let key =
        |text: &String| FpPublicKey::from_hex(text).map(XOnlyKey::from).map_err(|error| error.to_string());
    let members = given.covenant_pks_hex.iter().map(key).collect::<Result<_, _>>()?;
    let committee = Committee::new(members, given.covenant_quorum).map_err(|error| error.to_string())?;
    let slashing_script = hex::decode(&given.slashing_pk_script_hex);
    Ok(Params {
        committee,
        slashing_script: slashing_script
            .map_err(|_| format!("`{}` is no hexadecimal script", given.slashing_pk_script_hex))?,
        slashing_rate: rate(&given.slashing_rate)
            .ok_or_else(|| format!("`{}` is no rate such as 0.001", given.slashing_rate))?,
        min_slashing_fee: given.min_slashing_tx_fee_sat,
        unbonding_time: given.unbonding_time_blocks,
        unbonding_fee: given.unbonding_fee_sat,
        min_value: given.min_staking_value_sat,
        max_value: given.max_staking_value_sat,
        min_time: given.min_staking_time_blocks,
        max_time: given.max_staking_time_blocks,
        max_fps: given.max_finality_providers,
        activation: given.btc_activation_height.into(),
    })
}

/// `0.001`: at most four decimals that are not zero.
fn rate(text: &str) -> Option<SlashingRate> {
    let digits = text.strip_prefix("0.")?.trim_end_matches('0');
    let are_digits = digits.len() <= 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let parts: u16 = if are_digits { format!("{digits:0<4}").parse().ok()? } else { return None };
    SlashingRate::new(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_decimal_of_four_places() {
        let parts = |text| rate(text).map(|rate| rate.of(10_000));
        for (text, expected) in [("0.001", 10), ("0.1", 1_000), ("0.9999", 9_999), ("0.0500000", 500)] {
            assert_eq!(parts(text), Some(expected), "{text}");
        }
        for text in ["", "0", "1", "0.", "0.0", "0.00001", "1.0", ".1", "0.+1", "0.1e1", "-0.1"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
