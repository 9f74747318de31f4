//! Whether a member signs a delegation, and its signatures.

use std::collections::BTreeSet;
use std::time::Instant;

use bitcoin_spv::{OutPoint, Transaction};
use covenant::{MAX_FPS, Refusal, Share, Unsigned, XOnlyKey, sighash, verify_unsigned};
use eots::{Native, SecretKey};
use proto::decode::ItemError;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::allowance::Allowance;
use super::file::Request;
use super::record::{Digest, Record};
use super::terms::Versions;
use crate::bitcoin::{Ledger, Spending};
use crate::vote::state::Disk;

/// The most inputs of a staking transaction, as the contract has it.
pub const MAX_INPUTS: usize = 256;

/// Who is registered at the chain, as a member asks it.
pub trait Registry {
    /// Whether a finality provider is registered.
    ///
    /// # Errors
    /// If nobody answers.
    fn is_registered(&self, fp: &XOnlyKey) -> Result<bool, String>;
}

/// Why nothing is signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refused {
    /// The request is for another committee.
    #[error("it is for {got}, and this member signs for {ours}")]
    Chain {
        /// Whose committee is asked.
        got: String,
        /// Whose this is.
        ours: String,
    },
    /// It does not parse.
    #[error("{0}")]
    Form(String),
    /// The item does not parse.
    #[error("{0}")]
    Item(#[from] ItemError),
    /// It breaks a rule.
    #[error("{rule}: {0}", rule = .0.rule())]
    Rule(Refusal),
    /// The key is none of the committee's.
    #[error("{member} is no member of the committee of version {version}")]
    NoMember {
        /// Whose key.
        member: XOnlyKey,
        /// The version of the parameters.
        version: u32,
    },
    /// The contract would refuse the transaction.
    #[error("staking transaction: {0}")]
    StakingTx(String),
    /// Of this stake other transactions were signed.
    #[error("other transactions of the stake {0} were signed before: a stake is signed once")]
    SignedOther(OutPoint),
    /// So many are signed in an hour, and no more.
    #[error("{most} stakes were signed within the hour: a new one has to wait")]
    Enough {
        /// How many.
        most: u32,
    },
    /// A stake is moved into another one.
    #[error("it spends {0}, a stake that was signed before: a stake that goes on is not signed")]
    Expansion(OutPoint),
    /// A coin is not in Bitcoin.
    #[error("it spends {0}, which Bitcoin, as it is asked, does not have")]
    Unseen(OutPoint),
    /// A coin is gone.
    #[error("it spends {coin}, which was spent{}", .by.map_or_else(String::new, |by| format!(" by {by}")))]
    Spent {
        /// The coin.
        coin: OutPoint,
        /// By what, where that is known.
        by: Option<primitives::Txid>,
    },
    /// Somebody who is asked does not answer.
    #[error("{0}")]
    Away(String),
    /// The record cannot be written.
    #[error("{0}")]
    Disk(String),
}

impl Refused {
    /// Its name: the code of the rule that is broken, or a word that does not change.
    pub fn name(&self) -> String {
        let name = match self {
            Self::Rule(refusal) => return refusal.rule().to_string(),
            Self::Chain { .. } => "other_chain",
            Self::Form(_) | Self::Item(_) => "form",
            Self::NoMember { .. } => "no_member",
            Self::StakingTx(_) => "staking_tx",
            Self::SignedOther(_) => "signed_other",
            Self::Enough { .. } => "enough",
            Self::Expansion(_) => "expansion",
            Self::Unseen(_) => "unseen",
            Self::Spent { .. } => "spent",
            Self::Away(_) => "away",
            Self::Disk(_) => "disk",
        };
        name.to_owned()
    }
}

/// What is committed to by all signatures of a member: the hashes that are signed, and to whom they are encrypted.
///
/// `sha256(slashing ‖ unbonding ‖ unbonding slashing ‖ keys of the finality providers)`, the first three being signature hashes
/// (BIP-341), 32 bytes each.
pub fn digest(unsigned: &Unsigned, fps: &[XOnlyKey]) -> Digest {
    let (verified, (tx, path)) = (unsigned.delegation(), unsigned.unbonding());
    let (staked, late) = (&verified.slashing, &verified.unbonding_slashing);
    let hashes = [sighash(&staked.tx, &staked.path), sighash(tx, path), sighash(&late.tx, &late.path)];
    let mut hasher = Sha256::new();
    hashes.iter().chain(fps.iter().map(XOnlyKey::as_bytes)).for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// A member of the committee.
#[derive(Debug)]
pub struct Member<'a, D, R: ?Sized, L: ?Sized> {
    /// Its key.
    pub key: SecretKey,
    /// The chain for which it signs.
    pub chain_id: String,
    /// The parameters.
    pub versions: Versions,
    /// Who is registered.
    pub registry: &'a R,
    /// Bitcoin, as this member sees it.
    pub bitcoin: &'a L,
    /// What it signed.
    pub record: Record<D>,
    /// How many stakes it signs that it has not signed before.
    pub allowance: Allowance,
}

impl<D: Disk, R: Registry + ?Sized, L: Ledger + ?Sized> Member<'_, D, R, L> {
    /// Signs, once everything is in order. What was signed before is signed again with the same bytes, without a look at Bitcoin.
    ///
    /// # Errors
    /// The first reason not to.
    pub fn sign(&mut self, request: &Request) -> Result<(OutPoint, Share), Refused> {
        if request.chain_id != self.chain_id {
            let (got, ours) = (request.chain_id.clone(), self.chain_id.clone());
            return Err(Refused::Chain { got, ours });
        }
        let item = proto::decode::delegation(&request.item().map_err(Refused::Form)?)?;
        let registered = self.registered(&item.fps)?;
        let version = item.params_version;
        let terms = self.versions.terms(version);
        let unsigned = verify_unsigned(&Native, terms.as_ref(), &item, |fp| registered.contains(fp));
        let (Ok(unsigned), Some(terms)) = (unsigned.clone(), terms) else {
            let unknown = Refusal::UnknownParams(version);
            return Err(Refused::Rule(unsigned.err().unwrap_or(unknown)));
        };
        let member: XOnlyKey = (*self.key.public_key().as_fp()).into();
        if !terms.params.committee.contains(&member) {
            return Err(Refused::NoMember { member, version });
        }
        let (stake, digest) = (unsigned.delegation().stake, digest(&unsigned, &item.fps));
        match self.record.signed(&stake) {
            Some(before) if *before == digest => return Ok((stake, unsigned.sign(&self.key))),
            Some(_) => return Err(Refused::SignedOther(stake)),
            None => {}
        }
        let now = Instant::now();
        if !self.allowance.has_room(now) {
            return Err(Refused::Enough { most: self.allowance.most });
        }
        self.check_coins(&item.staking_tx, &unsigned.delegation().spends)?;
        // The start of the item is the staker's word; that of Bitcoin is not.
        let tip = self.bitcoin.tip().map_err(Refused::Away)?;
        terms.check_start(tip.into()).map_err(Refused::Rule)?;
        self.record.note(&stake, &digest).map_err(|error| Refused::Disk(format!("{error:#}")))?;
        self.allowance.take(now);
        Ok((stake, unsigned.sign(&self.key)))
    }

    /// Of these that are registered; only as many are asked for as any parameters allow.
    fn registered(&self, fps: &[XOnlyKey]) -> Result<BTreeSet<XOnlyKey>, Refused> {
        let mut found = BTreeSet::new();
        for fp in fps.iter().take(MAX_FPS.into()) {
            if self.registry.is_registered(fp).map_err(Refused::Away)? {
                found.insert(*fp);
            }
        }
        Ok(found)
    }

    /// Every coin is there, unspent, and no stake of this committee.
    fn check_coins(&self, staking_tx: &[u8], coins: &[OutPoint]) -> Result<(), Refused> {
        if coins.len() > MAX_INPUTS {
            let got = coins.len();
            return Err(Refused::StakingTx(format!("it has {got} inputs, more than {MAX_INPUTS}")));
        }
        let tx = Transaction::parse_as_btcd(staking_tx);
        let tx = tx.map_err(|error| Refused::StakingTx(error.to_string()))?;
        if tx.stripped.len() == 64 {
            return Err(Refused::StakingTx("of 64 bytes, it could be a node of a Merkle tree".to_owned()));
        }
        if let Some(stake) = coins.iter().find(|coin| self.record.signed(coin).is_some()) {
            return Err(Refused::Expansion(*stake));
        }
        for coin in coins {
            if self.bitcoin.output(coin).map_err(Refused::Away)?.is_none() {
                return Err(Refused::Unseen(*coin));
            }
            let by = match self.bitcoin.spending(coin, u32::MAX).map_err(Refused::Away)? {
                Spending::Unspent => continue,
                // What is in no block yet may be the staking transaction, or may be replaced by it.
                Spending::Waiting(by) if by == tx.txid => continue,
                Spending::Waiting(by) => Some(by),
                Spending::Spent(spend) => Some(spend.txid),
                Spending::NotUpTo(_) => None,
            };
            return Err(Refused::Spent { coin: *coin, by });
        }
        Ok(())
    }
}
