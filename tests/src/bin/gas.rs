//! The gas table.
fn main() {}
