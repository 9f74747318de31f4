use api::btc_staking::{Family, SubmittedDelegation};
use cosmwasm_std::{DepsMut, Response};

use super::prove_delegations::counted;
use super::take_items::registered;
use super::take_trusted::MAX_BYTES;
use super::{Done, STEPS, check_count, with_stakes};
use crate::error::ContractError;
use crate::items::{Taking, submit_delegation};
use crate::refused::verdict;
use crate::state::Config;
use crate::{host, parse};

#[inline(never)]
pub fn submit_delegations(
    deps: DepsMut<'_>,
    now: u64,
    config: &Config,
    items: &[SubmittedDelegation],
) -> Result<Response, ContractError> {
    check_count(items.len())?;
    let bytes = items.iter().map(|submitted| submitted.item.len() as u64).fold(0, u64::saturating_add);
    parse::check_bounds("bytes of items", bytes, 0, MAX_BYTES)?;
    let (api, querier) = (deps.api, deps.querier);
    let mut taking = Taking::new(Family::Own, host::recover(api), registered(querier, config, true));

    with_stakes(deps, now, config, "submit_delegations", |stakes| {
        let rules = config.rules();
        let mut done =
            Done { changes: standing::catch_up(stakes, &rules, STEPS)?.changes, ..Done::default() };
        for submitted in items {
            let proven = submit_delegation(stakes, (&rules, config.network), &mut taking, submitted)?;
            done.verdicts.push(verdict(proven.map(|proven| counted(proven, &mut done.changes))));
        }
        Ok(done)
    })
}
