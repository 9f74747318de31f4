//! The early end, completed.

use bitcoin_spv::OutPoint;
use covenant::{XOnlyKey, sighash, witness};
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

/// Completes the unbonding transaction of an encoded `ActiveBTCDelegation` that has all its signatures.
///
/// # Errors
/// One sentence: a rule is broken, the key is another one's, or Bitcoin refuses the result.
pub fn complete(item: &[u8], versions: &Versions, staker: &SecretKey) -> Result<Early, String> {
    check_whole(item, versions)?;
    let read = proto::decode::delegation(item).map_err(|error| error.to_string())?;
    let key: XOnlyKey = (*staker.public_key().as_fp()).into();
    if key != read.staker {
        return Err(format!("the key is of {key}, and the stake of {}", read.staker));
    }
    let terms = versions.terms(read.params_version).ok_or("its parameters are not known")?;
    let committee = &terms.params.committee;
    let first = read.fps.first().copied();
    let unsigned = covenant::verify_unsigned(&Native, Some(&terms), &read, |fp| Some(*fp) == first);
    let unsigned = unsigned.map_err(|refusal| format!("{}: {refusal}", refusal.rule()))?;
    let (tx, path) = unsigned.unbonding();
    let message = sighash(tx, path);
    let mut signatures: Vec<(XOnlyKey, [u8; 64])> = Vec::new();
    for (member, signature) in &read.unbonding_signatures {
        let (Ok(member), Ok(signature)) =
            (XOnlyKey::from_slice(member), <[u8; 64]>::try_from(signature.as_slice()))
        else {
            continue;
        };
        let is_new = !signatures.iter().any(|(before, _)| *before == member);
        let is_valid = || schnorr::verify(&Native, &member.into(), &message, &signature).is_ok();
        if is_new && committee.contains(&member) && is_valid() {
            signatures.push((member, signature));
        }
    }
    let own = schnorr::sign(staker, &message, &[0; 32]);
    let bytes = tx.with_witness(&witness::unbonding(path, committee, &signatures, &own));
    interpreter::check(&path.spent, &bytes)?;
    Ok(Early {
        txid: tx.txid(),
        tx: bytes,
        stake: unsigned.delegation().stake,
        sats: tx.outputs.first().map_or(0, |output| output.value),
        locked: terms.params.unbonding_time,
    })
}
