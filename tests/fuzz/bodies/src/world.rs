use std::marker::PhantomData;

use actors::{Appchain, Babylon, ConsumerMetadata, FinalityProvider, Miner, Stake};
use cosmwasm_std::testing::{MockApi, MockQuerier, message_info, mock_env};
use cosmwasm_std::{
    Addr, Binary, ContractResult, CosmosMsg, Empty, Env, IbcChannel, IbcChannelConnectMsg, IbcEndpoint,
    IbcOrder, IbcPacket, IbcPacketReceiveMsg, IbcReceiveResponse, IbcTimeout, MessageInfo, OwnedDeps,
    SystemError, SystemResult, Timestamp, WasmMsg, WasmQuery, from_json,
};
use primitives::AppHash;
use serde_json::{Value, json};

use crate::storage::Counted;

/// Our client on Babylon.
const CLIENT: &str = "07-tendermint-0";
const BABYLON: &str = "bbn-1";
const FPS: u32 = 4;
/// How many heights each commits to.
const COMMITTED: u64 = 64;
const NOW: u64 = 1_750_000_000;

/// Both contracts on a mock chain, run natively: a channel, four finality providers with stake and randomness that
/// counts, finality under way, one vote missing, headers of Bitcoin.
#[derive(Clone)]
pub struct World {
    /// The storage of `bsn`.
    pub bsn: Counted,
    /// That of the light client.
    pub light_client: Counted,
    /// The block.
    pub env: Env,
    /// Babylon, as far as the contract knows it.
    pub babylon: Babylon,
    /// Bitcoin, as far as the light client knows it.
    pub miner: Miner,
    /// Those who vote.
    pub fps: Vec<FinalityProvider>,
}

type Deps = OwnedDeps<Counted, MockApi, MockQuerier, Empty>;

thread_local! {
    static STARTED: World = {
        let world = World::start();
        // What was counted so far is no input.
        world.bsn.taken();
        world.light_client.taken();
        world
    };
}

pub fn admin() -> Addr {
    MockApi::default().addr_make("admin")
}

impl World {
    /// A copy of the one world.
    pub fn get() -> Self {
        STARTED.with(Clone::clone)
    }

    /// Somebody sends a message.
    pub fn info(sender: &Addr) -> MessageInfo {
        message_info(sender, &[])
    }

    /// Runs something with `bsn`'s storage; the light client's can be read.
    pub fn with_bsn<T>(&mut self, run: impl FnOnce(&mut Deps, Env) -> T) -> T {
        let mut querier = MockQuerier::default();
        querier.staking.update("stake", &[], &[]);
        let headers = self.light_client.clone();
        querier.update_wasm(move |query| match query {
            WasmQuery::Raw { key, .. } => {
                SystemResult::Ok(ContractResult::Ok(Binary::from(headers.peek(key).unwrap_or_default())))
            }
            other => SystemResult::Err(SystemError::UnsupportedRequest { kind: format!("{other:?}") }),
        });
        run_with(&mut self.bsn, querier, |deps| run(deps, self.env.clone()))
    }

    /// Runs something with the light client's storage.
    pub fn with_light_client<T>(&mut self, run: impl FnOnce(&mut Deps, Env) -> T) -> T {
        run_with(&mut self.light_client, MockQuerier::default(), |deps| run(deps, self.env.clone()))
    }

    /// A packet of Babylon's.
    pub fn receive(&mut self, data: &[u8]) -> IbcReceiveResponse {
        let end = |(port_id, channel_id): (&str, &str)| IbcEndpoint {
            port_id: port_id.into(),
            channel_id: channel_id.into(),
        };
        let timeout = IbcTimeout::with_timestamp(self.env.block.time.plus_days(1));
        let packet = IbcPacket::new(Binary::from(data), end(THERE), end(HERE), 1, timeout);
        let message = IbcPacketReceiveMsg::new(packet, admin());
        let received = self.with_bsn(|deps, env| bsn::entry::ibc_packet_receive(deps.as_mut(), env, message));
        received.unwrap_or_else(|error| panic!("a packet: {error}"))
    }

    /// All hooks of the next block.
    ///
    /// # Panics
    /// Where one fails.
    pub fn next_block(&mut self) {
        self.env.block.height += 1;
        self.env.block.time = self.env.block.time.plus_seconds(6);
        let hash =
            |of: u64| AppHash::from_bytes([u8::try_from(of % 251).unwrap_or_default(); 32]).to_string();
        let height = self.env.block.height;
        let hashes = json!({ "hash_hex": hash(height + 100), "app_hash_hex": hash(height) });
        for hook in ["begin_block", "begin_block", "end_block"] {
            let message = from_json(json!({ hook: hashes }).to_string()).expect("a hook");
            let done = self.with_bsn(|deps, env| bsn::entry::sudo(deps.as_mut(), env, message));
            let response = done.unwrap_or_else(|error| panic!("{hook} of {height}: {error}"));
            response.messages.into_iter().for_each(|message| self.call_itself(message.msg));
        }
    }

    /// What a hook asks the contract itself to do; it may fail, and then changes nothing.
    fn call_itself(&mut self, message: CosmosMsg) {
        let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = message else { return };
        assert_eq!(contract_addr, self.env.contract.address.as_str(), "a hook calls somebody else");
        let message = from_json(msg).expect("a message of its own");
        let (info, before) = (Self::info(&self.env.contract.address.clone()), self.bsn.clone());
        let done = self.with_bsn(|deps, env| bsn::entry::execute(deps.as_mut(), env, info, message));
        if done.is_err() {
            self.bsn = before;
        }
    }

    /// The hash that is voted for at a height.
    pub fn app_hash(height: u64) -> AppHash {
        AppHash::from_bytes([u8::try_from(height % 251).unwrap_or_default(); 32])
    }

    /// A valid message of anybody's.
    ///
    /// # Panics
    /// Where it is refused.
    pub fn execute(&mut self, message: &Value) {
        let message = from_json(message.to_string()).expect("a message");
        let info = Self::info(&admin());
        let done = self.with_bsn(|deps, env| bsn::entry::execute(deps.as_mut(), env, info, message));
        done.unwrap_or_else(|error| panic!("{error}"));
    }

    fn start() -> Self {
        let mut env = mock_env();
        env.block.height = 10;
        env.block.time = Timestamp::from_seconds(NOW);
        let mut babylon = Babylon::new(5, BABYLON);
        babylon.params.confirmation_depth = 1;
        babylon.params.finalization_timeout = 2;
        babylon.register_consumer(CLIENT, ConsumerMetadata::default()).expect("a new consumer");
        babylon.open_channel(CLIENT, THERE.1).expect("a channel");
        let (bsn, light_client) = Default::default();
        let miner = Miner::new(5, 1_749_900_000);
        let mut world = Self { bsn, light_client, env, babylon, miner, fps: vec![] };
        world.instantiate();
        world.register();
        world.next_block();
        let first = world.env.block.height + 1;
        for index in 0..world.fps.len() {
            let message = world.fps[index].commit(first, COMMITTED);
            world.execute(&message);
        }
        world.next_block();
        world.next_block();
        world.timestamp();
        world.next_block();
        // Two heights in which three of four vote: the first is final when the second is passed.
        for _ in 0..2 {
            let height = world.env.block.height;
            for index in 0..world.fps.len() - 1 {
                let vote = world.fps[index].vote(height, &Self::app_hash(height)).expect("randomness");
                world.execute(&vote);
            }
            world.next_block();
        }
        let finalized = from_json(r#"{"last_finalized_height":{}}"#).expect("a query");
        let finalized = world.with_bsn(|deps, env| bsn::entry::query(deps.as_ref(), env, finalized));
        let height = world.env.block.height - 1;
        assert_eq!(
            finalized.expect("an answer").as_slice(),
            height.to_string().as_bytes(),
            "nothing is final"
        );
        world
    }

    fn instantiate(&mut self) {
        let api = MockApi::default();
        let light_client = api.addr_make("light client");
        let genesis = self.miner.block_at(0).expect("a first block").header;
        let message = json!({
            "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2,
            "submitters": [admin()], "admin": admin(),
            "checkpoint": { "height": 0, "header_hex": hex(&genesis) },
        });
        let message = from_json(message.to_string()).expect("a message");
        let info = Self::info(&self.env.contract.address.clone());
        let done = self
            .with_light_client(|deps, env| btc_light_client::instantiate(deps.as_mut(), env, info, message));
        done.expect("a light client");
        let message = json!({
            "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2,
            "btc_light_client": light_client, "admin": admin(), "consumer_name": "fuzz",
            "consumer_description": "a chain", "ics20_channel_id": "channel-1", "destination_module": "btcstaking",
            "connection_id": "connection-0", "babylon_chain_id": BABYLON,
        });
        let message = from_json(message.to_string()).expect("a message");
        let info = Self::info(&admin());
        self.with_bsn(|deps, env| bsn::entry::instantiate(deps.as_mut(), env, info, message))
            .expect("a contract");

        let end = |(port_id, channel_id): (&str, &str)| IbcEndpoint {
            port_id: port_id.into(),
            channel_id: channel_id.into(),
        };
        let channel =
            IbcChannel::new(end(HERE), end(THERE), IbcOrder::Ordered, "zoneconcierge-1", "connection-0");
        let confirmed = IbcChannelConnectMsg::new_confirm(channel);
        self.with_bsn(|deps, env| bsn::entry::ibc_channel_connect(deps.as_mut(), env, confirmed))
            .expect("a channel");
    }

    fn register(&mut self) {
        let appchain = Appchain {
            chain_id: self.env.block.chain_id.clone(),
            contract: self.env.contract.address.to_string(),
        };
        for index in 0..FPS {
            let fp = FinalityProvider::new(5, index, &appchain);
            self.babylon.register_fp(&fp, CLIENT).expect("a new provider");
            self.babylon.delegate(Stake::new(&[fp.public_key()], 1_000_000)).expect("stake");
            self.fps.push(fp);
        }
        let packet = self.staking_packet();
        self.receive(&packet);
    }

    /// What Babylon has to say about stake.
    ///
    /// # Panics
    /// Where it has nothing to say.
    pub fn staking_packet(&mut self) -> Vec<u8> {
        self.babylon.take_staking_packet(CLIENT).expect("something to say")
    }

    /// What Babylon has to say about Bitcoin.
    ///
    /// # Panics
    /// As above.
    pub fn headers_packet(&mut self) -> Vec<u8> {
        self.babylon.see_bitcoin(&self.miner);
        self.babylon.take_headers_packet(CLIENT).expect("something to say")
    }

    /// The packets that show that Bitcoin has this chain's newest header.
    ///
    /// # Panics
    /// Where Babylon has not.
    pub fn timestamp_packets(&mut self) -> Vec<Vec<u8>> {
        let height = self.env.block.height;
        let time = self.env.block.time.nanos();
        self.babylon.record_header(CLIENT, height, &Self::app_hash(height), time).expect("a consumer");
        let packets = self.babylon.timestamp(&mut self.miner).expect("a timestamp");
        packets.into_iter().map(|(_, packet)| packet).collect()
    }

    /// The light client is shown Bitcoin, and the contract the timestamps.
    fn timestamp(&mut self) {
        let packets = self.timestamp_packets();
        let headers: Vec<u8> = (1..=self.miner.tip_height())
            .filter_map(|at| self.miner.block_at(at))
            .flat_map(|block| block.header)
            .collect();
        let message = json!({ "raw_btc_headers": { "headers": Binary::from(headers) } });
        let message = from_json(message.to_string()).expect("a message");
        let info = Self::info(&admin());
        let done =
            self.with_light_client(|deps, env| btc_light_client::execute(deps.as_mut(), env, info, message));
        done.expect("headers with work");
        packets.iter().for_each(|packet| {
            self.receive(packet);
        });
        self.execute(&json!({ "follow_bitcoin": {} }));
    }
}

const HERE: (&str, &str) = ("wasm.bsn", "channel-0");
const THERE: (&str, &str) = ("zoneconcierge", "channel-7");

fn run_with<T>(storage: &mut Counted, querier: MockQuerier, run: impl FnOnce(&mut Deps) -> T) -> T {
    let mut deps = OwnedDeps {
        storage: std::mem::take(storage),
        api: MockApi::default(),
        querier,
        custom_query_type: PhantomData,
    };
    let done = run(&mut deps);
    *storage = deps.storage;
    done
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
