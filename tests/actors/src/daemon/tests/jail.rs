//! Jail and slashing, as the daemon hears of them.

use super::*;

fn refuse(chain: &mut Chain, text: &str, rounds: u32) {
    chain.failures.extend((0..rounds).map(|_| format!("message index: 0: {text}")));
}

const CYCLES: u32 = CLIENT_TRIES * (RETRIES + 1);

#[test]
fn refused_for_jail_it_retries_for_long_before_it_believes_it() {
    let (mut daemon, mut chain) = committed();
    assert_eq!(daemon.unjail(&mut chain), Err("the finality provider is not jailed".into()));
    chain.advance(4);
    chain.signing_info = json!({ "last_signed_height": 3, "jailed_until": 99 });
    refuse(&mut chain, "the finality provider is jailed", CYCLES);
    rounds(&mut daemon, &mut chain, CYCLES - 1);
    assert_eq!(daemon.status(), &Status::Running);
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Jailed);
    chain.advance(6);
    assert_eq!(rounds(&mut daemon, &mut chain, 3), (vec![], vec![]), "what comes now is thrown away");
    daemon.unjail(&mut chain).unwrap();
    assert_eq!(chain.submitted.last().unwrap(), &[daemon.fp().unjail()]);
    chain.advance(7);
    assert_eq!(daemon.run(&mut chain).voted, [7]);
}

#[test]
fn unjailed_while_it_retries_it_votes_for_what_waited() {
    let (mut daemon, mut chain) = committed();
    chain.advance(6);
    chain.signing_info = json!({ "last_signed_height": 3, "jailed_until": 99 });
    refuse(&mut chain, "the finality provider is jailed", 7);
    rounds(&mut daemon, &mut chain, 7);
    daemon.unjail(&mut chain).unwrap();
    assert_eq!(rounds(&mut daemon, &mut chain, 2).0, [4, 5, 6]);
}

/// In jail from 6 on; it voted up to 3.
fn jailed() -> (Daemon, Chain) {
    let (mut daemon, mut chain) = committed();
    chain.advance(9);
    chain.power.extend((6..=9).map(|height| (height, 0)));
    chain.signing_info = json!({ "last_signed_height": 3, "jailed_until": 99 });
    daemon.restart();
    (daemon, chain)
}

#[test]
fn started_in_jail_it_throws_away_what_it_could_have_voted_for() {
    let (mut daemon, mut chain) = jailed();
    assert_eq!(daemon.run(&mut chain).skipped, (4..9).collect::<Vec<_>>());
    assert_eq!(daemon.status(), &Status::Jailed);
    chain.advance(12);
    daemon.unjail(&mut chain).unwrap();
    assert_eq!(rounds(&mut daemon, &mut chain, 3).0, [10, 11, 12], "4 and 5 are lost to it");
    // Only a start after the unjailing finds them, by the contract's word: it begins above the highest of three.
    let (mut daemon, mut chain) = jailed();
    daemon.run(&mut chain);
    chain.advance(12);
    daemon.unjail(&mut chain).unwrap();
    daemon.restart();
    assert_eq!(daemon.run(&mut chain).errors.len(), 1, "and 6 to 9 without power lie between");
    daemon.restart_with(DaemonConfig { batch_size: 1, ..daemon.config });
    assert_eq!(rounds(&mut daemon, &mut chain, 9).0, [4, 5, 10, 11, 12]);
}

#[test]
fn its_disk_remembers_the_jail_until_it_has_power_when_it_starts() {
    let (mut daemon, mut chain) = jailed();
    daemon.run(&mut chain);
    // Somebody else unjails it: it does not hear of it.
    chain.signing_info["jailed_until"] = Value::Null;
    daemon.restart();
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Jailed, "without power yet");
    chain.advance(10);
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Jailed);
    daemon.restart();
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Running);
}

#[test]
fn jailed_while_it_runs_it_may_never_hear_of_it() {
    let (mut daemon, mut chain) = committed();
    chain.advance(9);
    chain.power.extend((6..=9).map(|height| (height, 0)));
    chain.signing_info = json!({ "last_signed_height": 3, "jailed_until": 99 });
    assert_eq!(rounds(&mut daemon, &mut chain, 2).0, [4, 5], "they wait, and it has power there");
    assert_eq!(daemon.status(), &Status::Running);
    chain.signing_info["jailed_until"] = Value::Null;
    chain.advance(11);
    assert_eq!(rounds(&mut daemon, &mut chain, 2).0, [10, 11]);
}

#[test]
fn slashed_it_retries_for_long_and_never_comes_back() {
    let (mut daemon, mut chain) = committed();
    chain.advance(4);
    refuse(&mut chain, "the finality provider was slashed", CYCLES);
    rounds(&mut daemon, &mut chain, CYCLES - 1);
    assert_eq!(daemon.status(), &Status::Running, "it shows itself as active for minutes");
    daemon.run(&mut chain);
    assert_eq!(daemon.status(), &Status::Slashed);
    assert_eq!(daemon.run(&mut chain), Round::default());
    daemon.restart();
    chain.slashed_btc_height = 1;
    chain.power.clear();
    assert_eq!(daemon.run(&mut chain), Round::default());
    assert_eq!(daemon.status(), &Status::Slashed);
}
