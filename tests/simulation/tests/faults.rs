//! A few short runs: whether contract and model agree, and whether the model would notice if they did not.

use devnet::Machine;
use simulation::{Plan, Report, Run};

fn run(seed: u64, fps: u32, blocks: u64) -> Report {
    let plan = Plan { seed, fps, blocks, wasm: false };
    let run = Run::start(plan, &Machine::native()).and_then(|run| run.complete(|_, _| ()));
    run.unwrap_or_else(|broken| panic!("{broken}\nagain: {}", plan.replay()))
}

#[test]
fn contract_and_model_agree_under_faults() {
    let mut injected = 0;
    for seed in [1, 2] {
        let report = run(seed, 6, 500);
        injected += report.injected.len();
        assert!(report.times("hooks lost, one by one") > 0, "{report}");
        assert!(report.held["the active set of a height is the model's"] > 700, "{report}");
    }
    assert!(injected > 20, "only {injected} kinds of faults in both");
}

#[test]
fn the_same_seed_runs_the_same() {
    assert_eq!(run(3, 4, 60), run(3, 4, 60));
}
