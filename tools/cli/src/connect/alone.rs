//! What a chain without Babylon waits for, in words. Pure.

use super::stage::{Facts, Stage, Words};

/// The words of a stage that Babylon and its relayer have no part in.
pub(super) fn words(stage: Stage, facts: &Facts) -> Option<Words> {
    let (what, usually, who, does) = match stage {
        Stage::Headers => (
            "the first headers of Bitcoin".to_owned(),
            "minutes",
            "anybody",
            "bsn keep brings them, from any node of Bitcoin",
        ),
        Stage::Providers => (
            "a finality provider to register".to_owned(),
            "as long as it takes to find them",
            "finality providers",
            "bsn register (the handbook, finality-provider.md)",
        ),
        Stage::Stake => (
            format!("stake for {} finality providers", facts.fps),
            "two hours: stake counts once Bitcoin has buried it and somebody has shown that",
            "bitcoin stakers and the committee, or finality providers themselves",
            "bsn stake make, bsn covenant, bsn stake finish and submit; or bsn stake self",
        ),
        Stage::Randomness => (
            "randomness that counts".to_owned(),
            "a voting period",
            "finality providers, then the admin",
            "bsn vote commits; before finality begins the admin names the first commitments (bootstrap)",
        ),
        _ => return None,
    };
    Some(Words { what, usually, who, does: does.to_owned() })
}
