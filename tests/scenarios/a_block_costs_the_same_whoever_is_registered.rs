//! Proves: C-03, K15
//!
//! When nothing changes a BeginBlock costs the same with one finality provider and with sixty, and no hook asks
//! another contract anything.

use devnet::{BlockReport, Hook};

use super::support::start;

fn begin(block: &BlockReport) -> u64 {
    [Hook::BeginStaking, Hook::BeginFinality]
        .iter()
        .map(|hook| block.hook(*hook).unwrap().usage.sdk_gas())
        .sum()
}

#[test]
fn with_one_ten_and_sixty() {
    let mut costs = Vec::new();
    for count in [1, 10, 60] {
        let stakes: Vec<u64> = (1..=count).collect();
        let block = start(&stakes).step();
        for hook in &block.hooks {
            assert_eq!((hook.usage.queries, hook.usage.calls), (0, 1), "{:?}", hook.hook);
        }
        costs.push(begin(&block));
    }
    let (least, most) = (costs.iter().min().unwrap(), costs.iter().max().unwrap());
    assert!(most * 100 <= least * 110, "{costs:?}");
}
