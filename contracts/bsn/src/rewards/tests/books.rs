use super::*;

fn list(world: &mut World, denoms: &[&str]) {
    let mut settings = CONFIG.load(&world.deps.storage).unwrap();
    settings.reward_denoms = denoms.iter().map(|denom| (*denom).to_owned()).collect();
    CONFIG.save(&mut world.deps.storage, &settings).unwrap();
    for denom in denoms {
        if !world.balances.iter().any(|one| one.0 == *denom) {
            world.balances.push(((*denom).to_owned(), 0));
        }
    }
}

#[test]
fn a_denomination_that_comes_back_keeps_its_totals() {
    let mut world = World::new(&[100], 10, |_| {});
    world.fees(DENOM, 500);
    world.end_period();
    list(&mut world, &["uatom"]);
    for _ in 0..3 {
        world.fees("uatom", 10);
        world.earn(&[100]);
        world.end_period();
        assert_eq!(world.account(DENOM).handed_over, 500, "it does not vanish from the answer");
    }
    list(&mut world, &["uatom", DENOM]);
    world.fees(DENOM, 20);
    world.earn(&[100]);
    world.end_period();
    assert_eq!((world.account(DENOM).handed_over, world.account("uatom").handed_over), (520, 30));
}

#[test]
fn a_denomination_that_is_removed_while_it_is_owed_is_paid() {
    let mut world = World::new(&[100; 12], 1, |_| {});
    world.fees(DENOM, 1_200);
    world.end_period();
    list(&mut world, &["uatom"]);
    assert_eq!(world.block().transfers.len(), 2);
    assert_eq!(world.account(DENOM).handed_over, 1_200);
}

/// However many others take its place.
#[test]
fn a_denomination_that_cannot_leave_keeps_what_is_owed_of_it() {
    let mut world = World::new(&[100], 10, |_| {});
    world.refuses = vec![DENOM.to_owned()];
    world.fees(DENOM, 500);
    world.end_period();
    for round in 0..5 {
        let names: Vec<String> = (0..16).map(|place| format!("u{round}x{place}")).collect();
        list(&mut world, &names.iter().map(String::as_str).collect::<Vec<_>>());
        world.earn(&[100]);
        world.end_period();
    }
    assert_eq!(world.account(DENOM).owed, 500);
}

/// However often the list changes.
#[test]
fn there_are_never_more_than_32_accounts_and_all_that_are_listed_have_one() {
    let mut world = World::new(&[100], 10, |_| {});
    for round in 0..20 {
        let names: Vec<String> = (0..16).map(|place| format!("u{round}x{place}")).collect();
        let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
        names[0] = DENOM;
        list(&mut world, &names);
        names.iter().for_each(|denom| world.fees(denom, 7));
        world.earn(&[100]);
        world.end_period();
        world.block();
        world.block();
        assert!(ACCOUNTS.all(&world.deps.storage, Order::Ascending).count() <= 32);
        assert!(names.iter().all(|denom| world.balance(denom) == 0), "round {round}");
    }
    assert_eq!(world.account(DENOM).handed_over, 7 * 20);
}

#[test]
fn weights_are_kept_for_as_long_as_something_is_owed_by_them() {
    let mut world = World::new(&[100], 10, |_| {});
    world.refuses = vec![DENOM.to_owned()];
    world.fees(DENOM, 5);
    list(&mut world, &[DENOM, "uatom"]);
    for _ in 0..5 {
        world.fees("uatom", 5);
        world.earn(&[100]);
        world.end_period();
        let kept = crate::state::PAYOUTS.all(&world.deps.storage, Order::Ascending).count();
        assert!(kept <= 2, "{kept} payouts");
    }
    world.refuses.clear();
    world.env.block.height += 10;
    assert_eq!(world.block().transfers, [(DENOM.to_owned(), 5, vec![0])]);
}
