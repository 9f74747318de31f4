//! The story on the contracts compiled natively.

use demo::{Args, Demo};
use devnet::Machine;

fn told(seed: u64) -> Demo {
    let args = Args { fps: 4, blocks: 60, seed, json: false };
    Demo::tell(&args, &Machine::native()).unwrap()
}

#[test]
fn natively_every_claim_holds_and_none_is_of_gas() {
    let demo = told(7);
    assert!(demo.holds(), "{:#?}", demo.claims);
    assert!(demo.claims.len() > 15, "{}", demo.claims.len());
    assert!(demo.claims.iter().all(|claim| !claim.claim.contains("gas")), "{:#?}", demo.claims);
    assert!(demo.page.contains("Not measured") && demo.page.contains("compiled natively"));
    assert!(!demo.page.contains("Gas of") && !demo.page.contains("gas over heights"));
}

#[test]
fn a_seed_tells_one_story() {
    let (one, again, other) = (told(7), told(7), told(8));
    assert!(one.journal.lines().eq(again.journal.lines()));
    assert!(one.page == again.page);
    assert!(!one.journal.lines().eq(other.journal.lines()));
}
