//! How a network comes to be.

use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use cosmwasm_std::instantiate2_address;
use serde_json::{Value, json};

use super::verification::{Verification, elect_for, verified_stake};
use super::{BabylonEnd, Network, NetworkError, Setup, alone};
use crate::actors::babylon::ConsumerMetadata;
use crate::actors::{Babylon, Miner, Stakers};
use crate::ibc::{Link, OpenChannel};
use crate::{BsnContracts, Chain, Genesis, Machine, address};

/// The salt of the light client's address, as a deployer writes it down; not taken from the contract, whose it must equal.
const LIGHT_CLIENT_SALT: &[u8] = b"btc-light-client";
/// How long before the appchain the first block of Bitcoin is found, in seconds.
const BITCOIN_AGE: u64 = 86_400;
/// What one packet carries with ease.
const REGISTERED_AT_ONCE: usize = 50;

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
        if setup.is_alone {
            return self.begin_alone(setup);
        }
        self.open_channel()?;
        if self.link.app.babylon.committee().is_some() {
            // Parameters are in force from Bitcoin's first block on.
            self.mine(3);
        }
        for (index, stake) in setup.stakes.iter().enumerate() {
            self.add_operated_fp(setup.seed, *stake, setup.operators.get(index))?;
        }
        // Babylon sends what fits into a packet; the rest goes with its next block.
        while self.link.app.babylon.queued_events(&self.link.app.client) > 0 {
            self.relay();
        }
        if setup.verified {
            self.prove_stake()?;
        }
        self.chain.next_block();
        self.commit_all(self.chain.height() + 1, setup.randomness)?;
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

    /// The same on a chain of one's own making.
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn deploy_codes(genesis: Genesis, setup: &Setup, machine: &Machine) -> Result<Self, NetworkError> {
        let mut chain = Chain::new(Genesis { seed: setup.seed, ..genesis.clone() });
        let admin = setup.admin.clone().unwrap_or_else(|| chain.account("admin"));
        let wasm_admin = setup.wasm_admin.clone().unwrap_or_else(|| admin.clone());
        let code = store(&mut chain, &admin, &machine.bsn)?;
        let light_client_code = store(&mut chain, &admin, &machine.light_client)?;
        let joined = Self::join(chain, &genesis, setup, &admin)?;
        let Self { mut chain, mut link, miner, sender, own, .. } = joined;

        let mut message =
            instantiate_message(&setup.instantiate, &admin, &link.connection_id, light_client_code);
        if setup.is_alone {
            let first = miner.block_at(0).map_or([0; 80], |block| block.header);
            let client = alone::light_client(&message, &first, [&admin, &sender]);
            merge(&mut message, &alone::fields(client));
            merge(&mut message, &setup.instantiate);
        } else if message["network"] != "regtest" {
            // A live network demands that the channel of rewards is there; Babylon's own is the next one then.
            let coins = link.open_from_chain(&mut chain, &OpenChannel::transfer())?;
            if setup.instantiate.get("ics20_channel_id").is_none() {
                message["ics20_channel_id"] = json!(coins.local);
            }
        }
        if setup.verified {
            let code = store(&mut chain, &admin, &machine.staking)?;
            message["verified_stake"] = match &own {
                Some(stakers) => {
                    let delay = setup.verification.challenge_delay;
                    verified_stake(code, &stakers.settings(&admin, delay))
                }
                None => elect_for(&mut link.app.babylon, code, &admin, setup.verification)?,
            };
        }
        let (bsn, _) = chain.instantiate(&admin, code, &message, "bsn", Some(&wasm_admin))?;
        let config: Value = chain.query(&bsn, &json!({ "config": {} }))?;
        let address = |name: &str| config[name].as_str().unwrap_or_default().to_owned();
        let (light_client, stake_verifier) = (address("btc_light_client"), address("stake_verifier"));
        // Without a light client the module's fourth address is one that is there.
        let fourth = if light_client.is_empty() { &bsn } else { &light_client };
        chain.register(BsnContracts::one(&bsn, fourth));
        chain.next_block();
        let (fps, offline) = (Vec::new(), BTreeSet::new());
        Ok(Self {
            chain,
            link,
            miner,
            own,
            bsn,
            light_client,
            stake_verifier,
            admin,
            sender,
            channel: None,
            fps,
            offline,
        })
    }

    /// Where the light client must lie: its address follows from its code's checksum, the contract's address and the salt
    /// alone, so a governance vote can name it beforehand. By cosmwasm-std's own derivation, which is not the chain's.
    pub fn predicted_light_client(&self) -> Option<String> {
        let code_id = self.chain.contract(&self.light_client)?.code_id;
        let checksum = self.chain.code(code_id)?.facts.hash;
        let creator = address::decode(self.chain.prefix(), &self.bsn).ok()?;
        let predicted = instantiate2_address(&checksum, &creator.into(), LIGHT_CLIENT_SALT).ok()?;
        Some(address::encode(self.chain.prefix(), predicted.as_slice()))
    }

    /// Everything but the contract: a chain that is linked with Babylon, which knows it as a consumer. Whoever deploys
    /// the contract says where it is (`bsn`, `light_client`).
    ///
    /// # Errors
    /// [`NetworkError`].
    pub fn without_contract(genesis: &Genesis, setup: &Setup) -> Result<Self, NetworkError> {
        let chain = Chain::new(Genesis { seed: setup.seed, ..genesis.clone() });
        let admin = setup.admin.clone().unwrap_or_else(|| chain.account("admin"));
        Self::join(chain, genesis, setup, &admin)
    }

    /// Links a chain with Babylon.
    fn join(mut chain: Chain, genesis: &Genesis, setup: &Setup, admin: &str) -> Result<Self, NetworkError> {
        let bitcoin_start = u32::try_from(genesis.time.seconds().saturating_sub(BITCOIN_AGE));
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
        let mut own = None;
        let mut link = Link::nowhere(&chain, app);
        if setup.is_alone {
            let Verification { members, quorum, locks, .. } = setup.verification;
            own = Some(Stakers::new(setup.seed, members, quorum, locks).ok_or(NetworkError::NoCommittee)?);
        } else {
            link = Link::connect(&mut chain, link.app);
            link.app.client = link.remote_client_id.clone();
            link.app.babylon.register_consumer(&link.remote_client_id, ConsumerMetadata::default())?;
        }
        Ok(Self {
            sender: chain.account("sender"),
            miner: Miner::new(setup.seed, bitcoin_start.unwrap_or(u32::MAX)),
            chain,
            link,
            own,
            bsn: String::new(),
            light_client: String::new(),
            stake_verifier: String::new(),
            admin: admin.to_owned(),
            channel: None,
            fps: Vec::new(),
            offline: BTreeSet::new(),
        })
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
}

/// Stores and pins one of our contracts.
pub(super) fn store(chain: &mut Chain, creator: &str, wasm: &[u8]) -> Result<u64, NetworkError> {
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
    merge(&mut message, over);
    message
}

/// Puts fields over those of a message.
fn merge(message: &mut Value, over: &Value) {
    if let (Some(message), Some(over)) = (message.as_object_mut(), over.as_object()) {
        message.extend(over.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
}
