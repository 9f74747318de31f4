use api::btc_staking::{ItemResponse, ItemsResponse, SlashingDataResponse, StandingAnswer};
use bitcoin_spv::OutPoint;
use cosmwasm_std::{Deps, Order, StdError, StdResult, Storage};
use primitives::ParseError;
use standing::{Stake, Standing};

use crate::items::slashing_answer;
use crate::state::{
    FACTS, Facts, SLASHING, STATES, State, Table, UNSENT, after, family_of, load_terms, outpoint_key,
    outpoint_of,
};
use crate::{ContractError, host, parse};

const DEFAULT_LIMIT: u32 = 10;
const MAX_LIMIT: u32 = 30;

/// Which stakes of a list.
pub struct Page {
    after: Option<OutPoint>,
    limit: usize,
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

    /// The first key of the page, of those that begin with `prefix`.
    fn first_key(&self, prefix: &[u8]) -> Vec<u8> {
        let key = |stake: &OutPoint| [prefix, &outpoint_key(stake), &[0]].concat();
        self.after.as_ref().map_or_else(|| prefix.to_vec(), key)
    }
}

pub fn all(storage: &dyn Storage, page: &Page) -> Result<ItemsResponse, ContractError> {
    let found = STATES.range(storage, &page.first_key(&[]), &[0xff; 37], Order::Ascending, page.limit)?;
    answers(storage, found.into_iter().map(|(key, _)| key))
}

pub fn of(
    storage: &dyn Storage,
    index: &Table<bool>,
    key: &[u8; 32],
    page: &Page,
) -> Result<ItemsResponse, ContractError> {
    let found = index.range(storage, &page.first_key(key), &after(key), Order::Ascending, page.limit)?;
    answers(storage, found.into_iter().map(|(key, _)| key))
}

fn answers(
    storage: &dyn Storage,
    keys: impl Iterator<Item = Vec<u8>>,
) -> Result<ItemsResponse, ContractError> {
    let stakes = keys.filter_map(|key| outpoint_of(&key));
    Ok(ItemsResponse { items: stakes.map(|stake| item(storage, stake)).collect::<Result<_, _>>()? })
}

pub fn item(storage: &dyn Storage, stake: OutPoint) -> Result<ItemResponse, ContractError> {
    let (facts, state) = load(storage, stake)?;
    Ok(ItemResponse {
        txid: stake.txid.to_string(),
        output: stake.index,
        staker_pk_hex: hex::encode(facts.staker),
        fp_pubkey_hex: hex::encode(facts.fp()),
        sats: state.sats,
        params_version: facts.version,
        taken_at: facts.taken_at,
        standing: answer(&Stake::from(state).standing),
        is_unsent: UNSENT.has(storage, &outpoint_key(&stake)),
    })
}

fn load(storage: &dyn Storage, stake: OutPoint) -> Result<(Facts, State), ContractError> {
    let key = outpoint_key(&stake);
    let known = FACTS.may_load(storage, &key)?.zip(STATES.may_load(storage, &key)?);
    known.ok_or(ContractError::Unknown { stake })
}

fn answer(standing: &Standing) -> StandingAnswer {
    match standing {
        Standing::Waiting => StandingAnswer::Waiting {},
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
    let (facts, state) = load(deps.storage, stake)?;
    let lost = |what| StdError::msg(format!("no {what} of {stake}"));
    let data = SLASHING.may_load(deps.storage, &outpoint_key(&stake))?;
    let data = data.ok_or_else(|| lost("slashing data"))?;
    let terms: StdResult<_> =
        load_terms(deps.storage, family_of(facts.family), facts.version)?.ok_or_else(|| lost("parameters"));
    let (params, _) = terms?;
    Ok(slashing_answer(&host::recover(deps.api), stake, &facts, &state, &data, &params)?)
}
