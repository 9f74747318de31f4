//! A chain without Babylon: its finality providers register themselves, strangers prove stake, and what Babylon's relayer would bring, anybody
//! brings: headers of Bitcoin, and timestamps.

use cosmwasm_std::Binary;
use primitives::{AppHash, Txid};
use serde_json::{Value, json};

use super::stake::{PROOFS, nowhere};
use super::{BTC, Network, NetworkError, Setup, Verification};
use crate::actors::FinalityProvider;
use crate::actors::babylon::{Delegation, LockTimes, Stake};
use crate::actors::finality_provider::Appchain;
pub use crate::actors::own::SELF_STAKE_TIMELOCK;
use crate::{TxError, TxReport};

/// How many blocks Bitcoin has when the chain begins: ten minutes each, from a day before.
const BITCOIN_BLOCKS: u32 = 120;
/// Every how many blocks the committee of a grid height must vote.
pub const GRID: u64 = 60;
/// Finality's first height: before it, governance may say which randomness counts first.
const ACTIVATION: u64 = 12;
/// How many commitments a message names.
const NAMED: usize = 50;
/// How many headers a message brings.
const HEADERS: u32 = 100;

impl Setup {
    /// Without Babylon: stake that Bitcoin shows counts, signed by a committee of the chain's own, of which two of three must sign. Randomness
    /// counts once a grid height has closed above it, and the first by the admin's word.
    #[must_use]
    pub fn alone(self) -> Self {
        let verification =
            Verification { members: 3, quorum: 2, locks: LockTimes::default(), challenge_delay: None };
        Self { is_alone: true, verification, ..self.verified() }
    }
}

/// What the instantiate message of such a chain has in place of Babylon's fields.
pub(super) fn fields(light_client: Value) -> Value {
    json!({
        "stake_source": "bitcoin",
        "ics20_channel_id": "",
        "destination_module": "",
        "connection_id": null,
        "babylon_chain_id": null,
        "grid": GRID,
        "min_active_percent": 34,
        "finality_activation_height": ACTIVATION,
        "btc_light_client_msg": Binary::from(light_client.to_string().into_bytes()),
    })
}

/// A light client that begins with Bitcoin's genesis block, and to which two accounts may bring headers: work is cheap on regtest.
pub(super) fn light_client(message: &Value, genesis: &[u8; 80], submitters: [&str; 2]) -> Value {
    json!({
        "network": message["network"],
        "btc_confirmation_depth": message["btc_confirmation_depth"],
        "checkpoint_finalization_timeout": message["checkpoint_finalization_timeout"],
        "admin": message["admin"],
        "submitters": submitters,
        "checkpoint": { "height": 0, "header_hex": hex::encode(genesis) },
    })
}

impl Network {
    /// Whether there is no Babylon.
    pub fn is_alone(&self) -> bool {
        self.link.connection_id.is_empty()
    }

    /// What comes after the deployment: headers, finality providers, stake, randomness, and a timestamp that makes it count.
    pub(super) fn begin_alone(mut self, setup: &Setup) -> Result<Self, NetworkError> {
        self.miner.mine_blocks(BITCOIN_BLOCKS);
        self.tell_headers()?;
        for (index, stake) in setup.stakes.iter().enumerate() {
            let index = self.register_own_fp(setup.seed, setup.operators.get(index))?;
            self.delegate_own(index, stake * BTC)?;
        }
        self.prove_stake()?;
        self.commit_all(ACTIVATION.max(self.chain.height() + 1), setup.randomness)?;
        self.bootstrap()?;
        self.timestamp()?;
        self.chain.next_blocks(ACTIVATION.saturating_sub(self.chain.height()).max(1));
        Ok(self)
    }

    /// What people do once everybody is registered and has committed, in the block that is being built: the stake is mined and brought, and
    /// the admin names the commitments.
    ///
    /// # Errors
    /// [`NetworkError`], if a contract refuses something.
    pub fn begin_in_block(&mut self) -> Result<(), NetworkError> {
        let txids = self.mine_stake();
        self.tell_headers()?;
        self.bring_stake(&txids)?;
        self.bootstrap()
    }

    /// What `btc-staking` is to be told by whoever deploys it here; none where there is a Babylon.
    pub fn staking_settings(&self) -> Option<Value> {
        self.own.as_ref().map(|stakers| stakers.settings(&self.admin, None))
    }

    /// Has the admin name the last commitment of everybody, so that it counts before a grid height closes.
    ///
    /// # Errors
    /// [`NetworkError::Tx`] where the contract refuses.
    pub fn bootstrap(&mut self) -> Result<(), NetworkError> {
        let named: Vec<Value> = self.fps.iter().filter_map(FinalityProvider::named).collect();
        let (admin, bsn) = (self.admin.clone(), self.bsn.clone());
        for commitments in named.chunks(NAMED) {
            let message = json!({ "bootstrap": { "commitments": commitments } });
            self.chain.execute(&admin, &bsn, &message)?;
        }
        Ok(())
    }

    /// Registers one more finality provider on this chain itself, by its operator's account.
    ///
    /// # Errors
    /// [`NetworkError::Tx`] where the contract refuses.
    pub fn register_own_fp(&mut self, seed: u64, operator: Option<&[u8; 20]>) -> Result<usize, NetworkError> {
        let (index, appchain) = (self.fps.len(), self.appchain());
        let mut fp = FinalityProvider::new(seed, u32::try_from(index).unwrap_or(u32::MAX), &appchain);
        if let Some(operator) = operator {
            fp = FinalityProvider::with_key(fp.secret_key().clone(), *operator, &appchain);
        }
        let (sender, verifier) = (fp.account(self.chain.prefix()), self.stake_verifier.clone());
        self.chain.execute(&sender, &verifier, &fp.register())?;
        self.fps.push(fp);
        Ok(index)
    }

    /// What this chain's finality providers sign for.
    pub fn appchain(&self) -> Appchain {
        Appchain { chain_id: self.chain.chain_id().to_owned(), contract: self.bsn.clone() }
    }

    /// A delegation to a finality provider that the chain's own committee has signed, in no block yet.
    ///
    /// # Errors
    /// [`NetworkError::NoCommittee`] where the chain has none, and where the stake is too small for its fees.
    pub fn delegate_own(&mut self, index: usize, sats: u64) -> Result<Txid, NetworkError> {
        let stake = Stake::new(&[self.fps[index].public_key()], sats);
        let tip = self.miner.tip_height();
        let stakers = self.own.as_mut().ok_or(NetworkError::NoCommittee)?;
        stakers.delegate(&stake, tip).ok_or(NetworkError::NoCommittee)
    }

    /// A delegation of the chain's own committee with the proof that it is in Bitcoin, as anybody sends it.
    ///
    /// # Errors
    /// [`NetworkError::Stake`] where it is in no block.
    pub fn submission(&self, txid: &Txid) -> Result<Value, NetworkError> {
        let unknown = || NetworkError::Stake { txid: *txid, reason: "nobody made it".to_owned() };
        let known = self.own.as_ref().and_then(|own| own.delegation(txid)).ok_or_else(unknown)?;
        self.own_item(known)
    }

    /// The same for a delegation that none of our stakers made.
    ///
    /// # Errors
    /// [`NetworkError::Stake`] where it is in no block.
    pub fn own_item(&self, delegation: &Delegation) -> Result<Value, NetworkError> {
        self.miner.submission(delegation).ok_or_else(|| nowhere(&delegation.staking_tx.txid()))
    }

    /// Brings these delegations of the chain's own committee, which must count at once; no block is ended.
    ///
    /// # Errors
    /// [`NetworkError::Tx`], and [`NetworkError::Stake`] where one is in no block or refused.
    pub fn bring_stake(&mut self, txids: &[Txid]) -> Result<(), NetworkError> {
        for txids in txids.chunks(PROOFS) {
            let items = txids.iter().map(|txid| self.submission(txid)).collect::<Result<Vec<_>, _>>()?;
            let done = self.verify(&json!({ "submit_delegations": { "items": items } }))?;
            super::stake::check_active(txids, &done)?;
        }
        Ok(())
    }

    /// Has a finality provider lock stake by its own key, mined and buried; nobody has proven it.
    ///
    /// # Errors
    /// [`NetworkError::NoCommittee`] where the chain takes none, [`NetworkError::Tx`] where the light client refuses.
    pub fn lock_own(&mut self, index: usize, sats: u64) -> Result<Txid, NetworkError> {
        let stakers = self.own.as_mut().ok_or(NetworkError::NoCommittee)?;
        let txid = stakers.lock_own(&self.fps[index], sats, SELF_STAKE_TIMELOCK);
        let txid = txid.ok_or(NetworkError::NoCommittee)?;
        let transaction = stakers.lock(&txid).map(|lock| lock.transaction.clone());
        self.bury(transaction.into_iter().collect());
        self.tell_headers()?;
        Ok(txid)
    }

    /// The proof of such a lock, as anybody sends it.
    ///
    /// # Errors
    /// [`NetworkError::Stake`] where it is in no block.
    pub fn lock_proof(&self, txid: &Txid) -> Result<Value, NetworkError> {
        let unknown = || NetworkError::Stake { txid: *txid, reason: "nobody locked it".to_owned() };
        let lock = self.own.as_ref().and_then(|own| own.lock(txid)).ok_or_else(unknown)?;
        self.miner.lock_proof(lock).ok_or_else(|| nowhere(txid))
    }

    /// Brings the light client what the miners have and it has not, a fork included.
    ///
    /// # Errors
    /// [`NetworkError::Tx`] where it refuses.
    pub fn tell_headers(&mut self) -> Result<(), NetworkError> {
        let tip: Value = self.ask_bitcoin(&json!({ "btc_tip_header": {} }))?;
        let tip = tip["height"].as_u64().and_then(|height| u32::try_from(height).ok()).unwrap_or_default();
        let mut known = tip.min(self.miner.tip_height());
        while known > 0 && !self.is_told(known)? {
            known -= 1;
        }
        while known < self.miner.tip_height() {
            let last = (known + HEADERS).min(self.miner.tip_height());
            let headers: Vec<u8> =
                self.miner.headers(known + 1, last).into_iter().flat_map(|info| info.header).collect();
            self.bring_headers(&headers)?;
            known = last;
        }
        Ok(())
    }

    /// Whether the light client has the miners' block at a height.
    fn is_told(&self, height: u32) -> Result<bool, NetworkError> {
        let told: Value = self.ask_bitcoin(&json!({ "btc_header": { "height": height } }))?;
        let shown = |hash: &[u8; 32]| Txid::from_bytes(*hash).to_string();
        Ok(self.miner.block_at(height).is_some_and(|block| told["hash"] == shown(&block.hash)))
    }

    /// A message of headers to the light client, by somebody.
    ///
    /// # Errors
    /// [`TxError`].
    pub fn bring_headers(&mut self, headers: &[u8]) -> Result<TxReport, TxError> {
        let (sender, light_client) = (self.sender.clone(), self.light_client.clone());
        let message = json!({ "raw_btc_headers": { "headers": Binary::from(headers) } });
        self.chain.execute(&sender, &light_client, &message)
    }

    /// The message that proves a timestamp of this chain, which is mined and buried.
    ///
    /// # Errors
    /// [`NetworkError::NoCommittee`] where the chain writes none, [`NetworkError::Tx`] where the light client refuses.
    pub fn own_timestamp(&mut self, height: u64, app_hash: &AppHash) -> Result<Value, NetworkError> {
        let appchain = self.appchain();
        let stakers = self.own.as_mut().ok_or(NetworkError::NoCommittee)?;
        let transaction = stakers.timestamp(&appchain, height, app_hash);
        self.bury(vec![transaction.clone()]);
        self.tell_headers()?;
        self.miner.timestamp_proof(&transaction).ok_or_else(|| nowhere(&transaction.txid()))
    }
}
