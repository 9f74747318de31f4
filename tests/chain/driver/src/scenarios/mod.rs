//! What must hold on a real chain; a file's name is the claim. They run in this order on one pair of chains, each from
//! where the one before left off.

mod a_client_waits_for_finality;
mod a_double_signer_in_jail_is_slashed;
mod a_double_signer_pays;
mod a_killed_validator_comes_back;
mod a_relayer_that_was_down_catches_up;
mod a_timed_out_channel_is_replaced;
mod bitcoin_alone_secures_a_chain;
mod governance_migrates_the_contract;
mod hooks_tell_the_truth;
mod sixty_heights_are_finalized;
mod stake_arrives_over_ibc;
mod stake_counts_when_bitcoin_shows_it;
mod starved_hooks_recover;
mod the_channel_is_babylons_alone;
mod the_command_line_alone_deploys;
mod the_command_line_upgrades;
mod the_daemon_reads_its_error_texts;
mod torn_state;

use std::time::Duration;

use anyhow::Result;

use crate::claims::Claims;
use crate::say;
use crate::world::World;

type Scenario = (&'static str, fn(&mut World, &mut Notes<'_>) -> Result<()>);

const ALL: [Scenario; 11] = [
    ("hooks_tell_the_truth", hooks_tell_the_truth::run),
    ("the_channel_is_babylons_alone", the_channel_is_babylons_alone::run),
    ("stake_arrives_over_ibc", stake_arrives_over_ibc::run),
    ("sixty_heights_are_finalized", sixty_heights_are_finalized::run),
    ("a_client_waits_for_finality", a_client_waits_for_finality::run),
    ("the_daemon_reads_its_error_texts", the_daemon_reads_its_error_texts::run),
    ("a_double_signer_pays", a_double_signer_pays::run),
    ("a_relayer_that_was_down_catches_up", a_relayer_that_was_down_catches_up::run),
    ("starved_hooks_recover", starved_hooks_recover::run),
    ("a_killed_validator_comes_back", a_killed_validator_comes_back::run),
    ("a_timed_out_channel_is_replaced", a_timed_out_channel_is_replaced::run),
];
/// On a pair of its own, which begins with the release before.
const UPGRADE: [Scenario; 1] = [("governance_migrates_the_contract", governance_migrates_the_contract::run)];

/// On a pair of its own, on which nothing is at first.
const DEPLOY: [Scenario; 2] = [
    ("the_command_line_alone_deploys", the_command_line_alone_deploys::run),
    ("a_double_signer_in_jail_is_slashed", a_double_signer_in_jail_is_slashed::run),
];

/// On a pair of its own, whose stake is verified from the beginning.
const VERIFIED: [Scenario; 1] =
    [("stake_counts_when_bitcoin_shows_it", stake_counts_when_bitcoin_shows_it::run)];

/// On a chain of its own, without Babylon.
const ALONE: [Scenario; 1] = [("bitcoin_alone_secures_a_chain", bitcoin_alone_secures_a_chain::run)];

/// How long something may take that takes seconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// Where a scenario notes what held.
pub struct Notes<'a> {
    scenario: &'static str,
    claims: &'a mut Claims,
}

impl Notes<'_> {
    /// Notes a claim with the figures it rests on.
    pub fn claim(&mut self, claim: &str, holds: bool, evidence: impl Into<String>) {
        self.claims.note(self.scenario, claim, holds, evidence.into());
    }
}

/// Runs those of this build.
pub fn run(world: &mut World, claims: &mut Claims) {
    play_all(&ALL, world, claims);
}

/// Runs those of a chain that verifies stake.
pub fn verified(world: &mut World, claims: &mut Claims) {
    play_all(&VERIFIED, world, claims);
}

/// Runs those of a chain without Babylon.
pub fn alone(world: &mut World, claims: &mut Claims) {
    play_all(&ALONE, world, claims);
}

/// Runs those that begin with the artifacts of the release before.
pub fn upgrade(world: &mut World, claims: &mut Claims) {
    play_all(&UPGRADE, world, claims);
}

/// Runs those that begin with nothing.
pub fn deploy(world: &mut World, claims: &mut Claims) {
    play_all(&DEPLOY, world, claims);
}

/// One that cannot go on is a claim that does not hold, and ends the run.
fn play_all(scenarios: &[Scenario], world: &mut World, claims: &mut Claims) {
    for (scenario, play) in scenarios.iter().copied() {
        say::step(scenario);
        let mut notes = Notes { scenario, claims };
        if let Err(error) = play(world, &mut notes) {
            notes.claim("it can be played to its end", false, format!("{error:#}"));
            return;
        }
    }
}
