//! Delegations and their ends, handed over to the contract that verifies them.
//!
//! It takes the bytes as they came: where only one contract reads them, no two can read them differently. What it does not take goes to the
//! quarantine, and what it takes leaves it, when it has answered. Until then an item is nowhere but in the payload of the
//! reply. A chain undoes the whole call where the reply fails.

use api::ask;
use cosmwasm_std::{
    Binary, Env, Reply, Response, StdError, StdResult, Storage, SubMsg, SubMsgResponse, SubMsgResult, WasmMsg,
};
use proto::decode::{self, ItemKind, MAX_DELEGATION_BYTES, RawItem, StakingItem};
use staking::Record;

use super::{Fate, quarantine};
use crate::error::alarm;
use crate::state::DELEGATIONS;

/// The id of the reply to items that were handed over. Its payload is a list of [`Handed`], postcard.
pub const HANDOVER_REPLY: u64 = 8;
/// How many bytes of items one call hands over: a payload has room for 128 KiB.
pub const MAX_BYTES: usize = 96 * 1024;
/// What an item counts beside its bytes: so one call hands over 192 items at most.
const ITEM_BYTES: usize = 512;

/// What the call may use beside its items, instances among it; in SDK gas.
const CALL_GAS: u64 = 500_000;
/// What an item may use, and a byte of one: what the most expensive items were measured to, and half as much again. What
/// became of stake comes back to this contract within it.
const ITEM_GAS: u64 = 150_000;
const BYTE_GAS: u64 = 60;
/// The rule by which an item's parameters are unknown: governance has to append them.
const UNKNOWN_PARAMS: &str = "S01";

/// What the verdict of an item begins with that was taken.
const TAKEN: char = '+';

/// An item that was handed over, until the answer: its number in the quarantine, where it stays unless it is taken. Without one it is
/// from a packet or the queue, and goes there unless it is taken.
pub type Handed = (Option<u64>, RawItem);

/// What an item may cost, in SDK gas.
pub fn gas(item: &RawItem) -> u64 {
    u64::try_from(item.bytes.len()).unwrap_or(u64::MAX).saturating_mul(BYTE_GAS).saturating_add(ITEM_GAS)
}

/// Whether Bitcoin is to be asked: of all delegations, and of ends but those of delegations that count on Babylon's word.
pub fn is_verified(storage: &dyn Storage, item: &RawItem) -> StdResult<bool> {
    if item.kind != ItemKind::Undelegation {
        return Ok(item.kind == ItemKind::ActiveDelegation);
    }
    let Ok(StakingItem::Undelegation(end)) = item.decode() else { return Ok(false) };
    let record = DELEGATIONS.may_load(storage, end.txid.as_bytes())?;
    Ok(!matches!(record, Some(Record::Known(_))))
}

/// Takes an item into those that a call hands over, which have `bytes` so far, if it has a length that is read, and room.
pub fn take(item: &RawItem, bytes: &mut usize) -> Fate {
    let (got, most) = (item.bytes.len(), most(item.kind));
    if got > most {
        return Fate::Refused(format!("{} of {got} bytes, more than {most}", item.kind.name()));
    }
    let with_it = bytes.saturating_add(got).saturating_add(ITEM_BYTES);
    if with_it > MAX_BYTES {
        return Fate::Refused(format!("a call hands over at most {MAX_BYTES} bytes: retry it with another"));
    }
    *bytes = with_it;
    Fate::Handed
}

/// How long an item may be: a delegation as long as one that is read, an end as long as a call has room for. Whoever sees a longer end
/// proves the spend without its witness.
const fn most(kind: ItemKind) -> usize {
    match kind {
        ItemKind::Undelegation => MAX_BYTES - ITEM_BYTES,
        _ => MAX_DELEGATION_BYTES,
    }
}

/// Whether one call can hand all of these over, as far as they have a length that is read.
pub fn fit(items: &[RawItem]) -> bool {
    let mut bytes = 0;
    items.iter().all(|item| item.bytes.len() > most(item.kind) || take(item, &mut bytes) == Fate::Handed)
}

/// Hands items over, in one message; `None` without any.
pub fn message(verifier: &str, items: &[Handed]) -> StdResult<Option<SubMsg>> {
    if items.is_empty() {
        return Ok(None);
    }
    let (mut limit, mut msg) = (CALL_GAS, String::from(r#"{"take_items":{"items":["#));
    for (place, (_, item)) in items.iter().enumerate() {
        limit = limit.saturating_add(gas(item));
        msg.push_str(if place == 0 { "" } else { "," });
        write(&mut msg, item);
    }
    msg.push_str("]}}");
    let execute =
        WasmMsg::Execute { contract_addr: verifier.into(), msg: msg.into_bytes().into(), funds: vec![] };
    let payload = records::encode(items).map_err(|error| StdError::msg(error.to_string()))?;
    Ok(Some(
        SubMsg::reply_always(execute, HANDOVER_REPLY)
            .with_gas_limit(limit)
            .with_payload(Binary::from(payload)),
    ))
}

/// Writes an item as [`api::btc_staking::StakeItem`] is written. Written here: the derived code for all of its message would weigh
/// kilobytes.
fn write(msg: &mut String, item: &RawItem) {
    msg.push_str(match item.kind {
        ItemKind::Undelegation => r#"{"end":""#,
        _ => r#"{"delegation":""#,
    });
    msg.push_str(&Binary::from(item.bytes.as_slice()).to_base64());
    msg.push_str(r#""}"#);
}

/// The answer has come: what was refused goes to the quarantine, or stays there, with the rule; what was taken leaves it.
///
/// # Errors
/// Only those of storage.
pub fn handed(storage: &mut dyn Storage, env: &Env, reply: &Reply) -> StdResult<Response> {
    let items: Vec<Handed> =
        records::decode(&reply.payload).map_err(|error| StdError::msg(error.to_string()))?;
    let (answer, failed) = match &reply.result {
        SubMsgResult::Ok(response) => (answered(response), "no verdict came back"),
        SubMsgResult::Err(error) => (Vec::new(), error.as_str()),
    };
    let (mut rest, mut events, mut refused) = (answer.as_slice(), Vec::new(), Vec::new());
    for (number, item) in items {
        let reason = next(&mut rest).unwrap_or(failed);
        if reason.starts_with(UNKNOWN_PARAMS) {
            events.push(alarm(format!("its parameters have to be appended: {reason}")));
        }
        match (number, reason.starts_with(TAKEN)) {
            (Some(number), true) => quarantine::leaves(storage, number)?,
            (Some(number), false) => events.extend(quarantine::stays(storage, number, reason.to_owned())?),
            (None, true) => {}
            (None, false) => refused.push((item, reason.to_owned())),
        }
    }
    events.extend(quarantine::put(storage, env, refused)?);
    Ok(Response::new().add_events(events))
}

/// The next item's verdict: a length and so much text, [`TAKEN`] and what it became or why it was refused.
fn next<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let (length, text) = rest.split_first()?;
    let (text, behind) = text.split_at_checked((*length).into())?;
    *rest = behind;
    str::from_utf8(text).ok()
}

/// Nothing where it is in no form that is known.
fn answered(response: &SubMsgResponse) -> Vec<u8> {
    ask::answered(response).and_then(|whole| decode::executed(whole).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
