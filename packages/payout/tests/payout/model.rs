//! Random histories, held against a model that loops over all stakes and divides fractions.

use std::collections::BTreeMap;

use bsn_payout::primitives::FpPublicKey;
use bsn_payout::{Ledger, take_account, take_bounty};
use proptest::prelude::*;

use crate::naive::{Counting, Model, ONE};
use crate::world::{World, fp, share, stake};

const DENOMS: [&str; 3] = ["a", "b", "c"];
const STAKES: u8 = 8;
const FPS: u8 = 3;

#[derive(Debug, Clone)]
enum Step {
    /// A stake counts: new, back after a reorganization, or verified after it was trusted.
    Begin {
        n: u8,
        to: u8,
        sats: u64,
        lasts: u32,
    },
    /// Spent, or its block left the chain.
    Stop(u8),
    Blocks(u32),
    Pay {
        to: u8,
        amounts: [u32; 3],
    },
    Claim(u8),
    ClaimAccount(u8),
    Bounty {
        to: u8,
        most: u32,
    },
    Slash(u8),
    Commission {
        to: u8,
        bps: u16,
        later: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let (n, to) = (0..STAKES, 0..FPS);
    prop_oneof![
        4 => (n.clone(), to.clone(), 1..100_u64, 0..30_u32)
            .prop_map(|(n, to, sats, lasts)| Step::Begin { n, to, sats, lasts }),
        2 => n.clone().prop_map(Step::Stop),
        3 => (1..8_u32).prop_map(Step::Blocks),
        6 => (to.clone(), any::<[u16; 3]>(), 0..8_u8).prop_map(|(to, amounts, which)| {
            let at = |place: usize| if which >> place & 1 == 0 { u32::from(amounts[place]) } else { 0 };
            Step::Pay { to, amounts: [at(0), at(1), at(2)] }
        }),
        3 => n.prop_map(Step::Claim),
        1 => to.clone().prop_map(Step::ClaimAccount),
        1 => (to.clone(), 0..50_u32).prop_map(|(to, most)| Step::Bounty { to, most }),
        1 => (0..FPS * 4).prop_map(Step::Slash),
        1 => (to, 0..3_000_u16, 0..200_000_u64)
            .prop_map(|(to, bps, later)| Step::Commission { to, bps, later }),
    ]
}

/// What somebody was paid.
#[derive(Default, Clone, PartialEq, Debug)]
struct Paid {
    stakers: BTreeMap<(u8, usize), u128>,
    accounts: BTreeMap<(u8, usize), u128>,
}

fn claim(world: &mut World, paid: &mut Paid, n: u8) {
    let before = world.ledger.denoms().unwrap();
    let Some(claimed) = bsn_payout::claim(&mut world.ledger, &stake(n)).unwrap() else { return };
    for (place, name) in DENOMS.iter().enumerate() {
        let coins = before.find(name).map_or(0, |denom| claimed.coins.get(denom));
        *paid.stakers.entry((n, place)).or_default() += coins;
    }
}

fn claim_account(world: &mut World, paid: &mut Paid, to: u8) {
    let denoms = world.ledger.denoms().unwrap();
    let account = take_account(&mut world.ledger, &fp(to)).unwrap();
    for (place, name) in DENOMS.iter().enumerate() {
        let coins = denoms.find(name).map_or(0, |denom| account.get(denom));
        *paid.accounts.entry((to, place)).or_default() += coins;
    }
}

/// Plays a step; claims only where `claims`.
fn play(world: &mut World, model: &mut Model, paid: &mut Paid, step: &Step, claims: bool) {
    match *step {
        Step::Begin { n, to, sats, lasts } => {
            // A staking transaction does not change its amount.
            let sats = sats * 10 + u64::from(n);
            let expiry = world.tip + lasts;
            world.begin(n, to, sats, expiry);
            model.begin(n, Counting { to, sats, expiry });
        }
        Step::Stop(n) => {
            world.stop(n);
            model.stop(n);
        }
        Step::Blocks(blocks) => world.tip += blocks,
        Step::Pay { to, amounts } => {
            let coins: Vec<_> = DENOMS
                .iter()
                .zip(amounts)
                .filter(|(_, amount)| *amount > 0)
                .map(|(denom, amount)| (*denom, u128::from(amount)))
                .collect();
            let taken = world.take(&[share(to, &coins)], &coins);
            assert_eq!(taken.is_ok(), !model.slashed.contains(&to) && !coins.is_empty(), "{taken:?}");
            if taken.is_ok() {
                model.expire(world.tip);
                for (denom, amount) in amounts.into_iter().enumerate().filter(|(_, amount)| *amount > 0) {
                    model.pay(to, denom, amount.into());
                }
            }
        }
        Step::Claim(n) if claims => claim(world, paid, n),
        Step::ClaimAccount(to) if claims => claim_account(world, paid, to),
        Step::Bounty { to, most } if claims => {
            let Some(denom) = world.ledger.denoms().unwrap().find("a") else { return };
            let bounty = take_bounty(&mut world.ledger, &fp(to), denom, most.into()).unwrap();
            *paid.accounts.entry((to, 0)).or_default() += bounty;
        }
        Step::Claim(_) | Step::ClaimAccount(_) | Step::Bounty { .. } => {}
        Step::Slash(to) => {
            world.ledger.slash(&fp(to));
            model.slashed.push(to);
        }
        Step::Commission { to, bps, later } => {
            world.now += later;
            let now = 86_400 + world.now;
            let was = world.now;
            world.now = now;
            assert_eq!(world.set_commission(to, bps), model.change(to, bps, now));
            world.now = was;
        }
    }
}

/// All parts of coins that are in the books of a denomination.
fn parts_in(world: &World, place: usize) -> u128 {
    let Some(denom) = world.ledger.denoms().unwrap().find(DENOMS[place]) else { return 0 };
    let mut parts = 0;
    for (_, provider) in world.ledger.providers() {
        let pot = provider.pots.get(denom);
        parts += pot.account * ONE + u128::from(pot.carry) + u128::from(pot.dust);
    }
    for (_, account) in world.ledger.accounts() {
        parts += account.owed.get(denom) * ONE;
        let Some(accrual) = &account.accrual else { continue };
        let bucket = bsn_payout::Bucket { height: accrual.expiry, fp: accrual.fp };
        let index = match world.ledger.closed(&bucket).unwrap() {
            Some(closed) => closed.index,
            None => world.ledger.provider(&accrual.fp).unwrap().index(),
        };
        let since = index.get(denom).since(accrual.since.get(denom));
        let (coins, rest) = since.times(accrual.sats.get(), accrual.parts.get(denom));
        parts += coins * ONE + u128::from(rest);
    }
    parts
}

/// What must hold after every step.
fn check(world: &World, model: &Model, paid: &Paid) {
    for (place, came) in model.came.iter().enumerate() {
        let of = |all: &BTreeMap<(u8, usize), u128>| -> u128 {
            all.iter().filter(|((_, denom), _)| *denom == place).map(|(_, coins)| coins).sum()
        };
        let out = of(&paid.stakers) + of(&paid.accounts);
        assert_eq!(came * ONE, out * ONE + parts_in(world, place), "{}: not conserved", DENOMS[place]);
    }
    let sats = |to: &FpPublicKey| -> u64 {
        let counting = world.ledger.accounts().filter_map(|(_, account)| account.accrual.as_ref());
        let open = counting.filter(|one| {
            let bucket = bsn_payout::Bucket { height: one.expiry, fp: one.fp };
            one.fp == *to && world.ledger.closed(&bucket).unwrap().is_none()
        });
        open.map(|one| one.sats.get()).sum()
    };
    for (to, provider) in world.ledger.providers() {
        assert_eq!(provider.sats, sats(to), "the sum is that of the stakes");
    }
}

/// Everybody claims everything.
fn settle(world: &mut World, paid: &mut Paid) {
    (0..STAKES).for_each(|n| claim(world, paid, n));
    (0..FPS).for_each(|to| claim_account(world, paid, to));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    ///
    #[test]
    fn random_histories_agree_with_a_loop_over_stakes(steps in prop::collection::vec(step(), 1..80)) {
        let (mut world, mut model, mut paid) = (World::default(), Model::default(), Paid::default());
        for step in &steps {
            play(&mut world, &mut model, &mut paid, step, true);
            check(&world, &model, &paid);
        }
        settle(&mut world, &mut paid);
        check(&world, &model, &paid);
        for (key, has) in &model.stakers {
            let got = paid.stakers.get(key).copied().unwrap_or_default();
            // The model rounds each time; a carry is less than a sat's worth of parts for each sat.
            let most = (has.parts + has.roundings * 10_000).div_ceil(ONE);
            prop_assert!(got <= most, "stake {key:?} got {got}, at most {most}");
            // Below a coin at each end, and at the last claim.
            prop_assert!(got + 1 + has.ends >= has.parts / ONE, "stake {key:?} got {got}");
        }
        for (key, own) in &model.accounts {
            let got = paid.accounts.get(key).copied().unwrap_or_default();
            let dust = u128::from(STAKES) * steps.len() as u128;
            prop_assert!((*own..=own + dust).contains(&got), "account {key:?} got {got} of {own}");
        }
        // What is left is below a coin for each stake and twice for each provider.
        for place in 0..3 {
            prop_assert!(parts_in(&world, place) < ONE * u128::from(STAKES + 2 * FPS));
        }
    }

    /// the same history, with claims in between or all at the end, or in another order.
    #[test]
    fn neither_when_nor_in_which_order_is_claimed_matters(
        steps in prop::collection::vec(step(), 1..80),
        order in Just((0..STAKES).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let steps: Vec<_> = steps.into_iter().filter(|step| !matches!(step, Step::Bounty { .. })).collect();
        let play_all = |claims| {
            let (mut world, mut model, mut paid) = (World::default(), Model::default(), Paid::default());
            steps.iter().for_each(|step| play(&mut world, &mut model, &mut paid, step, claims));
            (world, paid)
        };
        let ((mut early, mut early_paid), (mut late, mut late_paid)) = (play_all(true), play_all(false));
        settle(&mut early, &mut early_paid);
        order.iter().for_each(|n| claim(&mut late, &mut late_paid, *n));
        settle(&mut late, &mut late_paid);
        let some = |all: &BTreeMap<(u8, usize), u128>| -> BTreeMap<(u8, usize), u128> {
            all.iter().filter(|(_, coins)| **coins > 0).map(|(key, coins)| (*key, *coins)).collect()
        };
        prop_assert_eq!(some(&early_paid.stakers), some(&late_paid.stakers));
        prop_assert_eq!(some(&early_paid.accounts), some(&late_paid.accounts));
    }
}
