//! The chain, its accounts and its governance, block after block.

mod act;
mod alone;
mod join;
mod payer;
mod produce;
mod simulate;
mod stake;
mod submit;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result};
use cosmwasm_std::{Event, Timestamp};
use devnet::network::{Network, Setup};
use devnet::{Chain, Genesis, Machine};
use serde_json::{Value, json};

use super::account::{Accounts, Named};
use super::ante::Refusal;
use super::comet::{Content, Sealer};
use super::gov::Gov;

pub use stake::{Pool, place};
pub use submit::Outcome;

/// What every account of the devnet has in the beginning.
const RICH: u128 = 1_000_000_000_000;
/// The first finality provider's account; those of people come before.
const FIRST_FP: u32 = 10;
/// How long before now the chain begins: what is set up happens in it, a second a block.
const HEAD_START: u64 = 300;
/// How many heights each finality provider commits randomness for at once.
pub const RANDOMNESS: u64 = 1_500;

/// How a devnet is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its chain id.
    pub chain_id: String,
    /// What its addresses begin with.
    pub prefix: String,
    /// Its staking coin.
    pub denom: String,
    /// Makes everything that is random.
    pub seed: u64,
    /// The stake of each finality provider, in whole bitcoin.
    pub stakes: Vec<u64>,
    /// The time between blocks.
    pub block_time: Duration,
    /// The time between blocks of Bitcoin.
    pub bitcoin_time: Duration,
    /// The time between timestamps.
    pub epoch_time: Duration,
    /// How long is voted on a proposal.
    pub voting_period: Duration,
    /// The least price of a unit of gas, in millionths of the staking coin.
    pub min_price: u128,
    /// Whether stake is verified against Bitcoin. What there is in the beginning is proven; what comes later waits for it.
    pub verified: bool,
    /// Whether there is no Babylon: stake is of a committee of the chain's own, and verified.
    pub alone: bool,
    /// Fields merged into the contract's instantiate message; `null` for a chain without a contract, which waits until
    /// somebody deploys one.
    pub instantiate: Value,
}

impl Options {
    /// Knobs of the contract with which absence has its consequences within a minute.
    pub fn quick_jail() -> Value {
        json!({ "missed_blocks_window": 20, "min_signed_percent": 50, "jail_duration": 30,
            "ics20_channel_id": "channel-1" })
    }

    /// The same for a chain that has no channel.
    pub fn quick_jail_alone() -> Value {
        let mut knobs = Self::quick_jail();
        knobs.as_object_mut().map(|knobs| knobs.remove("ics20_channel_id"));
        knobs
    }
}

/// A committed block, with what became of everything in it.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Its transactions' outcomes, in order.
    pub outcomes: Vec<Outcome>,
    /// Events outside of transactions, each with its place (`BeginBlock` or `EndBlock`).
    pub events: Vec<(&'static str, Event)>,
}

/// A transaction that waits for its block.
#[derive(Debug, Clone)]
struct Waiting {
    bytes: Vec<u8>,
    signer: String,
}

/// What goes wrong until somebody says otherwise.
#[derive(Debug, Clone, Default)]
pub struct Trouble {
    /// The relayer does nothing.
    pub relayer_stopped: bool,
    /// No block is made.
    pub chain_stopped: bool,
    /// Bitcoin's blocks do not come.
    pub bitcoin_stopped: bool,
}

/// Everything that runs.
pub struct Engine {
    /// How it was to be.
    pub options: Options,
    /// The appchain, Babylon, Bitcoin, and the finality providers.
    pub net: Network,
    /// Its blocks, as CometBFT shows them.
    pub sealer: Rc<Sealer>,
    /// Numbers and sequences.
    pub accounts: Accounts,
    /// The accounts whose keys come with the devnet.
    pub named: Vec<Named>,
    /// Proposals.
    pub gov: Gov,
    /// The first block that is shown: those before set everything up.
    pub first: u64,
    /// What goes wrong.
    pub trouble: Trouble,
    /// Transactions of Bitcoin that somebody sent.
    pub pool: Pool,
    records: BTreeMap<u64, Record>,
    places: BTreeMap<String, (u64, usize)>,
    mempool: Vec<Waiting>,
    /// Up to which height each finality provider has voted.
    voted: Vec<u64>,
    next_bitcoin: u64,
    next_epoch: u64,
    sends_votes: BTreeSet<usize>,
    until_jailed: BTreeSet<usize>,
    expiry: Option<bool>,
    /// Whether the stake and the randomness of a chain without Babylon are there.
    has_begun: bool,
}

impl Engine {
    /// Starts everything, up to the first final blocks, at a time in nanoseconds since 1970.
    ///
    /// # Errors
    /// If the contracts refuse the setup.
    pub fn start(options: Options, machine: &Machine, now: u64) -> Result<Self> {
        let sealer = Rc::new(Sealer::new(&options.chain_id, options.seed));
        let named = names(&options)?;
        let of = |name: &str| named.iter().find(|one| one.name == name).map(|one| one.address.clone());
        let (admin, voter) = (of("admin").unwrap_or_default(), of("validator").unwrap_or_default());
        let seal = Rc::clone(&sealer);
        let genesis = Genesis {
            chain_id: options.chain_id.clone(),
            prefix: options.prefix.clone(),
            bonded_denom: options.denom.clone(),
            time: Timestamp::from_nanos(now).minus_seconds(HEAD_START),
            block_seconds: 1,
            seal: Some(Rc::new(move |header| {
                let (height, nanos, app_hash) = (header.height, header.time.nanos(), header.app_hash);
                seal.seal(Content { height, nanos, app_hash })
            })),
            ..Genesis::on(Rc::clone(&machine.vm))
        };
        let authority = devnet::address::module(&options.prefix, "gov");
        let mut setup = Setup::new(options.seed, &options.stakes).with(options.instantiate.clone());
        if options.alone {
            setup = setup.alone();
        }
        (setup.randomness, setup.admin, setup.wasm_admin) =
            (RANDOMNESS, Some(admin), Some(authority.clone()));
        setup.operators = operators(&named);
        setup.verified |= options.verified;
        let is_bare = options.instantiate.is_null();
        let mut net = if is_bare {
            Network::without_contract(&genesis, &setup).context("the chains cannot be linked")?
        } else {
            Network::deploy_codes(genesis, &setup, machine)
                .context("the contracts refuse to be instantiated")?
        };
        let mut accounts = Accounts::default();
        for one in &named {
            net.chain.mint(&one.address, RICH, &options.denom);
            accounts.of(&one.address);
        }
        if !is_bare {
            net = net.begin(&setup).context("the network does not begin")?;
        }
        if !options.alone {
            net.open_transfer().context("the channel for coins does not open")?;
        }
        net.chain.next_block();
        let voting = u64::try_from(options.voting_period.as_nanos()).unwrap_or(u64::MAX);
        let height = net.chain.height();
        let mut engine = Self {
            gov: Gov::new(&voter, &authority, voting),
            first: height + 1,
            voted: vec![height; net.fps.len()],
            next_bitcoin: now,
            next_epoch: now,
            sends_votes: (0..options.stakes.len()).collect(),
            options,
            net,
            sealer,
            accounts,
            named,
            trouble: Trouble::default(),
            pool: Pool::default(),
            records: BTreeMap::new(),
            places: BTreeMap::new(),
            mempool: Vec::new(),
            until_jailed: BTreeSet::new(),
            expiry: None,
            has_begun: !is_bare,
        };
        let waiting = engine.ask(&json!({ "health": {} })).ok();
        let waiting = waiting.and_then(|it| it["finality"]["waiting_for"]["height"].as_u64());
        engine.voted.fill(waiting.map_or(height, |first| first.saturating_sub(1)));
        for _ in 0..4 {
            engine.produce(now);
        }
        Ok(engine)
    }

    /// The appchain.
    pub fn chain(&self) -> &Chain {
        &self.net.chain
    }

    /// The last height.
    pub fn height(&self) -> u64 {
        self.net.chain.height()
    }

    /// A block that is shown.
    pub fn record(&self, height: u64) -> Option<&Record> {
        self.records.get(&height)
    }

    /// All blocks that are shown, from the first.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = (&u64, &Record)> {
        self.records.iter()
    }

    /// In which block a transaction is, and where there; by its hash in upper case hex.
    pub fn place(&self, hash: &str) -> Option<(u64, usize)> {
        self.places.get(hash).copied()
    }

    /// The transactions that wait.
    pub fn waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.mempool.iter().map(|waiting| waiting.bytes.as_slice())
    }

    /// The account of a finality provider.
    pub fn fp_account(&self, index: usize) -> Option<&Named> {
        self.named.iter().find(|one| one.name == format!("fp{index}"))
    }

    /// Whether a finality provider's daemon runs.
    pub fn is_online(&self, index: usize) -> bool {
        self.sends_votes.contains(&index)
    }

    /// Starts or stops the daemon of a finality provider.
    pub fn set_online(&mut self, index: usize, online: bool) {
        if online {
            self.sends_votes.insert(index);
        } else {
            self.sends_votes.remove(&index);
        }
    }

    /// Asks the contract.
    ///
    /// # Errors
    /// The contract's own text.
    pub fn ask(&self, message: &Value) -> Result<Value, String> {
        let (answer, _) = self.net.chain.query_report(&self.net.bsn, message);
        let answer = answer.map_err(|failure| failure.to_string())?;
        serde_json::from_slice(&answer).map_err(|error| error.to_string())
    }

    /// The height that is voted for next, if the contract says so.
    pub fn last_finalized(&self) -> u64 {
        self.ask(&json!({ "last_finalized_height": {} })).ok().and_then(|it| it.as_u64()).unwrap_or_default()
    }

    /// What a transaction that is refused before its messages leaves.
    fn refusal(refusal: Refusal, gas_wanted: u64) -> Outcome {
        let Refusal { codespace, code, log } = refusal;
        Outcome { code, codespace, log, gas_wanted, ..Outcome::default() }
    }
}

/// The accounts of the finality providers' operators.
fn operators(named: &[Named]) -> Vec<[u8; 20]> {
    let fps = named.iter().filter(|one| one.index >= FIRST_FP);
    fps.map(|one| bsn_rpc::key::account_of(&one.key.public_key())).collect()
}

fn names(options: &Options) -> Result<Vec<Named>> {
    let people = ["alice", "bob", "validator", "admin"].map(str::to_owned).into_iter().zip(0..);
    let fps = (0..options.stakes.len()).map(|index| format!("fp{index}")).zip(FIRST_FP..);
    let named = people.chain(fps).map(|(name, index)| Named::derive(&name, index, &options.prefix));
    named.collect::<bsn_rpc::Result<_>>().context("the devnet's accounts")
}
