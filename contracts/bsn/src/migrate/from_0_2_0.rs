//! Single records that 0.1.0 and 0.2.0 stored get the fields that have come since, in the migration itself.
//!
//! postcard writes the fields of a struct one after the other and nothing else. So a new field stands at the end of its
//! struct, and a record of before becomes one of today by the bytes of the new fields behind it.

use cosmwasm_std::{StdResult, Storage};
use serde::Serialize;

use crate::state::append;

/// Gives each record the fields that it lacks, with what they mean on a chain that ran without them.
pub fn add_fields(storage: &mut dyn Storage) -> StdResult<()> {
    append(storage, b'P', &progress())?;
    append(storage, b'K', &params())
}

/// The fields of [`Progress`](crate::state::Progress) since 0.2.0, in their order.
fn progress() -> impl Serialize {
    let sweeping = 0_u8;
    (sweeping,)
}

/// The fields of [`Params`](finality::Params) since 0.2.0, in their order: a live chain keeps its rules until its
/// governance changes them.
fn params() -> impl Serialize {}
