use api::btc_staking::{Family, Network};
use bitcoin_spv::{HeaderHash, OutPoint};
use cosmwasm_std::Addr;
use primitives::Txid;
use serde::{Deserialize, Serialize};
use standing::{Block, Known, Lock, Rules, Stake, Standing};

use super::family_byte;

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
    /// Finality providers' own stake; `None` where none counts.
    pub self_stake: Option<SelfStake>,
}

/// The terms of finality providers' own stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfStake {
    /// The least, in sats.
    pub min_sats: u64,
    /// The shortest lock, in blocks of Bitcoin.
    pub min_timelock: u16,
    /// How many blocks before the end of its lock it stops counting.
    pub exit_time: u16,
}

impl Config {
    /// Depths and delays.
    pub const fn rules(&self) -> Rules {
        Rules { k: self.k, w: self.w, challenge_delay: self.challenge_delay }
    }
}

/// What every message may change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// How many wait for their proof.
    pub waiting: u64,
    /// Since when some do without a break, in seconds since 1970; 0 where none does.
    pub waiting_since: u64,
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
    /// The height of Bitcoin from which the next version is in force, once there is one.
    pub superseded: Option<u32>,
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

/// What an item of Babylon says, and is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The end that it names.
    pub end: u32,
    /// sha256 of it.
    pub digest: [u8; 32],
}

/// The [`Facts::family`] of a finality provider's own stake.
pub const SELF_STAKE: u8 = 2;

/// What never changes of an item; [`SlashingData`] follows in the same record.
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
    /// How much, in sats.
    pub sats: u64,
    /// For how many blocks it is locked.
    pub time: u16,
    /// For how many after an early end.
    pub unbonding_time: u16,
    /// What Babylon's item says; of stake that came to this chain itself nothing is believed.
    pub said: Option<Said>,
    /// When it came, in seconds since 1970.
    pub taken_at: u64,
    /// What the staking transaction spends: txids in internal order, and outputs.
    pub spends: Vec<([u8; 32], u32)>,
}

impl Facts {
    /// Whether it is a finality provider's own, locked by its own key alone: no parameters and no committee.
    pub const fn is_self_stake(&self) -> bool {
        self.family == SELF_STAKE
    }

    /// sha256 of Babylon's item; zeros where there is none.
    pub fn digest(&self) -> [u8; 32] {
        self.said.as_ref().map_or([0; 32], |said| said.digest)
    }

    /// Whether it counts however old its inclusion is: Babylon says that it is active, or nothing could have spent it.
    pub const fn is_vouched(&self) -> bool {
        self.family != family_byte(Family::Own)
    }

    /// What the staking transaction spends.
    pub fn spends(&self) -> Vec<OutPoint> {
        let outpoint =
            |(txid, index): &([u8; 32], u32)| OutPoint { txid: Txid::from_bytes(*txid), index: *index };
        self.spends.iter().map(outpoint).collect()
    }

    /// What the item says of time.
    pub fn lock(&self) -> Lock {
        let said_end = self.said.as_ref().map_or(u32::MAX, |said| said.end).into();
        Lock { time: self.time, unbonding_time: self.unbonding_time, said_end }
    }

    /// The finality provider that is registered here.
    pub fn fp(&self) -> [u8; 32] {
        self.fps.get(usize::from(self.place)).copied().unwrap_or_default()
    }
}

/// What is known of an outpoint. A stake that waits on Babylon's word has none: its item is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outpoint {
    /// No item had it when it was spent: height and hash of that block. One that comes later is [`Standing::Foretold`].
    Spent(u32, [u8; 32]),
    /// It is a stake.
    Stake {
        /// How much, in sats.
        sats: u64,
        /// Whether Babylon says that it is active.
        vouched: bool,
        /// Where it stands.
        place: Place,
    },
}

/// [`Standing`], as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// For its proof.
    Waiting,
    /// The same; height and hash of the block of a spend that came first.
    Foretold(u32, [u8; 32]),
    /// Height and hash of its block, end, due height.
    Challenged(u32, [u8; 32], u32, u32),
    /// Height and hash of its block, end.
    Active(u32, [u8; 32], u32),
    /// Height and hash of the spend's block.
    Ended(u32, [u8; 32]),
}

impl From<Outpoint> for Known {
    fn from(outpoint: Outpoint) -> Self {
        match outpoint {
            Outpoint::Spent(height, hash) => Self::Spent(block(height, hash)),
            Outpoint::Stake { sats, vouched, place } => {
                Self::Stake(Stake { sats, vouched, standing: place.into() })
            }
        }
    }
}

impl From<&Stake> for Outpoint {
    fn from(stake: &Stake) -> Self {
        let Stake { sats, vouched, standing } = stake;
        Self::Stake { sats: *sats, vouched: *vouched, place: standing.into() }
    }
}

impl From<Place> for Standing {
    fn from(place: Place) -> Self {
        match place {
            Place::Waiting => Self::Waiting,
            Place::Foretold(height, hash) => Self::Foretold { at: block(height, hash) },
            Place::Challenged(height, hash, end, due) => {
                Self::Challenged { block: block(height, hash), end: end.into(), due: due.into() }
            }
            Place::Active(height, hash, end) => Self::Active { block: block(height, hash), end: end.into() },
            Place::Ended(height, hash) => Self::Ended { at: block(height, hash) },
        }
    }
}

impl From<&Standing> for Place {
    fn from(standing: &Standing) -> Self {
        let raw = |block: &Block| (block.height.get(), *block.hash.as_bytes());
        match standing {
            Standing::Waiting => Self::Waiting,
            Standing::Foretold { at } => {
                let (height, hash) = raw(at);
                Self::Foretold(height, hash)
            }
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

/// What slashes a stake, beside its facts and parameters; empty of a finality provider's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlashingData {
    /// What takes the stake.
    pub staked: SignedTx,
    /// What takes it after an early end.
    pub unbonding: SignedTx,
}

/// A slashing transaction's free parts, and signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTx {
    /// Its version.
    pub version: u32,
    /// The values of its outputs, in sats.
    pub values: (u64, u64),
    /// Which members signed: bit n is the nth of the committee's sorted keys.
    pub members: u32,
    /// Whose signature's point has an odd y: bit n is the nth of those that signed.
    pub odd: u32,
    /// The staker's signature, and of each member that signed the 64 bytes that follow the first.
    pub signatures: Vec<u8>,
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
