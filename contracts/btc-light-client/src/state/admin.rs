use cosmwasm_std::{Addr, Storage};
use serde::{Deserialize, Serialize};

use super::ADMIN;
use crate::error::ContractError;

/// Who may change the configuration, and who has been proposed instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admin {
    /// The admin, if there is one.
    pub current: Option<Addr>,
    /// What the next `accept_admin` does.
    pub pending: Pending,
}

/// A change of admin that has been proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pending {
    /// None.
    Nothing,
    /// This account may take over.
    Transfer(Addr),
    /// The admin may lay the office down.
    Renounce,
}

impl Admin {
    /// Reads it.
    pub fn load(storage: &dyn Storage) -> Result<Self, ContractError> {
        super::load(storage, ADMIN)
    }

    /// Writes it.
    pub fn record(&self, storage: &mut dyn Storage) -> Result<(), ContractError> {
        super::record(storage, ADMIN, self)
    }

    /// Whether that is the admin.
    pub fn is(&self, sender: &Addr) -> bool {
        self.current.as_ref() == Some(sender)
    }

    /// Refuses anyone but the admin.
    pub fn check(&self, sender: &Addr, action: &'static str) -> Result<(), ContractError> {
        if self.is(sender) {
            return Ok(());
        }
        Err(ContractError::Unauthorized { sender: sender.clone(), action })
    }
}
