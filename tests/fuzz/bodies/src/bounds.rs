use cosmwasm_std::{Event, Response, SubMsg};

use crate::storage::Counted;

/// The most that an input of some length may cause.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Reads, writes, deletions and steps of iterators: whatever the input, and for each byte of it.
    pub operations: (u64, u64),
    /// Bytes of keys and values that are written.
    pub written: (u64, u64),
    /// Bytes of events, attributes, messages and answers.
    pub said: (u64, u64),
}

impl Bounds {
    /// Looks at what was done to a storage since the last time, and at what was said.
    ///
    /// # Panics
    /// Where that is too much for `length` bytes of input.
    pub fn check(&self, length: usize, storage: &Counted, said: u64) {
        let (operations, written) = storage.taken();
        let most = |(base, each): (u64, u64)| base + each * length as u64;
        assert!(operations <= most(self.operations), "{operations} operations for {length} bytes");
        assert!(written <= most(self.written), "{written} bytes written for {length} bytes");
        assert!(said <= most(self.said), "{said} bytes said for {length} bytes");
    }
}

/// How long a response is.
pub fn length(response: &Response) -> u64 {
    let attributes = response.attributes.iter().map(|one| one.key.len() + one.value.len()).sum::<usize>();
    let data = response.data.as_ref().map_or(0, |data| data.len());
    (attributes + data) as u64 + of_events(&response.events) + of_messages(&response.messages)
}

pub fn of_events(events: &[Event]) -> u64 {
    let attributes = events.iter().flat_map(|event| &event.attributes);
    let names = events.iter().map(|event| event.ty.len()).sum::<usize>();
    (names + attributes.map(|one| one.key.len() + one.value.len()).sum::<usize>()) as u64
}

pub fn of_messages(messages: &[SubMsg]) -> u64 {
    let length = |message| serde_json::to_vec(message).map_or(0, |json| json.len());
    messages.iter().map(length).sum::<usize>() as u64
}
