//! A few short runs: whether contract and model agree, and whether the model would notice if they did not.

use devnet::Machine;
use simulation::{Plan, Report, Run};

fn run(seed: u64, fps: u32, blocks: u64) -> Report {
    complete(Plan { seed, fps, blocks, wasm: false, verified: false })
}

fn complete(plan: Plan) -> Report {
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

/// The rules of stake that is verified, all at once.
#[test]
fn contract_and_model_agree_on_stake_that_bitcoin_shows() {
    let report = complete(Plan { seed: 1, fps: 5, blocks: 300, wasm: false, verified: true });
    let injected = [
        "reorganizations of Bitcoin that take stake along",
        "ends of Babylon without a proof",
        "stakes spent of which Babylon says nothing",
        "pauses of the intake, up to 40 blocks",
        "proofs sent again",
    ];
    for fault in injected {
        assert!(report.times(fault) > 0, "{fault}: {report}");
    }
    let seen = [
        "delegations expanded",
        "delegations for a short time",
        "delegations that were never mined",
        "items that left the quarantine",
        "transactions that left the chain",
        "proofs by which stake counts",
        "proofs by which stake ends",
        "proofs of a spend that is not deep yet",
        "proofs of inclusion that are refused",
    ];
    for what in seen {
        assert!(report.seen.get(what).is_some_and(|times| *times > 0), "{what}: {report}");
    }
    assert!(report.most["stakes taken back with their block"] > 0, "{report}");
    assert_eq!(report.held["in the end what counts is what Bitcoin's chain has, to the last stake"], 1);
}

#[test]
fn the_same_seed_runs_the_same() {
    assert_eq!(run(3, 4, 60), run(3, 4, 60));
}
