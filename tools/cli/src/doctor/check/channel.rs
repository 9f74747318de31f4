//! I: the channel to Babylon, the clients under it, and the channel of rewards.

use super::{Seen, Verdict, count, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Absent, ChannelEnd, IbcClient, Snapshot, time_in_words};

/// What the channel is: its version, and Babylon's port.
pub const VERSION: &str = "zoneconcierge-1";
/// Babylon's port.
pub const PORT: &str = "zoneconcierge";
/// A client that expires within so many seconds is critical, and within six times as many a warning.
const EXPIRY_S: u64 = 12 * 3_600;

/// I1: whether our end is open.
pub fn open_here(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?.channel;
    if health.state != "open" {
        return one(critical(match health.previous.last() {
            Some(last) => format!("the channel to Babylon is closed: the last one was {}", last.channel_id),
            None => "there is no channel to Babylon yet".to_owned(),
        }));
    }
    let here = snapshot.here.clone()?;
    one(match here.state.as_str() {
        "open" => well(format!("{} is open", here.id)),
        state => {
            critical(format!("the contract believes that {} is open, but the chain says {state}", here.id))
        }
    })
}

/// I2: whether Babylon's end is open, and the other end of ours.
pub fn open_there(snapshot: &Snapshot) -> Verdict {
    let (here, there) = (snapshot.here.clone()?, snapshot.there.clone()?);
    let mut found: Vec<Seen> = Vec::new();
    if there.state != "open" {
        found.push(critical(format!("on Babylon {} is {}", there.id, there.state)));
    }
    if (&there.counterparty_port, &there.counterparty_id) != (&here.port, &here.id) {
        found.push(critical(format!(
            "on Babylon {} leads to {} of {}, not to {}",
            there.id, there.counterparty_id, there.counterparty_port, here.id
        )));
    }
    if !there.ordered {
        found.push(critical(format!("on Babylon {} is not ordered", there.id)));
    }
    or_well(found, format!("on Babylon {} is open, and leads here", there.id))
}

/// I3: whether the channel is what it must be.
pub fn form(snapshot: &Snapshot) -> Verdict {
    let here = snapshot.here.clone()?;
    let mut wrong = Vec::new();
    if !here.ordered {
        wrong.push("it is not ordered".to_owned());
    }
    if here.version != VERSION {
        wrong.push(format!("its version is `{}`, not `{VERSION}`", here.version));
    }
    if here.counterparty_port != PORT {
        wrong.push(format!("it leads to the port `{}`, not `{PORT}`", here.counterparty_port));
    }
    let bound = snapshot.health.clone()?.channel.connection_id;
    if bound.as_ref().is_some_and(|bound| *bound != here.connection) {
        let bound = bound.unwrap_or_default();
        wrong.push(format!("it is on {}, and the contract is bound to {bound}", here.connection));
    }
    one(match wrong.as_slice() {
        [] => well(format!("{} is ordered, of {VERSION}, on {}", here.id, here.connection)),
        wrong => critical(format!("{}: {}", here.id, wrong.join("; "))),
    })
}

/// I4: the client of Babylon on this chain.
pub fn client_here(snapshot: &Snapshot) -> Verdict {
    let client = snapshot.here.clone()?.client?;
    let unbonding = snapshot.babylon.as_ref().ok().and_then(|babylon| babylon.unbonding_s.clone().ok());
    self::client(&client, snapshot.now.max(snapshot.tip.time), unbonding, "here")
}

/// I5: the client of this chain on Babylon.
pub fn client_there(snapshot: &Snapshot) -> Verdict {
    let client = snapshot.there.clone()?.client?;
    self::client(&client, snapshot.now.max(snapshot.tip.time), None, "on Babylon")
}

fn client(client: &IbcClient, now: u64, real_unbonding: Option<u64>, place: &str) -> Verdict {
    let name = format!("the client {} of {} {place}", client.id, client.chain_id);
    if client.status != "Active" {
        let status = client.status.to_lowercase();
        return one(critical(format!("{name} is {status}: nothing passes until governance recovers it")));
    }
    let mut found = Vec::new();
    let unbonding = real_unbonding.unwrap_or(client.unbonding_s).min(client.unbonding_s);
    if client.trusting_s >= unbonding && unbonding > 0 {
        found.push(critical(format!(
            "{name} trusts headers for {}, and unbonding takes {}: who has unbonded could forge one",
            time_in_words(client.trusting_s),
            time_in_words(unbonding)
        )));
    }
    let left = client.updated.clone()?.saturating_add(client.trusting_s).saturating_sub(now);
    // Where headers are trusted for less than two days, a half and a quarter of that.
    let (soon, late) = (EXPIRY_S.min(client.trusting_s / 4), (6 * EXPIRY_S).min(client.trusting_s / 2));
    let text = format!("{name} expires in {} unless somebody updates it", time_in_words(left));
    match left {
        left if left < soon => found.push(critical(text)),
        left if left < late => found.push(warning(text)),
        _ => (),
    }
    or_well(found, format!("{name} is active for {} more", time_in_words(left)))
}

/// I6: whether Babylon knows this chain by the client that the channel is on.
pub fn consumer(snapshot: &Snapshot) -> Verdict {
    let consumer = snapshot.health.clone()?.channel.consumer_id;
    let Some(consumer) = consumer else {
        return one(warning("Babylon has not said yet under which id it knows this chain"));
    };
    let client = snapshot.there.clone()?.client?;
    if client.id != consumer {
        return one(critical(format!(
            "Babylon calls this chain {consumer}, but the channel is on {}",
            client.id
        )));
    }
    one(if client.chain_id == snapshot.tip.chain_id {
        well(format!("Babylon knows this chain as {consumer}"))
    } else {
        let (other, ours) = (client.chain_id, &snapshot.tip.chain_id);
        critical(format!("Babylon's client {consumer} follows {other}, not {ours}"))
    })
}

/// I7: whether packets are carried.
pub fn packets(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?.channel;
    if health.state != "open" {
        return Err(Absent::Nothing("no channel is open (I1)".to_owned()));
    }
    let here = snapshot.here.clone()?;
    let silence = health.last_packet_age_s.unwrap_or_default();
    let spacing = snapshot.bitcoin_block_s();
    let said = format!("the last packet came {} ago", time_in_words(silence));
    let mut found = Vec::new();
    match &snapshot.there {
        Ok(there) => {
            let waiting = unreceived(&here, there)?;
            // Babylon sends with each block of Bitcoin.
            let text = format!("{} wait on Babylon, and {said}", count(usize_of(waiting), "packet"));
            match silence {
                _ if waiting == 0 => (),
                silence if silence > 6 * spacing => found.push(critical(text)),
                silence if silence > 3 * spacing => found.push(warning(text)),
                _ => (),
            }
            let sent = here.in_flight.clone()?;
            if there.next_receive.clone()? > here.next_send.clone()? {
                found.push(critical("Babylon expects a packet that this chain has not sent yet"));
            }
            if let (Some(first), true) = (sent.first(), silence > 3 * spacing) {
                found.push(warning(format!(
                    "{} of ours wait for Babylon's answer, from sequence {first} on",
                    count(sent.len(), "packet")
                )));
            }
        }
        Err(Absent::Needs(_)) if silence <= 12 * spacing => (),
        Err(Absent::Needs(_)) if silence > 36 * spacing => found.push(critical(said.clone())),
        Err(Absent::Needs(_)) => found.push(warning(said.clone())),
        Err(absent) => return Err(absent.clone()),
    }
    or_well(found, said)
}

/// How many packets Babylon sent that did not come.
fn unreceived(here: &ChannelEnd, there: &ChannelEnd) -> Result<u64, Absent> {
    Ok(there.next_send.clone()?.saturating_sub(here.next_receive.clone()?))
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// I8: the channel of rewards.
pub fn rewards(snapshot: &Snapshot) -> Verdict {
    let transfer = snapshot.transfer.clone()?;
    let mut found = Vec::new();
    if transfer.state != "open" {
        found.push(critical(format!("the channel of rewards, {}, is {}", transfer.id, transfer.state)));
    }
    let bound = snapshot.health.clone()?.channel.connection_id;
    if let Some(bound) = bound.filter(|bound| *bound != transfer.connection) {
        let (id, on) = (&transfer.id, &transfer.connection);
        found.push(critical(format!("the channel of rewards, {id}, is on {on}, and Babylon's on {bound}")));
    }
    or_well(found, format!("the channel of rewards, {}, is open", transfer.id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};

    fn with(change: impl FnOnce(&mut ChannelEnd)) -> Snapshot {
        let mut snapshot = healthy();
        change(snapshot.here.as_mut().unwrap());
        snapshot
    }

    fn with_there(change: impl FnOnce(&mut ChannelEnd)) -> Snapshot {
        let mut snapshot = healthy_with_babylon();
        change(snapshot.there.as_mut().unwrap());
        snapshot
    }

    fn healthy_with_babylon() -> Snapshot {
        crate::doctor::recorded::with_everything()
    }

    #[test]
    fn the_contract_and_the_chain_must_agree_that_it_is_open() {
        says(open_here(&healthy()), "ok: channel-1 is open");
        says(
            open_here(&with(|here| here.state = "closed".to_owned())),
            "critical: the contract believes that channel-1 is open, but the chain says closed",
        );
        let mut snapshot = healthy();
        snapshot.health.as_mut().unwrap().channel.state = "none".to_owned();
        says(open_here(&snapshot), "critical: there is no channel to Babylon yet");
    }

    #[test]
    fn babylons_end_is_looked_at_only_where_babylon_is() {
        assert_eq!(open_there(&healthy()), Err(Absent::Needs("--babylon-node".to_owned())));
        says(open_there(&healthy_with_babylon()), "ok: on Babylon channel-9 is open, and leads here");
        says(
            open_there(&with_there(|there| there.state = "closed".to_owned())),
            "critical: on Babylon channel-9 is closed",
        );
        says(
            open_there(&with_there(|there| there.counterparty_id = "channel-7".to_owned())),
            "critical: on Babylon channel-9 leads to channel-7 of wasm.app1bsn, not to channel-1",
        );
    }

    #[test]
    fn order_version_port_and_connection_are_compared() {
        says(form(&healthy()), "ok: channel-1 is ordered, of zoneconcierge-1, on connection-0");
        let odd = with(|here| {
            here.ordered = false;
            here.version = "1".to_owned();
            here.connection = "connection-5".to_owned();
        });
        says(
            form(&odd),
            "critical: channel-1: it is not ordered; its version is `1`, not `zoneconcierge-1`; it is on connection-5, and the contract is bound to connection-0",
        );
    }

    #[test]
    fn a_client_that_is_about_to_expire_is_counted_down() {
        let aged = |age: u64| {
            let mut snapshot = healthy();
            let now = snapshot.now;
            snapshot.here.as_mut().unwrap().client.as_mut().unwrap().updated = Ok(now - age);
            snapshot
        };
        // Trusted for 33 hours: warned at 16, critical at 8.
        says(client_here(&aged(60)), "ok: the client 07-tendermint-0 of bbn-1 here is active for 33 h more");
        let text = "the client 07-tendermint-0 of bbn-1 here expires in";
        says(client_here(&aged(18 * 3_600)), &format!("warning: {text} 15 h unless somebody updates it"));
        says(client_here(&aged(26 * 3_600)), &format!("critical: {text} 7 h unless somebody updates it"));
        let expired = with(|here| here.client.as_mut().unwrap().status = "Expired".to_owned());
        says(
            client_here(&expired),
            "critical: the client 07-tendermint-0 of bbn-1 here is expired: nothing passes until governance recovers it",
        );
    }

    #[test]
    fn a_trusting_period_beyond_unbonding_is_critical() {
        let odd = with(|here| here.client.as_mut().unwrap().trusting_s = 14 * 86_400);
        let said = client_here(&odd).unwrap();
        assert_eq!(
            said[0].text,
            "the client 07-tendermint-0 of bbn-1 here trusts headers for 14 d, and unbonding takes 2 d: who has unbonded could forge one"
        );
    }

    #[test]
    fn the_client_on_babylon_is_looked_at_likewise() {
        says(
            client_there(&healthy_with_babylon()),
            "ok: the client 07-tendermint-3 of app-1 on Babylon is active for 13 d more",
        );
        let expired = with_there(|there| there.client.as_mut().unwrap().status = "Frozen".to_owned());
        says(
            client_there(&expired),
            "critical: the client 07-tendermint-3 of app-1 on Babylon is frozen: nothing passes until governance recovers it",
        );
    }

    #[test]
    fn babylon_must_know_the_chain_by_the_channels_client() {
        says(consumer(&healthy_with_babylon()), "ok: Babylon knows this chain as 07-tendermint-3");
        says(
            consumer(&with_there(|there| there.client.as_mut().unwrap().id = "07-tendermint-8".to_owned())),
            "critical: Babylon calls this chain 07-tendermint-3, but the channel is on 07-tendermint-8",
        );
        says(
            consumer(&with_there(|there| there.client.as_mut().unwrap().chain_id = "app-2".to_owned())),
            "critical: Babylon's client 07-tendermint-3 follows app-2, not app-1",
        );
        let mut snapshot = healthy();
        snapshot.health.as_mut().unwrap().channel.consumer_id = None;
        says(consumer(&snapshot), "warning: Babylon has not said yet under which id it knows this chain");
    }

    #[test]
    fn packets_that_wait_are_counted_and_their_age_is_judged() {
        says(packets(&healthy()), "ok: the last packet came 3 min ago");
        let waiting = |silence: u64| {
            let mut snapshot = with_there(|there| there.next_send = Ok(43));
            snapshot.health.as_mut().unwrap().channel.last_packet_age_s = Some(silence);
            snapshot
        };
        says(packets(&waiting(1_800)), "ok: the last packet came 30 min ago");
        says(
            packets(&waiting(1_801)),
            "warning: 3 packets wait on Babylon, and the last packet came 30 min ago",
        );
        says(
            packets(&waiting(3_601)),
            "critical: 3 packets wait on Babylon, and the last packet came 60 min ago",
        );
        let mut ours = waiting(1_900);
        ours.there.as_mut().unwrap().next_send = Ok(40);
        ours.here.as_mut().unwrap().in_flight = Ok(vec![5, 6]);
        says(packets(&ours), "warning: 2 packets of ours wait for Babylon's answer, from sequence 5 on");
        let mut closed = waiting(9_999);
        closed.health.as_mut().unwrap().channel.state = "closed".to_owned();
        assert_eq!(packets(&closed), Err(Absent::Nothing("no channel is open (I1)".to_owned())));
        let mut ahead = healthy_with_babylon();
        ahead.there.as_mut().unwrap().next_receive = Ok(99);
        says(packets(&ahead), "critical: Babylon expects a packet that this chain has not sent yet");
    }

    #[test]
    fn without_babylon_a_long_silence_is_all_that_is_seen() {
        let silent = |silence| {
            let mut snapshot = healthy();
            snapshot.health.as_mut().unwrap().channel.last_packet_age_s = Some(silence);
            snapshot
        };
        says(packets(&silent(7_200)), "ok: the last packet came 2 h ago");
        says(packets(&silent(7_201)), "warning: the last packet came 2 h ago");
        says(packets(&silent(21_601)), "critical: the last packet came 6 h ago");
    }

    #[test]
    fn rewards_need_an_open_channel_on_the_same_connection() {
        says(rewards(&healthy()), "ok: the channel of rewards, channel-0, is open");
        let mut snapshot = healthy();
        snapshot.transfer.as_mut().unwrap().state = "closed".to_owned();
        says(rewards(&snapshot), "critical: the channel of rewards, channel-0, is closed");
        let mut snapshot = healthy();
        snapshot.transfer.as_mut().unwrap().connection = "connection-4".to_owned();
        says(
            rewards(&snapshot),
            "critical: the channel of rewards, channel-0, is on connection-4, and Babylon's on connection-0",
        );
    }
}
