use api::btc_light_client::{Bound, Enforcement, Network, RulesResponse, Submitters};
use bitcoin_spv::{HeaderSource, PERIOD, Params, RecentTimes, Rules, start_of_period};
use cosmwasm_std::Storage;
use primitives::BtcHeight;

use crate::error::ContractError;
use crate::state::{Chain, Config, Store, load_rebases};

pub fn rules(storage: &dyn Storage) -> Result<RulesResponse, ContractError> {
    let config = Config::load(storage)?;
    let params = config.params();
    let chain = Chain::load(storage)?;
    let chain = chain.as_ref();
    Ok(RulesResponse {
        network: config.network,
        submitters: match config.network {
            Network::Mainnet => Submitters::Anyone,
            Network::Regtest => Submitters::ListedAndAdmin,
            Network::Testnet | Network::Testnet4 | Network::Signet => Submitters::Listed,
        },
        max_future_s: u32::try_from(Rules::MAX_FUTURE.get()).unwrap_or(u32::MAX),
        base_height: chain.map(|chain| chain.base_height.get()),
        lowest_height: chain.map(|chain| chain.lowest.get()),
        retarget: chain.map(|chain| retarget(storage, chain, &params)),
        median_time: chain.map(median_time),
        period_target: chain.map(|chain| period_target(storage, chain, &params)),
        rebases: load_rebases(storage)?,
    })
}

/// Exact at the first boundary whose period was seen from its first header on.
fn retarget(storage: &dyn Storage, chain: &Chain, params: &Params) -> Enforcement {
    let boundary_after = |height: BtcHeight| {
        let period = height.get() / PERIOD;
        BtcHeight::new(period.saturating_add(1).saturating_mul(PERIOD))
    };
    let first = boundary_after(chain.base_height);
    let start_known = Store(storage).period_start(first.saturating_sub(PERIOD)).is_some();
    let exact_from = match (params.retargets, start_known) {
        (false, _) => chain.base_height.next(),
        (true, true) => first,
        (true, false) => first.saturating_add(PERIOD),
    };
    Enforcement {
        exact_now: boundary_after(chain.context.height) >= exact_from,
        exact_from: Some(exact_from.get()),
        until_then: Bound::WithinFactorOfFour,
    }
}

/// Exact once eleven headers are known, or from the start where there are no more.
fn median_time(chain: &Chain) -> Enforcement {
    let span = u32::try_from(RecentTimes::SPAN).unwrap_or(u32::MAX);
    let whole = chain.base_height == BtcHeight::new(0);
    let exact_from = chain.base_height.saturating_add(if whole { 1 } else { span });
    Enforcement {
        exact_now: chain.context.knows_median(),
        exact_from: Some(exact_from.get()),
        until_then: Bound::LeastPossibleMedian,
    }
}

/// Exact unless all that is known of the period are minimum-difficulty headers.
fn period_target(storage: &dyn Storage, chain: &Chain, params: &Params) -> Enforcement {
    let exact_from = chain.base_height.next().get();
    let starts_at = start_of_period(chain.context.height);
    let is_known = chain.context.real_bits.is_some() || Store(storage).period_start(starts_at).is_some();
    Enforcement {
        exact_now: !params.min_difficulty_blocks || is_known,
        exact_from: (!params.min_difficulty_blocks).then_some(exact_from),
        until_then: Bound::LimitOnly,
    }
}
