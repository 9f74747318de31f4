//! What transactions, hooks and blocks came to.

use cosmwasm_std::{Binary, Event, MsgResponse, Timestamp};
use prost::Message;
use thiserror::Error;

use crate::{error::Failure, fault::Fault, gas::Usage, hook::Hook};

/// A transaction that succeeded.
#[derive(Debug, Clone)]
pub struct TxReport {
    /// The height of its block.
    pub height: u64,
    /// Its index there.
    pub index: u32,
    /// What it used.
    pub usage: Usage,
    /// Its events, in order.
    pub events: Vec<Event>,
    /// What each of its messages answered.
    pub results: Vec<MessageResult>,
}

/// What a message answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageResult {
    /// The contract's data.
    pub data: Option<Binary>,
    /// The typed response around it.
    pub response: Option<MsgResponse>,
}

impl TxReport {
    /// The data of the first message.
    pub fn data(&self) -> Option<&Binary> {
        self.results.first()?.data.as_ref()
    }

    /// The first value of `attribute` in events of type `ty` (a contract's are `wasm` and
    /// `wasm-<type>`).
    pub fn attribute(&self, ty: &str, attribute: &str) -> Option<&str> {
        attribute_in(&self.events, ty, attribute)
    }

    /// The addresses of the contracts that it instantiated, in order.
    pub fn instantiated(&self) -> Vec<&str> {
        let made = self.events.iter().filter(|event| event.ty == "instantiate");
        made.filter_map(|event| value_of(event, "_contract_address")).collect()
    }

    /// The sequence of the packet that message `index` sent, if it sent one directly.
    pub fn sent_sequence(&self, index: usize) -> Option<u64> {
        #[derive(Message)]
        struct Sent {
            #[prost(uint64, tag = "1")]
            sequence: u64,
        }
        let response = self.results.get(index)?.response.as_ref()?;
        Sent::decode(response.value.as_slice()).ok().map(|sent| sent.sequence)
    }
}

/// The first value of `attribute` in events of type `ty`.
pub fn attribute_in<'a>(events: &'a [Event], ty: &str, attribute: &str) -> Option<&'a str> {
    events.iter().filter(|event| event.ty == ty).find_map(|event| value_of(event, attribute))
}

fn value_of<'a>(event: &'a Event, attribute: &str) -> Option<&'a str> {
    event.attributes.iter().find(|a| a.key == attribute).map(|a| a.value.as_str())
}

/// A transaction that failed: it changed nothing, but its gas is used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{failure}", prefix(*message_index))]
pub struct TxError {
    /// Which of its messages failed; `None` for a relayer's transaction.
    pub message_index: Option<usize>,
    /// Why.
    pub failure: Failure,
    /// What it used until then.
    pub usage: Box<Usage>,
    /// The height of its block.
    pub height: u64,
}

fn prefix(message_index: Option<usize>) -> String {
    message_index
        .map_or_else(String::new, |index| format!("failed to execute message; message index: {index}: "))
}

/// What became of a hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookOutcome {
    /// It took effect.
    Done,
    /// It failed and left nothing, or, torn, its first writes; the chain emitted
    /// `contract_communication_error`.
    Failed(Failure),
    /// A fault kept the chain from calling it.
    Lost,
    /// The chain did not call it, because the one before it failed.
    NotCalled,
}

/// A hook of a block.
#[derive(Debug, Clone)]
pub struct HookReport {
    /// Which.
    pub hook: Hook,
    /// Of which block.
    pub height: u64,
    /// The fault that was set for it.
    pub fault: Option<Fault>,
    /// What became of it.
    pub outcome: HookOutcome,
    /// What it used.
    pub usage: Usage,
    /// The contract's events, if it took effect.
    pub events: Vec<Event>,
}

/// A block that was committed.
#[derive(Debug, Clone)]
pub struct BlockReport {
    /// Its header.
    pub header: Header,
    /// Its hooks in the order of their calls; none before the contracts are registered.
    pub hooks: Vec<HookReport>,
    /// Events of the chain module: fees moved, hooks failed.
    pub events: Vec<Event>,
    /// How many transactions it holds, failed ones included.
    pub txs: u32,
    /// What its transactions used together.
    pub tx_usage: Usage,
}

impl BlockReport {
    /// The report of one hook.
    pub fn hook(&self, hook: Hook) -> Option<&HookReport> {
        self.hooks.iter().find(|report| report.hook == hook)
    }
}

/// The header of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its height, from 1.
    pub height: u64,
    /// Its time.
    pub time: Timestamp,
    /// The hash of the state **after the block before**: what finality signatures sign.
    pub app_hash: [u8; 32],
    /// The hash of the block before.
    pub last_block_hash: [u8; 32],
    /// A commitment to what is in the block: its transactions where they are known when it begins,
    /// else the name of the branch.
    pub data_hash: [u8; 32],
    /// The hash of all of the above and the chain id.
    pub block_hash: [u8; 32],
}
