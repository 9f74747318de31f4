//! The net on disk: a line of JSON a vote, behind a line that says of which chain and contract. What cannot be read is left
//! out, such as the end of a line that was being written when the machine stopped; each vote is verified again.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::net::Net;
use super::vote::{Vote, votes_in};

/// The version of the form.
const FORM: u64 = 1;

/// A file of votes.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    head: Value,
    file: File,
    lines: usize,
    most: usize,
}

impl Store {
    /// Opens it, and gives the votes in it. At most twice as many lines are in it as votes are kept.
    ///
    /// # Errors
    /// A file that cannot be read, or of another chain or contract.
    pub fn open(path: &Path, chain_id: &str, contract: &str, most: usize) -> Result<(Self, Vec<Vote>)> {
        let shown = path.display();
        let head = json!({ "form": FORM, "chain_id": chain_id, "contract": contract });
        let (mut votes, mut lines, mut is_new) = (Vec::new(), 0, true);
        match File::open(path) {
            Ok(file) => {
                for line in BufReader::new(file).split(b'\n') {
                    let line = line.with_context(|| format!("cannot read {shown}"))?;
                    if is_new && serde_json::from_slice::<Value>(&line).ok().as_ref() != Some(&head) {
                        bail!("{shown} is not of the contract {contract} on {chain_id}: name another file");
                    }
                    votes.extend(votes_in(&line));
                    (lines, is_new) = (lines + 1, false);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {shown}")),
        }
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.with_context(|| format!("cannot write {shown}"))?;
        let mut store = Self { path: path.to_owned(), head, file, lines, most };
        if is_new {
            let head = store.head.to_string();
            store.write(&head)?;
        } else {
            // A line that was cut ends here.
            store.write("")?;
        }
        Ok((store, votes))
    }

    /// Adds votes; where there are too many lines, only those in the net stay.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn add(&mut self, votes: &[Vote], net: &Net) -> Result<()> {
        for vote in votes {
            self.write(&line(vote))?;
        }
        if self.lines > self.most.saturating_mul(2).saturating_add(2) {
            self.rewrite(net)?;
        }
        Ok(())
    }

    fn write(&mut self, line: &str) -> Result<()> {
        writeln!(self.file, "{line}").with_context(|| format!("cannot write {}", self.path.display()))?;
        self.lines += 1;
        Ok(())
    }

    fn rewrite(&mut self, net: &Net) -> Result<()> {
        let cannot = || format!("cannot write {}", self.path.display());
        let fresh = self.path.with_extension("new");
        let mut file = File::create(&fresh).with_context(cannot)?;
        let mut text = format!("{}\n", self.head);
        net.votes().for_each(|vote| text.extend([line(vote).as_str(), "\n"]));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(cannot)?;
        std::fs::rename(&fresh, &self.path).with_context(cannot)?;
        self.file = OpenOptions::new().append(true).open(&self.path).with_context(cannot)?;
        self.lines = net.held() + 1;
        Ok(())
    }
}

/// A vote as its message has it, without the proof.
fn line(vote: &Vote) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    json!({ "submit_finality_signature": {
        "fp_pubkey_hex": vote.provider.to_string(),
        "height": vote.height.get(),
        "pub_rand": STANDARD.encode(vote.randomness.as_bytes()),
        "block_hash": STANDARD.encode(vote.signed.app_hash.as_bytes()),
        "signature": STANDARD.encode(vote.signed.signature),
    } })
    .to_string()
}

#[cfg(test)]
mod tests;
