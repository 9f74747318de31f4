//! Two chains, a relayer, the contract, Babylon's double that writes the packets, and finality providers.

mod start;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::babylon::ConsumerMetadata;
use actors::finality_provider::Appchain;
use actors::{Babylon, FinalityProvider, Miner, Stake};
use anyhow::{Context, Result, anyhow};
use bsn_rpc::address;
use bsn_rpc::proto::babylon::{BsnContracts, MsgSetBsnContracts};
use bsn_rpc::proto::{Any, pack_as};
use primitives::AppHash;
use prost::Message;
use serde_json::{Value, json};

use crate::account::Account;
use crate::chain::{Chain, Role};
use crate::contract;
use crate::relayer::Relayer;
use crate::wire::{self, MsgSend};
use bsn_rpc::{Header, TxResult};

pub use start::bitcoin_start;

/// Everything random comes from here.
pub const SEED: u64 = 7;
/// The path of the relayer that is used first.
pub const PATH: &str = "first";
/// What a bitcoin is in sats.
pub const BTC: u64 = 100_000_000;
/// What one vote may use: five times what it does.
pub const VOTE_GAS: u64 = 400_000;

/// What is on this machine.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The chain, in both roles.
    pub chain: PathBuf,
    /// The relayer.
    pub relayer: PathBuf,
    /// The contracts' wasm.
    pub artifacts: PathBuf,
    /// Homes and logs of this run.
    pub folder: PathBuf,
    /// The first of the twenty ports that it uses.
    pub port: u16,
}

/// Who sends the votes of a height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sends {
    /// Each its own, in a transaction.
    Each,
    /// The first one all of them, each in a message, many messages in a transaction.
    First,
    /// The first one all of them, in one message: such votes are stored elsewhere, and leave nothing behind.
    OneMessage,
}

/// A finality provider and the account that pays for its messages.
pub struct Signer {
    /// What it signs with.
    pub fp: FinalityProvider,
    /// Who pays; several may have one.
    pub account: Arc<Account>,
    /// Whether it votes.
    pub is_online: bool,
    /// The first height at which it votes.
    pub from: u64,
    /// Up to which height it has voted in turns.
    pub sent_to: u64,
}

/// Everything.
pub struct World {
    /// The appchain.
    pub consumer: Chain,
    /// Babylon Genesis; where the appchain is [alone](World::start_alone), nowhere.
    pub genesis: Chain,
    /// Between them.
    pub relayer: Relayer,
    /// Who writes what Babylon says.
    pub babylon: Babylon,
    /// Bitcoin.
    pub miner: Miner,
    /// Our client on Babylon, and so our consumer id.
    pub client: String,
    /// Babylon's end of the channel.
    pub channel: String,
    /// The contract.
    pub bsn: String,
    /// Its code.
    pub code_id: u64,
    /// The light client, and its code.
    pub light_client: (String, u64),
    /// The contract's own admin.
    pub admin: Account,
    /// Somebody without any right.
    pub stranger: Account,
    /// The finality providers.
    pub signers: Vec<Signer>,
    /// Up to which height everybody online has voted.
    pub voted_to: u64,
    /// How [`vote`](Self::vote) sends votes.
    pub sends: Sends,
    /// Homes and logs.
    pub folder: PathBuf,
    artifacts: PathBuf,
    spare: Vec<Arc<Account>>,
}

impl World {
    /// A contract's wasm.
    ///
    /// # Errors
    /// If it was not built.
    pub fn artifact(&self, name: &str) -> Result<Vec<u8>> {
        let path = self.artifacts.join(name);
        fs::read(&path).with_context(|| format!("cannot read {}: run cargo xtask wasm first", path.display()))
    }

    /// Links the chains: clients, connection, and a transfer channel, as the deployment scripts do.
    ///
    /// # Errors
    /// If the relayer fails.
    pub fn link(&mut self) -> Result<()> {
        self.connect(PATH)?;
        self.relayer.open_channel(PATH, ["transfer", "transfer"], "unordered", "ics20-1")?;
        let client = self.client.clone();
        Ok(self.babylon.register_consumer(&client, ConsumerMetadata::default())?)
    }

    /// Makes new clients and a connection over them.
    ///
    /// # Errors
    /// If the relayer fails.
    pub fn connect(&self, path: &str) -> Result<()> {
        self.relayer.create_clients(path, &self.genesis.id, &self.consumer.id)?;
        self.genesis.wait_blocks(2)?;
        self.consumer.wait_blocks(2)?;
        self.relayer.connect(path)
    }

    /// Stores and instantiates the contract, governance being the one that may migrate it; `over` is merged into the
    /// instantiate message.
    ///
    /// # Errors
    /// If the chain or the contract refuses.
    pub fn deploy(&mut self, over: &Value) -> Result<()> {
        self.code_id = contract::store(&self.consumer, self.artifact("bsn.wasm")?)?;
        let light_client = contract::store(&self.consumer, self.artifact("btc-light-client.wasm")?)?;
        let mut message = json!({
            "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2,
            "btc_light_client_code_id": light_client, "admin": self.admin.address,
            "consumer_name": "chain-test", "consumer_description": "a real chain", "ics20_channel_id": "channel-0",
            "destination_module": "btcstaking", "babylon_chain_id": self.genesis.id,
        });
        if let (Some(message), Some(over)) = (message.as_object_mut(), over.as_object()) {
            message.extend(over.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        let governance = self.consumer.governance()?;
        self.bsn = contract::instantiate(&self.consumer, self.code_id, &message, "bsn", &governance)?;
        let config = self.query(&json!({ "config": {} }))?;
        let address =
            config["btc_light_client"].as_str().ok_or_else(|| anyhow!("there is no light client"))?;
        self.light_client = (address.to_owned(), light_client);
        Ok(())
    }

    /// Lets governance register the contract with the chain module, in all three of its parts.
    ///
    /// # Errors
    /// If the proposal fails.
    pub fn register(&self) -> Result<u64> {
        let message = MsgSetBsnContracts {
            authority: self.consumer.governance()?,
            contracts: Some(BsnContracts {
                babylon_contract: self.bsn.clone(),
                btc_light_client_contract: self.light_client.0.clone(),
                btc_staking_contract: self.bsn.clone(),
                btc_finality_contract: self.bsn.clone(),
            }),
        };
        let url = "/babylonlabs.babylon.v1beta1.MsgSetBSNContracts";
        self.govern("register the contracts", pack_as(url, &message))
    }

    /// Lets the consumer's governance do something that only it may.
    ///
    /// # Errors
    /// If the proposal fails.
    pub fn govern(&self, title: &str, message: Any) -> Result<u64> {
        contract::govern(&self.consumer, title, vec![message])
    }

    /// As [`govern`](Self::govern), while everybody votes on.
    ///
    /// # Errors
    /// If the proposal fails.
    pub fn govern_and_vote(&mut self, title: &str, message: Any) -> Result<()> {
        let proposal = contract::propose(&self.consumer, title, vec![message])?;
        self.vote_until(title, std::time::Duration::from_secs(60), |world| {
            contract::has_passed(&world.consumer, title, proposal)
        })
    }

    /// Opens the zoneconcierge channel from Babylon's side.
    ///
    /// # Errors
    /// If a side refuses.
    pub fn open_channel(&mut self, path: &str, id: &str) -> Result<()> {
        let port = format!("wasm.{}", self.bsn);
        self.relayer.open_channel(path, ["zoneconcierge", &port], "ordered", "zoneconcierge-1")?;
        self.channel = id.to_owned();
        let client = self.client.clone();
        Ok(self.babylon.open_channel(&client, id)?)
    }

    /// Registers finality providers with these stakes in bitcoin on Babylon; nothing is sent yet. Where no account is left,
    /// they share the first one's.
    ///
    /// # Errors
    /// If there never was an account, or Babylon's double refuses.
    pub fn add_signers(&mut self, stakes: &[u64]) -> Result<()> {
        for stake in stakes {
            let key = self.add_signer()?.fp.public_key();
            self.babylon.delegate(Stake::new(&[key], stake * BTC))?;
        }
        Ok(())
    }

    /// Registers one more on Babylon, without stake of its own; it will not vote.
    ///
    /// # Errors
    /// As [`add_signers`](Self::add_signers).
    pub fn add_registered(&mut self) -> Result<()> {
        self.add_signer()?.is_online = false;
        Ok(())
    }

    fn add_signer(&mut self) -> Result<&mut Signer> {
        let shared = || self.signers.first().map(|first| first.account.clone());
        let account = self.spare.pop().or_else(shared).ok_or_else(|| anyhow!("there is no account"))?;
        let fp = self.next_fp()?;
        self.babylon.register_fp(&fp, &self.client)?;
        self.sign_up(fp, account)
    }

    /// One more that an account of its own operates, for it to register itself; nobody knows it yet.
    ///
    /// # Errors
    /// If no account is left.
    pub fn add_operated(&mut self) -> Result<&mut Signer> {
        let account = self.spare.pop().ok_or_else(|| anyhow!("there is no account"))?;
        let operator = address::decode(self.consumer.role.prefix(), &account.address)?;
        let operator = operator.try_into().map_err(|_| anyhow!("{} has not 20 bytes", account.address))?;
        let key = self.next_fp()?.secret_key().clone();
        let fp = FinalityProvider::with_key(key, operator, &self.appchain());
        self.sign_up(fp, account)
    }

    /// What finality providers sign for.
    pub fn appchain(&self) -> Appchain {
        Appchain { chain_id: self.consumer.id.clone(), contract: self.bsn.clone() }
    }

    fn next_fp(&self) -> Result<FinalityProvider> {
        Ok(FinalityProvider::new(SEED, u32::try_from(self.signers.len())?, &self.appchain()))
    }

    fn sign_up(&mut self, fp: FinalityProvider, account: Arc<Account>) -> Result<&mut Signer> {
        self.signers.push(Signer { fp, account, is_online: true, from: 0, sent_to: 0 });
        self.signers.last_mut().ok_or_else(|| anyhow!("nobody signs"))
    }

    /// Sends what Babylon has to say in its next blocks; gives how many packets.
    ///
    /// # Errors
    /// If the genesis chain refuses one.
    pub fn send_news(&mut self) -> Result<usize> {
        let mut sent = 0;
        loop {
            let packets = self.babylon.end_block();
            let ours: Vec<Vec<u8>> =
                packets.into_iter().filter(|(to, _)| *to == self.client).map(|(_, data)| data).collect();
            if ours.is_empty() {
                return Ok(sent);
            }
            for packet in ours {
                self.send_packet(packet, 0)?;
                sent += 1;
            }
        }
    }

    /// Sends one packet from Babylon, with a timeout in seconds or the default.
    ///
    /// # Errors
    /// If the genesis chain refuses it.
    pub fn send_packet(&self, packet: Vec<u8>, timeout_seconds: u64) -> Result<TxResult> {
        let validator = &self.genesis.validator;
        let (sender, channel) = (validator.address.clone(), self.channel.clone());
        let message = MsgSend { sender, channel, packet, timeout_seconds };
        let message = pack_as("/bsntest.zc.v1.MsgSend", &message);
        contract::deliver(&self.genesis, validator, vec![message], crate::account::GAS)
    }

    /// Shows Babylon the consumer's header of a height, checkpoints it in Bitcoin, and sends the timestamp.
    ///
    /// # Errors
    /// If a side refuses.
    pub fn timestamp(&mut self, height: u64) -> Result<()> {
        let header = self.consumer.rpc.header(Some(height))?;
        let client = self.client.clone();
        self.babylon.record_header(
            &client,
            height,
            &AppHash::from_bytes(header.app_hash),
            nanoseconds(&header)?,
        )?;
        let packets = self.babylon.timestamp(&mut self.miner)?;
        for (_, packet) in packets.into_iter().filter(|(to, _)| *to == client) {
            self.send_packet(packet, 0)?;
        }
        Ok(())
    }

    /// Tells the contract something, in a signer's name.
    ///
    /// # Errors
    /// If the node refuses; a failure in the block is in the result.
    pub fn execute(&self, account: &Account, msg: &Value, gas: u64) -> Result<TxResult> {
        let message = contract::execute_message(&account.address, &self.bsn, msg);
        Ok(account.deliver(&self.consumer.rpc, &self.consumer.id, vec![message], gas)?.0)
    }

    /// Asks the contract.
    ///
    /// # Errors
    /// If it answers with an error.
    pub fn query(&self, msg: &Value) -> Result<Value> {
        contract::query(&self.consumer, &self.bsn, msg)
    }

    /// Asks the contract about the state after a block.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub fn query_at(&self, msg: &Value, height: u64) -> Result<Value> {
        contract::query_at(&self.consumer, &self.bsn, msg, height)
    }

    /// The value at a key of the contract's storage after a block; empty if there is none.
    ///
    /// # Errors
    /// If the chain does not show its store.
    pub fn raw_at(&self, key: &[u8], height: u64) -> Result<Vec<u8>> {
        let address = address::decode(Role::Consumer.prefix(), &self.bsn)?;
        let key = [&[3][..], &address, key].concat();
        Ok(self.consumer.rpc.query_at("/store/wasm/key", &key, height)?)
    }

    /// The last finalized height, 0 if there is none.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn finalized(&self) -> Result<u64> {
        Ok(self.query(&json!({ "last_finalized_height": {} }))?.as_u64().unwrap_or_default())
    }

    /// How many finality providers are active at a height.
    ///
    /// # Errors
    /// If nobody answers.
    pub fn active(&self, height: u64) -> Result<usize> {
        let answer = self.query(&json!({ "active_finality_providers": { "height": height } }))?;
        Ok(answer["active_finality_providers"].as_object().map_or(0, serde_json::Map::len))
    }

    /// The acknowledgements that came back to Babylon, of all channels.
    ///
    /// # Errors
    /// If the genesis chain does not answer.
    pub fn acks(&self) -> Result<Vec<wire::Ack>> {
        let answer = self.genesis.rpc.query("/bsntest.zc.v1.Query/Acks", &[])?;
        Ok(wire::QueryAcksResponse::decode(answer.as_slice())?.acks)
    }

    /// What Babylon took.
    ///
    /// # Errors
    /// If the genesis chain does not answer.
    pub fn received(&self) -> Result<Vec<wire::Received>> {
        let answer = self.genesis.rpc.query("/bsntest.zc.v1.Query/Received", &[])?;
        Ok(wire::QueryReceivedResponse::decode(answer.as_slice())?.packets)
    }
}

fn nanoseconds(header: &Header) -> Result<u64> {
    let nanos = header.nanos().ok_or_else(|| anyhow!("`{}` is no time", header.time))?;
    Ok(u64::try_from(nanos)?)
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(3).unwrap_or(own).to_path_buf()
}
