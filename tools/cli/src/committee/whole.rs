//! A staker's delegation and its members' signatures, put together.

use covenant::{AdaptorSignature, Share, Unsigned};
use eots::Native;
use primitives::FpPublicKey;
use prost::Message;
use proto::btcstaking::{ActiveBtcDelegation, CovenantAdaptorSignatures, SignatureInfo};

use super::terms::Versions;

/// A delegation with its transactions and its staker's signatures in order, and who it is for.
#[derive(Debug, Clone)]
pub struct Asked {
    item: Vec<u8>,
    version: u32,
    /// What the committee signs.
    pub unsigned: Unsigned,
}

impl Asked {
    /// Reads an encoded `ActiveBTCDelegation` and holds it against every rule but those of the committee's signatures. Who is
    /// registered is not asked: the staker chose whom to delegate to.
    ///
    /// # Errors
    /// One sentence: it does not parse, or the rule that it breaks.
    pub fn read(item: &[u8], versions: &Versions) -> Result<Self, String> {
        let read = proto::decode::delegation(item).map_err(|error| error.to_string())?;
        let (terms, first) = (versions.terms(read.params_version), read.fps.first().copied());
        let unsigned = covenant::verify_unsigned(&Native, terms.as_ref(), &read, |fp| Some(*fp) == first);
        let unsigned = unsigned.map_err(|refusal| format!("{}: {refusal}", refusal.rule()))?;
        Ok(Self { item: item.to_vec(), version: read.params_version, unsigned })
    }

    /// Checks one member's signatures.
    ///
    /// # Errors
    /// One sentence: which is not valid, or whose they are.
    pub fn check(&self, versions: &Versions, share: &Share) -> Result<(), String> {
        let terms = versions.terms(self.version);
        let terms = terms.ok_or_else(|| format!("parameters version {} is not known", self.version))?;
        let checked = self.unsigned.check(&Native, &terms.params.committee, share);
        checked.map_err(|fault| format!("{}: {fault}", share.member))
    }

    /// The encoded `ActiveBTCDelegation` with these members' signatures, once a contract would take it, whichever of its
    /// finality providers is registered there, and once the early end is signed.
    ///
    /// # Errors
    /// One sentence: the rule that is still broken, such as S27 where too few signed.
    pub fn whole(&self, versions: &Versions, shares: &[Share]) -> Result<Vec<u8>, String> {
        let bytes = self.with(shares)?;
        check_whole(&bytes, versions)?;
        Ok(bytes)
    }

    fn with(&self, shares: &[Share]) -> Result<Vec<u8>, String> {
        let mut item =
            ActiveBtcDelegation::decode(self.item.as_slice()).map_err(|error| error.to_string())?;
        let early = item.undelegation_info.as_mut().ok_or("it has no early end")?;
        let all = |share: &Share, of: &[AdaptorSignature]| CovenantAdaptorSignatures {
            cov_pk: share.member.as_bytes().to_vec(),
            adaptor_sigs: of.iter().map(|one| one.to_bytes().to_vec()).collect(),
        };
        early.covenant_slashing_sigs =
            shares.iter().map(|share| all(share, &share.unbonding_slashing)).collect();
        let pair = |share: &Share| SignatureInfo {
            pk: share.member.as_bytes().to_vec(),
            sig: share.unbonding.to_vec(),
        };
        early.covenant_unbonding_sig_list = shares.iter().map(pair).collect();
        item.covenant_sigs = shares.iter().map(|share| all(share, &share.slashing)).collect();
        Ok(item.encode_to_vec())
    }
}

/// Checks an encoded `ActiveBTCDelegation` with all its signatures by every rule, for each of its finality providers.
///
/// # Errors
/// One sentence: the rule that is broken, and for whom.
pub fn check_whole(item: &[u8], versions: &Versions) -> Result<(), String> {
    let read = proto::decode::delegation(item).map_err(|error| error.to_string())?;
    let terms = versions.terms(read.params_version);
    for ours in &read.fps {
        covenant::verify(&Native, terms.as_ref(), &read, |fp| fp == ours)
            .map_err(|refusal| format!("for {}: {}: {refusal}", FpPublicKey::from(*ours), refusal.rule()))?;
    }
    if read.fps.is_empty() { Err("it names no finality provider".to_owned()) } else { Ok(()) }
}
