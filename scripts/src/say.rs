//! Everything this crate says goes to stderr: stdout belongs to the program that a task runs.

use std::time::{Duration, Instant};

/// A heading before something that takes time.
pub fn step(what: &str) {
    eprintln!("\n== {what}");
}

/// One line under a heading.
pub fn line(what: &str) {
    eprintln!("   {what}");
}

/// The last word of a task that did not work: one line a cause.
pub fn failed(error: &anyhow::Error) {
    eprintln!("\nerror: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}

/// Does something under a heading and says how long it took.
pub fn timed<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    step(what);
    let start = Instant::now();
    let done = work()?;
    line(&format!("{what}: done in {}", seconds(start.elapsed())));
    Ok(done)
}

/// `1.2 s`, or `3 min 4 s`.
pub fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f32()),
        secs => format!("{} min {} s", secs / 60, secs % 60),
    }
}

/// A number with its thousands set off: `343,056`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_off_by_commas() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (343_056, "343,056"), (1_234_567, "1,234,567")]
        {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn a_minute_is_no_longer_told_in_seconds_alone() {
        assert_eq!(seconds(Duration::from_millis(59_940)), "59.9 s");
        assert_eq!(seconds(Duration::from_secs(64)), "1 min 4 s");
    }
}
