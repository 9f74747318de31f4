//! The proposal.

use anyhow::{Context, Result, bail};
use bsn_rpc::Client;
use bsn_rpc::proto::Any;
use bsn_rpc::proto::cosmos::gov::v1 as gov;
use serde_json::json;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Deploy, Turn};
use crate::deploy::checks::Way;
use crate::deploy::codes::Each;
use crate::deploy::facts::{ChainFacts, Upload};
use crate::deploy::gas;
use crate::deploy::look::{DEPOSIT, Found, Proposal, VOTING};
use crate::deploy::message::{self, Words};
use crate::deploy::next::Part;
use crate::deploy::plan::{bytes, deposit, name};
use crate::deploy::record::write;
use crate::keys::unsigned;

const WHAT: &str = "propose";
/// What wasmd's simulation says of a code that it has just stored: it writes no file.
const NOT_KEPT: &str = "Error opening Wasm file for reading";

impl Deploy {
    pub(super) fn propose(
        &mut self,
        found: &Found,
        parts: &[Part],
        before: Option<&Proposal>,
    ) -> Result<Turn> {
        let messages = self.messages(found, parts)?;
        if let Some(open) = same(&self.client, &messages)? {
            self.record.note_proposal(open)?;
            return Ok(Turn::Went(format!("proposal {open} does this already: it is adopted")));
        }
        // One that ended between looking and asking has done what was missing.
        if self.look()? != *found {
            return Ok(Turn::Went("the chain has changed meanwhile: looking again".to_owned()));
        }
        self.rehearse(found, parts)?;
        let mut words = self.words(parts);
        let (amount, _) = deposit(self.way, &self.chain);
        words.metadata = self.write_files(&messages, &words)?;
        let sender = self.sender()?.address().to_owned();
        let guess = gas::propose(bytes(&messages));
        let proposal = message::propose(&sender, &words, amount, self.way.expedited, messages);
        let turn = self.send(WHAT, vec![proposal], guess)?;
        Ok(match (turn, before) {
            (Turn::Went(said), Some(before)) if before.status > VOTING && before.status != 3 => {
                Turn::Went(format!("{said} ({})", before.end()))
            }
            (turn, _) => turn,
        })
    }

    /// What governance is to do.
    pub(super) fn messages(&self, found: &Found, parts: &[Part]) -> Result<Vec<Any>> {
        let gov = self.chain.governance.as_str();
        let codes = self.code_ids(found)?;
        let mut messages = Vec::new();
        for part in parts {
            messages.push(match part {
                Part::Store(code) => message::store(gov, self.artifact(*code)?),
                Part::Instantiate => {
                    let inner = self.instantiate_message(&codes)?;
                    message::instantiate2(gov, gov, codes.bsn, &inner, &self.salt)
                }
                Part::Guard(code) => {
                    let Some(address) = self.to.contracts.get(*code) else {
                        bail!("{} is not deployed", code.wasm());
                    };
                    message::guard(gov, address, code.label())
                }
                Part::Pin => message::pin(gov, &codes.values().copied().collect::<Vec<_>>()),
                Part::Hooks => {
                    let Some(now) = &self.chain.hooks else { bail!("the chain does not have x/babylon") };
                    message::hooks(gov, now)
                }
                Part::Register => message::register(gov, &self.to),
            });
        }
        Ok(messages)
    }

    /// The codes that the chain has, and for those that the proposal stores itself the ids that come next: the guards fail
    /// it where that is wrong.
    fn code_ids(&self, found: &Found) -> Result<Each<u64>> {
        let mut next = self.chain.next_code..;
        let id = |id: &Option<u64>| id.or_else(|| next.next()).context("the chain has no id left for a code");
        found.codes.try_map(id)
    }

    /// What the proposal would do with codes and contract, done by the signer in a simulation: x/gov does not try a
    /// proposal's messages before they are voted on. An instance of a code that the same simulation stores is tried no
    /// further than to its start where the chain writes no files in a simulation, as wasmd does.
    fn rehearse(&self, found: &Found, parts: &[Part]) -> Result<()> {
        let sender = self.sender()?;
        let may_store = match &self.chain.upload {
            Upload::Everybody => true,
            Upload::Some(some) => some.iter().any(|one| one == sender.address()),
            Upload::Nobody => false,
        };
        if let Some(why) = untried(parts, sender.is_unsigned(), may_store) {
            eprintln!("not simulated before it is sent: {why}");
            return Ok(());
        }
        let stored = parts.iter().filter_map(|part| match part {
            Part::Store(code) => self.artifacts.get(*code),
            _ => None,
        });
        let stored = stored.map(|artifact| message::store(sender.address(), artifact));
        let codes = self.code_ids(found)?;
        let inner = self.instantiate_message(&codes)?;
        let made =
            message::instantiate2(sender.address(), &self.chain.governance, codes.bsn, &inner, &self.salt);
        let messages: Vec<Any> = stored.chain([made]).collect();
        match sender.simulate(&messages) {
            Err(error) if messages.len() > 1 && format!("{error:#}").contains(NOT_KEPT) => {
                eprintln!(
                    "simulated up to the contract's start: the chain keeps no code that a simulation stores"
                );
                Ok(())
            }
            // Compiling the codes may take a busy node longer than it keeps a connection open.
            Err(error) if error.downcast_ref().is_some_and(bsn_rpc::Error::is_passing) => {
                eprintln!("not simulated before it is sent: {error:#}");
                Ok(())
            }
            simulated => simulated.map(drop).context("the proposal would fail"),
        }
    }

    fn words(&self, parts: &[Part]) -> Words {
        let release = self.artifacts.bsn.release.clone().unwrap_or_else(|| "of an own build".to_owned());
        let what: Vec<&str> = parts.iter().map(|part| name(*part)).collect();
        let title = match parts {
            [part @ Part::Store(_)] => format!("Bitcoin finality: {}", name(*part)),
            _ => "Bitcoin finality: bsn".to_owned(),
        };
        let contracts = self.to.contracts.iter();
        let places = contracts.map(|(code, address)| format!("{} will be at {address}", code.contract()));
        let summary = format!(
            "{title} {release}. In this order, whole or not at all: {}. {}. sha256 of {}.",
            what.join("; "),
            places.collect::<Vec<_>>().join(", "),
            self.artifacts.sums()
        );
        Words { metadata: String::new(), title: format!("{title} {release}"), summary }
    }

    /// `proposal.json`, as the chain's own program takes it, and what its metadata is the hash of.
    fn write_files(&self, messages: &[Any], words: &Words) -> Result<String> {
        let at = |name: &str| self.record.path().with_extension(name);
        let details = json!({ "title": words.title, "authors": [], "summary": words.summary, "details": words.summary,
            "proposal_forum_url": "", "vote_option_context": "" });
        let details = format!("{}\n", serde_json::to_string_pretty(&details)?);
        write(&at("metadata.json"), &details)?;
        let written = messages.iter().map(unsigned::message).collect::<Result<Vec<_>>>()?;
        let (amount, _) = deposit(self.way, &self.chain);
        let coins: Vec<String> = amount.iter().map(|(amount, denom)| format!("{amount}{denom}")).collect();
        let hash = hash(&details);
        let proposal = json!({ "messages": written, "metadata": hash, "deposit": coins.join(","),
            "title": words.title, "summary": words.summary, "expedited": self.way.expedited });
        write(&at("proposal.json"), &format!("{}\n", serde_json::to_string_pretty(&proposal)?))?;
        Ok(hash)
    }
}

/// Why a proposal's messages cannot be tried by whoever proposes; `None` where they can.
fn untried(parts: &[Part], is_unsigned: bool, may_store: bool) -> Option<&'static str> {
    let (instantiates, stores) =
        (parts.contains(&Part::Instantiate), parts.iter().any(|part| matches!(part, Part::Store(_))));
    match (instantiates, stores) {
        (false, true) => Some("it only stores a code"),
        (false, false) => Some("only governance may do any of it"),
        _ if is_unsigned => Some("the key that signs is not here"),
        (true, true) if !may_store => Some("only governance may store code on this chain"),
        (true, _) => None,
    }
}

/// An open proposal that does exactly this: another operator's, or one of a call that was killed. One that does
/// something else besides is a stranger's, and nobody is to vote for it in our name.
///
/// # Errors
/// If the chain does not answer.
pub fn same(client: &Client, messages: &[Any]) -> Result<Option<u64>> {
    let path = "/cosmos.gov.v1.Query/Proposals";
    for status in [VOTING, DEPOSIT] {
        let request = gov::QueryProposalsRequest { proposal_status: status, ..Default::default() };
        let answer: gov::QueryProposalsResponse = client.ask(path, &request)?;
        let same = |it: &&gov::Proposal| it.status == status && it.messages == messages;
        if let Some(found) = answer.proposals.iter().find(same) {
            return Ok(Some(found.id));
        }
    }
    Ok(None)
}

/// Who must act, and for how long.
pub fn awaited(proposal: &Proposal, way: Way, chain: &ChainFacts, binary: String) -> String {
    let end =
        i64::try_from(proposal.ends).ok().and_then(|ends| OffsetDateTime::from_unix_timestamp(ends).ok());
    let end = end.and_then(|end| end.format(&Rfc3339).ok()).unwrap_or_default();
    let id = proposal.id;
    if proposal.status == DEPOSIT {
        let (amount, _) = deposit(way, chain);
        let coins: Vec<String> = amount.iter().map(|(amount, denom)| format!("{amount}{denom}")).collect();
        let coins = coins.join(",");
        return format!(
            "proposal {id} needs {coins} of deposit until {end}: {binary} tx gov deposit {id} {coins}"
        );
    }
    format!("proposal {id} is voted on until {end}: {binary} tx gov vote {id} yes")
}

/// What a proposal's metadata is: short, for the SDK takes 255 characters.
fn hash(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::codes::Code;

    #[test]
    fn what_is_not_tried_is_said_with_the_reason() {
        let store = [Part::Store(Code::LightClient), Part::Instantiate, Part::Guard(Code::Bsn)];
        assert_eq!(untried(&store, false, true), None);
        assert_eq!(untried(&store, false, false), Some("only governance may store code on this chain"));
        assert_eq!(untried(&store, true, true), Some("the key that signs is not here"));
        // Codes that are stored already may be instantiated by whoever proposes.
        assert_eq!(untried(&store[1..], false, false), None);
        assert_eq!(untried(&store[..1], false, true), Some("it only stores a code"));
        assert_eq!(
            untried(&[Part::Pin, Part::Register], false, true),
            Some("only governance may do any of it")
        );
    }
}
