//! What the chain hands to an entry point: cosmwasm-std's types, read like our own messages.

use cosmwasm_std::{
    Addr, Attribute, BlockInfo, Coin, ContractInfo, Env, Event, IbcAcknowledgement, IbcChannel,
    IbcChannelCloseMsg, IbcChannelConnectMsg, IbcChannelOpenMsg, IbcEndpoint, IbcOrder, IbcPacket,
    IbcPacketAckMsg, IbcPacketReceiveMsg, IbcPacketTimeoutMsg, IbcTimeout, IbcTimeoutBlock, MessageInfo,
    MsgResponse, Reply, SubMsgResponse, SubMsgResult, Timestamp, TransactionInfo, Uint256,
};

use super::{Fields, Json, Read, Unreadable, Variant};

/// The impls of structs that are read field by field.
macro_rules! structs {
    ($($kind:ty: |$fields:ident| $made:expr;)*) => {
        $(
            impl Read for $kind {
                fn read(json: Json) -> Result<Self, Unreadable> {
                    let mut $fields = Fields::of(json)?;
                    Ok($made)
                }
            }
        )*
    };
}

structs! {
    Env: |fields| Self {
        block: fields.take("block")?,
        transaction: fields.take("transaction")?,
        contract: fields.take("contract")?,
    };
    BlockInfo: |fields| Self {
        height: fields.take("height")?,
        time: fields.take("time")?,
        chain_id: fields.take("chain_id")?,
    };
    TransactionInfo: |fields| Self::new(fields.take("index")?, fields.take_or_default("hash")?);
    ContractInfo: |fields| Self { address: fields.take("address")? };
    MessageInfo: |fields| Self { sender: fields.take("sender")?, funds: fields.take("funds")? };
    Coin: |fields| Self { denom: fields.take("denom")?, amount: fields.take("amount")? };
    IbcEndpoint: |fields| Self { port_id: fields.take("port_id")?, channel_id: fields.take("channel_id")? };
    IbcChannel: |fields| Self::new(
        fields.take("endpoint")?,
        fields.take("counterparty_endpoint")?,
        fields.take("order")?,
        fields.take::<String>("version")?,
        fields.take::<String>("connection_id")?,
    );
    IbcTimeoutBlock: |fields| Self { revision: fields.take("revision")?, height: fields.take("height")? };
    IbcPacket: |fields| Self::new(
        fields.take::<cosmwasm_std::Binary>("data")?,
        fields.take("src")?,
        fields.take("dest")?,
        fields.take("sequence")?,
        fields.take("timeout")?,
    );
    IbcAcknowledgement: |fields| Self::new(fields.take::<cosmwasm_std::Binary>("data")?);
    IbcPacketReceiveMsg: |fields| Self::new(fields.take("packet")?, fields.take("relayer")?);
    IbcPacketTimeoutMsg: |fields| Self::new(fields.take("packet")?, fields.take("relayer")?);
    IbcPacketAckMsg: |fields| Self::new(
        fields.take("acknowledgement")?,
        fields.take("original_packet")?,
        fields.take("relayer")?,
    );
    Attribute: |fields| Self { key: fields.take("key")?, value: fields.take("value")? };
    Event: |fields| Self::new(fields.take::<String>("type")?)
        .add_attributes(fields.take::<Vec<Attribute>>("attributes")?);
    MsgResponse: |fields| Self { type_url: fields.take("type_url")?, value: fields.take("value")? };
    Reply: |fields| Self {
        id: fields.take("id")?,
        payload: fields.take_or_default("payload")?,
        gas_used: fields.take_or_default("gas_used")?,
        result: fields.take("result")?,
    };
}

impl Read for Addr {
    fn read(json: Json) -> Result<Self, Unreadable> {
        String::read(json).map(Self::unchecked)
    }
}

impl Read for Timestamp {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let nanos = String::read(json)?.parse().map_err(|_| Unreadable::new("not nanoseconds as text"))?;
        Ok(Self::from_nanos(nanos))
    }
}

impl Read for Uint256 {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let digits = String::read(json)?;
        digits.parse().map_err(|_| Unreadable::new("not a whole number below 2^256 as text"))
    }
}

impl Read for IbcOrder {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Variant { place, .. } = Variant::of(json, &["ORDER_UNORDERED", "ORDER_ORDERED"])?;
        Ok(if place == 0 { Self::Unordered } else { Self::Ordered })
    }
}

impl Read for IbcTimeout {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut fields = Fields::of(json)?;
        match (fields.take("block")?, fields.take("timestamp")?) {
            (Some(block), Some(timestamp)) => Ok(Self::with_both(block, timestamp)),
            (Some(block), None) => Ok(Self::with_block(block)),
            (None, Some(timestamp)) => Ok(Self::with_timestamp(timestamp)),
            // ibc-go sends none such; one that cannot be read would block an ordered channel.
            (None, None) => Ok(Self::with_timestamp(Timestamp::default())),
        }
    }
}

impl Read for IbcChannelOpenMsg {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Variant { place, content, .. } = Variant::of(json, &["open_init", "open_try"])?;
        let mut fields = Fields::of(content)?;
        let channel = fields.take("channel")?;
        Ok(match place {
            0 => Self::OpenInit { channel },
            _ => Self::OpenTry { channel, counterparty_version: fields.take("counterparty_version")? },
        })
    }
}

impl Read for IbcChannelConnectMsg {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Variant { place, content, .. } = Variant::of(json, &["open_ack", "open_confirm"])?;
        let mut fields = Fields::of(content)?;
        let channel = fields.take("channel")?;
        Ok(match place {
            0 => Self::OpenAck { channel, counterparty_version: fields.take("counterparty_version")? },
            _ => Self::OpenConfirm { channel },
        })
    }
}

impl Read for IbcChannelCloseMsg {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Variant { place, content, .. } = Variant::of(json, &["close_init", "close_confirm"])?;
        let channel = Fields::of(content)?.take("channel")?;
        Ok(if place == 0 { Self::CloseInit { channel } } else { Self::CloseConfirm { channel } })
    }
}

impl Read for SubMsgResult {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let Variant { place, content, .. } = Variant::of(json, &["ok", "error"])?;
        if place == 1 {
            return Ok(Self::Err(Read::read(content)?));
        }
        let mut fields = Fields::of(content)?;
        #[allow(deprecated, reason = "chains below CosmWasm 2.0 fill `data` alone")]
        Ok(Self::Ok(SubMsgResponse {
            events: fields.take("events")?,
            data: fields.take("data")?,
            msg_responses: fields.take_or_default("msg_responses")?,
        }))
    }
}
