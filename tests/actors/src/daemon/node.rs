use primitives::AppHash;
use serde_json::{Value, json};
use thiserror::Error;

use crate::FinalityProvider;

/// The two contracts that the daemon is configured with. They may have one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contract {
    /// `btc-staking-contract-address`.
    Staking,
    /// `btc-finality-contract-address`; it gets all messages.
    Finality,
}

/// A node of the appchain, as the daemon reaches it.
pub trait Node {
    /// The height of the newest block.
    fn tip(&self) -> u64;

    /// The app hash in the header of a block, from the node's block store.
    fn app_hash(&self, height: u64) -> Option<AppHash>;

    /// Asks a contract.
    ///
    /// # Errors
    /// The error's text.
    fn query(&mut self, contract: Contract, message: &Value) -> Result<Value, String>;

    /// Sends one transaction with these messages, each to the finality contract, from the account of the finality
    /// provider's operator, and waits for its result. It takes effect as a whole or not at all.
    ///
    /// # Errors
    /// The error's text; on a real chain it names the message that failed, `message index: N`.
    fn submit(&mut self, fp: &FinalityProvider, messages: &[Value]) -> Result<(), String>;
}

/// Why an answer is of no use to the daemon.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QueryError {
    /// The contract answered with an error.
    #[error("query {query} failed: {text}")]
    Failed {
        /// The query.
        query: String,
        /// The error.
        text: String,
    },
    /// The answer does not have the fields that the daemon reads.
    #[error("query {query} was answered with {answer}")]
    Undecodable {
        /// The query.
        query: String,
        /// The answer.
        answer: String,
    },
}

/// A commitment as the contract tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastCommit {
    pub(super) start_height: u64,
    pub(super) num_pub_rand: u64,
}

/// What the daemon reads of `signing_info`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct SigningInfo {
    pub(super) last_signed_height: u64,
    /// Above zero: jailed.
    pub(super) jailed_until: u64,
}

/// The daemon's queries, each reading just the fields that the daemon reads (PROTOCOL.md,
/// "The daemon's queries").
pub(super) struct Client<'a, N: Node> {
    pub(super) node: &'a mut N,
    pub(super) fp: String,
}

impl<N: Node> Client<'_, N> {
    fn ask(&mut self, contract: Contract, query: &Value) -> Result<Value, QueryError> {
        let failed = |text| QueryError::Failed { query: query.to_string(), text };
        self.node.query(contract, query).map_err(failed)
    }

    pub(super) fn activation_height(&mut self) -> Result<u64, QueryError> {
        let query = json!({ "config": {} });
        let answer = self.ask(Contract::Finality, &query)?;
        number(&query, &answer, &answer["finality_activation_height"])
    }

    pub(super) fn last_finalized_height(&mut self) -> Result<u64, QueryError> {
        let query = json!({ "last_finalized_height": {} });
        let answer = self.ask(Contract::Finality, &query)?;
        if answer.is_null() { Ok(0) } else { number(&query, &answer, &answer) }
    }

    pub(super) fn signing_info(&mut self) -> Result<SigningInfo, QueryError> {
        let query = json!({ "signing_info": { "btc_pk_hex": self.fp } });
        let answer = self.ask(Contract::Finality, &query)?;
        if answer.is_null() {
            return Ok(SigningInfo::default());
        }
        let jailed_until = match &answer["jailed_until"] {
            Value::Null => 0,
            until => number(&query, &answer, until)?,
        };
        let last_signed_height = number(&query, &answer, &answer["last_signed_height"])?;
        Ok(SigningInfo { last_signed_height, jailed_until })
    }

    pub(super) fn is_slashed(&mut self) -> Result<bool, QueryError> {
        let query = json!({ "finality_provider": { "btc_pk_hex": self.fp } });
        let answer = self.ask(Contract::Staking, &query)?;
        number(&query, &answer, &answer["slashed_btc_height"]).map(|height| height > 0)
    }

    /// The last commitment; **none if `null` is anywhere in the answer**.
    pub(super) fn last_commit(&mut self) -> Result<Option<LastCommit>, QueryError> {
        let query = json!({ "last_pub_rand_commit": { "btc_pk_hex": self.fp } });
        let answer = self.ask(Contract::Finality, &query)?;
        if answer.to_string().contains("null") {
            return Ok(None);
        }
        number(&query, &answer, &answer["height"])?;
        hash(&query, &answer, &answer["commitment"])?;
        let start_height = number(&query, &answer, &answer["start_height"])?;
        let num_pub_rand = number(&query, &answer, &answer["num_pub_rand"])?;
        Ok(Some(LastCommit { start_height, num_pub_rand }))
    }

    /// The power at a height; an error with `not found` in it means none.
    pub(super) fn power(&mut self, height: u64) -> Result<u64, QueryError> {
        let query = json!({ "finality_provider_power": { "btc_pk_hex": self.fp, "height": height } });
        match self.ask(Contract::Finality, &query) {
            Err(QueryError::Failed { text, .. }) if text.contains("not found") => Ok(0),
            answer => answer.and_then(|answer| number(&query, &answer, &answer["power"])),
        }
    }

    pub(super) fn has_voted(&mut self, height: u64) -> Result<bool, QueryError> {
        let query = json!({ "votes": { "height": height } });
        let answer = self.ask(Contract::Finality, &query)?;
        let keys = answer["btc_pks"].as_array().ok_or_else(|| undecodable(&query, &answer))?;
        Ok(keys.iter().any(|key| key == self.fp.as_str()))
    }

    /// The blocks from a height on. The field is called `start_after`, and the daemon means it
    /// inclusively.
    pub(super) fn blocks(&mut self, from: u64, limit: usize) -> Result<Vec<(u64, AppHash)>, QueryError> {
        let query = json!({ "blocks": { "start_after": from, "limit": limit, "reverse": false } });
        let answer = self.ask(Contract::Finality, &query)?;
        let blocks = answer["blocks"].as_array().ok_or_else(|| undecodable(&query, &answer))?;
        blocks
            .iter()
            .map(|block| {
                let height = number(&query, &answer, &block["height"])?;
                block["finalized"].as_bool().ok_or_else(|| undecodable(&query, &answer))?;
                Ok((height, hash(&query, &answer, &block["app_hash"])?))
            })
            .collect()
    }
}

fn undecodable(query: &Value, answer: &Value) -> QueryError {
    QueryError::Undecodable { query: query.to_string(), answer: answer.to_string() }
}

fn number(query: &Value, answer: &Value, field: &Value) -> Result<u64, QueryError> {
    field.as_u64().ok_or_else(|| undecodable(query, answer))
}

/// Bytes, which Go reads from base64 as well as from an array of numbers.
fn hash(query: &Value, answer: &Value, field: &Value) -> Result<AppHash, QueryError> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes: Option<Vec<u8>> = match field {
        Value::String(text) => STANDARD.decode(text).ok(),
        field => serde_json::from_value(field.clone()).ok(),
    };
    bytes.and_then(|bytes| AppHash::from_slice(&bytes).ok()).ok_or_else(|| undecodable(query, answer))
}
