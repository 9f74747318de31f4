//! What happens.

use std::error::Error;

use devnet::network::{Network, Setup};
use devnet::{Hook, Machine, TxReport};
use primitives::AppHash;
use serde_json::json;

use crate::args::Args;
use crate::bitcoin::{self, BitcoinTold};
use crate::door::{self, Poisoned};
use crate::stage::Stage;
use crate::stake::{self, Ended, Shown};

const JAIL_S: u64 = 30;
const AFTER_SLASHING: u64 = 10;

/// What happened when.
#[derive(Debug)]
pub struct Told {
    /// The first height voted at.
    pub start: u64,
    /// Heights whose hooks all got lost.
    pub lost: Vec<u64>,
    /// The height whose last hook was torn.
    pub torn: u64,
    /// The finality provider that goes dark.
    pub dark: usize,
    /// From when it did.
    pub dark_from: u64,
    /// When it was found in jail.
    pub jailed_at: Option<u64>,
    /// When it left jail.
    pub unjailed_at: Option<u64>,
    /// Why it could not leave at once, in the contract's words.
    pub early: Option<String>,
    /// The finality provider that signs twice.
    pub cheat: usize,
    /// Where it does.
    pub cheat_height: u64,
    /// The transaction that found it out.
    pub slashing: Option<TxReport>,
    /// What became of a stake that was spent.
    pub ended: Ended,
    /// What happened in Bitcoin.
    pub bitcoin: BitcoinTold,
}

/// What happened before anybody voted.
#[derive(Debug)]
pub struct Begun {
    /// The stake that everybody begins with.
    pub shown: Shown,
    /// What became of a packet with bad items in it.
    pub poisoned: Poisoned,
}

/// Deploys, opens the channel, registers, waits for Bitcoin to show the stake, survives a poisoned packet, commits
/// randomness and timestamps it.
pub fn begin(args: &Args, machine: &Machine) -> Result<(Stage, Begun), Box<dyn Error>> {
    let setup = Setup::new(args.seed, &[]).verified().with(json!({
        "missed_blocks_window": 20, "min_signed_percent": 50, "jail_duration": JAIL_S, "vote_window": 3,
        "ics20_channel_id": "channel-1", "reward_interval": 20,
    }));
    let mut stage = Stage::new(Network::deploy_machine(machine, &setup)?);
    stage.network.open_channel()?;
    stage.network.open_transfer()?;
    stage.end_block("the channel is open");
    stake::found(&mut stage);
    // The last two misbehave, so they have little; together the others have far more than two thirds.
    for left in (0..args.fps).rev() {
        let stake = match left {
            0 => 2,
            1 => 3,
            _ => 10 + 5 * left,
        };
        stage.network.add_fp(args.seed, stake)?;
    }
    stage.relay("stake arrives");
    let shown = stake::show(&mut stage)?;
    let poisoned = door::poison(&mut stage)?;
    let start = stage.network.chain.height() + 1;
    let sender = stage.network.sender.clone();
    for index in 0..stage.network.fps.len() {
        let message = stage.network.fps[index].commit(start, 2 * args.blocks + 200);
        stage.execute(&sender, "commit", &message)?;
    }
    stage.end_block("randomness is committed");
    stage.end_block("randomness is committed");
    timestamp(&mut stage)?;
    stage.end_block("randomness is timestamped");
    Ok((stage, Begun { shown, poisoned }))
}

fn timestamp(stage: &mut Stage) -> Result<(), Box<dyn Error>> {
    let network = &mut stage.network;
    let height = network.chain.height();
    let app_hash = network.app_hash(height);
    let time = network.chain.now().time.nanos();
    let app = &mut network.link.app;
    app.babylon.record_header(&app.client, height, &app_hash, time)?;
    let packets = app.babylon.timestamp(&mut network.miner)?;
    let ours = packets.into_iter().filter(|(to, _)| *to == app.client).map(|(_, data)| data);
    app.packets.extend(ours);
    stage.relay("randomness is timestamped");
    Ok(())
}

/// Everything after that.
pub fn tell(stage: &mut Stage, begun: &Begun, args: &Args) -> Result<Told, Box<dyn Error>> {
    let start = stage.network.chain.height();
    let fps = stage.network.fps.len();
    let mut told = Told {
        start,
        lost: vec![start + 8, start + 9, start + 17],
        torn: start + 25,
        dark: fps - 2,
        dark_from: start + 12,
        jailed_at: None,
        unjailed_at: None,
        early: None,
        cheat: fps - 1,
        cheat_height: 0,
        slashing: None,
        ended: Ended::default(),
        bitcoin: BitcoinTold::default(),
    };
    stage.look_from(start);
    stage.network.chain.faults.lose_all(told.lost.iter().copied());
    stage.network.chain.faults.tear(told.torn, Hook::EndFinality, 1);

    while stage.network.chain.height() < told.dark_from {
        stage.step("everybody votes, two blocks lose their hooks")?;
    }
    stage.network.offline.insert(told.dark);
    for _ in 0..60 {
        stage.step("one finality provider is dark")?;
        if stage.signing_info(told.dark)?["jailed_until"].is_u64() {
            told.jailed_at = Some(stage.network.chain.height());
            break;
        }
    }
    return_from_jail(stage, &mut told)?;
    while stage.network.chain.height() < told.torn + 8 {
        stage.step("everybody votes")?;
    }
    told.ended = stake::end(stage, &begun.poisoned.stake)?;
    told.bitcoin = bitcoin::tell(stage)?;
    sign_twice(stage, &mut told)?;
    // Whatever happens, not for ever.
    for _ in 0..2 * args.blocks {
        let far_enough = stage.network.finalized() >= start + args.blocks + told.lost.len() as u64;
        if far_enough && stage.network.chain.height() > told.cheat_height + AFTER_SLASHING {
            break;
        }
        stage.step("finality goes on")?;
    }
    stage.vote_all()?;
    stage.relay("rewards arrive on Babylon");
    Ok(told)
}

fn return_from_jail(stage: &mut Stage, told: &mut Told) -> Result<(), Box<dyn Error>> {
    let Some(until) = stage.signing_info(told.dark)?["jailed_until"].as_u64() else { return Ok(()) };
    let operator = stage.network.fps[told.dark].account("bbnc");
    let message = json!({ "unjail": { "fp_pubkey_hex": stage.network.fps[told.dark].public_key_hex() } });
    told.early = stage.execute(&operator, "unjail", &message).err().map(|error| error.failure.to_string());
    stage.step("one finality provider is in jail")?;
    let now = stage.network.chain.now().time.seconds();
    stage.network.chain.skip_seconds(until.saturating_sub(now));
    stage.step("its term ends")?;
    let report = stage.execute(&operator, "unjail", &message)?;
    told.unjailed_at = Some(report.height);
    stage.step("it returns")?;
    stage.network.offline.remove(&told.dark);
    stage.step("everybody votes")?;
    Ok(())
}

fn sign_twice(stage: &mut Stage, told: &mut Told) -> Result<(), Box<dyn Error>> {
    let height = stage.network.chain.height();
    let sender = stage.network.sender.clone();
    let fork = AppHash::from_bytes(stage.network.chain.fork("lie").next_block().header.block_hash);
    for index in (0..stage.network.fps.len()).filter(|index| *index != told.cheat) {
        stage.vote(index, height)?;
    }
    let lie = stage.network.fps[told.cheat].vote(height, &fork)?;
    stage.execute(&sender, "vote for a fork", &lie)?;
    let canonical = stage.network.app_hash(height);
    let truth = stage.network.fps[told.cheat].vote(height, &canonical)?;
    told.cheat_height = height;
    told.slashing = Some(stage.execute(&sender, "equivocation", &truth)?);
    stage.network.offline.insert(told.cheat);
    stage.end_block("one finality provider signed twice");
    stage.step("the evidence leaves")?;
    stage.vote_all()?;
    stage.relay("the evidence is on Babylon");
    Ok(())
}
