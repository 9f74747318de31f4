//! The contract as others see it, JSON in and JSON out, without a virtual machine.

mod admin;
mod answers;
mod channel;
mod evidence;
mod grid;
mod intake;
mod live;
mod providers;

use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, message_info, mock_dependencies, mock_env};
use cosmwasm_std::{
    Addr, Env, IbcChannel, IbcChannelConnectMsg, IbcEndpoint, IbcOrder, IbcPacket, IbcPacketReceiveMsg,
    IbcReceiveResponse, IbcTimeout, OwnedDeps, Response, Timestamp, from_json, to_json_vec,
};
use eots::SecretKey;
use proto::Message;
use proto::btcstaking::{
    ActiveBtcDelegation, BtcStakingIbcPacket, NewFinalityProvider, ProofOfPossessionBtc,
    UnbondedBtcDelegation,
};
use proto::zoneconcierge::{OutboundPacket, outbound_packet::Packet};
use serde_json::{Value, json};

use crate::entry;
use crate::state::{COUNTERS, Counters};

const DAY: u64 = 86_400;
/// Our consumer ids on Babylon, over the connections of the same number.
const CONSUMERS: [&str; 3] = ["07-tendermint-0", "07-tendermint-1", "07-tendermint-2"];
/// The connections, each with a channel for rewards.
const CONNECTIONS: [&str; 3] = ["connection-0", "connection-1", "connection-2"];

/// The contract on a chain of its own.
struct World {
    deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    env: Env,
}

impl World {
    /// On regtest, with a channel to Babylon.
    fn open() -> Self {
        let mut world = Self::start(json!({})).unwrap();
        world.connect(0, 0);
        world
    }

    /// With other fields of the instantiate message; `null` is absent.
    fn start(over: Value) -> Result<Self, String> {
        let mut deps = mock_dependencies();
        deps.querier.staking.update("stake", &[], &[]);
        let coins = |number: usize| {
            let (here, there) = (format!("channel-{}0", number + 1), format!("channel-{number}"));
            let ends = [here, there].map(|channel_id| end("transfer", &channel_id));
            let [here, there] = ends;
            IbcChannel::new(here, there, IbcOrder::Unordered, "ics20-1", CONNECTIONS[number])
        };
        let more = IbcChannel::new(
            end("transfer", "channel-11"),
            end("transfer", "channel-9"),
            IbcOrder::Unordered,
            "ics20-1",
            CONNECTIONS[0],
        );
        deps.querier.ibc.update("wasm.bsn", &[coins(0), coins(1), coins(2), more]);
        let mut message = json!({
            "network": "regtest", "btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100,
            "consumer_name": "n", "consumer_description": "d", "destination_module": "btcstaking",
            "ics20_channel_id": "channel-10", "connection_id": CONNECTIONS[0], "admin": account("admin"),
        });
        for (name, value) in over.as_object().into_iter().flatten() {
            message[name] = value.clone();
        }
        let message = from_json(to_json_vec(&message).unwrap()).map_err(|error| error.to_string())?;
        let mut world = Self { deps, env: mock_env() };
        let creator = message_info(&Addr::unchecked(account("creator")), &[]);
        entry::instantiate(world.deps.as_mut(), world.env.clone(), creator, message)
            .map_err(|error| error.to_string())?;
        Ok(world)
    }

    /// The channel of a number opens over the connection of another.
    fn connect(&mut self, number: usize, connection: usize) {
        let (here, there) = (channel_id(number), format!("channel-{number}"));
        let channel = IbcChannel::new(
            end("wasm.bsn", &here),
            end("zoneconcierge", &there),
            IbcOrder::Ordered,
            "zoneconcierge-1",
            CONNECTIONS[connection],
        );
        let message = IbcChannelConnectMsg::new_confirm(channel);
        entry::ibc_channel_connect(self.deps.as_mut(), self.env.clone(), message).unwrap();
    }

    fn execute(&mut self, who: &str, message: Value) -> Result<Response, String> {
        let message = from_json(to_json_vec(&message).unwrap()).map_err(|error| error.to_string())?;
        let info = message_info(&Addr::unchecked(account(who)), &[]);
        entry::execute(self.deps.as_mut(), self.env.clone(), info, message).map_err(|error| error.to_string())
    }

    fn refused(&mut self, who: &str, message: Value) -> String {
        self.execute(who, message).expect_err("it was refused")
    }

    fn ask(&self, question: Value) -> Value {
        self.try_ask(question).unwrap()
    }

    fn try_ask(&self, question: Value) -> Result<Value, String> {
        let question = from_json(to_json_vec(&question).unwrap()).map_err(|error| error.to_string())?;
        let answer = entry::query(self.deps.as_ref(), self.env.clone(), question);
        let answer = answer.map_err(|error| error.to_string())?;
        serde_json::from_slice(&answer).map_err(|error| error.to_string())
    }

    /// A packet arrives over the channel of a number.
    fn receive(&mut self, number: usize, packet: Packet) -> Result<IbcReceiveResponse, String> {
        let data = OutboundPacket { packet: Some(packet) }.encode_to_vec();
        let (here, there) =
            (end("wasm.bsn", &channel_id(number)), end("zoneconcierge", &format!("channel-{number}")));
        let timeout = IbcTimeout::with_timestamp(Timestamp::from_seconds(9));
        let packet = IbcPacket::new(data, there, here, 1, timeout);
        let message = IbcPacketReceiveMsg::new(packet, Addr::unchecked("relayer"));
        entry::ibc_packet_receive(self.deps.as_mut(), self.env.clone(), message)
            .map_err(|error| error.to_string())
    }

    /// Staking items arrive, and are taken.
    fn stake(&mut self, number: usize, items: BtcStakingIbcPacket) -> IbcReceiveResponse {
        let taken = self.receive(number, Packet::BtcStaking(items)).unwrap();
        assert_eq!(taken.acknowledgement.as_ref().unwrap().as_slice(), br#"{"result":""}"#);
        taken
    }

    /// Blocks without anything but hooks, the last of them at so many seconds from now.
    fn pass(&mut self, seconds: u64) {
        self.env.block.time = self.env.block.time.plus_seconds(seconds);
        self.env.block.height += 1;
        for hook in ["begin_block", "begin_block", "end_block"] {
            self.hook(hook);
        }
    }

    fn hook(&mut self, hook: &str) -> Response {
        let hash = |n: u8| format!("{n:02x}").repeat(32);
        let message = json!({ hook: { "hash_hex": hash(1), "app_hash_hex": hash(2) } });
        let message = from_json(to_json_vec(&message).unwrap()).unwrap();
        entry::sudo(self.deps.as_mut(), self.env.clone(), message).unwrap()
    }

    fn alarms(&self) -> String {
        self.ask(json!({ "health": {} }))["alarms"].to_string()
    }

    fn sats(&self, fp: u8) -> u64 {
        let info = self.ask(json!({ "finality_provider_info": { "btc_pk_hex": key(fp) } }));
        info["total_active_sats"].as_u64().unwrap()
    }

    fn quarantined(&self) -> Vec<(u64, String)> {
        let answer = self.ask(json!({ "quarantined": { "limit": 30 } }));
        let items = answer["items"].as_array().unwrap();
        let text = |item: &Value| item["reason"].as_str().unwrap().to_owned();
        items.iter().map(|item| (item["id"].as_u64().unwrap(), text(item))).collect()
    }

    fn registered(&self) -> u32 {
        COUNTERS.load(&self.deps.storage).unwrap().providers
    }
}

fn end(port: &str, channel: &str) -> IbcEndpoint {
    IbcEndpoint { port_id: port.to_owned(), channel_id: channel.to_owned() }
}

/// Our end of the channel of a number.
fn channel_id(number: usize) -> String {
    format!("channel-{}", number + 1)
}

fn account(who: &str) -> String {
    MockApi::default().addr_make(who).to_string()
}

fn secret(fp: u8) -> SecretKey {
    SecretKey::from_slice(&[fp; 32]).unwrap()
}

/// The key of a finality provider, x-only.
fn key(fp: u8) -> String {
    primitives::FpPublicKey::from(secret(fp).public_key()).to_string()
}

/// Items of a packet.
#[derive(Default)]
struct Items(BtcStakingIbcPacket);

impl Items {
    fn fps(consumer: usize, fps: impl IntoIterator<Item = u8>) -> Self {
        let new_fp = fps.into_iter().map(|fp| NewFinalityProvider {
            btc_pk_hex: key(fp),
            bsn_id: CONSUMERS[consumer].to_owned(),
            addr: operator(fp),
            pop: Some(ProofOfPossessionBtc { btc_sig_type: 1, btc_sig: vec![1] }),
            ..Default::default()
        });
        Self(BtcStakingIbcPacket { new_fp: new_fp.collect(), ..Default::default() })
    }

    /// The `number`-th delegation, to these finality providers.
    fn delegation(mut self, number: u32, fps: &[u8], sats: u64) -> Self {
        self.0.active_del.push(ActiveBtcDelegation {
            staker_addr: "bbn1staker".to_owned(),
            btc_pk_hex: key(99),
            fp_btc_pk_list: fps.iter().map(|fp| key(*fp)).collect(),
            start_height: 100,
            end_height: 10_000,
            total_sat: sats,
            staking_tx: staking_tx(number, sats),
            unbonding_time: 101,
            ..Default::default()
        });
        self
    }

    /// The end of the `number`-th delegation, which was of so many sats.
    fn end(mut self, number: u32, sats: u64) -> Self {
        let staking_tx_hash = txid(number, sats);
        self.0.unbonded_del.push(UnbondedBtcDelegation { staking_tx_hash, ..Default::default() });
        self
    }

    fn one_delegation(number: u32, fps: &[u8], sats: u64) -> BtcStakingIbcPacket {
        Self::default().delegation(number, fps, sats).0
    }
}

/// The operator's address on Babylon: on this chain it is that of the account `fp` and a number.
fn operator(fp: u8) -> String {
    use cosmwasm_std::Api;
    let account = MockApi::default().addr_canonicalize(&account(&format!("fp{fp}"))).unwrap();
    let hrp = bech32::Hrp::parse("bbn").unwrap();
    bech32::encode::<bech32::Bech32>(hrp, account.as_slice()).unwrap()
}

/// Its only output is the stake.
fn staking_tx(number: u32, sats: u64) -> Vec<u8> {
    let input = [&[7; 36][..], &[0], &[0xff; 4]].concat();
    let output = [&sats.to_le_bytes()[..], &[0]].concat();
    [&number.to_le_bytes()[..], &[1], &input, &[1], &output, &[0; 4]].concat()
}

fn txid(number: u32, sats: u64) -> String {
    staking::StakingTx::parse(&staking_tx(number, sats)).unwrap().txid().to_string()
}

fn attribute(response: &IbcReceiveResponse, name: &str) -> String {
    let found = response.attributes.iter().find(|attribute| attribute.key == name);
    found.unwrap_or_else(|| panic!("no {name}")).value.clone()
}
