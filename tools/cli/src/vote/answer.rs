//! What the contract thinks of a vote. Its texts: PROTOCOL.md, "Error texts that the daemon reads".

use bsn_rpc::{Event, answer_of};

/// What became of a vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It counts.
    Counted,
    /// It counts for the grid alone.
    Grid,
    /// The contract has it.
    Known,
    /// Too late, or without power there.
    Closed,
    /// The contract took it as a vote for another block.
    Fork,
    /// The contract has another vote: the key is public.
    Equivocation,
    /// Not while the finality provider is in jail.
    Jailed,
    /// Never again.
    Slashed,
    /// Another text, as it is.
    Refused(String),
}

impl Fate {
    /// Whether a vote with this fate in a simulation is sent.
    pub const fn is_worth_it(&self) -> bool {
        matches!(self, Self::Counted | Self::Grid | Self::Fork)
    }

    /// Whether nothing more is to be done at its height. A grid height that may still be voted at is closed for now alone.
    pub const fn is_settled(&self, is_of_grid: bool) -> bool {
        match self {
            Self::Counted | Self::Grid | Self::Known | Self::Fork => true,
            Self::Closed => !is_of_grid,
            Self::Equivocation | Self::Slashed | Self::Jailed | Self::Refused(_) => false,
        }
    }
}

/// By a verdict of the contract, or the text of an error.
pub fn fate(text: &str) -> Fate {
    match text {
        "counted" => Fate::Counted,
        "grid" => Fate::Grid,
        "fork" => Fate::Fork,
        "equivocation" => Fate::Equivocation,
        _ if text.contains("duplicated finality vote") => Fate::Known,
        _ if text.contains("the voting block is already finalized and timestamped") => Fate::Closed,
        _ if text.contains("slashed") => Fate::Slashed,
        _ if text.contains("jailed") => Fate::Jailed,
        other => Fate::Refused(other.to_owned()),
    }
}

/// What became of `count` votes of one message, by the data and the events of a transaction or a simulation.
///
/// # Errors
/// One sentence, where they say it in no form that is known.
pub fn fates(count: usize, data: &[u8], events: &[Event]) -> Result<Vec<Fate>, String> {
    let unreadable = || "the contract answered a vote in a form that is not known".to_owned();
    if count == 1 {
        let own = events.iter().find(|event| event.kind == "wasm-submit_finality_signature");
        let verdict = own.and_then(|event| event.get("verdict")).ok_or_else(unreadable)?;
        return Ok(vec![fate(verdict)]);
    }
    let answer = answer_of(data).ok_or_else(unreadable)?;
    let verdicts: Vec<String> = serde_json::from_slice(&answer).map_err(|_| unreadable())?;
    if verdicts.len() != count {
        return Err(unreadable());
    }
    Ok(verdicts.iter().map(|verdict| fate(verdict)).collect())
}

#[cfg(test)]
mod tests {
    use finality::vote::VoteError;
    use primitives::{BlockHeight, FpPublicKey};

    use super::*;

    #[test]
    fn the_contract_s_own_texts_are_known() {
        let (provider, height) = (FpPublicKey::from_bytes([1; 32]), BlockHeight::new(5));
        let of = |error: VoteError| fate(&format!("failed to execute message; message index: 0: {error}"));
        assert_eq!(of(VoteError::Duplicate { provider, height }), Fate::Known);
        assert_eq!(of(VoteError::Closed { height }), Fate::Closed);
        assert_eq!(of(VoteError::NoPower { provider, height }), Fate::Closed);
        assert_eq!(of(VoteError::Slashed { provider }), Fate::Slashed);
        assert_eq!(of(VoteError::Jailed { provider }), Fate::Jailed);
        let other = of(VoteError::NotReached { height });
        assert!(matches!(&other, Fate::Refused(text) if text.contains("not reached")), "{other:?}");
        let verdicts = ["counted", "grid", "fork", "equivocation"].map(fate);
        assert_eq!(verdicts, [Fate::Counted, Fate::Grid, Fate::Fork, Fate::Equivocation]);
        assert_eq!(verdicts.map(|fate| fate.is_worth_it()), [true, true, true, false]);
        assert!(
            [Fate::Counted, Fate::Grid, Fate::Fork, Fate::Known].iter().all(|fate| fate.is_settled(true))
        );
        assert_eq!([true, false].map(|of_grid| Fate::Closed.is_settled(of_grid)), [false, true]);
        assert!(!Fate::Jailed.is_settled(false) && !Fate::Refused(String::new()).is_settled(false));
        assert!(!Fate::Known.is_worth_it() && !Fate::Closed.is_worth_it() && !Fate::Jailed.is_worth_it());
    }

    #[test]
    fn a_single_vote_is_read_from_its_event_and_nothing_else() {
        let event = |kind: &str, verdict: &str| Event {
            kind: kind.to_owned(),
            attributes: vec![("verdict".to_owned(), verdict.to_owned())],
        };
        let own = event("wasm-submit_finality_signature", "fork");
        assert_eq!(fates(1, &[], &[event("wasm", "counted"), own]), Ok(vec![Fate::Fork]));
        assert!(fates(1, &[], &[]).is_err());
        assert!(fates(2, &[], &[]).is_err());
    }
}
