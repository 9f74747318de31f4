use super::*;

fn model(powers: &[u64]) -> Model {
    let mut model = Model { seats: 3, timestamped: 5, ..Model::default() };
    for (number, power) in powers.iter().enumerate() {
        let share = Share { sats: *power, expiry: 100 };
        let fp = Fp {
            stake: BTreeMap::from([("tx".into(), share)]),
            committed: vec![Committed { start: 1, end: 50, at: 1 }],
            ..Fp::default()
        };
        model.fps.insert([u8::try_from(number).unwrap(); 32], fp);
    }
    model
}

#[test]
fn the_most_powerful_are_selected_and_the_lower_key_wins() {
    let mut model = model(&[5, 9, 5, 5, 7]);
    let keys: Vec<u8> = model.select(10).keys().map(|key| key[0]).collect();
    assert_eq!(keys, [0, 1, 4]);
    model.fps.get_mut(&[1; 32]).unwrap().slashed = true;
    model.fps.get_mut(&[4; 32]).unwrap().jailed_until = Some(1);
    assert_eq!(model.select(10).len(), 3);
    assert!(model.select(51).is_empty(), "nobody has randomness there");
    model.timestamped = 1;
    assert!(model.select(10).is_empty(), "a commitment needs a later timestamp");
    model.timestamped = 5;
    model.tip = 100;
    assert!(model.select(10).is_empty(), "all stake has run out");
}

#[test]
fn a_height_is_passed_with_more_than_two_thirds_or_without_a_set() {
    let mut model = model(&[1, 1, 1]);
    model.sets.insert(3, model.select(3));
    model.votes.insert(3, BTreeSet::from([[0; 32], [1; 32], [9; 32]]));
    model.advance(6);
    assert_eq!((model.cursor, model.last_quorum), (2, None), "two of three are not more than two thirds");
    model.votes.entry(3).or_default().insert([2; 32]);
    model.advance(6);
    assert_eq!((model.cursor, model.last_quorum), (5, Some(3)));
}

#[test]
fn below_the_floor_nobody_is_selected() {
    let mut model = model(&[60, 20, 20, 9]);
    model.fps.get_mut(&[0; 32]).unwrap().jailed_until = Some(1);
    assert_eq!((model.ranked_stake(), model.select(10).len()), (100, 3));
    model.floor_percent = 50;
    assert!(model.select(10).is_empty(), "49 of 100: the jailed count");
    model.fps.get_mut(&[0; 32]).unwrap().slashed = true;
    assert_eq!((model.ranked_stake(), model.select(10).len()), (49, 3), "the slashed do not");
}

#[test]
fn what_needed_an_exclusion_makes_no_block_final() {
    let mut model = model(&[1, 1, 1]);
    for height in 1..=6 {
        model.sets.insert(height, model.select(height));
        let many = if height == 3 { 2 } else { 3 };
        model.votes.insert(height, (0..many).map(|key| [key; 32]).collect());
    }
    model.resumed.push((3, 6, BTreeSet::from([[2; 32]])));
    model.advance(7);
    assert_eq!((model.cursor, model.last_quorum, model.passed_over.len()), (6, Some(6), 1));
    let told = |height| model.told(height, 6).map(|told| (told.block, told.certified_by, told.gap_before));
    assert_eq!(told(1), Some(("final", Some(2), 0)));
    assert_eq!((told(2), told(3)), (Some(("resumed", Some(4), 1)), Some(("resumed", Some(4), 1))));
    assert_eq!((told(4), told(6)), (Some(("final", Some(5), 0)), Some(("pending", None, 0))));
    model.votes.entry(3).or_default().insert([2; 32]);
    assert_eq!(model.told(2, 6), None, "the vote came late, or not");
}

#[test]
fn a_miss_is_a_seat_without_a_vote() {
    let mut model = model(&[1]);
    for height in 1..=10 {
        model.sets.insert(height, model.select(height));
    }
    model.votes.insert(4, BTreeSet::from([[0; 32]]));
    assert_eq!(model.misses(&[0; 32], 10, 20), 9);
    assert_eq!(model.misses(&[0; 32], 10, 3), 4);
    model.late.insert((4, [0; 32]));
    assert_eq!(model.misses(&[0; 32], 10, 20), 10, "a vote after the verdict does not undo the miss");
    assert_eq!(model.misses(&[7; 32], 10, 20), 0);
}

#[test]
fn who_voted_for_another_hash_is_absent_and_may_be_left_out() {
    let mut model = model(&[1, 1, 1]);
    model.sets.insert(3, model.select(3));
    model.votes.insert(3, BTreeSet::from([[0; 32], [1; 32]]));
    model.advance(6);
    assert_eq!(model.gone_for_good(), None, "the third may still vote");
    model.misled.insert(3, BTreeSet::from([[2; 32]]));
    assert_eq!(model.misses(&[2; 32], 3, 1), 1);
    let (height, gone) = model.gone_for_good().unwrap();
    assert_eq!((height, gone.as_slice()), (3, &[[2; 32]][..]));
    model.resumed.push((3, 4, gone.into_iter().collect()));
    model.advance(6);
    assert_eq!((model.cursor, model.last_quorum), (5, None));
}
