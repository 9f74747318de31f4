use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many denominations there may ever be. Each makes the record of every finality provider longer.
pub const MAX_DENOMS: usize = 32;

/// The number of a denomination: records name it by that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DenomId(u8);

/// All denominations that ever came, by their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denoms(Vec<String>);

/// No more denominations are taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{MAX_DENOMS} denominations have come, {denom} is one more")]
pub struct TooManyDenoms {
    /// The one that is refused.
    pub denom: String,
}

impl Denoms {
    /// The number of a denomination, a new one where it never came.
    ///
    /// # Errors
    /// [`TooManyDenoms`].
    pub fn number(&mut self, denom: &str) -> Result<DenomId, TooManyDenoms> {
        let place = self.0.iter().position(|known| known == denom).unwrap_or(self.0.len());
        let full = || TooManyDenoms { denom: denom.to_owned() };
        let number = u8::try_from(place).ok().filter(|_| place < MAX_DENOMS).ok_or_else(full)?;
        if place == self.0.len() {
            self.0.push(denom.to_owned());
        }
        Ok(DenomId(number))
    }

    /// A denomination that came.
    pub fn find(&self, denom: &str) -> Option<DenomId> {
        let place = self.0.iter().position(|known| known == denom)?;
        u8::try_from(place).ok().map(DenomId)
    }

    /// Its name; empty where no denomination has the number.
    pub fn name(&self, denom: DenomId) -> &str {
        self.0.get(usize::from(denom.0)).map_or("", String::as_str)
    }
}

/// A value for each denomination; whatever is not written is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PerDenom<T>(Vec<T>);

impl<T: Copy + Default + PartialEq> PerDenom<T> {
    /// The value.
    pub fn get(&self, denom: DenomId) -> T {
        self.0.get(usize::from(denom.0)).copied().unwrap_or_default()
    }

    /// Writes the value. Defaults at the end are not kept.
    pub fn set(&mut self, denom: DenomId, value: T) {
        let place = usize::from(denom.0);
        if place >= self.0.len() {
            self.0.resize(place.saturating_add(1), T::default());
        }
        if let Some(at) = self.0.get_mut(place) {
            *at = value;
        }
        while self.0.last() == Some(&T::default()) {
            self.0.pop();
        }
    }

    /// All values up to the last one that is none of the defaults.
    pub fn iter(&self) -> impl Iterator<Item = (DenomId, T)> + '_ {
        (0..=u8::MAX).map(DenomId).zip(self.0.iter().copied())
    }

    /// Whether all are the default.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|value| *value == T::default())
    }

    /// Of each value another one.
    pub fn map<U: Copy + Default + PartialEq>(&self, of: impl Fn(T) -> U) -> PerDenom<U> {
        let mut all = PerDenom::default();
        for (denom, value) in self.iter() {
            all.set(denom, of(value));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denomination_keeps_its_number_and_no_more_come_than_there_is_room_for() {
        let mut denoms = Denoms::default();
        let all: Vec<_> = (0..MAX_DENOMS).map(|n| denoms.number(&format!("u{n}")).unwrap()).collect();
        assert_eq!(denoms.number("more"), Err(TooManyDenoms { denom: "more".into() }));
        assert_eq!(denoms.number("u31"), Ok(all[31]));
        assert_eq!((denoms.find("u7"), denoms.find("more")), (Some(all[7]), None));
        assert_eq!((denoms.name(all[7]), denoms.name(DenomId(200))), ("u7", ""));
    }

    #[test]
    fn what_is_not_written_is_the_default() {
        let mut all = PerDenom::default();
        all.set(DenomId(3), 7_u64);
        assert_eq!((all.get(DenomId(3)), all.get(DenomId(2)), all.get(DenomId(9))), (7, 0, 0));
        assert_eq!(all.iter().last(), Some((DenomId(3), 7)));
        assert!(all.map(|value| value > 0).get(DenomId(3)));
        all.set(DenomId(3), 0);
        assert_eq!(all, PerDenom::default());
        assert!(all.is_empty());
    }
}
