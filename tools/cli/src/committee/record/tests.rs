use std::io;
use std::path::PathBuf;

use super::*;

fn at(index: u32) -> OutPoint {
    OutPoint { txid: Txid::from_bytes([7; 32]), index }
}

fn head() -> Head {
    Head { chain_id: "app-1".to_owned(), member: XOnlyKey::from_bytes([3; 32]) }
}

fn file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("bsn-record-{name}-{}", std::process::id()));
    for end in ["", ".lock"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    create(&path, &head()).unwrap();
    path
}

#[test]
fn what_was_noted_is_there_after_a_restart() {
    let path = file("restart");
    assert!(create(&path, &head()).unwrap_err().to_string().contains("is there already"));
    let mut record = open(&path, &head()).unwrap();
    record.note(&at(0), &[1; 32]).unwrap();
    record.note(&at(9), &[2; 32]).unwrap();
    let said = format!("{:#}", open(&path, &head()).unwrap_err());
    assert!(said.ends_with("two must never sign with one key"), "{said}");
    drop(record);
    let record = open(&path, &head()).unwrap();
    assert_eq!((record.signed(&at(0)), record.signed(&at(9))), (Some(&[1; 32]), Some(&[2; 32])));
    assert_eq!((record.signed(&at(1)), record.count()), (None, 2));
}

#[test]
fn a_line_that_was_being_written_is_cut_and_all_other_damage_is_refused() {
    let path = file("damage");
    let mut record = open(&path, &head()).unwrap();
    record.note(&at(0), &[1; 32]).unwrap();
    record.note(&at(1), &[2; 32]).unwrap();
    drop(record);
    let whole = std::fs::read(&path).unwrap();
    assert_eq!((whole.len() - head_line(&head()).0.len()) % LINE, 0);
    // Cut anywhere in its last line: the first stays.
    for cut in 1..LINE {
        let torn = read(&whole[..whole.len() - cut], &head()).unwrap();
        assert_eq!((torn.signed.len(), torn.whole), (1, whole.len() - LINE), "{cut}");
    }
    // A byte changed anywhere: nothing is believed.
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        assert!(read(&changed, &head()).is_err(), "{place}");
    }
    // A line taken out, or written twice.
    let (first, rest) = whole.split_at(whole.len() - 2 * LINE);
    assert!(read(&[first, &rest[LINE..]].concat(), &head()).is_err());
    assert!(read(&[&whole[..], &rest[LINE..]].concat(), &head()).is_err());
}

#[test]
fn a_record_is_of_one_chain_and_one_member() {
    let path = file("other");
    for other in [
        Head { chain_id: "app-2".to_owned(), ..head() },
        Head { member: XOnlyKey::from_bytes([4; 32]), ..head() },
    ] {
        let said = format!("{:#}", open(&path, &other).unwrap_err());
        assert!(said.contains("it is not the record of"), "{said}");
    }
}

/// Fails at one of its two steps.
struct Failing {
    at_confirming: bool,
}

impl Disk for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<()> {
        if self.at_confirming { Ok(()) } else { Err(io::Error::other("full")) }
    }

    fn confirm(&mut self) -> io::Result<()> {
        Err(io::Error::other("gone"))
    }
}

#[test]
fn after_a_failure_of_the_disk_nothing_more_is_noted() {
    for at_confirming in [false, true] {
        let mut record = fresh(Failing { at_confirming }, &head());
        assert!(record.note(&at(0), &[1; 32]).is_err());
        assert_eq!(record.signed(&at(0)), None);
        let said = record.note(&at(0), &[1; 32]).unwrap_err().to_string();
        assert_eq!(said, "the disk failed before: start again");
    }
}
