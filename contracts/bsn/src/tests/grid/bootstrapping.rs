use super::*;
use crate::state::ACTIVE;
use finality::grid::Interval;

/// By default, in blocks.
const RESUME_DELAY: u64 = 1_000;

impl Chain {
    /// A chain whose randomness waits for a closed grid height, as it does where stake counts without Babylon.
    fn waiting(stakes: &[u64]) -> Self {
        let mut chain = Self::new(stakes);
        chain.wait();
        chain
    }

    fn wait(&mut self) {
        let storage = &mut self.world.deps.storage;
        let mut marks = MARKS.load(storage).unwrap();
        marks.grid.as_mut().unwrap().closed_through = Some(at(0));
        marks.stale = true;
        MARKS.save(storage, &marks).unwrap();
    }

    /// The commitment of an FP, in full.
    fn named(&self, fp: u8) -> Value {
        let root = Binary::from(self.trees[usize::from(fp) - 1].root());
        json!({ "fp_pubkey_hex": key(fp), "start": SET, "count": COUNT, "root": root })
    }

    fn bootstrap(&self, fps: &[u8]) -> Value {
        let named: Vec<Value> = fps.iter().map(|fp| self.named(*fp)).collect();
        json!({ "bootstrap": { "commitments": named } })
    }

    fn active(&self) -> usize {
        ACTIVE.load(&self.world.deps.storage).unwrap().len()
    }

    /// The first block in which the admin's word is taken.
    fn go_silent(&mut self) {
        self.go(self.grid().first.get() + RESUME_DELAY + 1);
    }

    /// Bytes of everything.
    fn state(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let storage = &self.world.deps.storage;
        cosmwasm_std::Storage::range(storage, None, None, cosmwasm_std::Order::Ascending).collect()
    }

    /// A refusal, which changes nothing.
    fn refuses(&mut self, message: Value) -> String {
        let before = self.state();
        let why = self.world.refused("admin", message);
        assert!(before == self.state(), "{why}");
        why
    }
}

/// Rule 9, from the first word to the first close.
#[test]
fn randomness_counts_by_word_and_from_a_close_on_by_itself() {
    let mut chain = Chain::waiting(&[10, 5]);
    chain.go_silent();
    assert_eq!((chain.active(), chain.grid().root), (0, None), "timestamped, and nothing closed");
    let response = chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
    let first = chain.grid().first.get();
    assert_eq!(first, Interval::new(C, true).unwrap().first_snapshot(at(chain.height())).get());
    let attributes = &response.events[0].attributes;
    assert_eq!(response.events[0].ty, "bootstrap");
    assert_eq!(attributes[0].value, format!("{},", key(1)));
    assert_eq!(attributes[1].value, first.to_string());

    chain.go(first + C);
    assert_eq!((chain.active(), chain.grid().root), (1, Some(at(first))));
    assert_eq!(chain.seats(first), [(1, 10)]);
    chain.votes(&[1], first + C);
    chain.block(&WHOLE);
    assert_eq!(chain.closed_through(), first + C);
    chain.block(&WHOLE);
    assert_eq!(chain.active(), 2, "the other commitment is older than what closed");
}

/// A commitment that is younger than what closed waits for the next close.
#[test]
fn a_younger_commitment_waits_for_the_next_close() {
    let mut chain = Chain::waiting(&[10]);
    chain.go_silent();
    chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
    let first = chain.grid().first.get();
    chain.go(first + C);
    let commitment = Commitment { start: at(SET), count: COUNT, root: [5; 32], committed_at: at(first + C) };
    chain.world.stake(0, Items::fps(0, [2]).0);
    chain.set_stake(2, 9);
    chain.commit(2, commitment);
    chain.timestamp(first + 2 * C);
    chain.votes(&[1], first + C);
    chain.go(first + C + 3);
    assert_eq!(
        (chain.closed_through(), chain.active()),
        (first + C, 1),
        "made in the block of the grid height"
    );
    chain.timestamp(first + C);
    chain.go(first + 2 * C);
    chain.votes(&[1], first + 2 * C);
    chain.go(first + 2 * C + 2);
    assert_eq!((chain.closed_through(), chain.active()), (first + 2 * C, 1), "closed, not timestamped above");
    chain.timestamp(first + C + 1);
    chain.go(first + 2 * C + 3);
    assert_eq!(chain.active(), 2);
}

#[test]
fn before_activation_the_word_is_taken_at_once() {
    let knobs = json!({ "min_active_percent": 34, "finality_activation_height": SET + 100 });
    let mut world = World::start(knobs).unwrap();
    world.connect(0, 0);
    world.env.block.height = SET;
    let mut chain = Chain { world, trees: vec![] };
    chain.join(10);
    chain.migrate(Some(C)).unwrap();
    chain.wait();
    let first = chain.grid().first;
    chain.go(SET + 99);
    chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
    assert_eq!(chain.grid().first, first);
    chain.go(SET + 100);
    assert!(chain.refuses(chain.bootstrap(&[1])).contains("grid heights may close still"));
    assert_eq!(chain.active(), 1);
}

#[test]
fn afterwards_only_where_nothing_has_closed_for_the_whole_delay() {
    let mut chain = Chain::waiting(&[10, 90]);
    chain.go(chain.grid().first.get() + RESUME_DELAY);
    let not_before = chain.height() + 1;
    assert!(chain.refuses(chain.bootstrap(&[2])).contains(&format!("bootstrap is from {not_before} on")));
    chain.go(not_before);
    chain.world.execute("admin", chain.bootstrap(&[2])).unwrap();
    let first = chain.grid().first.get();
    chain.go(first + C);
    chain.votes(&[2], first + C);
    chain.go(first + C + 30);
    assert_eq!((chain.closed_through(), chain.grid().closed_at), (first + C, at(first + C + 1)));
    chain.set_stake(2, 1);
    chain.set_status(1, FpStatus::Jailed { until: primitives::UnixTime::new(u64::MAX) });
    chain.go(first + C + 1 + RESUME_DELAY);
    assert!(chain.refuses(chain.bootstrap(&[1])).contains("may close still: the last did in block"));
}

#[test]
fn afterwards_only_where_less_than_half_have_randomness() {
    let mut chain = Chain::waiting(&[49, 51]);
    chain.go_silent();
    chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
    chain.go_silent();
    chain.set_stake(2, 49);
    assert!(
        chain.refuses(chain.bootstrap(&[2])).contains("49 of 98 ranked sats have randomness that counts")
    );
    chain.set_stake(2, 50);
    chain.world.execute("admin", chain.bootstrap(&[2])).unwrap();
}

/// What was open is over; committees, closing and votes begin anew.
#[test]
fn a_later_word_is_another_root() {
    let mut chain = Chain::waiting(&[10, 30]);
    chain.go_silent();
    chain.world.execute("admin", chain.bootstrap(&[2])).unwrap();
    let old = chain.grid().first.get();
    chain.go(old + C);
    chain.votes(&[2], old + C);
    chain.go(old + 2 * C);
    assert_eq!(chain.closed_through(), old + C);
    chain.slash(2);
    chain.set_stake(2, 0);
    chain.change(1, |record| record.stake = VotingPower::new(10));
    let storage = &mut chain.world.deps.storage;
    let mut commitment = PLACED.may_load(storage, &fp_height_key(id(1), at(SET))).unwrap().unwrap();
    commitment.0.committed_at = at(old + C);
    PLACED.save(storage, &fp_height_key(id(1), at(SET)), &commitment).unwrap();
    chain.go(old + C + 2 + RESUME_DELAY);
    chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
    let grid = chain.grid();
    assert_eq!((grid.root, chain.closed_through()), (None, 0));
    assert!(grid.first > at(chain.height() + C));
    chain.go(grid.first.get() + C);
    assert_eq!(chain.grid().root, Some(grid.first));
    chain.votes(&[1], grid.first.get() + C);
    chain.go(grid.first.get() + C + 1);
    assert_eq!(chain.closed_through(), grid.first.get() + C);
}

#[test]
fn the_word_is_the_admins_and_names_what_its_fp_committed_to() {
    let mut chain = Chain::waiting(&[10, 5]);
    chain.go_silent();
    assert!(chain.world.refused("anybody", chain.bootstrap(&[1])).contains("may not let randomness count"));
    assert!(chain.refuses(chain.bootstrap(&[])).contains("1 to 50 commitments, got 0"));
    assert!(chain.refuses(chain.bootstrap(&[1; 51])).contains("1 to 50 commitments, got 51"));
    assert!(chain.refuses(chain.bootstrap(&[1, 1])).contains("is named twice"));
    let with = |chain: &Chain, field: &str, value: Value| {
        let mut other = chain.named(2);
        other[field] = value;
        json!({ "bootstrap": { "commitments": [chain.named(1), other] } })
    };
    for (field, value, why) in [
        ("root", json!(Binary::from([1; 32])), "has another count or root"),
        ("count", json!(COUNT - 1), "has another count or root"),
        ("start", json!(SET + 1), "has no commitment from height"),
        ("root", json!(Binary::from([1; 31])), "root"),
        ("fp_pubkey_hex", json!(key(7)), &key(7)),
        ("fp_pubkey_hex", json!("zz"), "hex"),
    ] {
        let message = with(&chain, field, value);
        let said = chain.refuses(message);
        assert!(said.contains(why), "{said}");
    }
    chain.slash(2);
    assert!(chain.refuses(chain.bootstrap(&[1, 2])).contains(&key(2)));
    chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
}

#[test]
fn where_babylons_timestamps_decide_there_is_nothing_to_say() {
    let mut chain = Chain::new(&[10]);
    chain.go_silent();
    assert_eq!(chain.active(), 1);
    assert!(chain.refuses(chain.bootstrap(&[1])).contains("waits for no grid height"));
    let mut chain = Chain::without_grid(&[10]);
    assert!(chain.refuses(chain.bootstrap(&[1])).contains("waits for no grid height"));
}

#[test]
fn trust_says_whose_word_counts() {
    let mut chain = Chain::waiting(&[10]);
    let rows = |chain: &Chain| chain.world.ask(json!({ "trust": {} }))["rows"].to_string();
    assert!(!rows(&chain).contains("before a grid height closes"));
    chain.go_silent();
    chain.world.execute("admin", chain.bootstrap(&[1])).unwrap();
    let said = format!("the admin, the last time in block {}: 1 commitments", chain.height());
    assert!(rows(&chain).contains(&said), "{}", rows(&chain));
}

#[test]
fn a_grid_is_chosen_at_instantiation_by_the_same_rules() {
    let started = |knobs: Value| World::start(knobs).map(|world| GRID.at(&world.deps.storage, &[]));
    assert_eq!(started(json!({})).unwrap(), None);
    let grid = started(json!({ "grid": C, "min_active_percent": 34 })).unwrap().unwrap();
    let first = grid.interval.first_snapshot(at(cosmwasm_std::testing::mock_env().block.height));
    assert_eq!((grid.interval.blocks(), grid.first, grid.root), (C, first, None));
    for (blocks, percent, why) in [
        (59, 34, "must be 60 to 10000"),
        (10_001, 34, "must be 60 to 10000"),
        (60, 33, "a min_active_percent of 34 at least, got 33"),
    ] {
        let refused = started(json!({ "grid": blocks, "min_active_percent": percent })).unwrap_err();
        assert!(refused.contains(why), "{refused}");
    }
    let signet = json!({ "network": "signet", "grid": 600 });
    assert_eq!(started(signet).unwrap().unwrap().interval.blocks(), 600, "not on regtest alone");
}

fn waits(world: &World) -> Option<BlockHeight> {
    MARKS.load(&world.deps.storage).unwrap().grid.and_then(|grid| grid.closed_through)
}

#[test]
fn randomness_waits_where_stake_counts_without_babylon() {
    let started = |source: &str, network: &str, grid: Option<u64>| {
        World::start(json!({
            "network": network, "grid": grid, "min_active_percent": 34, "stake_source": source,
            "btc_light_client": account("light-client"), "verified_stake": { "code_id": 7, "settings": "e30=" },
        }))
    };
    for (source, expected) in [("verified", None), ("both", Some(at(0))), ("bitcoin", Some(at(0)))] {
        assert_eq!(waits(&started(source, "regtest", Some(600)).unwrap()), expected, "{source}");
    }
    assert!(started("verified", "signet", Some(601)).is_ok());
    assert!(started("both", "signet", Some(601)).err().unwrap().contains("must be 60 to 600"));
    assert!(started("verified", "signet", None).is_ok());
    assert!(started("both", "signet", None).err().unwrap().contains("stake_source both needs a grid"));
    assert!(started("both", "regtest", None).is_ok());
}

#[test]
fn a_switch_of_the_source_lets_randomness_wait() {
    let switched = |interval: u64| {
        let mut chain = Chain::without_grid(&[10]);
        let storage = &mut chain.world.deps.storage;
        let mut config = crate::state::CONFIG.load(storage).unwrap();
        config.stake_source = api::bsn::StakeSource::Verified;
        config.stake_verifier = Some("verifier".into());
        crate::state::CONFIG.save(storage, &config).unwrap();
        chain.migrate(Some(interval)).unwrap();
        assert_eq!(waits(&chain.world), None);
        let message = from_json(br#"{"stake_source":"both"}"#).unwrap();
        let env = chain.world.env.clone();
        let migrated = entry::migrate(chain.world.deps.as_mut(), env, message);
        migrated.map(|_| chain).map_err(|error| error.to_string())
    };
    assert!(switched(601).err().unwrap().contains("must be 60 to 600"));
    let mut chain = switched(C).unwrap();
    assert_eq!(waits(&chain.world), Some(at(0)));
    assert!(MARKS.load(&chain.world.deps.storage).unwrap().stale);
    chain.block(&WHOLE);
    assert_eq!(chain.active(), 0, "nothing has closed");
}
