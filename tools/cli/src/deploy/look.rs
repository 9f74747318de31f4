//! What exists already.

use anyhow::{Result, bail};
use bsn_rpc::proto::babylon::BsnContracts;
use bsn_rpc::proto::cosmos::base::query::v1beta1::PageRequest;
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::{Client, Error};

use super::artifacts::{Artifact, Artifacts};
use super::codes::{Code, Each};
use super::facts::ChainFacts;
use super::gas;
use super::message::{Addresses, contracts};
use super::read::seconds_of;

/// In the deposit period.
pub const DEPOSIT: i32 = 1;
/// In the voting period.
pub const VOTING: i32 = 2;
/// How many codes are shown at once.
const PAGE: u64 = 100;
/// How far back a code of the same checksum is looked for.
const PAGES: usize = 20;
/// `Everybody` and `AnyOfAddresses`, in wasmd's numbers.
const EVERYBODY: i32 = 3;
const ANY_OF: i32 = 4;

/// What the chain shows of this deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The ids of the codes that are stored.
    pub codes: Each<Option<u64>>,
    /// The codes of the contracts that are at their addresses.
    pub instances: Each<Option<u64>>,
    /// Whether all codes stay in memory.
    pub is_pinned: bool,
    /// Whether the hooks may use enough gas.
    pub has_gas: bool,
    /// Whether the chain module calls it.
    pub is_registered: bool,
}

impl Found {
    /// A chain on which nothing is done yet.
    pub fn nothing(has_staking: bool) -> Self {
        let nothing = Each::nothing(has_staking);
        Self { codes: nothing, instances: nothing, ..Self::default() }
    }
}

/// A proposal of ours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Its number.
    pub id: u64,
    /// As x/gov numbers them.
    pub status: i32,
    /// When the vote ends, seconds since 1970.
    pub ends: u64,
    /// Why it failed.
    pub why: String,
}

impl Proposal {
    /// Whether it is still decided on.
    pub fn is_open(&self) -> bool {
        matches!(self.status, DEPOSIT | VOTING)
    }

    /// Its end in words.
    pub fn end(&self) -> String {
        let (id, why) =
            (self.id, if self.why.is_empty() { String::new() } else { format!(": {}", self.why) });
        match self.status {
            3 => format!("proposal {id} has passed"),
            4 => format!("proposal {id} was voted down"),
            5 => format!("proposal {id} has passed, but failed whole{why}"),
            _ => format!("proposal {id} is still decided on"),
        }
    }
}

/// Looks; `noted` are the codes that an earlier call has noted.
///
/// # Errors
/// If the chain does not answer; if a code that was noted is another.
pub fn look(
    client: &Client,
    artifacts: &Artifacts,
    to: &Addresses,
    noted: impl Fn(Code) -> Option<u64>,
    by_gov: bool,
) -> Result<Found> {
    let instances = to
        .contracts
        .try_map(|address| Ok::<_, Error>(client.contract_info(address)?.map(|instance| instance.code_id)))?;
    let codes =
        Each::make(artifacts.staking.is_some(), |code| match (instances.of(code), artifacts.get(code)) {
            (Some(id), _) => Ok(Some(id)),
            (None, Some(artifact)) => {
                code_of(client, artifact, noted(code), user(code, by_gov, to), &[&to.creator])
            }
            (None, None) => Ok(None),
        })?;
    let pinned = client.pinned_codes()?;
    let is_pinned = codes.values().all(|code| code.is_some_and(|code| pinned.contains(&code)));
    let registered = or_none(client.module_contracts())?.flatten().unwrap_or_default();
    let caps = or_none(client.module_params())?.flatten().unwrap_or_default();
    let low = caps.max_gas_begin_blocker.min(caps.max_gas_end_blocker);
    Ok(Found {
        codes,
        instances,
        is_pinned,
        has_gas: u64::from(low) >= gas::least_hook_cap(),
        is_registered: is_ours(&registered, to),
    })
}

/// Who makes a contract of a code: `None` is governance.
fn user(code: Code, by_gov: bool, to: &Addresses) -> Option<&str> {
    match code {
        Code::Bsn => (!by_gov).then_some(to.creator.as_str()),
        Code::LightClient | Code::Staking => Some(&to.contracts.bsn),
    }
}

fn is_ours(registered: &BsnContracts, to: &Addresses) -> bool {
    *registered == contracts(to)
}

/// The newest code of a checksum that its user may make a contract of, or migrate one to; governance (`None`) may with any. What one of `own`
/// stored serves in any case: to store it once more would give it no other permission.
///
/// `bsn` is no governance, also where governance made it: what it makes itself must be free for it.
///
/// # Errors
/// If the chain does not answer; if the code that was noted is another.
pub fn code_of(
    client: &Client,
    artifact: &Artifact,
    noted: Option<u64>,
    user: Option<&str>,
    own: &[&str],
) -> Result<Option<u64>> {
    if let Some(id) = noted {
        return match client.code_info(id)? {
            Some(info) if info.data_hash == artifact.checksum => Ok(Some(id)),
            Some(info) => bail!(
                "code {id} is not {}: its checksum is {}, not {}; the record is of another chain, or its release was exchanged",
                artifact.name,
                hex::encode(&info.data_hash),
                artifact.checksum_hex()
            ),
            None => bail!("there is no code {id}, which the record names: it is of another chain"),
        };
    }
    let mut key = Vec::new();
    for _ in 0..PAGES {
        let page = PageRequest { key, limit: PAGE, reverse: true, ..Default::default() };
        let request = wasm::QueryCodesRequest { pagination: Some(page) };
        let answer: wasm::QueryCodesResponse = client.ask("/cosmwasm.wasm.v1.Query/Codes", &request)?;
        let ours = answer.code_infos.iter().filter(|info| info.data_hash == artifact.checksum);
        let usable = ours.filter(|info| may(info, user, own)).map(|info| info.code_id).max();
        if usable.is_some() {
            return Ok(usable);
        }
        key = answer.pagination.unwrap_or_default().next_key;
        if key.is_empty() {
            break;
        }
    }
    Ok(None)
}

fn may(info: &wasm::CodeInfoResponse, user: Option<&str>, own: &[&str]) -> bool {
    let Some(user) = user else { return true };
    own.contains(&info.creator.as_str())
        || info.instantiate_permission.as_ref().is_some_and(|access| match access.permission {
            EVERYBODY => true,
            ANY_OF => access.addresses.iter().any(|one| one == user),
            _ => false,
        })
}

/// `None` where the chain does not have the module.
pub fn or_none<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::NoQuery { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A proposal by its number; `None` if the chain has forgotten it.
///
/// # Errors
/// If the chain does not answer.
pub fn proposal(client: &Client, id: u64) -> Result<Option<Proposal>> {
    let Some(found) = client.proposal(id)? else { return Ok(None) };
    let ends = found.voting_end_time.or(found.deposit_end_time).map_or(0, |time| seconds_of(time.seconds));
    Ok(Some(Proposal { id, status: found.status, ends, why: found.failed_reason }))
}

/// The id that the next code gets.
///
/// # Errors
/// If the chain does not answer.
pub fn next_code(client: &Client) -> Result<u64> {
    let page = PageRequest { limit: 1, reverse: true, ..Default::default() };
    let request = wasm::QueryCodesRequest { pagination: Some(page) };
    let answer: wasm::QueryCodesResponse = client.ask("/cosmwasm.wasm.v1.Query/Codes", &request)?;
    Ok(answer.code_infos.iter().map(|info| info.code_id).max().unwrap_or(0) + 1)
}

/// Facts that have changed since.
pub fn refresh(client: &Client, chain: &mut ChainFacts) -> Result<()> {
    chain.next_code = next_code(client)?;
    chain.hooks = or_none(client.module_params())?.flatten();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_stranger_is_taken_only_where_it_may_be_instantiated() {
        let info = |permission, addresses: &[&str]| wasm::CodeInfoResponse {
            instantiate_permission: Some(wasm::AccessConfig {
                permission,
                addresses: addresses.iter().map(|&it| it.to_owned()).collect(),
            }),
            ..Default::default()
        };
        assert!(may(&info(EVERYBODY, &[]), Some("me"), &[]));
        assert!(may(&info(ANY_OF, &["you", "me"]), Some("me"), &[]));
        assert!(!may(&info(ANY_OF, &["you"]), Some("me"), &[]));
        assert!(!may(&info(1, &[]), Some("me"), &["me", "gov"]));
        let own = wasm::CodeInfoResponse { creator: "gov".to_owned(), ..info(1, &[]) };
        assert!(may(&own, Some("me"), &["me", "gov"]), "to store it again changes nothing");
        assert!(may(&info(1, &[]), None, &[]), "governance may instantiate any");
    }

    #[test]
    fn what_bsn_makes_must_be_free_for_it_also_where_governance_makes_bsn() {
        let contracts = Each { bsn: "bsn".to_owned(), ..Each::default() };
        let to = Addresses { creator: "me".to_owned(), contracts };
        for by_gov in [false, true] {
            assert_eq!(user(Code::Bsn, by_gov, &to), (!by_gov).then_some("me"));
            for code in [Code::LightClient, Code::Staking] {
                assert_eq!(user(code, by_gov, &to), Some("bsn"));
            }
        }
    }

    #[test]
    fn the_end_of_a_proposal_is_said_with_its_reason() {
        let ended = |status, why: &str| Proposal { id: 4, status, ends: 0, why: why.to_owned() }.end();
        assert_eq!(
            ended(5, "message 3: no such code"),
            "proposal 4 has passed, but failed whole: message 3: no such code"
        );
        assert_eq!(ended(4, ""), "proposal 4 was voted down");
    }
}
