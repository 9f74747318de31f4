//! Whose signatures make a delegation one that is verified.

use cosmwasm_std::Binary;
use serde_json::{Value, json};

use super::NetworkError;
use crate::actors::Babylon;
use crate::actors::babylon::LockTimes;

/// How delegations are verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verification {
    /// How many members the committee has.
    pub members: usize,
    /// How many of them must sign.
    pub quorum: u8,
    /// How long stakes are locked.
    pub locks: LockTimes,
    /// For how many blocks of Bitcoin a stake can be challenged; `None`: as the contract has it.
    pub challenge_delay: Option<u32>,
}

impl Default for Verification {
    /// By 6 of 9, as long as on Babylon's mainnet.
    fn default() -> Self {
        Self { members: 9, quorum: 6, locks: LockTimes::default(), challenge_delay: None }
    }
}

/// Has Babylon's committee sign all delegations; what `bsn` is told of the contract that verifies them.
///
/// # Errors
/// [`NetworkError::Babylon`].
pub fn elect(babylon: &mut Babylon, code: u64, governance: &str) -> Result<Value, NetworkError> {
    elect_for(babylon, code, governance, Verification::default())
}

/// The same with a committee, and delays, of the caller's choice.
///
/// # Errors
/// [`NetworkError::Babylon`].
pub fn elect_for(
    babylon: &mut Babylon,
    code: u64,
    governance: &str,
    verification: Verification,
) -> Result<Value, NetworkError> {
    let Verification { members, quorum, locks, challenge_delay } = verification;
    let params = babylon.elect_for(members, quorum, locks)?.wire();
    let settings = json!({
        "challenge_delay": challenge_delay,
        "governance": governance, "families": [{ "family": "babylon", "versions": [params] }],
    });
    Ok(verified_stake(code, &settings))
}

/// What `bsn` is told of the contract that verifies: its code and its settings.
pub(super) fn verified_stake(code: u64, settings: &Value) -> Value {
    json!({ "code_id": code, "settings": Binary::from(settings.to_string().into_bytes()) })
}
