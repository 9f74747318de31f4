//! The early end, completed.

use bitcoin_spv::OutPoint;
use covenant::{Committee, PresignedTx, SpendPath, XOnlyKey, sighash, witness};
use eots::{Native, SecretKey, schnorr};
use primitives::Txid;

use crate::committee::terms::Versions;
use crate::committee::whole::check_whole;
use crate::slash::interpreter;

/// An unbonding transaction that Bitcoin takes while the stake is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Early {
    /// Its id.
    pub txid: Txid,
    /// Its bytes, with the witness.
    pub tx: Vec<u8>,
    /// What it spends.
    pub stake: OutPoint,
    /// What it pays, in sats.
    pub sats: u64,
    /// For how many blocks that stays locked, and slashable.
    pub locked: u16,
}

/// An unbonding transaction without signatures, and who has to sign it.
#[derive(Debug)]
pub(super) struct Unsigned<'a> {
    pub(super) tx: &'a PresignedTx,
    pub(super) path: &'a SpendPath,
    pub(super) staker: XOnlyKey,
    pub(super) committee: &'a Committee,
    /// For how many blocks what it pays stays locked.
    pub(super) locked: u16,
}

/// Completes the unbonding transaction of an encoded `ActiveBTCDelegation` that has all its signatures.
///
/// # Errors
/// One sentence: a rule is broken, the key is another one's, or Bitcoin refuses the result.
pub fn complete(item: &[u8], versions: &Versions, staker: &SecretKey) -> Result<Early, String> {
    check_whole(item, versions)?;
    let read = proto::decode::delegation(item).map_err(|error| error.to_string())?;
    let terms = versions.terms(read.params_version).ok_or("its parameters are not known")?;
    let first = read.fps.first().copied();
    let unsigned = covenant::verify_unsigned(&Native, Some(&terms), &read, |fp| Some(*fp) == first);
    let unsigned = unsigned.map_err(|refusal| format!("{}: {refusal}", refusal.rule()))?;
    let (tx, path) = unsigned.unbonding();
    let params = terms.params;
    let unsigned = Unsigned {
        tx,
        path,
        staker: read.staker,
        committee: &params.committee,
        locked: params.unbonding_time,
    };
    unsigned.check_key(staker)?;
    let signatures = read.unbonding_signatures.iter().filter_map(|(member, signature)| {
        Some((XOnlyKey::from_slice(member).ok()?, signature.as_slice().try_into().ok()?))
    });
    unsigned.complete(&unsigned.valid(signatures), staker)
}

impl Unsigned<'_> {
    /// Refuses the key of somebody else.
    pub(super) fn check_key(&self, staker: &SecretKey) -> Result<(), String> {
        let key: XOnlyKey = (*staker.public_key().as_fp()).into();
        if key != self.staker {
            return Err(format!("the key is of {key}, and the stake of {}", self.staker));
        }
        Ok(())
    }

    /// The valid ones among signatures, one a member.
    pub(super) fn valid(
        &self,
        signatures: impl Iterator<Item = (XOnlyKey, [u8; 64])>,
    ) -> Vec<(XOnlyKey, [u8; 64])> {
        let message = sighash(self.tx, self.path);
        let mut found: Vec<(XOnlyKey, [u8; 64])> = Vec::new();
        for (member, signature) in signatures {
            let is_new = !found.iter().any(|(before, _)| *before == member);
            let is_valid = || schnorr::verify(&Native, &member.into(), &message, &signature).is_ok();
            if is_new && self.committee.contains(&member) && is_valid() {
                found.push((member, signature));
            }
        }
        found
    }

    /// With a quorum's signatures, all valid, and the staker's: as Bitcoin's own interpreter takes it.
    pub(super) fn complete(
        &self,
        signatures: &[(XOnlyKey, [u8; 64])],
        staker: &SecretKey,
    ) -> Result<Early, String> {
        let own = schnorr::sign(staker, &sighash(self.tx, self.path), &[0; 32]);
        let bytes = self.tx.with_witness(&witness::unbonding(self.path, self.committee, signatures, &own));
        interpreter::check(&self.path.spent, &bytes)?;
        Ok(Early {
            txid: self.tx.txid(),
            tx: bytes,
            stake: self.tx.spends,
            sats: self.tx.outputs.first().map_or(0, |output| output.value),
            locked: self.locked,
        })
    }
}
