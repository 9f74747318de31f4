//! Reads where a chain is.

use anyhow::{Context, Result, anyhow};
use bsn_rpc::Client;
use serde_json::{Value, json};

use super::Facts;
use crate::deploy::facts::{Consumer, TransferFacts};
use crate::deploy::look::or_none;
use crate::deploy::read;

/// Where a chain is; `transfer` is its channel of rewards.
///
/// # Errors
/// If the chain or Babylon does not answer.
pub fn facts(chain: &Client, babylon: Option<&Client>, bsn: &str, transfer: Option<&str>) -> Result<Facts> {
    let height = chain.height()?;
    let health = chain.smart(bsn, &json!({ "health": {} })).with_context(|| format!("cannot ask {bsn}"))?;
    let registered = or_none(chain.module_contracts())?.flatten().unwrap_or_default();
    let transfer = match transfer {
        None => TransferFacts::default(),
        Some(id) => read::channel(chain, id)?
            .ok_or_else(|| anyhow!("there is no {id} on this chain, which `bsn.ics20_channel` names"))?,
    };
    let number = |path: &str| health.pointer(path).and_then(Value::as_u64);
    let amount =
        |path: &str| health.pointer(path).and_then(Value::as_str).and_then(|text| text.parse::<u128>().ok());
    let text = |path: &str| health.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut facts = Facts {
        is_registered: registered.btc_finality_contract == bsn,
        last_hook: number("/hooks/last_begin_block").unwrap_or_default(),
        height,
        bsn: bsn.to_owned(),
        consumer_id: transfer.consumer_id.clone(),
        is_consumer: None,
        client_status: transfer.client_status.clone(),
        channel: text("/channel/state"),
        far_channel: None,
        bitcoin_tip: number("/bitcoin/tip_height"),
        packet_age_s: number("/channel/last_packet_age_s"),
        fps: number("/staking/fps").unwrap_or_default(),
        ranked_power: amount("/staking/ranked_power").unwrap_or_default(),
        timestamped: number("/timestamps/height").unwrap_or_default(),
        active: number("/staking/active").unwrap_or_default(),
        waiting_for: None,
        final_block: number("/finality/last_final_block"),
    };
    if let Some(height) = number("/finality/waiting_for/height") {
        let power = |name: &str| amount(&format!("/finality/waiting_for/{name}")).unwrap_or_default();
        facts.waiting_for = Some((height, power("voted_power"), power("total_power")));
    }
    let Some(babylon) = babylon else { return Ok(facts) };
    if !transfer.consumer_id.is_empty() {
        facts.is_consumer =
            match read::consumer(babylon, &transfer.consumer_id).context("cannot ask Babylon")? {
                Consumer::Known(_) => Some(true),
                Consumer::Unknown => Some(false),
                Consumer::NotSaid => None,
            };
    }
    let id = text("/channel/channel_id");
    if !id.is_empty() {
        let here = chain.channel(&format!("wasm.{bsn}"), &id)?;
        let far = here.and_then(|it| it.counterparty).map(|it| it.channel_id).unwrap_or_default();
        let there = babylon.channel("zoneconcierge", &far).context("cannot ask Babylon")?;
        facts.far_channel = there.map(|it| it.state);
    }
    Ok(facts)
}
