use cosmwasm_std::{Order, StdResult, Storage};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::ContractError;
use crate::state::Table;

const DEFAULT: u32 = 10;
const MAX: u32 = 30;

/// How many records a page has.
pub fn limit(asked: Option<u32>) -> usize {
    usize::try_from(asked.unwrap_or(DEFAULT).min(MAX)).unwrap_or_default()
}

/// In which order a page goes.
pub fn order(reverse: Option<bool>) -> Order {
    if reverse.unwrap_or_default() { Order::Descending } else { Order::Ascending }
}

/// The records behind `start_after`, ascending.
pub fn after<'a, const N: usize, T: Serialize + DeserializeOwned + 'a>(
    table: &Table<N, T>,
    store: &'a dyn Storage,
    start_after: Option<[u8; N]>,
) -> impl Iterator<Item = Result<([u8; N], T), ContractError>> + 'a {
    table
        .range(store, &start_after.unwrap_or([0; N]), &[u8::MAX; N], Order::Ascending)
        .filter(move |record| is_not(record, start_after))
        .map(|record| Ok(record?))
}

/// Whether a record has another key than `excluded`; errors pass.
pub fn is_not<const N: usize, T>(record: &StdResult<([u8; N], T)>, excluded: Option<[u8; N]>) -> bool {
    !matches!((record, excluded), (Ok((key, _)), Some(excluded)) if *key == excluded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_ten_records_and_never_more_than_thirty() {
        assert_eq!([None, Some(0), Some(7), Some(1_000)].map(limit), [10, 0, 7, 30]);
    }
}
