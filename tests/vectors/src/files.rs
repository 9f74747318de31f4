//! Vectors made by others, found in the folder named by `BSN_VECTORS`, or in `../shared/vectors` next to the workspace.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Reads one vector, such as `babylon/fp_sk_1.dat`; `None`, with one line on the output, where this
/// machine has no vectors at all.
///
/// # Panics
/// If there are no vectors though `CI` or `BSN_VECTORS` is set, or if there are vectors but not this one.
pub fn load(path: &str) -> Option<Vec<u8>> {
    let promised = env::var_os("BSN_VECTORS");
    let must = promised.is_some() || env::var_os("CI").is_some();
    let root = promised.map_or_else(beside_the_workspace, PathBuf::from);
    load_from(&root, must, path)
}

fn beside_the_workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors")
}

fn load_from(root: &Path, must: bool, path: &str) -> Option<Vec<u8>> {
    if !root.is_dir() {
        assert!(!must, "no vectors in {}, though CI or BSN_VECTORS is set", root.display());
        println!("skipped: no vectors in {}, wanted {path}", root.display());
        return None;
    }
    let file = root.join(path);
    Some(fs::read(&file).unwrap_or_else(|error| panic!("vector {}: {error}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = env!("CARGO_MANIFEST_DIR");

    #[test]
    fn no_vectors_is_a_skip_where_none_were_promised() {
        assert_eq!(load_from(Path::new("/no/such/folder"), false, "a.dat"), None);
    }

    #[test]
    #[should_panic(expected = "no vectors in /no/such/folder")]
    fn no_vectors_is_a_failure_where_they_were_promised() {
        load_from(Path::new("/no/such/folder"), true, "a.dat");
    }

    #[test]
    #[should_panic(expected = "a.dat")]
    fn one_missing_vector_is_a_failure_even_where_none_were_promised() {
        load_from(Path::new(HERE), false, "a.dat");
    }

    #[test]
    fn a_vector_is_read_byte_by_byte() {
        let read = load_from(Path::new(HERE), true, "src/files.rs");
        assert_eq!(read, Some(include_bytes!("files.rs").to_vec()));
    }
}
