//! Scenarios on the real wasm; file names are claims.
