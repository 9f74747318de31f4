//! Programs that this one starts, and surely stops again.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on ctrl-c and SIGTERM are noted, and [`check`] fails: so everything unwinds and stops what it started.
///
/// # Errors
/// If the handler cannot be set.
pub fn listen() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("cannot listen for ctrl-c")
}

/// # Errors
/// If somebody wants this to end.
pub fn check() -> Result<()> {
    if INTERRUPTED.load(Ordering::SeqCst) {
        bail!("interrupted");
    }
    Ok(())
}

/// Sleeps, unless somebody wants this to end.
///
/// # Errors
/// As [`check`].
pub fn pause(time: Duration) -> Result<()> {
    check()?;
    std::thread::sleep(time);
    check()
}

/// Tries until there is something, twice a block or so.
///
/// # Errors
/// Those of `attempt`; if nothing came in `limit`; as [`check`].
pub fn wait_for<T>(what: &str, limit: Duration, mut attempt: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(found) = attempt()? {
            return Ok(found);
        }
        if start.elapsed() > limit {
            bail!("waited {} s in vain: {what}", limit.as_secs());
        }
        pause(Duration::from_millis(150))?;
    }
}

/// A program in a process group of its own, its words in a file; dropping it kills the group.
#[derive(Debug)]
pub struct Program {
    name: String,
    child: Child,
}

impl Program {
    /// Starts it; what it says is appended to `log`.
    ///
    /// # Errors
    /// If the log or the program cannot be opened.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let out = append(log)?;
        let err = out.try_clone().context("cannot share a log")?;
        let child = command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name: name.to_owned(), child })
    }

    /// # Errors
    /// If it has ended.
    pub fn check_alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}: see its log", self.name),
        }
    }

    /// Asks it to end and waits; kills what is left after ten seconds.
    pub fn stop(mut self) {
        self.signal(Signal::SIGTERM);
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(self);
    }

    fn signal(&self, signal: Signal) {
        if let Ok(id) = i32::try_from(self.child.id()) {
            // An error says that nobody is left to hear it.
            let _ = killpg(Pid::from_raw(id), signal);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
    }
}

fn append(log: &Path) -> Result<File> {
    let open = OpenOptions::new().create(true).append(true).open(log);
    open.with_context(|| format!("cannot open {}", log.display()))
}

/// Runs a program to its end and gives its stdout; its stderr is appended to `log` and quoted if it fails.
///
/// # Errors
/// If it cannot be started or fails.
pub fn run(command: &mut Command, log: &Path) -> Result<String> {
    check()?;
    let shown = format!("{command:?}");
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {shown}"))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    use std::io::Write;
    writeln!(append(log)?, "$ {shown}\n{out}{err}").context("cannot write a log")?;
    if !output.status.success() {
        let last = err.lines().chain(out.lines().last()).last();
        bail!("{shown} failed: {}", last.unwrap_or("without a word"));
    }
    Ok(out.into_owned())
}
