use tests::gas::{Snapshot, figures, snapshot_path};

/// What the README says a call costs is what was measured last.
#[test]
fn the_readme_and_the_pictures_show_the_snapshot() {
    let snapshot = Snapshot::read(&snapshot_path()).unwrap();
    let stale = figures::stale(&snapshot).unwrap();
    assert!(stale.is_empty(), "run cargo xtask figures: {stale:?}");
}
