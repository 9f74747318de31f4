//! The figures that people read, made of the snapshot: the table in the README and the picture beside it.

use std::fs;
use std::path::{Path, PathBuf};

use super::table::{grouped, ratio};
use super::{GasError, Row, Snapshot, incumbent};
use crate::chart::{self, Line, Panel, Scale};

const BEGIN: &str = "<!-- gas: made by `cargo xtask figures` -->\n";
const END: &str = "<!-- gas: end -->\n";

/// What a hook of the chain module may use.
const LIMIT: u64 = 5_000_000;

const ROWS: &[(&str, &str)] = &[
    ("vote", "vote, commitment of 10,000 values"),
    ("vote_batched_60_heights", "the same, one FP at 60 heights in a message"),
    ("vote_batched_60_fps", "the same, 60 FPs at one height in a message"),
    ("commit_randomness", "commit randomness"),
    ("begin_block_100", "BeginBlock, 100 FPs, nothing changed"),
    ("begin_block_100_of_1000", "the same, 1,000 registered"),
    ("end_block_100", "EndBlock, 100 votes, one block finalized"),
    ("finalized_block_100", "a finalized block with 100 FPs, votes and hooks"),
    ("finalized_block_100_at", "the same, one message for all votes of the block"),
    ("finalized_block_100_range", "the same, one message for an FP's votes of many blocks"),
    ("backlog_100_of_100_fps", "most expensive EndBlock that clears 100 blocks of backlog, 100 FPs"),
    ("staking_packet_50", "staking packet, 50 delegations"),
    ("btc_header_in_100", "a Bitcoin header; here its proof of work is checked"),
    ("worst_backlog_10000", "most expensive hook: 10,000 blocks of backlog"),
    ("worst_expiry_5000", "most expensive hook: 5,000 delegations expire at one height, on 1,000 FPs"),
    ("worst_commitments_10000", "most expensive hook: 10,000 commitments of one height"),
    ("worst_hooks_lost_500", "most expensive hook: after 500 blocks of lost hooks"),
    ("worst_slash_40_percent", "most expensive hook: 40 % of the power slashed at once"),
    ("worst_reward", "most expensive hook: rewards of ten denoms fall due"),
    ("worst_silence_200", "most expensive hook: 200 FPs are silent, after 500 lost EndBlocks"),
    ("worst_resume_batches_200", "most expensive hook: 200 FPs, heights of messages of many are resumed"),
    (
        "worst_set_changes_200",
        "most expensive hook: 200 FPs, the set changes at every height, 52 lost EndBlocks",
    ),
];

/// Writes both.
///
/// # Errors
/// Where a row, a file or a marker in it is missing.
pub fn write(snapshot: &Snapshot) -> Result<(), GasError> {
    let readme = fs::read_to_string(readme_path())?;
    fs::write(readme_path(), with_table(&readme, snapshot)?)?;
    Ok(fs::write(picture_path(), picture(snapshot)?)?)
}

/// Which of both is not what the snapshot says.
///
/// # Errors
/// Where a row, a file or a marker in it is missing.
pub fn stale(snapshot: &Snapshot) -> Result<Vec<PathBuf>, GasError> {
    let readme = fs::read_to_string(readme_path())?;
    let files = [
        (readme == with_table(&readme, snapshot)?, readme_path()),
        (fs::read_to_string(picture_path())? == picture(snapshot)?, picture_path()),
    ];
    Ok(files.into_iter().filter(|(fresh, _)| !fresh).map(|(_, path)| path).collect())
}

fn readme_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")
}

fn picture_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("figures/gas.svg")
}

/// The text with the table between its markers made anew.
fn with_table(text: &str, snapshot: &Snapshot) -> Result<String, GasError> {
    let (before, rest) = text.split_once(BEGIN).ok_or("the README has no mark where the table begins")?;
    let (_, after) = rest.split_once(END).ok_or("the README has no mark where the table ends")?;
    let mut table = String::from("| SDK gas | ours | incumbent | less by |\n|---|--:|--:|--:|\n");
    for (name, label) in ROWS {
        let ours = row(snapshot, name)?;
        let [theirs, less] = match incumbent::gas(name) {
            Some(theirs) => [grouped(theirs), ratio(ours, theirs)],
            None => [String::new(), String::new()],
        };
        table += &format!("| {label} | {} | {theirs} | {less} |\n", grouped(ours));
    }
    Ok(format!("{before}{BEGIN}{table}\nIncumbent: {}.\n{END}{after}", incumbent::source()))
}

fn row(snapshot: &Snapshot, name: &str) -> Result<u64, GasError> {
    snapshot.0.get(name).copied().ok_or_else(|| format!("{name} is not in the snapshot").into())
}

/// The hooks of a block against the number of finality providers, and against the blocks that finality is behind.
fn picture(snapshot: &Snapshot) -> Result<String, GasError> {
    let ours = |name: &str| row(snapshot, name);
    let theirs = |name: &str| Row::new(name, 0).incumbent().ok_or("the incumbent has no such row");
    let count = |fps: u64| -> Result<[(u64, u64); 2], GasError> {
        let [begin, end] = ["begin", "end"].map(|hook| format!("{hook}_block_{fps}"));
        Ok([(fps, ours(&begin)? + ours(&end)?), (fps, theirs(&begin)? + theirs(&end)?)])
    };
    let mut by_fps = [Vec::new(), Vec::new()];
    for fps in [1, 10, 60, 100] {
        let points = count(fps)?;
        by_fps.iter_mut().zip(points).for_each(|(line, point)| line.push(point));
    }
    let [mut ours_by_fps, theirs_by_fps] = by_fps;
    ours_by_fps.push((1_000, ours("begin_block_100_of_1000")? + ours("end_block_100")?));
    let ours_by_backlog = vec![
        (1, ours("end_block_100")?),
        (10, ours("backlog_10_of_100_fps")?),
        (100, ours("backlog_100_of_100_fps")?),
        (10_000, ours("worst_backlog_10000")?),
    ];
    let theirs_by_backlog = vec![(1, theirs("end_block_100")?), (100, theirs("backlog_100_of_100_fps")?)];
    let panel = |title: &str, across: &str, ours, theirs, most| Panel {
        title: title.into(),
        across: across.into(),
        x: Scale::Log,
        y: Scale::Log,
        lines: vec![
            Line { name: "ours".into(), points: ours },
            Line { name: "incumbent".into(), points: theirs },
            Line { name: "what a hook may use".into(), points: vec![(1, LIMIT), (most, LIMIT)] },
        ],
    };
    Ok(chart::svg(&[
        panel(
            "SDK gas of BeginBlock and EndBlock, everybody votes, one block finalized",
            "finality providers (of 1,000 registered, 100 are active)",
            ours_by_fps,
            theirs_by_fps,
            1_000,
        ),
        panel(
            "SDK gas of the most expensive EndBlock that clears a backlog, 100 providers",
            "blocks of backlog (at 10,000 one provider has the votes that count)",
            ours_by_backlog,
            theirs_by_backlog,
            10_000,
        ),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gas::snapshot_path;

    #[test]
    fn another_figure_is_another_table_and_another_picture() {
        let mut snapshot = Snapshot::read(&snapshot_path()).unwrap();
        let text = format!("above\n{BEGIN}old\n{END}below\n");
        let table = with_table(&text, &snapshot).unwrap();
        assert!(table.starts_with("above\n") && table.ends_with("below\n") && !table.contains("old\n"));
        assert_eq!(with_table(&table, &snapshot).unwrap(), table, "it is stable");
        let before = picture(&snapshot).unwrap();
        snapshot.0.insert("end_block_100".into(), 90_000);
        assert_ne!(with_table(&table, &snapshot).unwrap(), table);
        assert_ne!(picture(&snapshot).unwrap(), before);
        snapshot.0.remove("end_block_100");
        assert!(with_table(&table, &snapshot).is_err() && picture(&snapshot).is_err());
        assert!(with_table("no marks", &snapshot).is_err());
    }
}
