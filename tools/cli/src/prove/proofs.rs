//! Messages from steps: what Bitcoin's part is, is fetched and verified here.

use std::collections::BTreeSet;

use api::btc_staking::{
    Ancestry, ExecuteMsg, InclusionProof, SelfStakeProof, SpendProof, SubmittedDelegation,
};
use bitcoin_spv::OutPoint;
use cosmwasm_std::Binary;

use super::act::{Act, Body};
use super::plan::{Brought, Claim, Step};
use super::way::{Bring, Way};
use crate::bitcoin::Ledger;
use crate::keep::headers::{Hash, Ours, check, hash_of, shown};

/// Where headers come from.
pub struct Sources<'a> {
    /// The light client.
    pub light: &'a dyn Ours,
    /// Bitcoin.
    pub bitcoin: &'a dyn Ledger,
}

/// The messages of steps. What cannot be put together is left out, with a sentence why.
pub fn acts(steps: Vec<Step>, sources: &Sources<'_>) -> (Vec<Act>, Vec<String>) {
    let (mut acts, mut troubles, mut brought) = (Vec::new(), Vec::new(), BTreeSet::new());
    for step in steps {
        match act(step, sources, &mut brought) {
            Ok(act) => acts.push(act),
            Err(why) => troubles.push(why),
        }
    }
    (acts, troubles)
}

fn act(step: Step, sources: &Sources<'_>, brought: &mut BTreeSet<u32>) -> Result<Act, String> {
    match step {
        Step::Follow { why } => {
            Ok(Act { rest: 60, ..Act::new(Body::Follow, &ExecuteMsg::Follow {}, why, 0) })
        }
        Step::Bring(Bring { above, from }) => {
            let (ancestry, lowest) = sources.ancestry(from, above)?;
            let why = format!("proofs hang from the header at {from}");
            let count = u64::from(above - from);
            let is_after = brought.contains(&above);
            brought.insert(from);
            let message = ExecuteMsg::BringHeaders { ancestry };
            let about = format!("{from} to {}", above - 1);
            Ok(Act { about, is_after, ..Act::new(Body::Bring(lowest), &message, why, count) })
        }
        Step::Prove(claims) => {
            let hangs = |way: &Way, height: u32| match way {
                Way::Carried { above } => brought.contains(above),
                Way::Known => brought.contains(&height),
            };
            let is_after = claims.iter().any(|(_, claim, way)| hangs(way, claim.place().height));
            Ok(Act { is_after, ..prove(claims, sources)? })
        }
    }
}

fn prove(claims: Vec<(OutPoint, Claim, Way)>, sources: &Sources<'_>) -> Result<Act, String> {
    let (mut included, mut spent, mut headers) = (Vec::new(), Vec::new(), 0);
    let (mut submitted, mut locked) = (Vec::new(), Vec::new());
    for (at, claim, way) in claims {
        let (height, block) = (claim.place().height, claim.place().block);
        let ancestry = match way {
            Way::Known => None,
            Way::Carried { above } => {
                headers += u64::from(above - height);
                let (ancestry, lowest) = sources.ancestry(height, above)?;
                if lowest != block {
                    let name = sources.bitcoin.name();
                    return Err(format!(
                        "{name} has another block {height} than a moment ago: it has reorganized"
                    ));
                }
                Some(ancestry)
            }
        };
        let (index, branch) = (claim.place().index, Binary::from(claim.place().branch.as_slice()));
        let (staking_tx_hash, output, block_hash) = (at.txid.to_string(), at.index, shown(&block));
        match claim {
            Claim::Included(_) => included
                .push((at, InclusionProof { staking_tx_hash, output, block_hash, index, branch, ancestry })),
            Claim::Spent(spend) => {
                let spending_tx = spend.tx.into();
                spent.push((
                    at,
                    SpendProof { staking_tx_hash, output, spending_tx, block_hash, index, branch, ancestry },
                ));
            }
            Claim::Brought(brought) => match brought.0 {
                Brought::Delegation(item) => submitted.push((
                    at,
                    SubmittedDelegation { item: item.into(), block_hash, index, branch, ancestry },
                )),
                Brought::Lock { fp, tx, time } => locked.push((
                    at,
                    SelfStakeProof {
                        fp_pubkey_hex: fp.to_string(),
                        transaction: tx.into(),
                        output,
                        timelock: time,
                        block_hash,
                        index,
                        branch,
                        ancestry,
                    },
                )),
            },
        }
    }
    // A step has proofs of one kind.
    let (why, body) = if !spent.is_empty() {
        (said(spent.len(), "was spent", "were spent"), Body::Spent(spent))
    } else if !submitted.is_empty() {
        (said(submitted.len(), "is new", "are new"), Body::Submitted(submitted))
    } else if !locked.is_empty() {
        (said(locked.len(), "is new", "are new"), Body::Locked(locked))
    } else {
        (said(included.len(), "waits", "wait"), Body::Included(included))
    };
    Ok(Act::of(body, why, headers))
}

fn said(count: usize, one: &str, more: &str) -> String {
    if count == 1 { format!("a stake {one}") } else { format!("{count} stakes {more}") }
}

impl Sources<'_> {
    /// The headers from a height up to below another one, and the hash of the lowest.
    fn ancestry(&self, from: u32, above: u32) -> Result<(Ancestry, Hash), String> {
        let (name, count) = (self.bitcoin.name(), above - from + 1);
        let found = self.bitcoin.headers(from, count)?;
        let parent =
            found.first().and_then(|(_, header)| header.get(4..36)).and_then(|part| part.try_into().ok());
        let headers = check(&name, parent.unwrap_or_default(), from.saturating_sub(1), &found)?;
        let (Some((top, rest)), true) = (headers.split_last(), u32::try_from(headers.len()) == Ok(count))
        else {
            return Err(format!("{name} shows {} headers from {from} on, not {count}", headers.len()));
        };
        let hash = hash_of(top);
        if above >= self.light.lowest() {
            let ours = self.light.hash_at(above)?;
            if ours != hash {
                let (hash, ours) = (shown(&hash), shown(&ours));
                return Err(format!("{name} has block {above} as {hash}, and the light client as {ours}"));
            }
        }
        let lowest = rest.first().map(hash_of).unwrap_or_default();
        Ok((Ancestry { above: shown(&hash), headers: Binary::from(rest.concat()) }, lowest))
    }
}
