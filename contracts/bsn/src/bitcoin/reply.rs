use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Reply, Response, StdResult, SubMsgResult};

use super::follow;
use crate::error::alarm;
use crate::host;
use crate::state::BITCOIN;

/// The light client has answered. Headers that it refused are counted and make an event; the rest of the packet stays.
pub fn headers_taken(deps: DepsMut<'_>, env: &Env, reply: &Reply) -> StdResult<Response> {
    let response = Response::new();
    let response = match &reply.result {
        SubMsgResult::Ok(_) => response,
        SubMsgResult::Err(reason) => {
            let mut seen = BITCOIN.may_load(deps.storage)?.unwrap_or_default();
            seen.refused = seen.refused.saturating_add(1);
            seen.refused_at = Some(host::now(env));
            BITCOIN.save(deps.storage, &seen)?;
            let first = reply.payload.as_slice().try_into().map(u32::from_be_bytes).unwrap_or_default();
            response.add_event(event::BtcHeadersRefused {
                first_height: first.to_string(),
                reason: reason.clone(),
            })
        }
    };
    Ok(response.add_events(follow(deps.storage, deps.querier, host::now(env))?))
}

/// The message to ourselves failed: the hook stands, and the next one tries again.
pub fn not_followed(reply: &Reply) -> Response {
    let reason = reply.result.clone().into_result().err().unwrap_or_default();
    Response::new().add_event(alarm(format!("this contract could not follow Bitcoin: {reason}")))
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::{mock_dependencies, mock_env};
    use cosmwasm_std::{Binary, from_json};

    use super::*;
    use crate::bitcoin::{FOLLOW_REPLY, HEADERS_REPLY};
    use crate::ibc::tests::config;
    use crate::state::{CONFIG, Progress};

    fn failed(id: u64, payload: &[u8]) -> Reply {
        let result: SubMsgResult = from_json(r#"{"error":"out of gas"}"#).unwrap();
        let payload = Binary::from(payload);
        Reply { id, payload, gas_used: 0, result }
    }

    #[test]
    fn that_bitcoin_could_not_be_followed_is_an_alarm_and_no_error() {
        let mut deps = mock_dependencies();
        let reply = failed(FOLLOW_REPLY, &[]);
        let response = crate::entry::reply(deps.as_mut(), mock_env(), reply).unwrap();
        let event = &response.events[0];
        assert_eq!(
            (event.ty.as_str(), event.attributes[0].value.as_str()),
            ("alarm", "this contract could not follow Bitcoin: out of gas",)
        );
        assert!(response.messages.is_empty());
    }

    #[test]
    fn headers_that_are_refused_are_counted_and_reported() {
        let mut deps = mock_dependencies();
        CONFIG.save(&mut deps.storage, &config()).unwrap();
        Progress::default().save(&mut deps.storage).unwrap();
        for times in 1..=2 {
            let reply = failed(HEADERS_REPLY, &800_000_u32.to_be_bytes());
            let response = crate::entry::reply(deps.as_mut(), mock_env(), reply).unwrap();
            assert_eq!(response.events[0].ty, "btc_headers_refused");
            assert_eq!(response.events[0].attributes[0].value, "800000");
            let seen = BITCOIN.load(&deps.storage).unwrap();
            assert_eq!((seen.refused, seen.refused_at), (times, Some(host::now(&mock_env()))));
        }
    }

    #[test]
    fn a_reply_to_nothing_is_an_error() {
        let mut deps = mock_dependencies();
        let unknown = crate::entry::reply(deps.as_mut(), mock_env(), failed(99, &[])).unwrap_err();
        assert_eq!(unknown.to_string(), "unknown reply 99");
    }
}
