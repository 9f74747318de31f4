//! What comes next. Pure: it looks at what exists, and names one step.

use super::checks::Way;
use super::codes::Code;
use super::look::{Found, Proposal};

/// A message of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Stores a code.
    Store(Code),
    /// Instantiates `bsn`, which makes the others.
    Instantiate,
    /// Fails where the contract of this code did not come to be at its address.
    Guard(Code),
    /// Keeps the codes in memory.
    Pin,
    /// Raises the caps of the hooks.
    Hooks,
    /// Registers the contract with the chain module.
    Register,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// The signer stores a code.
    Store(Code),
    /// The signer instantiates.
    Instantiate,
    /// The signer proposes these.
    Propose(Vec<Part>),
    /// Governance decides.
    Await(Proposal),
    /// Nothing.
    Done,
}

/// The step that comes next.
pub fn next(found: &Found, way: Way, proposal: Option<&Proposal>) -> Next {
    let parts = missing(found, way);
    if parts.is_empty() {
        return Next::Done;
    }
    if let Some(open) = proposal.filter(|proposal| proposal.is_open()) {
        return Next::Await(open.clone());
    }
    match parts.first() {
        Some(Part::Store(code)) if !way.by_gov => Next::Store(*code),
        Some(Part::Instantiate) if !way.by_gov => Next::Instantiate,
        Some(Part::Store(code)) if way.split => Next::Propose(vec![Part::Store(*code)]),
        _ => Next::Propose(parts),
    }
}

/// All that is still to be done, in its order.
pub fn missing(found: &Found, way: Way) -> Vec<Part> {
    let mut parts = Vec::new();
    if found.instances.bsn.is_none() {
        // A contract that exists needs no codes any more.
        parts.extend(found.codes.missing().map(Part::Store));
        parts.push(Part::Instantiate);
        if way.by_gov {
            parts.extend(found.codes.iter().map(|(code, _)| Part::Guard(code)));
        }
    }
    let rest =
        [(found.is_pinned, Part::Pin), (found.has_gas, Part::Hooks), (found.is_registered, Part::Register)];
    parts.extend(rest.into_iter().filter(|(is_done, _)| !is_done).map(|(_, part)| part));
    parts
}

#[cfg(test)]
mod tests {
    use super::super::codes::Each;
    use super::super::look::VOTING;
    use super::*;

    const GOV: Way = Way { by_gov: true, expedited: false, split: false };
    const SPLIT: Way = Way { split: true, ..GOV };
    const DIRECT: Way = Way { by_gov: false, expedited: false, split: false };

    fn nothing() -> Found {
        Found::default()
    }

    fn half() -> Found {
        Found { codes: Each { bsn: Some(7), ..Each::default() }, ..nothing() }
    }

    fn codes() -> Found {
        Found { codes: Each { light_client: Some(8), ..half().codes }, ..nothing() }
    }

    fn contract() -> Found {
        Found { instances: codes().codes, ..codes() }
    }

    fn done() -> Found {
        Found { is_pinned: true, has_gas: true, is_registered: true, ..contract() }
    }

    #[test]
    fn one_proposal_does_everything_and_guards_what_it_guessed() {
        let Next::Propose(parts) = next(&nothing(), GOV, None) else { panic!("it proposes") };
        assert_eq!(
            parts,
            [
                Part::Store(Code::Bsn),
                Part::Store(Code::LightClient),
                Part::Instantiate,
                Part::Guard(Code::Bsn),
                Part::Guard(Code::LightClient),
                Part::Pin,
                Part::Hooks,
                Part::Register
            ]
        );
    }

    #[test]
    fn a_chain_that_takes_only_small_transactions_gets_a_proposal_a_code() {
        assert_eq!(next(&nothing(), SPLIT, None), Next::Propose(vec![Part::Store(Code::Bsn)]));
        assert_eq!(next(&half(), SPLIT, None), Next::Propose(vec![Part::Store(Code::LightClient)]));
        let Next::Propose(parts) = next(&codes(), SPLIT, None) else { panic!("it proposes") };
        let guards = [Part::Guard(Code::Bsn), Part::Guard(Code::LightClient)];
        assert!(parts[0] == Part::Instantiate && parts[1..3] == guards, "{parts:?}");
    }

    #[test]
    fn the_direct_way_goes_step_by_step() {
        assert_eq!(next(&nothing(), DIRECT, None), Next::Store(Code::Bsn));
        assert_eq!(next(&half(), DIRECT, None), Next::Store(Code::LightClient));
        assert_eq!(next(&codes(), DIRECT, None), Next::Instantiate);
        let rest = vec![Part::Pin, Part::Hooks, Part::Register];
        assert_eq!(next(&contract(), DIRECT, None), Next::Propose(rest));
        assert_eq!(next(&done(), DIRECT, None), Next::Done);
    }

    #[test]
    fn where_stake_is_verified_a_third_contract_is_stored_guarded_and_awaited() {
        let nothing = Found::nothing(true);
        let Next::Propose(parts) = next(&nothing, GOV, None) else { panic!("it proposes") };
        let stored = [Code::Bsn, Code::LightClient, Code::Staking].map(Part::Store);
        let guarded = [Code::Bsn, Code::LightClient, Code::Staking].map(Part::Guard);
        assert!(parts[..3] == stored && parts[3] == Part::Instantiate && parts[4..7] == guarded, "{parts:?}");
        let two = Found { codes: Each { staking: Some(None), ..codes().codes }, ..nothing };
        assert_eq!(next(&two, DIRECT, None), Next::Store(Code::Staking));
        assert_eq!(next(&two, SPLIT, None), Next::Propose(vec![Part::Store(Code::Staking)]));
        let three = Found { codes: Each { staking: Some(Some(9)), ..two.codes }, ..two };
        assert_eq!(next(&three, DIRECT, None), Next::Instantiate);
    }

    #[test]
    fn an_open_proposal_is_waited_for_and_a_closed_one_replaced() {
        let voting = Proposal { id: 3, status: VOTING, ..Proposal::default() };
        for way in [GOV, DIRECT] {
            assert_eq!(next(&contract(), way, Some(&voting)), Next::Await(voting.clone()));
            // What it would do has been done by another one.
            assert_eq!(next(&done(), way, Some(&voting)), Next::Done);
        }
        let failed = Proposal { id: 3, status: 5, ..Proposal::default() };
        assert!(matches!(next(&nothing(), GOV, Some(&failed)), Next::Propose(_)));
    }
}
