//! The demo on the artifacts, beside the same on the contracts compiled natively.

use demo::{Args, Demo};
use devnet::Machine;

/// Costs differ, and so do addresses and hashes, which the contracts' code is a part of. What happens does not.
#[test]
fn the_native_demo_tells_the_story_of_the_wasm() {
    let args = Args { fps: 4, blocks: 60, seed: 7, json: false };
    let tell = |machine: Machine| Demo::tell(&args, &machine).expect("the demo comes to its end");
    let native = tell(Machine::native());
    let wasm = tell(Machine::wasm().expect("artifacts are there"));
    assert!(native.holds() && wasm.holds(), "{:#?}\n{:#?}", native.claims, wasm.claims);
    assert_eq!(native.journal.outline(), wasm.journal.outline());
    assert_eq!(native.heights, wasm.heights);
    let without_gas = wasm.claims.iter().filter(|claim| !claim.claim.contains("gas"));
    assert!(native.claims.iter().eq(without_gas), "{:#?}\n{:#?}", native.claims, wasm.claims);
    assert_eq!(native.claims.len() + 2, wasm.claims.len(), "two claims are of gas");
}
