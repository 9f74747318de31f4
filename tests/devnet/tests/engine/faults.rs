use devnet::{Failure, Fault, Hook, HookOutcome};
use serde_json::json;

use crate::{
    hooks::{arm, registered},
    probe::{call, count, sequence, submessage, submessages, write},
};

#[test]
fn a_lost_hook_is_not_called_and_the_next_one_is() {
    let mut w = registered();
    let height = w.chain.height() + 1;
    w.chain.faults.lose(height, Hook::BeginStaking);
    let block = w.chain.next_block();
    assert_eq!(block.hook(Hook::BeginStaking).unwrap().outcome, HookOutcome::Lost);
    assert_eq!(block.hook(Hook::BeginFinality).unwrap().outcome, HookOutcome::Done);
    assert!(w.journal(&w.other).is_empty());
}

#[test]
fn a_torn_hook_keeps_exactly_its_first_writes() {
    for kept in 0..=4 {
        let mut w = registered();
        let probe = w.probe.clone();
        let height = w.chain.height() + 2;
        w.chain.faults.lose_all([height - 1, height]);
        arm(&mut w, &probe, write(4, 1)); // after the journal's one: five in all
        w.chain.next_block();
        let before = w.chain.storage(&w.probe);
        w.chain.faults.tear(height, Hook::BeginFinality, kept);
        let block = w.chain.next_block();
        let torn = block.hook(Hook::BeginFinality).unwrap();
        assert_eq!(torn.outcome, HookOutcome::Failed(Failure::Torn));
        let after = w.chain.storage(&w.probe);
        let new: Vec<_> = after.into_iter().filter(|pair| !before.contains(pair)).collect();
        assert_eq!(new.len() as u64, kept);
        let line = new.iter().find(|(key, _)| key.starts_with(b"journal/"));
        assert_eq!(line.map(|(_, value)| value.as_slice()), (kept > 0).then_some(b"begin_block".as_slice()));
        for entry in 0..kept.saturating_sub(1) {
            let key = [b"entry/".as_slice(), &(entry as u32).to_be_bytes()].concat();
            assert!(new.iter().any(|(new, _)| *new == key), "entry {entry} of {kept} kept writes");
        }
    }
}

#[test]
fn a_hook_with_fewer_writes_is_not_torn() {
    let mut w = registered();
    let height = w.chain.height() + 1;
    w.chain.faults.tear(height, Hook::BeginFinality, 1);
    assert_eq!(w.chain.next_block().hook(Hook::BeginFinality).unwrap().outcome, HookOutcome::Done);
}

#[test]
fn tearing_a_submessage_undoes_it_alone_and_nobody_replies() {
    let mut w = registered();
    let (probe, other) = (w.probe.clone(), w.other.clone());
    let inner = sequence(&[count(), count()]);
    let message = submessage(call(&other, &inner), "always", None);
    arm(&mut w, &probe, sequence(&[count(), submessages(&[message])]));
    w.chain.next_block();
    let (own, others) = (w.count(&probe), w.count(&other));
    let height = w.chain.height() + 1;
    w.chain.faults.lose(height, Hook::EndFinality);
    // journal, counter | journal of the other, its counter, torn here
    w.chain.faults.tear(height, Hook::BeginFinality, 4);
    w.chain.next_block();
    assert_eq!(w.count(&probe), own + 1);
    assert_eq!(w.count(&other), others);
    assert!(!w.journal(&probe).last().unwrap().starts_with("reply"));
}

#[test]
fn a_starved_hook_leaves_nothing_unless_the_module_is_old() {
    for keep_writes in [false, true] {
        let mut w = registered();
        let probe = w.probe.clone();
        arm(&mut w, &probe, sequence(&[count(), json!({ "loop": {} })]));
        let height = w.chain.height() + 2;
        w.chain.faults.lose_all([height - 1, height]);
        w.chain.faults.plan(height, Hook::EndFinality, Fault::Gas { limit: 200_000, keep_writes });
        let blocks = w.chain.next_blocks(2);
        let end = blocks[1].hook(Hook::EndFinality).unwrap();
        assert!(matches!(end.outcome, HookOutcome::Failed(Failure::OutOfGas(_))));
        assert_eq!(w.count(&probe), u64::from(keep_writes));
    }
}
