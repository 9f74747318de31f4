/// What the daemon does when a transaction has failed for good. It has only the text to go by (PROTOCOL.md,
/// "Error texts that the daemon reads").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reaction {
    /// Tries again, and takes itself for jailed when that has been too often.
    Jailed,
    /// Tries again, and takes itself for slashed when that has been too often.
    Slashed,
    /// Exits at once.
    GiveUp,
    /// Tries again, and exits when that has been too often.
    Retry,
}

/// Texts that make the daemon drop one message, if the error also says which.
const HARMLESS: [&str; 2] =
    ["duplicated finality vote", "the voting block is already finalized and timestamped"];

/// Texts that make the daemon exit at once. Two more in its list have `slashed` and `jailed` in them, which it looks for
/// first.
const UNRECOVERABLE: [&str; 5] = [
    "Block is not found",
    "finality signature is not valid",
    "the finality provider has not committed any public randomness yet",
    "public randomness is not found",
    "the request contains too few public randomness",
];

/// Reads the text of an error as the daemon does.
///
/// ```
/// use actors::daemon::{Reaction, react};
///
/// assert_eq!(react("message index: 3: the finality provider is jailed"), Reaction::Jailed);
/// assert_eq!(react("out of gas"), Reaction::Retry);
/// ```
pub fn react(text: &str) -> Reaction {
    let contains = |part: &&str| text.contains(*part);
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

/// Which message it drops to send the others again: the one that the last error names, if any error of this cycle of
/// sending was harmless.
pub(super) fn harmless_message(last: &str, all: &str) -> Option<usize> {
    HARMLESS.iter().any(|part| all.contains(part)).then(|| message_index(last)).flatten()
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
        let drops = |text: &str| harmless_message(text, text);
        for part in HARMLESS {
            let text = format!("failed to execute message; message index: 12: {part}: execute wasm failed");
            assert_eq!(drops(&text), Some(12));
            assert_eq!(drops(part), None, "which message is not said");
            assert_eq!(drops(&format!("message index: x: {part}")), None);
        }
        assert_eq!(drops("message index: 1: codespace: wasm, code: 5"), None);
        let later = harmless_message("message index: 1: out of luck", "duplicated finality vote");
        assert_eq!(later, Some(1), "after one harmless error it takes all that name a message for harmless");
    }

    #[test]
    fn two_words_decide_the_daemons_fate() {
        assert_eq!(react("message index: 0: fp is jailed until 5"), Reaction::Jailed);
        for text in ["The finality provider 00 has already been slashed", "already been slashed"] {
            assert_eq!(react(text), Reaction::Slashed);
        }
        assert_eq!(react("the finality provider has already been jailed"), Reaction::Jailed);
    }

    #[test]
    fn some_texts_are_the_end() {
        for part in &UNRECOVERABLE {
            assert_eq!(react(&format!("message index: 0: {part}: execute wasm failed")), Reaction::GiveUp);
        }
        for harmless in ["Block 5 is not found", "Public randomness not found for finality provider 00"] {
            assert_eq!(react(harmless), Reaction::Retry);
        }
    }
}
