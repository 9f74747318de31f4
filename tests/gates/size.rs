use crate::artifact;

/// What stock chains take: 800 KiB.
const LIMIT: usize = 800 * 1024;
/// What `bsn` may take, so that it can still grow.
const BSN_LIMIT: usize = 700_000;

/// C-43
#[test]
fn every_artifact_is_smaller_than_800_kib() {
    for artifact in artifact::all() {
        assert!(artifact.wasm.len() < LIMIT, "{} has {} bytes", artifact.name, artifact.wasm.len());
    }
}

/// C-43
#[test]
fn bsn_is_smaller_than_700_000_bytes() {
    let size = artifact::load(artifact::BSN).wasm.len();
    assert!(size < BSN_LIMIT, "{size} bytes: see the size rule in the README of contracts/bsn");
}
