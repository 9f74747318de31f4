use super::*;

const G: u64 = ROOT + C;

fn grid(chain: &Chain) -> Value {
    chain.world.ask(json!({ "grid": {} }))
}

fn power(chain: &Chain, fp: u8, height: u64) -> u64 {
    let question = json!({ "finality_provider_power": { "btc_pk_hex": key(fp), "height": height } });
    let power = chain.world.ask(question)["power"].as_u64().unwrap();
    let batch = json!({ "finality_provider_power_batch": { "btc_pk_hex": key(fp), "heights": [height] } });
    assert_eq!(chain.world.ask(batch)["powers"], json!([[height, power]]), "one by one or many at once");
    power
}

fn trust(chain: &Chain) -> String {
    chain.world.ask(json!({ "trust": {} }))["rows"].to_string()
}

fn sixty() -> Chain {
    let mut chain = Chain::new(&[30, 20, 10]);
    chain.go(ROOT);
    chain
}

#[test]
fn without_a_grid_there_is_nothing_to_tell() {
    let mut chain = Chain::without_grid(&[10]);
    chain.go(ROOT + C);
    assert_eq!(grid(&chain), Value::Null);
    assert!(!trust(&chain).contains("changes of the set"));
    assert!(!chain.world.alarms().contains("grid"));
}

#[test]
fn grid_heights_are_told_with_their_state() {
    let mut chain = sixty();
    chain.go(G);
    chain.votes(&[1, 2], G);
    chain.go(G + C - 1);
    chain.lose(G + C);
    chain.go(G + 2 * C);
    chain.votes(&[3], G + 2 * C);
    let told = grid(&chain);
    assert_eq!((&told["interval"], &told["root"]), (&json!(C), &json!(ROOT)));
    assert_eq!((&told["closed_through"], &told["ordered_through"]), (&json!(G), &json!(G)));
    assert_eq!(told["runway"], SET + COUNT - 1 - (G + 2 * C));
    let heights = told["heights"].as_array().unwrap();
    let said: Vec<_> = heights
        .iter()
        .map(|one| {
            (one["height"].as_u64().unwrap(), one["state"].as_str().unwrap(), one["voted"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(said, [(G + 2 * C, "open", 10), (G + C, "hole", 0), (G, "closed", 50), (ROOT, "root", 0)]);
    let named = chain.committee(G).unwrap().named;
    assert_eq!(heights[2]["hash_hex"], hex::encode(named.hash));
    assert_eq!(
        (&heights[2]["total"], &heights[2]["taken"], &heights[2]["active"]),
        (&json!(60), &json!(60), &json!(60))
    );
    assert_eq!((&heights[2]["source"], &heights[3]["total"]), (&json!(G), &json!(0)));

    chain.go(G + C + 1_001);
    assert!(!trust(&chain).contains("never closed"));
    chain.world.execute("admin", json!({ "excuse_grid": { "through": G + C } })).unwrap();
    let told = grid(&chain);
    let excused = told["heights"].as_array().unwrap().iter().find(|one| one["height"] == G + C).unwrap();
    assert_eq!((&excused["state"], &told["excused_through"]), (&json!("excused"), &json!(G + C)));
    assert_eq!(told["closed_through"], G);
    let trust = trust(&chain);
    assert!(trust.contains(&format!("from the root at height {ROOT} on")), "{trust}");
    assert!(trust.contains(&format!("the admin, through {}", G + C)), "{trust}");
}

#[test]
fn no_more_than_48_grid_heights_are_told() {
    let mut chain = sixty();
    chain.go(ROOT + 60 * C);
    assert_eq!(grid(&chain)["heights"].as_array().unwrap().len(), 48);
}

#[test]
fn who_left_has_power_at_the_grid_heights_of_its_committees() {
    let mut chain = sixty();
    chain.set_stake(2, 0);
    chain.go(ROOT + 1);
    assert_eq!(power(&chain, 2, G), 20, "before it has come");
    assert_eq!((power(&chain, 2, G - 1), power(&chain, 2, G + 1)), (0, 0));
    chain.set_stake(1, 25);
    chain.set_stake(3, 40);
    chain.go(G);
    assert_eq!([1, 2, 3].map(|fp| power(&chain, fp, G)), [30, 20, 40], "the larger");
    assert_eq!(power(&chain, 2, G + C), 0, "the next committee is without it");
    chain.votes(&[1, 2], G);
    chain.go(G + 2 * C + 1);
    assert_eq!(power(&chain, 2, G), 0, "forgotten");
    let mut slashed = sixty();
    slashed.slash(2);
    slashed.go(G);
    assert_eq!(power(&slashed, 2, G), 0);
}

#[test]
fn what_was_signed_for_the_grid_is_told_as_other_votes_are() {
    let mut chain = sixty();
    chain.set_stake(2, 0);
    chain.go(G);
    let info = |chain: &Chain| {
        chain.world.ask(json!({ "signing_info": { "fp_btc_pk_hex": key(2), "btc_pk_hex": key(2) } }))
    };
    assert!(info(&chain)["last_signed_height"].as_u64().unwrap() < G);
    let signature = |chain: &Chain| {
        let question = json!({ "finality_signature": { "btc_pk_hex": key(2), "height": G } });
        chain.world.ask(question)["signature"].as_array().unwrap().len()
    };
    assert_eq!(signature(&chain), 0);
    chain.vote(2, G, APP_HASH).unwrap();
    assert_eq!(signature(&chain), 32);
    // Whether the cursor stands below the height or above it.
    for cursor in [G - 1, G + 5] {
        chain.go(G + 6);
        let storage = &mut chain.world.deps.storage;
        let marks = Marks { cursor: at(cursor), ..MARKS.load(storage).unwrap() };
        MARKS.save(storage, &marks).unwrap();
        assert_eq!(info(&chain)["last_signed_height"], G, "{cursor}");
    }
    let mut other = sixty();
    other.set_stake(2, 0);
    other.go(G);
    other.vote(2, G, FORK).unwrap();
    assert_eq!(signature(&other), 0, "of this chain's hash alone");
}

#[test]
fn a_grid_height_that_is_open_for_long_is_an_alarm_with_who_is_missing() {
    let mut chain = sixty();
    chain.go(G);
    chain.votes(&[2], G);
    chain.go(G + 100);
    assert!(!chain.world.alarms().contains("grid height"), "{}", chain.world.alarms());
    chain.go(G + 101);
    let alarms = chain.world.alarms();
    assert!(
        alarms.contains(&format!("grid height {G} is open for 101 blocks: 21 of 60 sats are missing")),
        "{alarms}"
    );
    assert!(alarms.contains(&key(1)) && alarms.contains(&key(3)) && !alarms.contains(&key(2)), "{alarms}");
    assert!(alarms.contains("and 0 more"), "{alarms}");

    let mut many = Chain::new(&[7; 14]);
    many.go(ROOT + C + 101);
    let alarms = many.world.alarms();
    assert!(alarms.contains("and 4 more"), "{alarms}");

    let mut hole = sixty();
    hole.go(G - 1);
    hole.lose(G);
    hole.go(G + 101);
    assert!(hole.world.alarms().contains(&format!("grid height {G} is a hole and never closes")));
}

#[test]
fn a_small_share_and_a_short_runway_are_alarms() {
    let mut chain = Chain::new(&[79, 21]);
    let short =
        |end: u64| Commitment { start: at(SET), count: end - SET + 1, root: [1; 32], committed_at: at(SET) };
    chain.commit(2, short(ROOT + 2 * C));
    chain.go(ROOT);
    let alarms = chain.world.alarms();
    assert!(
        alarms.contains(&format!("the committee after grid height {ROOT} has 79 of 100 active sats")),
        "{alarms}"
    );
    assert!(!alarms.contains("the randomness of the committee ends"), "{alarms}");

    let mut chain = Chain::new(&[80, 20]);
    chain.commit(1, short(ROOT + 3 * C));
    chain.go(ROOT);
    assert_eq!(grid(&chain)["runway"], 3 * C, "that of more than two thirds");
    let alarms = chain.world.alarms();
    assert!(
        !alarms.contains("the randomness of the committee ends") && !alarms.contains("less than 80"),
        "{alarms}"
    );
    chain.go(ROOT + 1);
    let alarms = chain.world.alarms();
    assert!(
        alarms.contains(&format!("the randomness of the committee ends in {} blocks", 3 * C - 1)),
        "{alarms}"
    );
}
