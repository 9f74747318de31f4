use eots::SecretKey;
use primitives::{FpPublicKey, Txid};
use proto::btcstaking::{ActiveBtcDelegation, BtcUndelegationInfo, CovenantAdaptorSignatures, SignatureInfo};
use rand::{Rng, RngCore};

use super::committee::Beginning;
use super::{Babylon, BabylonError, transactions};
use crate::{address::address, finality_provider::secret_key, miner::Transaction, randomness};

/// Which form the covenant's adaptor signatures have: both are seen on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdaptorSignatures {
    /// 65 bytes, `02 or 03 || R0.x || s`: what Babylon v3 makes.
    New,
    /// 66 bytes, `02 || R.x || s || 00 or 01`: what it still reads.
    Old,
}

/// What a staker wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stake {
    /// The finality providers, at most one of each chain. Without one of Babylon's, its own is put first.
    pub fps: Vec<FpPublicKey>,
    /// How much, in sats.
    pub sats: u64,
    /// The time lock, in blocks of Bitcoin.
    pub staking_time: u32,
    /// How long unbonding takes, in blocks of Bitcoin; less than the time lock.
    pub unbonding_time: u32,
    /// nLockTime of the staking transaction. `None`: something that wallets do, by chance: 0, the
    /// height of Bitcoin, a height far above 65,535, or a time.
    pub lock_time: Option<u32>,
    /// The form of the covenant's signatures.
    pub adaptor_signatures: AdaptorSignatures,
}

impl Stake {
    /// For 64,000 blocks, with 1,008 blocks to unbond.
    pub fn new(fps: &[FpPublicKey], sats: u64) -> Self {
        Self {
            fps: fps.to_vec(),
            sats,
            staking_time: 64_000,
            unbonding_time: 1_008,
            lock_time: None,
            adaptor_signatures: AdaptorSignatures::New,
        }
    }
}

/// A delegation as Babylon keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Delegation {
    /// What consumers are told when it becomes active.
    pub event: ActiveBtcDelegation,
    /// Its finality providers.
    pub fps: Vec<FpPublicKey>,
    /// Whose stake it is.
    pub staker: SecretKey,
    /// The staking transaction.
    pub staking_tx: Transaction,
    /// The transaction that ends it early.
    pub unbonding_tx: Transaction,
    /// Whether it was ended early.
    pub is_unbonded: bool,
}

impl Delegation {
    /// The Bitcoin height from which on its power is gone, early end or not.
    pub const fn expiry_height(&self) -> u32 {
        self.event.end_height.saturating_sub(self.event.unbonding_time)
    }

    /// Whether it gives power while the highest tip of Bitcoin is `tip`.
    pub const fn is_active(&self, tip: u32) -> bool {
        !self.is_unbonded && tip < self.expiry_height()
    }
}

impl Babylon {
    /// Makes every transaction and signature of a delegation that starts at Bitcoin's tip.
    ///
    /// # Errors
    /// [`BabylonError::BadStake`], where a committee signs.
    pub(super) fn make_delegation(
        &mut self,
        stake: &Stake,
        previous: Option<(Txid, u32)>,
    ) -> Result<Delegation, BabylonError> {
        let start_height = self.bitcoin.tip_height();
        let lock_time = stake.lock_time.unwrap_or_else(|| {
            let habits = [0, start_height, 870_000, 1_730_000_000];
            habits[self.rng.gen_range(0..habits.len())]
        });
        let rng = &mut self.rng;
        if let Some(committee) = &self.committee {
            let beginning = Beginning { lock_time, start_height, previous };
            let Stake { sats, staking_time, unbonding_time, .. } = *stake;
            let bad = BabylonError::BadStake { sats, staking_time, unbonding_time };
            return committee.delegate(rng, stake, &beginning).ok_or(bad);
        }
        let (staking_tx, index) = transactions::staking(rng, stake.sats, lock_time, previous);
        let txid = staking_tx.txid();
        let unbonding_tx = transactions::unbonding(rng, txid, index, stake.sats);
        let slashing_tx = transactions::slashing(rng, txid, index, stake.sats);
        let unbonding_slashing_tx =
            transactions::slashing(rng, unbonding_tx.txid(), 0, unbonding_tx.outputs[0].sats);
        let staker = secret_key(rng);
        let staker_account: [u8; 20] = randomness::bytes(rng);
        let undelegation_info = BtcUndelegationInfo {
            unbonding_tx: unbonding_tx.serialize_stripped(),
            slashing_tx: unbonding_slashing_tx.serialize_stripped(),
            delegator_slashing_sig: randomness::bytes::<64>(rng).to_vec(),
            covenant_slashing_sigs: self.covenant_signatures(stake),
            covenant_unbonding_sig_list: self.covenant_unbonding(),
            delegator_unbonding_info: None,
        };
        let event = ActiveBtcDelegation {
            staker_addr: address("bbn", &staker_account),
            btc_pk_hex: staker.public_key().to_string(),
            fp_btc_pk_list: stake.fps.iter().map(FpPublicKey::to_string).collect(),
            start_height,
            end_height: start_height.saturating_add(stake.staking_time),
            total_sat: stake.sats,
            staking_tx: staking_tx.serialize(),
            slashing_tx: slashing_tx.serialize_stripped(),
            delegator_slashing_sig: randomness::bytes::<64>(&mut self.rng).to_vec(),
            covenant_sigs: self.covenant_signatures(stake),
            staking_output_idx: index,
            unbonding_time: stake.unbonding_time,
            undelegation_info: Some(undelegation_info),
            params_version: 0,
        };
        Ok(Delegation { event, fps: stake.fps.clone(), staker, staking_tx, unbonding_tx, is_unbonded: false })
    }

    fn covenant_signatures(&mut self, stake: &Stake) -> Vec<CovenantAdaptorSignatures> {
        let rng = &mut self.rng;
        let mut signature = || {
            let mut signature = vec![2];
            signature.extend(randomness::bytes::<64>(rng));
            if stake.adaptor_signatures == AdaptorSignatures::Old {
                signature.push(u8::from(rng.next_u32() & 1 == 1));
            }
            signature
        };
        let mut member = |key: &[u8; 32]| CovenantAdaptorSignatures {
            cov_pk: key.to_vec(),
            adaptor_sigs: stake.fps.iter().map(|_| signature()).collect(),
        };
        self.covenant.iter().map(&mut member).collect()
    }

    fn covenant_unbonding(&mut self) -> Vec<SignatureInfo> {
        let rng = &mut self.rng;
        let mut member =
            |key: &[u8; 32]| SignatureInfo { pk: key.to_vec(), sig: randomness::bytes::<64>(rng).to_vec() };
        self.covenant.iter().map(&mut member).collect()
    }
}
