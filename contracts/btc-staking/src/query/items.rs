use api::btc_staking::{ItemResponse, ItemsResponse, SlashingDataResponse, StakeId, StandingAnswer};
use bitcoin_spv::OutPoint;
use cosmwasm_std::{Deps, Order, StdError, StdResult, Storage};
use primitives::ParseError;
use standing::{Known, Standing};

use crate::error::ContractError;
use crate::items::slashing_answer;
use crate::state::{
    FACTS, Facts, ITEMS, OUTPOINTS, UNSENT, family_of, load_terms, outpoint_key, outpoint_of,
};
use crate::{host, parse};

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 30;
/// How many items are looked at for a page: the largest have 14 kB, which nodes let a query read.
const LOOKED_AT: usize = 50;

/// Which stakes of a list.
pub struct Page {
    after: Option<OutPoint>,
    pub(super) limit: usize,
}

impl Page {
    pub fn parse(
        after_txid: Option<String>,
        after_output: Option<u32>,
        limit: Option<u32>,
    ) -> Result<Self, ParseError> {
        let after = after_txid.map(|txid| parse::outpoint(&txid, after_output.unwrap_or(u32::MAX)));
        let limit = limit.unwrap_or(DEFAULT_LIMIT).min(MAX_LIMIT);
        Ok(Self { after: after.transpose()?, limit: usize::try_from(limit).unwrap_or_default() })
    }

    pub(super) fn first_key(&self) -> Vec<u8> {
        let key = |stake: &OutPoint| [&outpoint_key(stake)[..], &[0]].concat();
        self.after.as_ref().map_or_else(Vec::new, key)
    }
}

/// The items of a page that are wanted. There is no index: a page ends after so many that were looked at, and says where.
pub fn page(
    storage: &dyn Storage,
    page: &Page,
    is_wanted: impl Fn(&Facts) -> bool,
) -> Result<ItemsResponse, ContractError> {
    let (mut items, mut last) = (Vec::new(), None);
    let found = FACTS.range(storage, &page.first_key(), &[0xff; 37], Order::Ascending, LOOKED_AT)?;
    let is_more = found.len() == LOOKED_AT;
    for (key, facts) in found {
        let Some(stake) = outpoint_of(&key) else { continue };
        last = Some(StakeId { txid: stake.txid.to_string(), output: stake.index });
        if is_wanted(&facts) {
            items.push(shown(storage, stake, &facts)?);
        }
        if items.len() >= page.limit {
            return Ok(ItemsResponse { items, next: last });
        }
    }
    Ok(ItemsResponse { items, next: last.filter(|_| is_more) })
}

pub fn item(storage: &dyn Storage, stake: OutPoint) -> Result<ItemResponse, ContractError> {
    let facts = FACTS.may_load(storage, &outpoint_key(&stake))?;
    Ok(shown(storage, stake, &facts.ok_or(ContractError::Unknown { stake })?)?)
}

fn shown(storage: &dyn Storage, stake: OutPoint, facts: &Facts) -> StdResult<ItemResponse> {
    let key = outpoint_key(&stake);
    let standing = match OUTPOINTS.may_load(storage, &key)?.map(Known::from) {
        Some(Known::Stake(stake)) => stake.standing,
        Some(Known::Spent(at)) => Standing::Foretold { at },
        Some(Known::Nothing) | None => Standing::Waiting,
    };
    Ok(ItemResponse {
        txid: stake.txid.to_string(),
        output: stake.index,
        staker_pk_hex: hex::encode(facts.staker),
        fp_pubkey_hex: hex::encode(facts.fp()),
        sats: facts.sats,
        params_version: facts.version,
        taken_at: facts.taken_at,
        standing: answer(&standing),
        is_unsent: UNSENT.has(storage, &key),
    })
}

fn answer(standing: &Standing) -> StandingAnswer {
    match standing {
        Standing::Waiting => StandingAnswer::Waiting { spent_height: None },
        Standing::Foretold { at } => StandingAnswer::Waiting { spent_height: Some(at.height.get()) },
        Standing::Challenged { block, end, due } => StandingAnswer::Challenged {
            start_height: block.height.get(),
            end_height: end.get(),
            due_height: due.get(),
        },
        Standing::Active { block, end } => {
            StandingAnswer::Active { start_height: block.height.get(), end_height: end.get() }
        }
        Standing::Ended { at } => StandingAnswer::Ended { btc_height: at.height.get() },
    }
}

pub fn slashing_data(deps: Deps<'_>, stake: OutPoint) -> Result<SlashingDataResponse, ContractError> {
    let item = ITEMS.may_load(deps.storage, &outpoint_key(&stake))?;
    let (facts, data) = item.ok_or(ContractError::Unknown { stake })?;
    if facts.is_self_stake() {
        return Err(ContractError::SelfStake { stake });
    }
    let terms = load_terms(deps.storage, family_of(facts.family), facts.version)?;
    let (params, _) = terms.ok_or_else(|| StdError::msg(format!("no parameters of {stake}")))?;
    Ok(slashing_answer(&host::recover(deps.api), stake, &facts, &data, &params)?)
}
