//! Programs that this one starts, and surely stops again: when it goes on without them, when it fails, when it is asked to
//! end, and when it is killed.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// The groups of all programs that were ever started.
static STARTED: Mutex<Vec<Pid>> = Mutex::new(Vec::new());
/// Waits until the pipe to it breaks, which it does however we end, and kills a group.
const GUARD: &str = "read -r _; kill -s KILL -- -$0";

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

/// Which of the groups that were started still have somebody in them.
pub fn left() -> Vec<i32> {
    let started = STARTED.lock().map(|started| started.clone()).unwrap_or_default();
    // Signal 0 reaches nobody and asks whether there is anybody.
    started.into_iter().filter(|group| killpg(*group, None).is_ok()).map(Pid::as_raw).collect()
}

/// A program in a process group of its own, its words in a file; dropping it kills the group.
#[derive(Debug)]
pub struct Program {
    name: String,
    group: Pid,
    child: Child,
    guard: Child,
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
        let group = Pid::from_raw(i32::try_from(child.id()).context("a process id")?);
        if let Ok(mut started) = STARTED.lock() {
            started.push(group);
        }
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, &group.to_string()]).stdin(Stdio::piped()).stdout(Stdio::null());
        match guard.stderr(Stdio::null()).process_group(0).spawn() {
            Ok(guard) => Ok(Self { name: name.to_owned(), group, child, guard }),
            Err(error) => {
                let _ = killpg(group, Signal::SIGKILL);
                Err(error).context("cannot start a guard")
            }
        }
    }

    /// # Errors
    /// If it has ended.
    pub fn check_alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} ended with {status}: see its log", self.name),
        }
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child.try_wait().with_context(|| format!("cannot look at {}", self.name))
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
        // An error says that nobody is left to hear it.
        let _ = killpg(self.group, signal);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        let _ = self.child.wait();
        let _ = self.guard.kill();
        let _ = self.guard.wait();
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

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = "sleep 300 & sleep 300";

    fn family() -> Program {
        let log = std::env::temp_dir().join(format!("chain-test-{}.log", std::process::id()));
        Program::start("a family", Command::new("sh").args(["-c", FAMILY]), &log).unwrap()
    }

    fn is_gone(group: Pid) -> bool {
        (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            killpg(group, None).is_err()
        })
    }

    #[test]
    fn whoever_is_dropped_leaves_nobody() {
        let program = family();
        let group = program.group;
        assert!(killpg(group, None).is_ok() && left().contains(&group.as_raw()));
        drop(program);
        assert!(is_gone(group) && !left().contains(&group.as_raw()));
    }

    #[test]
    fn a_failure_leaves_nobody() {
        let mut group = None;
        let failed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let program = family();
            group = Some(program.group);
            panic!("a claim does not hold");
        }));
        assert!(failed.is_err() && is_gone(group.unwrap()));
    }

    #[test]
    fn the_guard_kills_the_group_when_its_pipe_breaks() {
        let mut program = family();
        // As the system does for a process that was killed.
        drop(program.guard.stdin.take());
        assert!(program.guard.wait().unwrap().success());
        program.child.wait().unwrap();
        assert!(is_gone(program.group));
    }

    #[test]
    fn waiting_ends() {
        let waited = wait_for("nothing", Duration::from_millis(1), || Ok(None::<()>));
        assert!(waited.unwrap_err().to_string().contains("in vain: nothing"));
    }
}
