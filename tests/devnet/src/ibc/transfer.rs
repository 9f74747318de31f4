//! ICS-20: coins across chains.

use std::rc::Rc;

use cosmwasm_std::{Coin, Event, IbcAcknowledgement, IbcPacket, IbcTimeout};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Ack, IbcError, Received, TRANSFER_PORT, ack_is_success, error_ack, success_ack};
use crate::{
    address,
    bank::amount_of,
    error::Failure,
    world::{World, json},
};

/// `FungibleTokenPacketData`, as JSON with its keys in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferPacket {
    /// Decimal digits.
    pub amount: String,
    /// The coin's full path: `transfer/channel-0/ubbn` for one that came from elsewhere.
    pub denom: String,
    /// Instructions for the receiving chain.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub memo: String,
    /// Who gets it.
    pub receiver: String,
    /// Who sent it.
    pub sender: String,
}

impl TransferPacket {
    /// Reads a packet's data.
    pub fn parse(packet: &IbcPacket) -> Option<Self> {
        serde_json::from_slice(&packet.data).ok()
    }

    fn coin(&self, denom: &str) -> Option<Coin> {
        Some(Coin::new(self.amount.parse::<u128>().ok()?, denom))
    }
}

impl World {
    /// Escrows coins of this chain and sends the packet.
    ///
    /// # Errors
    /// Also for vouchers of foreign coins, which this chain takes in but does not send on.
    pub fn send_transfer(
        self: &Rc<Self>,
        sender: &str,
        channel: &str,
        receiver: &str,
        amount: &Coin,
        timeout: IbcTimeout,
        memo: String,
    ) -> Result<(u64, Vec<Event>), Failure> {
        if amount.denom.starts_with("ibc/") {
            return Err(Failure::Unsupported(format!("sending the voucher {} on", amount.denom)));
        }
        let data = TransferPacket {
            amount: amount.amount.to_string(),
            denom: amount.denom.clone(),
            memo,
            receiver: receiver.to_owned(),
            sender: sender.to_owned(),
        };
        let (sequence, event) = self.send_packet(TRANSFER_PORT, channel, json(&data)?.into(), timeout)?;
        let escrow = address::escrow(&self.prefix, channel);
        let mut events = self.state().send(sender, &escrow, std::slice::from_ref(amount))?;
        events.push(event);
        Ok((sequence, events))
    }

    pub fn transfer_acknowledged(
        &self,
        packet: &IbcPacket,
        ack: &IbcAcknowledgement,
    ) -> Result<Vec<Event>, Failure> {
        if ack_is_success(ack) {
            return Ok(Vec::new());
        }
        self.transfer_refund(packet)
    }

    /// Gives a transfer back to its sender.
    pub fn transfer_refund(&self, packet: &IbcPacket) -> Result<Vec<Event>, Failure> {
        let invalid = IbcError::InvalidPacket { sequence: packet.sequence, reason: "not a transfer" };
        let data = TransferPacket::parse(packet).ok_or_else(|| invalid.clone())?;
        let coin = data.coin(&data.denom).ok_or(invalid)?;
        let escrow = address::escrow(&self.prefix, &packet.src.channel_id);
        self.state().send(&escrow, &data.sender, &[coin])
    }

    /// Takes coins in: ours come out of escrow, others are minted as vouchers.
    pub fn receive_transfer(&self, packet: &IbcPacket) -> (Received, Vec<Event>) {
        let result = self.atomically(|| self.try_receive_transfer(packet));
        match result {
            Ok(events) => (Received { ack: Ack::Processed(success_ack(&[1])), failure: None }, events),
            Err(failure) => {
                let ack = error_ack(&format!(
                    "ABCI code: {}: error handling packet: see events for details",
                    failure.code().1
                ));
                (Received { ack: Ack::Refused(ack), failure: Some(failure) }, Vec::new())
            }
        }
    }

    fn try_receive_transfer(&self, packet: &IbcPacket) -> Result<Vec<Event>, Failure> {
        let invalid = || Failure::Invalid("not a transfer".to_owned());
        let data = TransferPacket::parse(packet).ok_or_else(invalid)?;
        self.decode(&data.receiver)?;
        let returning = format!("{}/{}/", packet.src.port_id, packet.src.channel_id);
        let own = data.denom.strip_prefix(&returning);
        let denom = own.map_or_else(|| voucher(&packet.dest.channel_id, &data.denom), str::to_owned);
        let coin = data.coin(&denom).ok_or_else(invalid)?;
        let escrow = address::escrow(&self.prefix, &packet.dest.channel_id);
        let state = &mut *self.state();
        if own.is_none() {
            state.mint(&escrow, &denom, amount_of(&coin)?);
        }
        state.send(&escrow, &data.receiver, &[coin])
    }
}

/// The denom under which a foreign coin is known here.
pub(crate) fn voucher(channel: &str, denom: &str) -> String {
    let path = format!("{TRANSFER_PORT}/{channel}/{denom}");
    format!("ibc/{}", hex::encode_upper(Sha256::digest(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_named_by_the_path_it_came() {
        // The atom on Osmosis, by channel-0.
        let atom = "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2";
        assert_eq!(voucher("channel-0", "uatom"), atom);
    }

    #[test]
    fn a_packet_without_memo_has_no_memo_field() {
        let packet = TransferPacket {
            amount: "5".into(),
            denom: "ustake".into(),
            memo: String::new(),
            receiver: "r".into(),
            sender: "s".into(),
        };
        let json = serde_json::to_string(&packet).unwrap();
        assert_eq!(json, r#"{"amount":"5","denom":"ustake","receiver":"r","sender":"s"}"#);
    }
}
