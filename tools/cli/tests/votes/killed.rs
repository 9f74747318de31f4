//! It is killed, again and again.

use std::fs::File;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bsn_cli::devnet::account;

use crate::liar::Liar;
use crate::support::until;
use crate::voter::Voter;

/// How often.
const LIVES: u32 = 100;
/// How long a life is, at least and at most, in hundredths of what the first one needs to sign.
const LIFE: [u64; 2] = [60, 150];

/// A number that follows from another: the lives of a run can be had again by its seed.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// V-01
#[test]
fn whenever_it_dies_no_height_is_signed_twice_and_it_votes_on() {
    let mut seed = std::env::var("BSN_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(7);
    let voter = Voter::ready();
    let liar = Arc::new(Liar::default());
    let node = liar.stand(&voter.caller.node(), &voter.devnet.bsn());
    let log = File::create(voter.path("log")).unwrap();
    let path = account::path(0);
    let args = voter.args(&["--json", "--node", &node, "--mnemonic-file", "words", "--hd-path", &path]);
    let spawn = || {
        let mut program = voter.caller.command(&args);
        program.stdout(log.try_clone().unwrap()).stderr(Stdio::null()).spawn().unwrap()
    };
    let begun = Instant::now();
    let mut first = spawn();
    until("the first signature", || (!voter.signed().is_empty()).then_some(()));
    let needed = begun.elapsed();
    first.kill().unwrap();
    first.wait().unwrap();
    let (mut grew, mut before) = (0, 0);
    for number in 0..LIVES {
        // Lives in pairs: what one has signed and lost, the next is shown another hash for.
        liar.loses.store(number % 4 == 0, Ordering::SeqCst);
        liar.lies.store(number % 4 == 1, Ordering::SeqCst);
        let mut child = spawn();
        let [least, most] = LIFE;
        let life = u32::try_from(least + next(&mut seed) % (most - least)).unwrap();
        std::thread::sleep(needed * life / 100);
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
    assert!(grew > LIVES / 5 && before > 50, "{before} heights signed in {grew} lives");
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
