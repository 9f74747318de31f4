use core::fmt;

use bitcoin_spv::{OutPoint, TransactionError};
use primitives::BtcHeight;
use thiserror::Error;

use crate::{FormError, XOnlyKey};

/// The rules of a delegation, by their codes: what a contract answers and a wallet looks up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The version of the parameters is known.
    S01,
    /// The unbonding time is theirs.
    S02,
    /// The finality providers: a bounded number, no two equal, exactly one of them registered here.
    S03,
    /// All keys differ, and each can verify.
    S04,
    /// The staking time fits a time lock, and the parameters.
    S05,
    /// The parameters are in force at the start.
    S06,
    /// The stake is the output it is said to be.
    S10,
    /// Its value lies within the parameters' bounds.
    S11,
    /// The slashing transaction has its form.
    S20,
    /// It spends the stake.
    S21,
    /// It pays the slashing rate to the slashing script.
    S22,
    /// It leaves the rest to the staker, locked.
    S23,
    /// No output is dust.
    S24,
    /// It pays its fee.
    S25,
    /// The staker signed it.
    S26,
    /// A quorum of the committee signed it, encrypted to our finality provider.
    S27,
    /// The unbonding transaction has its form.
    S30,
    /// It spends the stake, pays to the unbonding output, and pays exactly its fee.
    S31,
    /// The slashing transaction of the unbonding output obeys S20 to S25.
    S40,
    /// The staker signed it.
    S41,
    /// A quorum of the committee signed it, encrypted to our finality provider.
    S42,
    /// A quorum of the committee signed the unbonding transaction.
    S50,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// Which output a slashing transaction spends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The stake.
    Staked,
    /// What an early end left of it.
    Unbonding,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Staked => "slashing transaction",
            Self::Unbonding => "unbonding slashing transaction",
        })
    }
}

/// Why a slashing transaction is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SlashingFault {
    /// Its form is another.
    #[error("{0}")]
    Form(#[from] FormError),
    /// It spends something else.
    #[error("it spends {got}, not {expected}")]
    Spends {
        /// What it spends.
        got: OutPoint,
        /// What it should spend.
        expected: OutPoint,
    },
    /// Its first output does not pay to the slashing script.
    #[error("its first output does not pay to the slashing script")]
    SlashingScript,
    /// Its first output pays too little.
    #[error("it slashes {got} sats, at least {least} are due")]
    SlashedValue {
        /// What it pays.
        got: u64,
        /// What is due.
        least: u64,
    },
    /// Its second output does not pay to the staker's lock.
    #[error("its second output does not pay to the staker after {time} blocks")]
    Change {
        /// The unbonding time.
        time: u16,
    },
    /// An output that nodes do not relay.
    #[error("output {index} of {value} sats is dust")]
    Dust {
        /// The output's index in the transaction, from 0.
        index: usize,
        /// Its value.
        value: u64,
    },
    /// Its outputs are worth more than its input, or leave too small a fee.
    #[error("it spends {value} sats and pays {paid}, a fee of {least} is due")]
    Fee {
        /// The value of what it spends.
        value: u64,
        /// The sum of its outputs.
        paid: u128,
        /// The least fee.
        least: u64,
    },
}

impl SlashingFault {
    /// The rule that the slashing transaction of the stake breaks.
    const fn rule(&self) -> Rule {
        match self {
            Self::Form(_) => Rule::S20,
            Self::Spends { .. } => Rule::S21,
            Self::SlashingScript | Self::SlashedValue { .. } => Rule::S22,
            Self::Change { .. } => Rule::S23,
            Self::Dust { .. } => Rule::S24,
            Self::Fee { .. } => Rule::S25,
        }
    }
}

/// Why a delegation is refused: the first rule that it breaks, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Rule S01
    #[error("parameters version {0} is not known")]
    UnknownParams(u32),
    /// Rule S02
    #[error("unbonding time {got} is not {expected}, that of its parameters")]
    UnbondingTime {
        /// As given.
        got: u32,
        /// The parameters'.
        expected: u16,
    },
    /// Rule S03
    #[error("it names {got} finality providers, 1 to {max} are allowed")]
    FpCount {
        /// How many.
        got: usize,
        /// The parameters' most.
        max: u8,
    },
    /// Rule S03
    #[error("finality provider {0} is named twice")]
    RepeatedFp(XOnlyKey),
    /// Rule S03: each would get the whole stake, or none is ours.
    #[error("{got} of its finality providers are registered here, exactly one must be")]
    RegisteredFps {
        /// How many.
        got: usize,
    },
    /// Rule S04
    #[error("key {0} is not below the group order, or not a point of the curve")]
    UnusableKey(XOnlyKey),
    /// Rule S04
    #[error("key {0} has two roles")]
    SharedKey(XOnlyKey),
    /// Rule S05
    #[error("from {start} to {end} is no time that a lock can hold, 1 to 65535 blocks")]
    Heights {
        /// The start.
        start: BtcHeight,
        /// The end.
        end: BtcHeight,
    },
    /// Rule S05
    #[error("staking time {got} is not from {min} to {max}")]
    StakingTime {
        /// The difference of the heights.
        got: u16,
        /// The parameters' least.
        min: u16,
        /// The parameters' most.
        max: u16,
    },
    /// Rule S06
    #[error("parameters are in force from {from}, it starts at {start}")]
    ParamsTooNew {
        /// The start.
        start: BtcHeight,
        /// Their activation.
        from: BtcHeight,
    },
    /// Rule S06
    #[error("parameters were out of force by {until}, it starts at {start}")]
    ParamsTooOld {
        /// The start.
        start: BtcHeight,
        /// The first height at which they do not count.
        until: BtcHeight,
    },
    /// Rule S10
    #[error("staking transaction: {0}")]
    StakingTx(TransactionError),
    /// Rule S10
    #[error("staking transaction has no output {0}")]
    NoOutput(u32),
    /// Rule S10: other keys, another time, or another tree.
    #[error("output {0} does not lock the stake of these keys for this time")]
    StakingOutput(u32),
    /// Rule S10
    #[error("output {index} holds {got} sats, not {expected}")]
    StakedValue {
        /// Which output.
        index: u32,
        /// Its value.
        got: u64,
        /// What the item says.
        expected: u64,
    },
    /// Rule S10: the chain's recovery does not answer.
    #[error("no output key comes out of the scripts")]
    NoOutputKey,
    /// Rule S11
    #[error("stake of {got} sats is not from {min} to {max}")]
    Value {
        /// The stake.
        got: u64,
        /// The parameters' least.
        min: u64,
        /// The parameters' most.
        max: u64,
    },
    /// Rule S20 to S25, or S40
    #[error("{stage}: {fault}")]
    Slashing {
        /// The transaction that is spent.
        stage: Stage,
        /// What is wrong with it.
        fault: SlashingFault,
    },
    /// Rule S26 or S41
    #[error("{stage}: the staker's signature is not valid")]
    StakerSignature {
        /// Of which.
        stage: Stage,
    },
    /// Rule S27 or S42
    #[error("{stage}: {got} covenant members signed, {needed} must")]
    Quorum {
        /// Of which.
        stage: Stage,
        /// How many valid signatures were found.
        got: usize,
        /// The quorum.
        needed: u8,
    },
    /// Rule S30
    #[error("unbonding transaction: {0}")]
    UnbondingForm(FormError),
    /// Rule S31
    #[error("unbonding transaction: it spends {got}, not {expected}")]
    UnbondingSpends {
        /// What it spends.
        got: OutPoint,
        /// The stake.
        expected: OutPoint,
    },
    /// Rule S31
    #[error("unbonding transaction: its output does not lock for these keys for {time} blocks")]
    UnbondingOutput {
        /// The unbonding time.
        time: u16,
    },
    /// Rule S31
    #[error("unbonding transaction: it pays {got} of {value} sats, not all but the fee of {fee}")]
    UnbondingFee {
        /// Its output.
        got: u64,
        /// The stake.
        value: u64,
        /// The parameters' fee.
        fee: u64,
    },
    /// Rule S50
    #[error("unbonding transaction: {got} covenant members signed, {needed} must")]
    UnbondingQuorum {
        /// How many valid signatures were found.
        got: usize,
        /// The quorum.
        needed: u8,
    },
}

impl Refusal {
    /// The rule that is broken.
    pub const fn rule(&self) -> Rule {
        match self {
            Self::UnknownParams(_) => Rule::S01,
            Self::UnbondingTime { .. } => Rule::S02,
            Self::FpCount { .. } | Self::RepeatedFp(_) | Self::RegisteredFps { .. } => Rule::S03,
            Self::UnusableKey(_) | Self::SharedKey(_) => Rule::S04,
            Self::Heights { .. } | Self::StakingTime { .. } => Rule::S05,
            Self::ParamsTooNew { .. } | Self::ParamsTooOld { .. } => Rule::S06,
            Self::StakingTx(_)
            | Self::NoOutput(_)
            | Self::StakingOutput(_)
            | Self::StakedValue { .. }
            | Self::NoOutputKey => Rule::S10,
            Self::Value { .. } => Rule::S11,
            Self::Slashing { stage: Stage::Staked, fault } => fault.rule(),
            Self::Slashing { stage: Stage::Unbonding, .. } => Rule::S40,
            Self::StakerSignature { stage: Stage::Staked } => Rule::S26,
            Self::StakerSignature { stage: Stage::Unbonding } => Rule::S41,
            Self::Quorum { stage: Stage::Staked, .. } => Rule::S27,
            Self::Quorum { stage: Stage::Unbonding, .. } => Rule::S42,
            Self::UnbondingForm(_) => Rule::S30,
            Self::UnbondingSpends { .. } | Self::UnbondingOutput { .. } | Self::UnbondingFee { .. } => {
                Rule::S31
            }
            Self::UnbondingQuorum { .. } => Rule::S50,
        }
    }
}
