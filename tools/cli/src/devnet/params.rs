//! The parameters of a call: in a JSON-RPC body, or in an address.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::rpc::{RpcError, invalid};

/// Parameters by name.
#[derive(Debug, Clone, Default)]
pub struct Params {
    values: Map<String, Value>,
    /// Whether they stood in an address, where bytes are written in another way.
    from_address: bool,
}

impl Params {
    /// Of a body: an object, or for a few methods a list.
    ///
    /// # Errors
    /// If it is neither.
    pub fn of_body(method: &str, params: Value) -> Result<Self, RpcError> {
        let values = match params {
            Value::Object(values) => values,
            Value::Null => Map::new(),
            Value::Array(list) => {
                let names = names(method);
                if list.len() > names.len() {
                    return Err(invalid(format!("{method} has at most {} parameters", names.len())));
                }
                names.iter().map(|name| (*name).to_owned()).zip(list).collect()
            }
            other => return Err(invalid(format!("parameters must be an object or a list, not {other}"))),
        };
        Ok(Self { values, from_address: false })
    }

    /// Of an address: `height=5&prove=false&query="tx.height=5"&hash=0x…`.
    pub fn of_address(query: &str) -> Self {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let values = pairs.map(|(name, value)| {
            let value = decoded(value);
            let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            (decoded(name), Value::String(quoted.map_or_else(|| value.clone(), str::to_owned)))
        });
        Self { values: values.collect(), from_address: true }
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    /// A number, which CometBFT writes as text.
    ///
    /// # Errors
    /// If it is none.
    pub fn number(&self, name: &str) -> Result<Option<u64>, RpcError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        let number = value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok());
        number.map(Some).ok_or_else(|| invalid(format!("{name} is no number: {value}")))
    }

    /// A text.
    ///
    /// # Errors
    /// If it is none.
    pub fn text(&self, name: &str) -> Result<Option<String>, RpcError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.as_str().map(|text| Some(text.to_owned())).ok_or_else(|| invalid(format!("{name} is no text")))
    }

    /// Yes or no; no where nothing is said.
    ///
    /// # Errors
    /// If it is neither.
    pub fn flag(&self, name: &str) -> Result<bool, RpcError> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(Value::String(text)) if self.from_address && text == "true" => Ok(true),
            Some(Value::String(text)) if self.from_address && text == "false" => Ok(false),
            Some(other) => Err(invalid(format!("{name} is neither true nor false: {other}"))),
        }
    }

    /// Bytes in hex, as `abci_query` has its data.
    ///
    /// # Errors
    /// If they are not.
    pub fn hex(&self, name: &str) -> Result<Option<Vec<u8>>, RpcError> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let bytes = hex::decode(text.trim_start_matches("0x"));
        bytes.map(Some).map_err(|error| invalid(format!("{name} is no hex: {error}")))
    }

    /// Bytes: base64 in a body, `0x` and hex in an address.
    ///
    /// # Errors
    /// If they are not.
    pub fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, RpcError> {
        if self.from_address {
            return self.hex(name);
        }
        let Some(text) = self.text(name)? else { return Ok(None) };
        STANDARD.decode(text).map(Some).map_err(|error| invalid(format!("{name} is no base64: {error}")))
    }
}

fn names(method: &str) -> &'static [&'static str] {
    match method {
        "abci_query" => &["path", "data", "height", "prove"],
        "block" | "header" | "commit" | "block_results" | "validators" | "consensus_params" => &["height"],
        "blockchain" => &["minHeight", "maxHeight"],
        "broadcast_tx_sync" | "broadcast_tx_async" => &["tx"],
        "tx" => &["hash", "prove"],
        "tx_search" => &["query", "prove", "page", "per_page", "order_by"],
        _ => &[],
    }
}

/// `%22` and `+` as in addresses.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten();
        let byte = escaped.and_then(|pair| hex::decode(pair).ok()).and_then(|byte| byte.first().copied());
        match (byte, first) {
            (Some(byte), _) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
                continue;
            }
            (None, b'+') => bytes.push(b' '),
            (None, other) => bytes.push(*other),
        }
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_address_is_read_as_cometbft_reads_it() {
        let params = Params::of_address("query=%22tx.height%3D5%22&page=2&hash=0xAB&prove=false");
        assert_eq!(params.text("query").unwrap().as_deref(), Some("tx.height=5"));
        assert_eq!(params.number("page").unwrap(), Some(2));
        assert_eq!(params.bytes("hash").unwrap(), Some(vec![0xab]));
        assert_eq!(params.number("height").unwrap(), None);
        assert!(Params::of_address("page=x").number("page").is_err());
    }

    #[test]
    fn a_body_is_an_object_or_a_list() {
        let list = Params::of_body("block", json!(["7"])).unwrap();
        assert_eq!(list.number("height").unwrap(), Some(7));
        let object = Params::of_body("tx", json!({ "hash": "qw==" })).unwrap();
        assert_eq!(object.bytes("hash").unwrap(), Some(vec![0xab]));
        assert!(Params::of_body("block", json!("7")).is_err());
        assert!(Params::of_body("health", json!([1])).is_err());
    }
}
