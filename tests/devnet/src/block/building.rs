use cosmwasm_std::Event;

use crate::{gas::Usage, report::HookReport};

/// The block that is being built.
#[derive(Debug, Clone, Default)]
pub(crate) struct Building {
    pub hooks: Vec<HookReport>,
    pub events: Vec<Event>,
    pub txs: u32,
    pub tx_usage: Usage,
}
