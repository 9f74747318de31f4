use finality::evidence::SignedHash;

use super::*;
use crate::fish::source::Seen;
use crate::fish::vote::tests::{context, public, vote, vote_with};

fn watch(keys: &[u8]) -> Watch {
    Watch::new(context(), Net::new(1_000), keys.iter().map(|number| public(*number)).collect())
}

fn looked(node: &str, height: u64, hash: &str, votes: &[Vote]) -> Looked {
    let votes = votes.iter().map(|vote| (*vote, "TX".into())).collect();
    let mut root = [0; 32];
    root[..node.len() + hash.len()].copy_from_slice([node, hash].concat().as_bytes());
    let block = Seen { height, hash_hex: hash.to_owned(), root, txs: 1, votes };
    Looked { node: node.to_owned(), tip: height, next: height + 1, blocks: vec![block], waiting: Vec::new() }
}

#[test]
fn votes_that_two_forks_show_are_put_together_and_the_fork_is_said_once() {
    let mut watch = watch(&[1, 2]);
    let (here, there) =
        (looked("a", 9, "x", &[vote(1, 8, 7), vote(2, 8, 7)]), looked("b", 9, "y", &[vote(1, 8, 6)]));
    assert_eq!(watch.take(&here).unwrap(), (vec![], vec![vote(1, 8, 7), vote(2, 8, 7)]));
    let (news, _) = watch.take(&there).unwrap();
    let blocks = [("a", "x"), ("b", "y")].map(|(node, hash)| (node.to_owned(), hash.to_owned()));
    assert_eq!(news[0], News::Fork { height: 9, blocks });
    let News::Found { finding: Finding::TwoHashes { evidence, .. }, at } = &news[1] else {
        panic!("{news:?}")
    };
    assert_eq!((evidence.provider, at), (public(1), &("b".to_owned(), "TX".to_owned())));
    let (again, _) = watch.take(&looked("b", 10, "z", &[vote(1, 8, 6)])).unwrap();
    assert_eq!(again, []);
    assert_eq!(watch.take(&looked("a", 10, "q", &[])).unwrap().0, [], "of two nodes a fork is said once");
}

#[test]
fn a_vote_that_waits_counts_like_one_in_a_block() {
    let mut watch = watch(&[1]);
    watch.take(&looked("a", 9, "x", &[vote(1, 8, 7)])).unwrap();
    let mut mempool = looked("a", 10, "y", &[]);
    mempool.waiting = vec![(vote(1, 8, 6), "WAITS".into())];
    let (news, _) = watch.take(&mempool).unwrap();
    assert!(matches!(&news[..], [News::Found { at: (_, tx), .. }] if tx == "WAITS"), "{news:?}");
}

#[test]
fn a_forged_vote_frames_nobody_and_shadows_nothing() {
    let mut watch = watch(&[1]);
    let good = vote(1, 8, 7);
    let forged = Vote { signed: SignedHash { signature: [1; 32], ..vote(1, 8, 6).signed }, ..good };
    let (news, kept) = watch.take(&looked("liar", 9, "x", &[forged, good, forged])).unwrap();
    assert_eq!((news, kept, watch.tally.forged), (vec![], vec![good], 2));
    let (news, _) = watch.take(&looked("a", 9, "x", &[vote(1, 8, 6)])).unwrap();
    assert_eq!(news.len(), 1);
}

#[test]
fn who_registers_later_is_judged_then_and_strangers_take_no_room() {
    let mut watch = watch(&[1]);
    let votes = [vote(2, 8, 7), vote(2, 8, 6), vote(3, 8, 6)];
    assert_eq!(watch.take(&looked("a", 9, "x", &votes)).unwrap(), (vec![], vec![]));
    assert!(watch.has_strangers() && watch.net().held() == 0);
    let (news, kept) = watch.admit([public(1), public(2)].into()).unwrap();
    assert_eq!((news.len(), kept.len(), watch.tally.strangers), (1, 2, 1));
    assert!(!watch.has_strangers());
    for height in 0..=STRANGERS as u64 {
        watch.vote(&vote(3, 8, 6), "a", &height.to_string(), &mut Vec::new()).unwrap();
    }
    assert_eq!((watch.strangers.len(), watch.tally.strangers), (STRANGERS, 2));
}

#[test]
fn who_is_slashed_is_watched_no_more() {
    let mut watch = watch(&[1]);
    watch.take(&looked("a", 9, "x", &[vote(1, 8, 7)])).unwrap();
    watch.settle(&public(1));
    let (news, kept) = watch.take(&looked("a", 10, "y", &[vote(1, 8, 6), vote(1, 8, 7)])).unwrap();
    assert_eq!((news, kept, watch.net().held()), (vec![], vec![], 0));
}

#[test]
fn a_nonce_again_is_an_alarm() {
    let mut watch = watch(&[1]);
    let (news, _) = watch.take(&looked("a", 9, "x", &[vote(1, 8, 7), vote_with(1, 8, 9, 7)])).unwrap();
    assert!(matches!(&news[..], [News::Found { finding: Finding::NonceAgain { .. }, .. }]), "{news:?}");
}

#[test]
fn transactions_that_two_nodes_show_are_judged_once_and_each_of_many_kinds_is_said_once() {
    let mut watch = watch(&[1]);
    let forged = Vote { signed: SignedHash { signature: [1; 32], ..vote(1, 8, 7).signed }, ..vote(1, 8, 7) };
    let first = looked("a", 9, "x", &[forged]);
    watch.take(&first).unwrap();
    watch.take(&Looked { node: "b".to_owned(), ..first }).unwrap();
    assert_eq!((watch.tally.forged, watch.tally.blocks), (1, 1));
    let many: Vec<Vote> = (1..9).flat_map(|height| [vote(1, height, 7), vote(1, height, 6)]).collect();
    assert_eq!(watch.take(&looked("a", 10, "y", &many)).unwrap().0.len(), 1);
}
