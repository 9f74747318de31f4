//! The light client of Bitcoin, and Bitcoin from outside.

use std::str::FromStr;

use api::btc_light_client as lc;
use bsn_rpc::Node;
use serde_json::{Value, json};

use super::Sources;
use super::ask::Asker;
use crate::doctor::snapshot::{Absent, Light, Outside, Part};

/// Who is asked of Bitcoin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An esplora server, as of blockstream.info or mempool.space.
    Esplora(String),
    /// A bitcoind, by its JSON-RPC; user and password stand in the address.
    Rpc(String),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some(("esplora", url)) => Ok(Self::Esplora(url.trim_end_matches('/').to_owned())),
            Some(("rpc", url)) => Ok(Self::Rpc(url.to_owned())),
            _ => Err(format!("`{text}` is neither esplora=URL nor rpc=URL")),
        }
    }
}

/// The light client's own answers.
pub fn light(ask: &Asker<'_>, address: &str) -> Part<Light> {
    let config: lc::ConfigResponse = ask.smart(address, &json!({ "config": {} }))?;
    let tip: Value = ask.smart(address, &json!({ "btc_tip_header": {} }))?;
    let rules: lc::RulesResponse = ask.smart(address, &json!({ "rules": {} }))?;
    let (height, time) = place(&tip).ok_or_else(|| {
        Absent::Failed(format!("{} answered btc_tip_header in a form that is not known", ask.name))
    })?;
    Ok(Light {
        network: config.network,
        confirmation_depth: config.btc_confirmation_depth,
        finalization_timeout: config.checkpoint_finalization_timeout,
        base_height: rules.base_height,
        tip_height: height,
        tip_hash: tip["hash"].as_str().unwrap_or_default().to_owned(),
        tip_time: time,
        rebases: rules.rebases,
    })
}

/// The height and the time of a header.
fn place(header: &Value) -> Option<(u32, u64)> {
    Some((u32::try_from(header["height"].as_u64()?).ok()?, header["header"]["time"].as_u64()?))
}

/// Bitcoin, from outside.
pub fn outside(sources: &Sources, light: &Part<Light>) -> Part<Outside> {
    let source = sources.bitcoin.as_ref().ok_or_else(|| Absent::Needs("--bitcoin".to_owned()))?;
    let height = light.as_ref().map_err(Clone::clone)?.tip_height;
    let (tip_height, hash, name) = match source {
        Source::Esplora(url) => esplora(sources, url, height),
        Source::Rpc(url) => rpc(sources, url, height),
    }
    .map_err(Absent::Failed)?;
    Ok(Outside { name, tip_height, hash_at_ours: hash })
}

type Answer = Result<(u32, Option<String>, String), String>;

fn esplora(sources: &Sources, url: &str, height: u32) -> Answer {
    let node = Node::new(url, sources.retry.timeout).map_err(|error| error.to_string())?;
    let page = |path: &str| node.page(&format!("{url}{path}")).map_err(|error| error.to_string());
    let tip = page("/blocks/tip/height")?;
    let tip: u32 = tip.trim().parse().map_err(|_| {
        let start: String = tip.chars().take(40).collect();
        format!("{} is no esplora server: it answered /blocks/tip/height with `{start}`", node.name())
    })?;
    let hash = if height > tip { None } else { Some(page(&format!("/block-height/{height}"))?) };
    Ok((tip, hash.filter(|hash| is_hash(hash)), node.name().to_owned()))
}

fn rpc(sources: &Sources, url: &str, height: u32) -> Answer {
    let node = Node::new(url, sources.retry.timeout).map_err(|error| error.to_string())?;
    let unreadable = |method: &str| format!("{} answered {method} with something else", node.name());
    let tip = node.call("getblockcount", &json!([])).map_err(|error| error.to_string())?;
    let tip =
        tip.as_u64().and_then(|tip| u32::try_from(tip).ok()).ok_or_else(|| unreadable("getblockcount"))?;
    if height > tip {
        return Ok((tip, None, node.name().to_owned()));
    }
    let hash = node.call("getblockhash", &json!([height])).map_err(|error| error.to_string())?;
    let hash = hash.as_str().filter(|hash| is_hash(hash)).ok_or_else(|| unreadable("getblockhash"))?;
    Ok((tip, Some(hash.to_owned()), node.name().to_owned()))
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_says_what_it_is() {
        assert_eq!("esplora=https://x/api/".parse(), Ok(Source::Esplora("https://x/api".to_owned())));
        assert_eq!(
            "rpc=http://u:p@127.0.0.1:8332".parse(),
            Ok(Source::Rpc("http://u:p@127.0.0.1:8332".to_owned()))
        );
        let error = "https://x".parse::<Source>().unwrap_err();
        assert_eq!(error, "`https://x` is neither esplora=URL nor rpc=URL");
    }
}
