//! What happens while it happens, on stderr; stdout is for the result.

use std::sync::OnceLock;
use std::time::Instant;

fn started() -> &'static Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now)
}

/// A heading.
pub fn step(what: &str) {
    eprintln!("\n[{:>5.1} s] == {what}", started().elapsed().as_secs_f32());
}

/// A line under it.
pub fn line(what: &str) {
    eprintln!("[{:>5.1} s]    {what}", started().elapsed().as_secs_f32());
}

/// Whole seconds since the first word.
pub fn seconds() -> u64 {
    started().elapsed().as_secs()
}
