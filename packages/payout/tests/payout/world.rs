//! Short names for what the tests do.

use bsn_payout::bitcoin_spv::OutPoint;
use bsn_payout::memory::MemoryLedger;
use bsn_payout::primitives::{BtcHeight, FpPublicKey, Sats, Txid, UnixTime};
use bsn_payout::{Ledger, Rate, Share, ShareError, Terms, begin, claim, set_commission, stop, take};

pub const FOREVER: u32 = 1_000_000;

#[derive(Default, Clone, PartialEq, Debug)]
pub struct World {
    pub ledger: MemoryLedger,
    pub tip: u32,
    pub now: u64,
}

pub fn fp(n: u8) -> FpPublicKey {
    FpPublicKey::from_bytes([n; 32])
}

pub fn stake(n: u8) -> OutPoint {
    OutPoint { txid: Txid::from_bytes([n; 32]), index: 0 }
}

/// Stake n is staked by staker n.
pub fn terms(n: u8, to: u8, sats: u64, expiry: u32) -> Terms {
    Terms { staker_key: [n; 32], fp: fp(to), sats: Sats::new(sats).unwrap(), expiry: BtcHeight::new(expiry) }
}

pub fn coins(all: &[(&str, u128)]) -> Vec<(String, u128)> {
    all.iter().map(|(denom, coins)| ((*denom).to_owned(), *coins)).collect()
}

pub fn share(to: u8, all: &[(&str, u128)]) -> Share {
    Share { fp: fp(to), coins: coins(all) }
}

impl World {
    pub fn begin(&mut self, n: u8, to: u8, sats: u64, expiry: u32) {
        begin(&mut self.ledger, &stake(n), &terms(n, to, sats, expiry)).unwrap();
    }

    pub fn stop(&mut self, n: u8) {
        stop(&mut self.ledger, &stake(n)).unwrap();
    }

    /// Coins of one denomination for one finality provider.
    pub fn pay(&mut self, to: u8, amount: u128) {
        self.take(&[share(to, &[("a", amount)])], &[("a", amount)]).unwrap();
    }

    pub fn take(&mut self, shares: &[Share], funds: &[(&str, u128)]) -> Result<(), ShareError> {
        take(&mut self.ledger, self.tip.into(), shares, &coins(funds)).unwrap()
    }

    pub fn claim(&mut self, n: u8) -> Option<u128> {
        self.claim_of(n, "a")
    }

    pub fn claim_of(&mut self, n: u8, denom: &str) -> Option<u128> {
        let claimed = claim(&mut self.ledger, &stake(n)).unwrap()?;
        assert_eq!(claimed.staker_key, [n; 32]);
        let denom = self.ledger.denoms().unwrap().find(denom);
        Some(denom.map_or(0, |denom| claimed.coins.get(denom)))
    }

    /// What a claim would pay.
    pub fn owed(&self, n: u8) -> Option<u128> {
        let account = self.ledger.account(&stake(n)).unwrap()?;
        let denom = self.ledger.denoms().unwrap().find("a");
        let index = match &account.accrual {
            None => Default::default(),
            Some(accrual) => match self.ledger.closed(&accrual.bucket()).unwrap() {
                Some(closed) => closed.index,
                None => self.ledger.provider(&accrual.fp).unwrap().index(),
            },
        };
        Some(denom.map_or(0, |denom| account.owed_at(&index).get(denom)))
    }

    pub fn account(&self, to: u8) -> u128 {
        let denom = self.ledger.denoms().unwrap().find("a");
        denom.map_or(0, |denom| self.ledger.provider(&fp(to)).unwrap().account().get(denom))
    }

    pub fn set_commission(&mut self, to: u8, bps: u16) -> bool {
        let rate = Rate::new(bps).unwrap();
        set_commission(&mut self.ledger, &fp(to), rate, UnixTime::new(self.now)).unwrap().is_ok()
    }

    /// A commission that took some days to rise.
    pub fn raise_to(&mut self, to: u8, bps: u16) {
        for rate in (100..=bps).step_by(100) {
            self.now += 86_400;
            assert!(self.set_commission(to, rate));
        }
    }
}
