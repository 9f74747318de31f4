//! Finality providers, their randomness and their votes.

use std::collections::BTreeMap;

use api::bsn::{
    ActiveFinalityProvidersResponse, BlocksResponse, FinalityProviderInfo,
    FinalityProvidersByTotalActiveSatsResponse, HealthResponse, PubRandCommit, SigningInfo,
    StateDigestResponse, VotesResponse,
};
use serde_json::json;

use super::ask::{Asker, each};
use crate::doctor::snapshot::{Absent, Commitment, Part, Provider, Signing, Votes, Waiting};

/// How many finality providers are looked at: those with most stake.
pub const MOST: usize = 100;
/// Of how many of the last heights it is known whether a hook saw them.
const SEEN: usize = 110;
/// Of how many of the last heights the votes are read.
pub const VOTED: usize = 40;
/// How many entries a page of the contract has at most.
const PAGE: usize = 30;

/// The last heights with an anchor, ascending.
pub fn anchors(ask: &Asker<'_>, contract: &str, tip: u64) -> Part<Vec<u64>> {
    let (mut heights, mut below) = (Vec::new(), tip + 1);
    while heights.len() < SEEN {
        let message = json!({ "blocks": { "start_after": below, "limit": PAGE, "reverse": true } });
        let page: BlocksResponse = ask.smart(contract, &message)?;
        let Some(last) = page.blocks.last() else { break };
        below = last.height;
        heights.extend(page.blocks.iter().map(|block| block.height));
        if page.blocks.len() < PAGE || below + (SEEN as u64) < tip {
            break;
        }
    }
    heights.reverse();
    Ok(heights)
}

/// The finality providers, the one with most stake first.
pub fn providers(ask: &Asker<'_>, contract: &str, anchors: &Part<Vec<u64>>) -> Part<Vec<Provider>> {
    let (mut infos, mut after): (Vec<FinalityProviderInfo>, _) = (Vec::new(), None);
    while infos.len() < MOST {
        let message =
            json!({ "finality_providers_by_total_active_sats": { "start_after": after, "limit": PAGE } });
        let page: FinalityProvidersByTotalActiveSatsResponse = ask.smart(contract, &message)?;
        let full = page.fps.len() == PAGE;
        after = page.fps.last().map(|info| json!(info));
        infos.extend(page.fps);
        if !full {
            break;
        }
    }
    infos.truncate(MOST);
    let last = anchors.as_ref().map_err(Clone::clone)?.last().copied();
    let power = last.map_or(Ok(BTreeMap::new()), |height| set(ask, contract, height))?;
    Ok(each(&infos, |info| provider(ask, contract, info, &power)))
}

fn provider(
    ask: &Asker<'_>,
    contract: &str,
    info: &FinalityProviderInfo,
    power: &BTreeMap<String, u64>,
) -> Provider {
    let key = &info.btc_pk_hex;
    let signing: Part<Option<SigningInfo>> =
        ask.smart(contract, &json!({ "signing_info": { "btc_pk_hex": key } }));
    let last = json!({ "pub_rand_commit": { "btc_pk_hex": key, "limit": PAGE, "reverse": true } });
    let commitments: Part<Vec<PubRandCommit>> = ask.smart(contract, &last);
    Provider {
        key: key.clone(),
        sats: info.total_active_sats,
        power: power.get(key).copied().unwrap_or_default(),
        slashed: info.slashed,
        signing: signing.map(|info| {
            info.map(|info| Signing {
                start_height: info.start_height,
                last_signed_height: info.last_signed_height,
                jailed_until: info.jailed_until,
            })
        }),
        commitments: commitments.map(|list| {
            let one = |it: PubRandCommit| Commitment {
                start: it.start_height,
                count: it.num_pub_rand,
                height: it.height,
            };
            list.into_iter().map(one).collect()
        }),
    }
}

fn set(ask: &Asker<'_>, contract: &str, height: u64) -> Part<BTreeMap<String, u64>> {
    let message = json!({ "active_finality_providers": { "height": height } });
    let set: ActiveFinalityProvidersResponse = ask.smart(contract, &message)?;
    Ok(set.active_finality_providers)
}

fn voters(ask: &Asker<'_>, contract: &str, height: u64) -> Part<Vec<String>> {
    let votes: VotesResponse = ask.smart(contract, &json!({ "votes": { "height": height } }))?;
    Ok(votes.btc_pks)
}

/// Who voted at each of the last heights with an anchor, ascending.
pub fn votes(ask: &Asker<'_>, contract: &str, anchors: &Part<Vec<u64>>) -> Part<Vec<Votes>> {
    let anchors = anchors.as_ref().map_err(Clone::clone)?;
    let last = anchors.get(anchors.len().saturating_sub(VOTED)..).unwrap_or_default();
    let votes = each(last, |height| Ok(Votes { height: *height, keys: voters(ask, contract, *height)? }));
    votes.into_iter().collect()
}

/// Who may vote, and did, at the height that finality waits for.
pub fn waiting(ask: &Asker<'_>, contract: &str, health: &Part<HealthResponse>) -> Part<Waiting> {
    let waiting = health.as_ref().map_err(Clone::clone)?.finality.waiting_for.as_ref();
    let nobody = || Absent::Nothing("finality waits for nobody".to_owned());
    let height = waiting.ok_or_else(nobody)?.height;
    Ok(Waiting { height, set: set(ask, contract, height)?, voted: voters(ask, contract, height)? })
}

/// The state digest; of more than a page it is not one hash.
pub fn digest(ask: &Asker<'_>, contract: &str) -> Part<StateDigestResponse> {
    let digest: StateDigestResponse = ask.smart(contract, &json!({ "state_digest": {} }))?;
    match digest.next {
        None => Ok(digest),
        Some(_) => {
            Err(Absent::Failed("the stake is on several pages: compare state_digest page by page".to_owned()))
        }
    }
}
