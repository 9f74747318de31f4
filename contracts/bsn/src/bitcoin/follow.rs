use api::bsn::event;
use api::btc_light_client::Tip;
use cosmwasm_std::{Binary, Env, Event, QuerierWrapper, StdResult, Storage, SubMsg, WasmMsg};
use primitives::BlockHeight;

use super::{FOLLOW_REPLY, LightClient, checkpoints};
use crate::error::alarm;
use crate::state::{BITCOIN, BitcoinSeen, CONFIG, Config, Progress, StoredLedger};

/// How many blocks may pass until a tip is seen that no packet brought.
const LOOK_EVERY: u64 = 10;
/// How many sums (of a provider at a height) expire in one go: about 15,000 SDK gas each.
const EXPIRED: usize = 64;
/// What the message to ourselves may use, a part of what a hook has.
const GAS_LIMIT: u64 = 2_000_000;

/// Takes what the light client has learned: the tip, the checkpoints that lie deep enough now, and a portion of the
/// stake that ends. Anybody may ask for it at any time.
pub fn follow(storage: &mut dyn Storage, querier: QuerierWrapper<'_>) -> StdResult<Vec<Event>> {
    let Config { btc_light_client, checkpoint_finalization_timeout: w, .. } = CONFIG.load(storage)?;
    let client = btc_light_client.as_deref().map(|address| LightClient { querier, address });
    let tip = client.and_then(|client| client.tip());
    let mut events = checkpoints::count_buried(storage, client, tip.as_ref(), w)?;
    let Some(tip) = tip else { return Ok(events) };
    let seen = BITCOIN.may_load(storage)?.unwrap_or_default();
    if seen.tip != Some(tip.hash) {
        BITCOIN.save(storage, &BitcoinSeen { tip: Some(tip.hash), ..seen })?;
    }
    events.extend(expire(storage, &tip)?);
    Ok(events)
}

/// Ends a portion of the stake whose time is over by the highest tip there ever was.
fn expire(storage: &mut dyn Storage, tip: &Tip) -> StdResult<Vec<Event>> {
    let expired = staking::expire(&mut StoredLedger(storage), tip.highest, EXPIRED)?;
    let mut progress = Progress::load(storage)?;
    let before = (progress.marks.stale, progress.expiring);
    progress.marks.stale |= !expired.power_changes.is_empty();
    progress.expiring = expired.more;
    if before != (progress.marks.stale, progress.expiring) {
        progress.save(storage)?;
    }
    let mut events = vec![];
    if expired.buckets > 0 {
        events.push(
            event::StakeExpired {
                btc_height: tip.highest.to_string(),
                fps: expired.power_changes.len().to_string(),
                more: expired.more.to_string(),
            }
            .into(),
        );
    }
    if !expired.shortfall.is_zero() {
        let what = format!("stake that expired at {} was {} sats short", tip.highest, expired.shortfall);
        events.push(alarm(what));
    }
    Ok(events)
}

/// In a hook: the message to ourselves, if there is something to do.
pub fn follow_if_due(
    storage: &dyn Storage,
    querier: QuerierWrapper<'_>,
    env: &Env,
    progress: &Progress,
) -> StdResult<Option<SubMsg>> {
    if !progress.expiring && !is_news(storage, querier, BlockHeight::new(env.block.height))? {
        return Ok(None);
    }
    let execute = WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: Binary::from(api::bsn::FOLLOW_BITCOIN),
        funds: vec![],
    };
    Ok(Some(SubMsg::reply_on_error(execute, FOLLOW_REPLY).with_gas_limit(GAS_LIMIT)))
}

/// Every ten blocks: whether the light client has another tip than the one we saw.
fn is_news(storage: &dyn Storage, querier: QuerierWrapper<'_>, now: BlockHeight) -> StdResult<bool> {
    if !now.get().is_multiple_of(LOOK_EVERY) {
        return Ok(false);
    }
    let Some(address) = CONFIG.load(storage)?.btc_light_client else { return Ok(false) };
    let tip = LightClient { querier, address: &address }.tip().map(|tip| tip.hash);
    Ok(tip != BITCOIN.may_load(storage)?.and_then(|seen| seen.tip))
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::{MockStorage, mock_dependencies, mock_env};
    use cosmwasm_std::{CosmosMsg, ReplyOn};
    use primitives::{BtcHeight, BtcTime, VotingPower};
    use staking::{FinalityProvider, FpId};

    use super::*;
    use crate::ibc::tests::config;
    use crate::state::{BUCKETS, FP_KEYS, PROVIDERS};

    /// An FP with stake of 20 sats, and buckets of so many at heights 10 and 11.
    fn ledger(buckets: [u128; 2]) -> MockStorage {
        let mut storage = MockStorage::new();
        Progress::default().save(&mut storage).unwrap();
        let fp = FinalityProvider { stake: VotingPower::new(20), ..FinalityProvider::new(FpId::new(0)) };
        PROVIDERS.save(&mut storage, &[2; 32], &fp).unwrap();
        FP_KEYS.save(&mut storage, &[0; 4], &[2; 32]).unwrap();
        for (height, sats) in [10, 11].into_iter().zip(buckets) {
            BUCKETS.save(&mut storage, &[0, 0, 0, height, 0, 0, 0, 0], &VotingPower::new(sats)).unwrap();
        }
        storage
    }

    fn told(buckets: [u128; 2], highest: u32) -> (Vec<Event>, Progress) {
        let mut storage = ledger(buckets);
        let height = BtcHeight::new(highest);
        let tip = Tip {
            height,
            hash: [0; 32],
            time: BtcTime::default(),
            base_height: BtcHeight::new(0),
            highest: height,
        };
        let events = expire(&mut storage, &tip).unwrap();
        (events, Progress::load(&storage).unwrap())
    }

    #[test]
    fn stake_that_was_not_there_to_expire_is_an_alarm() {
        let (events, progress) = told([15, 8], 11);
        let [expired, alarm] = events.as_slice() else { panic!("{events:?}") };
        assert_eq!((expired.ty.as_str(), alarm.ty.as_str()), ("stake_expired", "alarm"));
        assert_eq!(alarm.attributes[0].value, "stake that expired at 11 was 3 sats short");
        assert!(progress.marks.stale);
    }

    /// What fails in it fails alone: the hook that sends it stands.
    #[test]
    fn a_hook_sends_it_apart_and_with_a_limit() {
        let (mut deps, mut env) = (mock_dependencies(), mock_env());
        CONFIG.save(&mut deps.storage, &config()).unwrap();
        let sent = |env: &Env, expiring| {
            let progress = Progress { expiring, ..Progress::default() };
            follow_if_due(&deps.storage, QuerierWrapper::new(&deps.querier), env, &progress).unwrap()
        };
        env.block.height = 11;
        assert_eq!(sent(&env, false), None);
        let sub = sent(&env, true).unwrap();
        let limits = (sub.reply_on, sub.id, sub.gas_limit);
        assert_eq!(limits, (ReplyOn::Error, FOLLOW_REPLY, Some(2_000_000)));
        let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, funds }) = sub.msg else { panic!() };
        assert_eq!(contract_addr, env.contract.address.as_str());
        assert_eq!((msg.as_slice(), funds), (api::bsn::FOLLOW_BITCOIN, vec![]));
    }

    #[test]
    fn stake_that_was_is_none() {
        assert!(told([15, 5], 9).0.is_empty());
        assert_eq!(told([15, 5], 11).0.len(), 1);
    }
}
