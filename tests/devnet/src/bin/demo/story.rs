//! What happens.

use std::error::Error;

use devnet::network::{Network, Setup};
use devnet::{Hook, TxReport};
use primitives::AppHash;
use serde_json::json;

use crate::args::Args;
use crate::bitcoin::{self, BitcoinTold};
use crate::door::{self, Poisoned};
use crate::run::Run;

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
    /// What happened in Bitcoin.
    pub bitcoin: BitcoinTold,
}

/// Deploys, opens the channel, registers, survives a poisoned packet, commits randomness and timestamps it.
pub fn begin(args: &Args) -> Result<(Run, Poisoned), Box<dyn Error>> {
    let setup = Setup::new(args.seed, &[]).with(json!({
        "missed_blocks_window": 20, "min_signed_percent": 50, "jail_duration": JAIL_S, "vote_window": 3,
        "ics20_channel_id": "channel-1", "reward_interval": 20,
    }));
    let mut run = Run::new(Network::deploy(&setup)?);
    run.network.open_channel()?;
    run.network.open_transfer()?;
    run.end_block("the channel is open");
    // The last two misbehave, so they have little; together the others have far more than two thirds.
    for left in (0..args.fps).rev() {
        let stake = match left {
            0 => 2,
            1 => 3,
            _ => 10 + 5 * left,
        };
        run.network.add_fp(args.seed, stake)?;
    }
    run.relay("stake arrives");
    let poisoned = door::poison(&mut run)?;
    let start = run.network.chain.height() + 1;
    let sender = run.network.sender.clone();
    for index in 0..run.network.fps.len() {
        let message = run.network.fps[index].commit(start, 2 * args.blocks + 200);
        run.execute(&sender, "commit", &message)?;
    }
    run.end_block("randomness is committed");
    run.end_block("randomness is committed");
    timestamp(&mut run)?;
    run.end_block("randomness is timestamped");
    Ok((run, poisoned))
}

fn timestamp(run: &mut Run) -> Result<(), Box<dyn Error>> {
    let network = &mut run.network;
    let height = network.chain.height();
    let app_hash = network.app_hash(height);
    let time = network.chain.now().time.nanos();
    let app = &mut network.link.app;
    app.babylon.record_header(&app.client, height, &app_hash, time)?;
    let packets = app.babylon.timestamp(&mut network.miner)?;
    let ours = packets.into_iter().filter(|(to, _)| *to == app.client).map(|(_, data)| data);
    app.packets.extend(ours);
    run.relay("randomness is timestamped");
    Ok(())
}

/// Everything after that.
pub fn tell(run: &mut Run, args: &Args) -> Result<Told, Box<dyn Error>> {
    let start = run.network.chain.height();
    let fps = run.network.fps.len();
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
        bitcoin: BitcoinTold::default(),
    };
    run.look_from(start);
    run.network.chain.faults.lose_all(told.lost.iter().copied());
    run.network.chain.faults.tear(told.torn, Hook::EndFinality, 1);

    while run.network.chain.height() < told.dark_from {
        run.step("everybody votes, two blocks lose their hooks")?;
    }
    run.network.offline.insert(told.dark);
    for _ in 0..60 {
        run.step("one finality provider is dark")?;
        if run.signing_info(told.dark)?["jailed_until"].is_u64() {
            told.jailed_at = Some(run.network.chain.height());
            break;
        }
    }
    return_from_jail(run, &mut told)?;
    while run.network.chain.height() < told.torn + 8 {
        run.step("everybody votes")?;
    }
    told.bitcoin = bitcoin::tell(run)?;
    sign_twice(run, &mut told)?;
    // Whatever happens, not for ever.
    for _ in 0..2 * args.blocks {
        let far_enough = run.network.finalized() >= start + args.blocks + told.lost.len() as u64;
        if far_enough && run.network.chain.height() > told.cheat_height + AFTER_SLASHING {
            break;
        }
        run.step("finality goes on")?;
    }
    run.vote_all()?;
    run.relay("rewards arrive on Babylon");
    Ok(told)
}

fn return_from_jail(run: &mut Run, told: &mut Told) -> Result<(), Box<dyn Error>> {
    let Some(until) = run.signing_info(told.dark)?["jailed_until"].as_u64() else { return Ok(()) };
    let operator = run.network.fps[told.dark].account("bbnc");
    let message = json!({ "unjail": { "fp_pubkey_hex": run.network.fps[told.dark].public_key_hex() } });
    told.early = run.execute(&operator, "unjail", &message).err().map(|error| error.failure.to_string());
    run.step("one finality provider is in jail")?;
    let now = run.network.chain.now().time.seconds();
    run.network.chain.skip_seconds(until.saturating_sub(now));
    run.step("its term ends")?;
    let report = run.execute(&operator, "unjail", &message)?;
    told.unjailed_at = Some(report.height);
    run.step("it returns")?;
    run.network.offline.remove(&told.dark);
    run.step("everybody votes")?;
    Ok(())
}

fn sign_twice(run: &mut Run, told: &mut Told) -> Result<(), Box<dyn Error>> {
    let height = run.network.chain.height();
    let sender = run.network.sender.clone();
    let fork = AppHash::from_bytes(run.network.chain.fork("lie").next_block().header.block_hash);
    for index in (0..run.network.fps.len()).filter(|index| *index != told.cheat) {
        run.vote(index, height)?;
    }
    let lie = run.network.fps[told.cheat].vote(height, &fork)?;
    run.execute(&sender, "vote for a fork", &lie)?;
    let canonical = run.network.app_hash(height);
    let truth = run.network.fps[told.cheat].vote(height, &canonical)?;
    told.cheat_height = height;
    told.slashing = Some(run.execute(&sender, "equivocation", &truth)?);
    run.network.offline.insert(told.cheat);
    run.end_block("one finality provider signed twice");
    run.step("the evidence leaves")?;
    run.vote_all()?;
    run.relay("the evidence is on Babylon");
    Ok(())
}
