mod channels;
mod contract;

use actors::{Appchain, Babylon, ConsumerMetadata, FinalityProvider, Miner, Stake};
use channels::Channels;
use cosmwasm_std_3::testing::MockStorage;
use cosmwasm_std_3::{
    Addr, Empty, Event, IbcChannel, IbcChannelConnectMsg, IbcChannelOpenMsg, IbcEndpoint, IbcOrder,
    IbcPacket, IbcPacketReceiveMsg, IbcTimeout,
};
use cw_multi_test_3::{
    App, AppBuilder, AppResponse, BankKeeper, DistributionKeeper, Executor, FailingModule, MockApiBech32,
    StakeKeeper, WasmKeeper,
};
use primitives::AppHash;
use serde_json::{json, Value};
use std::ops::RangeInclusive;

/// The app that the real contracts run in.
pub type RealApp = App<
    BankKeeper,
    MockApiBech32,
    MockStorage,
    FailingModule<Empty, Empty, Empty>,
    WasmKeeper<Empty, Empty>,
    StakeKeeper,
    DistributionKeeper,
    Channels,
>;

/// For so many heights each finality provider has randomness: committing to more takes longer.
const HEIGHTS: u64 = 300;
/// Babylon's IBC client of the chain.
const CONSUMER: &str = "07-tendermint-0";

/// The real `bsn` and its light client, with Bitcoin, Babylon and finality providers, all in one process.
///
/// Time passes by [`next_block`](Self::next_block) and what is built on it: never move the app's block by hand.
pub struct RealBsn {
    /// The app; your contracts live in it too.
    pub app: RealApp,
    /// The contract's address.
    pub addr: Addr,
    /// What `bsn` has emitted, without the chain's own attributes.
    pub events: Vec<Event>,
    babylon: Babylon,
    miner: Miner,
    fps: Vec<Voter>,
    admin: Addr,
    packets: u64,
    hooks_are_lost: bool,
}

struct Voter {
    fp: FinalityProvider,
    online: bool,
    next: u64,
}

impl RealBsn {
    /// A chain with four finality providers of equal stake, whose first blocks are final. It has randomness for 300 heights.
    pub fn new() -> Self {
        let mut real = Self::instantiated();
        real.open_channel();
        real.stake(4);
        real.commit_randomness();
        for _ in 0..20 {
            real.next_block();
        }
        let last = real.query(&json!({"last_final_block": {}}));
        assert!(last["height"].is_u64(), "no block is final: {}", real.query(&json!({"health": {}})));
        real
    }

    fn instantiated() -> Self {
        let api = MockApiBech32::new("app");
        let app = AppBuilder::new().with_api(api).with_ibc(Channels).build(|_, _, _| {});
        let mut app: RealApp = app;
        let light_client = app.store_code(contract::light_client());
        let code = app.store_code(contract::bsn());
        let admin = app.api().addr_make("governance");
        let message = json!({
            "network": "regtest",
            "btc_confirmation_depth": 1,
            "checkpoint_finalization_timeout": 3,
            "admin": admin.to_string(),
            "consumer_name": "a chain",
            "consumer_description": "in cw-multi-test",
            "ics20_channel_id": "channel-0",
            "connection_id": "connection-0",
            "destination_module": "btcstaking",
            "btc_light_client_code_id": light_client,
            "finality_activation_height": app.block_info().height + 10,
            "min_pub_rand": 1,
            "resume_delay": 10,
        });
        let addr = app.instantiate_contract(code, admin.clone(), &message, &[], "bsn", None);
        let addr = addr.expect("bsn is instantiated");
        let bitcoin_began = u32::try_from(app.block_info().time.seconds()).unwrap_or(u32::MAX) - 100_000;
        let (babylon, miner) = (Babylon::new(7, "bbn-1"), Miner::new(7, bitcoin_began));
        let (events, fps) = (Vec::new(), Vec::new());
        Self { app, addr, events, babylon, miner, fps, admin, packets: 0, hooks_are_lost: false }
    }

    fn open_channel(&mut self) {
        let ours = IbcEndpoint { port_id: format!("wasm.{}", self.addr), channel_id: "channel-1".into() };
        let theirs = IbcEndpoint { port_id: "zoneconcierge".into(), channel_id: "channel-0".into() };
        let channel = IbcChannel::new(ours, theirs, IbcOrder::Ordered, "zoneconcierge-1", "connection-0");
        let open = IbcChannelOpenMsg::new_try(channel.clone(), "zoneconcierge-1");
        self.sudo(&json!({ "ibc_channel_open": open }));
        self.sudo(&json!({ "ibc_channel_connect": IbcChannelConnectMsg::new_confirm(channel) }));
        self.babylon.params.finalization_timeout = 3;
        self.babylon.register_consumer(CONSUMER, ConsumerMetadata::default()).expect("a new consumer");
        self.babylon.open_channel(CONSUMER, "channel-0").expect("a new channel");
    }

    fn stake(&mut self, count: u32) {
        let chain = Appchain { chain_id: self.app.block_info().chain_id, contract: self.addr.to_string() };
        for index in 0..count {
            let fp = FinalityProvider::new(7, index, &chain);
            self.babylon.register_fp(&fp, CONSUMER).expect("a new finality provider");
            self.babylon.delegate(Stake::new(&[fp.public_key()], 100_000)).expect("stake");
            self.fps.push(Voter { fp, online: true, next: u64::MAX });
        }
        self.miner.mine_blocks(12);
        self.babylon.see_bitcoin(&self.miner);
        self.begin_block();
        self.deliver_from_babylon();
    }

    /// Commits randomness for many heights, and waits until Bitcoin has timestamped a later height.
    fn commit_randomness(&mut self) {
        for _ in 0..10 {
            self.next_block();
        }
        let start = self.height() + 1;
        for index in 0..self.fps.len() {
            let message = self.fps[index].fp.commit(start, HEIGHTS);
            self.fps[index].next = start;
            self.send(&message);
        }
        self.next_block();
        self.next_block();
        let height = self.height();
        let seconds = self.app.block_info().time.seconds();
        self.babylon.record_header(CONSUMER, height, &app_hash(height), seconds).expect("a header");
        for (_, packet) in self.babylon.timestamp(&mut self.miner).expect("a timestamp") {
            self.packet(packet);
        }
        self.miner.mine_blocks(6);
        self.babylon.see_bitcoin(&self.miner);
        self.deliver_from_babylon();
    }

    fn deliver_from_babylon(&mut self) {
        for (_, packet) in self.babylon.end_block() {
            self.packet(packet);
        }
    }

    fn packet(&mut self, data: Vec<u8>) {
        self.packets += 1;
        let ours = IbcEndpoint { port_id: format!("wasm.{}", self.addr), channel_id: "channel-1".into() };
        let theirs = IbcEndpoint { port_id: "zoneconcierge".into(), channel_id: "channel-0".into() };
        let timeout = IbcTimeout::with_timestamp(self.app.block_info().time.plus_days(1));
        let packet = IbcPacket::new(data, theirs, ours, self.packets, timeout);
        let relayer = self.app.api().addr_make("relayer");
        self.sudo(&json!({ "ibc_packet_receive": IbcPacketReceiveMsg::new(packet, relayer) }));
    }

    /// The present height.
    pub fn height(&self) -> u64 {
        self.app.block_info().height
    }

    /// How many finality providers there are, all of equal stake.
    pub fn fps(&self) -> usize {
        self.fps.len()
    }

    /// A finality provider's key, hexadecimal.
    pub fn fp_pubkey_hex(&self, fp: usize) -> String {
        self.fps[fp].fp.public_key_hex()
    }

    /// Ends the present block and begins the next, in which all who are online vote; who was offline votes on what waited
    /// for it too.
    pub fn next_block(&mut self) {
        self.hook("end_block");
        self.begin_block();
        let height = self.height();
        for index in 0..self.fps.len() {
            let waiting = self.fps[index].next..=height;
            if !self.fps[index].online || waiting.is_empty() {
                continue;
            }
            if !self.vote_together(index, waiting.clone()) {
                for waits in waiting {
                    if let Ok(vote) = self.fps[index].fp.vote(waits, &app_hash(waits)) {
                        self.send(&vote);
                    }
                }
            }
            self.fps[index].next = height + 1;
        }
    }

    /// Several votes in one message, as daemons catch up; whether they were taken.
    fn vote_together(&mut self, fp: usize, heights: RangeInclusive<u64>) -> bool {
        let hashes: Vec<AppHash> = heights.clone().map(app_hash).collect();
        if hashes.len() < 2 {
            return false;
        }
        let votes = self.fps[fp].fp.vote_range(*heights.start(), &hashes);
        votes.is_ok_and(|votes| self.send(&votes).is_some())
    }

    fn begin_block(&mut self) {
        self.advance();
        self.hooks_are_lost = false;
        // The chain module knows three addresses, and two of them are this contract.
        self.hook("begin_block");
        self.hook("begin_block");
    }

    fn advance(&mut self) {
        self.app.update_block(|block| {
            block.height += 1;
            block.time = block.time.plus_seconds(6);
        });
    }

    fn hook(&mut self, name: &str) {
        if self.hooks_are_lost {
            return;
        }
        let height = self.height();
        let hash: String = (0..32).map(|_| format!("{:02x}", height % 251)).collect();
        self.sudo(&json!({ name: {"hash_hex": hash, "app_hash_hex": app_hash(height).to_string()} }));
    }

    /// Goes on until the block at `height` is final.
    ///
    /// # Panics
    /// It is not within fifty blocks.
    pub fn finalize(&mut self, height: u64) {
        let last = self.height().max(height) + 50;
        while self.height() < last {
            if self.query(&json!({"finality_status": {"height": height}}))["block"] == "final" {
                return;
            }
            self.next_block();
        }
        panic!("block {height} is not final: {}", self.query(&json!({"health": {}}))["finality"]);
    }

    /// A finality provider stops voting. Two of four stop finality.
    pub fn offline(&mut self, fp: usize) {
        self.fps[fp].online = false;
    }

    /// It votes again, on what waited for it too.
    pub fn online(&mut self, fp: usize) {
        self.fps[fp].online = true;
    }

    /// The chain loses the hooks of the next `blocks` blocks.
    pub fn lose_hooks(&mut self, blocks: u64) {
        self.hook("end_block");
        for _ in 0..blocks {
            self.advance();
            self.hooks_are_lost = true;
        }
    }

    /// A finality provider signs a second hash at a height that it has voted on, and is slashed.
    pub fn double_sign(&mut self, fp: usize, height: u64) -> AppResponse {
        let other = AppHash::from_bytes([0xff; 32]);
        let vote = self.fps[fp].fp.vote(height, &other).expect("randomness for the height");
        self.fps[fp].online = false;
        self.send(&vote).expect("a double vote is taken")
    }

    /// Governance lets finality go on without those who are offline, once it has stood still long enough.
    ///
    /// # Panics
    /// Finality does not wait for anybody.
    pub fn resume(&mut self) {
        for _ in 0..12 {
            self.next_block();
        }
        let waiting = self.query(&json!({"health": {}}))["finality"]["waiting_for"]["height"].clone();
        assert!(waiting.is_u64(), "finality waits for nobody");
        let offline = self.fps.iter().filter(|voter| !voter.online);
        let missing: Vec<String> = offline.map(|voter| voter.fp.public_key_hex()).collect();
        let message = json!({"resume_finality": {"halting_height": waiting, "fp_pubkeys_hex": missing}});
        self.govern(&message);
    }

    /// Governance sends a message to `bsn`, such as `set_paused` or `update_config`.
    ///
    /// # Panics
    /// It is refused.
    pub fn govern(&mut self, message: &Value) -> AppResponse {
        let (admin, addr) = (self.admin.clone(), self.addr.clone());
        let done = self.app.execute_contract(admin, addr, message, &[]);
        let done = done.unwrap_or_else(|error| panic!("{message}: {error:?}"));
        self.note(done.clone());
        done
    }

    /// Asks `bsn`.
    ///
    /// # Panics
    /// It answers with an error.
    pub fn query(&self, question: &Value) -> Value {
        self.try_query(question).unwrap_or_else(|error| panic!("{question}: {error}"))
    }

    /// Asks `bsn`, or says why it does not answer.
    ///
    /// # Errors
    /// What `bsn` says.
    pub fn try_query(&self, question: &Value) -> Result<Value, String> {
        self.app.wrap().query_wasm_smart(&self.addr, question).map_err(|error| error.to_string())
    }

    /// Sends a message to `bsn` from somebody.
    fn send(&mut self, message: &Value) -> Option<AppResponse> {
        let (anybody, addr) = (self.app.api().addr_make("anybody"), self.addr.clone());
        let done = self.app.execute_contract(anybody, addr, message, &[]).ok()?;
        self.note(done.clone());
        Some(done)
    }

    fn sudo(&mut self, message: &Value) {
        let done = self.app.wasm_sudo(self.addr.clone(), message);
        self.note(done.unwrap_or_else(|error| panic!("{error:?}")));
    }

    fn note(&mut self, response: AppResponse) {
        let own = ("_contract_address", self.addr.as_str());
        for mut event in response.events {
            let is_own = event.attributes.iter().any(|at| (at.key.as_str(), at.value.as_str()) == own);
            if let Some(ty) = event.ty.strip_prefix("wasm-").filter(|_| is_own) {
                event.ty = ty.to_owned();
                event.attributes.retain(|attribute| attribute.key != own.0);
                self.events.push(event);
            }
        }
    }
}

impl Default for RealBsn {
    fn default() -> Self {
        Self::new()
    }
}

fn app_hash(height: u64) -> AppHash {
    let mut hash = [7; 32];
    hash[..8].copy_from_slice(&height.to_be_bytes());
    AppHash::from_bytes(hash)
}
