use api::btc_staking::SelfStakeProof;
use cosmwasm_std::{DepsMut, Env, Response};
use primitives::SigningContext;

use super::prove_delegations::counted;
use super::take_items::registered;
use super::{Done, STEPS, check_count, with_stakes};
use crate::error::ContractError;
use crate::host;
use crate::items;
use crate::refused::{SelfStakeFault, verdict};
use crate::state::Config;

#[inline(never)]
pub fn prove_self_stake(
    deps: DepsMut<'_>,
    env: &Env,
    config: &Config,
    proofs: &[SelfStakeProof],
) -> Result<Response, ContractError> {
    check_count(proofs.len())?;
    let (api, querier) = (deps.api, deps.querier);
    let recover = host::recover(api);
    let is_registered = registered(querier, config, true);
    let context = SigningContext::self_stake(&env.block.chain_id, config.bsn.as_str()).digest();

    with_stakes(deps, host::now(env), config, "prove_self_stake", |stakes| {
        let rules = config.rules();
        let mut done =
            Done { changes: standing::catch_up(stakes, &rules, STEPS)?.changes, ..Done::default() };
        for proof in proofs {
            let proven = match &config.self_stake {
                None => Err(SelfStakeFault::Off.into()),
                Some(terms) => {
                    let terms = (terms, &context);
                    items::prove_self_stake(stakes, &rules, &recover, &is_registered, terms, proof)?
                }
            };
            done.verdicts.push(verdict(proven.map(|proven| counted(proven, &mut done.changes))));
        }
        Ok(done)
    })
}
