//! The link to Babylon.

use api::bsn::Network;

use super::{Check, Given, fail, ok, warning};
use crate::deploy::facts::{BabylonFacts, Consumer, TransferFacts};
use crate::deploy::message::network_word as word;
use crate::deploy::show::seconds;

const OPEN: i32 = 3;
/// Babylon's own id of its mainnet.
const BABYLON_MAINNET: &str = "bbn-1";
/// What the contract refuses on mainnet.
const LEAST_K: u32 = 10;
const LEAST_W: u32 = 100;
/// What is said where no network is.
pub const NO_NETWORK: &str = "`bsn.network` is not set: mainnet, testnet, testnet4, signet or regtest";
/// The first major version of Babylon without the far side of this protocol.
const WITHOUT_CONSUMERS: u32 = 4;

pub fn checks(given: Given<'_>) -> Vec<Check> {
    let mut rows = vec![network(given), transfer(given)];
    match given.babylon {
        None => rows.push(warning(
            "Babylon",
            "not asked: name a node of it, or k, w and the consumer are not compared",
        )),
        Some(babylon) => {
            rows.extend([version(babylon), depths(given, babylon), far_end(given, babylon)]);
            rows.push(consumer(given, babylon));
        }
    }
    rows.extend(trusting(given));
    rows
}

/// Which Babylon, and which Bitcoin.
fn network(given: Given<'_>) -> Check {
    let name = "network";
    let Some(network) = given.file.bsn.network else { return fail(name, NO_NETWORK) };
    let word = word(network);
    let id = given.babylon.map(|it| it.id.as_str()).or(given.file.babylon.id.as_deref());
    match (network, id) {
        (_, None) => fail(name, "`babylon.id` is not set: proofs of possession are bound to it"),
        (Network::Mainnet, Some(BABYLON_MAINNET)) => ok(name, format!("{word}, with {BABYLON_MAINNET}")),
        (Network::Mainnet, Some(id)) => {
            fail(name, format!("{id} does not follow Bitcoin's mainnet; {BABYLON_MAINNET} does"))
        }
        (_, Some(BABYLON_MAINNET)) => {
            fail(name, format!("{BABYLON_MAINNET} follows Bitcoin's mainnet, not {word}"))
        }
        (_, Some(id)) => ok(name, format!("{word}, with {id}")),
    }
}

/// The channel of rewards, this end.
fn transfer(given: Given<'_>) -> Check {
    let name = "channel of rewards";
    let Some(id) = given.file.bsn.ics20_channel.as_deref() else {
        return fail(
            name,
            "`bsn.ics20_channel` is not set: rewards need it, and its connection is the one that is trusted",
        );
    };
    let Some(channel) = &given.chain.transfer else {
        return fail(name, format!("there is no {id} on this chain: have the relayer open it first"));
    };
    if let Some(why) = refused(channel, given) {
        return fail(name, format!("{id} {why}"));
    }
    ok(name, format!("{id} on {}, over {} of {}", channel.connection, channel.client, channel.client_chain))
}

fn refused(channel: &TransferFacts, given: Given<'_>) -> Option<String> {
    let TransferFacts {
        state, is_ordered, version, counterparty, client, client_chain, client_status, ..
    } = channel;
    let babylon = given.babylon.map(|it| it.id.as_str()).or(given.file.babylon.id.as_deref());
    if *state != OPEN {
        return Some(format!("is {}, not open", state_word(*state)));
    }
    if counterparty.0 != "transfer" || *is_ordered || version != "ics20-1" {
        return Some(format!(
            "is no channel of coins: its other end is port {}, its version {version}",
            counterparty.0
        ));
    }
    if let Some(babylon) = babylon.filter(|babylon| babylon != client_chain) {
        return Some(format!("leads to {client_chain}, not to {babylon}"));
    }
    if client_status != "Active" {
        let dead = client_status.to_lowercase();
        return Some(format!(
            "is on {client}, which is {dead}: governance can revive it, or a new client and connection are needed"
        ));
    }
    None
}

/// A state as ibc-go calls it.
pub fn state_word(state: i32) -> &'static str {
    match state {
        1 => "half opened (INIT)",
        2 => "half opened (TRYOPEN)",
        OPEN => "open",
        4 => "closed",
        _ => "of no state that is known",
    }
}

/// Whether it is a Babylon that takes consumers. Its newer ones do not: the modules for them were taken out.
fn version(babylon: &BabylonFacts) -> Check {
    let (name, module) = ("version of Babylon", "the module that knows consumers (x/btcstkconsumer)");
    let said = babylon.version.as_deref().unwrap_or_default();
    let major = said.trim_start_matches('v').split('.').next().and_then(|it| it.parse::<u32>().ok());
    match (major, babylon.has_consumers) {
        (Some(_), true) => ok(name, format!("{said}, with {module}")),
        (None, true) => warning(name, format!("its node does not say it, but has {module}")),
        (Some(WITHOUT_CONSUMERS..), false) => {
            fail(name, format!("{said} does not have {module}: no chain can be linked to it"))
        }
        (Some(_), false) => warning(
            name,
            format!("{said}; its node does not answer for {module}: ask its team whether it has it"),
        ),
        (None, false) => warning(
            name,
            format!("its node says neither its version nor whether it has {module}: ask its team"),
        ),
    }
}

fn depths(given: Given<'_>, babylon: &BabylonFacts) -> Check {
    let name = "k and w";
    let own = (given.file.bsn.k, given.file.bsn.w);
    let Some((k, w)) = babylon.depths else {
        return match own {
            (Some(k), Some(w)) => {
                warning(name, format!("k = {k}, w = {w}; Babylon's node does not say its own"))
            }
            _ => fail(name, "Babylon's node does not say them: set `bsn.k` and `bsn.w` to Babylon's"),
        };
    };
    let ours = (own.0.unwrap_or(k), own.1.unwrap_or(w));
    if ours != (k, w) {
        return fail(
            name,
            format!("Babylon has k = {k} and w = {w}, bsn.toml has {} and {}", ours.0, ours.1),
        );
    }
    too_shallow(given, k, w).unwrap_or_else(|| ok(name, format!("k = {k}, w = {w}, as Babylon")))
}

/// The depths of a chain that has no Babylon to take them from.
pub fn own_depths(given: Given<'_>) -> Check {
    let name = "k and w";
    let (Some(k), Some(w)) = (given.file.bsn.k, given.file.bsn.w) else {
        return fail(
            name,
            format!(
                "set `bsn.k` and `bsn.w`: without Babylon nobody says them; {LEAST_K} and {LEAST_W} are the least on mainnet"
            ),
        );
    };
    too_shallow(given, k, w).unwrap_or_else(|| ok(name, format!("k = {k}, w = {w}")))
}

fn too_shallow(given: Given<'_>, k: u32, w: u32) -> Option<Check> {
    let is_shallow = given.file.bsn.network == Some(Network::Mainnet) && (k < LEAST_K || w < LEAST_W);
    let said = format!("k = {k}, w = {w}: mainnet needs {LEAST_K} and {LEAST_W} at least");
    is_shallow.then(|| fail("k and w", said))
}

fn far_end(given: Given<'_>, babylon: &BabylonFacts) -> Check {
    let name = "its end on Babylon";
    let id = given.chain.transfer.as_ref().map_or("", |it| it.counterparty.1.as_str());
    match babylon.transfer_state {
        Some(OPEN) => ok(name, format!("{id} is open")),
        Some(state) => fail(name, format!("{id} of Babylon is {}, not open", state_word(state))),
        None => fail(
            name,
            format!("Babylon has no {id}: is {} the Babylon that this channel leads to?", babylon.id),
        ),
    }
}

fn consumer(given: Given<'_>, babylon: &BabylonFacts) -> Check {
    let name = "consumer on Babylon";
    let id = given.chain.transfer.as_ref().map_or("", |it| it.consumer_id.as_str());
    match &babylon.consumer {
        Consumer::Known(known) => ok(name, format!("{id}, `{known}`")),
        Consumer::Unknown => warning(
            name,
            format!(
                "Babylon does not know {id} yet: MsgRegisterConsumer must come before the channel is opened"
            ),
        ),
        Consumer::NotSaid => warning(name, format!("Babylon's node does not say whether it knows {id}")),
    }
}

/// A client that trusts too long is not safe, one that trusts too short expires.
fn trusting(given: Given<'_>) -> Option<Check> {
    let (name, channel) = ("client of Babylon", given.chain.transfer.as_ref()?);
    let (trusts, day) = (channel.trusting_s, 86_400);
    Some(match trusts {
        0 => warning(name, format!("{} does not say for how long it trusts", channel.client)),
        _ if trusts < day => warning(
            name,
            format!(
                "{} trusts for {}: it expires if the relayer is down so long",
                channel.client,
                seconds(trusts)
            ),
        ),
        _ => ok(name, format!("{} trusts for {}", channel.client, seconds(trusts))),
    })
}
