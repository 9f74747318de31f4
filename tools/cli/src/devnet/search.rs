//! The conditions of `tx_search` and `block_search`: `key op value`, joined by AND.

use cosmwasm_std::Event;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// `type.attribute`.
    pub key: String,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Contains,
    Exists,
}

/// In the order in which they must be looked for.
const OPERATORS: [(&str, Operator); 6] = [
    (">=", Operator::MoreOrEqual),
    ("<=", Operator::LessOrEqual),
    ("=", Operator::Equal),
    (">", Operator::More),
    ("<", Operator::Less),
    (" CONTAINS ", Operator::Contains),
];

/// Reads conditions.
///
/// # Errors
/// A text, if one of them is none.
pub fn parse(query: &str) -> Result<Vec<Condition>, String> {
    split(query).into_iter().map(|part| condition(&part)).collect()
}

/// At `AND`, but not within quotes.
fn split(query: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    for word in query.split_inclusive(' ') {
        if word.trim() == "AND" && !quoted {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        quoted ^= word.matches('\'').count() % 2 == 1;
        part.push_str(word);
    }
    parts.push(part);
    parts
}

fn condition(text: &str) -> Result<Condition, String> {
    let text = text.trim();
    if let Some(key) = text.strip_suffix(" EXISTS") {
        return Ok(Condition {
            key: key.trim().to_owned(),
            operator: Operator::Exists,
            value: String::new(),
        });
    }
    let unquoted = text.split('\'').next().unwrap_or_default();
    let found =
        OPERATORS.iter().filter_map(|(sign, operator)| Some((unquoted.find(sign)?, *sign, *operator)));
    // Of `>=` and `=` at the same place the longer one.
    let found = found.min_by_key(|(at, sign, _)| (*at, usize::MAX - sign.len()));
    let Some((at, sign, operator)) = found else {
        return Err(format!("failed to parse query: `{text}` is no condition"));
    };
    let key = text.get(..at).unwrap_or_default().trim().to_owned();
    let value = text.get(at + sign.len()..).unwrap_or_default().trim();
    if key.is_empty() || value.is_empty() {
        return Err(format!("failed to parse query: `{text}` is no condition"));
    }
    Ok(Condition { key, operator, value: value.trim_matches('\'').to_owned() })
}

impl Condition {
    /// Whether a value fulfils it.
    pub fn holds(&self, value: &str) -> bool {
        let numbers = value.parse::<u128>().ok().zip(self.value.parse::<u128>().ok());
        match self.operator {
            Operator::Exists => true,
            Operator::Contains => value.contains(&self.value),
            Operator::Equal => value.eq_ignore_ascii_case(&self.value),
            Operator::Less => numbers.is_some_and(|(a, b)| a < b),
            Operator::LessOrEqual => numbers.is_some_and(|(a, b)| a <= b),
            Operator::More => numbers.is_some_and(|(a, b)| a > b),
            Operator::MoreOrEqual => numbers.is_some_and(|(a, b)| a >= b),
        }
    }

    /// Whether an attribute of one of these events does.
    pub fn holds_in(&self, events: &[Event]) -> bool {
        events.iter().any(|event| {
            let Some(rest) = self.key.strip_prefix(event.ty.as_str()) else { return false };
            if rest.is_empty() {
                return self.operator == Operator::Exists;
            }
            let Some(name) = rest.strip_prefix('.') else { return false };
            event.attributes.iter().any(|attribute| attribute.key == name && self.holds(&attribute.value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_and_hold() {
        let all = parse("tx.height>=5 AND wasm.action='a AND b' AND wasm._contract_address EXISTS").unwrap();
        assert_eq!(all.len(), 3);
        assert!(all[0].holds("5") && all[0].holds("12") && !all[0].holds("4"));
        let event =
            Event::new("wasm").add_attribute("action", "a AND b").add_attribute("_contract_address", "x");
        assert!(all[1].holds_in(std::slice::from_ref(&event)) && all[2].holds_in(&[event]));
        assert!(!all[1].holds_in(&[Event::new("wasm").add_attribute("action", "other")]));
        assert!(!all[1].holds_in(&[Event::new("wasm-vote").add_attribute("action", "a AND b")]));
        let contains = parse("message.action CONTAINS 'Execute'").unwrap();
        assert!(contains[0].holds("/cosmwasm.wasm.v1.MsgExecuteContract"));
        assert!(parse("tx.height").is_err() && parse("=5").is_err() && parse("").is_err());
    }

    #[test]
    fn a_hash_is_found_in_either_case() {
        assert!(parse("tx.hash='ab12'").unwrap()[0].holds("AB12"));
    }
}
