//! Proves: C-01, C-09, C-16, C-32, C-36
//!
//! Blocks full of random faults on the real wasm, beside a model that shares no decision with it: no invariant breaks,
//! no stake and no coin is lost, every equivocator is slashed once, and finality resumes. What `cargo xtask simulate`
//! does at length.

use devnet::Machine;
use simulation::{Plan, Run};

#[test]
fn contract_and_model_agree_on_the_real_wasm() {
    let plan = Plan { seed: 4, fps: 6, blocks: 150, wasm: true, verified: false };
    let run = Run::start(plan, &Machine::wasm().unwrap()).and_then(|run| run.complete(|_, _| ()));
    let report = run.unwrap_or_else(|broken| panic!("{broken}\nagain: {}", plan.replay()));
    assert!(report.injected.values().sum::<u64>() > 10, "{report}");
    assert!(report.held["owed and undistributed are the balance, and no coin is lost"] > 500, "{report}");
}
