use super::*;

const G: u64 = ROOT + C;

fn closes(responses: &[Response]) -> Vec<u64> {
    let events = responses.iter().flat_map(|response| &response.events);
    let closed = events.filter(|event| event.ty == "close_grid");
    closed.map(|event| event.attributes[0].value.parse().unwrap()).collect()
}

#[test]
fn more_than_two_thirds_of_the_committee_close_its_height() {
    let mut chain = Chain::new(&[30, 20, 10]);
    chain.go(ROOT);
    // The live set is another one by now.
    chain.set_stake(1, 5);
    chain.set_stake(3, 900);
    chain.go(G);
    chain.votes(&[1, 3], G);
    assert_eq!(closes(&chain.block(&WHOLE)), [0; 0], "40 of 60 are two thirds");
    chain.votes(&[2], G);
    assert_eq!(closes(&chain.block(&WHOLE)), [G]);
    assert_eq!((chain.closed_through(), chain.grid().order.ordered_through.get()), (G, G));
    assert_eq!(closes(&chain.block(&WHOLE)), [0; 0]);
}

#[test]
fn grid_heights_close_in_their_order_one_a_block() {
    let mut chain = Chain::new(&[10]);
    chain.go(G + 2 * C);
    chain.votes(&[1], G + 2 * C);
    chain.votes(&[1], G + C);
    assert_eq!(closes(&chain.block(&WHOLE)), [0; 0], "the one below is open");
    chain.votes(&[1], G);
    for height in [G, G + C, G + 2 * C] {
        assert_eq!(closes(&chain.block(&WHOLE)), [height]);
    }
    assert_eq!(closes(&chain.block(&WHOLE)), [0; 0]);
}

/// The hook that should have closed it is lost.
#[test]
fn a_lost_hook_closes_with_the_next() {
    let mut chain = Chain::new(&[10]);
    chain.go(G);
    chain.votes(&[1], G);
    chain.block(&["begin_block"]);
    assert_eq!(chain.closed_through(), 0);
    chain.lose(G + 10);
    assert_eq!(closes(&chain.block(&["begin_block", "end_block"])), [G]);
}

#[test]
fn a_hole_closes_never_and_an_excuse_passes_it() {
    let mut chain = Chain::new(&[10]);
    chain.go(G - 1);
    chain.lose(G);
    chain.go(G + C);
    chain.votes(&[1], G);
    chain.votes(&[1], G + C);
    assert_eq!(closes(&chain.block(&WHOLE)), [0; 0]);
    let excuse = |through: u64| json!({ "excuse_grid": { "through": through } });
    assert!(chain.world.refused("anybody", excuse(G)).contains("may not"));
    assert!(chain.world.refused("admin", excuse(G)).contains("too young to be excused"));
    chain.go(G + 1_001);
    assert!(chain.world.refused("admin", excuse(G + 1)).contains("no grid height"));
    let grid = chain.grid();
    let response = chain.world.execute("admin", excuse(G)).unwrap();
    assert_eq!(response.events[0].ty, "excuse_grid");
    assert_eq!(
        (chain.closed_through(), chain.grid().order.ordered_through.get()),
        (0, G),
        "for the order only"
    );
    assert_eq!(chain.grid().excused, at(G));
    assert_ne!(chain.grid(), grid);
    assert!(chain.world.refused("admin", excuse(G)).contains("closed or excused"));
    assert_eq!(closes(&chain.block(&WHOLE)), [G + C]);
    assert_eq!(chain.closed_through(), G + C);
}

#[test]
fn there_is_nothing_to_excuse_without_a_grid_or_before_its_root() {
    let excuse = json!({ "excuse_grid": { "through": ROOT } });
    let mut chain = Chain::without_grid(&[10]);
    assert!(chain.world.refused("admin", excuse.clone()).contains("there is no grid yet"));
    let mut chain = Chain::new(&[]);
    chain.go(ROOT + 1_010);
    assert!(chain.world.refused("admin", excuse).contains("there is no grid yet"));
}

#[test]
fn a_grid_is_set_once_within_its_bounds_and_beside_a_floor() {
    let mut chain = Chain::without_grid(&[10]);
    for (blocks, why) in [(59, "must be 60 to 10000"), (10_001, "must be 60 to 10000")] {
        assert!(chain.migrate(Some(blocks)).unwrap_err().contains(why));
    }
    chain.migrate(None).unwrap();
    assert_eq!(MARKS.load(&chain.world.deps.storage).unwrap().grid, None);
    let floor = |percent: u64| json!({ "update_config": { "min_active_percent": percent } });
    chain.world.execute("admin", floor(33)).unwrap();
    assert!(chain.migrate(Some(60)).unwrap_err().contains("a min_active_percent of 34 at least, got 33"));
    chain.world.execute("admin", floor(34)).unwrap();
    chain.migrate(Some(60)).unwrap();
    assert!(chain.migrate(Some(60)).unwrap_err().contains("chosen once"));
    chain.migrate(None).unwrap();
    assert!(chain.world.refused("admin", floor(33)).contains("a min_active_percent of 34 at least"));
    chain.world.execute("admin", floor(35)).unwrap();
}

#[test]
fn a_later_activation_moves_the_first_snapshot() {
    let knobs = json!({ "min_active_percent": 34, "finality_activation_height": 20_000 });
    let mut world = World::start(knobs).unwrap();
    world.env.block.height = SET;
    let mut chain = Chain { world, trees: vec![] };
    chain.migrate(Some(C)).unwrap();
    assert_eq!(chain.grid().first, at(20_100));
    let later = |height: u64| json!({ "update_config": { "finality_activation_height": height } });
    chain.world.execute("admin", later(20_021)).unwrap();
    assert_eq!((chain.grid().first, chain.grid().settled), (at(20_160), at(20_100)));
    chain.world.execute("admin", later(13_000)).unwrap();
    assert_eq!(chain.grid().first, at(13_080));
    let grid = MARKS.load(&chain.world.deps.storage).unwrap().grid.unwrap();
    assert!(grid.wakes <= at(chain.height()), "the hooks hear of it");
}

/// The coins of a committee whose stake may have ended unseen are free to lie.
#[test]
fn nothing_closes_by_an_old_tip_of_bitcoin() {
    let mut chain = Chain::new(&[10]);
    chain.go(G);
    chain.set_stale(true);
    chain.votes(&[1], G);
    assert_eq!(closes(&chain.block(&WHOLE)), [0; 0]);
    chain.set_stale(false);
    let mut closed = vec![];
    while closed.is_empty() && chain.height() < G + 2 * C {
        closed = closes(&chain.block(&WHOLE));
    }
    assert_eq!(closed, [G]);
}
