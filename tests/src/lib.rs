//! Scenarios, wire, gates and gas on the real wasm
