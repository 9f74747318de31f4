use api::ask;
use cosmwasm_std::{Event, Reply, Response, StdError, StdResult, Storage, SubMsgResponse, SubMsgResult};

use staking::{StakeOutcome, StakeVerdict, unpack};

use crate::event::OutcomeRefused;
use crate::payout;
use crate::state::{TOTALS, Totals, UNSENT, outpoint_key};

/// The reply to outcomes.
pub const OUTCOMES_REPLY: u64 = 1;

/// How many refusals one call shows.
const SHOWN: usize = 32;

/// Records what `bsn` took of what it was sent, by its own verdicts.
///
/// # Errors
/// Only those of storage.
pub fn reply(storage: &mut dyn Storage, reply: &Reply) -> StdResult<Response> {
    let verdicts = match &reply.result {
        SubMsgResult::Ok(response) => answered(response),
        SubMsgResult::Err(error) => Err(error.clone()),
    };
    let (has_unsent, packed) = reply.payload.split_first().unwrap_or((&0, &[]));
    let outcomes = unpack(packed).map_err(|error| StdError::msg(error.to_string()))?;
    let is_taken = |place: usize| {
        let codes = verdicts.as_ref().ok();
        codes.and_then(|codes| codes.get(place)).is_some_and(|code| is_taken(*code))
    };
    payout::hear(storage, outcomes.iter().enumerate().map(|(place, told)| (told, is_taken(place))))?;
    if *has_unsent == 0 && (0..outcomes.len()).all(is_taken) {
        return Ok(Response::new());
    }
    let before = TOTALS.may_load(storage)?.unwrap_or_default();
    let (mut totals, mut events) = (before, Vec::new());
    for (place, stake) in outcomes.iter().map(StakeOutcome::outpoint).enumerate() {
        let (reason, is_unsent) = match &verdicts {
            Err(reason) => (Some(reason.clone()), true),
            Ok(verdicts) => match verdicts.get(place).map(|code| StakeVerdict::of(*code)) {
                Some(Some(StakeVerdict::Taken | StakeVerdict::Known)) => (None, false),
                Some(Some(StakeVerdict::Refused(refusal))) => {
                    (Some(refusal.to_string()), !refusal.is_final())
                }
                Some(None) | None => (Some("no verdict came back".to_owned()), true),
            },
        };
        mark(storage, &mut totals, &outpoint_key(&stake), is_unsent)?;
        if let Some(reason) = &reason
            && events.len() < SHOWN
        {
            events.push(Event::from(OutcomeRefused { stake, reason }));
        }
    }
    if totals != before {
        TOTALS.save(storage, &totals)?;
    }
    Ok(Response::new().add_events(events))
}

/// It took effect, or had before.
fn is_taken(code: u8) -> bool {
    matches!(StakeVerdict::of(code), Some(StakeVerdict::Taken | StakeVerdict::Known))
}

fn mark(storage: &mut dyn Storage, totals: &mut Totals, key: &[u8], is_unsent: bool) -> StdResult<()> {
    match (UNSENT.has(storage, key), is_unsent) {
        (false, true) => {
            totals.unsent = totals.unsent.saturating_add(1);
            UNSENT.save(storage, key, &true)
        }
        (true, false) => {
            totals.unsent = totals.unsent.saturating_sub(1);
            UNSENT.remove(storage, key);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn answered(response: &SubMsgResponse) -> Result<Vec<u8>, String> {
    let whole = ask::answered(response).ok_or("bsn answered nothing")?;
    proto::decode::executed(whole).map_err(|error| error.to_string())
}
