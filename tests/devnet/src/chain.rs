//! The chain as a whole.

use std::{fmt, rc::Rc};

use cosmwasm_std::Timestamp;
use sha2::{Digest, Sha256};

use crate::{
    address,
    block::building::Building,
    error::Failure,
    fault::Faults,
    module::{BsnContracts, ModuleParams},
    report::Header,
    state::{BlockNow, Code, Contract, State},
    vm::Vm,
    world::World,
};

/// What gives a header its hash. A chain that shows blocks to programs of the real world hashes as those do.
pub type Seal = Rc<dyn Fn(&Header) -> [u8; 32]>;

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
    /// What gives its headers their hashes; by default a hash of this crate's own.
    pub seal: Option<Seal>,
}

impl Genesis {
    /// On a virtual machine of one's own choice, else as by default.
    pub fn on(vm: Rc<dyn Vm>) -> Self {
        Self {
            vm,
            chain_id: "bsn-devnet-1".to_owned(),
            prefix: "bbnc".to_owned(),
            bonded_denom: "ustake".to_owned(),
            seed: 0,
            time: Timestamp::from_seconds(1_750_000_000),
            block_seconds: 6,
            seal: None,
        }
    }
}

#[cfg(feature = "vm")]
impl Default for Genesis {
    fn default() -> Self {
        Self::on(crate::vm::vm3())
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
    pub(crate) next_time: Option<Timestamp>,
    pub(crate) seal: Option<Seal>,
    pub(crate) branch: String,
    pub(crate) bsn: BsnContracts,
    /// The chain module's parameters.
    pub params: ModuleParams,
    /// What will go wrong with its hooks.
    pub faults: Faults,
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, height) = (self.chain_id(), self.height());
        f.debug_struct("Chain")
            .field("id", &id)
            .field("branch", &self.branch)
            .field("height", &height)
            .finish()
    }
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
            next_time: self.next_time,
            seal: self.seal.clone(),
            branch: self.branch.clone(),
            bsn: self.bsn.clone(),
            params: self.params,
            faults: self.faults.clone(),
        }
    }
}

#[cfg(feature = "vm")]
impl Default for Chain {
    fn default() -> Self {
        Self::new(Genesis::default())
    }
}

impl Chain {
    /// A chain before its first block.
    pub fn new(genesis: Genesis) -> Self {
        let now = BlockNow { height: 0, time: genesis.time };
        let Genesis { vm, chain_id, prefix, bonded_denom, seed, block_seconds, seal, .. } = genesis;
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
            next_time: None,
            seal,
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

    /// Whether its machine counts what the contracts' own computing costs; storage is charged in any case.
    pub fn counts_gas(&self) -> bool {
        self.world.vm.counts_gas()
    }

    /// What its addresses begin with.
    pub fn prefix(&self) -> &str {
        &self.world.prefix
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
        self.world.store_code(creator, wasm).map(|(code_id, _)| code_id)
    }

    /// From here on another machine runs the contracts: `codes` are their files for it, in the order of their ids.
    ///
    /// # Errors
    /// [`Failure::Vm`] where it refuses one of them.
    pub fn run_on(&mut self, vm: Rc<dyn Vm>, codes: &[Vec<u8>]) -> Result<(), Failure> {
        let facts = codes.iter().map(|wasm| vm.store(wasm)).collect::<Result<Vec<_>, _>>();
        let world = self.world.fork_on(vm);
        for ((code, facts), wasm) in
            world.state().codes.iter_mut().zip(facts.map_err(Failure::Vm)?).zip(codes)
        {
            (code.facts, code.bytes) = (facts, wasm.len());
        }
        self.world = Rc::new(world);
        Ok(())
    }

    /// Makes starting an instance of a code cost 2,000 instead of 60,000 SDK gas, as governance can.
    pub fn pin_code(&mut self, code_id: u64) {
        self.set_pinned(code_id, true);
    }

    /// The opposite.
    pub fn unpin_code(&mut self, code_id: u64) {
        self.set_pinned(code_id, false);
    }

    fn set_pinned(&mut self, code_id: u64, pinned: bool) {
        let index = code_id.checked_sub(1).and_then(|i| usize::try_from(i).ok());
        let state = &mut *self.world.state();
        if let Some(code) = index.and_then(|i| state.codes.get_mut(i)) {
            code.pinned = pinned;
        }
    }

    /// How many codes are stored.
    pub fn codes(&self) -> u64 {
        self.world.state().codes.len() as u64
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

    /// Registers the contracts with the chain module, as governance does: its hooks call them from now
    /// on, at the end of a block that is being built already.
    pub fn register(&mut self, contracts: BsnContracts) {
        self.bsn = contracts;
    }

    /// The registered contracts.
    pub fn registered(&self) -> &BsnContracts {
        &self.bsn
    }
}
