//! Delegations with real scripts, transactions and signatures.

use devnet::actors::miner::{Input, Output as Paid, Transaction as Mined};
use primitives::SigningContext;
use proto::Message;
use proto::bitcoin_spv::OutPoint;
use proto::btcstaking::{ActiveBtcDelegation, BtcUndelegationInfo, CovenantAdaptorSignatures, SignatureInfo};
use proto::covenant::eots::{Native, SecretKey, schnorr};
use proto::covenant::{
    ChangeOutput, Committee, EncryptionKey, Params, Parties, PresignedTx, SelfStakeOutput, SlashingRate,
    SpendPath, StakingOutput, UnbondingOutput, XOnlyKey, make, presign, sighash,
};
use serde_json::{Value, json};

use crate::gas::GasError;

/// For so many blocks the stake is locked.
pub const TIME: u16 = 60_000;
const UNBONDING: u16 = 1_008;
const SATS: u64 = 5_000_000;

/// A committee, a staker, and finality providers of which the first is registered here.
pub struct Maker {
    params: Params,
    members: Vec<SecretKey>,
    staker: SecretKey,
    fps: Vec<SecretKey>,
    /// Whether the committee signs the early end, too.
    signs_unbonding: bool,
}

/// A delegation, made.
pub struct Made {
    /// The id of its transaction, and which output is the stake.
    pub stake: OutPoint,
    /// The transaction.
    pub tx: Mined,
    /// `ActiveBTCDelegation`.
    pub item: Vec<u8>,
    /// A transaction that spends it.
    pub spender: Mined,
}

fn secret(kind: u8, n: usize) -> Result<SecretKey, GasError> {
    let mut bytes = [kind; 32];
    bytes[31] = u8::try_from(n)?;
    SecretKey::from_slice(&bytes).map_err(|error| format!("{error:?}").into())
}

fn key(secret: &SecretKey) -> XOnlyKey {
    (*secret.public_key().as_fp()).into()
}

fn host<T>(made: Option<T>) -> Result<T, GasError> {
    made.ok_or_else(|| "no output key".into())
}

impl Maker {
    /// A committee of `size` of which `quorum` must sign, and so many finality providers.
    pub fn new(size: usize, quorum: u8, fps: usize) -> Result<Self, GasError> {
        let members: Vec<_> = (0..size).map(|n| secret(0x80, n)).collect::<Result<_, _>>()?;
        let fps = (0..fps).map(|n| secret(0x40, n)).collect::<Result<_, _>>()?;
        let params = Params {
            committee: Committee::new(members.iter().map(key).collect(), quorum)?,
            slashing_script: [&[0, 20][..], &[0x5b; 20]].concat(),
            slashing_rate: SlashingRate::new(10)?,
            min_slashing_fee: 100_000,
            unbonding_time: UNBONDING,
            unbonding_fee: 32_000,
            min_value: 500_000,
            max_value: 500_000_000_000,
            min_time: 10_000,
            max_time: 64_000,
            max_fps: 64,
            activation: 1.into(),
        };
        Ok(Self { params, members, staker: secret(0x11, 0)?, fps, signs_unbonding: false })
    }

    /// Whose committee is this chain's own: it signs early ends, too, and a delegation names one finality provider.
    #[must_use]
    pub fn own(mut self) -> Self {
        self.params.max_fps = 1;
        Self { signs_unbonding: true, ..self }
    }

    /// What the finality provider locks by its own key for `bsn` on a chain, in the only output of a transaction that spends the `n`th coin.
    pub fn lock_by_own_key(&self, chain_id: &str, bsn: &str, n: u32) -> Result<Mined, GasError> {
        let fp = self.fps.first().map(key).ok_or("a maker has a finality provider")?;
        let context = SigningContext::self_stake(chain_id, bsn).digest();
        let paid = host(SelfStakeOutput::new(&Native, &context, &fp, TIME))?.key().output(SATS);
        Ok(transaction(&[coin(n)], Paid { sats: paid.value, script: paid.script }))
    }

    /// The key of the finality provider that is registered here.
    pub fn fp(&self) -> Option<[u8; 32]> {
        self.fps.first().map(|fp| *key(fp).as_bytes())
    }

    /// The parameters on the wire.
    pub fn wire(&self) -> Value {
        let params = &self.params;
        json!({
            "version": 1,
            "covenant_pks_hex": params.committee.members().iter().map(ToString::to_string).collect::<Vec<_>>(),
            "covenant_quorum": params.committee.quorum(),
            "slashing_pk_script_hex": format!("0014{}", "5b".repeat(20)),
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

    /// A delegation that spends these, and says that it starts there.
    pub fn make(&self, spends: &[OutPoint], start: u32) -> Result<Made, GasError> {
        let (staker, params) = (key(&self.staker), &self.params);
        let fps: Vec<_> = self.fps.iter().map(key).collect();
        let parties = Parties { staker: &staker, fps: &fps, committee: &params.committee };
        let output = host(StakingOutput::new(&Native, &parties, TIME))?;
        let unbonding = host(UnbondingOutput::new(&Native, &parties, params.unbonding_time))?;
        let change = host(ChangeOutput::new(&Native, &staker, params.unbonding_time))?;

        let paid = output.key().output(SATS);
        let tx = transaction(spends, Paid { sats: paid.value, script: paid.script });
        let stake = OutPoint { txid: tx.txid(), index: 0 };
        let slashing = host(make::slashing_tx(stake, SATS, params, &change))?;
        let unbonding_tx = host(make::unbonding_tx(stake, SATS, params, &unbonding))?;
        let left = unbonding_tx.outputs.first().map_or(0, |output| output.value);
        let unbonded = OutPoint { txid: unbonding_tx.txid(), index: 0 };
        let unbonding_slashing = host(make::slashing_tx(unbonded, left, params, &change))?;

        let (slashing_sig, covenant_sigs) = self.sign(&slashing, &output.slashing_path(SATS))?;
        let (unbonding_sig, unbonding_sigs) =
            self.sign(&unbonding_slashing, &unbonding.slashing_path(left))?;
        let item = ActiveBtcDelegation {
            staker_addr: format!("bbn1{}", "q".repeat(38)),
            btc_pk_hex: staker.to_string(),
            fp_btc_pk_list: fps.iter().map(ToString::to_string).collect(),
            start_height: start,
            end_height: start + u32::from(TIME),
            total_sat: SATS,
            staking_tx: tx.serialize(),
            slashing_tx: slashing.serialize(),
            delegator_slashing_sig: slashing_sig,
            covenant_sigs,
            staking_output_idx: 0,
            unbonding_time: params.unbonding_time.into(),
            undelegation_info: Some(BtcUndelegationInfo {
                unbonding_tx: unbonding_tx.serialize(),
                slashing_tx: unbonding_slashing.serialize(),
                delegator_slashing_sig: unbonding_sig,
                covenant_slashing_sigs: unbonding_sigs,
                covenant_unbonding_sig_list: match self.signs_unbonding {
                    true => self.sign_unbonding(&unbonding_tx, &output.unbonding_path(SATS)),
                    false => vec![],
                },
                delegator_unbonding_info: None,
            }),
            params_version: 1,
        };
        let spender = transaction(&[stake], Paid { sats: left, script: unbonding.key().script() });
        Ok(Made { stake, tx, item: item.encode_to_vec(), spender })
    }

    /// The staker's signature, and of each member one for each finality provider.
    fn sign(
        &self,
        tx: &PresignedTx,
        path: &SpendPath,
    ) -> Result<(Vec<u8>, Vec<CovenantAdaptorSignatures>), GasError> {
        let message = sighash(tx, path);
        let keys: Vec<_> = self.fps.iter().filter_map(|fp| EncryptionKey::new(&key(fp))).collect();
        let of = |member: &SecretKey| CovenantAdaptorSignatures {
            cov_pk: key(member).as_bytes().to_vec(),
            adaptor_sigs: keys
                .iter()
                .map(|encryption| presign(member, encryption, &message, &[0; 32]).to_bytes().to_vec())
                .collect(),
        };
        let staker = schnorr::sign(&self.staker, &message, &[0; 32]).to_vec();
        Ok((staker, self.members.iter().map(of).collect()))
    }
}

impl Maker {
    fn sign_unbonding(&self, tx: &PresignedTx, path: &SpendPath) -> Vec<SignatureInfo> {
        let message = sighash(tx, path);
        let of = |member: &SecretKey| SignatureInfo {
            pk: key(member).as_bytes().to_vec(),
            sig: schnorr::sign(member, &message, &[0; 32]).to_vec(),
        };
        self.members.iter().map(of).collect()
    }
}

/// An output of somebody.
pub fn coin(n: u32) -> OutPoint {
    OutPoint { txid: primitives::Txid::from_bytes([0xc0; 32]), index: n }
}

/// A transaction of version 2.
fn transaction(spends: &[OutPoint], output: Paid) -> Mined {
    let input = |spent: &OutPoint| Input {
        txid: spent.txid,
        output: spent.index,
        script: vec![],
        sequence: u32::MAX,
        witness: vec![],
    };
    Mined { version: 2, inputs: spends.iter().map(input).collect(), outputs: vec![output], lock_time: 0 }
}
