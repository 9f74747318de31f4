//! What a unit of gas costs.

use std::fmt;
use std::str::FromStr;

use anyhow::{Result, anyhow, bail};

/// The most digits behind the point that the SDK knows.
const MOST_DECIMALS: usize = 18;

/// A price as the SDK writes it: `0.025uapp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GasPrice {
    digits: u128,
    decimals: u32,
    /// In which coin.
    pub denom: String,
}

impl FromStr for GasPrice {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || anyhow!("`{text}` is no price of gas such as 0.025uapp");
        let at = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
        let (number, denom) = text.split_at(at);
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() || part.contains('.') || part.len() > MOST_DECIMALS || !is_denom(denom) {
            return Err(bad());
        }
        let digits = format!("{whole}{part}").parse().map_err(|_| bad())?;
        Ok(Self { digits, decimals: u32::try_from(part.len())?, denom: denom.to_owned() })
    }
}

impl fmt::Display for GasPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.decimals as usize + 1;
        let text = format!("{:0width$}", self.digits);
        let (whole, part) = text.split_at(text.len() - self.decimals as usize);
        let point = if part.is_empty() { "" } else { "." };
        write!(f, "{whole}{point}{part}{}", self.denom)
    }
}

impl GasPrice {
    /// What so much gas costs, rounded up.
    ///
    /// # Errors
    /// If that is more than there can be of a coin.
    pub fn of(&self, gas: u64) -> Result<u128> {
        let Some(product) = self.digits.checked_mul(gas.into()) else {
            bail!("gas of {gas} at {self} costs more than there can be of a coin");
        };
        Ok(product.div_ceil(10_u128.pow(self.decimals)))
    }

    /// Whether this is less, in whatever coin.
    pub fn is_below(&self, other: &Self) -> bool {
        let shared = self.decimals.max(other.decimals);
        let scaled = |it: &Self| it.digits.saturating_mul(10_u128.pow(shared - it.decimals));
        scaled(self) < scaled(other)
    }

    /// Whether gas costs nothing.
    pub fn is_zero(&self) -> bool {
        self.digits == 0
    }

    /// The number alone, as relayers want it.
    pub fn number(&self) -> String {
        let text = self.to_string();
        text.trim_end_matches(self.denom.as_str()).to_owned()
    }
}

/// As the SDK: a letter, then at least two more characters of a few kinds.
pub fn is_denom(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "/:._-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && (3..=128).contains(&text.len())
        && text.chars().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_rounded_up() {
        let price: GasPrice = "0.025uapp".parse().unwrap();
        assert_eq!((price.of(100_001).unwrap(), price.denom.as_str()), (2_501, "uapp"));
        assert_eq!((price.to_string(), price.number()), ("0.025uapp".to_owned(), "0.025".to_owned()));
        assert_eq!("0uapp".parse::<GasPrice>().unwrap().of(7).unwrap(), 0);
        let high: GasPrice = "4000000000000aapp".parse().unwrap();
        assert_eq!(high.of(100_000_000).unwrap(), 400_000_000_000_000_000_000);
        assert_eq!(high.to_string(), "4000000000000aapp");
        let [low, high]: [GasPrice; 2] = ["0.02uapp", "0.0200000001uapp"].map(|it| it.parse().unwrap());
        assert!(low.is_below(&high) && !high.is_below(&low) && !low.is_below(&low));
        assert!("0.000000uapp".parse::<GasPrice>().unwrap().is_zero() && !low.is_zero());
        assert_eq!("1ibc/AB12".parse::<GasPrice>().unwrap().denom, "ibc/AB12");
    }

    #[test]
    fn what_is_no_price_is_named() {
        for bad in [
            "",
            "uapp",
            "0.025",
            "0.0.1uapp",
            ".5uapp",
            "1 uapp",
            "-1uapp",
            "1ua",
            "0.0000000000000000001uapp",
        ] {
            let said = bad.parse::<GasPrice>().unwrap_err().to_string();
            assert_eq!(said, format!("`{bad}` is no price of gas such as 0.025uapp"));
        }
        let huge: GasPrice = "340282366920938463463374607431768211455uapp".parse().unwrap();
        assert!(huge.of(2).is_err());
    }
}
