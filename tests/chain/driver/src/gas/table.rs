//! The table of gas.

use serde_json::{Value, json as value};

/// A call, measured here, taken apart, beside the embedded figure.
#[derive(Debug, Clone, Default)]
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
    /// What modules of the SDK used for messages of the contract.
    pub messages: u64,
    /// For how many of what the embedded figure is for one of; 0 is as good as 1.
    pub parts: u64,
    /// The embedded chain's figure.
    pub embedded: u64,
}

impl Row {
    /// What the contract itself used, for one.
    pub fn left(&self) -> u64 {
        let Self { ante, reads, instance, response, messages, .. } = self;
        self.real.saturating_sub(ante + reads + instance + response + messages) / self.parts.max(1)
    }

    /// How far that is from the embedded figure, in thousandths of it.
    pub fn permille(&self) -> u64 {
        self.left().abs_diff(self.embedded) * 1_000 / self.embedded.max(1)
    }

    /// So many such calls of so many.
    pub fn scaled(&self, numerator: u64, denominator: u64) -> Self {
        let scale = |gas: u64| gas * numerator / denominator.max(1);
        Self {
            real: scale(self.real),
            ante: scale(self.ante),
            reads: scale(self.reads),
            instance: scale(self.instance),
            response: scale(self.response),
            messages: scale(self.messages),
            ..self.clone()
        }
    }

    /// Puts another's parts to this one's, as if both were one call.
    pub fn add(&mut self, other: &Self) {
        self.real += other.real;
        self.ante += other.ante;
        self.reads += other.reads;
        self.instance += other.instance;
        self.response += other.response;
        self.messages += other.messages;
    }
}

/// Prints the rows, and why the others are not among them.
pub fn print(rows: &[Row], not_shown: &[(&str, &str)]) {
    println!(
        "\n{:<26} {:>6} {:>10} {:>10} {:>8} {:>9} {:>8} {:>8} {:>5} {:>10} {:>10} {:>8}",
        "SDK gas",
        "pinned",
        "real",
        "ante",
        "reads",
        "instance",
        "response",
        "messages",
        "of",
        "left",
        "embedded",
        "differ"
    );
    for row in rows {
        println!(
            "{:<26} {:>6} {:>10} {:>10} {:>8} {:>9} {:>8} {:>8} {:>5} {:>10} {:>10} {:>4}.{} %",
            row.call,
            if row.is_pinned { "yes" } else { "no" },
            row.real,
            row.ante,
            row.reads,
            row.instance,
            row.response,
            row.messages,
            row.parts.max(1),
            row.left(),
            row.embedded,
            row.permille() / 10,
            row.permille() % 10
        );
    }
    println!("  left: what remains of real without the five before it, for one of so many (of)");
    println!("  messages: what the SDK's own modules used for what the contract sent");
    println!("  vote_bytes_*: bytes of a transaction, not gas");
    for (name, why) in not_shown {
        println!("  {name}: not compared: {why}");
    }
}

/// The rows as JSON.
pub fn json(rows: &[Row]) -> Value {
    let one = |row: &Row| {
        value!({ "call": row.call, "pinned": row.is_pinned, "real": row.real, "ante": row.ante, "reads": row.reads,
            "instance": row.instance, "response": row.response, "messages": row.messages,
            "parts": row.parts.max(1), "left": row.left(), "embedded": row.embedded })
    };
    rows.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            call: "vote".to_owned(),
            is_pinned: true,
            real: 1_000,
            ante: 400,
            reads: 50,
            instance: 30,
            response: 15,
            messages: 5,
            parts: 0,
            embedded: 510,
        }
    }

    #[test]
    fn what_is_left_is_held_against_the_embedded_figure() {
        assert_eq!((row().left(), row().permille()), (500, 19));
        assert_eq!(Row { parts: 10, ..row() }.left(), 50);
    }

    #[test]
    fn two_calls_add_up_part_by_part() {
        let mut sum = row();
        sum.add(&row());
        assert_eq!((sum.left(), sum.real), (1_000, 2_000));
        assert_eq!(sum.scaled(3, 6).left(), row().left());
    }
}
