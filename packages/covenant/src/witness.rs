//! The witnesses of the three ways to spend: signatures, then the script, then the control block.
//!
//! A script takes its last element first. So the staker's signature, which it checks first, stands last, and the
//! signatures for a list of keys stand in the reverse order of the keys. A key without a signature gets an empty element,
//! and exactly as many must sign as the script says: `NUMEQUAL` refuses one more.

use crate::{Committee, Parties, SpendPath, XOnlyKey};

/// By the staker alone, after the time lock.
pub fn timelock(path: &SpendPath, staker: &[u8; 64]) -> Vec<Vec<u8>> {
    finish(path, vec![staker.to_vec()])
}

/// By the staker and a quorum of the committee.
pub fn unbonding(
    path: &SpendPath,
    committee: &Committee,
    signatures: &[(XOnlyKey, [u8; 64])],
    staker: &[u8; 64],
) -> Vec<Vec<u8>> {
    let mut stack = quorum(committee, signatures);
    stack.push(staker.to_vec());
    finish(path, stack)
}

/// By the staker, one finality provider and a quorum of the committee.
pub fn slashing(
    path: &SpendPath,
    parties: &Parties<'_>,
    signatures: &[(XOnlyKey, [u8; 64])],
    fp: &(XOnlyKey, [u8; 64]),
    staker: &[u8; 64],
) -> Vec<Vec<u8>> {
    let mut fps = parties.fps.to_vec();
    fps.sort_unstable();
    let mut stack = quorum(parties.committee, signatures);
    stack.extend(of_keys(&fps, core::slice::from_ref(fp)));
    stack.push(staker.to_vec());
    finish(path, stack)
}

fn quorum(committee: &Committee, signatures: &[(XOnlyKey, [u8; 64])]) -> Vec<Vec<u8>> {
    let enough = signatures.get(..committee.quorum().into()).unwrap_or(signatures);
    of_keys(committee.members(), enough).collect()
}

/// One element a key, from the last key to the first.
fn of_keys<'a>(
    sorted: &'a [XOnlyKey],
    signatures: &'a [(XOnlyKey, [u8; 64])],
) -> impl Iterator<Item = Vec<u8>> + 'a {
    let of = |key: &XOnlyKey| signatures.iter().find(|(signer, _)| signer == key);
    sorted.iter().rev().map(move |key| of(key).map_or_else(Vec::new, |(_, signature)| signature.to_vec()))
}

fn finish(path: &SpendPath, mut stack: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    stack.extend([path.leaf.script.clone(), path.control_block.clone()]);
    stack
}
