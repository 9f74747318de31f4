//! Messages, and what the contract thought of them.

use api::btc_staking::{
    ExecuteMsg, InclusionProof, SelfStakeProof, SpendProof, SubmittedDelegation, Verdict, Verdicts,
};
use bitcoin_spv::OutPoint;
use bsn_rpc::{Event, answer_of};
use serde_json::Value;

use crate::keep::pace::Key;
use crate::keep::work::Chore;

/// What a message says.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// `follow`.
    Follow,
    /// `bring_headers`: the hash of the lowest.
    Bring(crate::keep::headers::Hash),
    /// `prove_delegations`.
    Included(Vec<(OutPoint, InclusionProof)>),
    /// `prove_spends`.
    Spent(Vec<(OutPoint, SpendProof)>),
    /// `submit_delegations`.
    Submitted(Vec<(OutPoint, SubmittedDelegation)>),
    /// `prove_self_stake`.
    Locked(Vec<(OutPoint, SelfStakeProof)>),
}

impl Body {
    /// The message of its entries; nothing where it has none.
    pub fn message(&self) -> Option<ExecuteMsg> {
        match self {
            Self::Follow | Self::Bring(_) => None,
            Self::Included(all) => Some(ExecuteMsg::ProveDelegations { proofs: entries(all) }),
            Self::Spent(all) => Some(ExecuteMsg::ProveSpends { proofs: entries(all) }),
            Self::Submitted(all) => Some(ExecuteMsg::SubmitDelegations { items: entries(all) }),
            Self::Locked(all) => Some(ExecuteMsg::ProveSelfStake { proofs: entries(all) }),
        }
    }

    /// The stakes of its entries.
    fn stakes(&self) -> Vec<OutPoint> {
        match self {
            Self::Follow | Self::Bring(_) => Vec::new(),
            Self::Included(all) => places(all),
            Self::Spent(all) => places(all),
            Self::Submitted(all) => places(all),
            Self::Locked(all) => places(all),
        }
    }

    fn retain(&mut self, stakes: &[OutPoint]) {
        match self {
            Self::Follow | Self::Bring(_) => {}
            Self::Included(all) => all.retain(|(at, _)| stakes.contains(at)),
            Self::Spent(all) => all.retain(|(at, _)| stakes.contains(at)),
            Self::Submitted(all) => all.retain(|(at, _)| stakes.contains(at)),
            Self::Locked(all) => all.retain(|(at, _)| stakes.contains(at)),
        }
    }
}

fn entries<T: Clone>(all: &[(OutPoint, T)]) -> Vec<T> {
    all.iter().map(|(_, entry)| entry.clone()).collect()
}

fn places<T>(all: &[(OutPoint, T)]) -> Vec<OutPoint> {
    all.iter().map(|(at, _)| *at).collect()
}

/// A message to `btc-staking`.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// What it says.
    pub body: Body,
    /// About what.
    pub about: String,
    /// Why.
    pub why: String,
    /// It.
    pub message: Value,
    /// SDK gas where no node says it.
    pub guess: u64,
    /// For how many seconds it is left alone after it was done.
    pub rest: u64,
    /// Whether headers that it hangs from are brought in the same round.
    pub is_after: bool,
}

impl Act {
    /// With its message; `headers` is how many it carries.
    pub fn new(body: Body, message: &ExecuteMsg, why: String, headers: u64) -> Self {
        let message = serde_json::to_value(message).unwrap_or_default();
        let stakes = body.stakes();
        let count = stakes.len() as u64;
        let guess = match &body {
            Body::Follow => 400_000,
            Body::Bring(_) => 200_000,
            Body::Included(_) => 150_000 + 90_000 * count,
            Body::Spent(_) => 150_000 + 60_000 * count,
            Body::Submitted(_) => 150_000 + 350_000 * count,
            Body::Locked(_) => 150_000 + 100_000 * count,
        };
        let about = if body == Body::Follow { "bitcoin".to_owned() } else { names(&stakes) };
        Self { body, about, why, message, guess: guess + 1_100 * headers, rest: 0, is_after: false }
    }

    /// With the message that entries make.
    pub fn of(body: Body, why: String, headers: u64) -> Self {
        let message = body.message().unwrap_or(ExecuteMsg::Follow {});
        Self::new(body, &message, why, headers)
    }

    /// The stakes that it is about.
    pub fn stakes(&self) -> Vec<OutPoint> {
        self.body.stakes()
    }

    /// The same with these stakes alone.
    #[must_use]
    pub fn only(&self, stakes: &[OutPoint]) -> Self {
        let mut body = self.body.clone();
        body.retain(stakes);
        let Some(message) = body.message() else { return self.clone() };
        Self { rest: self.rest, is_after: self.is_after, ..Self::new(body, &message, self.why.clone(), 0) }
    }
}

impl Chore for Act {
    fn duty(&self) -> &'static str {
        match self.body {
            Body::Follow => "follow",
            Body::Bring(_) => "headers",
            Body::Included(_) => "stakes",
            Body::Spent(_) => "spends",
            Body::Submitted(_) => "delegations",
            Body::Locked(_) => "self-stake",
        }
    }

    fn about(&self) -> &str {
        &self.about
    }

    fn why(&self) -> &str {
        &self.why
    }

    fn message(&self) -> &Value {
        &self.message
    }

    fn guess(&self) -> u64 {
        self.guess
    }

    fn rest(&self) -> u64 {
        self.rest
    }

    fn key(&self) -> Key {
        (self.duty(), self.about.clone())
    }

    fn is_after_another(&self) -> bool {
        self.is_after
    }
}

fn names(stakes: &[OutPoint]) -> String {
    match stakes {
        [] => String::new(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}

/// What became of each proof of a message, by its `TxMsgData`.
///
/// # Errors
/// One sentence, where that is none.
pub fn verdicts(data: &[u8], expected: usize) -> Result<Vec<Verdict>, String> {
    let unreadable = || "btc-staking answered a message in a form that is not known".to_owned();
    let answer = answer_of(data).ok_or_else(unreadable)?;
    let Verdicts { verdicts } = serde_json::from_slice(&answer).map_err(|_| unreadable())?;
    if verdicts.len() == expected { Ok(verdicts) } else { Err(unreadable()) }
}

/// Whether `follow` changed anything, by its events.
pub fn has_followed(events: &[Event]) -> bool {
    let of_it = events.iter().filter(|event| event.kind == "wasm" && event.get("action") == Some("follow"));
    of_it.filter_map(|event| event.get("changes")).any(|changes| changes != "0")
}

#[cfg(test)]
mod tests {
    use bsn_rpc::proto::cosmos::base::abci::v1beta1::TxMsgData;
    use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContractResponse;
    use bsn_rpc::proto::{Message, pack};
    use primitives::Txid;

    use super::*;

    fn proof(n: u8) -> (OutPoint, InclusionProof) {
        let at = OutPoint { txid: Txid::from_bytes([n; 32]), index: u32::from(n) };
        let proof = InclusionProof {
            staking_tx_hash: at.txid.to_string(),
            output: at.index,
            block_hash: String::new(),
            index: 1,
            branch: Default::default(),
            ancestry: None,
        };
        (at, proof)
    }

    #[test]
    fn a_part_of_a_message_is_a_message() {
        let proofs = vec![proof(1), proof(2), proof(3)];
        let all = proofs.iter().map(|(_, proof)| proof.clone()).collect();
        let act = Act::new(
            Body::Included(proofs.clone()),
            &ExecuteMsg::ProveDelegations { proofs: all },
            "why".to_owned(),
            0,
        );
        let part = act.only(&[proofs[0].0, proofs[2].0]);
        assert_eq!(part.stakes(), [proofs[0].0, proofs[2].0]);
        assert_eq!(part.message["prove_delegations"]["proofs"].as_array().unwrap().len(), 2);
        assert_eq!(part.message["prove_delegations"]["proofs"][1]["output"], 3);
        assert_ne!(part.about, act.about);
    }

    #[test]
    fn verdicts_are_read_from_what_a_transaction_answers() {
        let answer =
            br#"{"verdicts":[{"ok":{"became":"active"}},{"refused":{"rule":"S06","reason":"old"}}]}"#;
        let response = MsgExecuteContractResponse { data: answer.to_vec() };
        #[expect(deprecated, reason = "the message has a field that is")]
        let data = TxMsgData { data: Vec::new(), msg_responses: vec![pack(&response)] };
        let data = data.encode_to_vec();
        assert_eq!(verdicts(&data, 2).unwrap().len(), 2);
        for (bytes, expected) in [(&data[..], 3), (&data[..20], 2), (&[], 0)] {
            assert!(verdicts(bytes, expected).is_err());
        }
    }

    #[test]
    fn only_its_own_event_says_that_it_followed() {
        let event = |kind: &str, action: &str, changes: &str| Event {
            kind: kind.to_owned(),
            attributes: vec![
                ("action".to_owned(), action.to_owned()),
                ("changes".to_owned(), changes.to_owned()),
            ],
        };
        assert!(has_followed(&[event("wasm", "follow", "0"), event("wasm", "follow", "2")]));
        assert!(!has_followed(&[event("wasm", "follow", "0")]));
        assert!(!has_followed(&[event("wasm", "other", "2"), event("wasm-x", "follow", "2")]));
    }
}
