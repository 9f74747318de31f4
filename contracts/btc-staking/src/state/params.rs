use api::btc_staking::{Family, RATE_KEY, UNBONDING_KEY};
use cosmwasm_std::{Order, StdError, StdResult, Storage};
use covenant::{Committee, Params, SlashingRate, XOnlyKey};
use primitives::BtcHeight;

use super::{PARAMS, ParamsRecord};

/// The key of a version.
pub fn version_key(family: Family, version: u32) -> [u8; 5] {
    let [a, b, c, d] = version.to_be_bytes();
    [family_byte(family), a, b, c, d]
}

/// A family's number.
pub const fn family_byte(family: Family) -> u8 {
    match family {
        Family::Babylon => 0,
        Family::Own => 1,
    }
}

/// A family's name on the wire.
pub const fn family_name(family: Family) -> &'static str {
    match family {
        Family::Babylon => "babylon",
        Family::Own => "own",
    }
}

/// The family of that number.
pub const fn family_of(byte: u8) -> Family {
    match byte {
        0 => Family::Babylon,
        _ => Family::Own,
    }
}

/// A version, and from where on the next one is in force.
///
/// # Errors
/// Only those of storage.
pub fn load_terms(
    storage: &dyn Storage,
    family: Family,
    version: u32,
) -> StdResult<Option<(Params, Option<BtcHeight>)>> {
    let Some(record) = PARAMS.may_load(storage, &version_key(family, version))? else { return Ok(None) };
    Ok(Some((record.params()?, record.superseded.map(Into::into))))
}

/// Writes the next version, and in the `last` one from where on it is in force.
///
/// # Errors
/// Only those of storage.
pub fn append(
    storage: &mut dyn Storage,
    family: Family,
    last: Option<(u32, ParamsRecord)>,
    version: u32,
    params: &Params,
) -> StdResult<()> {
    let record = ParamsRecord::from(params);
    if let Some((number, last)) = last {
        let superseded = Some(record.activation);
        PARAMS.save(storage, &version_key(family, number), &ParamsRecord { superseded, ..last })?;
    }
    if family == Family::Babylon {
        storage.set(RATE_KEY, params.slashing_rate.to_string().as_bytes());
    }
    note_unbonding(storage, params.unbonding_time);
    PARAMS.save(storage, &version_key(family, version), &record)
}

/// Lowers the shortest unbonding time to this one.
pub fn note_unbonding(storage: &mut dyn Storage, blocks: u16) {
    let known = storage.get(UNBONDING_KEY).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes);
    if known.is_none_or(|known| blocks < known) {
        storage.set(UNBONDING_KEY, &blocks.to_be_bytes());
    }
}

/// A family's last version.
///
/// # Errors
/// Only those of storage.
pub fn last_version(storage: &dyn Storage, family: Family) -> StdResult<Option<(u32, ParamsRecord)>> {
    let byte = family_byte(family);
    let last = PARAMS.range(storage, &[byte], &[byte.saturating_add(1)], Order::Descending, 1)?;
    let Some((key, record)) = last.into_iter().next() else { return Ok(None) };
    let version = key.last_chunk().ok_or_else(|| StdError::msg("broken key of parameters"))?;
    Ok(Some((u32::from_be_bytes(*version), record)))
}

impl ParamsRecord {
    /// As the rules take them.
    ///
    /// # Errors
    /// If the record is broken.
    pub fn params(&self) -> StdResult<Params> {
        let broken = || StdError::msg("broken record of parameters");
        let members = self.members.iter().map(|key| XOnlyKey::from_bytes(*key)).collect();
        Ok(Params {
            committee: Committee::restore(members, self.quorum).ok_or_else(broken)?,
            slashing_script: self.slashing_script.clone(),
            slashing_rate: SlashingRate::new(self.slashing_rate).map_err(|_| broken())?,
            min_slashing_fee: self.min_slashing_fee,
            unbonding_time: self.unbonding_time,
            unbonding_fee: self.unbonding_fee,
            min_value: self.value.0,
            max_value: self.value.1,
            min_time: self.time.0,
            max_time: self.time.1,
            max_fps: self.max_fps,
            activation: self.activation.into(),
        })
    }
}

impl From<&Params> for ParamsRecord {
    fn from(params: &Params) -> Self {
        Self {
            members: params.committee.members().iter().map(|key| *key.as_bytes()).collect(),
            quorum: params.committee.quorum(),
            superseded: None,
            slashing_script: params.slashing_script.clone(),
            // Of the whole, the rate is its number of parts.
            slashing_rate: u16::try_from(params.slashing_rate.of(10_000)).unwrap_or(u16::MAX),
            min_slashing_fee: params.min_slashing_fee,
            unbonding_time: params.unbonding_time,
            unbonding_fee: params.unbonding_fee,
            value: (params.min_value, params.max_value),
            time: (params.min_time, params.max_time),
            max_fps: params.max_fps,
            activation: params.activation.get(),
        }
    }
}
