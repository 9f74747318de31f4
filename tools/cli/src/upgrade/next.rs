//! What comes next. Pure.

use crate::deploy::codes::{Code, Each};
use crate::deploy::look::Proposal;

/// What the chain shows of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The ids of the new codes.
    pub codes: Each<Option<u64>>,
    /// The codes that the contracts have.
    pub has: Each<u64>,
    /// Who may migrate the contract.
    pub bsn_admin: String,
    /// Who may migrate the light client.
    pub light_client_admin: String,
    /// Whether the new codes stay in memory.
    pub is_pinned: bool,
    /// How many records have been converted, while that is not done.
    pub converting: Option<String>,
}

impl Found {
    /// Whether a contract has another code than the new one.
    pub fn is_old(&self, code: Code) -> bool {
        self.codes.of(code) != self.has.get(code).copied()
    }
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
    let absent: Vec<Code> = found.codes.missing().collect();
    if let Some(first) = absent.first() {
        return match (open, who.stores_by_gov) {
            (Some(open), true) => Next::Await(open.clone()),
            (None, true) => Next::Propose(absent.into_iter().map(Part::Store).collect()),
            (_, false) => Next::Store(*first),
        };
    }
    // `bsn` alone may migrate what verifies its stake, and does so in its own migration.
    let is_old = [found.is_old(Code::Bsn) || found.is_old(Code::Staking), found.is_old(Code::LightClient)];
    let instances = [(Code::Bsn, &found.bsn_admin), (Code::LightClient, &found.light_client_admin)];
    let old: Vec<(Code, &String)> = instances
        .into_iter()
        .zip(is_old)
        .filter(|(_, is_old)| *is_old)
        .map(|(instance, _)| instance)
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

/// Who sends the migration of a contract; `admins` are those of `bsn` and of its light client.
pub fn migrator<'a>(code: Code, admins: (&'a str, &'a str), bsn: &'a str) -> &'a str {
    match code {
        Code::Bsn => admins.0,
        Code::LightClient => admins.1,
        Code::Staking => bsn,
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
            has: Each { bsn: 1, light_client: 2, staking: None },
            bsn_admin: "gov".to_owned(),
            light_client_admin: "gov".to_owned(),
            ..Found::default()
        }
    }

    fn stored() -> Found {
        Found { codes: Each { bsn: Some(7), light_client: Some(8), staking: None }, ..found() }
    }

    /// `bsn` and its light client are as the codes that are stored.
    fn migrated() -> Found {
        let has = Each { bsn: 7, light_client: 8, staking: None };
        Found { has, is_pinned: true, ..stored() }
    }

    #[test]
    fn nothing_is_migrated_before_both_codes_are_there() {
        let both = vec![Part::Store(Code::Bsn), Part::Store(Code::LightClient)];
        assert_eq!(next(&found(), &who(true), None), Next::Propose(both));
        assert_eq!(next(&found(), &who(false), None), Next::Store(Code::Bsn));
        let half = Found { codes: Each { bsn: Some(7), ..Each::default() }, ..found() };
        assert_eq!(next(&half, &who(false), None), Next::Store(Code::LightClient));
        let parts = vec![Part::Migrate(Code::Bsn), Part::Migrate(Code::LightClient), Part::Pin];
        assert_eq!(next(&stored(), &who(false), None), Next::Propose(parts));
    }

    #[test]
    fn whoever_may_migrate_does() {
        let has = Each { light_client: 2, ..migrated().has };
        let mine = Found { light_client_admin: "me".to_owned(), has, ..migrated() };
        assert_eq!(next(&mine, &who(false), None), Next::Migrate(Code::LightClient));
        let other = Found { light_client_admin: "you".to_owned(), ..mine };
        assert_eq!(next(&other, &who(false), None), Next::Other(Code::LightClient, "you".to_owned()));
    }

    #[test]
    fn what_verifies_stake_is_migrated_by_bsn_alone() {
        let codes = |staking| Each { staking: Some(staking), ..stored().codes };
        let has = Each { staking: Some(3), ..migrated().has };
        let unstored = Found { codes: codes(None), has, ..migrated() };
        assert_eq!(next(&unstored, &who(false), None), Next::Store(Code::Staking));
        // `bsn` itself has its code already.
        let old = Found { codes: codes(Some(9)), ..unstored };
        assert_eq!(next(&old, &who(false), None), Next::Propose(vec![Part::Migrate(Code::Bsn)]));
        let mine = Found { bsn_admin: "me".to_owned(), ..old.clone() };
        assert_eq!(next(&mine, &who(false), None), Next::Migrate(Code::Bsn));
        let new = Found { codes: codes(Some(3)), ..old };
        assert_eq!(next(&new, &who(false), None), Next::Compare);
    }

    /// A code that governance alone may use does not serve `bsn`.
    #[test]
    fn bsn_itself_sends_the_migration_of_what_verifies_stake() {
        let sent = |code| migrator(code, ("gov", "me"), "bsn");
        assert_eq!([Code::Bsn, Code::LightClient, Code::Staking].map(sent), ["gov", "me", "bsn"]);
    }

    #[test]
    fn what_was_stored_is_converted_and_then_compared() {
        let new = migrated();
        let converting = Found { converting: Some("64 so far".to_owned()), ..new.clone() };
        assert_eq!(next(&converting, &who(true), None), Next::Convert("64 so far".to_owned()));
        assert_eq!(next(&new, &who(true), None), Next::Compare);
        let open = Proposal { id: 2, status: 2, ..Proposal::default() };
        assert_eq!(next(&stored(), &who(true), Some(&open)), Next::Await(open.clone()));
        assert_eq!(next(&new, &who(true), Some(&open)), Next::Compare);
    }
}
