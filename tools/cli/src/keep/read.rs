//! Where a snapshot is read.

use api::bsn::{ConfigResponse, HealthResponse, OutboxResponse, QuarantinedResponse, SigningInfo};
use bsn_rpc::Client;
use serde_json::{Value, json};

use super::bitcoin::{Light, Outside};
use super::headers::{Missing, missing};
use super::snapshot::Snapshot;
use crate::doctor::read::ask::Asker;
use crate::doctor::snapshot::Absent;

/// How much of the outbox and of the quarantine is looked at in a round: pages of this many, and so many of them.
const PAGE: u64 = 30;
const PAGES: usize = 34;

/// What is looked at.
#[derive(Debug, Clone)]
pub struct Looking<'a> {
    /// The chain.
    pub client: &'a Client,
    /// The contract.
    pub contract: &'a str,
    /// Our own finality providers.
    pub own: &'a [String],
    /// Bitcoin.
    pub bitcoin: Option<&'a Outside>,
    /// How many headers a message has at most.
    pub most_headers: u32,
    /// So many blocks the light client may lack before somebody pays for it.
    pub behind: u32,
}

/// What was read beside the snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aside {
    /// The light client.
    pub light_client: Option<String>,
    /// Why no headers are known, in one sentence.
    pub no_headers: Option<String>,
}

impl Looking<'_> {
    /// Reads it.
    ///
    /// # Errors
    /// One sentence, where the chain does not answer. That Bitcoin does not is no error: the other duties go on.
    pub fn look(&self) -> Result<(Snapshot, Aside), String> {
        let status = self.client.status().map_err(|error| error.to_string())?;
        let ask = Asker::new(self.client, &status.node);
        let read = |message: Value| -> Result<Value, String> {
            self.client.smart(self.contract, &message).map_err(|error| error.to_string())
        };
        let said = |absent| match absent {
            Absent::Needs(why) | Absent::Failed(why) | Absent::Nothing(why) => why,
        };
        let health: HealthResponse = ask.smart(self.contract, &json!({ "health": {} })).map_err(said)?;
        let config: ConfigResponse = ask.smart(self.contract, &json!({ "config": {} })).map_err(said)?;
        let mut outbox = Vec::new();
        if health.outbox.waiting + health.outbox.refused > 0 {
            let mut last = None;
            for _ in 0..PAGES {
                let page = read(json!({ "outbox": { "start_after": last, "limit": PAGE } }))?;
                let page: OutboxResponse = form("outbox", page)?;
                last = page.items.last().map(|item| item.id);
                let is_last = (page.items.len() as u64) < PAGE;
                outbox.extend(page.items.into_iter().filter(|item| item.state != "done"));
                if is_last {
                    break;
                }
            }
        }
        let mut quarantined = Vec::new();
        while health.staking.quarantined > 0 && quarantined.len() < 1_000 {
            let last: Option<u64> = quarantined.last().copied();
            let page = read(json!({ "quarantined": { "start_after": last, "limit": PAGE } }))?;
            let page: QuarantinedResponse = form("quarantined", page)?;
            quarantined.extend(page.items.iter().map(|item| item.id));
            if (page.items.len() as u64) < PAGE {
                break;
            }
        }
        let mut jailed = Vec::new();
        for fp in self.own {
            let info: Option<SigningInfo> =
                form("signing_info", read(json!({ "signing_info": { "btc_pk_hex": fp } }))?)?;
            jailed.extend(info.and_then(|info| info.jailed_until).map(|until| (fp.clone(), until)));
        }
        let mut aside = Aside { light_client: config.btc_light_client, no_headers: None };
        let found = self.missing(aside.light_client.as_deref());
        let missing = found.unwrap_or_else(|why| {
            aside.no_headers = Some(why);
            None
        });
        let now = u64::try_from(status.time_nanos / 1_000_000_000).unwrap_or_default();
        let queue_stands_for = 0;
        let height = status.height;
        Ok((Snapshot { height, now, health, outbox, quarantined, queue_stands_for, jailed, missing }, aside))
    }

    fn missing(&self, light_client: Option<&str>) -> Result<Option<Missing>, String> {
        let Some(bitcoin) = self.bitcoin else { return Ok(None) };
        let address = light_client.ok_or("the contract has no light client")?;
        let light = Light::read(self.client, address)?;
        let found = missing(&light, bitcoin, self.most_headers.min(light.max_headers))?;
        Ok(found.filter(|missing| missing.is_due(self.behind)))
    }
}

fn form<T: serde::de::DeserializeOwned>(what: &str, answer: Value) -> Result<T, String> {
    serde_json::from_value(answer)
        .map_err(|error| format!("{what} was answered in a form that is not known: {error}"))
}
