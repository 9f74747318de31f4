//! What is asked of the chain, and how an answer is read.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use api::bsn::{
    ActiveFinalityProvidersResponse, ConfigResponse, FinalityProvidersByTotalActiveSatsResponse,
    FinalityProvidersResponse, HealthResponse, JailedFinalityProvidersResponse, OutboxResponse,
    PubRandCommit, TrustResponse, VotesResponse,
};
use bsn_rpc::Client;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::happening::clip;
use super::provider::{self, Commitment, Provider};
use super::record::Code;

/// The contract gives at most so many of a list at once.
const PAGE: usize = 30;

/// A contract that is asked.
pub struct Contract<'a> {
    /// The chain.
    pub chain: &'a Client,
    /// Its address.
    pub address: &'a str,
}

impl Contract<'_> {
    fn ask<T: DeserializeOwned>(&self, question: &Value) -> Result<T> {
        let answer = self.chain.smart(self.address, question)?;
        let name = || question.as_object().and_then(|it| it.keys().next().cloned()).unwrap_or_default();
        serde_json::from_value(answer)
            .with_context(|| format!("{} does not answer `{}` as bsn does", self.address, name()))
    }

    /// `health{}`
    ///
    /// # Errors
    /// As the client, or if the answer has another form; so are all of these.
    pub fn health(&self) -> Result<HealthResponse> {
        self.ask(&json!({ "health": {} }))
    }

    /// `last_final_block{}`
    pub fn last_final(&self) -> Result<Option<api::bsn::LastFinalBlockResponse>> {
        self.ask(&json!({ "last_final_block": {} }))
    }

    /// Who voted at a height.
    pub fn votes(&self, height: u64) -> Result<Vec<String>> {
        Ok(self.ask::<VotesResponse>(&json!({ "votes": { "height": height } }))?.btc_pks)
    }

    /// Power by key.
    pub fn active_set(&self, height: u64) -> Result<BTreeMap<String, u64>> {
        let question = json!({ "active_finality_providers": { "height": height } });
        Ok(self.ask::<ActiveFinalityProvidersResponse>(&question)?.active_finality_providers)
    }

    /// Heights with an anchor and whether they have quorum, descending from a height on.
    pub fn blocks_below(&self, height: u64) -> Result<Vec<(u64, bool)>> {
        let question = json!({ "blocks": { "start_after": height, "limit": PAGE, "reverse": true } });
        let blocks = self.ask::<api::bsn::BlocksResponse>(&question)?.blocks;
        Ok(blocks.iter().map(|block| (block.height, block.finalized)).collect())
    }

    /// Everybody who is registered, with stake and jail, as far as there is room; whether there are more.
    pub fn providers(&self) -> Result<(Vec<Provider>, bool)> {
        let mut found: BTreeMap<String, Provider> = BTreeMap::new();
        let mut after: Option<String> = None;
        let mut more = true;
        while more && found.len() < provider::KEPT {
            let question = json!({ "finality_providers": { "limit": PAGE, "start_after": after } });
            let page = self.ask::<FinalityProvidersResponse>(&question)?.fps;
            (more, after) = (page.len() == PAGE, page.last().map(|last| last.btc_pk_hex.clone()));
            for one in page {
                let slashed =
                    if one.slashed_height > 0 { one.slashed_height } else { one.slashed_btc_height.into() };
                let known = Provider {
                    operator: clip(&one.addr),
                    slashed_height: slashed,
                    ..Provider::new(&one.btc_pk_hex)
                };
                found.insert(one.btc_pk_hex, known);
            }
        }
        self.stakes(&mut found)?;
        self.jailed(&mut found)?;
        Ok((found.into_values().collect(), more))
    }

    fn stakes(&self, found: &mut BTreeMap<String, Provider>) -> Result<()> {
        let mut after = Value::Null;
        for _ in 0..provider::KEPT.div_ceil(PAGE) {
            let question =
                json!({ "finality_providers_by_total_active_sats": { "limit": PAGE, "start_after": after } });
            let page = self.ask::<FinalityProvidersByTotalActiveSatsResponse>(&question)?.fps;
            for one in &page {
                if let Some(known) = found.get_mut(&one.btc_pk_hex) {
                    known.power = one.total_active_sats;
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = serde_json::to_value(last)?,
                _ => break,
            }
        }
        Ok(())
    }

    fn jailed(&self, found: &mut BTreeMap<String, Provider>) -> Result<()> {
        let mut after: Option<String> = None;
        for _ in 0..provider::KEPT.div_ceil(PAGE) {
            let question = json!({ "jailed_finality_providers": { "limit": PAGE, "start_after": after } });
            let page = self.ask::<JailedFinalityProvidersResponse>(&question)?.jailed_finality_providers;
            for one in &page {
                if let Some(known) = found.get_mut(&one.btc_pk_hex) {
                    known.jailed_until_s = one.jailed_until;
                }
            }
            after = page.last().map(|last| last.btc_pk_hex.clone());
            if page.len() < PAGE {
                break;
            }
        }
        Ok(())
    }

    /// Somebody's commitments, the last first.
    pub fn commitments(&self, key: &str) -> Result<Vec<Commitment>> {
        let question = json!({ "pub_rand_commit":
            { "btc_pk_hex": key, "limit": provider::COMMITMENTS, "reverse": true } });
        let list = self.ask::<Vec<PubRandCommit>>(&question)?;
        let read = |one: PubRandCommit| {
            let end = one.start_height.saturating_add(one.num_pub_rand).saturating_sub(1);
            Commitment { start: one.start_height, end, height: one.height }
        };
        Ok(list.into_iter().map(read).collect())
    }

    /// Evidence on its way: key, state, tries.
    pub fn outbox(&self) -> Result<Vec<(String, String, u64)>> {
        let items = self.ask::<OutboxResponse>(&json!({ "outbox": { "limit": PAGE } }))?.items;
        Ok(items.into_iter().map(|one| (one.fp_pubkey_hex, one.state, one.tries.into())).collect())
    }

    /// What is verified and what is believed: what, how, by whom.
    pub fn trust(&self) -> Result<Vec<(String, String, String)>> {
        let rows = self.ask::<TrustResponse>(&json!({ "trust": {} }))?.rows;
        Ok(rows.into_iter().map(|row| (row.what, row.how, row.by)).collect())
    }

    /// `config{}`
    pub fn config(&self) -> Result<ConfigResponse> {
        self.ask(&json!({ "config": {} }))
    }

    /// Whether the contract's code stays in memory, and is a release's.
    pub fn code(&self, released: &[[u8; 32]]) -> Result<Code> {
        let Some(info) = self.chain.contract_info(self.address)? else { return Ok(Code::default()) };
        let pinned = self.chain.pinned_codes().ok().map(|codes| codes.contains(&info.code_id));
        let code = self.chain.code_info(info.code_id)?;
        let known = code
            .filter(|_| !released.is_empty())
            .map(|code| released.iter().any(|it| it[..] == code.data_hash[..]));
        Ok(Code { pinned, known })
    }
}
