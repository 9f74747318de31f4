//! Where Bitcoin is asked: an esplora server, or a bitcoind.

use std::time::Duration;

use api::btc_light_client as lc;
use bsn_rpc::{Client, Error, Node};
use serde_json::{Value, json};

use super::headers::{Hash, Ours, Theirs, parse, shown};
use crate::doctor::read::{Source, each};

/// How much of a foreign answer is shown.
const SHOWN: usize = 40;

/// Bitcoin from outside.
#[derive(Debug, Clone)]
pub struct Outside {
    node: Node,
    pub(crate) source: Source,
}

impl Outside {
    /// As the command line names it.
    ///
    /// # Errors
    /// For what is no address.
    pub fn new(source: &Source, timeout: Duration) -> bsn_rpc::Result<Self> {
        let (Source::Esplora(url) | Source::Rpc(url)) = source;
        Ok(Self { node: Node::new(url, timeout)?, source: source.clone() })
    }

    fn page(&self, url: &str, path: &str) -> Result<String, String> {
        self.node.page(&format!("{url}{path}")).map_err(|error| error.to_string())
    }

    /// An address of the server with its HTTP status.
    pub(crate) fn get(&self, url: &str, path: &str) -> Result<(u16, String), String> {
        self.node.get(&format!("{url}{path}")).map_err(|error| error.to_string())
    }

    /// The same, with a text for it.
    pub(crate) fn post(&self, url: &str, path: &str, text: &str) -> Result<(u16, String), String> {
        self.node.post(&format!("{url}{path}"), text).map_err(|error| error.to_string())
    }

    /// A call whose refusal is looked at.
    pub(crate) fn ask(&self, method: &str, params: &Value) -> bsn_rpc::Result<Value> {
        self.node.call(method, params)
    }

    pub(crate) fn call(&self, method: &str, params: &Value) -> Result<Value, String> {
        self.ask(method, params).map_err(|error| self.blamed(method, error))
    }

    pub(crate) fn blamed(&self, method: &str, error: Error) -> String {
        match error {
            // bitcoind says no more than this where somebody may not ask.
            Error::NotRpc { node, status: status @ (401 | 403), .. } => {
                let why = if status == 401 {
                    "does not take this user and password"
                } else {
                    "does not let us in (rpcallowip)"
                };
                format!("{node} {why}: it answered {method} with status {status}")
            }
            Error::NotRpc { start, .. } => self.unreadable(method, &start),
            error => error.to_string(),
        }
    }

    /// Who is asked.
    pub(crate) fn name_of(&self) -> &str {
        self.node.name()
    }

    pub(crate) fn unreadable(&self, what: &str, answer: &str) -> String {
        let start: String = answer.chars().take(SHOWN).collect();
        let kind = match self.source {
            Source::Esplora(_) => "esplora server",
            Source::Rpc(_) => "bitcoind",
        };
        format!("{} is no {kind}: it answered {what} with `{}`", self.node.name(), start.trim())
    }

    pub(crate) fn header(&self, hash: &Hash) -> Result<[u8; 80], String> {
        let (hash, what) = (shown(hash), "the question for a header");
        let text = match &self.source {
            Source::Esplora(url) => self.page(url, &format!("/block/{hash}/header"))?,
            Source::Rpc(_) => {
                let answer = self.call("getblockheader", &json!([hash, false]))?;
                answer.as_str().map_or_else(|| answer.to_string(), str::to_owned)
            }
        };
        let bytes = hex::decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.ok_or_else(|| self.unreadable(what, &text))
    }
}

impl Theirs for Outside {
    fn name(&self) -> String {
        self.node.name().to_owned()
    }

    fn tip(&self) -> Result<u32, String> {
        let (what, text) = match &self.source {
            Source::Esplora(url) => ("/blocks/tip/height", self.page(url, "/blocks/tip/height")?),
            Source::Rpc(_) => ("getblockcount", self.call("getblockcount", &json!([]))?.to_string()),
        };
        text.trim().parse().map_err(|_| self.unreadable(what, &text))
    }

    fn hash_at(&self, height: u32) -> Result<Hash, String> {
        let (what, text) = match &self.source {
            Source::Esplora(url) => {
                let path = format!("/block-height/{height}");
                let text = self.page(url, &path)?;
                (path, text)
            }
            Source::Rpc(_) => {
                let answer = self.call("getblockhash", &json!([height]))?;
                (
                    format!("getblockhash {height}"),
                    answer.as_str().map_or_else(|| answer.to_string(), str::to_owned),
                )
            }
        };
        parse(&text).ok_or_else(|| self.unreadable(&what, &text))
    }

    fn headers(&self, from: u32, count: u32) -> Result<Vec<(Hash, [u8; 80])>, String> {
        let heights: Vec<u32> = (from..from.saturating_add(count)).collect();
        let one = |height: &u32| {
            let hash = self.hash_at(*height)?;
            Ok((hash, self.header(&hash)?))
        };
        each(&heights, one).into_iter().collect()
    }
}

/// The chain's light client of Bitcoin.
#[derive(Debug, Clone)]
pub struct Light<'a> {
    client: &'a Client,
    address: &'a str,
    base: (u32, Hash),
    lowest: u32,
    tip: u32,
    /// How many headers it takes in one message.
    pub max_headers: u32,
}

impl<'a> Light<'a> {
    /// As it is now.
    ///
    /// # Errors
    /// One sentence, if it does not answer or has no header yet.
    pub fn read(client: &'a Client, address: &'a str) -> Result<Self, String> {
        let ask = |name: &str| {
            let answer = client.smart(address, &json!({ name: {} })).map_err(|error| error.to_string())?;
            Ok::<_, String>((name.to_owned(), answer))
        };
        let placed = |(name, answer): (String, Value)| {
            let header: Result<lc::BtcHeaderResponse, _> = serde_json::from_value(answer);
            let header = header.map_err(|error| {
                format!("the light client answered {name} in a form that is not known: {error}")
            })?;
            let hash = parse(&header.hash).ok_or_else(|| format!("`{}` is no hash", header.hash))?;
            Ok::<_, String>((header.height, hash))
        };
        let (base, (tip, _)) = (placed(ask("btc_base_header")?)?, placed(ask("btc_tip_header")?)?);
        let form = |error| format!("the light client answers in a form that is not known: {error}");
        let rules: lc::RulesResponse = serde_json::from_value(ask("rules")?.1).map_err(form)?;
        let config: lc::ConfigResponse = serde_json::from_value(ask("config")?.1).map_err(form)?;
        let lowest = rules.lowest_height.unwrap_or(base.0);
        Ok(Self { client, address, base, lowest, tip, max_headers: config.max_headers })
    }
}

impl Ours for Light<'_> {
    fn base(&self) -> (u32, Hash) {
        self.base
    }

    fn lowest(&self) -> u32 {
        self.lowest
    }

    fn tip(&self) -> u32 {
        self.tip
    }

    fn hash_at(&self, height: u32) -> Result<Hash, String> {
        let ask = json!({ "btc_header": { "height": height } });
        let answer = self.client.smart(self.address, &ask).map_err(|error| error.to_string())?;
        let hash = answer["hash"].as_str().and_then(parse);
        hash.ok_or_else(|| format!("the light client has no header {height} any more"))
    }
}
