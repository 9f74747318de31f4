//! Proves: C-36, K28
//!
//! What the contract keeps grows to the size of its retention and no further, its blocks do not cost more, and bytes
//! are kept as bytes: a vote takes some sixty. Longer, and with a picture: `cargo xtask flat`.

use bsn::state::{self, ANCHORS};
use devnet::network::{Network, Setup};
use serde_json::json;
use tests::flat;

/// After so many blocks every slot of a vote has been used.
const SLOTS: u64 = 256;

#[test]
fn where_every_table_is_in_use() {
    let samples = flat::run(4, flat::WARM + 6 * flat::SAMPLE, |_| ()).unwrap();
    assert_eq!(flat::complaints(&samples), Vec::<String>::new(), "{samples:?}");
    // The incumbent's finality contract alone keeps 30,000 bytes for each block with 60 providers.
    let young = samples[3];
    assert!(young.bytes / young.block < 4 * 64 + 500, "{young:?}");
}

#[test]
fn a_vote_takes_some_sixty_bytes_and_its_slot_is_used_again() {
    let over = json!({"vote_retention": 10, "vote_window": 3, "anchor_retention_s": 60});
    let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10]).with(over)).unwrap();
    for _ in 0..2 {
        network.run(SLOTS + 20).unwrap();
        let storage = network.chain.storage(&network.bsn);
        let sizes = |letter| {
            let entries = storage.iter().filter(move |(key, _)| key[0] == letter);
            entries.map(|(key, value)| key.len() + value.len()).collect::<Vec<_>>()
        };
        let (votes, anchors) = (sizes(state::SLOTS.letter()), sizes(ANCHORS.letter()));
        assert_eq!(votes.len(), 4 * usize::try_from(SLOTS).unwrap());
        assert!(votes.iter().all(|bytes| *bytes < 64), "{votes:?}");
        assert!(anchors.iter().all(|bytes| *bytes < 120), "{anchors:?}");
    }
}
