use std::{
    env,
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

/// A folder for compiled modules that no other running process uses.
///
/// Compiling a contract takes seconds, loading a compiled one milliseconds, so the folders outlive
/// the process: `devnet-cache/<vm version>/<n>` in the target folder (else in the system's temporary
/// folder), or under `DEVNET_CACHE`. Each process takes the first `n` that is free and holds a file
/// lock on it until it ends.
#[derive(Debug)]
pub struct CacheDir {
    path: PathBuf,
    _lock: File,
}

impl CacheDir {
    /// Takes the first free folder for this version of the VM.
    ///
    /// # Errors
    /// If no folder can be made.
    pub fn take(version: &str) -> io::Result<Self> {
        Self::take_in(&root().join(version))
    }

    fn take_in(parent: &Path) -> io::Result<Self> {
        let mut slot = 0u32;
        loop {
            let path = parent.join(slot.to_string());
            fs::create_dir_all(&path)?;
            let lock = OpenOptions::new().create(true).truncate(false).write(true).open(path.join("lock"))?;
            match lock.try_lock() {
                Ok(()) => return Ok(Self { path, _lock: lock }),
                Err(fs::TryLockError::WouldBlock) => slot += 1,
                Err(fs::TryLockError::Error(e)) => return Err(e),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn root() -> PathBuf {
    if let Some(dir) = env::var_os("DEVNET_CACHE") {
        return dir.into();
    }
    // Cargo tags its target folder with this file.
    let exe = env::current_exe().unwrap_or_default();
    let target = exe.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file());
    target.map_or_else(env::temp_dir, Path::to_owned).join("devnet-cache")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_users_never_share_a_folder() {
        let parent = env::temp_dir().join(format!("devnet-cache-test-{}", std::process::id()));
        let first = CacheDir::take_in(&parent).unwrap();
        let second = CacheDir::take_in(&parent).unwrap();
        assert_ne!(first.path(), second.path());
        let path = first.path().to_owned();
        drop(first);
        assert_eq!(CacheDir::take_in(&parent).unwrap().path(), path);
        fs::remove_dir_all(parent).unwrap();
    }
}
