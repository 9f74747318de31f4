//! `bsn`.

fn main() {}
