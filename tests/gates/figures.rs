use tests::gas::{Snapshot, figures, snapshot_path};

/// What the README says a call costs is what was measured last.
#[test]
fn the_readme_and_the_pictures_show_the_snapshot() {
    let snapshot = Snapshot::read(&snapshot_path()).unwrap();
    let stale = figures::stale(&snapshot).unwrap();
    assert!(stale.is_empty(), "run cargo xtask figures: {stale:?}");
}

/// What a relayer is told that the longest packets cost: the snapshot, in thousands.
#[test]
fn the_relayers_page_shows_the_snapshot() {
    let page =
        std::fs::read_to_string(crate::artifact::root().join("tools/cli/handbook/src/relayer.md")).unwrap();
    let snapshot = Snapshot::read(&snapshot_path()).unwrap();
    for (row, begins) in [
        ("timestamp_packet_junk_250kB", "| a timestamp whose transactions are followed by junk"),
        ("staking_packet_witness_250kB", "| a delegation whose transaction has a long witness"),
        ("staking_packet_output_250kB", "| a delegation whose transaction has a long output"),
    ] {
        let line = page.lines().find(|line| line.starts_with(begins)).unwrap_or_else(|| panic!("{begins}"));
        let shown = line.trim_end_matches([' ', '|']).rsplit('|').next().unwrap().trim().replace(',', "");
        let measured = snapshot.0[row];
        assert_eq!(shown.parse(), Ok((measured + 500) / 1_000 * 1_000), "{row}");
    }
}
