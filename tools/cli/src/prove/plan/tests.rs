use primitives::Txid;

use super::*;

const BOUNDS: Bounds = Bounds { proofs: 3, bytes: 10_000 };
const TIP: u32 = 1_000;

fn at(n: u8) -> OutPoint {
    OutPoint { txid: Txid::from_bytes([n; 32]), index: 0 }
}

fn place(height: u32) -> Place {
    Place { height, block: [7; 32], index: 1, branch: vec![8; 64] }
}

fn spend(height: u32) -> Spending {
    let (txid, tx) = (Txid::from_bytes([9; 32]), vec![1; 100]);
    Spending::Spent(Box::new(Spend { txid, tx, place: place(height) }))
}

fn stake(n: u8, standing: StandingAnswer, found: Option<Found>, spending: Option<Spending>) -> Stake {
    Stake { at: at(n), standing, found, spending }
}

/// A stake whose inclusion nobody has proven.
const fn new() -> StandingAnswer {
    StandingAnswer::Waiting { spent_height: None }
}

fn waiting(n: u8, height: u32) -> Stake {
    let found = Some(Found::In(place(height)));
    stake(n, new(), found, Some(Spending::Unspent))
}

fn seen(stakes: Vec<Stake>) -> Seen {
    let reach = Reach { lowest: 500, tip: TIP, brought: BTreeSet::new() };
    let (unsent, is_paused, has_moved, held) = (0, false, false, BTreeSet::new());
    Seen { reach, k: 6, w: 20, stakes, unsent, is_paused, has_moved, held }
}

/// The claims of a plan: which stake, and whether it is a spend.
fn claims(seen: &Seen) -> Vec<(OutPoint, bool)> {
    let steps = plan(seen, BOUNDS).steps.into_iter();
    let proofs = steps.filter_map(|step| match step {
        Step::Prove(proofs) => Some(proofs),
        _ => None,
    });
    proofs.flatten().map(|(at, claim, _)| (at, matches!(claim, Claim::Spent(_)))).collect()
}

fn one(stake: Stake) -> (Vec<(OutPoint, bool)>, Vec<String>) {
    let seen = seen(vec![stake]);
    (claims(&seen), plan(&seen, BOUNDS).waits)
}

const ACTIVE: StandingAnswer = StandingAnswer::Active { start_height: 600, end_height: 9_000 };

fn challenged(due_height: u32) -> StandingAnswer {
    StandingAnswer::Challenged { start_height: 600, end_height: 9_000, due_height }
}

#[test]
fn a_stake_that_waits_is_proven_k_deep_and_not_before() {
    assert_eq!(one(waiting(1, 994)), (vec![(at(1), false)], vec![]));
    let (none, waits) = one(waiting(1, 995));
    assert_eq!((none, waits.len()), (vec![], 1));
    assert!(waits[0].ends_with(":0: it is in block 995, 5 of 6 deep"), "{waits:?}");
    let (none, waits) = one(waiting(1, 1_001));
    assert!(none.is_empty() && waits[0].ends_with("which the light client does not have yet"), "{waits:?}");
}

#[test]
fn what_is_nowhere_or_in_no_block_waits_and_it_is_said() {
    for (found, why) in [
        (Found::Unknown, "Bitcoin, as it is asked, knows no such transaction"),
        (Found::Waiting, "it is in no block yet"),
    ] {
        let (none, waits) = one(stake(1, new(), Some(found), Some(Spending::Unspent)));
        assert!(none.is_empty() && waits[0].ends_with(why), "{waits:?}");
    }
    assert_eq!(one(stake(1, new(), None, None)), (vec![], vec![]), "nobody was asked");
}

#[test]
fn a_stake_that_was_spent_is_never_proven_to_be_there() {
    let spent = |height| Stake { spending: Some(spend(height)), ..waiting(1, 900) };
    assert_eq!(one(spent(994)), (vec![(at(1), true)], vec![]));
    let (none, waits) = one(spent(995));
    assert!(none.is_empty() && waits[0].contains("spends it in block 995, 5 of 6 deep"), "{waits:?}");
    let unknown = |spending| one(Stake { spending, ..waiting(1, 900) }).0;
    assert_eq!((unknown(None), unknown(Some(Spending::NotUpTo(950)))), (vec![], vec![]));
    // What is in no block yet may never be.
    assert_eq!(unknown(Some(Spending::Waiting(at(9).txid))), [(at(1), false)]);
}

#[test]
fn a_spend_of_what_counts_is_proven_k_deep() {
    let active = |height| stake(1, ACTIVE, None, Some(spend(height)));
    assert_eq!(one(active(994)).0, [(at(1), true)]);
    let (none, waits) = one(active(995));
    assert_eq!((none, waits.len()), (vec![], 1), "it costs two transactions if it is proven earlier");
    assert_eq!(one(stake(1, ACTIVE, None, Some(Spending::Unspent))), (vec![], vec![]));
}

#[test]
fn a_spend_of_what_is_challenged_is_proven_before_that_counts() {
    let claim = |due, height| one(stake(1, challenged(due), None, Some(spend(height)))).0;
    assert_eq!(claim(1_200, 994), [(at(1), true)]);
    assert_eq!(claim(1_200, 998), [], "there is time until it is k deep");
    assert_eq!(claim(1_005, 999), [(at(1), true)]);
    assert_eq!(claim(1_006, 999), []);
    assert_eq!(claim(1_005, 1_001), [], "the light client does not have that block");
}

#[test]
fn what_ended_is_proven_again_where_the_spend_has_gone() {
    for standing in
        [StandingAnswer::Ended { btc_height: 990 }, StandingAnswer::Waiting { spent_height: Some(990) }]
    {
        let ended = |spending| one(stake(1, standing.clone(), Some(Found::In(place(900))), Some(spending))).0;
        assert_eq!(ended(Spending::Unspent), [(at(1), false)]);
        assert_eq!(ended(spend(990)), [], "the contract knows");
    }
}

#[test]
fn spends_come_before_the_contract_follows_and_that_before_inclusions() {
    let stakes = vec![waiting(1, 900), stake(2, ACTIVE, None, Some(spend(900)))];
    let plan = plan(&Seen { has_moved: true, ..seen(stakes) }, BOUNDS);
    let kinds: Vec<_> = plan
        .steps
        .iter()
        .map(|step| match step {
            Step::Prove(proofs) => matches!(proofs[0].1, Claim::Spent(_)).to_string(),
            Step::Follow { .. } => "follow".to_owned(),
            Step::Bring(_) => "bring".to_owned(),
        })
        .collect();
    assert_eq!(kinds, ["true", "follow", "false"]);
}

#[test]
fn the_contract_is_asked_to_follow_when_there_may_be_something() {
    let why = |seen: Seen| match plan(&seen, BOUNDS).steps.as_slice() {
        [] => None,
        [Step::Follow { why }] => Some(why.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(why(seen(vec![])), None);
    assert_eq!(
        why(Seen { has_moved: true, ..seen(vec![]) }).as_deref(),
        Some("the light client has moved to 1000")
    );
    let unsent = Seen { unsent: 2, ..seen(vec![]) };
    assert_eq!(why(unsent.clone()).as_deref(), Some("2 outcomes were not taken by bsn"));
    assert_eq!(why(Seen { is_paused: true, ..unsent }), None, "it would refuse them again");
    let due = |height| seen(vec![stake(1, challenged(height), None, None)]);
    assert_eq!(why(due(1_000)).as_deref(), Some("1 challenged are due"));
    assert_eq!(why(due(1_001)), None);
}

#[test]
fn a_refused_stake_is_left_alone_for_a_while() {
    let seen = Seen { held: BTreeSet::from([at(1)]), ..seen(vec![waiting(1, 900), waiting(2, 900)]) };
    assert_eq!(claims(&seen), [(at(2), false)]);
}

#[test]
fn a_message_is_bounded_in_proofs_and_in_bytes() {
    let sizes = |stakes| {
        let steps = plan(&seen(stakes), BOUNDS).steps;
        let size = |step: &Step| if let Step::Prove(proofs) = step { proofs.len() } else { 0 };
        steps.iter().map(size).collect::<Vec<_>>()
    };
    assert_eq!(sizes((1..=7).map(|n| waiting(n, 900)).collect()), [3, 3, 1]);
    let long = |n| {
        let Spending::Spent(mut spend) = spend(900) else { panic!() };
        spend.tx = vec![0; 5_000];
        stake(n, ACTIVE, None, Some(Spending::Spent(spend)))
    };
    assert_eq!(sizes((1..=3).map(long).collect()), [1, 1, 1]);
}

#[test]
fn an_old_block_gets_its_way_and_headers_come_first() {
    let mut seen = seen(vec![waiting(1, 300), waiting(2, 900)]);
    let Step::Prove(proofs) = &plan(&seen, BOUNDS).steps[0] else { panic!() };
    assert!(matches!(proofs[0].2, Way::Carried { above: 512 }) && proofs.len() == 1, "too long for two");
    seen.reach = Reach { lowest: 5_000, tip: 9_000, brought: BTreeSet::new() };
    let steps = plan(&seen, BOUNDS).steps;
    assert!(matches!(steps[0], Step::Bring(Bring { above: 5_012, .. })), "{steps:?}");
}
