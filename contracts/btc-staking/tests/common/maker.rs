//! Delegations of our own making, as Babylon sends them.

use api::btc_staking::ParamsVersion;
use bitcoin_spv::{OutPoint, Output, Transaction};
use covenant::{
    ChangeOutput, Committee, EncryptionKey, Params, Parties, PresignedTx, SlashingRate, SpendPath,
    StakingOutput, UnbondingOutput, XOnlyKey, make, presign, sighash,
};
use eots::{Native, SecretKey, schnorr};
use primitives::Txid;
use prost::Message;
use proto::btccheckpoint::TransactionKey;
use proto::btcstaking::{
    ActiveBtcDelegation, BtcUndelegationInfo, CovenantAdaptorSignatures, InclusionProof, SignatureInfo,
    UnbondedBtcDelegation,
};

use super::bitcoin::Bitcoin;

pub const UNBONDING: u16 = 100;

#[derive(Clone)]
pub struct Maker {
    pub params: Params,
    pub version: u32,
    pub staker: SecretKey,
    pub fp: SecretKey,
    pub members: Vec<SecretKey>,
    pub time: u16,
    pub sats: u64,
    /// Whether the committee signs the early end, too.
    pub signs_unbonding: bool,
}

/// A delegation, made.
pub struct Made {
    pub stake: OutPoint,
    /// `ActiveBTCDelegation`.
    pub item: Vec<u8>,
    pub unbonding_tx: Vec<u8>,
}

pub fn secret(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

pub fn key(secret: &SecretKey) -> XOnlyKey {
    (*secret.public_key().as_fp()).into()
}

impl Maker {
    /// 6 of 9.
    pub fn new() -> Self {
        let members: Vec<_> = (0..9).map(|n| secret(0x80 + n)).collect();
        let params = Params {
            committee: Committee::new(members.iter().map(key).collect(), 6).unwrap(),
            slashing_script: [&[0, 20][..], &[0x5b; 20]].concat(),
            slashing_rate: SlashingRate::new(500).unwrap(),
            min_slashing_fee: 2_000,
            unbonding_time: UNBONDING,
            unbonding_fee: 1_500,
            min_value: 50_000,
            max_value: 500_000_000,
            min_time: 10,
            max_time: 64_000,
            max_fps: 3,
            activation: 100.into(),
        };
        Self {
            params,
            version: 1,
            staker: secret(0x11),
            fp: secret(0x40),
            members,
            time: 5_000,
            sats: 1_000_000,
            signs_unbonding: false,
        }
    }

    pub fn fps(&self) -> Vec<[u8; 32]> {
        vec![*key(&self.fp).as_bytes()]
    }

    pub fn wire(&self) -> ParamsVersion {
        wire(self.version, &self.params)
    }

    /// A delegation that spends these, and says that it starts there.
    pub fn make(&self, spends: &[OutPoint], start: u32) -> Made {
        let (staker, fps, params) = (key(&self.staker), vec![key(&self.fp)], &self.params);
        let parties = Parties { staker: &staker, fps: &fps, committee: &params.committee };
        let output = StakingOutput::new(&Native, &parties, self.time).unwrap();
        let unbonding = UnbondingOutput::new(&Native, &parties, params.unbonding_time).unwrap();
        let change = ChangeOutput::new(&Native, &staker, params.unbonding_time).unwrap();

        let staking_tx = transaction(spends, &[output.key().output(self.sats)]);
        let stake = OutPoint { txid: Transaction::parse(&staking_tx).unwrap().txid, index: 0 };
        let slashing = make::slashing_tx(stake, self.sats, params, &change).unwrap();
        let unbonding_tx = make::unbonding_tx(stake, self.sats, params, &unbonding).unwrap();
        let left = unbonding_tx.outputs[0].value;
        let unbonded = OutPoint { txid: unbonding_tx.txid(), index: 0 };
        let unbonding_slashing = make::slashing_tx(unbonded, left, params, &change).unwrap();

        let (slashing_sig, covenant_sigs) = self.sign(&slashing, &output.slashing_path(self.sats));
        let (unbonding_sig, unbonding_sigs) = self.sign(&unbonding_slashing, &unbonding.slashing_path(left));
        let item = ActiveBtcDelegation {
            staker_addr: "bbn1staker".into(),
            btc_pk_hex: staker.to_string(),
            fp_btc_pk_list: fps.iter().map(ToString::to_string).collect(),
            start_height: start,
            end_height: start + u32::from(self.time),
            total_sat: self.sats,
            staking_tx,
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
                    true => self.sign_unbonding(&unbonding_tx, &output.unbonding_path(self.sats)),
                    false => vec![],
                },
                delegator_unbonding_info: None,
            }),
            params_version: self.version,
        };
        Made { stake, item: item.encode_to_vec(), unbonding_tx: unbonding_tx.serialize() }
    }

    fn sign_unbonding(&self, tx: &PresignedTx, path: &SpendPath) -> Vec<SignatureInfo> {
        let message = sighash(tx, path);
        let of = |member: &SecretKey| SignatureInfo {
            pk: key(member).as_bytes().to_vec(),
            sig: schnorr::sign(member, &message, &[0; 32]).to_vec(),
        };
        self.members.iter().map(of).collect()
    }

    /// One that spends the nth output of somebody.
    pub fn nth(&self, n: u32, start: u32) -> Made {
        self.make(&[coin(n)], start)
    }

    fn sign(&self, tx: &PresignedTx, path: &SpendPath) -> (Vec<u8>, Vec<CovenantAdaptorSignatures>) {
        let message = sighash(tx, path);
        let encryption = EncryptionKey::new(&key(&self.fp)).unwrap();
        let of = |member: &SecretKey| CovenantAdaptorSignatures {
            cov_pk: key(member).as_bytes().to_vec(),
            adaptor_sigs: vec![presign(member, &encryption, &message, &[0; 32]).to_bytes().to_vec()],
        };
        let staker = schnorr::sign(&self.staker, &message, &[0; 32]).to_vec();
        (staker, self.members.iter().map(of).collect())
    }
}

/// An output of somebody.
pub fn coin(n: u32) -> OutPoint {
    OutPoint { txid: Txid::from_bytes([0xc0; 32]), index: n }
}

/// A transaction of version 2.
pub fn transaction(spends: &[OutPoint], outputs: &[Output]) -> Vec<u8> {
    let mut tx = [&[2, 0, 0, 0][..], &[spends.len() as u8]].concat();
    for spent in spends {
        tx.extend([&spent.to_bytes()[..], &[0], &[0xff; 4]].concat());
    }
    tx.push(outputs.len() as u8);
    for output in outputs {
        tx.extend(output.value.to_le_bytes());
        tx.push(output.script.len() as u8);
        tx.extend(&output.script);
    }
    tx.extend([0; 4]);
    tx
}

/// A transaction that spends a stake to somebody, with a number that tells it from others.
pub fn spender(stake: OutPoint, n: u64) -> Vec<u8> {
    transaction(&[stake], &[Output { value: 1_000 + n, script: vec![0x51; 34] }])
}

/// `UnbondedBTCDelegation` with its proof.
pub fn end_item(
    bitcoin: &Bitcoin,
    stake: OutPoint,
    spending_tx: &[u8],
    height: u32,
) -> UnbondedBtcDelegation {
    let txid = Transaction::parse(spending_tx).unwrap().txid;
    let (block, index, branch) = bitcoin.place(&txid, height);
    UnbondedBtcDelegation {
        staking_tx_hash: stake.txid.to_string(),
        unbonding_tx_sig: vec![],
        stake_spending_tx: spending_tx.to_vec(),
        proof: Some(InclusionProof {
            key: Some(TransactionKey { index, hash: block.as_bytes().to_vec() }),
            proof: branch,
        }),
    }
}

/// Parameters on the wire.
pub fn wire(version: u32, params: &Params) -> ParamsVersion {
    ParamsVersion {
        version,
        covenant_pks_hex: params.committee.members().iter().map(ToString::to_string).collect(),
        covenant_quorum: params.committee.quorum(),
        slashing_pk_script_hex: hex::encode(&params.slashing_script),
        slashing_rate: params.slashing_rate.to_string().trim_end_matches('0').to_owned(),
        min_slashing_tx_fee_sat: params.min_slashing_fee,
        unbonding_time_blocks: params.unbonding_time,
        unbonding_fee_sat: params.unbonding_fee,
        min_staking_value_sat: params.min_value,
        max_staking_value_sat: params.max_value,
        min_staking_time_blocks: params.min_time,
        max_staking_time_blocks: params.max_time,
        max_finality_providers: params.max_fps,
        btc_activation_height: params.activation.get(),
    }
}
