use api::btc_staking::Network;
use bitcoin_spv::{HeaderHash, OutPoint};
use cosmwasm_std::Addr;
use primitives::Txid;
use serde::{Deserialize, Serialize};
use standing::{Block, Lock, Rules, Stake, Standing};

/// What never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Whose stake this is.
    pub bsn: Addr,
    /// Bitcoin's light client.
    pub light_client: Addr,
    /// Which Bitcoin.
    pub network: Network,
    /// *k*.
    pub k: u32,
    /// *w*.
    pub w: u32,
    /// In blocks of Bitcoin.
    pub challenge_delay: u32,
    /// Who may append parameters.
    pub governance: Option<Addr>,
}

impl Config {
    /// Depths and delays.
    pub const fn rules(&self) -> Rules {
        Rules { k: self.k, w: self.w, challenge_delay: self.challenge_delay }
    }
}

/// Sums over all stakes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// How many wait for their proof.
    pub waiting: u64,
    /// How many are challenged.
    pub challenged: u64,
    /// How many count.
    pub active: u64,
    /// How many sats count.
    pub active_sats: u64,
    /// Of how many `bsn` has not taken what became of them.
    pub unsent: u64,
}

/// A version of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamsRecord {
    /// The committee's keys.
    pub members: Vec<[u8; 32]>,
    /// How many must sign.
    pub quorum: u8,
    /// Where the slashed part goes.
    pub slashing_script: Vec<u8>,
    /// Ten-thousandths.
    pub slashing_rate: u16,
    /// In sats.
    pub min_slashing_fee: u64,
    /// In blocks.
    pub unbonding_time: u16,
    /// In sats.
    pub unbonding_fee: u64,
    /// In sats, from and to.
    pub value: (u64, u64),
    /// In blocks, from and to.
    pub time: (u16, u16),
    /// The most finality providers.
    pub max_fps: u8,
    /// The height of Bitcoin from which it is in force.
    pub activation: u32,
}

/// What never changes of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The staker's key.
    pub staker: [u8; 32],
    /// All finality providers.
    pub fps: Vec<[u8; 32]>,
    /// Which of them is registered here.
    pub place: u8,
    /// The parameters' family.
    pub family: u8,
    /// Their version.
    pub version: u32,
    /// sha256 of the item.
    pub digest: [u8; 32],
    /// When it came, in seconds since 1970.
    pub taken_at: u64,
    /// What the staking transaction spends: txids in internal order, and outputs.
    pub spends: Vec<([u8; 32], u32)>,
}

impl Facts {
    /// What the staking transaction spends.
    pub fn spends(&self) -> Vec<OutPoint> {
        let outpoint =
            |(txid, index): &([u8; 32], u32)| OutPoint { txid: Txid::from_bytes(*txid), index: *index };
        self.spends.iter().map(outpoint).collect()
    }

    /// The finality provider that is registered here.
    pub fn fp(&self) -> [u8; 32] {
        self.fps.get(usize::from(self.place)).copied().unwrap_or_default()
    }
}

/// Where a stake stands, with what decides on it: what is read and written most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// How much, in sats.
    pub sats: u64,
    /// For how many blocks it is locked.
    pub time: u16,
    /// For how many after an early end.
    pub unbonding_time: u16,
    /// The end that the item names.
    pub said_end: u32,
    /// Whether Babylon says that it is active.
    pub vouched: bool,
    /// Where it stands.
    pub place: Place,
}

/// [`Standing`], as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// For its proof.
    Waiting,
    /// Height and hash of its block, end, due height.
    Challenged(u32, [u8; 32], u32, u32),
    /// Height and hash of its block, end.
    Active(u32, [u8; 32], u32),
    /// Height and hash of the spend's block.
    Ended(u32, [u8; 32]),
}

impl From<State> for Stake {
    fn from(state: State) -> Self {
        let State { sats, time, unbonding_time, said_end, vouched, place } = state;
        let standing = match place {
            Place::Waiting => Standing::Waiting,
            Place::Challenged(height, hash, end, due) => {
                Standing::Challenged { block: block(height, hash), end: end.into(), due: due.into() }
            }
            Place::Active(height, hash, end) => {
                Standing::Active { block: block(height, hash), end: end.into() }
            }
            Place::Ended(height, hash) => Standing::Ended { at: block(height, hash) },
        };
        let lock = Lock { time, unbonding_time, said_end: said_end.into(), vouched };
        Self { sats, lock, standing }
    }
}

impl From<&Stake> for State {
    fn from(stake: &Stake) -> Self {
        let Lock { time, unbonding_time, said_end, vouched } = stake.lock;
        let (said_end, place) = (said_end.get(), (&stake.standing).into());
        Self { sats: stake.sats, time, unbonding_time, said_end, vouched, place }
    }
}

impl From<&Standing> for Place {
    fn from(standing: &Standing) -> Self {
        let raw = |block: &Block| (block.height.get(), *block.hash.as_bytes());
        match standing {
            Standing::Waiting => Self::Waiting,
            Standing::Challenged { block, end, due } => {
                let (height, hash) = raw(block);
                Self::Challenged(height, hash, end.get(), due.get())
            }
            Standing::Active { block, end } => {
                let (height, hash) = raw(block);
                Self::Active(height, hash, end.get())
            }
            Standing::Ended { at } => {
                let (height, hash) = raw(at);
                Self::Ended(height, hash)
            }
        }
    }
}

/// A block of two numbers.
pub(super) const fn block(height: u32, hash: [u8; 32]) -> Block {
    Block { height: primitives::BtcHeight::new(height), hash: HeaderHash::from_bytes(hash) }
}

/// What slashes a stake, beside its facts and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlashingData {
    /// What takes the stake.
    pub staked: SignedTx,
    /// What takes it after an early end.
    pub unbonding: SignedTx,
}

/// A slashing transaction's free parts, and signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTx {
    /// Its version.
    pub version: u32,
    /// The values of its outputs, in sats.
    pub values: (u64, u64),
    /// The staker's signature.
    pub staker_signature: Vec<u8>,
    /// Of each member that signed: its place among the committee's sorted keys, and 65 bytes.
    pub adaptors: Vec<u8>,
}

/// A header that was brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Its height.
    pub height: u32,
    /// The root of its transactions, in internal order.
    pub merkle_root: [u8; 32],
    /// The hash of the one before it, in internal order.
    pub prev_hash: [u8; 32],
}
