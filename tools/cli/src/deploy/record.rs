//! The record of a deployment: `deployments/<chain-id>.json`.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use api::Deployment;
use serde_json::{Value, json};

use super::codes::Code;
use super::read::plain;
use crate::keys::sender::Pending;

/// The version of this form.
const VERSION: u64 = 1;
/// Where what the chain cannot tell is kept.
const OWN: &str = "deploy";

/// A record, as JSON: fields of others stay as they are.
#[derive(Debug)]
pub struct Record {
    path: PathBuf,
    value: Value,
    /// Held as long as this call runs; the system lets go of it even when the call is killed.
    _lock: File,
}

impl Record {
    /// Opens it, or begins one; nobody else on this machine may have it open.
    ///
    /// # Errors
    /// If somebody has; if it is of another chain or form.
    pub fn open(folder: &Path, chain_id: &str) -> Result<Self> {
        plain("its chain", chain_id)?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let lock = lock(folder, chain_id)?;
        let path = folder.join(format!("{chain_id}.json"));
        let value = read(&path, chain_id)?;
        let empty = || json!({ "version": VERSION, "chain_id": chain_id });
        Ok(Self { path, value: value.unwrap_or_else(empty), _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of it.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The contract's address, if it is instantiated.
    pub fn bsn(&self) -> Option<&str> {
        self.value["bsn"]["address"].as_str()
    }

    /// The id of a code that was stored.
    pub fn noted(&self, code: Code) -> Option<u64> {
        self.value[code.field()]["code_id"].as_u64()
    }

    /// The proposal that was made last.
    pub fn proposal(&self) -> Option<u64> {
        self.value[OWN]["proposal"].as_u64()
    }

    /// What was on its way when an earlier call ended: which step, and its transaction.
    pub fn pending(&self) -> Option<(String, Pending)> {
        let pending = &self.value[OWN]["pending"];
        let (hash, sequence) = (pending["hash"].as_str()?.to_owned(), pending["sequence"].as_u64()?);
        Some((pending["step"].as_str()?.to_owned(), Pending { hash, sequence }))
    }

    /// Notes what is on its way.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn note_pending(&mut self, step: &str, pending: &Pending) -> Result<()> {
        let note = json!({ "step": step, "hash": pending.hash, "sequence": pending.sequence });
        self.set(&[OWN, "pending"], note);
        self.save()
    }

    /// Notes that nothing is on its way.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn settle(&mut self) -> Result<()> {
        if let Some(own) = self.value.get_mut(OWN).and_then(Value::as_object_mut) {
            own.remove("pending");
        }
        self.save()
    }

    /// Notes a proposal.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn note_proposal(&mut self, id: u64) -> Result<()> {
        self.set(&[OWN, "proposal"], json!(id));
        self.save()
    }

    /// Sets a field below names.
    pub fn set(&mut self, path: &[&str], value: Value) {
        let mut at = &mut self.value;
        for name in path {
            if !at.is_object() {
                *at = json!({});
            }
            at = &mut at[*name];
        }
        *at = value;
    }

    /// Writes it: whole or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn save(&self) -> Result<()> {
        write(&self.path, &format!("{}\n", serde_json::to_string_pretty(&self.value)?))
    }
}

/// Reads a record without holding it.
///
/// # Errors
/// As [`Record::open`]; if there is none.
pub fn peek(folder: &Path, chain_id: &str) -> Result<Value> {
    let path = folder.join(format!("{}.json", plain("its chain", chain_id)?));
    match read(&path, chain_id)? {
        Some(value) => Ok(value),
        None => bail!("there is no {}: call `bsn deploy` first", path.display()),
    }
}

fn read(path: &Path, chain_id: &str) -> Result<Option<Value>> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
    };
    let again = "delete it and call again: the chain tells the rest";
    let value: Value = serde_json::from_str(&text).with_context(|| format!("{shown} is no JSON; {again}"))?;
    if value["version"] != VERSION {
        bail!("{shown} is of version {}, and this program knows {VERSION}", value["version"]);
    }
    match value["chain_id"].as_str() {
        Some(id) if id == chain_id => {}
        Some(other) => bail!("{shown} is of the chain {other}, not of {chain_id}"),
        None => bail!("{shown} names no chain; {again}"),
    }
    let of_others = value.get("bsn").is_some();
    if of_others && let Err(error) = serde_json::from_value::<Deployment>(value.clone()) {
        bail!("{shown} is no deployment: {error}; {again}");
    }
    Ok(Some(value))
}

fn lock(folder: &Path, chain_id: &str) -> Result<File> {
    let path = folder.join(format!(".{chain_id}.lock"));
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            bail!("another call about {chain_id} is running here: it holds {}", path.display())
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

/// Writes a file beside its place, and then moves it there: whoever reads sees the old or the new one.
///
/// # Errors
/// If that fails.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let beside = path.with_extension("new");
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&beside, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            Self(std::env::temp_dir().join(format!("bsn-record-{name}-{}", std::process::id())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_others_wrote_stays_and_what_was_on_its_way_is_known() {
        let folder = Folder::new("keep");
        let pending = Pending { hash: "AB".to_owned(), sequence: 5 };
        {
            let mut record = Record::open(&folder.0, "a-1").unwrap();
            record.set(&["mine"], json!({ "x": 1 }));
            record.note_pending("store bsn.wasm", &pending).unwrap();
        }
        let mut record = Record::open(&folder.0, "a-1").unwrap();
        assert_eq!(record.pending(), Some(("store bsn.wasm".to_owned(), pending)));
        record.settle().unwrap();
        record.note_proposal(4).unwrap();
        drop(record);
        let record = Record::open(&folder.0, "a-1").unwrap();
        assert_eq!(
            (record.pending(), record.proposal(), &record.value()["mine"]["x"]),
            (None, Some(4), &json!(1))
        );
    }

    #[test]
    fn two_at_once_on_one_machine_are_refused() {
        let folder = Folder::new("lock");
        let first = Record::open(&folder.0, "a-1").unwrap();
        let said = Record::open(&folder.0, "a-1").unwrap_err().to_string();
        assert!(said.starts_with("another call about a-1 is running here: it holds "), "{said}");
        Record::open(&folder.0, "b-1").unwrap();
        drop(first);
        Record::open(&folder.0, "a-1").unwrap();
    }

    #[test]
    fn half_a_record_is_named_with_what_to_do() {
        let folder = Folder::new("half");
        drop(Record::open(&folder.0, "a-1").unwrap());
        let path = folder.0.join("a-1.json");
        let said = |text: &str| {
            std::fs::write(&path, text).unwrap();
            format!("{:#}", Record::open(&folder.0, "a-1").unwrap_err())
        };
        assert!(said("{\"version\":1,\"cha").contains("is no JSON; delete it and call again"));
        assert!(
            said(r#"{"version":2,"chain_id":"a-1"}"#).contains("is of version 2, and this program knows 1")
        );
        assert!(said(r#"{"version":1,"chain_id":"b-1"}"#).contains("is of the chain b-1, not of a-1"));
        assert!(said(r#"{"version":1}"#).contains("names no chain"));
        assert!(said(r#"{"version":1,"chain_id":"a-1","bsn":{}}"#).contains("is no deployment"));
        assert!(
            said(r#"{"version":1,"chain_id":"a-1","bitcoin":"regtest","bsn":{"code_id":"7"}}"#)
                .contains("is no deployment")
        );
    }
}
