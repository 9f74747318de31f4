//! Messages, responses, events and storage keys of the contracts
