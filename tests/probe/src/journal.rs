//! Which entry points were called and not rolled back, in order.

use cosmwasm_std::{Order, Storage};

const PREFIX: &[u8] = b"journal/";
const END: &[u8] = b"journal0";

/// Adds a line.
pub fn note(storage: &mut dyn Storage, line: &str) {
    let last = storage.range(Some(PREFIX), Some(END), Order::Descending).next();
    let number = last.and_then(|(key, _)| number(&key)).map_or(0, |last| last.saturating_add(1));
    storage.set(&[PREFIX, &number.to_be_bytes()].concat(), line.as_bytes());
}

/// All lines, the oldest first.
pub fn lines(storage: &dyn Storage) -> Vec<String> {
    let range = storage.range(Some(PREFIX), Some(END), Order::Ascending);
    range.map(|(_, line)| String::from_utf8_lossy(&line).into_owned()).collect()
}

fn number(key: &[u8]) -> Option<u64> {
    key.strip_prefix(PREFIX)?.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;

    #[test]
    fn lines_stay_in_order_past_a_byte() {
        let mut storage = MockStorage::new();
        let written: Vec<String> = (0..300).map(|i| i.to_string()).collect();
        for line in &written {
            note(&mut storage, line);
        }
        assert_eq!(lines(&storage), written);
    }
}
