use super::*;

const K: u32 = 2;

fn block(height: u32, branch: u8) -> Block {
    Block { height, hash: [branch.wrapping_mul(64).wrapping_add(u8::try_from(height).unwrap()); 32] }
}

/// The chain of a branch, from block 1 on.
fn grow(stakes: &mut Stakes, branch: u8, heights: std::ops::RangeInclusive<u32>) {
    let first = *heights.start();
    let mut below = stakes.bitcoin.tip().hash;
    if stakes.bitcoin.tip().height >= first {
        below = block(first - 1, 0).hash;
    }
    let headers: Vec<_> = heights
        .map(|height| {
            let mut header = vec![0; 80];
            header[4..36].copy_from_slice(&below);
            below = block(height, branch).hash;
            proto::btclightclient::BtcHeaderInfo { header, hash: below.to_vec(), height, work: vec![] }
        })
        .collect();
    stakes.bitcoin.receive(&headers);
}

fn named(name: &str) -> Outpoint {
    (name.to_owned(), 0)
}

fn stake(inputs: &[&str]) -> Stake {
    let inputs = inputs.iter().map(|name| named(name)).collect();
    let (time, unbonding, said_end) = (40, 10, 100);
    Stake { fp: [1; 32], sats: 5, time, unbonding, said_end, inputs, vouched: true, place: Place::Waiting }
}

/// 20 blocks, and one stake that waits.
fn one() -> Stakes {
    let mut stakes = Stakes::new(K, 6);
    grow(&mut stakes, 0, 1..=20);
    stakes.all.insert(named("a"), stake(&["coin"]));
    stakes
}

fn counts(stakes: &Stakes, name: &str) -> bool {
    matches!(stakes.all[&named(name)].place, Place::Counts { .. })
}

#[test]
fn a_stake_counts_deep_in_the_chain_while_it_has_power_left() {
    let mut stakes = one();
    let a = named("a");
    assert_eq!(stakes.prove(&a, &block(19, 0).hash), None, "one deep");
    assert_eq!(stakes.prove(&a, &block(18, 1).hash), None, "of another chain");
    stakes.all.get_mut(&a).unwrap().time = 12;
    assert_eq!(stakes.prove(&a, &block(18, 0).hash), None, "it ends at 30, and unbonding takes ten");
    stakes.all.get_mut(&a).unwrap().time = 13;
    assert_eq!(stakes.prove(&a, &block(18, 0).hash), Some("active"));
    assert_eq!(stakes.prove(&a, &block(18, 0).hash), None, "it is proven");
    assert_eq!(stakes.take_changes(), [Change::Counts(a)]);
    assert_eq!(stakes.prove(&named("b"), &block(18, 0).hash), None, "nobody has its item");
}

#[test]
fn the_lower_end_counts() {
    let mut one = stake(&[]);
    assert_eq!((one.end(&block(18, 0)), one.expiry(&block(18, 0))), (58, 48));
    one.said_end = 50;
    assert_eq!((one.end(&block(18, 0)), one.expiry(&block(18, 0))), (50, 40));
}

#[test]
fn an_old_stake_without_babylons_word_is_challenged() {
    let mut stakes = one();
    let a = named("a");
    stakes.all.get_mut(&a).unwrap().vouched = false;
    assert_eq!(
        stakes.clone().prove(&a, &block(15, 0).hash),
        Some("active"),
        "five deep, half of the unbonding"
    );
    assert_eq!(stakes.prove(&a, &block(14, 0).hash), Some("challenged"));
    grow(&mut stakes, 0, 21..=25);
    stakes.follow();
    assert!(!counts(&stakes, "a"));
    // A spend that is not deep yet delays it, and ends it when it is.
    let mut spent = stakes.clone();
    assert_eq!(spent.prove_spend(&a, &block(25, 0).hash), Some("remembered"));
    grow(&mut spent, 0, 26..=26);
    spent.follow();
    assert!(!counts(&spent, "a"));
    grow(&mut spent, 0, 27..=27);
    spent.follow();
    assert!(matches!(spent.all[&a].place, Place::Spent { .. }));
    grow(&mut stakes, 0, 26..=26);
    stakes.follow();
    assert!(counts(&stakes, "a"));
}

#[test]
fn what_leaves_the_chain_waits_again() {
    let mut stakes = one();
    let a = named("a");
    stakes.prove(&a, &block(18, 0).hash);
    stakes.take_changes();
    grow(&mut stakes, 1, 18..=21);
    assert_eq!(stakes.to_do(), 1);
    stakes.follow();
    assert_eq!((stakes.take_changes(), stakes.waiting()), (vec![Change::Gone(a.clone())], 1));
    assert_eq!(stakes.prove(&a, &block(19, 1).hash), Some("active"));
}

#[test]
fn an_expansion_ends_what_it_spends_and_a_spend_out_of_the_chain_ends_nothing() {
    let mut stakes = one();
    let (a, b) = (named("a"), named("b"));
    stakes.prove(&a, &block(17, 0).hash);
    stakes.all.insert(b.clone(), stake(&["a"]));
    assert_eq!(stakes.prove(&b, &block(18, 0).hash), Some("active"));
    let all = [Change::Counts(a.clone()), Change::Counts(b), Change::Gone(a.clone())];
    assert_eq!(stakes.take_changes(), all);
    assert_eq!(stakes.prove(&a, &block(17, 0).hash), None, "it is spent");
    assert_eq!(stakes.prove_spend(&a, &block(18, 0).hash), Some("already"));
    grow(&mut stakes, 1, 18..=21);
    stakes.catch_up();
    assert_eq!(stakes.prove(&a, &block(17, 0).hash), Some("active"), "nothing in the chain spends it");
}

#[test]
fn babylons_proof_counts_at_any_depth_and_before_the_item() {
    let mut stakes = one();
    let a = named("a");
    stakes.prove(&a, &block(17, 0).hash);
    stakes.end_by_babylon(&a, block(20, 0));
    assert!(matches!(stakes.all[&a].place, Place::Spent { foretold: false, .. }));
    assert!(!stakes.all[&a].vouched);
    stakes.end_by_babylon(&named("b"), block(20, 0));
    assert_eq!(stakes.spent_in_chain(&named("b")), Some(block(20, 0)));
    assert_eq!(stakes.prove_spend(&named("c"), &block(17, 0).hash), None, "nobody has its item");
}
