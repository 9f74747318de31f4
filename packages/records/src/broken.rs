use core::fmt;

/// Why bytes are no record of the type asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// They end before it does.
    Ends,
    /// A number has more bits than its type.
    Number,
    /// A bool, an option or a choice is marked by a value that it does not have.
    Choice,
    /// A text is not UTF-8.
    Text,
    /// The type refuses a value, or is none that records have.
    Type,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "it ends too early",
            Self::Number => "a number is too long",
            Self::Choice => "a choice that there is not",
            Self::Text => "a text is not UTF-8",
            Self::Type => "a value does not fit its type",
        })
    }
}

impl core::error::Error for Broken {}

impl serde::de::Error for Broken {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Type
    }

    fn invalid_value(_: serde::de::Unexpected<'_>, _: &dyn serde::de::Expected) -> Self {
        Self::Choice
    }

    fn invalid_length(_: usize, _: &dyn serde::de::Expected) -> Self {
        Self::Ends
    }
}

impl serde::ser::Error for Broken {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Type
    }
}
