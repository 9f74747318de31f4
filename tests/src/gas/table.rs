use super::{Row, Snapshot};

/// Prints the rows beside the incumbent's figures, the budgets and the snapshot.
pub fn print(rows: &[Row], snapshot: &Snapshot) {
    println!(
        "{:<24} {:>10} {:>10} {:>8} {:>8} {:>10}",
        "SDK gas", "ours", "incumbent", "ratio", "budget", "snapshot"
    );
    for row in rows {
        let expected = snapshot.0.get(&row.name).copied();
        let ratio = row.incumbent().map_or_else(|| "-".to_owned(), |theirs| ratio(row.gas, theirs));
        let [theirs, budget, expected] = [row.incumbent(), row.budget(), expected].map(figure);
        println!(
            "{:<24} {:>10} {theirs:>10} {ratio:>8} {budget:>8} {expected:>10}",
            row.name,
            grouped(row.gas)
        );
    }
}

fn figure(gas: Option<u64>) -> String {
    gas.map_or_else(|| "-".to_owned(), grouped)
}

/// How many times less than theirs, to a tenth.
pub(super) fn ratio(ours: u64, theirs: u64) -> String {
    let tenths = theirs.saturating_mul(10) / ours.max(1);
    format!("{}.{}x", tenths / 10, tenths % 10)
}

/// With a comma between thousands.
pub(super) fn grouped(gas: u64) -> String {
    match gas / 1_000 {
        0 => gas.to_string(),
        thousands => format!("{},{:03}", grouped(thousands), gas % 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1_000, 8_830_007].map(grouped), ["0", "999", "1,000", "8,830,007"]);
    }

    #[test]
    fn the_ratio_says_how_many_times_cheaper() {
        assert_eq!([ratio(20, 67), ratio(100, 50), ratio(0, 5)], ["3.3x", "0.5x", "5.0x"]);
    }
}
