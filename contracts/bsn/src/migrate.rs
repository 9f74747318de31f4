use api::bsn::MigrateMsg;
use api::contract_info::ContractInfo;
use cosmwasm_std::{DepsMut, Env, Response};
use primitives::BlockHeight;

use crate::config;
use crate::error::ContractError;
use crate::heights::grid;
use crate::migrations::{convert, from_0_2_0, resumed};
use crate::state::{CONFIG, CONTRACT_NAME, CONTRACT_VERSION, PARAMS};
use crate::verifier;

/// The first version that stores a commitment with its place in a run.
const PLACES_COMMITMENTS: [u64; 3] = [0, 2, 0];
/// The first version with the fields of [`from_0_2_0`].
const HAS_FIELDS_OF_0_3_0: [u64; 3] = [0, 3, 0];

/// Takes over the state of an older version of this contract; of nothing else. From then on delegations are verified, and
/// there is a grid, where that is asked.
pub fn migrate(deps: DepsMut<'_>, env: &Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    let stored = ContractInfo::load(deps.storage)?;
    if stored.contract != CONTRACT_NAME {
        return Err(ContractError::OtherContract { expected: CONTRACT_NAME, found: stored.contract });
    }
    if release(&stored.version) > release(CONTRACT_VERSION) {
        return Err(ContractError::Downgrade { ours: CONTRACT_VERSION, found: stored.version });
    }
    if release(&stored.version) < HAS_FIELDS_OF_0_3_0 {
        from_0_2_0::add_fields(deps.storage)?;
        from_0_2_0::split_accounts(deps.storage)?;
        resumed::record(deps.storage)?;
        convert::begin(deps.storage, release(&stored.version) < PLACES_COMMITMENTS)?;
    }
    ContractInfo::save(deps.storage, CONTRACT_NAME, CONTRACT_VERSION)?;
    if let Some(interval) = msg.grid {
        let params = PARAMS.load(deps.storage)?;
        grid::configure(deps.storage, &params, interval, BlockHeight::new(env.block.height))?;
    }
    config::save_source(deps.storage, msg.stake_source, msg.verified_stake.is_some())?;
    if msg.grid.is_some() || msg.stake_source.is_some() {
        let config = CONFIG.load(deps.storage)?;
        grid::follow_source(deps.storage, &config)?;
    }
    let instantiate = match msg.verified_stake {
        Some(verified) => {
            let has_client = CONFIG.load(deps.storage)?.btc_light_client.is_some();
            Some(verifier::message(deps.storage, env, has_client, verified)?)
        }
        None => None,
    };
    Ok(Response::new()
        .add_submessages(instantiate)
        .add_attribute("action", "migrate")
        .add_attribute("from_version", stored.version)
        .add_attribute("to_version", CONTRACT_VERSION))
}

/// Major, minor and patch; what is not a number is the highest, and so refused.
fn release(version: &str) -> [u64; 3] {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(u64::MAX));
    [(); 3].map(|()| parts.next().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{ACCOUNTS, COMMITMENTS, CONVERSION, JAILED, Progress};
    use cosmwasm_std::testing::{mock_dependencies, mock_env};
    use cosmwasm_std::{Order, Storage};

    fn from(name: &str, version: &str) -> Result<Response, ContractError> {
        let mut deps = mock_dependencies();
        cw2::set_contract_version(&mut deps.storage, name, version).unwrap();
        migrate(deps.as_mut(), &mock_env(), MigrateMsg::default())
    }

    #[test]
    fn what_older_versions_stored_is_converted() {
        let (committed, jailed) = (Some(COMMITMENTS.letter()), Some(JAILED.letter()));
        for (version, begins_with) in
            [("0.0.9", committed), ("0.1.0", committed), ("0.2.0", jailed), (CONTRACT_VERSION, None)]
        {
            let mut deps = mock_dependencies();
            cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, version).unwrap();
            migrate(deps.as_mut(), &mock_env(), MigrateMsg::default()).unwrap();
            let conversion = CONVERSION.may_load(&deps.storage).unwrap();
            assert_eq!(conversion.map(|conversion| conversion.table), begins_with, "{version}");
        }
    }

    /// Heights 5 to 7 were resumed, and two denoms have books.
    #[test]
    fn few_records_of_an_older_version_are_taken_over_at_once() {
        let mut deps = mock_dependencies();
        deps.storage = resumed::tests::old(9);
        deps.storage.set(&[ACCOUNTS.letter()], from_0_2_0::tests::BOOKS);
        cw2::set_contract_version(&mut deps.storage, CONTRACT_NAME, "0.2.0").unwrap();
        migrate(deps.as_mut(), &mock_env(), MigrateMsg::default()).unwrap();
        let Progress { marks, gaps, .. } = Progress::load(&deps.storage).unwrap();
        assert_eq!((marks.cursor, gaps.recorded_above), (BlockHeight::new(9), BlockHeight::new(9)));
        assert_eq!(ACCOUNTS.all(&deps.storage, Order::Ascending).count(), 2);
        assert_eq!(cw2::get_contract_version(&deps.storage).unwrap().version, CONTRACT_VERSION);
    }

    #[test]
    fn only_this_contract_and_never_downwards() {
        assert!(from(CONTRACT_NAME, CONTRACT_VERSION).is_ok());
        assert!(from(CONTRACT_NAME, "0.0.9").is_ok());
        assert!(matches!(from("btc-staking", "0.0.1"), Err(ContractError::OtherContract { .. })));
        for newer in ["0.3.1", "0.10.0", "1.0.0", "99.0.0-rc.1", "next"] {
            assert!(matches!(from(CONTRACT_NAME, newer), Err(ContractError::Downgrade { .. })), "{newer}");
        }
    }
}
