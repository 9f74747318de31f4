use primitives::BtcHeight;
use thiserror::Error;

use super::{ActiveStake, Stake};
use crate::{Delegation, DelegationStatus, FpId, Record};

/// How many outputs of one transaction may be stake.
pub const MAX_STAKES: usize = 16;

/// Why stake does not count. The number is its code on the wire; 0 and 1 are taken and known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[repr(u8)]
pub enum StakeRefusal {
    /// Its finality provider is not registered here, or only under a consumer id of before.
    #[error("its finality provider is not registered under the present consumer id")]
    NoFinalityProvider = 2,
    /// Nothing new is taken in for now.
    #[error("the intake is paused")]
    Paused = 3,
    /// Babylon said that it has ended.
    #[error("Babylon said that it has ended")]
    Ended = 4,
    /// It counts on Babylon's word, by another item, output or amount.
    #[error("it counts on Babylon's word by another item, output or amount")]
    Conflicting = 5,
    /// Too many outputs of one transaction are stake.
    #[error("{MAX_STAKES} outputs of its transaction are stake, no more are taken")]
    Full = 6,
    /// The sums do not contain stake that they should. Never while this crate alone writes them.
    #[error("the ledger does not hold it")]
    BrokenLedger = 7,
}

impl StakeRefusal {
    /// Whether telling the same again would change nothing: it is not to be sent again.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Paused | Self::BrokenLedger)
    }

    /// All of them, by their codes from 2 on.
    pub const ALL: [Self; 6] = [
        Self::NoFinalityProvider,
        Self::Paused,
        Self::Ended,
        Self::Conflicting,
        Self::Full,
        Self::BrokenLedger,
    ];
}

/// What to do with stake that counts from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission<'a> {
    /// Nothing: it does already.
    Known,
    /// Nothing, for this reason.
    Refuse(StakeRefusal),
    /// Add it to these of its transaction.
    Add(&'a [Stake]),
    /// Put it in the place of this one of these, whose sats leave the sums where it still had power.
    Replace(&'a [Stake], usize),
    /// Put it in the place of what Babylon said, whose sats leave the sums where it still had power.
    Verify(&'a Delegation),
}

/// Judges stake that counts from now on. `record` is what is kept under its txid, `ended` what is recorded of an early end on
/// Babylon's word, `fp` the number of its finality provider if that takes stake here, `tip` the highest tip of Bitcoin ever seen.
///
/// Other heights than before are no contradiction: a reorganization may have moved the transaction to another block.
pub fn admit_stake<'a>(
    record: Option<&'a Record>,
    ended: Option<DelegationStatus>,
    item: &ActiveStake,
    fp: Option<FpId>,
    tip: Option<BtcHeight>,
    is_paused: bool,
) -> Admission<'a> {
    use Admission::Refuse;
    let Some(fp) = fp else { return Refuse(StakeRefusal::NoFinalityProvider) };
    let stakes = match record {
        Some(Record::Verified(stakes)) => stakes.as_slice(),
        _ => &[],
    };
    let place = stakes.iter().position(|stake| stake.output == item.outpoint.index);
    if place.and_then(|place| stakes.get(place)) == Some(&item.stake(fp)) {
        return Admission::Known;
    }
    if is_paused {
        return Refuse(StakeRefusal::Paused);
    }
    match (record, place) {
        (Some(Record::Foretold), _) => Refuse(StakeRefusal::Ended),
        (Some(Record::Known(trusted)), _) if !is_same(trusted, item) => Refuse(StakeRefusal::Conflicting),
        (Some(Record::Known(trusted)), _) => match trusted.status(ended, tip) {
            DelegationStatus::Unbonding => Refuse(StakeRefusal::Ended),
            DelegationStatus::Active | DelegationStatus::Expired => Admission::Verify(trusted),
        },
        (_, Some(place)) => Admission::Replace(stakes, place),
        (_, None) if stakes.len() >= MAX_STAKES => Refuse(StakeRefusal::Full),
        (_, None) => Admission::Add(stakes),
    }
}

fn is_same(trusted: &Delegation, item: &ActiveStake) -> bool {
    (trusted.digest, trusted.output_index, trusted.sats) == (item.digest, item.outpoint.index, item.sats)
}
