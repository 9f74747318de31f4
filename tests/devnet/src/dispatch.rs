//! What a contract's answer sets in motion: events, submessages, replies.

use std::rc::Rc;

use cosmwasm_std::{
    Attribute, Binary, CosmosMsg, Event, IbcBasicResponse, MsgResponse, Reply, ReplyOn, Response, SubMsg,
    SubMsgResponse, SubMsgResult,
};

use crate::{
    error::Failure,
    gas::Meter,
    vm::Entry,
    world::{World, json},
};

/// What came of a message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Done {
    pub events: Vec<Event>,
    /// The data of the response, as the sender of a transaction sees it.
    pub data: Option<Binary>,
    /// The typed response, as a reply sees it.
    pub response: Option<MsgResponse>,
}

/// The parts that all kinds of response have.
pub(crate) struct Parts {
    pub messages: Vec<SubMsg>,
    pub attributes: Vec<Attribute>,
    pub events: Vec<Event>,
    pub data: Option<Binary>,
}

impl From<Response> for Parts {
    fn from(r: Response) -> Self {
        Self { messages: r.messages, attributes: r.attributes, events: r.events, data: r.data }
    }
}

impl From<IbcBasicResponse> for Parts {
    fn from(r: IbcBasicResponse) -> Self {
        Self { messages: r.messages, attributes: r.attributes, events: r.events, data: None }
    }
}

impl World {
    /// Emits a response's events and sends its messages. The data is that of the last reply that has
    /// some, else the response's own.
    pub fn finish(
        self: &Rc<Self>,
        contract: &str,
        parts: Parts,
        events: &mut Vec<Event>,
    ) -> Result<Option<Binary>, Failure> {
        events.extend(contract_events(contract, parts.attributes, parts.events)?);
        let mut data = parts.data;
        for message in parts.messages {
            let replied = self.submessage(contract, message, events).map_err(|e| e.within("submessages"))?;
            data = replied.or(data);
        }
        Ok(data)
    }

    fn submessage(
        self: &Rc<Self>,
        contract: &str,
        message: SubMsg,
        events: &mut Vec<Event>,
    ) -> Result<Option<Binary>, Failure> {
        let is_wasm = matches!(message.msg, CosmosMsg::Wasm(_));
        let result =
            self.limited(message.gas_limit, || self.atomically(|| self.dispatch(contract, message.msg)));
        let result = match result {
            Err(failure) if failure.is_panic() => return Err(failure),
            result => result,
        };
        let wanted = match message.reply_on {
            ReplyOn::Always => true,
            ReplyOn::Success => result.is_ok(),
            ReplyOn::Error => result.is_err(),
            ReplyOn::Never => false,
        };
        if let Ok(done) = &result {
            events.extend(done.events.iter().cloned());
        }
        if !wanted {
            return result.map(|_| None);
        }
        let result = match result {
            Ok(done) => SubMsgResult::Ok(seen_by_reply(done, is_wasm)),
            Err(failure) => SubMsgResult::Err(failure.redacted()),
        };
        let reply = Reply { id: message.id, payload: message.payload, gas_used: 0, result };
        self.reply(contract, &reply, events).map_err(|e| e.within("reply"))
    }

    fn reply(
        self: &Rc<Self>,
        contract: &str,
        reply: &Reply,
        events: &mut Vec<Event>,
    ) -> Result<Option<Binary>, Failure> {
        let response: Response = self.call(contract, Entry::Reply, &[], &json(reply)?)?;
        events.push(Event::new("reply").add_attribute("_contract_address", contract));
        self.finish(contract, response.into(), events).map_err(|e| e.within("dispatch"))
    }

    /// Runs `work` under a submessage's own gas limit, if that is less than what is left.
    fn limited<T>(
        &self,
        limit: Option<u64>,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let Some(limit) = limit.filter(|limit| *limit < self.state().meter().remaining()) else {
            return work();
        };
        self.state().meters.push(Meter::new(Some(limit)));
        let result = work();
        let state = &mut *self.state();
        let used = state.meters.pop().map_or(0, |meter| meter.used().min(limit));
        state.meter().charge(used)?;
        match result {
            Err(failure) if matches!(failure.root(), Failure::OutOfGas(_)) => {
                Err(Failure::SubMessageOutOfGas)
            }
            result => result,
        }
    }
}

#[allow(deprecated)]
fn seen_by_reply(done: Done, is_wasm: bool) -> SubMsgResponse {
    // Only events of contracts are shown, each with its attributes sorted.
    let events = if is_wasm { done.events } else { Vec::new() };
    let sorted = events.into_iter().map(|mut event| {
        event.attributes.sort_by(|a, b| a.key.cmp(&b.key));
        event
    });
    SubMsgResponse {
        events: sorted.collect(),
        data: done.response.as_ref().map(|r| r.value.clone()),
        msg_responses: done.response.into_iter().collect(),
    }
}

/// A contract's attributes and events as wasmd emits them: under `wasm` and `wasm-<type>`, its address
/// first.
///
/// # Errors
/// For what wasmd refuses: empty or reserved attribute keys, types shorter than two characters.
fn contract_events(
    contract: &str,
    attributes: Vec<Attribute>,
    events: Vec<Event>,
) -> Result<Vec<Event>, Failure> {
    let mut all = Vec::new();
    if !attributes.is_empty() {
        all.push(contract_event("wasm".to_owned(), contract, attributes)?);
    }
    for event in events {
        let ty = event.ty.trim();
        if ty.len() < 2 {
            return Err(Failure::Invalid(format!("event type too short: '{ty}'")));
        }
        all.push(contract_event(format!("wasm-{ty}"), contract, event.attributes)?);
    }
    Ok(all)
}

fn contract_event(ty: String, contract: &str, attributes: Vec<Attribute>) -> Result<Event, Failure> {
    let mut event = Event::new(ty).add_attribute("_contract_address", contract);
    for Attribute { key, value, .. } in attributes {
        let key = key.trim();
        if key.is_empty() {
            return Err(Failure::Invalid(format!("empty attribute key, value: {value}")));
        }
        if key.starts_with('_') {
            return Err(Failure::Invalid(format!("attribute key starts with reserved prefix _: '{key}'")));
        }
        event = event.add_attribute(key, value.trim());
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_carry_the_contracts_address_first() {
        let attributes = vec![Attribute::new("action", "vote")];
        let events = vec![Event::new("slashed").add_attribute("fp", "ab")];
        let made = contract_events("c", attributes, events).unwrap();
        let expected = [
            Event::new("wasm").add_attribute("_contract_address", "c").add_attribute("action", "vote"),
            Event::new("wasm-slashed").add_attribute("_contract_address", "c").add_attribute("fp", "ab"),
        ];
        assert_eq!(made, expected);
        assert!(contract_events("c", vec![], vec![]).unwrap().is_empty());
    }

    #[test]
    fn events_that_wasmd_refuses_fail_the_call() {
        let bad_type = contract_events("c", vec![], vec![Event::new("x")]);
        let mut reserved = Attribute::new("a", "b");
        reserved.key = "_a".to_owned();
        let bad_key = contract_events("c", vec![reserved], vec![]);
        assert!(matches!(bad_type, Err(Failure::Invalid(_))));
        assert!(matches!(bad_key, Err(Failure::Invalid(_))));
    }
}
