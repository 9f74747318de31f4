use devnet::gas;

use crate::probe::{count, world, write};

#[test]
fn a_call_is_charged_for_each_storage_access_at_the_sdks_price() {
    let mut w = world();
    w.run(count()).unwrap();
    let usage = w.run(count()).unwrap().usage;
    // The journal: an iterator over one step backwards, one write. The counter: one read, one write.
    let line = [b"journal/".as_slice(), &[0; 8]].concat();
    let step = gas::step_price(Some((&line, b"execute")));
    let expected = 2 * step
        + gas::write_price(&line, b"execute")
        + gas::read_price(b"count", &[0; 8])
        + gas::write_price(b"count", &[0; 8]);
    assert_eq!(usage.storage_gas, expected);
    assert_eq!((usage.reads, usage.writes, usage.scans, usage.steps, usage.deletes), (1, 2, 1, 1, 0));
    assert_eq!(usage.sdk_gas(), usage.cosmwasm_gas / 140_000 + expected);
    assert_eq!(usage.charged_gas(), usage.sdk_gas() + 60_000);
    w.chain.pin_code(w.code);
    assert_eq!(w.run(count()).unwrap().usage.instance_gas, 2_000);
}

#[test]
fn a_hundred_thousand_entries_do_not_alter_the_price_of_a_call() {
    let mut w = world();
    w.run(count()).unwrap();
    let small = w.chain.clone().execute(&w.user, &w.probe, &count()).unwrap().usage;
    w.run(write(100_000, 32)).unwrap();
    assert_eq!(w.chain.state_size(&w.probe).entries, 100_004);
    w.chain.next_block();
    assert_eq!(w.run(count()).unwrap().usage.storage_gas, small.storage_gas);
}
