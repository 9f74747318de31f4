use std::collections::BTreeSet;

use primitives::{FpPublicKey, Sats, Txid};
use proto::{
    btccheckpoint::TransactionInfo,
    btcstaking::{InclusionProof, UnbondedBtcDelegation},
};
use sha2::{Digest, Sha256};

use super::{Babylon, BabylonError, Stake, delegation::Delegation, events::Event};
use crate::miner::Transaction;

/// What an operator compares between Babylon and the contract (RULINGS.md, "Packets and items").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDigest {
    /// How many finality providers have stake.
    pub fps: usize,
    /// The sum of their stake.
    pub total_sats: u64,
    /// sha256 over `key 32 || sats u64 BE` of each, in ascending order of keys.
    pub sha256: [u8; 32],
}

impl Babylon {
    /// Makes a delegation that is active at once, starting at Bitcoin's tip, and queues it for every consumer
    /// whose finality provider it names.
    ///
    /// # Errors
    /// [`BabylonError::BadStake`], [`BabylonError::UnknownFp`], [`BabylonError::Slashed`] or
    /// [`BabylonError::SecondFpOfChain`].
    pub fn delegate(&mut self, stake: Stake) -> Result<Txid, BabylonError> {
        self.add_delegation(stake, None)
    }

    /// Ends a delegation and starts a bigger one with its stake, in one transaction of two inputs. Both
    /// events go into the queue together.
    ///
    /// # Errors
    /// Those of [`Babylon::delegate`] and [`Babylon::undelegate`].
    pub fn expand(&mut self, previous: &Txid, more_sats: u64) -> Result<Txid, BabylonError> {
        let old = self.active_delegation(previous)?.clone();
        let stake = Stake {
            staking_time: old.event.end_height - old.event.start_height,
            unbonding_time: old.event.unbonding_time,
            ..Stake::new(&old.fps, old.event.total_sat.saturating_add(more_sats))
        };
        let txid = self.add_delegation(stake, Some((*previous, old.event.staking_output_idx)))?;
        let spending = self.delegations[&txid].staking_tx.clone();
        self.end_delegation(previous, &spending, None)?;
        Ok(txid)
    }

    /// Ends a delegation early by its unbonding transaction and queues that for the consumers.
    ///
    /// # Errors
    /// [`BabylonError::UnknownDelegation`] or [`BabylonError::NotActive`].
    pub fn undelegate(&mut self, txid: &Txid) -> Result<(), BabylonError> {
        let unbonding = self.active_delegation(txid)?.unbonding_tx.clone();
        self.end_delegation(txid, &unbonding, None)
    }

    /// The same, with the proof that the unbonding transaction is in Bitcoin ([`Miner::inclusion`] of
    /// [`Delegation::unbonding_tx`]).
    ///
    /// # Errors
    /// Those of [`Babylon::undelegate`].
    ///
    /// [`Miner::inclusion`]: crate::Miner::inclusion
    pub fn undelegate_proven(&mut self, txid: &Txid, inclusion: TransactionInfo) -> Result<(), BabylonError> {
        let unbonding = self.active_delegation(txid)?.unbonding_tx.clone();
        let proof = InclusionProof { key: inclusion.key, proof: inclusion.proof };
        self.end_delegation(txid, &unbonding, Some(proof))
    }

    /// A delegation by the txid of its staking transaction.
    pub fn delegation(&self, txid: &Txid) -> Option<&Delegation> {
        self.delegations.get(txid)
    }

    /// The txids of all delegations there ever were, ascending.
    pub fn txids(&self) -> impl Iterator<Item = &Txid> {
        self.delegations.keys()
    }

    /// The stake behind a finality provider: of delegations that were not ended and have not run out; none
    /// if it is slashed.
    pub fn active_sats(&self, fp: &FpPublicKey) -> u64 {
        if self.fps.get(fp).is_none_or(|fp| fp.is_slashed) {
            return 0;
        }
        let tip = self.bitcoin.highest_tip;
        let active = self.delegations.values().filter(|one| one.is_active(tip) && one.fps.contains(fp));
        active.map(|one| one.event.total_sat).sum()
    }

    /// The finality providers of a consumer that have stake, ascending by key, and how much.
    pub fn power_table(&self, client: &str) -> Vec<(FpPublicKey, u64)> {
        self.fps
            .values()
            .filter(|fp| fp.bsn_id == client)
            .map(|fp| (fp.key, self.active_sats(&fp.key)))
            .filter(|(_, sats)| *sats > 0)
            .collect()
    }

    /// Digests the power table of a consumer. The contract's answer must be the same.
    pub fn state_digest(&self, client: &str) -> StateDigest {
        let table = self.power_table(client);
        let mut hasher = Sha256::new();
        for (key, sats) in &table {
            hasher.update(key.as_bytes());
            hasher.update(sats.to_be_bytes());
        }
        StateDigest {
            fps: table.len(),
            total_sats: table.iter().map(|(_, sats)| sats).sum(),
            sha256: hasher.finalize().into(),
        }
    }

    fn active_delegation(&self, txid: &Txid) -> Result<&Delegation, BabylonError> {
        let delegation = self.delegations.get(txid).ok_or(BabylonError::UnknownDelegation { txid: *txid })?;
        if !delegation.is_active(self.bitcoin.highest_tip) {
            return Err(BabylonError::NotActive { txid: *txid });
        }
        Ok(delegation)
    }

    fn end_delegation(
        &mut self,
        txid: &Txid,
        spending: &Transaction,
        proof: Option<InclusionProof>,
    ) -> Result<(), BabylonError> {
        let unknown = BabylonError::UnknownDelegation { txid: *txid };
        let delegation = self.delegations.get_mut(txid).ok_or(unknown)?;
        delegation.is_unbonded = true;
        let event = UnbondedBtcDelegation {
            staking_tx_hash: txid.to_string(),
            unbonding_tx_sig: Vec::new(),
            stake_spending_tx: spending.serialize(),
            proof,
        };
        for client in self.chains_of(&self.delegations[txid].fps) {
            self.queue(&client, Event::Unbonded(event.clone()));
        }
        Ok(())
    }

    fn add_delegation(
        &mut self,
        mut stake: Stake,
        previous: Option<(Txid, u32)>,
    ) -> Result<Txid, BabylonError> {
        let Stake { sats, staking_time, unbonding_time, .. } = stake;
        if sats == 0 || Sats::new(sats).is_err() || unbonding_time >= staking_time {
            return Err(BabylonError::BadStake { sats, staking_time, unbonding_time });
        }
        self.check_fps(&mut stake.fps)?;
        let delegation = self.make_delegation(&stake, previous)?;
        let txid = delegation.staking_tx.txid();
        for client in self.chains_of(&delegation.fps) {
            self.queue(&client, Event::Active(delegation.event.clone()));
        }
        self.delegations.insert(txid, delegation);
        Ok(txid)
    }

    /// One of Babylon and at most one of each consumer, none slashed.
    fn check_fps(&self, keys: &mut Vec<FpPublicKey>) -> Result<(), BabylonError> {
        let mut chains = BTreeSet::new();
        for key in keys.iter() {
            let fp = self.fps.get(key).ok_or(BabylonError::UnknownFp { fp: *key })?;
            if fp.is_slashed {
                return Err(BabylonError::Slashed { fp: *key });
            }
            if !chains.insert(&fp.bsn_id) {
                return Err(BabylonError::SecondFpOfChain { chain: fp.bsn_id.clone(), fp: *key });
            }
        }
        if !chains.contains(&self.chain_id) {
            keys.insert(0, self.own_fp);
        }
        Ok(())
    }

    fn chains_of(&self, fps: &[FpPublicKey]) -> Vec<String> {
        fps.iter().filter_map(|fp| self.fps.get(fp)).map(|fp| fp.bsn_id.clone()).collect()
    }
}
