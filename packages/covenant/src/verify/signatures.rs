use eots::{Recover, schnorr};

use crate::{
    AdaptorSignature, Committee, EncryptionKey, MemberSignatures, PresignedTx, Refusal, SpendPath, Stage,
    XOnlyKey, sighash,
};

/// Who must have signed, and for whom.
pub(super) struct Signers<'a> {
    pub(super) staker: &'a XOnlyKey,
    pub(super) committee: &'a Committee,
    /// Our finality provider's key.
    pub(super) encryption: &'a EncryptionKey,
    /// Its place in the delegation's list, and so in each member's.
    pub(super) place: usize,
    /// Whether the committee must have signed; else its signatures are not looked at.
    pub(super) is_signed: bool,
}

impl Signers<'_> {
    /// Rule S26, S41
    pub(super) fn check_staker(
        &self,
        recover: &impl Recover,
        message: &[u8; 32],
        signature: &[u8],
        stage: Stage,
    ) -> Result<[u8; 64], Refusal> {
        let is_valid = |signature: &[u8; 64]| is_signed(recover, self.staker, message, signature);
        let signature = signature.try_into().ok().filter(is_valid);
        signature.ok_or(Refusal::StakerSignature { stage })
    }

    /// Rule S27, S42: the first quorum of valid signatures. Invalid ones among enough good ones are no reason to refuse.
    pub(super) fn check_quorum(
        &self,
        recover: &impl Recover,
        message: &[u8; 32],
        entries: &[MemberSignatures],
        stage: Stage,
    ) -> Result<Vec<(XOnlyKey, AdaptorSignature)>, Refusal> {
        if !self.is_signed {
            return Ok(Vec::new());
        }
        let entries = entries.iter().map(|entry| (&entry.member[..], entry));
        let found = self.quorum(entries, |member, entry| {
            let signature = AdaptorSignature::parse(entry.signatures.get(self.place)?).ok()?;
            signature.verify(recover, member, self.encryption, message).ok()?;
            Some(signature)
        });
        let (got, needed) = (found.len(), self.committee.quorum());
        if got < usize::from(needed) { Err(Refusal::Quorum { stage, got, needed }) } else { Ok(found) }
    }

    /// Rule S50
    pub(super) fn check_unbonding(
        &self,
        recover: &impl Recover,
        tx: &PresignedTx,
        path: &SpendPath,
        entries: &[(Vec<u8>, Vec<u8>)],
    ) -> Result<(), Refusal> {
        if !self.is_signed {
            return Ok(());
        }
        let message = sighash(tx, path);
        let entries = entries.iter().map(|(member, signature)| (&member[..], signature));
        let found = self.quorum(entries, |member, signature| {
            let signature: &[u8; 64] = signature[..].try_into().ok()?;
            is_signed(recover, member, &message, signature).then_some(())
        });
        let (got, needed) = (found.len(), self.committee.quorum());
        if got < usize::from(needed) { Err(Refusal::UnbondingQuorum { got, needed }) } else { Ok(()) }
    }

    /// Looks at as many entries as the committee has members and evaluates each member once, up to a quorum.
    fn quorum<'e, E, S>(
        &self,
        entries: impl Iterator<Item = (&'e [u8], E)>,
        mut evaluate: impl FnMut(&XOnlyKey, E) -> Option<S>,
    ) -> Vec<(XOnlyKey, S)> {
        let members = self.committee.members();
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for (member, entry) in entries.take(members.len()) {
            if found.len() >= usize::from(self.committee.quorum()) {
                break;
            }
            let Ok(member) = XOnlyKey::from_slice(member) else { continue };
            if !self.committee.contains(&member) || seen.contains(&member) {
                continue;
            }
            seen.push(member);
            found.extend(evaluate(&member, entry).map(|signature| (member, signature)));
        }
        found
    }
}

fn is_signed(recover: &impl Recover, key: &XOnlyKey, message: &[u8; 32], signature: &[u8; 64]) -> bool {
    schnorr::verify(recover, &(*key).into(), message, signature).is_ok()
}
