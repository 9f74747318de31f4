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

fn measured(demo: &Demo, claim: &str) -> String {
    let found = demo.claims.iter().find(|one| one.claim == claim);
    found.map(|one| one.measured.clone()).unwrap_or_default()
}

#[test]
fn the_third_act_has_no_babylon() {
    let demo = told(7);
    assert_eq!(
        measured(&demo, "a chain without Babylon finalizes by stake that Bitcoin shows"),
        "12 heights by 10000000000 sats, with 0 channels"
    );
    assert_eq!(
        measured(&demo, "what a finality provider locks by its own key counts there"),
        "active, and 200000000 sats more"
    );
    let guilty = measured(&demo, "there, too, whoever signs twice loses its key and its power");
    assert!(guilty.ends_with("power 0"), "{guilty}");
}

/// Each claim about stake is of something that happened in this order.
#[test]
fn stake_waits_for_bitcoin_then_counts_then_ends() {
    let demo = told(7);
    let measured = |claim: &str| measured(&demo, claim);
    assert_eq!(
        measured("stake counts once Bitcoin shows it"),
        "4 delegations waited with 0 sats; proven they have 5000000000"
    );
    assert_eq!(
        measured("stake ends once Bitcoin shows its spend"),
        "50000000 of 5050000000 sats ended, 5000000000 are left"
    );
    let power = measured("all power is shown by Bitcoin, none is believed");
    assert!(power.contains("takes 0.0010 of new stake"), "{power}");
    assert!(demo.page.contains("stake over heights"));
}

#[test]
fn a_seed_tells_one_story() {
    let (one, again, other) = (told(7), told(7), told(8));
    assert!(one.journal.lines().eq(again.journal.lines()));
    assert!(one.page == again.page);
    assert!(!one.journal.lines().eq(other.journal.lines()));
}
