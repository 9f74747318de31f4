//! The contract and its light client, as they are asked.

use api::btc_staking::{ConfigResponse, ItemResponse, ItemsResponse, QueryMsg, StakeId};
use bitcoin_spv::OutPoint;
use bsn_rpc::Client;
use primitives::FpPublicKey;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::keep::bitcoin::Light;
use crate::keep::headers::{Hash, Ours};

/// How many stakes an answer has at most.
const PAGE: u32 = 30;
/// Under what the contract keeps headers that were brought: its table `h`, as cw-storage-plus writes names.
const BROUGHT: [u8; 3] = [0, 1, b'h'];

/// `btc-staking` on its chain.
pub trait Contract {
    /// Its address.
    fn address(&self) -> &str;

    /// A question.
    ///
    /// # Errors
    /// One sentence: nobody answers, or the contract refuses.
    fn ask(&self, message: &Value) -> Result<Value, String>;

    /// A record as it is stored; empty if there is none.
    ///
    /// # Errors
    /// If nobody answers.
    fn raw(&self, key: &[u8]) -> Result<Vec<u8>, String>;

    /// Its light client of Bitcoin, as it is now.
    ///
    /// # Errors
    /// If nobody answers.
    fn light(&self) -> Result<Box<dyn Ours + '_>, String>;

    /// Whether `bsn` takes no stake at the moment.
    ///
    /// # Errors
    /// If nobody answers.
    fn is_paused(&self) -> Result<bool, String>;

    /// The time of the chain's last block, in seconds since 1970.
    ///
    /// # Errors
    /// If nobody answers.
    fn now(&self) -> Result<u64, String>;
}

/// What it is asked without anything else to say.
///
/// # Errors
/// As [`Contract::ask`]; for an answer in another form.
pub fn simple<T: DeserializeOwned>(contract: &(impl Contract + ?Sized), what: &str) -> Result<T, String> {
    read(what, contract.ask(&json!({ what: {} }))?)
}

/// A stake; nothing where it is unknown.
///
/// # Errors
/// As [`simple`].
pub fn item(contract: &(impl Contract + ?Sized), at: &OutPoint) -> Result<Option<ItemResponse>, String> {
    let ask = json!({ "item": { "txid": at.txid.to_string(), "output": at.index } });
    match contract.ask(&ask) {
        Ok(answer) => read("item", answer).map(Some),
        Err(why) if why.contains("is unknown") => Ok(None),
        Err(why) => Err(why),
    }
}

/// All stakes, or those of a finality provider.
///
/// # Errors
/// As [`simple`].
pub fn items(
    contract: &(impl Contract + ?Sized),
    fp: Option<&FpPublicKey>,
) -> Result<Vec<ItemResponse>, String> {
    let (mut all, mut after): (Vec<ItemResponse>, Option<StakeId>) = (Vec::new(), None);
    loop {
        let (after_txid, after_output) = after.map(|id| (id.txid, id.output)).unzip();
        let limit = Some(PAGE);
        let ask = match fp {
            None => QueryMsg::Items { after_txid, after_output, limit },
            Some(fp) => QueryMsg::Fp { fp_pubkey_hex: fp.to_string(), after_txid, after_output, limit },
        };
        let ask = serde_json::to_value(&ask).map_err(|error| error.to_string())?;
        let page: ItemsResponse = read("items", contract.ask(&ask)?)?;
        all.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// Whether a header was brought.
///
/// # Errors
/// If nobody answers.
pub fn was_brought(contract: &(impl Contract + ?Sized), hash: &Hash) -> Result<bool, String> {
    Ok(!contract.raw(&[&BROUGHT[..], hash].concat())?.is_empty())
}

/// An answer in its form.
pub(crate) fn read<T: DeserializeOwned>(what: &str, answer: Value) -> Result<T, String> {
    serde_json::from_value(answer)
        .map_err(|error| format!("btc-staking answered {what} in a form that is not known: {error}"))
}

/// One on a chain that is asked by RPC.
#[derive(Debug, Clone)]
pub struct Deployed<'a> {
    client: &'a Client,
    bsn: &'a str,
    address: String,
    light_client: String,
}

impl<'a> Deployed<'a> {
    /// The one that is named, or the one that `bsn` is bound to.
    ///
    /// # Errors
    /// One sentence: `bsn` takes stake on Babylon's word, or what is named is another contract.
    pub fn find(client: &'a Client, bsn: &'a str, named: Option<&str>) -> Result<Self, String> {
        let said = |error: bsn_rpc::Error| error.to_string();
        let address = match named {
            Some(address) => address.to_owned(),
            None => {
                let config = client.smart(bsn, &json!({ "config": {} })).map_err(said)?;
                let bound = config["stake_verifier"].as_str().map(str::to_owned);
                bound.ok_or_else(|| {
                    format!("{bsn} takes stake on Babylon's word: no btc-staking is bound to it that could be proven anything")
                })?
            }
        };
        let answer = client.smart(&address, &json!({ "config": {} }));
        let config: Result<ConfigResponse, _> =
            answer.map_err(|error| error.to_string()).and_then(|answer| read("config", answer));
        let config = config.map_err(|why| format!("{address} is no btc-staking: {why}"))?;
        if named.is_some() && config.bsn != bsn {
            return Err(format!("{address} is bound to {}, not to {bsn}", config.bsn));
        }
        Ok(Self { client, bsn, address, light_client: config.btc_light_client })
    }
}

impl Contract for Deployed<'_> {
    fn address(&self) -> &str {
        &self.address
    }

    fn ask(&self, message: &Value) -> Result<Value, String> {
        self.client.smart(&self.address, message).map_err(|error| error.to_string())
    }

    fn raw(&self, key: &[u8]) -> Result<Vec<u8>, String> {
        self.client.raw(&self.address, key).map_err(|error| error.to_string())
    }

    fn light(&self) -> Result<Box<dyn Ours + '_>, String> {
        Ok(Box::new(Light::read(self.client, &self.light_client)?))
    }

    fn is_paused(&self) -> Result<bool, String> {
        let health =
            self.client.smart(self.bsn, &json!({ "health": {} })).map_err(|error| error.to_string())?;
        let paused = health["paused"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(paused.iter().any(|what| what == "packet_intake"))
    }

    fn now(&self) -> Result<u64, String> {
        let status = self.client.status().map_err(|error| error.to_string())?;
        Ok(u64::try_from(status.time_nanos / 1_000_000_000).unwrap_or_default())
    }
}
