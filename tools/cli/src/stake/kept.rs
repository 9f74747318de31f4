//! The early end of a stake whose file is lost, made anew from what the chain keeps of it.
//!
//! `btc-staking` keeps what slashes a stake: keys, numbers, and the staker's and the committee's signatures on both slashing
//! transactions. The unbonding transaction follows from the keys and numbers. **The committee's signatures on it are kept nowhere
//! on the chain**: they come from the files of members, who answer a request again with the same bytes. The request can be made
//! anew, too ([`Kept::request`]).

use api::btc_staking::{Family, ParamsVersion, SlashingDataResponse, StandingAnswer};
use bitcoin_spv::{OutPoint, Transaction, TransactionError};
use covenant::{
    Params, Parties, PresignedTx, Share, SpendPath, StakingOutput, UnbondingOutput, XOnlyKey, make,
};
use eots::{Native, SecretKey};
use primitives::{BtcHeight, FpPublicKey, Txid};
use prost::Message;
use proto::btcstaking::{ActiveBtcDelegation, BtcUndelegationInfo};
use thiserror::Error;

use super::held::{Held, Parts};
use super::make::NO_ADDRESS;
use super::unbond::{Early, Unsigned};
use crate::bitcoin::{Found, Ledger};
use crate::committee::terms::params;
use crate::prove::contract::{Contract, item};
use crate::slash::find;

/// A stake, as the chain keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    at: OutPoint,
    data: SlashingDataResponse,
    params: Params,
    staker: XOnlyKey,
    fps: Vec<XOnlyKey>,
    tx: PresignedTx,
    path: SpendPath,
}

/// Why an early end is not completed from what the chain keeps.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeptError {
    /// The parts of the answer do not belong together.
    #[error("what the chain keeps of {at} does not fit together: {why}")]
    Unfit {
        /// Of which stake.
        at: OutPoint,
        /// What does not fit.
        why: String,
    },
    /// The committee's signatures are missing, or too few.
    #[error(
        "btc-staking keeps what slashes {at}, and not the committee's signatures on its early end: {got} valid ones are in \
         the files that are named by --share, and {needed} must be. Members answer the request again with the same bytes; \
         --ask FILE writes it"
    )]
    Signatures {
        /// Of which stake.
        at: OutPoint,
        /// How many are valid.
        got: usize,
        /// The quorum.
        needed: u8,
    },
    /// It was spent.
    #[error("the stake {at} was spent already, at Bitcoin height {height}")]
    Spent {
        /// Which stake.
        at: OutPoint,
        /// In a block of this height.
        height: u32,
    },
    /// Its committee is Babylon's, which knows no requests of this form.
    #[error(
        "the stake {0} is under Babylon's committee, whose signatures Babylon keeps: nobody here is asked for them"
    )]
    Babylon(OutPoint),
    /// Whoever was asked for the staking transaction showed another one.
    #[error("{got} is not the transaction of {at}")]
    Another {
        /// Of which stake.
        at: OutPoint,
        /// What was shown.
        got: Txid,
    },
    /// Bitcoin has the staking transaction in no block.
    #[error("Bitcoin, as it is asked, has the transaction of {0} in no block")]
    Unseen(OutPoint),
    /// The staking transaction is none.
    #[error("the transaction of {at}: {why}")]
    Transaction {
        /// Of which stake.
        at: OutPoint,
        /// Why.
        why: TransactionError,
    },
    /// Somebody who is asked does not answer.
    #[error("{0}")]
    Away(String),
}

impl Kept {
    /// Asks the contract.
    ///
    /// # Errors
    /// [`KeptError::Away`], [`Spent`](KeptError::Spent), [`Unfit`](KeptError::Unfit).
    pub fn find(contract: &(impl Contract + ?Sized), at: OutPoint) -> Result<Self, KeptError> {
        let found = item(contract, &at).map_err(KeptError::Away)?;
        if let Some(StandingAnswer::Ended { btc_height: height }) = found.map(|item| item.standing) {
            return Err(KeptError::Spent { at, height });
        }
        Self::of_contract(contract, at)
    }

    /// The same, of a stake that was spent, too.
    ///
    /// # Errors
    /// [`KeptError::Away`], [`Unfit`](KeptError::Unfit).
    pub fn of_contract(contract: &(impl Contract + ?Sized), at: OutPoint) -> Result<Self, KeptError> {
        let (data, params) = find::data(contract, &at).map_err(KeptError::Away)?;
        Self::read(at, data, &params)
    }

    /// The [request](Self::request), with the staking transaction and its height as Bitcoin has them.
    ///
    /// # Errors
    /// [`KeptError::Away`], [`Unseen`](KeptError::Unseen), and as [`request`](Self::request).
    pub fn ask_again(&self, bitcoin: &(impl Ledger + ?Sized)) -> Result<Vec<u8>, KeptError> {
        let Found::In(place) = bitcoin.find(&self.at).map_err(KeptError::Away)? else {
            return Err(KeptError::Unseen(self.at));
        };
        let tx = bitcoin.transaction(&self.at).map_err(KeptError::Away)?;
        self.request(&tx.ok_or(KeptError::Unseen(self.at))?, place.height.into())
    }

    /// Makes the early end anew, and holds it against the slashing of it, which the committee signed.
    ///
    /// # Errors
    /// [`KeptError::Unfit`].
    pub fn read(
        at: OutPoint,
        data: SlashingDataResponse,
        version: &ParamsVersion,
    ) -> Result<Self, KeptError> {
        let unfit = |why: String| KeptError::Unfit { at, why };
        let params = params(version).map_err(unfit)?;
        let staker = x_only(&data.staker_pk_hex).map_err(unfit)?;
        let fps = data.fps_pk_hex.iter().map(|text| x_only(text)).collect::<Result<Vec<_>, _>>();
        let fps = fps.map_err(unfit)?;
        let parties = Parties { staker: &staker, fps: &fps, committee: &params.committee };
        let output = StakingOutput::new(&Native, &parties, data.staking_time);
        let early = UnbondingOutput::new(&Native, &parties, params.unbonding_time);
        let (Some(output), Some(early)) = (output, early) else {
            return Err(unfit("no output key comes out of its scripts".to_owned()));
        };
        let sats = data.staked.spent_value;
        let path = output.unbonding_path(sats);
        if path.spent.script != data.staked.spent_script.as_slice() {
            return Err(unfit("its keys do not make the script of its stake".to_owned()));
        }
        let tx = make::unbonding_tx(at, sats, &params, &early);
        let tx =
            tx.ok_or_else(|| unfit(format!("{sats} sats leave nothing after the fee of an early end")))?;
        let slashing = PresignedTx::read(&data.unbonding.tx, 2, &[1, 2]);
        let slashing = slashing.map_err(|error| unfit(format!("the slashing of its early end: {error}")))?;
        if slashing.spends != (OutPoint { txid: tx.txid(), index: 0 }) {
            let (made, signed) = (tx.txid(), slashing.spends.txid);
            return Err(unfit(format!(
                "its parameters make the early end {made}, and the committee signed for {signed}"
            )));
        }
        Ok(Self { at, data, params, staker, fps, tx, path })
    }

    /// Completes it with the signatures of members and the staker. Before a quorum's are valid the staker signs nothing.
    ///
    /// # Errors
    /// One sentence: too few signed ([`KeptError::Signatures`]), the key is another one's, or Bitcoin refuses the result.
    pub fn complete(&self, shares: &[Share], staker: &SecretKey) -> Result<Early, String> {
        let Self { at, tx, path, staker: owner, params, .. } = self;
        let unsigned = Unsigned {
            tx,
            path,
            staker: *owner,
            committee: &params.committee,
            locked: params.unbonding_time,
        };
        unsigned.check_key(staker)?;
        let valid = unsigned.valid(shares.iter().map(|share| (share.member, share.unbonding)));
        let (got, needed) = (valid.len(), params.committee.quorum());
        if got < needed.into() {
            return Err(KeptError::Signatures { at: *at, got, needed }.to_string());
        }
        unsigned.complete(&valid, staker)
    }

    /// All outputs of it that are its staker's after a time, whether Bitcoin has them or not.
    ///
    /// # Errors
    /// [`KeptError::Unfit`].
    pub fn held(&self) -> Result<Vec<Held>, KeptError> {
        let Self { at, data, params, staker, tx, fps, .. } = self;
        let parts = Parts {
            stake: *at,
            sats: data.staked.spent_value,
            time: data.staking_time,
            staker,
            fps,
            params,
            early: tx,
            slashing: &data.staked.tx,
            late: &data.unbonding.tx,
        };
        parts.held().map_err(|why| KeptError::Unfit { at: *at, why })
    }

    /// The encoded `ActiveBTCDelegation` without signatures of the committee, as the staker asked for them: of it members sign the
    /// same bytes again. `staking_tx` is the staking transaction, `start` the height of its block.
    ///
    /// # Errors
    /// [`KeptError::Babylon`], [`Transaction`](KeptError::Transaction), [`Another`](KeptError::Another).
    pub fn request(&self, staking_tx: &[u8], start: BtcHeight) -> Result<Vec<u8>, KeptError> {
        let Self { at, data, params, tx, .. } = self;
        if data.family != Family::Own {
            return Err(KeptError::Babylon(*at));
        }
        let parsed = Transaction::parse(staking_tx).map_err(|why| KeptError::Transaction { at: *at, why })?;
        if parsed.txid != at.txid {
            return Err(KeptError::Another { at: *at, got: parsed.txid });
        }
        let item = ActiveBtcDelegation {
            staker_addr: NO_ADDRESS.to_owned(),
            btc_pk_hex: data.staker_pk_hex.clone(),
            fp_btc_pk_list: data.fps_pk_hex.clone(),
            start_height: start.get(),
            end_height: start.saturating_add(data.staking_time.into()).get(),
            total_sat: data.staked.spent_value,
            staking_tx: parsed.stripped,
            slashing_tx: data.staked.tx.to_vec(),
            delegator_slashing_sig: data.staked.staker_signature.to_vec(),
            covenant_sigs: Vec::new(),
            staking_output_idx: at.index,
            unbonding_time: params.unbonding_time.into(),
            undelegation_info: Some(BtcUndelegationInfo {
                unbonding_tx: tx.serialize(),
                slashing_tx: data.unbonding.tx.to_vec(),
                delegator_slashing_sig: data.unbonding.staker_signature.to_vec(),
                covenant_slashing_sigs: Vec::new(),
                covenant_unbonding_sig_list: Vec::new(),
                delegator_unbonding_info: None,
            }),
            params_version: data.params_version,
        };
        Ok(item.encode_to_vec())
    }
}

fn x_only(text: &str) -> Result<XOnlyKey, String> {
    FpPublicKey::from_hex(text).map(XOnlyKey::from).map_err(|error| error.to_string())
}
