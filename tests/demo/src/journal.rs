//! Every event, a line of JSON each.

use std::{fs, io};

use cosmwasm_std::Event;
use serde_json::{Map, json};

/// The events so far.
#[derive(Debug, Default)]
pub struct Journal {
    lines: Vec<String>,
    outline: Vec<(u64, String, String)>,
}

impl Journal {
    /// Notes events of the block at `height`; `source` is `tx`, `relay`, `chain` or a hook's name.
    pub fn note(&mut self, height: u64, source: &str, events: &[Event]) {
        for event in events {
            let attributes: Vec<_> = event.attributes.iter().map(|a| json!([a.key, a.value])).collect();
            let mut line = Map::new();
            line.insert("height".to_owned(), height.into());
            line.insert("source".to_owned(), source.into());
            line.insert("type".to_owned(), event.ty.clone().into());
            line.insert("attributes".to_owned(), attributes.into());
            self.outline.push((height, source.to_owned(), event.ty.clone()));
            self.lines.push(serde_json::Value::Object(line).to_string());
        }
    }

    /// Height, source and type of each event, in order: what happened, without addresses and hashes.
    pub fn outline(&self) -> &[(u64, String, String)] {
        &self.outline
    }

    /// Its lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = &String> {
        self.lines.iter()
    }
}

/// Writes lines into a file of the current folder.
pub fn write<'a>(path: &str, lines: impl Iterator<Item = &'a String>) -> io::Result<()> {
    let mut text = String::new();
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    fs::write(path, text).map_err(|e| io::Error::new(e.kind(), format!("cannot write {path}: {e}")))
}
