//! What the contract can be told to do.

use cosmwasm_std::{
    BankMsg, Binary, Coin, DepsMut, Event, Response, StdError, StdResult, Storage, SubMsg, from_json,
    to_json_vec,
};
use serde::{Deserialize, Serialize};

use crate::verify::verify;

const COUNT: &[u8] = b"count";
/// As many verdicts as any message has outcomes.
const TAKEN: usize = 300;
const ARMED: &[u8] = b"armed";
const ENTRY: &[u8] = b"entry/";

/// Nothing is needed to start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstantiateMsg {}

/// Nothing is needed to migrate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MigrateMsg {}

/// One thing to do; also the message of `execute`, the payload of a reply and the data of a packet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Adds one to the counter.
    Count {},
    /// Writes `entries` storage entries of `bytes` bytes each, under `entry/` and a big-endian `u32`.
    Write {
        /// How many.
        entries: u32,
        /// How long each value is.
        bytes: u32,
    },
    /// Writes one storage entry.
    Set {
        /// Its key.
        key: Binary,
        /// Its value.
        value: Binary,
    },
    /// Answers for `bsn`, to the contract that verifies stake: all is taken.
    StakeOutcomes {
        /// What became of stake.
        packed: Binary,
    },
    /// Returns an error.
    Fail {
        /// Its text.
        error: String,
    },
    /// Panics.
    Panic {},
    /// Never ends: burns all gas there is.
    Loop {},
    /// Does one after the other; what stands before a failing one is torn off with it.
    Sequence {
        /// In this order.
        actions: Vec<Action>,
    },
    /// Answers a bitmap of which EOTS cases are valid, see [`CASE_LENGTH`](crate::CASE_LENGTH).
    Verify {
        /// The cases, one after the other.
        cases: Binary,
    },
    /// Sends coins of the contract.
    Send {
        /// Whom to.
        to: String,
        /// What.
        amount: Vec<Coin>,
    },
    /// Emits these messages: to contracts (this one too), the bank or IBC, with any `reply_on`,
    /// `gas_limit` and `payload`.
    Submessages {
        /// As the chain gets them.
        messages: Vec<SubMsg>,
    },
    /// Sets the data of the response, over what was set before.
    Data {
        /// The data.
        data: Binary,
    },
    /// Emits an event `wasm-<kind>` and an attribute, both with this value.
    Emit {
        /// The event's name after `wasm-`, and the attribute's key.
        kind: String,
        /// The value.
        value: String,
    },
    /// Every later block hook does this action, or nothing.
    Arm {
        /// What to do.
        action: Option<Box<Action>>,
    },
}

/// Privileged calls, with the block hooks as the chain module sends them (PROTOCOL.md, "The block hooks").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SudoMsg {
    /// Does the action.
    Run(Action),
    /// Does what is armed.
    BeginBlock {
        /// 32 bytes, 64 hex digits.
        hash_hex: String,
        /// 32 bytes, 64 hex digits.
        app_hash_hex: String,
    },
    /// Does what is armed.
    EndBlock {
        /// 32 bytes, 64 hex digits.
        hash_hex: String,
        /// 32 bytes, 64 hex digits.
        app_hash_hex: String,
    },
}

impl SudoMsg {
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Run(_) => "sudo",
            Self::BeginBlock { .. } => "begin_block",
            Self::EndBlock { .. } => "end_block",
        }
    }
}

impl Action {
    pub(crate) fn run(self, deps: DepsMut<'_>, response: Response) -> StdResult<Response> {
        Ok(match self {
            Self::Count {} => {
                let count = counted(deps.storage)?.saturating_add(1);
                deps.storage.set(COUNT, &count.to_be_bytes());
                response
            }
            Self::Write { entries, bytes } => {
                write(deps.storage, entries, bytes)?;
                response
            }
            Self::Set { key, value } => {
                deps.storage.set(&key, &value);
                response
            }
            Self::StakeOutcomes { packed: _ } => response.set_data(vec![0; TAKEN]),
            Self::Fail { error } => return Err(StdError::msg(error)),
            Self::Panic {} => panic!("told to panic"),
            Self::Loop {} => burn(),
            Self::Sequence { actions } => return sequence(actions, deps, response),
            Self::Verify { cases } => response.set_data(verify(deps.api, &cases)?),
            Self::Send { to, amount } => response.add_message(BankMsg::Send { to_address: to, amount }),
            Self::Submessages { messages } => response.add_submessages(messages),
            Self::Data { data } => response.set_data(data),
            Self::Emit { kind, value } => {
                let event = Event::new(kind.as_str()).add_attribute("value", value.as_str());
                response.add_attribute(kind, value).add_event(event)
            }
            Self::Arm { action } => {
                deps.storage.set(ARMED, &to_json_vec(&action)?);
                response
            }
        })
    }
}

fn sequence(actions: Vec<Action>, mut deps: DepsMut<'_>, mut response: Response) -> StdResult<Response> {
    for action in actions {
        response = action.run(deps.branch(), response)?;
    }
    Ok(response)
}

fn write(storage: &mut dyn Storage, entries: u32, bytes: u32) -> StdResult<()> {
    let value = vec![1; usize::try_from(bytes)?];
    for entry in 0..entries {
        storage.set(&[ENTRY, &entry.to_be_bytes()].concat(), &value);
    }
    Ok(())
}

fn burn() -> ! {
    let mut round = 0u64;
    loop {
        round = core::hint::black_box(round).wrapping_add(1);
    }
}

/// How often the contract has counted.
pub(crate) fn counted(storage: &dyn Storage) -> StdResult<u64> {
    let Some(bytes) = storage.get(COUNT) else { return Ok(0) };
    let bytes = <[u8; 8]>::try_from(bytes).map_err(|_| StdError::msg("the counter is not eight bytes"))?;
    Ok(u64::from_be_bytes(bytes))
}

/// What the block hooks shall do.
pub(crate) fn armed(storage: &dyn Storage) -> StdResult<Option<Action>> {
    storage.get(ARMED).map_or(Ok(None), from_json)
}
