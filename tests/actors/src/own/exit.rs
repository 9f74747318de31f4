//! How a staker leaves early, and how it cannot.

use proto::covenant::bitcoin_spv::{OutPoint, Output as Spent};
use proto::covenant::eots::{Native, SecretKey, schnorr};
use proto::covenant::{Parties, PresignedTx, SpendPath, StakingOutput, UnbondingOutput, XOnlyKey, make};
use proto::covenant::{sighash, witness};

use super::Stakers;
use crate::babylon::Delegation;

/// The early end of a stake, as the staker sends it to Bitcoin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    /// The stake.
    pub spent: Spent,
    /// The transaction with its witness.
    pub tx: Vec<u8>,
}

impl Stakers {
    /// The early end of a stake, signed by its staker, and by those members whose signatures are given. `None` where the stake is none
    /// of this committee.
    pub fn exit(&self, stake: &Delegation, signatures: &[(XOnlyKey, [u8; 64])]) -> Option<Exit> {
        let (tx, path) = self.early_end(stake)?;
        let staker = schnorr::sign(&stake.staker, &sighash(&tx, &path), &[0; 32]);
        let committee = &self.committee.params().committee;
        let witness = witness::unbonding(&path, committee, signatures, &staker);
        Some(Exit { spent: path.spent, tx: tx.with_witness(&witness) })
    }

    /// What somebody who is no member would sign in a member's place.
    pub fn forged(
        &self,
        stake: &Delegation,
        forger: &SecretKey,
        member: XOnlyKey,
    ) -> Option<(XOnlyKey, [u8; 64])> {
        let (tx, path) = self.early_end(stake)?;
        Some((member, schnorr::sign(forger, &sighash(&tx, &path), &[0; 32])))
    }

    fn early_end(&self, stake: &Delegation) -> Option<(PresignedTx, SpendPath)> {
        let params = self.committee.params();
        let staker = XOnlyKey::from(*stake.staker.public_key().as_fp());
        let fps: Vec<XOnlyKey> = stake.fps.iter().map(|fp| XOnlyKey::from(*fp)).collect();
        let parties = Parties { staker: &staker, fps: &fps, committee: &params.committee };
        let time = u16::try_from(stake.event.end_height - stake.event.start_height).ok()?;
        let output = StakingOutput::new(&Native, &parties, time)?;
        let unbonding = UnbondingOutput::new(&Native, &parties, params.unbonding_time)?;
        let spends = OutPoint { txid: stake.staking_tx.txid(), index: stake.event.staking_output_idx };
        let tx = make::unbonding_tx(spends, stake.event.total_sat, params, &unbonding)?;
        Some((tx, output.unbonding_path(stake.event.total_sat)))
    }
}

/// The committee's signatures on the early end, which every delegation of the chain's own carries: whoever has the item has them.
pub fn published(stake: &Delegation) -> Vec<(XOnlyKey, [u8; 64])> {
    let early = stake.event.undelegation_info.iter().flat_map(|info| &info.covenant_unbonding_sig_list);
    let read = |one: &proto::btcstaking::SignatureInfo| {
        Some((XOnlyKey::from_slice(&one.pk).ok()?, one.sig.as_slice().try_into().ok()?))
    };
    early.filter_map(read).collect()
}
