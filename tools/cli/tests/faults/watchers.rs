//! What the tests of `bsn fish` and `bsn keep` share: the program, with the devnet's words.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bsn_cli::devnet::account;
use serde_json::Value;

use crate::support::Running;

/// Exit code, stdout and stderr.
pub type Ended = (i32, String, String);

/// Who calls the program, in a folder of their own.
pub struct Caller {
    pub devnet: std::sync::Arc<Running>,
    pub folder: PathBuf,
    pub index: u32,
}

impl Drop for Caller {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Caller {
    /// With the account of the devnet's words at a place.
    pub fn new(devnet: &std::sync::Arc<Running>, index: u32) -> Self {
        let port = devnet.at[0].port();
        let folder = std::env::temp_dir().join(format!("bsn-caller-{}-{port}-{index}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let words = folder.join("words");
        std::fs::write(&words, account::MNEMONIC).unwrap();
        std::fs::set_permissions(&words, std::fs::Permissions::from_mode(0o600)).unwrap();
        Self { devnet: std::sync::Arc::clone(devnet), folder, index }
    }

    pub fn node(&self) -> String {
        format!("http://{}", self.devnet.at[0])
    }

    /// The program, without anything that the environment says.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_bsn"));
        program.args(args).current_dir(&self.folder).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BSN_")) {
            program.env_remove(name);
        }
        program.stdout(Stdio::piped()).stderr(Stdio::piped());
        program
    }

    /// The program, to its end.
    pub fn bsn(&self, args: &[&str]) -> Ended {
        let out = self.command(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
    }

    /// The arguments, with a node and this caller's key.
    fn signed(&self, node: &str, args: &[&str]) -> Vec<String> {
        let path = account::path(self.index);
        let more = ["--node", node, "--mnemonic-file", "words", "--hd-path", &path];
        args.iter().chain(&more).map(|arg| (*arg).to_owned()).collect()
    }

    /// The program with this caller's node and key, to its end.
    pub fn sign(&self, args: &[&str]) -> Ended {
        let args = self.signed(&self.node(), args);
        self.bsn(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same, while it runs.
    pub fn start(&self, args: &[&str]) -> Started {
        self.start_at(&self.node(), args)
    }

    /// The same with another node than the devnet's own.
    pub fn start_at(&self, node: &str, args: &[&str]) -> Started {
        let args = self.signed(node, args);
        Started::new(self.command(&args.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}

/// A program that runs, line by line of JSON; it ends with this.
pub struct Started {
    child: Child,
    lines: Receiver<Value>,
    pub said: Vec<Value>,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Started {
    fn new(mut program: Command) -> Self {
        let mut child = program.stderr(Stdio::inherit()).spawn().unwrap();
        let out = child.stdout.take().unwrap();
        let (say, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if say.send(serde_json::from_str(&line).unwrap_or(Value::Null)).is_err() {
                    break;
                }
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Waits for an event of this name.
    pub fn hears(&mut self, event: &str) -> Value {
        self.says(event, |value| value["event"] == event)
    }

    /// Waits for a line.
    pub fn says(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut seen = 0;
        loop {
            if let Some(found) = self.said.iter().skip(seen).find(|value| is_it(value)) {
                return found.clone();
            }
            seen = self.said.len();
            let said = self.lines.recv_timeout(Duration::from_secs(90));
            self.said.push(said.unwrap_or_else(|error| panic!("no {what}: {error}, after {:?}", self.said)));
        }
    }

    /// Whether it goes on.
    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

/// The events of this name in what was printed.
pub fn events(out: &str, event: &str) -> Vec<Value> {
    let lines = out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|value| value["event"] == event).collect()
}
