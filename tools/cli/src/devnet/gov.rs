//! Governance with one voter.

use std::collections::BTreeMap;

use bsn_rpc::proto::Any;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1::{MsgSubmitProposal, MsgVote, Proposal, TallyResult};
use bsn_rpc::proto::tendermint::google::protobuf::Timestamp;

/// `PROPOSAL_STATUS_*`.
pub const VOTING: i32 = 2;
/// Passed and carried out.
pub const PASSED: i32 = 3;
/// Voted down, or not voted for.
pub const REJECTED: i32 = 4;
/// Passed, but one of its messages failed.
pub const FAILED: i32 = 5;
const YES: i32 = 1;

/// The proposals.
#[derive(Debug, Clone)]
pub struct Gov {
    /// Who votes: nobody else has a stake.
    pub voter: String,
    /// The module's account, in whose name messages act.
    pub authority: String,
    /// How long is voted, in nanoseconds.
    pub voting_nanos: u64,
    proposals: BTreeMap<u64, (Proposal, Option<i32>, u64)>,
}

impl Gov {
    /// Without proposals.
    pub fn new(voter: &str, authority: &str, voting_nanos: u64) -> Self {
        let (voter, authority) = (voter.to_owned(), authority.to_owned());
        Self { voter, authority, voting_nanos, proposals: BTreeMap::new() }
    }

    /// A new proposal; gives its number.
    ///
    /// # Errors
    /// A text, if a message is not signed by governance.
    pub fn submit(&mut self, message: MsgSubmitProposal, now: u64) -> Result<u64, String> {
        for any in &message.messages {
            let (signer, _) = super::message::parse(any).map_err(|refusal| refusal.log)?;
            if signer != self.authority {
                let url = &any.type_url;
                return Err(format!(
                    "{url} is signed by {signer}, not by {}: expected gov account as only signer for proposal message",
                    self.authority
                ));
            }
        }
        let id = self.proposals.len() as u64 + 1;
        let end = now + if message.expedited { self.voting_nanos / 2 } else { self.voting_nanos };
        let proposal = Proposal {
            id,
            messages: message.messages,
            status: VOTING,
            final_tally_result: Some(tally(None)),
            submit_time: Some(time(now)),
            deposit_end_time: Some(time(end)),
            total_deposit: message.initial_deposit,
            voting_start_time: Some(time(now)),
            voting_end_time: Some(time(end)),
            metadata: message.metadata,
            title: message.title,
            summary: message.summary,
            proposer: message.proposer,
            expedited: message.expedited,
            failed_reason: String::new(),
        };
        self.proposals.insert(id, (proposal, None, end));
        Ok(id)
    }

    /// A vote.
    ///
    /// # Errors
    /// A text, if there is nothing to vote on.
    pub fn vote(&mut self, vote: &MsgVote, now: u64) -> Result<(), String> {
        let found = self.proposals.get_mut(&vote.proposal_id);
        let Some((proposal, cast, end)) = found.filter(|(it, _, end)| it.status == VOTING && now <= *end)
        else {
            return Err(format!("{}: inactive proposal", vote.proposal_id));
        };
        let _ = end;
        if vote.voter == self.voter {
            *cast = Some(vote.option);
            proposal.final_tally_result = Some(tally(*cast));
        }
        Ok(())
    }

    /// The proposals whose time is over, with what they do if they passed.
    pub fn due(&self, now: u64) -> Vec<(u64, Option<Vec<Any>>)> {
        let over = self.proposals.values().filter(|(it, _, end)| it.status == VOTING && *end <= now);
        over.map(|(it, cast, _)| (it.id, (*cast == Some(YES)).then(|| it.messages.clone()))).collect()
    }

    /// Says how a proposal ended.
    pub fn end(&mut self, id: u64, status: i32, why: &str) {
        if let Some((proposal, ..)) = self.proposals.get_mut(&id) {
            proposal.status = status;
            proposal.failed_reason = why.to_owned();
        }
    }

    /// A proposal.
    pub fn get(&self, id: u64) -> Option<&Proposal> {
        self.proposals.get(&id).map(|(proposal, ..)| proposal)
    }

    /// All of them.
    pub fn all(&self) -> Vec<Proposal> {
        self.proposals.values().map(|(proposal, ..)| proposal.clone()).collect()
    }

    /// What a deposit must be.
    pub fn min_deposit(denom: &str) -> Coin {
        Coin { denom: denom.to_owned(), amount: "1".to_owned() }
    }
}

fn tally(cast: Option<i32>) -> TallyResult {
    let count = |option: i32| if cast == Some(option) { "1000000" } else { "0" }.to_owned();
    TallyResult {
        yes_count: count(YES),
        abstain_count: count(2),
        no_count: count(3),
        no_with_veto_count: count(4),
    }
}

/// Nanoseconds since 1970 as protobuf writes them.
pub fn time(nanos: u64) -> Timestamp {
    let seconds = i64::try_from(nanos / 1_000_000_000).unwrap_or(i64::MAX);
    Timestamp { seconds, nanos: i32::try_from(nanos % 1_000_000_000).unwrap_or_default() }
}
