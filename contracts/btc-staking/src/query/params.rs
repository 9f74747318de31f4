use api::btc_staking::{Family, ParamsResponse};
use cosmwasm_std::{Order, StdResult, Storage};

use crate::parse::params_answer;
use crate::state::{PARAMS, after, family_byte, version_key};

/// How many versions one answer has.
const AT_ONCE: usize = 10;

pub fn params(storage: &dyn Storage, family: Family, start_after: Option<u32>) -> StdResult<ParamsResponse> {
    let prefix = [family_byte(family)];
    let from = start_after.map_or_else(|| prefix.to_vec(), |version| after(&version_key(family, version)));
    let found = PARAMS.range(storage, &from, &after(&prefix), Order::Ascending, AT_ONCE)?;
    let answer = |(key, record): (Vec<u8>, _)| {
        let version = key.last_chunk().map_or(0, |version| u32::from_be_bytes(*version));
        params_answer(version, &record)
    };
    Ok(ParamsResponse { family, versions: found.into_iter().map(answer).collect() })
}
