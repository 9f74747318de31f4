use primitives::{BtcHeight, FpPublicKey, Sats};
use serde::{Deserialize, Serialize};

use crate::{Bucket, PerDenom, PerSat};

/// By what a stake earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// The finality provider that it is staked to.
    pub fp: FpPublicKey,
    /// How much.
    pub sats: Sats,
    /// The first height of Bitcoin at which it does not count any more: the end of its lock less the unbonding time.
    pub expiry: BtcHeight,
}

/// What is kept of a stake that earns, or has something to claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// What it earned before, in coins.
    pub owed: PerDenom<u128>,
    /// By what it earns; `None` once it has ended.
    pub accrual: Option<Accrual>,
}

/// A stake that earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accrual {
    /// The finality provider that it is staked to.
    pub fp: FpPublicKey,
    /// How much.
    pub sats: Sats,
    /// When it expires.
    pub expiry: BtcHeight,
    /// Where the indices stood when it was settled last.
    pub since: PerDenom<PerSat>,
    /// What it had below a whole coin then.
    pub parts: PerDenom<u64>,
}

impl Account {
    /// Nothing yet.
    pub(crate) fn new(staker_key: [u8; 32]) -> Self {
        Self { staker_key, owed: PerDenom::default(), accrual: None }
    }

    /// What a claim pays where the indices stand there: those of the finality provider, or of the bucket once that is closed.
    pub fn owed_at(&self, index: &PerDenom<PerSat>) -> PerDenom<u128> {
        let mut owed = self.owed.clone();
        if let Some(accrual) = &self.accrual {
            for (denom, _) in index.iter() {
                let (coins, _) = accrual.earned(denom, index.get(denom));
                owed.set(denom, owed.get(denom).saturating_add(coins));
            }
        }
        owed
    }

    /// Turns what was earned up to there into what is owed; parts of coins stay.
    pub(crate) fn settle(&mut self, index: &PerDenom<PerSat>) {
        self.owed = self.owed_at(index);
        if let Some(accrual) = &mut self.accrual {
            for (denom, now) in index.iter() {
                let (_, parts) = accrual.earned(denom, now);
                accrual.parts.set(denom, parts);
            }
            accrual.since = index.clone();
        }
    }
}

impl Accrual {
    /// Coins and parts since it was settled last, and the parts of before.
    fn earned(&self, denom: crate::DenomId, now: PerSat) -> (u128, u64) {
        now.since(self.since.get(denom)).times(self.sats.get(), self.parts.get(denom))
    }

    /// Which stakes it expires with.
    pub const fn bucket(&self) -> Bucket {
        Bucket { height: self.expiry, fp: self.fp }
    }

    /// Whether it earns by these.
    pub(crate) fn is_by(&self, terms: &Terms) -> bool {
        (self.fp, self.sats, self.expiry) == (terms.fp, terms.sats, terms.expiry)
    }
}
