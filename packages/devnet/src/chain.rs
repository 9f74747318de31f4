//! The chain as a whole.

use std::rc::Rc;

use cosmwasm_std::{Binary, Coin, IbcPacket, Timestamp, from_json, to_json_vec};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use crate::{
    address,
    block::Building,
    error::Failure,
    fault::Faults,
    gas::Usage,
    ibc::{Channel, Connection, Received},
    module::{BsnContracts, ModuleParams},
    report::{Header, TxReport},
    state::{BlockNow, Code, Contract, State, StateSize, as_slices, key_prefix, prefixed_range},
    vm::{Pair, Vm, vm3},
    world::World,
};

/// How a chain begins.
#[derive(Clone)]
pub struct Genesis {
    /// The VM that runs the contracts.
    pub vm: Rc<dyn Vm>,
    /// The chain id.
    pub chain_id: String,
    /// The bech32 prefix of its addresses.
    pub prefix: String,
    /// The staking denom.
    pub bonded_denom: String,
    /// Makes this chain's hashes differ from those of any other seed.
    pub seed: u64,
    /// The time of "block 0".
    pub time: Timestamp,
    /// The seconds between two blocks.
    pub block_seconds: u64,
}

impl Default for Genesis {
    fn default() -> Self {
        Self {
            vm: vm3(),
            chain_id: "bsn-devnet-1".to_owned(),
            prefix: "bbnc".to_owned(),
            bonded_denom: "ustake".to_owned(),
            seed: 0,
            time: Timestamp::from_seconds(1_750_000_000),
            block_seconds: 6,
        }
    }
}

/// An appchain in one process.
///
/// Between blocks it is as its last block left it. The first thing that needs a block begins one;
/// [`next_block`](Chain::next_block) ends it. `Clone` copies everything and the copy goes its own way;
/// [`fork`](Chain::fork) also makes its blocks differ from here on.
pub struct Chain {
    world: Rc<World>,
    pub(crate) headers: Vec<Header>,
    pub(crate) open: Option<Header>,
    pub(crate) block: Building,
    pub(crate) next_app_hash: [u8; 32],
    pub(crate) block_seconds: u64,
    pub(crate) skipped_seconds: u64,
    pub(crate) branch: String,
    pub(crate) bsn: BsnContracts,
    /// The chain module's parameters.
    pub params: ModuleParams,
    /// What will go wrong with its hooks.
    pub faults: Faults,
}

impl Clone for Chain {
    fn clone(&self) -> Self {
        Self {
            world: Rc::new(self.world.fork()),
            headers: self.headers.clone(),
            open: self.open.clone(),
            block: self.block.clone(),
            next_app_hash: self.next_app_hash,
            block_seconds: self.block_seconds,
            skipped_seconds: self.skipped_seconds,
            branch: self.branch.clone(),
            bsn: self.bsn.clone(),
            params: self.params,
            faults: self.faults.clone(),
        }
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new(Genesis::default())
    }
}

impl Chain {
    /// A chain before its first block.
    pub fn new(genesis: Genesis) -> Self {
        let now = BlockNow { height: 0, time: genesis.time };
        let Genesis { vm, chain_id, prefix, bonded_denom, seed, block_seconds, .. } = genesis;
        let next_app_hash = Sha256::digest(format!("genesis/{chain_id}/{seed}")).into();
        let world = World::new(vm, prefix, chain_id, bonded_denom, State::new(now));
        Self {
            world: Rc::new(world),
            headers: Vec::new(),
            open: None,
            block: Building::default(),
            next_app_hash,
            block_seconds,
            skipped_seconds: 0,
            branch: "main".to_owned(),
            bsn: BsnContracts::default(),
            params: ModuleParams::default(),
            faults: Faults::default(),
        }
    }

    /// A second chain with this one's past. Its next block, and so every later one, has another hash;
    /// that block's app hash is still the same, as it is the state before it.
    ///
    /// # Panics
    /// If a block is being built: its hash is out already.
    pub fn fork(&self, branch: &str) -> Self {
        assert!(self.open.is_none(), "branches part between blocks");
        let mut fork = self.clone();
        fork.branch = format!("{}/{branch}", self.branch);
        fork
    }

    pub(crate) fn world(&self) -> &Rc<World> {
        &self.world
    }

    /// The chain id.
    pub fn chain_id(&self) -> &str {
        &self.world.chain_id
    }

    /// The staking denom.
    pub fn bonded_denom(&self) -> &str {
        &self.world.bonded_denom
    }

    /// The address of a named account; it needs no creation.
    pub fn account(&self, name: &str) -> String {
        address::account(&self.world.prefix, name)
    }

    /// The address of a module's account.
    pub fn module_account(&self, name: &str) -> String {
        address::module(&self.world.prefix, name)
    }

    /// Where fees are collected.
    pub fn fee_collector(&self) -> String {
        self.module_account("fee_collector")
    }

    /// Stores a wasm file; it must pass the VM's default limits. Gives its code id.
    ///
    /// # Errors
    /// [`Failure::Vm`] with the VM's own text.
    pub fn store_code(&mut self, creator: &str, wasm: &[u8]) -> Result<u64, Failure> {
        let facts = self.world.vm.store(wasm).map_err(Failure::Vm)?;
        let state = &mut *self.world.state();
        state.codes.push(Code { facts, creator: creator.to_owned(), pinned: false, bytes: wasm.len() });
        Ok(state.codes.len() as u64)
    }

    /// Makes starting an instance of a code cost 2,000 instead of 60,000 SDK gas, as governance can.
    pub fn pin_code(&mut self, code_id: u64) {
        let index = code_id.checked_sub(1).and_then(|i| usize::try_from(i).ok());
        let state = &mut *self.world.state();
        if let Some(code) = index.and_then(|i| state.codes.get_mut(i)) {
            code.pinned = true;
        }
    }

    /// What is known of a code.
    pub fn code(&self, code_id: u64) -> Option<Code> {
        let index = usize::try_from(code_id.checked_sub(1)?).ok()?;
        self.world.state().codes.get(index).cloned()
    }

    /// What is known of a contract.
    pub fn contract(&self, address: &str) -> Option<Contract> {
        self.world.state().contracts.get(address).cloned()
    }

    /// The addresses of all contracts of a code, in order of address.
    pub fn contracts_of(&self, code_id: u64) -> Vec<String> {
        let state = self.world.state();
        let of_code = state.contracts.iter().filter(|(_, contract)| contract.code_id == code_id);
        of_code.map(|(address, _)| address.clone()).collect()
    }

    /// Registers the contracts with the chain module, as governance does: its hooks call them from the
    /// next block on.
    pub fn register(&mut self, contracts: BsnContracts) {
        self.bsn = contracts;
    }

    /// The registered contracts.
    pub fn registered(&self) -> &BsnContracts {
        &self.bsn
    }

    /// Asks a contract.
    ///
    /// # Errors
    /// [`Failure::Contract`] with the contract's own text, or whatever else went wrong.
    ///
    /// # Panics
    /// If the answer is not a `T`.
    pub fn query<T: DeserializeOwned>(&self, contract: &str, msg: &impl Serialize) -> Result<T, Failure> {
        let (answer, _) = self.query_report(contract, msg);
        answer.map(|json| from_json(&json).expect("the answer has the type asked for"))
    }

    /// Asks a contract, and says what that used.
    pub fn query_report(&self, contract: &str, msg: &impl Serialize) -> (Result<Binary, Failure>, Usage) {
        let msg = to_json_vec(msg).expect("a message is plain data");
        let index = self.world.state().tx_index.take();
        let attempt = self.world.attempt(None, false, || self.world.smart(contract, &msg));
        self.world.state().tx_index = index;
        (attempt.result, attempt.usage)
    }

    /// The value at a contract's storage key.
    pub fn query_raw(&self, contract: &str, key: &[u8]) -> Option<Vec<u8>> {
        self.world.raw(contract, key).ok().flatten()
    }

    /// Writes into a contract's storage behind its back: for tests of broken states.
    ///
    /// # Errors
    /// If `contract` is not an address.
    pub fn write_raw(&mut self, contract: &str, key: &[u8], value: &[u8]) -> Result<(), Failure> {
        let full = [key_prefix(&self.world.decode(contract)?), key.to_vec()].concat();
        self.world.state().store.insert(full, value.to_vec());
        Ok(())
    }

    /// A contract's whole storage, in order.
    pub fn storage(&self, contract: &str) -> Vec<Pair> {
        let Ok(address) = self.world.decode(contract) else { return Vec::new() };
        let prefix = key_prefix(&address);
        let range = prefixed_range(&prefix, None, None);
        let state = self.world.state();
        let pairs = state.store.range(as_slices(&range));
        pairs.map(|(key, value)| (key[prefix.len()..].to_vec(), value.clone())).collect()
    }

    /// How much a contract stores.
    pub fn state_size(&self, contract: &str) -> StateSize {
        let pairs = self.storage(contract);
        let bytes = pairs.iter().map(|(key, value)| (key.len() + value.len()) as u64).sum();
        StateSize { entries: pairs.len() as u64, bytes }
    }

    /// What everything since genesis used together.
    pub fn total_usage(&self) -> Usage {
        self.world.state().usage
    }

    /// An account's coins of one denom.
    pub fn balance(&self, address: &str, denom: &str) -> u128 {
        self.world.state().balance(address, denom)
    }

    /// An account's coins.
    pub fn balances(&self, address: &str) -> Vec<Coin> {
        self.world.state().balances(address)
    }

    /// All coins of a denom.
    pub fn supply(&self, denom: &str) -> u128 {
        self.world.state().supply(denom)
    }

    /// Makes coins.
    pub fn mint(&mut self, address: &str, amount: u128, denom: &str) {
        self.world.state().mint(address, denom, amount);
    }

    /// Fees that the next block's BeginBlock splits.
    pub fn collect_fees(&mut self, amount: u128, denom: &str) {
        let collector = self.fee_collector();
        self.mint(&collector, amount, denom);
    }

    /// One of this chain's ends of a channel.
    pub fn channel(&self, port: &str, id: &str) -> Option<Channel> {
        self.world.state().ibc.channel(port, id).cloned()
    }

    /// A connection.
    pub fn connection(&self, id: &str) -> Option<Connection> {
        self.world.state().ibc.connections.get(id).cloned()
    }

    /// The packets sent on a channel and neither acknowledged nor timed out, by sequence.
    pub fn packets_in_flight(&self, port: &str, channel: &str) -> Vec<IbcPacket> {
        let state = self.world.state();
        let on = state.ibc.commitments.iter().filter(|((p, c, _), _)| p == port && c == channel);
        on.map(|(_, packet)| packet.clone()).collect()
    }

    /// Anybody's attempt to close a channel from this side (`MsgChannelCloseInit`).
    ///
    /// # Errors
    /// If the application refuses, or the channel cannot be closed.
    pub fn close_channel(&mut self, port: &str, channel: &str) -> Result<TxReport, Failure> {
        let close = |world: &Rc<World>| world.close_init(port, channel).map(|events| ((), events));
        self.relay_tx_report(None, close).map(|((), report)| report)
    }

    /// A packet handed in by hand, as a relayer that repeats or forges one would (`MsgRecvPacket`).
    ///
    /// # Errors
    /// As ibc-go; or the contract's panic or lack of gas.
    pub fn receive_packet(
        &mut self,
        packet: &IbcPacket,
        gas_limit: Option<u64>,
    ) -> Result<(Received, TxReport), Failure> {
        let relayer = self.account("relayer");
        self.relay_tx_report(gas_limit, |world| world.receive(packet, &relayer))
    }
}
