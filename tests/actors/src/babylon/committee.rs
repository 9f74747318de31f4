use primitives::{FpPublicKey, Txid};
use proto::bitcoin_spv::OutPoint;
use proto::btcstaking::{ActiveBtcDelegation, BtcUndelegationInfo, CovenantAdaptorSignatures, SignatureInfo};
use proto::covenant::eots::{Native, SecretKey, schnorr};
use proto::covenant::{
    ChangeOutput, Committee as Members, EncryptionKey, Params, Parties, PresignedTx, SlashingRate, SpendPath,
    StakingOutput, UnbondingOutput, XOnlyKey, make, presign, sighash,
};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

use super::delegation::{AdaptorSignatures, Delegation, Stake};
use super::transactions;
use crate::address::address;
use crate::finality_provider::secret_key;
use crate::miner::{Input, Output, Transaction};
use crate::randomness;

/// A covenant committee that signs: delegations are such that Bitcoin would take each of their transactions.
///
/// It signs without looking, as its members on Babylon do after their checks.
#[derive(Debug, Clone)]
pub struct Committee {
    members: Vec<SecretKey>,
    params: Params,
}

/// How long a committee's stakes are locked, in blocks of Bitcoin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockTimes {
    /// How long unbonding takes.
    pub unbonding: u16,
    /// The shortest time of a stake.
    pub shortest: u16,
}

impl Default for LockTimes {
    /// Those of Babylon's mainnet: a week, and two.
    fn default() -> Self {
        Self { unbonding: 1_008, shortest: 2_000 }
    }
}

/// What a staker needs that Babylon only passes on.
struct Staking<'a> {
    stake: &'a Stake,
    staker: SecretKey,
    staker_address: String,
    /// The staking transaction's inputs.
    inputs: Vec<Input>,
    /// And its other output, with its place: before the stake or behind it.
    change: (Output, bool),
    lock_time: u32,
    start_height: u32,
}

/// When a stake begins, and what its staking transaction spends besides a wallet's coin.
pub(crate) struct Beginning {
    /// nLockTime of the staking transaction.
    pub lock_time: u32,
    /// The height of Bitcoin that it says.
    pub start_height: u32,
    /// The stake that an expansion spends.
    pub previous: Option<(Txid, u32)>,
}

impl Committee {
    /// The version of its parameters.
    pub const VERSION: u32 = 1;

    /// `size` members of which `quorum` must sign, for locks of so many blocks; `None` where those make no committee.
    pub fn new(rng: &mut ChaCha20Rng, size: usize, quorum: u8, locks: LockTimes) -> Option<Self> {
        let members: Vec<_> = (0..size).map(|_| secret_key(rng)).collect();
        let params = Params {
            committee: Members::new(members.iter().map(key).collect(), quorum).ok()?,
            slashing_script: [&[0, 20][..], &[0x5b; 20]].concat(),
            slashing_rate: SlashingRate::new(10).ok()?,
            min_slashing_fee: 1_000,
            unbonding_time: locks.unbonding,
            unbonding_fee: 1_000,
            min_value: 10_000,
            max_value: 2_100_000_000_000_000,
            min_time: locks.shortest,
            max_time: 65_535,
            max_fps: 64,
            activation: 1.into(),
        };
        Some(Self { members, params })
    }

    /// A chain's own, whose delegations name one finality provider.
    #[must_use]
    pub fn own(mut self) -> Self {
        self.params.max_fps = 1;
        self
    }

    /// Its members' keys.
    pub fn members(&self) -> &[SecretKey] {
        &self.members
    }

    /// Its parameters.
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// Its parameters, as the contract that verifies delegations is told them.
    pub fn wire(&self) -> Value {
        let params = &self.params;
        json!({
            "version": Self::VERSION,
            "covenant_pks_hex": params.committee.members().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "covenant_quorum": params.committee.quorum(),
            "slashing_pk_script_hex": hex::encode(&params.slashing_script),
            "slashing_rate": "0.001",
            "min_slashing_tx_fee_sat": params.min_slashing_fee,
            "unbonding_time_blocks": params.unbonding_time,
            "unbonding_fee_sat": params.unbonding_fee,
            "min_staking_value_sat": params.min_value,
            "max_staking_value_sat": params.max_value,
            "min_staking_time_blocks": params.min_time,
            "max_staking_time_blocks": params.max_time,
            "max_finality_providers": params.max_fps,
            "btc_activation_height": params.activation.get(),
        })
    }

    /// Has a staker of its own making make a delegation, and signs it; `None` where a value leaves nothing after fees, or a time is none.
    pub(crate) fn delegate(
        &self,
        rng: &mut ChaCha20Rng,
        stake: &Stake,
        beginning: &Beginning,
    ) -> Option<Delegation> {
        let Beginning { lock_time, start_height, previous } = *beginning;
        let (staking_tx, index) = transactions::staking(rng, stake.sats, lock_time, previous);
        let mut outputs = staking_tx.outputs;
        let change = (outputs.remove(usize::from(index == 0)), index == 1);
        self.delegation(Staking {
            stake,
            staker: secret_key(rng),
            staker_address: address("bbn", &randomness::bytes::<20>(rng)),
            inputs: staking_tx.inputs,
            change,
            lock_time,
            start_height,
        })
    }

    /// Makes every transaction and signature of a delegation; `None` where a value leaves nothing after fees, or a time is none.
    fn delegation(&self, staking: Staking<'_>) -> Option<Delegation> {
        let Staking { stake, staker, staker_address, inputs, change, lock_time, start_height } = staking;
        let (params, staker_key) = (&self.params, key(&staker));
        let fps: Vec<XOnlyKey> = stake.fps.iter().map(|fp| XOnlyKey::from(*fp)).collect();
        let parties = Parties { staker: &staker_key, fps: &fps, committee: &params.committee };
        let time = u16::try_from(stake.staking_time).ok()?;
        let output = StakingOutput::new(&Native, &parties, time)?;
        let unbonding = UnbondingOutput::new(&Native, &parties, params.unbonding_time)?;
        let rest = ChangeOutput::new(&Native, &staker_key, params.unbonding_time)?;

        let paid = output.key().output(stake.sats);
        let paid = Output { sats: paid.value, script: paid.script };
        let (change, is_first) = change;
        let (outputs, index) = if is_first { (vec![change, paid], 1) } else { (vec![paid, change], 0) };
        let staking_tx = Transaction { version: 2, inputs, outputs, lock_time };
        let outpoint = OutPoint { txid: staking_tx.txid(), index };
        let slashing = make::slashing_tx(outpoint, stake.sats, params, &rest)?;
        let unbonding_tx = make::unbonding_tx(outpoint, stake.sats, params, &unbonding)?;
        let left = unbonding_tx.outputs.first()?.value;
        let unbonded = OutPoint { txid: unbonding_tx.txid(), index: 0 };
        let unbonding_slashing = make::slashing_tx(unbonded, left, params, &rest)?;

        let signer = Signer { committee: self, stake, staker: &staker, fps: &fps };
        let (slashing_sig, covenant_sigs) = signer.sign(&slashing, &output.slashing_path(stake.sats));
        let (unbonding_sig, unbonding_sigs) =
            signer.sign(&unbonding_slashing, &unbonding.slashing_path(left));
        let message = sighash(&unbonding_tx, &output.unbonding_path(stake.sats));
        let early = |member: &SecretKey| SignatureInfo {
            pk: key(member).as_bytes().to_vec(),
            sig: schnorr::sign(member, &message, &[0; 32]).to_vec(),
        };
        let event = ActiveBtcDelegation {
            staker_addr: staker_address,
            btc_pk_hex: staker_key.to_string(),
            fp_btc_pk_list: stake.fps.iter().map(FpPublicKey::to_string).collect(),
            start_height,
            end_height: start_height.saturating_add(stake.staking_time),
            total_sat: stake.sats,
            staking_tx: staking_tx.serialize(),
            slashing_tx: slashing.serialize(),
            delegator_slashing_sig: slashing_sig,
            covenant_sigs,
            staking_output_idx: index,
            unbonding_time: params.unbonding_time.into(),
            undelegation_info: Some(BtcUndelegationInfo {
                unbonding_tx: unbonding_tx.serialize(),
                slashing_tx: unbonding_slashing.serialize(),
                delegator_slashing_sig: unbonding_sig,
                covenant_slashing_sigs: unbonding_sigs,
                covenant_unbonding_sig_list: self.members.iter().map(early).collect(),
                delegator_unbonding_info: None,
            }),
            params_version: Self::VERSION,
        };
        let unbonding_tx = Transaction {
            version: 2,
            inputs: vec![spend(outpoint.txid, outpoint.index)],
            outputs: vec![Output { sats: left, script: unbonding.key().script() }],
            lock_time: 0,
        };
        Some(Delegation {
            event,
            fps: stake.fps.clone(),
            staker,
            staking_tx,
            unbonding_tx,
            is_unbonded: false,
        })
    }
}

/// Who signs a slashing transaction.
struct Signer<'a> {
    committee: &'a Committee,
    stake: &'a Stake,
    staker: &'a SecretKey,
    fps: &'a [XOnlyKey],
}

impl Signer<'_> {
    /// The staker's signature, and of each member one for each finality provider.
    fn sign(&self, tx: &PresignedTx, path: &SpendPath) -> (Vec<u8>, Vec<CovenantAdaptorSignatures>) {
        let message = sighash(tx, path);
        let keys: Vec<_> = self.fps.iter().filter_map(EncryptionKey::new).collect();
        let of = |member: &SecretKey| CovenantAdaptorSignatures {
            cov_pk: key(member).as_bytes().to_vec(),
            adaptor_sigs: keys
                .iter()
                .map(|key| self.form(presign(member, key, &message, &[0; 32]).to_bytes()))
                .collect(),
        };
        let staker = schnorr::sign(self.staker, &message, &[0; 32]).to_vec();
        (staker, self.committee.members.iter().map(of).collect())
    }

    /// The older form says whether y of R is odd in a byte of its own.
    fn form(&self, signature: [u8; 65]) -> Vec<u8> {
        let [first, halves @ ..] = signature;
        match self.stake.adaptor_signatures {
            AdaptorSignatures::New => signature.to_vec(),
            AdaptorSignatures::Old => [&[2], &halves[..], &[first - 2]].concat(),
        }
    }
}

fn key(secret: &SecretKey) -> XOnlyKey {
    (*secret.public_key().as_fp()).into()
}

fn spend(txid: Txid, output: u32) -> Input {
    Input { txid, output, script: Vec::new(), sequence: u32::MAX, witness: Vec::new() }
}
