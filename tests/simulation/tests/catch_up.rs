//! The states of the gas rows `worst_silence_200`, `worst_resume_batches_200` and `worst_set_changes_200` natively: what the
//! hooks' storage costs, and that everything moves with every block. The same on the real wasm is in `tests/src/gas`.

use devnet::Machine;
use simulation::Broken;
use simulation::catch_up::{Behind, Caught, resume, set_changes, silence};

fn caught_up(behind: Result<Behind, Broken>) -> Caught {
    let caught = behind.and_then(|behind| behind.on(&Machine::native())).and_then(Behind::catch_up);
    caught.unwrap_or_else(|broken| panic!("{broken}"))
}

#[test]
fn two_hundred_that_are_silent_are_judged_in_portions() {
    let noted = caught_up(silence(5, 20));
    assert!(noted.blocks < 30, "{noted:?}");
    let jailed = caught_up(silence(100, 100));
    assert!(jailed.blocks < 30, "{jailed:?}");
}

#[test]
fn a_resumption_over_messages_of_many_is_passed_and_settled_in_portions() {
    for retention in [10, 10_000] {
        let caught = caught_up(resume(retention));
        assert!(caught.blocks < 40, "{caught:?}");
    }
}

#[test]
fn sets_that_change_at_every_height_are_settled_in_portions() {
    let caught = caught_up(set_changes());
    assert!(caught.blocks < 20, "{caught:?}");
}
