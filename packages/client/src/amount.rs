use core::fmt;

use serde::{de, Deserialize, Deserializer, Serialize, Serializer};

/// Sats or power; in JSON a text of decimal digits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(pub u128);

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Digits;

        impl de::Visitor<'_> for Digits {
            type Value = Amount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number below 2^128 as text")
            }

            fn visit_str<E: de::Error>(self, digits: &str) -> Result<Amount, E> {
                let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                let number = digits.parse().ok().filter(|_| is_digits);
                number.map(Amount).ok_or_else(|| E::invalid_value(de::Unexpected::Str(digits), &self))
            }
        }

        from.deserialize_str(Digits)
    }
}
