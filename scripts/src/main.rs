//! Project tasks
fn main() {}
