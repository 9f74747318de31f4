mod source;

use super::*;

/// C-40
#[test]
fn no_two_keys_overlap() {
    let mut letters = LETTERS.to_vec();
    letters.sort_unstable();
    letters.dedup();
    assert_eq!(letters.len(), LETTERS.len());
    assert!(!letters.contains(&b'c'), "cw2's contract_info");
    let source = [include_str!("../state.rs"), include_str!("grid.rs")].concat();
    let declared: Vec<u8> = source
        .split("(b'")
        .skip(1)
        .filter_map(|rest| rest.as_bytes().first().copied())
        .filter(u8::is_ascii_alphanumeric)
        .collect();
    assert_eq!(declared, LETTERS, "a letter is declared that LETTERS does not list, or twice");
}

#[test]
fn the_ranking_is_by_power_and_then_by_key() {
    let most = ranking_key(VotingPower::new(9), &[2; 32]);
    let tie = ranking_key(VotingPower::new(9), &[3; 32]);
    let least = ranking_key(VotingPower::new(1), &[0; 32]);
    assert!(most < tie && tie < least);
}

/// C-40
#[test]
fn a_table_names_the_files_that_write_and_delete_its_records() {
    let declared = [include_str!("../state.rs"), include_str!("grid.rs")].concat();
    let sources = source::rooms();
    for table in source::tables(&declared) {
        let writers = source::files(&sources, |code| table.is_written_in(code));
        assert_eq!(table.writers, writers, "{} is written by", table.name);
        let deleters = source::files(&sources, |code| table.is_deleted_in(code));
        assert_eq!(table.deleters, deleters, "{} is deleted by", table.name);
    }
}

/// What other contracts read ([`api::bsn::raw`]): where the record lies, and its first bytes.
#[test]
fn an_anchor_lies_where_other_contracts_read_it() {
    use cosmwasm_std::Storage;
    use primitives::{AppHash, BlockHash};

    let mut storage = cosmwasm_std::testing::MockStorage::new();
    let (app_hash, block_hash) = (AppHash::from_bytes([1; 32]), BlockHash::from_bytes([2; 32]));
    let (height, ranked) = (BlockHeight::new(0x0102), Ranked::AllActive);
    let (time, cursor) = (UnixTime::new(3), BlockHeight::new(4));
    let anchor = Anchor { app_hash, block_hash, time, cursor, total: None, backlog_full: false, ranked };
    ANCHORS.save(&mut storage, &height_key(height), &anchor).unwrap();
    let record = storage.get(&api::bsn::raw::anchor_key(height.get())).unwrap();
    assert_eq!(record[api::bsn::raw::ANCHOR_APP_HASH], [1; 32]);
    assert_eq!(record[api::bsn::raw::ANCHOR_BLOCK_HASH], [2; 32]);
    assert_eq!(api::bsn::raw::ANCHOR_PREFIX, ANCHORS.letter());
    assert_eq!(api::bsn::raw::FINALITY_KEY, [MARKS.letter()]);
}

/// A letter that is written out would outlive a change of it, and finds no reader.
#[test]
fn a_letter_is_written_out_in_the_declarations_alone() {
    for (file, code) in source::all().into_iter().filter(|(file, _)| !file.starts_with("state")) {
        assert_eq!(source::letter_in(&code), None, "{file}");
    }
}
