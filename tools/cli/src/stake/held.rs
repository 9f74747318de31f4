//! Outputs that are their owner's again after a time, by one script that asks for that key alone.

use std::fmt::{Display, Formatter, Result as Written};

use bitcoin_spv::OutPoint;
use covenant::{
    ChangeOutput, Params, Parties, PresignedTx, SpendPath, StakingOutput, UnbondingOutput, XOnlyKey,
};
use eots::Native;

use crate::committee::terms::Versions;
use crate::committee::whole::Asked;

/// What an output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The stake.
    Stake,
    /// What an early end pays.
    EarlyEnd,
    /// What a slashing of the stake leaves.
    Slashed,
    /// What a slashing of the early end leaves.
    SlashedEarlyEnd,
    /// What a finality provider locked by its own key.
    Own,
}

impl Kind {
    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stake => "stake",
            Self::EarlyEnd => "unbonding",
            Self::Slashed => "slashing_change",
            Self::SlashedEarlyEnd => "unbonding_slashing_change",
            Self::Own => "self_stake",
        }
    }
}

impl Display for Kind {
    fn fmt(&self, to: &mut Formatter<'_>) -> Written {
        to.write_str(match self {
            Self::Stake => "the stake",
            Self::EarlyEnd => "what its early end left",
            Self::Slashed => "what its slashing left",
            Self::SlashedEarlyEnd => "what the slashing of its early end left",
            Self::Own => "the lock",
        })
    }
}

/// An output that is its owner's again after a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub at: OutPoint,
    /// It, and the script that opens it.
    pub path: SpendPath,
    /// For how many blocks it is locked, counted from its own block on.
    pub time: u16,
    /// Whose signature opens it.
    pub owner: XOnlyKey,
}

/// What the outputs of a delegation follow from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) stake: OutPoint,
    pub(super) sats: u64,
    /// For how many blocks the stake is locked.
    pub(super) time: u16,
    pub(super) staker: &'a XOnlyKey,
    pub(super) fps: &'a [XOnlyKey],
    pub(super) params: &'a Params,
    pub(super) early: &'a PresignedTx,
    /// The transaction that slashes the stake.
    pub(super) slashing: &'a [u8],
    /// The one that slashes the early end.
    pub(super) late: &'a [u8],
}

/// All outputs of an encoded `ActiveBTCDelegation` that are its staker's after a time, whether Bitcoin has them or not. The
/// committee need not have signed.
///
/// # Errors
/// One sentence: a rule is broken.
pub fn of_item(item: &[u8], versions: &Versions) -> Result<Vec<Held>, String> {
    let asked = Asked::read(item, versions)?;
    let read = proto::decode::delegation(item).map_err(|error| error.to_string())?;
    let terms = versions.terms(read.params_version).ok_or("its parameters are not known")?;
    let time = read.end.above(read.start);
    let parts = Parts {
        stake: asked.unsigned.delegation().stake,
        sats: read.sats,
        time: u16::try_from(time).map_err(|_| format!("no stake is locked for {time} blocks"))?,
        staker: &read.staker,
        fps: &read.fps,
        params: terms.params,
        early: &asked.unsigned.unbonding().0,
        slashing: &read.slashing.tx,
        late: &read.unbonding_slashing.tx,
    };
    parts.held()
}

impl Parts<'_> {
    /// Those outputs: each but the first only is in Bitcoin once the one that it comes from was spent.
    pub(super) fn held(&self) -> Result<Vec<Held>, String> {
        let Self { stake, params, staker: owner, early, .. } = *self;
        let none = || "no output key comes out of its scripts".to_owned();
        let parties = Parties { staker: owner, fps: self.fps, committee: &params.committee };
        let staked = StakingOutput::new(&Native, &parties, self.time).ok_or_else(none)?;
        let unbonding = UnbondingOutput::new(&Native, &parties, params.unbonding_time).ok_or_else(none)?;
        let change = ChangeOutput::new(&Native, owner, params.unbonding_time).ok_or_else(none)?;

        let left = early.outputs.first().map_or(0, |output| output.value);
        let unbonded = OutPoint { txid: early.txid(), index: 0 };
        let later = params.unbonding_time;
        let (slashed, slashed_path) = left_by(self.slashing, stake, &change)?;
        let (late, late_path) = left_by(self.late, unbonded, &change)?;
        let all = [
            (Kind::Stake, stake, staked.timelock_path(self.sats), self.time),
            (Kind::EarlyEnd, unbonded, unbonding.timelock_path(left), later),
            (Kind::Slashed, slashed, slashed_path, later),
            (Kind::SlashedEarlyEnd, late, late_path, later),
        ];
        Ok(all.map(|(kind, at, path, time)| Held { kind, at, path, time, owner: *owner }).into())
    }
}

/// What a slashing transaction leaves to the staker.
fn left_by(tx: &[u8], spends: OutPoint, change: &ChangeOutput) -> Result<(OutPoint, SpendPath), String> {
    let tx = PresignedTx::read(tx, 2, &[1, 2]).map_err(|error| format!("a slashing of it: {error}"))?;
    if tx.spends != spends {
        return Err(format!("a slashing of it spends {}, not {spends}", tx.spends));
    }
    let at = OutPoint { txid: tx.txid(), index: 1 };
    let path = tx.outputs.get(1).map(|output| (output, change.timelock_path(output.value)));
    match path {
        Some((output, path)) if *output == path.spent => Ok((at, path)),
        _ => Err(format!("a slashing of it does not leave {at} to its staker")),
    }
}
