/// What the daemon does when a transaction fails. It has only the text to go by (interfaces.md 2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Drops the message with this index and sends the others again at once.
    Drop(usize),
    /// Takes itself for jailed and stops voting.
    Jailed,
    /// Takes itself for slashed and stops for good.
    Slashed,
    /// Exits at once.
    GiveUp,
    /// Tries again later, and exits when that has been too often.
    Retry,
}

/// Texts that make the daemon drop one message, if the error also says which.
const HARMLESS: [&str; 2] =
    ["duplicated finality vote", "the voting block is already finalized and timestamped"];

/// Texts that make the daemon exit.
const UNRECOVERABLE: [&str; 7] = [
    "Block is not found",
    "finality signature is not valid",
    "the finality provider has not committed any public randomness yet",
    "public randomness is not found",
    "the request contains too few public randomness",
    "the finality provider has already been slashed",
    "the finality provider has already been jailed",
];

/// Reads the text of an error as the daemon does.
///
/// ```
/// use actors::daemon::{Reaction, react};
///
/// let text = "failed to execute message; message index: 3: duplicated finality vote: execute wasm contract failed";
/// assert_eq!(react(text), Reaction::Drop(3));
/// assert_eq!(react("out of gas"), Reaction::Retry);
/// ```
pub fn react(text: &str) -> Reaction {
    let contains = |part: &&str| text.contains(*part);
    if HARMLESS.iter().any(contains)
        && let Some(index) = message_index(text)
    {
        return Reaction::Drop(index);
    }
    if text.contains("jailed") {
        return Reaction::Jailed;
    }
    if text.contains("slashed") {
        return Reaction::Slashed;
    }
    if UNRECOVERABLE.iter().any(contains) {
        return Reaction::GiveUp;
    }
    Reaction::Retry
}

/// The number after `message index: `.
fn message_index(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("message index: ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_texts_drop_the_message_they_name() {
        for part in HARMLESS {
            let text = format!("failed to execute message; message index: 12: {part}: execute wasm failed");
            assert_eq!(react(&text), Reaction::Drop(12));
            assert_eq!(react(part), Reaction::Retry, "which message is not said");
            assert_eq!(react(&format!("message index: x: {part}")), Reaction::Retry);
        }
        assert_eq!(react("message index: 1: codespace: wasm, code: 5"), Reaction::Retry);
    }

    #[test]
    fn two_words_decide_the_daemons_fate() {
        assert_eq!(react("message index: 0: fp is jailed until 5"), Reaction::Jailed);
        assert_eq!(react("The finality provider 00 has already been slashed"), Reaction::Slashed);
        assert_eq!(react("the finality provider has already been slashed"), Reaction::Slashed);
        assert_eq!(react("the finality provider has already been jailed"), Reaction::Jailed);
    }

    #[test]
    fn some_texts_are_the_end() {
        for part in &UNRECOVERABLE[..5] {
            assert_eq!(react(&format!("message index: 0: {part}: execute wasm failed")), Reaction::GiveUp);
        }
        for harmless in ["Block 5 is not found", "Public randomness not found for finality provider 00"] {
            assert_eq!(react(harmless), Reaction::Retry);
        }
    }
}
