//! The evidence, sent. Whoever was faster has done it: that somebody is slashed is a success, whoever it was.

use api::bsn::FinalityProvider;
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use bsn_rpc::proto::{Any, pack};
use bsn_rpc::{Client, Error, Fee, attribute};
use finality::Evidence;
use primitives::FpPublicKey;
use serde_json::{Value, json};

use super::proof::message;
use crate::keys::{Sender, Sent};

/// SDK gas of evidence where no node says it: measured with code that is not pinned, and half as much again.
const GAS: u64 = 350_000;

/// How somebody stands with the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It can be slashed.
    Registered,
    /// It was, at this height of the chain.
    Slashed(u64),
    /// The contract knows nobody with this key.
    Unknown,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// We did it.
    Slashed {
        /// In which block.
        height: u64,
        /// By which transaction.
        tx: String,
    },
    /// Somebody else did.
    Already {
        /// In which block.
        height: u64,
    },
    /// It was only said what it would cost; nothing where no key was named.
    Dry(Option<Fee>),
    /// It did not work, in one sentence; it will be tried again.
    Failed(String),
}

/// Whoever sends it.
pub struct Deed<'a> {
    /// The chain.
    pub client: &'a Client,
    /// The contract.
    pub contract: &'a str,
    /// Who signs; nobody in a dry run without a key.
    pub sender: Option<&'a Sender>,
}

impl Deed<'_> {
    /// Sends it, unless that is done.
    pub fn carry_out(&self, evidence: &Evidence) -> Outcome {
        match self.standing(&evidence.provider) {
            Ok(Standing::Slashed(height)) => return Outcome::Already { height },
            Ok(Standing::Registered) => {}
            Ok(Standing::Unknown) => {
                return Outcome::Failed(format!(
                    "{} is not registered with {}",
                    evidence.provider, self.contract
                ));
            }
            Err(error) => return Outcome::Failed(error.to_string()),
        }
        let Some(sender) = self.sender else { return Outcome::Dry(None) };
        let messages = [execute(sender.address(), self.contract, &message(evidence))];
        let what = format!("send the evidence against {}", evidence.provider);
        let why = match sender.send(&what, &messages, GAS, |_| Ok(())) {
            Ok(Sent::Dry(fee)) => return Outcome::Dry(Some(fee)),
            Ok(Sent::Done(done)) if attribute(&done.events, "wasm", "effect") != Some("none") => {
                return Outcome::Slashed { height: done.height, tx: done.hash };
            }
            Ok(Sent::Done(_)) => "it had no effect".to_owned(),
            Ok(Sent::Busy) => format!("{} sends something else", sender.address()),
            Ok(Sent::Unsigned(_)) => "there is no key".to_owned(),
            Err(error) => format!("{error:#}"),
        };
        match self.standing(&evidence.provider) {
            Ok(Standing::Slashed(height)) => Outcome::Already { height },
            _ => Outcome::Failed(why),
        }
    }

    fn standing(&self, provider: &FpPublicKey) -> bsn_rpc::Result<Standing> {
        let ask = json!({ "finality_provider": { "btc_pk_hex": provider.to_string() } });
        let answer = match self.client.smart(self.contract, &ask) {
            Err(Error::Query { log, .. }) if log.contains("not found") => return Ok(Standing::Unknown),
            answer => answer?,
        };
        Ok(match serde_json::from_value::<FinalityProvider>(answer) {
            Ok(FinalityProvider { slashed_height: 0, slashed_btc_height: 0, .. }) => Standing::Registered,
            Ok(FinalityProvider { slashed_height, .. }) => Standing::Slashed(slashed_height),
            Err(_) => Standing::Unknown,
        })
    }
}

/// A message to a contract, packed.
pub fn execute(sender: &str, contract: &str, message: &Value) -> Any {
    pack(&MsgExecuteContract {
        sender: sender.to_owned(),
        contract: contract.to_owned(),
        msg: message.to_string().into_bytes(),
        funds: Vec::new(),
    })
}
