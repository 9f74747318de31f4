//! It is killed, again and again.

use std::fs::File;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bsn_cli::devnet::account;
use serde_json::json;

use crate::liar::Liar;
use crate::support::until;
use crate::voter::Voter;

/// How often.
const LIVES: u32 = 100;
/// How long after its first signature a life of every second ends, at most: by then it has sent, and waits for a block.
const AFTER: Duration = Duration::from_millis(150);
/// How long is waited for that signature, once so many lives have signed; longer before, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(1);
const SIGNING: u32 = 12;
/// The longest life of those that die before they sign, or about then.
const SHORT: Duration = Duration::from_millis(600);

/// A number that follows from another: the lives of a run can be had again by its seed.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// V-01
#[test]
fn whenever_it_dies_no_height_is_signed_twice_and_it_votes_on() {
    let mut seed = std::env::var("BSN_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let voter = Voter::with(json!({ "missed_blocks_window": 1_000 }));
    voter.create();
    let liar = Arc::new(Liar::default());
    let node = liar.stand(&voter.caller.node(), &voter.devnet.bsn());
    let log = File::create(voter.path("log")).unwrap();
    let path = account::path(0);
    let args = voter.args(&["--json", "--node", &node, "--mnemonic-file", "words", "--hd-path", &path]);
    let spawn = || {
        let mut program = voter.caller.command(&args);
        program.stdout(log.try_clone().unwrap()).stderr(Stdio::null()).spawn().unwrap()
    };
    let size = || std::fs::metadata(voter.path("signed")).unwrap().len();
    let begun = Instant::now();
    let mut first = spawn();
    until("the first signature", || (!voter.signed().is_empty()).then_some(()));
    let needed = begun.elapsed();
    first.kill().unwrap();
    first.wait().unwrap();
    let (mut grew, mut before) = (0, 0);
    for number in 0..LIVES {
        // What one life in four has signed and lost, the next two are shown another hash for.
        liar.loses.store(number % 4 == 1, Ordering::SeqCst);
        liar.lies.store(number % 4 > 1, Ordering::SeqCst);
        let mut child = spawn();
        let part = u32::try_from(next(&mut seed) % 100).unwrap();
        // Every second dies before it signs, or about then; the others in what follows.
        if number % 2 == 0 {
            std::thread::sleep((needed * 3 / 2).min(SHORT) * part / 100);
        } else {
            let (before, born) = (size(), Instant::now());
            let patience = if grew < SIGNING { PATIENCE.max(needed * 3) } else { PATIENCE };
            while size() == before && born.elapsed() < patience {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(AFTER * part / 100);
        }
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        // It opens, and all that has left is in it.
        let signed = voter.signed();
        for (height, hashes) in liar.heard.lock().unwrap().iter() {
            assert!(
                hashes.iter().all(|hash| signed.get(height) == Some(hash)),
                "life {number}, height {height}"
            );
        }
        grew += u32::from(signed.len() > before);
        before = signed.len();
    }
    println!(
        "{LIVES} lives in {:?}, the first signs after {needed:?}: {before} heights signed in {grew} of them",
        begun.elapsed()
    );
    assert_eq!(liar.twice(), Vec::<u64>::new());
    assert!(grew >= SIGNING / 2 && before > 20, "{before} heights signed in {grew} lives");
    let said = std::fs::read_to_string(voter.path("log")).unwrap();
    let refused = said.lines().filter(|line| line.contains(r#""event":"refused""#)).count();
    assert!(refused > 0, "nobody was shown another hash for what was signed");

    liar.loses.store(false, Ordering::SeqCst);
    liar.lies.store(false, Ordering::SeqCst);
    let _alive = voter.start(&node, &[]);
    let tip = voter.devnet.client.height().unwrap();
    until("votes after all that", || (tip + 1..tip + 4).all(|height| voter.has_voted(height)).then_some(()));
    assert!(!voter.is_slashed());
    assert_eq!(liar.twice(), Vec::<u64>::new());
}
