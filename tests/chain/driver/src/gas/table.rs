//! The table of gas.

use serde_json::{Value, json as value};

/// A call, measured here, taken apart, beside the embedded figure.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its name in the snapshot.
    pub call: String,
    /// Whether the code was pinned.
    pub is_pinned: bool,
    /// `gas_used`, or what the hook's own meter showed.
    pub real: u64,
    /// Fees, signature, sequence and bytes of the transaction.
    pub ante: u64,
    /// Contract info, code info, and whether the code is pinned.
    pub reads: u64,
    /// Starting the instance.
    pub instance: u64,
    /// Events and the answer's JSON.
    pub response: u64,
    /// The embedded chain's figure.
    pub embedded: u64,
}

impl Row {
    /// What the contract itself used.
    pub fn left(&self) -> u64 {
        self.real.saturating_sub(self.ante + self.reads + self.instance + self.response)
    }

    /// How far that is from the embedded figure, in thousandths of it.
    pub fn permille(&self) -> u64 {
        self.left().abs_diff(self.embedded) * 1_000 / self.embedded.max(1)
    }
}

/// Prints the rows.
pub fn print(rows: &[Row]) {
    println!(
        "\n{:<22} {:>8} {:>9} {:>8} {:>7} {:>8} {:>8} {:>9} {:>9} {:>7}",
        "SDK gas", "pinned", "real", "ante", "reads", "instance", "response", "left", "embedded", "differ"
    );
    for row in rows {
        let pinned = if row.is_pinned { "yes" } else { "no" };
        println!(
            "{:<22} {pinned:>8} {:>9} {:>8} {:>7} {:>8} {:>8} {:>9} {:>9} {:>5}.{} %",
            row.call,
            row.real,
            row.ante,
            row.reads,
            row.instance,
            row.response,
            row.left(),
            row.embedded,
            row.permille() / 10,
            row.permille() % 10
        );
    }
}

/// The rows as JSON.
pub fn json(rows: &[Row]) -> Value {
    let one = |row: &Row| {
        value!({ "call": row.call, "pinned": row.is_pinned, "real": row.real, "ante": row.ante, "reads": row.reads,
            "instance": row.instance, "response": row.response, "left": row.left(), "embedded": row.embedded })
    };
    rows.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_held_against_the_embedded_figure() {
        let row = Row {
            call: "vote".to_owned(),
            is_pinned: true,
            real: 1_000,
            ante: 400,
            reads: 50,
            instance: 30,
            response: 20,
            embedded: 510,
        };
        assert_eq!((row.left(), row.permille()), (500, 19));
    }
}
