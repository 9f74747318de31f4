//! N: the nodes that are asked.

use super::{Seen, Verdict, count, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Snapshot, time_in_words};

/// After so many block times without a block somebody should look, and after twice as many act.
const LATE_BLOCKS: u64 = 15;
/// But never before so many seconds.
const LATE_S: u64 = 10;
/// How far ahead of our clock a block may be, in seconds.
const AHEAD_S: u64 = 30;

/// Modules with a hole that is published: the first version of each line in which it is closed, and the advisory.
/// Where one major version has several lines, and below 1.0.0, a line is the minor version.
const ADVISORIES: &[(&str, &[&str], &str)] = &[
    ("github.com/CosmWasm/wasmvm", &["2.2.9", "2.3.5", "3.0.8"], "CWA-2026-006"),
    ("github.com/CosmWasm/wasmd", &["0.54.10", "0.60.9", "0.61.15", "0.70.4"], "CWA-2026-006"),
    ("github.com/cosmos/ibc-go", &["7.10.0", "8.7.0"], "ISA-2025-001"),
    ("github.com/cometbft/cometbft", &["0.37.18", "0.38.21"], "CSA-2026-001"),
];

/// N1: which of the nodes can be believed.
pub fn believed(snapshot: &Snapshot) -> Verdict {
    let faults = snapshot.nodes.iter().filter_map(|node| {
        let fault = node.fault.clone()?;
        let seen = if node.is_foreign { critical(fault) } else { warning(fault) };
        Some(seen.about(&node.name))
    });
    let serves = if snapshot.nodes.len() == 1 { "serves" } else { "agree on" };
    let nodes = count(snapshot.nodes.len(), "node");
    or_well(faults.collect(), format!("{nodes} {serves} {}", snapshot.tip.chain_id))
}

/// N2: whether the node is up to date.
pub fn caught_up(snapshot: &Snapshot) -> Verdict {
    let height = snapshot.tip.height;
    one(if snapshot.tip.is_catching_up {
        critical(format!("the node is still catching up, at height {height}: what follows is old"))
    } else {
        well(format!("the node has caught up, at height {height}"))
    })
}

/// N3: how old the last block is.
pub fn block_age(snapshot: &Snapshot) -> Verdict {
    let (now, time) = (snapshot.now, snapshot.tip.time);
    if time > now + AHEAD_S {
        return one(warning(format!(
            "the last block is {} ahead of our clock: one of the two is wrong",
            time_in_words(time - now)
        ))
        .hint("chronyc tracking"));
    }
    let age = now.saturating_sub(time);
    let late = (LATE_BLOCKS * snapshot.tip.block_ms / 1_000).max(LATE_S);
    let text = format!("the last block is {} old", time_in_words(age));
    one(match age {
        age if age >= 2 * late => critical(format!("the chain stands still: {text}")),
        age if age >= late => warning(format!("blocks are late: {text}")),
        _ => well(text),
    })
}

/// N4: what the node is built of, against published holes.
pub fn software(snapshot: &Snapshot) -> Verdict {
    let modules = snapshot.software.clone()?;
    let of =
        |path: &str| modules.iter().find(|(name, _)| name == path || name.starts_with(&format!("{path}/v")));
    let holes: Vec<Seen> = ADVISORIES
        .iter()
        .filter_map(|(path, closed, advisory)| {
            let (_, version) = of(path)?;
            let fixed = missing(version, closed)?;
            let name = path.rsplit('/').next().unwrap_or(path);
            Some(
                critical(format!("{name} {version} has a known hole ({advisory}): {fixed} closes it"))
                    .about(name),
            )
        })
        .collect();
    let shown: Vec<String> = ADVISORIES
        .iter()
        .filter_map(|(path, ..)| of(path))
        .map(|(path, version)| format!("{} {version}", name_of(path)))
        .collect();
    if shown.is_empty() {
        return one(warning("the node does not say what it is built of"));
    }
    or_well(holes, format!("no known hole in {}", shown.join(", ")))
}

/// The name of a module, without its host and major version.
fn name_of(path: &str) -> &str {
    let is_version =
        |part: &&str| !part.strip_prefix('v').is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    path.rsplit('/').find(is_version).unwrap_or(path)
}

/// The version that closes the hole, if this one has it. A line that is older than all that were closed has the hole, and a
/// newer one not.
fn missing(version: &str, closed: &[&'static str]) -> Option<&'static str> {
    let version = parse(version)?;
    let line = |[major, minor, _]: [u64; 3]| if major == 0 { [major, minor] } else { [major, MINOR_MATTERS] };
    let fixes: Vec<([u64; 3], &'static str)> =
        closed.iter().filter_map(|text| Some((parse(text)?, *text))).collect();
    let by_minor = fixes.windows(2).any(|pair| pair[0].0[0] == pair[1].0[0] && pair[0].0[0] != 0);
    let line = |version: [u64; 3]| if by_minor { [version[0], version[1]] } else { line(version) };
    match fixes.iter().find(|(fix, _)| line(*fix) == line(version)) {
        Some((fix, text)) => (version < *fix).then_some(*text),
        None => fixes.iter().find(|(fix, _)| version < *fix).map(|(_, text)| *text),
    }
}

/// Stands for every minor version where only the major one tells lines apart.
const MINOR_MATTERS: u64 = u64::MAX;

/// `v1.2.3-rc.1+x` as numbers; a candidate counts as what it is a candidate of.
fn parse(version: &str) -> Option<[u64; 3]> {
    let core = version.trim_start_matches('v').split(['-', '+']).next()?;
    let mut numbers = core.split('.').map(|part| part.parse().ok());
    Some([numbers.next()??, numbers.next().flatten().unwrap_or(0), numbers.next().flatten().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};

    #[test]
    fn nodes_that_are_not_believed_are_named() {
        let mut snapshot = healthy();
        says(believed(&snapshot), "ok: 1 node serves app-1");
        snapshot.nodes[0].fault = Some("a lags: it is at height 10, and c at 30".to_owned());
        says(believed(&snapshot), "warning: a lags: it is at height 10, and c at 30");
        snapshot.nodes[0].is_foreign = true;
        says(believed(&snapshot), "critical: a lags: it is at height 10, and c at 30");
    }

    #[test]
    fn a_node_that_catches_up_shows_an_old_state() {
        let mut snapshot = healthy();
        says(caught_up(&snapshot), "ok: the node has caught up, at height 50000");
        snapshot.tip.is_catching_up = true;
        says(
            caught_up(&snapshot),
            "critical: the node is still catching up, at height 50000: what follows is old",
        );
    }

    #[test]
    fn a_block_is_late_by_its_chains_own_pace() {
        let mut snapshot = healthy();
        snapshot.now = snapshot.tip.time + 89;
        says(block_age(&snapshot), "ok: the last block is 89 s old");
        snapshot.now += 1;
        says(block_age(&snapshot), "warning: blocks are late: the last block is 90 s old");
        snapshot.now += 90;
        says(block_age(&snapshot), "critical: the chain stands still: the last block is 3 min old");
        snapshot.tip.block_ms = 150;
        snapshot.now = snapshot.tip.time + 9;
        says(block_age(&snapshot), "ok: the last block is 9 s old");
        snapshot.now = snapshot.tip.time - 31;
        says(
            block_age(&snapshot),
            "warning: the last block is 31 s ahead of our clock: one of the two is wrong",
        );
    }

    #[test]
    fn a_module_with_a_known_hole_is_named_with_its_cure() {
        let mut snapshot = healthy();
        snapshot.software = Ok(vec![("github.com/CosmWasm/wasmvm/v2".to_owned(), "v2.2.8".to_owned())]);
        says(software(&snapshot), "critical: wasmvm v2.2.8 has a known hole (CWA-2026-006): 2.2.9 closes it");
        snapshot.software = Ok(vec![("github.com/CosmWasm/wasmvm/v3".to_owned(), "v3.0.8".to_owned())]);
        says(software(&snapshot), "ok: no known hole in wasmvm v3.0.8");
        snapshot.software = Ok(Vec::new());
        says(software(&snapshot), "warning: the node does not say what it is built of");
    }

    #[test]
    fn an_older_line_has_the_hole_and_a_newer_one_not() {
        let closed = ["2.2.9", "2.3.5", "3.0.8"];
        let missing = |version| missing(version, &closed);
        assert_eq!(missing("v1.5.9"), Some("2.2.9"));
        assert_eq!(missing("v2.3.4"), Some("2.3.5"));
        assert_eq!(missing("v2.2.9"), None);
        assert_eq!(missing("v3.0.8-rc.1"), None);
        assert_eq!(missing("v3.1.0"), None);
        assert_eq!(missing("devel"), None);
        assert_eq!(super::missing("v0.38.20", &["0.37.18", "0.38.21"]), Some("0.38.21"));
        assert_eq!(super::missing("v8.6.0", &["7.10.0", "8.7.0"]), Some("8.7.0"));
        assert_eq!(super::missing("v10.5.0", &["7.10.0", "8.7.0"]), None);
    }
}
