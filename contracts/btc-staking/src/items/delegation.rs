use api::btc_staking::Family;
use bitcoin_spv::{OutPoint, Transaction};
use cosmwasm_std::{StdResult, Storage};
use covenant::{BABYLON_GRACE, Delegation, OWN_GRACE, Params, Refusal, Terms, Verified, XOnlyKey, verify};
use eots::Recover;
use primitives::BtcHeight;
use sha2::{Digest, Sha256};

use super::slashing::slashing_data;
use crate::error::{ContractError, NotIncluded};
use crate::refused::Refused;
use crate::state::{Facts, Said, Stakes, family_byte, load_terms};

/// The most inputs of a staking transaction: each is recorded as spent when it is proven.
pub const MAX_INPUTS: usize = 256;
/// The most stakes that wait for their proof.
pub const MAX_WAITING: u64 = 100_000;
/// Babylon vouches for what it sends.
const VOUCHED: bool = true;

/// What items of one message are held against.
pub struct Taking<R, F> {
    /// Whose parameters they are made under.
    pub family: Family,
    /// The chain's recovery.
    pub recover: R,
    /// Whether a finality provider is registered here, by whoever's items these are.
    pub is_registered: F,
    /// The last version that was looked up.
    pub version: Option<Looked>,
}

/// A version that was looked up.
pub struct Looked {
    /// Its number.
    number: u32,
    /// Its parameters, and from where on the next one is in force; `None` if it is unknown.
    known: Option<(Params, Option<BtcHeight>)>,
}

impl<R: Recover, F: Fn(&XOnlyKey) -> bool> Taking<R, F> {
    /// Holds items against the parameters of a family.
    pub const fn new(family: Family, recover: R, is_registered: F) -> Self {
        Self { family, recover, is_registered, version: None }
    }

    /// Holds an item against every rule about bytes; the parameters that it is made under come along.
    ///
    /// # Errors
    /// Those of storage; within, the rule that it breaks.
    pub fn verify(
        &mut self,
        storage: &dyn Storage,
        item: &Delegation,
    ) -> StdResult<Result<(Verified, &Params), Refused>> {
        let number = item.params_version;
        if self.version.as_ref().is_none_or(|version| version.number != number) {
            let known = load_terms(storage, self.family, number)?;
            self.version = Some(Looked { number, known });
        }
        let known = self.version.as_ref().and_then(|version| version.known.as_ref());
        let terms = known.map(|(params, superseded)| terms(self.family, params, *superseded));
        let verified = match verify(&self.recover, terms.as_ref(), item, &self.is_registered) {
            Ok(verified) => verified,
            Err(broken) => return Ok(Err(broken.into())),
        };
        let params = known.map(|(params, _)| params).ok_or(Refusal::UnknownParams(number));
        Ok(params.map(|params| (verified, params)).map_err(Refused::from))
    }
}

/// Takes a delegation: verifies it by every rule about bytes, and lets it wait for its proof.
///
/// # Errors
/// Those of storage; within, why it is refused.
#[inline(never)]
pub fn take_delegation<R: Recover, F: Fn(&XOnlyKey) -> bool>(
    stakes: &mut Stakes<'_>,
    taking: &mut Taking<R, F>,
    bytes: &[u8],
) -> Result<Result<&'static str, Refused>, ContractError> {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    let (item, stake) = match parse(bytes) {
        Ok(parsed) => parsed,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Some(facts) = stakes.facts(&stake)? {
        if facts.digest() != digest {
            return Ok(Err(Refused::Other(stake)));
        }
        standing::take(stakes, &stake, item.sats, VOUCHED)?;
        return Ok(Ok("known"));
    }
    if stakes.totals().waiting >= MAX_WAITING {
        return Ok(Err(Refused::Full { most: MAX_WAITING }));
    }
    let (verified, params) = match taking.verify(stakes.storage, &item)? {
        Ok(verified) => verified,
        Err(refused) => return Ok(Err(refused)),
    };

    let said = Some(Said { end: item.end.get(), digest });
    let facts = facts(Family::Babylon, &item, &verified, params, said, stakes.now());
    stakes.save_item(&verified.stake, facts, slashing_data(&verified, params))?;
    Ok(Ok("waiting"))
}

/// The terms of a family. An early end of our own delegations must be signed before they count: nobody else has looked after the staker.
pub fn terms(family: Family, params: &Params, superseded: Option<BtcHeight>) -> Terms<'_> {
    let is_own = family == Family::Own;
    let grace = if is_own { OWN_GRACE } else { BABYLON_GRACE };
    Terms { params, superseded, grace, unbonding_signed: is_own }
}

/// Reads an item, and what it is known by.
///
/// # Errors
/// [`Refused`]: it does not parse, or its transaction is none that can be proven.
pub fn parse(bytes: &[u8]) -> Result<(Delegation, OutPoint), Refused> {
    let item = proto::decode::delegation(bytes)?;
    let tx = Transaction::parse_as_btcd(&item.staking_tx)
        .map_err(|error| Refused::from(Refusal::StakingTx(error)))?;
    if tx.stripped.len() == 64 {
        let node = bitcoin_spv::InclusionError::TransactionIsNode(tx.txid);
        return Err(NotIncluded::from(node).into());
    }
    let got = tx.inputs().count();
    if got > MAX_INPUTS {
        return Err(Refused::Inputs { got, most: MAX_INPUTS });
    }
    let stake = OutPoint { txid: tx.txid, index: item.output_index };
    Ok((item, stake))
}

/// What is kept of an item.
pub fn facts(
    family: Family,
    item: &Delegation,
    verified: &Verified,
    params: &Params,
    said: Option<Said>,
    now: u64,
) -> Facts {
    let place = item.fps.iter().position(|fp| *fp == verified.fp).unwrap_or_default();
    Facts {
        staker: *item.staker.as_bytes(),
        fps: item.fps.iter().map(|fp| *fp.as_bytes()).collect(),
        place: u8::try_from(place).unwrap_or(u8::MAX),
        family: family_byte(family),
        version: item.params_version,
        sats: verified.sats,
        time: verified.time,
        unbonding_time: params.unbonding_time,
        said,
        taken_at: now,
        spends: verified.spends.iter().map(|spent| (*spent.txid.as_bytes(), spent.index)).collect(),
    }
}
