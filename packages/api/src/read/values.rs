use std::collections::BTreeMap;

use cosmwasm_std::{Binary, Uint128};

use super::{Json, Read, Unreadable};

impl Read for u64 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Number(number) => Ok(number),
            _ => Err(Unreadable::new("not a whole number from 0 to 2^64 - 1")),
        }
    }
}

macro_rules! narrower {
    ($($number:ty: $error:literal),*) => {
        $(
            impl Read for $number {
                fn read(json: Json) -> Result<Self, Unreadable> {
                    u64::read(json)?.try_into().map_err(|_| Unreadable::new($error))
                }
            }
        )*
    };
}
narrower!(u8: "greater than 255", u16: "greater than 65535", u32: "greater than 2^32 - 1");

impl Read for i32 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let number = match json {
            Json::Number(number) => Self::try_from(number).ok(),
            Json::Negative(number) => Self::try_from(number).ok(),
            _ => None,
        };
        number.ok_or_else(|| Unreadable::new("not a whole number from -2^31 to 2^31 - 1"))
    }
}

impl Read for bool {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Bool(value) => Ok(value),
            _ => Err(Unreadable::new("neither true nor false")),
        }
    }
}

impl Read for String {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Text(text) => Ok(text),
            _ => Err(Unreadable::new("not a text")),
        }
    }
}

impl Read for Binary {
    fn read(json: Json) -> Result<Self, Unreadable> {
        Self::from_base64(&String::read(json)?).map_err(|_| Unreadable::new("not base64"))
    }
}

impl Read for Uint128 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let digits = String::read(json)?;
        digits
            .parse::<u128>()
            .map(Self::new)
            .map_err(|_| Unreadable::new("not a whole number below 2^128 as text"))
    }
}

impl<T: Read> Read for Option<T> {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::Null => Ok(None),
            json => T::read(json).map(Some),
        }
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(json: Json) -> Result<Self, Unreadable> {
        match json {
            Json::List(items) => items.into_iter().map(T::read).collect(),
            _ => Err(Unreadable::new("not a list")),
        }
    }
}

impl<A: Read, B: Read> Read for (A, B) {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Json::List(items) = json else {
            return Err(Unreadable::new("not a list"));
        };
        let [a, b] = <[Json; 2]>::try_from(items).map_err(|_| Unreadable::new("not a pair"))?;
        Ok((A::read(a)?, B::read(b)?))
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Json::Map(fields) = json else {
            return Err(Unreadable::new("not an object"));
        };
        fields.into_iter().map(|(name, value)| Ok((name, T::read(value)?))).collect()
    }
}
