//! What the chain hands over is read as cosmwasm-std's own derive reads it.

use std::fmt::Debug;

use bsn_api::read::{Json, Read};
use cosmwasm_std::{
    Addr, Attribute, Binary, BlockInfo, Coin, ContractInfo, Env, Event, IbcAcknowledgement, IbcChannel,
    IbcChannelCloseMsg, IbcChannelConnectMsg, IbcChannelOpenMsg, IbcEndpoint, IbcOrder, IbcPacket,
    IbcPacketAckMsg, IbcPacketReceiveMsg, IbcPacketTimeoutMsg, IbcTimeout, IbcTimeoutBlock, MessageInfo,
    MsgResponse, Reply, SubMsgResponse, SubMsgResult, Timestamp, TransactionInfo, from_json, to_json_vec,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Whole, and with each field at any depth taken out, made null, made a text or an unknown one added.
fn agrees<T: Read + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = to_json_vec(value).unwrap();
    assert_eq!(read::<T>(&json).as_ref(), Some(value));
    let tree: Value = serde_json::from_slice(&json).unwrap();
    let mut paths = Vec::new();
    objects(&tree, &mut String::new(), &mut paths);
    for path in paths {
        let keys: Vec<String> = tree.pointer(&path).unwrap().as_object().unwrap().keys().cloned().collect();
        for key in keys {
            for change in [None, Some(Value::Null), Some("text".into()), Some(7.into())] {
                let mut changed = tree.clone();
                let object = changed.pointer_mut(&path).unwrap().as_object_mut().unwrap();
                match change {
                    Some(other) => object.insert(key.clone(), other),
                    None => object.remove(&key),
                };
                let json = serde_json::to_vec(&changed).unwrap();
                assert_eq!(read::<T>(&json), from_json::<T>(&json).ok(), "{changed}");
            }
        }
    }
}

fn read<T: Read>(json: &[u8]) -> Option<T> {
    T::read(from_json::<Json>(json).unwrap()).ok()
}

fn objects(tree: &Value, path: &mut String, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match tree {
        Value::Object(fields) => {
            found.push(path.clone());
            fields.iter().map(|(name, value)| (name.clone(), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => vec![],
    };
    for (name, child) in children {
        let length = path.len();
        path.push('/');
        path.push_str(&name);
        objects(child, path, found);
        path.truncate(length);
    }
}

fn endpoint(channel: &str) -> IbcEndpoint {
    IbcEndpoint { port_id: "wasm.bsn".into(), channel_id: channel.into() }
}

fn channel(order: IbcOrder) -> IbcChannel {
    IbcChannel::new(endpoint("channel-1"), endpoint("channel-2"), order, "zoneconcierge-1", "connection-3")
}

fn packet(timeout: IbcTimeout) -> IbcPacket {
    IbcPacket::new(b"data\x00\xff", endpoint("channel-2"), endpoint("channel-1"), u64::MAX, timeout)
}

#[test]
fn env_and_sender() {
    let block =
        BlockInfo { height: u64::MAX, time: Timestamp::from_nanos(u64::MAX), chain_id: "a\"b\u{e9}".into() };
    let contract = ContractInfo { address: Addr::unchecked("bsn") };
    for transaction in [None, Some(TransactionInfo::new(3, Binary::from(b"hash")))] {
        agrees(&Env { block: block.clone(), transaction, contract: contract.clone() });
    }
    let funds = vec![Coin::new(u128::MAX, "stake"), Coin::new(0u128, "ibc/1")];
    agrees(&MessageInfo { sender: Addr::unchecked("somebody"), funds });
}

#[test]
fn handshakes() {
    for order in [IbcOrder::Ordered, IbcOrder::Unordered] {
        agrees(&IbcChannelOpenMsg::new_init(channel(order.clone())));
        agrees(&IbcChannelOpenMsg::new_try(channel(order.clone()), "version"));
        agrees(&IbcChannelConnectMsg::new_ack(channel(order.clone()), "version"));
        agrees(&IbcChannelConnectMsg::new_confirm(channel(order.clone())));
        agrees(&IbcChannelCloseMsg::new_init(channel(order.clone())));
        agrees(&IbcChannelCloseMsg::new_confirm(channel(order)));
    }
}

#[test]
fn packets() {
    let block = IbcTimeoutBlock { revision: 1, height: u64::MAX };
    let time = Timestamp::from_seconds(5);
    let both = IbcTimeout::with_both(block, time);
    for timeout in [both, IbcTimeout::with_block(block), IbcTimeout::with_timestamp(time)] {
        let relayer = Addr::unchecked("relayer");
        let message = IbcPacketReceiveMsg::new(packet(timeout.clone()), relayer.clone());
        let whole = to_json_vec(&message).unwrap();
        assert_eq!(read::<IbcPacketReceiveMsg>(&whole), Some(message));
        let message = IbcPacketTimeoutMsg::new(packet(timeout.clone()), relayer.clone());
        let whole = to_json_vec(&message).unwrap();
        assert_eq!(read::<IbcPacketTimeoutMsg>(&whole), Some(message));
        let ack = IbcAcknowledgement::new(b"{}");
        let message = IbcPacketAckMsg::new(ack, packet(timeout), relayer);
        let whole = to_json_vec(&message).unwrap();
        assert_eq!(read::<IbcPacketAckMsg>(&whole), Some(message));
    }
    agrees(
        &IbcPacketReceiveMsg::new(packet(IbcTimeout::with_block(block)), Addr::unchecked("relayer"))
            .packet
            .src,
    );
}

/// serde's derive takes it too.
#[test]
fn a_packet_without_any_timeout_is_read() {
    let message = IbcPacketReceiveMsg::new(packet(Timestamp::default().into()), Addr::unchecked("relayer"));
    let mut tree: Value = serde_json::from_slice(&to_json_vec(&message).unwrap()).unwrap();
    tree["packet"]["timeout"] = serde_json::json!({"block": null, "timestamp": null});
    assert_eq!(read::<IbcPacketReceiveMsg>(&serde_json::to_vec(&tree).unwrap()), Some(message));
}

#[test]
fn replies() {
    #[allow(deprecated)]
    let done = SubMsgResponse {
        events: vec![
            Event::new("wasm").add_attributes([Attribute::new("key", "value")]),
            Event::new("empty"),
        ],
        data: Some(Binary::from(b"data")),
        msg_responses: vec![MsgResponse { type_url: "/a.B".into(), value: Binary::from(b"value") }],
    };
    #[allow(deprecated)]
    let bare = SubMsgResponse { events: vec![], data: None, msg_responses: vec![] };
    for result in [SubMsgResult::Ok(done), SubMsgResult::Ok(bare), SubMsgResult::Err("out of gas".into())] {
        agrees(&Reply { id: 7, payload: Binary::from(b"payload"), gas_used: 9, result });
    }
    let old = br#"{"id":7,"result":{"ok":{"events":[],"data":null}}}"#;
    assert_eq!(read::<Reply>(old), from_json::<Reply>(old).ok());
    assert!(read::<Reply>(old).is_some());
}
