//! What is done at a height.

use primitives::AppHash;

use super::state::Memory;

/// What the nodes show of a height.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub height: u64,
    /// The app hash in the header, of each node that answered.
    pub headers: Vec<(String, AppHash)>,
    /// The app hash that the contract was told by the chain.
    pub anchor: Option<AppHash>,
    /// The finality provider's power there.
    pub power: u64,
    /// Whether the contract has a vote of the finality provider there.
    pub is_voted: bool,
    /// Whether its randomness there is ours.
    pub nonce: Nonce,
}

/// Whose randomness is committed for a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nonce {
    /// What follows from our key here.
    Ours,
    /// Another program's: only that one can vote with it.
    Foreign,
    /// Nothing is committed.
    None,
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// This hash is signed.
    Sign(AppHash),
    /// This hash was signed, and the contract has no vote: it is sent again.
    Again(AppHash),
    /// Nothing, now and later.
    Done(Done),
    /// Nothing yet.
    Later(Later),
    /// Another hash was signed: nothing, and an alarm.
    Refuse {
        /// What was signed.
        signed: AppHash,
        /// What is shown.
        shown: AppHash,
    },
    /// The contract has a vote with a nonce of ours that was not made here: nothing, anywhere.
    Stop,
}

/// Why nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The contract has the vote.
    Voted,
    /// The finality provider has no power.
    NoPower,
    /// What was signed there is not known.
    BelowState,
    /// Another program committed the randomness.
    ForeignNonce,
}

/// Why nothing can be done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Later {
    /// The contract was told nothing of this height: a hole, or a node that lags.
    NoAnchor,
    /// Too few nodes answer.
    TooFewNodes {
        /// How many did.
        answered: usize,
        /// How many must.
        needed: usize,
    },
    /// Nodes have different headers.
    NodesDisagree {
        /// A node and its hash.
        one: (String, AppHash),
        /// Another.
        other: (String, AppHash),
    },
    /// The header has another hash than the contract was told.
    OtherAnchor {
        /// A node and its header's hash.
        header: (String, AppHash),
        /// The contract's.
        anchor: AppHash,
    },
    /// There is no randomness for it.
    NoNonce,
}

/// What is done at a height of which the state knows this; `needed` nodes must show the hash.
pub fn judge(seen: &Seen, memory: Memory, needed: usize) -> Verdict {
    match memory {
        Memory::Below => return Verdict::Done(Done::BelowState),
        // The contract takes no vote with another nonce than the committed one. With another program's, ours was not used.
        Memory::Nothing if seen.is_voted => match seen.nonce {
            Nonce::Ours => return Verdict::Stop,
            Nonce::Foreign | Nonce::None => return Verdict::Done(Done::ForeignNonce),
        },
        Memory::Signed(_) if seen.is_voted => return Verdict::Done(Done::Voted),
        Memory::Nothing | Memory::Signed(_) => {}
    }
    let Some(anchor) = seen.anchor else { return Verdict::Later(Later::NoAnchor) };
    if seen.power == 0 {
        return Verdict::Done(Done::NoPower);
    }
    let shown = match shown(seen, anchor, needed) {
        Ok(shown) => shown,
        Err(why) => return Verdict::Later(why),
    };
    match (memory, seen.nonce) {
        (Memory::Signed(signed), _) if signed != shown => Verdict::Refuse { signed, shown },
        (_, Nonce::None) => Verdict::Later(Later::NoNonce),
        (_, Nonce::Foreign) => Verdict::Done(Done::ForeignNonce),
        (Memory::Signed(_), Nonce::Ours) => Verdict::Again(shown),
        (_, Nonce::Ours) => Verdict::Sign(shown),
    }
}

/// The one hash that all show.
fn shown(seen: &Seen, anchor: AppHash, needed: usize) -> Result<AppHash, Later> {
    let answered = seen.headers.len();
    let Some(one) = seen.headers.first().filter(|_| answered >= needed) else {
        return Err(Later::TooFewNodes { answered, needed });
    };
    if let Some(other) = seen.headers.iter().find(|(_, hash)| *hash != one.1) {
        return Err(Later::NodesDisagree { one: one.clone(), other: other.clone() });
    }
    if one.1 != anchor {
        return Err(Later::OtherAnchor { header: one.clone(), anchor });
    }
    Ok(anchor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(of: u8) -> AppHash {
        AppHash::from_bytes([of; 32])
    }

    fn node(name: &str, of: u8) -> (String, AppHash) {
        (name.to_owned(), hash(of))
    }

    fn seen() -> Seen {
        Seen {
            height: 7,
            headers: vec![node("a", 1), node("b", 1)],
            anchor: Some(hash(1)),
            power: 5,
            is_voted: false,
            nonce: Nonce::Ours,
        }
    }

    #[test]
    fn what_all_show_is_signed_once() {
        assert_eq!(judge(&seen(), Memory::Nothing, 2), Verdict::Sign(hash(1)));
        assert_eq!(judge(&seen(), Memory::Signed(hash(1)), 2), Verdict::Again(hash(1)));
        let voted = Seen { is_voted: true, ..seen() };
        assert_eq!(judge(&voted, Memory::Signed(hash(1)), 2), Verdict::Done(Done::Voted));
    }

    #[test]
    fn another_hash_than_was_signed_is_refused_whatever_else_holds() {
        let refused = Verdict::Refuse { signed: hash(2), shown: hash(1) };
        for nonce in [Nonce::Ours, Nonce::Foreign, Nonce::None] {
            assert_eq!(judge(&Seen { nonce, ..seen() }, Memory::Signed(hash(2)), 1), refused);
        }
    }

    #[test]
    fn a_vote_that_the_state_does_not_know_ends_everything() {
        for power in [0, 5] {
            let voted = Seen { is_voted: true, power, ..seen() };
            assert_eq!(judge(&voted, Memory::Nothing, 1), Verdict::Stop);
        }
        // What another program voted with its own randomness uses up no nonce of ours.
        for nonce in [Nonce::Foreign, Nonce::None] {
            let voted = Seen { is_voted: true, nonce, ..seen() };
            assert_eq!(judge(&voted, Memory::Nothing, 1), Verdict::Done(Done::ForeignNonce));
        }
        let below = Seen { is_voted: true, ..seen() };
        assert_eq!(judge(&below, Memory::Below, 1), Verdict::Done(Done::BelowState));
        assert_eq!(judge(&seen(), Memory::Below, 1), Verdict::Done(Done::BelowState));
    }

    #[test]
    fn nothing_is_signed_that_nodes_do_not_agree_on() {
        let disagree = Seen { headers: vec![node("a", 1), node("b", 2)], ..seen() };
        let why = Later::NodesDisagree { one: node("a", 1), other: node("b", 2) };
        assert_eq!(judge(&disagree, Memory::Nothing, 1), Verdict::Later(why));
        let few = Later::TooFewNodes { answered: 2, needed: 3 };
        assert_eq!(judge(&seen(), Memory::Nothing, 3), Verdict::Later(few));
        let silent = Seen { headers: Vec::new(), ..seen() };
        let none = Later::TooFewNodes { answered: 0, needed: 0 };
        assert_eq!(judge(&silent, Memory::Nothing, 0), Verdict::Later(none));
    }

    #[test]
    fn nothing_is_signed_that_the_contract_was_not_told() {
        let other = Seen { anchor: Some(hash(2)), ..seen() };
        let why = Later::OtherAnchor { header: node("a", 1), anchor: hash(2) };
        assert_eq!(judge(&other, Memory::Nothing, 1), Verdict::Later(why));
        let hole = Seen { anchor: None, power: 0, ..seen() };
        assert_eq!(judge(&hole, Memory::Nothing, 1), Verdict::Later(Later::NoAnchor));
    }

    #[test]
    fn without_power_or_randomness_of_ours_nothing_is_signed() {
        let of = |power, nonce| judge(&Seen { power, nonce, ..seen() }, Memory::Nothing, 1);
        assert_eq!(of(0, Nonce::Ours), Verdict::Done(Done::NoPower));
        assert_eq!(of(5, Nonce::Foreign), Verdict::Done(Done::ForeignNonce));
        assert_eq!(of(5, Nonce::None), Verdict::Later(Later::NoNonce));
    }
}
