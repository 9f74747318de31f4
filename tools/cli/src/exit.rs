//! How a command ends that has an exit code of its own.

use thiserror::Error;

/// An end with this code; what is to be said on stderr, if anything.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct Exit {
    /// The program's exit code.
    pub code: u8,
    /// One sentence, or nothing where all was printed.
    pub text: String,
}

/// The exit code of who could not look.
pub const COULD_NOT_LOOK: u8 = 3;

impl Exit {
    /// Nothing was looked at.
    pub fn could_not_look(text: impl Into<String>) -> Self {
        Self { code: COULD_NOT_LOOK, text: text.into() }
    }

    /// The exit code of a command that was called in a wrong way. Of `doctor`, `fp` and `verify` 2 means critical, so it is 3.
    pub fn of_a_wrong_call(command: &str) -> u8 {
        if matches!(command, "doctor" | "fp" | "verify") { COULD_NOT_LOOK } else { 2 }
    }

    /// How a program ends on an error: 1 where the error does not say otherwise.
    pub fn of(error: &anyhow::Error) -> Self {
        match error.downcast_ref::<Self>() {
            Some(exit) => exit.clone(),
            None => Self { code: 1, text: format!("{error:#}") },
        }
    }
}
