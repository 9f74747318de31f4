//! An embedded chain that runs the real wasm
