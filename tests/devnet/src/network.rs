//! A whole network, ready to run: an appchain with `bsn` on it, Babylon Genesis, a relayer, Bitcoin, and finality
//! providers that vote.
//!
//! ```no_run
//! use devnet::network::{Network, Setup};
//!
//! let mut network = Network::start(Setup::new(7, &[40, 30, 20, 10]))?;
//! network.run(20)?;
//! let last: Option<u64> = network.query(&serde_json::json!({"last_finalized_height": {}}))?;
//! assert!(last.is_some());
//! # Ok::<(), devnet::network::NetworkError>(())
//! ```

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use cosmwasm_std::IbcPacket;
use primitives::AppHash;
use proto::Message;
use proto::btccheckpoint::SubmissionKey;
use proto::btclightclient::BtcHeaderInfo;
use proto::zoneconcierge::{BtcHeaders, BtcTimestamp, OutboundPacket, outbound_packet::Packet};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;

use crate::actors::babylon::{BabylonError, ConsumerMetadata, Stake, StateDigest, Transfer, TransferReceipt};
use crate::actors::finality_provider::{Appchain, FinalityProviderError};
use crate::actors::{Babylon, FinalityProvider, Miner};
use crate::ibc::{
    ChannelIds, Counterparty, Delivery, Link, LinkError, OpenChannel, Outgoing, RemoteChannel, TRANSFER_PORT,
    TransferPacket, error_ack,
};
use crate::{BlockReport, BsnContracts, Chain, Failure, Genesis, Machine, TxError, TxReport};

const BTC: u64 = 100_000_000;
const PACKET_TIMEOUT_S: u64 = 86_400;
/// When the first block of Bitcoin is found: a day before the appchain begins.
const BITCOIN_START: u32 = 1_749_913_600;

/// Why a network could not do something.
#[derive(Debug, Error)]
pub enum NetworkError {
    /// The wasm is not there.
    #[error("cannot read {path}: run cargo xtask wasm first")]
    NoWasm {
        /// Where it should be.
        path: PathBuf,
    },
    /// The appchain refused.
    #[error(transparent)]
    Chain(#[from] Failure),
    /// A transaction failed.
    #[error(transparent)]
    Tx(#[from] TxError),
    /// The link refused.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// Babylon refused.
    #[error(transparent)]
    Babylon(#[from] BabylonError),
    /// A finality provider could not.
    #[error(transparent)]
    FinalityProvider(#[from] FinalityProviderError),
}

/// What one packet carries with ease.
const REGISTERED_AT_ONCE: usize = 50;

/// What a network starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Makes everything that is random.
    pub seed: u64,
    /// The stake of each finality provider, in whole bitcoin.
    pub stakes: Vec<u64>,
    /// For how many heights each commits randomness.
    pub randomness: u64,
    /// Fields merged into the instantiate message.
    pub instantiate: Value,
    /// Where the wasm is.
    pub artifacts: PathBuf,
}

impl Setup {
    /// With these stakes, in whole bitcoin.
    pub fn new(seed: u64, stakes: &[u64]) -> Self {
        Self {
            seed,
            stakes: stakes.to_vec(),
            randomness: 1_000,
            instantiate: json!({}),
            artifacts: artifacts(),
        }
    }

    /// With these fields merged into the instantiate message.
    pub fn with(mut self, instantiate: Value) -> Self {
        self.instantiate = instantiate;
        self
    }
}

/// Where `cargo xtask wasm` leaves what it builds.
pub(crate) fn artifacts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../artifacts")
}

/// Babylon Genesis at the other end of the link.
#[derive(Debug, Clone)]
pub struct BabylonEnd {
    /// Its state.
    pub babylon: Babylon,
    /// Our client there, and so our consumer id.
    pub client: String,
    /// Packets that wait to be sent.
    pub packets: VecDeque<Vec<u8>>,
    /// What it answered to our packets.
    pub answers: Vec<Vec<u8>>,
    /// What became of the transfers that it got.
    pub transfers: Vec<TransferReceipt>,
    /// Its channels for transfers.
    pub transfer_channels: Vec<String>,
    /// Whether it keeps to itself what its own blocks would send.
    pub silent: bool,
}

impl Counterparty for BabylonEnd {
    fn on_open_init(&mut self, channel: &RemoteChannel) -> Result<String, String> {
        self.babylon.begin_channel(&self.client, &channel.id).map_err(|e| e.to_string())?;
        Ok(channel.version.clone())
    }

    fn on_open_try(&mut self, channel: &RemoteChannel, version: &str) -> Result<String, String> {
        if channel.port == TRANSFER_PORT {
            self.transfer_channels.push(channel.id.clone());
        }
        Ok(version.to_owned())
    }

    fn on_open_ack(&mut self, _channel: &RemoteChannel, _version: &str) -> Result<(), String> {
        self.babylon.finish_channel(&self.client).map_err(|e| e.to_string())
    }

    fn on_close_confirm(&mut self, _channel: &RemoteChannel) {
        let _ = self.babylon.close_channel(&self.client);
    }

    fn on_timeout(&mut self, _channel: &RemoteChannel, _packet: &IbcPacket) -> Result<(), String> {
        let _ = self.babylon.close_channel(&self.client);
        Ok(())
    }

    fn on_receive(&mut self, channel: &RemoteChannel, packet: &IbcPacket) -> Vec<u8> {
        if channel.port == TRANSFER_PORT {
            return self.on_transfer(packet);
        }
        let answer = match self.babylon.receive(&self.client, &packet.data) {
            Ok(receipt) => receipt.acknowledgement,
            Err(error) => json!({ "error": error.to_string() }).to_string().into_bytes(),
        };
        self.answers.push(answer.clone());
        answer
    }

    fn outgoing(&mut self, open_channels: &[String]) -> Vec<Outgoing> {
        let ours = open_channels.iter().rfind(|id| !self.transfer_channels.contains(id));
        let Some(channel_id) = ours.cloned() else { return Vec::new() };
        if !self.silent {
            let queued = self.babylon.end_block().into_iter().filter(|(client, _)| *client == self.client);
            self.packets.extend(queued.map(|(_, data)| data));
        }
        self.packets
            .drain(..)
            .map(|data| Outgoing { channel_id: channel_id.clone(), data, timeout_seconds: PACKET_TIMEOUT_S })
            .collect()
    }
}

impl BabylonEnd {
    fn on_transfer(&mut self, packet: &IbcPacket) -> Vec<u8> {
        let parsed = TransferPacket::parse(packet).and_then(|it| Some((it.amount.parse().ok()?, it)));
        let Some((amount, TransferPacket { denom, receiver, memo, .. })) = parsed else {
            return error_ack("not a transfer");
        };
        let receipt =
            self.babylon.receive_transfer(&self.client, &Transfer { receiver, denom, amount, memo });
        self.transfers.push(receipt.clone());
        receipt.acknowledgement
    }
}

/// A running network.
#[derive(Clone)]
pub struct Network {
    /// The appchain.
    pub chain: Chain,
    /// Babylon and the relayer.
    pub link: Link<BabylonEnd>,
    /// Bitcoin.
    pub miner: Miner,
    /// The contract's address.
    pub bsn: String,
    /// The light client's address; empty if the contract was instantiated without one.
    pub light_client: String,
    /// The admin's account.
    pub admin: String,
    /// The account that pays for votes.
    pub sender: String,
    /// The channel to Babylon.
    pub channel: Option<ChannelIds>,
    /// The finality providers, in the order of the stakes.
    pub fps: Vec<FinalityProvider>,
    /// Those that do not vote, by their place.
    pub offline: BTreeSet<usize>,
}

impl Network {
    /// Starts everything: contract, channel, stake, randomness, and the timestamp that makes it count.
    ///
    /// # Errors
    /// [`NetworkError`].
    #[cfg(feature = "vm")]
    pub fn start(setup: Setup) -> Result<Self, NetworkError> {
        Self::start_on(Genesis::default(), setup)
    }

    /// The same on a chain of one's own making: another virtual machine, other block times.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn start_on(genesis: Genesis, setup: Setup) -> Result<Self, NetworkError> {
        Self::deploy_on(genesis, &setup)?.begin(&setup)
    }

    /// What comes after the deployment: the channel, the setup's stakes and randomness, and the timestamp that makes
    /// it count.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn begin(mut self, setup: &Setup) -> Result<Self, NetworkError> {
        self.open_channel()?;
        for stake in &setup.stakes {
            self.add_fp(setup.seed, *stake)?;
        }
        // Babylon sends what fits into a packet; the rest goes with its next block.
        while self.link.app.babylon.queued_events(&self.link.app.client) > 0 {
            self.relay();
        }
        self.chain.next_block();
        for index in 0..self.fps.len() {
            self.commit(index, self.chain.height() + 1, setup.randomness)?;
        }
        self.chain.next_block();
        self.chain.next_block();
        self.timestamp()?;
        self.chain.next_block();
        Ok(self)
    }

    /// Only the contract, registered with the chain module; a channel may be opened.
    ///
    /// # Errors
    /// [`NetworkError`].
    #[cfg(feature = "vm")]
    pub fn deploy(setup: &Setup) -> Result<Self, NetworkError> {
        Self::deploy_on(Genesis::default(), setup)
    }

    /// The same on a chain of one's own making; the seed is the setup's.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn deploy_on(genesis: Genesis, setup: &Setup) -> Result<Self, NetworkError> {
        let machine = Machine::of(Rc::clone(&genesis.vm), &setup.artifacts)?;
        Self::deploy_codes(genesis, setup, &machine)
    }

    /// The same on a machine that has its codes with it, such as the [native](Machine::native) one.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn deploy_machine(machine: &Machine, setup: &Setup) -> Result<Self, NetworkError> {
        Self::deploy_codes(Genesis::on(Rc::clone(&machine.vm)), setup, machine)
    }

    fn deploy_codes(genesis: Genesis, setup: &Setup, machine: &Machine) -> Result<Self, NetworkError> {
        let mut chain = Chain::new(Genesis { seed: setup.seed, ..genesis });
        let admin = chain.account("admin");
        let sender = chain.account("sender");
        let code = store(&mut chain, &admin, &machine.bsn)?;
        let light_client_code = store(&mut chain, &admin, &machine.light_client)?;
        let mut babylon = Babylon::new(setup.seed, "bbn-devnet-1");
        let depth = |name: &str, default| {
            setup.instantiate[name].as_u64().and_then(|depth| u32::try_from(depth).ok()).unwrap_or(default)
        };
        babylon.params.confirmation_depth = depth("btc_confirmation_depth", 1);
        babylon.params.finalization_timeout = depth("checkpoint_finalization_timeout", 2);
        let app = BabylonEnd {
            babylon,
            client: String::new(),
            packets: VecDeque::new(),
            answers: vec![],
            transfers: vec![],
            transfer_channels: vec![],
            silent: false,
        };
        let mut link = Link::connect(&mut chain, app);
        link.app.client = link.remote_client_id.clone();
        link.app.babylon.register_consumer(&link.remote_client_id, ConsumerMetadata::default())?;

        let mut message =
            instantiate_message(&setup.instantiate, &admin, &link.connection_id, light_client_code);
        if message["network"] != "regtest" {
            // A live network demands that the channel of rewards is there; Babylon's own is the next one then.
            let coins = link.open_from_chain(&mut chain, &OpenChannel::transfer())?;
            if setup.instantiate.get("ics20_channel_id").is_none() {
                message["ics20_channel_id"] = json!(coins.local);
            }
        }
        let (bsn, _) = chain.instantiate(&admin, code, &message, "bsn", Some(&admin))?;
        let config: Value = chain.query(&bsn, &json!({ "config": {} }))?;
        let light_client = config["btc_light_client"].as_str().unwrap_or_default().to_owned();
        // Without a light client the module's fourth address is one that is there.
        let fourth = if light_client.is_empty() { &bsn } else { &light_client };
        chain.register(BsnContracts::one(&bsn, fourth));
        chain.next_block();
        let miner = Miner::new(setup.seed, BITCOIN_START);
        let (fps, offline) = (Vec::new(), BTreeSet::new());
        Ok(Self { chain, link, miner, bsn, light_client, admin, sender, channel: None, fps, offline })
    }

    /// Opens the channel and gives each of the setup's stakes a finality provider, with a commitment of the setup's
    /// randomness that counts. Of that each can use as many values as `voted` says by its place; who can use none is
    /// offline.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn populate(&mut self, setup: &Setup, voted: impl Fn(usize) -> u64) -> Result<(), NetworkError> {
        self.open_channel()?;
        for batch in setup.stakes.chunks(REGISTERED_AT_ONCE) {
            for stake in batch {
                self.add_fp(setup.seed, *stake)?;
            }
            self.relay();
            self.chain.next_block();
        }
        let start = self.chain.height() + 1;
        for index in 0..setup.stakes.len() {
            let usable = start..start + voted(index);
            let message = self.fps[index].commit_sparsely(start, setup.randomness, &usable);
            self.execute(&message)?;
        }
        self.chain.next_blocks(2);
        self.timestamp()?;
        self.chain.next_block();
        self.offline = (0..setup.stakes.len()).filter(|index| voted(*index) == 0).collect();
        Ok(())
    }

    /// Opens the channel as Babylon's scripts do.
    ///
    /// # Errors
    /// [`NetworkError::Link`] where either side refuses.
    pub fn open_channel(&mut self) -> Result<(), NetworkError> {
        let open = OpenChannel::zoneconcierge(&self.bsn);
        self.channel = Some(self.link.open_from_remote(&mut self.chain, &open)?);
        Ok(())
    }

    /// Makes new clients on both chains, and so a new connection and, on Babylon, a new consumer: the only way to
    /// another channel. Gives the old link, with what still waits on it.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn reconnect(&mut self) -> Result<Link<BabylonEnd>, NetworkError> {
        let mut app = self.link.app.clone();
        app.packets.clear();
        let mut link = Link::connect(&mut self.chain, app);
        link.app.client = link.remote_client_id.clone();
        link.app.babylon.register_consumer(&link.remote_client_id, ConsumerMetadata::default())?;
        self.channel = None;
        Ok(std::mem::replace(&mut self.link, link))
    }

    /// The state digest that the contract's must equal.
    pub fn babylon_digest(&self) -> Value {
        let StateDigest { fps, total_sats, sha256 } =
            self.link.app.babylon.state_digest(&self.link.app.client);
        json!({ "fps": fps, "total_sats": total_sats.to_string(), "sha256": hex::encode(sha256) })
    }

    /// Opens a channel for coins, on the same connection. After Babylon's own it is `channel-1`, on regtest.
    ///
    /// # Errors
    /// [`NetworkError::Link`] where either side refuses.
    pub fn open_transfer(&mut self) -> Result<ChannelIds, NetworkError> {
        Ok(self.link.open_from_chain(&mut self.chain, &OpenChannel::transfer())?)
    }

    /// Registers one more finality provider on Babylon with a stake in whole bitcoin; the next relay brings it.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn add_fp(&mut self, seed: u64, stake: u64) -> Result<usize, NetworkError> {
        let appchain = Appchain { chain_id: self.chain.chain_id().to_owned(), contract: self.bsn.clone() };
        let index = self.fps.len();
        let fp = FinalityProvider::new(seed, u32::try_from(index).unwrap_or(u32::MAX), &appchain);
        let babylon = &mut self.link.app.babylon;
        babylon.register_fp(&fp, &self.link.app.client)?;
        babylon.delegate(Stake::new(&[fp.public_key()], stake * BTC))?;
        self.fps.push(fp);
        Ok(index)
    }

    /// Commits randomness.
    ///
    /// # Errors
    /// [`NetworkError::Tx`] where the contract refuses.
    pub fn commit(&mut self, index: usize, start: u64, count: u64) -> Result<TxReport, NetworkError> {
        let message = self.fps[index].commit(start, count);
        Ok(self.execute(&message)?)
    }

    /// Shows Babylon our newest header, checkpoints it in Bitcoin and brings the timestamp back.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn timestamp(&mut self) -> Result<(), NetworkError> {
        let height = self.chain.height();
        let (app_hash, time) = self.shown(height);
        self.timestamp_of(height, &app_hash, time)
    }

    /// As [`timestamp`](Self::timestamp), with a header of the caller's making.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn timestamp_of(
        &mut self,
        height: u64,
        app_hash: &AppHash,
        time_ns: u64,
    ) -> Result<(), NetworkError> {
        let client = self.link.app.client.clone();
        self.link.app.babylon.record_header(&client, height, app_hash, time_ns)?;
        let packets = self.link.app.babylon.timestamp(&mut self.miner)?;
        self.link
            .app
            .packets
            .extend(packets.into_iter().filter(|(to, _)| *to == client).map(|(_, data)| data));
        self.relay();
        Ok(())
    }

    /// Babylon sees what the miners have, and sends the news with its next block.
    pub fn see_bitcoin(&mut self) -> Vec<Delivery> {
        self.link.app.babylon.see_bitcoin(&self.miner);
        self.relay()
    }

    /// A packet of Bitcoin headers of the caller's making, carried here.
    pub fn send_headers(&mut self, headers: Vec<BtcHeaderInfo>) -> Vec<Delivery> {
        self.queue(Packet::BtcHeaders(BtcHeaders { headers }));
        self.relay()
    }

    /// A packet of the caller's making, for the next relay.
    pub fn queue(&mut self, packet: Packet) {
        self.link.app.packets.push_back(OutboundPacket { packet: Some(packet) }.encode_to_vec());
    }

    /// Blocks of Bitcoin, seen by Babylon and carried here.
    pub fn mine(&mut self, blocks: u32) -> Vec<Delivery> {
        self.miner.mine_blocks(blocks);
        self.see_bitcoin()
    }

    /// An answer of the light client.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn ask_bitcoin<T: DeserializeOwned>(&self, message: &Value) -> Result<T, NetworkError> {
        Ok(self.chain.query(&self.light_client, message)?)
    }

    /// The timestamp that Babylon would send of our newest header, its checkpoint mined and buried: for the caller to
    /// change and to send.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn next_timestamp(&mut self) -> Result<BtcTimestamp, NetworkError> {
        let height = self.chain.height();
        let (app_hash, time) = self.shown(height);
        let app = &mut self.link.app;
        app.babylon.record_header(&app.client, height, &app_hash, time)?;
        let packets = app.babylon.timestamp(&mut self.miner)?;
        let ours = packets.into_iter().find(|(to, _)| *to == app.client).map(|(_, data)| data);
        let packet = ours.and_then(|data| OutboundPacket::decode(data.as_slice()).ok()?.packet);
        match packet {
            Some(Packet::BtcTimestamp(timestamp)) => Ok(*timestamp),
            _ => Err(BabylonError::ChannelNotOpen { client: app.client.clone() }.into()),
        }
    }

    /// Has the checkpoint of a sealed epoch mined once more, and puts the new places into a timestamp of it.
    ///
    /// # Errors
    /// [`NetworkError::Babylon`].
    pub fn resubmit_checkpoint(
        &mut self,
        epoch: u64,
        timestamp: &mut BtcTimestamp,
    ) -> Result<(), NetworkError> {
        let again = self.link.app.babylon.submit_checkpoint_again(epoch, &mut self.miner)?;
        let keys = again.iter().filter_map(|info| info.key.clone()).collect();
        timestamp.btc_submission_key = Some(SubmissionKey { key: keys });
        if let Some(proof) = &mut timestamp.proof {
            proof.proof_epoch_submitted = again.to_vec();
        }
        Ok(())
    }

    /// A timestamp of the caller's making, carried here; no news of Bitcoin goes with it but its own headers.
    pub fn send_timestamp(&mut self, timestamp: BtcTimestamp) -> Vec<Delivery> {
        self.queue(Packet::BtcTimestamp(Box::new(timestamp)));
        self.link.app.silent = true;
        let deliveries = self.relay();
        self.link.app.silent = false;
        deliveries
    }

    fn shown(&self, height: u64) -> (AppHash, u64) {
        let header = self.chain.header(height).expect("the chain has this height");
        (AppHash::from_bytes(header.app_hash), header.time.nanos())
    }

    /// The hash that is voted for at a height of this chain.
    pub fn app_hash(&self, height: u64) -> AppHash {
        self.shown(height).0
    }

    /// Carries everything that waits; what is carried is in a block of its own.
    pub fn relay(&mut self) -> Vec<Delivery> {
        let deliveries = self.link.relay(&mut self.chain);
        self.chain.next_block();
        deliveries
    }

    /// The vote of one finality provider at a height, for this chain's hash.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn vote(&mut self, index: usize, height: u64) -> Result<TxReport, NetworkError> {
        let message = self.fps[index].vote(height, &self.app_hash(height))?;
        Ok(self.execute(&message)?)
    }

    /// One block: everybody online votes at the last height; who may not is passed over.
    pub fn step(&mut self) -> BlockReport {
        let height = self.chain.height();
        for index in 0..self.fps.len() {
            if !self.offline.contains(&index) {
                let _ = self.vote(index, height);
            }
        }
        self.chain.next_block()
    }

    /// `blocks` times [`step`](Self::step).
    ///
    /// # Errors
    /// None today; callers are ready for more.
    pub fn run(&mut self, blocks: u64) -> Result<Vec<BlockReport>, NetworkError> {
        Ok((0..blocks).map(|_| self.step()).collect())
    }

    /// A message to the contract by somebody.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn execute(&mut self, message: &Value) -> Result<TxReport, TxError> {
        let (sender, bsn) = (self.sender.clone(), self.bsn.clone());
        self.chain.execute(&sender, &bsn, message)
    }

    /// A query to the contract.
    ///
    /// # Errors
    /// [`Failure`].
    pub fn query<T: DeserializeOwned>(&self, message: &Value) -> Result<T, NetworkError> {
        Ok(self.chain.query(&self.bsn, message)?)
    }

    /// The last finalized height, 0 if there is none.
    pub fn finalized(&self) -> u64 {
        let last: Result<Option<u64>, _> = self.query(&json!({ "last_finalized_height": {} }));
        last.ok().flatten().unwrap_or_default()
    }
}

/// Stores and pins one of our contracts.
fn store(chain: &mut Chain, creator: &str, wasm: &[u8]) -> Result<u64, NetworkError> {
    let code = chain.store_code(creator, wasm)?;
    chain.pin_code(code);
    Ok(code)
}

/// The message that a devnet's contract is instantiated with, `over` merged into it.
pub fn instantiate_message(over: &Value, admin: &str, connection_id: &str, light_client_code: u64) -> Value {
    let mut message = json!({
        "network": "regtest",
        "btc_confirmation_depth": 1,
        "checkpoint_finalization_timeout": 2,
        "btc_light_client_code_id": light_client_code,
        "admin": admin,
        "consumer_name": "devnet",
        "consumer_description": "an appchain of the devnet",
        "ics20_channel_id": "channel-0",
        "destination_module": "btcstaking",
        "connection_id": connection_id,
        "babylon_chain_id": "bbn-devnet-1",
    });
    if let (Some(message), Some(over)) = (message.as_object_mut(), over.as_object()) {
        message.extend(over.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    message
}
