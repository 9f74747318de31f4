//! What comes next. Pure.

use crate::deploy::look::Proposal;
use crate::deploy::next::Code;

/// What the chain shows of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The id of the new `bsn.wasm`.
    pub bsn_code: Option<u64>,
    /// The id of the new `btc-light-client.wasm`.
    pub light_client_code: Option<u64>,
    /// The code that the contract has.
    pub bsn_has: u64,
    /// The code that the light client has.
    pub light_client_has: u64,
    /// Who may migrate the contract.
    pub bsn_admin: String,
    /// Who may migrate the light client.
    pub light_client_admin: String,
    /// Whether both new codes stay in memory.
    pub is_pinned: bool,
    /// How many records have been converted, while that is not done.
    pub converting: Option<String>,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Governance.
    pub governance: String,
    /// Whoever signs.
    pub signer: String,
    /// Whether governance stores codes, too.
    pub stores_by_gov: bool,
}

/// A message of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Stores a code.
    Store(Code),
    /// Migrates to the code that is stored.
    Migrate(Code),
    /// Keeps the codes in memory.
    Pin,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The signer stores a code.
    Store(Code),
    /// The signer migrates.
    Migrate(Code),
    /// The signer proposes these.
    Propose(Vec<Part>),
    /// Governance decides.
    Await(Proposal),
    /// Somebody else must migrate.
    Other(Code, String),
    /// The contract converts.
    Convert(String),
    /// Answers are compared.
    Compare,
}

/// The step that comes next.
pub fn next(found: &Found, who: &Who, proposal: Option<&Proposal>) -> Next {
    let open = proposal.filter(|proposal| proposal.is_open());
    let stored = [(Code::Bsn, found.bsn_code), (Code::LightClient, found.light_client_code)];
    let absent: Vec<Code> = stored.iter().filter(|(_, id)| id.is_none()).map(|(code, _)| *code).collect();
    if let Some(first) = absent.first() {
        return match (open, who.stores_by_gov) {
            (Some(open), true) => Next::Await(open.clone()),
            (None, true) => Next::Propose(absent.into_iter().map(Part::Store).collect()),
            (_, false) => Next::Store(*first),
        };
    }
    let instances = [
        (Code::Bsn, found.bsn_code, found.bsn_has, &found.bsn_admin),
        (Code::LightClient, found.light_client_code, found.light_client_has, &found.light_client_admin),
    ];
    let old: Vec<(Code, &String)> = instances
        .iter()
        .filter(|(_, new, has, _)| *new != Some(*has))
        .map(|(code, .., admin)| (*code, *admin))
        .collect();
    let mut parts: Vec<Part> = old
        .iter()
        .filter(|(_, admin)| **admin == who.governance)
        .map(|(code, _)| Part::Migrate(*code))
        .collect();
    if !found.is_pinned {
        parts.push(Part::Pin);
    }
    match (open, parts.is_empty()) {
        (Some(open), false) => return Next::Await(open.clone()),
        (None, false) => return Next::Propose(parts),
        (_, true) => {}
    }
    if let Some((code, admin)) = old.first() {
        return if **admin == who.signer {
            Next::Migrate(*code)
        } else {
            Next::Other(*code, (*admin).clone())
        };
    }
    match &found.converting {
        Some(how_far) => Next::Convert(how_far.clone()),
        None => Next::Compare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(stores_by_gov: bool) -> Who {
        Who { governance: "gov".to_owned(), signer: "me".to_owned(), stores_by_gov }
    }

    fn found() -> Found {
        Found {
            bsn_has: 1,
            light_client_has: 2,
            bsn_admin: "gov".to_owned(),
            light_client_admin: "gov".to_owned(),
            ..Found::default()
        }
    }

    fn stored() -> Found {
        Found { bsn_code: Some(7), light_client_code: Some(8), ..found() }
    }

    #[test]
    fn nothing_is_migrated_before_both_codes_are_there() {
        let both = vec![Part::Store(Code::Bsn), Part::Store(Code::LightClient)];
        assert_eq!(next(&found(), &who(true), None), Next::Propose(both));
        assert_eq!(next(&found(), &who(false), None), Next::Store(Code::Bsn));
        let half = Found { bsn_code: Some(7), ..found() };
        assert_eq!(next(&half, &who(false), None), Next::Store(Code::LightClient));
        let parts = vec![Part::Migrate(Code::Bsn), Part::Migrate(Code::LightClient), Part::Pin];
        assert_eq!(next(&stored(), &who(false), None), Next::Propose(parts));
    }

    #[test]
    fn whoever_may_migrate_does() {
        let mine = Found { light_client_admin: "me".to_owned(), bsn_has: 7, is_pinned: true, ..stored() };
        assert_eq!(next(&mine, &who(false), None), Next::Migrate(Code::LightClient));
        let other = Found { light_client_admin: "you".to_owned(), ..mine };
        assert_eq!(next(&other, &who(false), None), Next::Other(Code::LightClient, "you".to_owned()));
    }

    #[test]
    fn what_was_stored_is_converted_and_then_compared() {
        let new = Found { bsn_has: 7, light_client_has: 8, is_pinned: true, ..stored() };
        let converting = Found { converting: Some("64 so far".to_owned()), ..new.clone() };
        assert_eq!(next(&converting, &who(true), None), Next::Convert("64 so far".to_owned()));
        assert_eq!(next(&new, &who(true), None), Next::Compare);
        let open = Proposal { id: 2, status: 2, ..Proposal::default() };
        assert_eq!(next(&stored(), &who(true), Some(&open)), Next::Await(open.clone()));
        assert_eq!(next(&new, &who(true), Some(&open)), Next::Compare);
    }
}
