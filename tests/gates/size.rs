use crate::artifact;

/// What stock chains take: 800 KiB.
const LIMIT: usize = 800 * 1024;
/// What `bsn` may take until it is reorganized; from then on this number may only fall.
const BSN_LIMIT: usize = 805_000;

/// C-43
#[test]
fn every_artifact_is_smaller_than_800_kib() {
    for artifact in artifact::all() {
        assert!(artifact.wasm.len() < LIMIT, "{} has {} bytes", artifact.name, artifact.wasm.len());
    }
}

/// C-43
#[test]
fn bsn_does_not_grow() {
    let size = artifact::load(artifact::BSN).wasm.len();
    assert!(size < BSN_LIMIT, "{size} bytes: share the shapes of messages, or move a stateless part out");
}
