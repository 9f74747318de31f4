//! Makes the README's table and the picture anew from the snapshot.

use tests::gas::{GasError, Snapshot, figures, snapshot_path};

fn main() -> Result<(), GasError> {
    figures::write(&Snapshot::read(&snapshot_path())?)
}
