//! A contract's source is a house too: each room (a file of `src`, with the folder of its name) uses lower floors only.

use std::{collections::BTreeMap, path::Path};

use crate::{artifact, contracts::CONTRACTS};

/// The floors of a contract, from the ground up. Rooms on one floor do not use each other.
type Floors = &'static [&'static [&'static str]];

const HOUSES: [(&str, Floors); 3] = [
    (
        "contracts/bsn/src",
        &[
            &["error", "host"],
            &["parse", "state"],
            &["config"],
            &["verifier"],
            &["active_set", "bitcoin", "channel", "evidence", "intake", "migrations", "rewards"],
            &["heights"],
            &["sweep"],
            &["execute", "ibc", "instantiate", "migrate", "query", "sudo"],
            &["lib"],
        ],
    ),
    (
        "contracts/btc-light-client/src",
        &[
            &["error", "event"],
            &["state"],
            &["parse"],
            &["execute", "instantiate", "migrate", "query"],
            &["lib"],
        ],
    ),
    (
        "contracts/btc-staking/src",
        &[
            &["error", "event", "host"],
            &["chain", "refused"],
            &["state"],
            &["parse"],
            &["payout"],
            &["outcomes", "proofs"],
            &["items"],
            &["execute", "instantiate", "migrate", "query"],
            &["lib"],
        ],
    ),
];

/// It stands on top, and what it hands on to others is not for the rooms: they name the room that has it.
const LIB: &str = "lib";

/// C-44
#[test]
fn every_room_of_a_contract_uses_lower_floors_only() {
    for (folder, floors) in HOUSES {
        let floor = |room: &str| floors.iter().position(|floor| floor.contains(&room));
        let rooms = rooms(&artifact::root().join(folder));
        for (room, source) in rooms.iter().filter(|(room, _)| *room != LIB) {
            let own = floor(room).unwrap_or_else(|| panic!("{folder}/{room} is on no floor"));
            for used in uses(source).into_iter().filter(|used| used != room) {
                assert!(
                    rooms.contains_key(used),
                    "{folder}: {room} takes {used} through lib.rs: name its room"
                );
                let other = floor(used).unwrap_or_default();
                assert!(other < own, "{folder}: {room} (floor {own}) must not use {used} (floor {other})");
            }
        }
        for room in floors.iter().copied().flatten() {
            assert!(rooms.contains_key(*room), "{folder} has no room {room}");
        }
    }
}

#[test]
fn every_contract_that_ships_is_a_house() {
    for contract in CONTRACTS.iter().filter(|contract| contract.ships) {
        let end = format!("/{}/src", contract.name);
        assert!(HOUSES.iter().any(|(folder, _)| folder.ends_with(&end)), "{} has no floors", contract.name);
    }
}

#[test]
fn what_a_room_uses_is_found_in_paths_and_in_lists() {
    let source =
        "use crate::state::{at, CONFIG};\nuse crate::{ContractError, host, rewards::weights::{a, b}};
// use crate::comment;
let all = crate::sweep::all();\n#[cfg(test)]\nmod tests { use crate::ibc; }";
    assert_eq!(uses(source), ["state", "ContractError", "host", "rewards", "sweep"]);
}

/// The source of each room but its tests.
fn rooms(folder: &Path) -> BTreeMap<String, String> {
    let mut rooms = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        if name != "tests" {
            read(&path, rooms.entry(name).or_default());
        }
    }
    rooms
}

fn read(path: &Path, source: &mut String) {
    if path.file_stem().is_some_and(|name| name == "tests") {
        return;
    }
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("the folder is readable") {
            read(&entry.expect("the folder is readable").path(), source);
        }
        return;
    }
    let text = std::fs::read_to_string(path).expect("source is readable");
    source.push_str(text.split("#[cfg(test)]").next().unwrap_or_default());
}

/// The first names of all paths that begin with `crate::`, outside of comments and tests, in their order.
fn uses(source: &str) -> Vec<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let line = code.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        let rest = code.get(start + "crate::".len()..).unwrap_or_default();
        if line.contains("//") {
            continue;
        }
        match rest.strip_prefix('{') {
            Some(list) => found.extend(names(list)),
            None => found.extend(name(rest)),
        }
    }
    found
}

fn name(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).filter(|name| !name.is_empty())
}

/// The first names of the members of a list of paths, up to the brace that closes it.
fn names(list: &str) -> Vec<&str> {
    let (mut depth, mut begins, mut found) = (0_usize, true, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => begins = true,
            c if begins && depth == 0 && !c.is_whitespace() => {
                found.extend(list.get(at..).and_then(name));
                begins = false;
            }
            _ => {}
        }
    }
    found
}
