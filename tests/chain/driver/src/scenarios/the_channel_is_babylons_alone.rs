//! The channel opens from Babylon's side, once; nobody else opens one or closes it.

use anyhow::{Result, bail};

use super::Notes;
use crate::account::GAS;
use crate::world::{PATH, World};
use bsn_rpc::TxResult;
use bsn_rpc::proto::ibc::core::channel::v1::{
    Channel, Counterparty, MsgChannelCloseInit, MsgChannelOpenInit,
};
use bsn_rpc::proto::pack;

/// Our and Babylon's end of the first connection.
pub const FIRST: &str = "connection-0";
/// What the channel speaks.
pub const VERSION: &str = "zoneconcierge-1";
const INIT: i32 = 1;
const OPEN: i32 = 3;
const UNORDERED: i32 = 1;
/// As IBC numbers it.
pub const ORDERED: i32 = 2;

pub fn run(world: &mut World, notes: &mut Notes<'_>) -> Result<()> {
    let port = format!("wasm.{}", world.bsn);
    for (what, counterparty, ordering, version, why) in [
        ("another counterparty port", "transfer", ORDERED, VERSION, "counterparty port"),
        ("an unordered channel", "zoneconcierge", UNORDERED, VERSION, "ordered channels"),
        ("another version", "zoneconcierge", ORDERED, "ics20-1", "version"),
    ] {
        let refused = open_init(world, true, FIRST, &port, counterparty, ordering, version)?;
        let holds = refused.code != 0 && refused.log.contains(why);
        notes.claim(&format!("{what} is refused"), holds, tail(&refused.log));
    }
    // What a stranger begins reserves nothing: Babylon's own channel still opens.
    let begun = open_init(world, true, FIRST, &port, "zoneconcierge", ORDERED, VERSION)?;
    let next = next_channel(world)?;
    world.open_channel(PATH, &format!("channel-{next}"))?;
    let there = channel(world, "zoneconcierge", &world.channel, false)?;
    let ours = there.counterparty.clone().unwrap_or_default().channel_id;
    let here = channel(world, &port, &ours, true)?;
    let both = (there.state, here.state, here.ordering) == (OPEN, OPEN, ORDERED);
    let evidence =
        format!("{} and {ours}, after a stranger's handshake with code {}", world.channel, begun.code);
    notes.claim("the relayer opens the ordered channel from Babylon's side", both, evidence);

    let again = open_init(world, false, FIRST, "zoneconcierge", &port, ORDERED, VERSION)?;
    notes.claim("Babylon gives a client one channel", again.code != 0, tail(&again.log));
    let again = open_init(world, true, FIRST, &port, "zoneconcierge", ORDERED, VERSION)?;
    notes.claim("the contract takes one channel", again.code != 0, tail(&again.log));

    let close = MsgChannelCloseInit {
        port_id: port.clone(),
        channel_id: ours.clone(),
        signer: world.stranger.address.clone(),
    };
    let message = pack(&close);
    let (rpc, id) = (&world.consumer.rpc, &world.consumer.id);
    let (result, _) = world.stranger.deliver(rpc, id, vec![message], GAS)?;
    let open = channel(world, &port, &ours, true)?.state == OPEN;
    notes.claim("a stranger's MsgChannelCloseInit is refused", result.code != 0 && open, tail(&result.log));
    Ok(())
}

/// The first step of a handshake, over a connection, on our side or on Babylon's, by somebody without any right.
pub fn open_init(
    world: &World,
    at_consumer: bool,
    connection: &str,
    port: &str,
    counterparty: &str,
    ordering: i32,
    version: &str,
) -> Result<TxResult> {
    let (chain, account) = match at_consumer {
        true => (&world.consumer, &world.stranger),
        false => (&world.genesis, &world.genesis.validator),
    };
    let channel = Channel {
        state: INIT,
        ordering,
        counterparty: Some(Counterparty { port_id: counterparty.to_owned(), channel_id: String::new() }),
        connection_hops: vec![connection.to_owned()],
        version: version.to_owned(),
        upgrade_sequence: 0,
    };
    let message = MsgChannelOpenInit {
        port_id: port.to_owned(),
        channel: Some(channel),
        signer: account.address.clone(),
    };
    let message = pack(&message);
    Ok(account.deliver(&chain.rpc, &chain.id, vec![message], GAS)?.0)
}

/// An end of a channel, on the consumer chain or on Babylon.
pub fn channel(world: &World, port: &str, id: &str, at_consumer: bool) -> Result<Channel> {
    let chain = if at_consumer { &world.consumer } else { &world.genesis };
    match chain.rpc.channel(port, id)? {
        Some(channel) => Ok(channel),
        None => bail!("there is no {id} on {port}"),
    }
}

/// The number of the next channel on Babylon.
pub fn next_channel(world: &World) -> Result<usize> {
    let exists = |number: usize| {
        let id = format!("channel-{number}");
        ["transfer", "zoneconcierge"].iter().any(|port| channel(world, port, &id, false).is_ok())
    };
    Ok((0..).find(|number| !exists(*number)).unwrap_or_default())
}

/// The end of an error: its cause comes last.
pub fn tail(log: &str) -> String {
    let from = log.char_indices().rev().nth(160).map_or(0, |(at, _)| at);
    log.get(from..).unwrap_or_default().replace('\n', " ")
}
