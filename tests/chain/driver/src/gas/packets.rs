//! Packets of fifty items, as the contract takes them inside a relayer's transaction.

use std::time::Duration;

use actors::Stake;
use anyhow::{Result, anyhow, bail};
use serde_json::json;

use super::bench::Bench;
use super::overhead::Answer;
use crate::process;
use bsn_rpc::Event;

const SATS: u64 = 5_000_000;
const ITEMS: usize = 50;
/// So many packets bring a thousand delegations.
const BEFORE: usize = 20;
const PATIENCE: Duration = Duration::from_secs(120);

/// Who has a thousand delegations, once it has them.
#[derive(Default)]
pub struct Packets {
    rich: Option<usize>,
}

impl Packets {
    /// A packet with a finality provider and delegations to it, and one of delegations to somebody who has a thousand.
    ///
    /// # Errors
    /// If a packet is not taken.
    pub fn measure(&mut self, bench: &mut Bench<'_>) -> Result<()> {
        let new = bench.world.signers.len();
        bench.world.add_registered()?;
        packet(bench, new, ITEMS - 1, Some("staking_packet_50"))?;
        let rich = match self.rich {
            Some(rich) => rich,
            None => {
                (1..BEFORE).try_for_each(|_| packet(bench, new, ITEMS, None))?;
                new
            }
        };
        self.rich = Some(rich);
        packet(bench, rich, ITEMS, Some("staking_packet_50_on_1000"))
    }
}

/// So many delegations to one in a packet; its row, if it has a name.
fn packet(bench: &mut Bench<'_>, index: usize, count: usize, name: Option<&str>) -> Result<()> {
    let world = &mut *bench.world;
    let signer = world.signers.get(index).ok_or_else(|| anyhow!("there is no signer {index}"))?;
    let (fp, key) = (signer.fp.public_key(), signer.fp.public_key_hex());
    for _ in 0..count {
        world.babylon.delegate(Stake::new(&[fp], SATS))?;
    }
    let sats = |world: &crate::world::World| {
        let info = world.query(&json!({ "finality_provider_info": { "btc_pk_hex": key } }));
        info.ok().and_then(|info| info["total_active_sats"].as_u64()).unwrap_or_default()
    };
    let (from, had, before) = (world.consumer.rpc.height()?, world.acks()?.len(), sats(world));
    let limit = std::mem::replace(&mut world.babylon.params.max_packet_bytes, 250_000);
    let sent = world.send_news()?;
    world.babylon.params.max_packet_bytes = limit;
    if sent != 1 {
        bail!("{count} delegations came in {sent} packets");
    }
    process::wait_for("a packet", PATIENCE, || Ok((world.acks()?.len() > had).then_some(())))?;
    let gained = sats(world) - before;
    if gained != SATS * count as u64 {
        bail!("{count} delegations brought {gained} sats");
    }
    let Some(name) = name else { return Ok(()) };
    let answer = world.acks()?.pop().map(|ack| ack.ack).unwrap_or_default();
    for height in from..=world.consumer.rpc.height()? {
        let (_, txs) = world.consumer.rpc.results(height)?;
        if let Some((gas, events)) = txs.iter().find_map(|tx| metered(&tx.events)) {
            let overhead = bench.overhead(&bench.bsn())?;
            return bench.note(overhead.row(name, &events, &Answer::Ack(answer), gas, 0));
        }
    }
    bail!("no block says what the packet cost")
}

/// What the application used for a packet of a transaction, and the contract's events before it was said.
fn metered(events: &[Event]) -> Option<(u64, Vec<Event>)> {
    let at = events.iter().position(|event| event.kind == "packet_gas")?;
    let (before, rest) = events.split_at(at);
    Some((rest.first()?.get("gas")?.parse().ok()?, before.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packets_gas_comes_behind_its_events() {
        let event = |kind: &str, gas: &str| Event {
            kind: kind.to_owned(),
            attributes: vec![("gas".to_owned(), gas.to_owned())],
        };
        let events =
            [event("recv_packet", ""), event("wasm", ""), event("packet_gas", "7"), event("wasm", "")];
        let (gas, before) = metered(&events).unwrap();
        assert_eq!((gas, before.len()), (7, 2));
        assert!(metered(&events[..2]).is_none());
    }
}
