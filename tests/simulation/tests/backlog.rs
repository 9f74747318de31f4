//! A backlog of votes by all is cleared in portions.

use devnet::Machine;
use simulation::backlog::{Backlog, clear};

#[test]
fn every_block_clears_a_portion_and_no_hook_is_expensive() {
    let plan = Backlog { seed: 1, fps: 8, heights: 600 };
    let cleared = clear(plan, &Machine::native(), |_| ()).unwrap_or_else(|broken| panic!("{broken}"));
    assert!(cleared.blocks > 1, "in portions: {cleared}");
    assert!(cleared.blocks < 30, "{cleared}");
    assert!(cleared.clearing > 5 * cleared.growing, "{cleared}");
}
