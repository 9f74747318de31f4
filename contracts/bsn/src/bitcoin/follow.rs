use api::bsn::event;
use api::btc_light_client::Tip;
use cosmwasm_std::{Binary, Env, Event, QuerierWrapper, StdResult, Storage, SubMsg, WasmMsg};
use primitives::UnixTime;

use super::{FOLLOW_REPLY, LightClient, checkpoints};
use crate::error::alarm;
use crate::state::{BITCOIN, BitcoinSeen, CONFIG, Config, Progress, StoredLedger, mark_stale};
use crate::{host, verifier};

/// How many blocks may pass until a tip is seen that no packet brought.
const LOOK_EVERY: u64 = 10;
/// How many sums (of a provider at a height) expire in one go: about 15,000 SDK gas each.
const EXPIRED: usize = 64;
/// What the message to ourselves may use, a part of what a hook has.
const GAS_LIMIT: u64 = 2_000_000;

/// Takes what the light client has learned: the tip, the checkpoints that lie deep enough now, and a portion of the
/// stake that ends. Anybody may ask for it at any time.
pub fn follow(
    storage: &mut dyn Storage,
    querier: QuerierWrapper<'_>,
    now: UnixTime,
) -> StdResult<Vec<Event>> {
    let config = CONFIG.load(storage)?;
    let w = config.checkpoint_finalization_timeout;
    let client = config.btc_light_client.as_deref().map(|address| LightClient { querier, address });
    let tip = client.and_then(|client| client.tip());
    let mut events = checkpoints::count_buried(storage, client, tip.as_ref(), w)?;
    let Some(tip) = tip else { return Ok(events) };
    let before = BITCOIN.may_load(storage)?.unwrap_or_default();
    let is_stale = is_stale(querier, &config, &tip, now);
    let seen = BitcoinSeen { tip: Some(tip.hash), is_stale, ..before.clone() };
    if seen != before {
        BITCOIN.save(storage, &seen)?;
    }
    if is_stale != before.is_stale {
        mark_stale(storage)?;
    }
    events.extend(expire(storage, &tip)?);
    Ok(events)
}

/// Whether stake that is not Babylon's alone may have ended unseen.
fn is_stale(querier: QuerierWrapper<'_>, config: &Config, tip: &Tip, now: UnixTime) -> bool {
    let Some(verifier) = config.stake_verifier.as_deref().filter(|_| config.stake_source.is_own()) else {
        return false;
    };
    verifier::stale_after(querier, verifier).is_some_and(|limit| now.since(tip.time.into()) > limit)
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
    if !progress.expiring && !is_news(storage, querier, env)? {
        return Ok(None);
    }
    let execute = WasmMsg::Execute {
        contract_addr: env.contract.address.to_string(),
        msg: Binary::from(api::bsn::FOLLOW_BITCOIN),
        funds: vec![],
    };
    Ok(Some(SubMsg::reply_on_error(execute, FOLLOW_REPLY).with_gas_limit(GAS_LIMIT)))
}

/// Every ten blocks: whether the light client has another tip than the one we saw, or that one has become too old.
fn is_news(storage: &dyn Storage, querier: QuerierWrapper<'_>, env: &Env) -> StdResult<bool> {
    if !env.block.height.is_multiple_of(LOOK_EVERY) {
        return Ok(false);
    }
    let config = CONFIG.load(storage)?;
    let Some(address) = &config.btc_light_client else { return Ok(false) };
    let tip = LightClient { querier, address }.tip();
    let seen = BITCOIN.may_load(storage)?.unwrap_or_default();
    let is_stale = tip.as_ref().is_some_and(|tip| is_stale(querier, &config, tip, host::now(env)));
    Ok(tip.map(|tip| tip.hash) != seen.tip || is_stale != seen.is_stale)
}

#[cfg(test)]
mod tests {
    use api::bsn::StakeSource;
    use api::btc_staking::UNBONDING_KEY;
    use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, mock_dependencies, mock_env};
    use cosmwasm_std::{ContractResult, CosmosMsg, OwnedDeps, ReplyOn, SystemResult, WasmQuery};
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

    /// A chain of its own stake, whose shortest unbonding time is 101 blocks and whose tip has this time.
    fn watched(source: StakeSource, time: u32) -> OwnedDeps<MockStorage, MockApi, MockQuerier> {
        let mut deps = mock_dependencies();
        let config = Config {
            btc_light_client: Some("client".into()),
            stake_verifier: Some("verifier".into()),
            stake_source: source,
            ..config()
        };
        CONFIG.save(&mut deps.storage, &config).unwrap();
        Progress::default().save(&mut deps.storage).unwrap();
        deps.querier.update_wasm(move |query| {
            let WasmQuery::Raw { contract_addr, key } = query else { panic!("{query:?}") };
            let found = match (contract_addr.as_str(), &key[..]) {
                ("verifier", UNBONDING_KEY) => 101_u16.to_be_bytes().to_vec(),
                // Height, hash, time, base, highest.
                ("client", _) => [
                    &9_u32.to_be_bytes()[..],
                    &[1; 32],
                    &u32::to_be_bytes(time),
                    &[0; 4],
                    &9_u32.to_be_bytes(),
                ]
                .concat(),
                other => panic!("{other:?}"),
            };
            SystemResult::Ok(ContractResult::Ok(found.into()))
        });
        deps
    }

    /// Half of 101 blocks are 50, of ten minutes.
    #[test]
    fn a_tip_that_is_older_than_half_of_the_unbonding_time_is_stale_until_a_newer_one_comes() {
        for source in [StakeSource::Bitcoin, StakeSource::Both] {
            for (age, is_stale) in [(30_000, false), (30_001, true)] {
                let mut deps = watched(source, 1_000);
                let now = UnixTime::new(1_000 + age);
                follow(&mut deps.storage, QuerierWrapper::new(&deps.querier), now).unwrap();
                assert_eq!(BITCOIN.load(&deps.storage).unwrap().is_stale, is_stale, "{age}");
                assert_eq!(
                    Progress::load(&deps.storage).unwrap().marks.stale,
                    is_stale,
                    "the set is another"
                );
                let newer = watched(source, 1_001);
                follow(&mut deps.storage, QuerierWrapper::new(&newer.querier), now).unwrap();
                assert!(!BITCOIN.load(&deps.storage).unwrap().is_stale);
            }
        }
    }

    #[test]
    fn where_all_stake_is_babylons_no_tip_is_stale() {
        for source in [StakeSource::Babylon, StakeSource::Verified] {
            let mut deps = watched(source, 0);
            let now = UnixTime::new(1_000_000_000);
            follow(&mut deps.storage, QuerierWrapper::new(&deps.querier), now).unwrap();
            assert!(!BITCOIN.load(&deps.storage).unwrap().is_stale);
        }
    }

    /// The tip is the one that was seen; only time has passed.
    #[test]
    fn a_hook_notices_that_a_tip_becomes_stale() {
        let mut deps = watched(StakeSource::Bitcoin, 1_000);
        let seen = BitcoinSeen { tip: Some([1; 32]), ..BitcoinSeen::default() };
        BITCOIN.save(&mut deps.storage, &seen).unwrap();
        let mut env = mock_env();
        env.block.height = 20;
        for (age, is_sent) in [(30_000, false), (30_001, true)] {
            env.block.time = cosmwasm_std::Timestamp::from_seconds(1_000 + age);
            let querier = QuerierWrapper::new(&deps.querier);
            let sent = follow_if_due(&deps.storage, querier, &env, &Progress::default()).unwrap();
            assert_eq!(sent.is_some(), is_sent, "{age}");
        }
    }

    #[test]
    fn stake_that_was_is_none() {
        assert!(told([15, 5], 9).0.is_empty());
        assert_eq!(told([15, 5], 11).0.len(), 1);
    }
}
