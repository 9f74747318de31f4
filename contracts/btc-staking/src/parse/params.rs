use api::btc_staking::{Family, Network, ParamsVersion, SelfStakeTerms};
use covenant::family::{AppendError, MAINNET_UNBONDING};
use covenant::{Committee, Params, ParamsError, SlashingRate, XOnlyKey};

use crate::error::ContractError;
use crate::state::{ParamsRecord, SelfStake};

/// Below that an output is dust, and many of them would cost little.
const LEAST_SELF_STAKE: u64 = 1_000;
/// How many decimals a rate has at most.
const DECIMALS: usize = 4;

/// A version of parameters; whether their bounds are in order is for [`covenant::family`].
pub fn params(given: &ParamsVersion) -> Result<Params, ContractError> {
    let version = given.version;
    let keys = given.covenant_pks_hex.iter();
    let keys = keys.map(|hex| super::key(hex).map(XOnlyKey::from_bytes)).collect::<Result<_, _>>()?;
    let committee = Committee::new(keys, given.covenant_quorum)
        .map_err(|source| ContractError::Committee { version, source })?;
    let cut = |text: &str| text.chars().take(80).collect::<String>();
    let slashing_script = hex::decode(&given.slashing_pk_script_hex)
        .map_err(|_| ContractError::Script { version, culprit: cut(&given.slashing_pk_script_hex) })?;
    let slashing_rate = rate(&given.slashing_rate).map_err(|source| {
        let culprit = cut(&given.slashing_rate);
        ContractError::Rate { version, culprit, source }
    })?;
    Ok(Params {
        committee,
        slashing_script,
        slashing_rate,
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

/// A delegation of the own committee names one finality provider: another one that is named, and registers before the proof comes, would
/// have it refused for ever (S03).
///
/// On mainnet its unbonding time is a week at least, in the first versions, too: half of it is how old Bitcoin's tip may be.
pub fn check_own(
    family: Family,
    version: u32,
    params: &Params,
    network: Network,
) -> Result<(), ContractError> {
    let got = params.unbonding_time;
    match family {
        Family::Babylon => Ok(()),
        Family::Own if params.max_fps > 1 => Err(ContractError::OneFp { version, got: params.max_fps }),
        Family::Own if network == Network::Mainnet && got < MAINNET_UNBONDING => {
            Err(AppendError::Unbonding { version, got }.into())
        }
        Family::Own => Ok(()),
    }
}

/// Terms of finality providers' own stake: none of them zero, and there is time to count before the exit.
pub fn self_stake(terms: SelfStakeTerms, network: Network) -> Result<SelfStake, ContractError> {
    let SelfStakeTerms { min_sats, min_timelock, exit_time } = terms;
    let shortest = if network == Network::Mainnet { MAINNET_UNBONDING.into() } else { 1 };
    for (field, got, least) in [
        ("self_stake.min_sats", min_sats, LEAST_SELF_STAKE),
        ("self_stake.exit_time", exit_time.into(), shortest),
        ("self_stake.min_timelock", min_timelock.into(), u64::from(exit_time).saturating_add(1)),
    ] {
        super::check_bounds(field, got, least, u64::MAX)?;
    }
    Ok(SelfStake { min_sats, min_timelock, exit_time })
}

/// `0.001`: what is no such text is a rate of none.
fn rate(text: &str) -> Result<SlashingRate, ParamsError> {
    let digits = text.strip_prefix("0.").map(|digits| digits.trim_end_matches('0'));
    let parts = digits
        .filter(|digits| digits.len() <= DECIMALS && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| format!("{digits:0<DECIMALS$}").parse().ok());
    SlashingRate::new(parts.unwrap_or_default())
}

/// The same on the wire.
pub fn params_answer(version: u32, record: &ParamsRecord) -> ParamsVersion {
    let rate = format!("{:04}", record.slashing_rate);
    ParamsVersion {
        version,
        covenant_pks_hex: record.members.iter().map(hex::encode).collect(),
        covenant_quorum: record.quorum,
        slashing_pk_script_hex: hex::encode(&record.slashing_script),
        slashing_rate: format!("0.{}", rate.trim_end_matches('0')),
        min_slashing_tx_fee_sat: record.min_slashing_fee,
        unbonding_time_blocks: record.unbonding_time,
        unbonding_fee_sat: record.unbonding_fee,
        min_staking_value_sat: record.value.0,
        max_staking_value_sat: record.value.1,
        min_staking_time_blocks: record.time.0,
        max_staking_time_blocks: record.time.1,
        max_finality_providers: record.max_fps,
        btc_activation_height: record.activation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_decimal_of_four_places() {
        let parts = |text| rate(text).map(|rate| rate.of(10_000)).ok();
        let good = [("0.001", 10), ("0.1", 1_000), ("0.0001", 1), ("0.9999", 9_999), ("0.0500000", 500)];
        for (text, expected) in good {
            assert_eq!(parts(text), Some(expected), "{text}");
        }
        for text in
            ["", "0", "1", "0.", "0.0", "0.00001", "1.0", ".1", "0.+1", "0.1e1", "0. 1", "-0.1", "00.1"]
        {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
