//! Stake that is older than the light client's headers.

use api::btc_staking::{Ancestry, ExecuteMsg, InclusionProof};
use btc_staking::{AncestryError, ContractError};

use crate::common::maker::{Made, Maker, spender};
use crate::common::{W, World};

/// How many headers the light client of these tests keeps below its tip.
const KEPT: u32 = 2_016 + W;

/// A stake in block 1,001 of which the light client has no header any more, and the lowest height that it has.
fn old() -> (World, Made, u32) {
    let maker = Maker { time: 30_000, ..Maker::new() };
    let mut world = World::new(1_000, vec![maker.wire()], &maker.fps());
    let made = maker.nth(0, 1_001);
    world.bitcoin.mine(&[made.stake.txid]);
    world.bitcoin.extend(KEPT + 400);
    world.take(&made.item);
    let lowest = world.bitcoin.tip() - KEPT;
    (world, made, lowest)
}

fn ancestry(world: &World, from: u32, to: u32) -> Ancestry {
    let above = world.bitcoin.header(to + 1).hash().to_string();
    Ancestry { above, headers: world.bitcoin.raw_headers(from, to).into() }
}

fn with(world: &World, proof: InclusionProof, from: u32, to: u32) -> InclusionProof {
    InclusionProof { ancestry: Some(ancestry(world, from, to)), ..proof }
}

/// D-17
#[test]
fn old_headers_can_be_proven() {
    let (mut world, made, lowest) = old();
    let bare = world.bitcoin.inclusion(made.stake, 1_001);
    assert_eq!(world.prove(bare.clone()), "header");

    // The proof carries the way down, however far above it begins.
    let whole = with(&world, bare.clone(), 1_001, lowest - 1);
    assert_eq!(world.prove(whole), "active");
    assert_eq!(world.news(), ["active 1001 31001"]);
    let tx = spender(made.stake, 0);
    let at = world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid]);
    world.bitcoin.extend(10);
    assert_eq!(world.spend(world.bitcoin.spend(made.stake, &tx, at)), "ended");
}

/// D-17: with the way remembered half way, and at the end.
#[test]
fn headers_that_were_brought_shorten_the_way() {
    let (mut world, made, lowest) = old();
    let bare = world.bitcoin.inclusion(made.stake, 1_001);
    let half = with(&world, bare.clone(), 1_001, 1_199);
    assert_eq!(world.prove(half.clone()), "header", "nobody has header 1,200");
    world.bring(world.bitcoin.header(lowest).hash(), world.bitcoin.raw_headers(1_200, lowest - 1)).unwrap();
    let records = world.records().len();
    assert_eq!(world.prove(half), "active");
    assert!(world.records().len() > records);

    let (mut world, made, lowest) = old();
    let bare = world.bitcoin.inclusion(made.stake, 1_001);
    world.bring(world.bitcoin.header(lowest).hash(), world.bitcoin.raw_headers(1_001, lowest - 1)).unwrap();
    assert_eq!(world.prove(bare), "active", "its own header was brought");
}

/// D-17: an end of Babylon whose block is old.
#[test]
fn an_old_end_is_proven_like_an_old_stake() {
    let (mut world, made, lowest) = old();
    world.bring(world.bitcoin.header(lowest).hash(), world.bitcoin.raw_headers(1_001, lowest - 1)).unwrap();
    assert_eq!(world.prove(world.bitcoin.inclusion(made.stake, 1_001)), "active");
    let tx = spender(made.stake, 0);
    let at = world.bitcoin.mine(&[bitcoin_spv::Transaction::parse(&tx).unwrap().txid]);
    world.bitcoin.extend(KEPT + 300);
    let lowest = world.bitcoin.tip() - KEPT;
    let bare = world.bitcoin.spend(made.stake, &tx, at);
    assert_eq!(world.spend(bare.clone()), "header");
    let ancestry = Some(ancestry(&world, at, lowest - 1));
    assert_eq!(world.spend(api::btc_staking::SpendProof { ancestry, ..bare }), "ended");
}

#[test]
fn what_hangs_from_nothing_is_refused() {
    let (mut world, made, lowest) = old();
    let bare = world.bitcoin.inclusion(made.stake, 1_001);
    let good = with(&world, bare.clone(), 1_001, lowest - 1);
    let part = |change: &dyn Fn(&mut Ancestry)| {
        let mut proof = good.clone();
        change(proof.ancestry.as_mut().unwrap());
        proof
    };
    let broken = [
        part(&|way| way.above = "07".repeat(32)),
        part(&|way| way.headers = way.headers.as_slice()[80..].into()),
        part(&|way| way.headers = way.headers.as_slice()[1..].into()),
        part(&|way| way.headers = vec![].into()),
        part(&|way| {
            let mut bytes = way.headers.to_vec();
            bytes[80 * 7 + 76] ^= 1;
            way.headers = bytes.into();
        }),
        with(&world, bare.clone(), 1_000, lowest - 1),
        // These are in the light client, which may still reorganize them.
        with(&world, bare, lowest + 5, lowest + 50),
    ];
    for (place, proof) in broken.into_iter().enumerate() {
        let before = world.records();
        assert_eq!(world.prove(proof), "header", "{place}");
        assert_eq!(world.records(), before, "{place}");
    }
}

#[test]
fn few_headers_and_many_are_not_brought() {
    let (mut world, _, lowest) = old();
    let above = world.bitcoin.header(lowest).hash();
    let mut bring = |count: u32| {
        let headers = world.bitcoin.raw_headers(lowest - count, lowest - 1);
        world.bring(above, headers).map(|_| ())
    };
    let Err(ContractError::Ancestry(error)) = bring(143) else { panic!() };
    assert_eq!(error, AncestryError::Count { got: 143, least: 144, most: 2_000 });
    bring(144).unwrap();

    let headers = vec![0; 80 * 2_001];
    let Err(ContractError::Ancestry(error)) = world.bring(above, headers).map(|_| ()) else { panic!() };
    assert_eq!(error, AncestryError::Count { got: 2_001, least: 1, most: 2_000 });
    let ancestry = ancestry(&world, lowest - 380, lowest - 200);
    let refused = world.send(&world.stranger.clone(), ExecuteMsg::BringHeaders { ancestry });
    assert!(
        matches!(refused, Err(ContractError::Ancestry(AncestryError::UnknownAbove { .. }))),
        "{refused:?}"
    );
}
