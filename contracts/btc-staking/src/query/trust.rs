use api::btc_staking::{Family, ParamsVersion, TrustResponse};
use cosmwasm_std::{StdResult, Storage};

use crate::parse::params_answer;
use crate::state::{TOTALS, Totals, last_version};

pub fn trust(storage: &dyn Storage) -> StdResult<TrustResponse> {
    let Totals { waiting, waiting_since, unsent } = TOTALS.may_load(storage)?.unwrap_or_default();
    let waiting_since = (waiting > 0).then_some(waiting_since);
    let last = |family| -> StdResult<Option<ParamsVersion>> {
        Ok(last_version(storage, family)?.map(|(version, record)| params_answer(version, &record)))
    };
    let (babylon, own) = (last(Family::Babylon)?, last(Family::Own)?);
    Ok(TrustResponse { waiting, waiting_since, unsent, babylon, own })
}
