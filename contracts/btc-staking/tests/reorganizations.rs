//! Blocks with stake leave the chain.

use api::btc_staking::StandingAnswer;

use crate::common::maker::{Made, Maker};
use crate::common::{K, W, World};

fn counted(count: u32) -> (World, Vec<Made>, u32) {
    let maker = Maker::new();
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let stakes: Vec<_> = (0..count).map(|n| maker.nth(n, 1_001)).collect();
    let height = world.bitcoin.mine(&stakes.iter().map(|made| made.stake.txid).collect::<Vec<_>>());
    world.bitcoin.extend(K);
    for made in &stakes {
        world.take(&made.item);
        assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height)), "active");
    }
    world.news();
    (world, stakes, height)
}

/// D-21
#[test]
fn reorganizations_revoke_stake() {
    let (mut world, stakes, height) = counted(1);
    let made = &stakes[0];
    world.follow();
    assert_eq!(world.news(), [""; 0]);
    // The transaction returns two blocks later.
    let again = [made.stake.txid];
    let fork: Vec<&[_]> = [vec![&[][..]; 2], vec![&again[..]], vec![&[][..]; K as usize]].concat();
    world.bitcoin.reorganize(K as usize + 1, &fork);
    world.follow();
    assert_eq!(world.news(), ["revoked"]);
    assert_eq!(world.standing(made.stake), StandingAnswer::Waiting { spent_height: None });
    assert_eq!((world.active(), world.trust().waiting), ((0, 0), 1));
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, height + 2)), "active");
    assert_eq!(world.news(), ["active 1003 6001"], "the end that the item said is the lower one");
}

/// D-21: more than one call takes back; a proof does part of the work.
#[test]
fn much_stake_is_taken_back_in_portions() {
    let (mut world, stakes, _) = counted(40);
    let txids: Vec<_> = stakes.iter().map(|made| made.stake.txid).collect();
    let fork: Vec<&[_]> = [vec![&[][..], &txids[..]], vec![&[][..]; K as usize]].concat();
    world.bitcoin.reorganize(K as usize + 1, &fork);
    assert_eq!(world.prove(world.bitcoin.inclusion(stakes[0].stake, 1_002)), "S60");
    assert_eq!(world.news().len(), 32);
    let later = world.bitcoin.inclusion(stakes[0].stake, 1_002);
    assert_eq!(world.prove(later), "active", "this call took back the other eight first");
    assert_eq!(world.news().len(), 9);
    assert_eq!((world.active().0, world.trust().waiting), (1, 39));
}

#[test]
fn a_block_w_deep_is_not_watched() {
    let (mut world, _, _) = counted(1);
    world.bitcoin.extend(W);
    let watched = |world: &World| world.records().len();
    let before = watched(&world);
    world.follow();
    assert_eq!(watched(&world), before - 1);
    assert_eq!(world.active().0, 1);
}
