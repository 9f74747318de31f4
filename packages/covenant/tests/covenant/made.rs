//! Delegations of our own making, with any rule broken and everything signed again.
//!
//! rust-bitcoin makes the transactions and the hashes that are signed, so a broken one may have any form.

use bitcoin::{
    Amount, OutPoint, ScriptBuf, Sequence, TapSighashType, Transaction, TxIn, TxOut, Witness,
    absolute::LockTime,
    hashes::Hash,
    sighash::{Prevouts, SighashCache},
    taproot::TapLeafHash,
    transaction::Version,
};
use bsn_covenant::{
    ChangeOutput, Committee, Delegation, EncryptionKey, MemberSignatures, OWN_GRACE, Params, Parties,
    Refusal, SignedSlashing, SlashingRate, SpendPath, StakingOutput, Terms, UnbondingOutput, Verified,
    XOnlyKey, presign, verify,
};
use eots::{Native, SecretKey, schnorr};
use primitives::BtcHeight;

/// Whoever takes part, and what they agree on.
#[derive(Clone)]
pub struct Maker {
    pub params: Params,
    pub staker: SecretKey,
    /// The first one is registered here.
    pub fps: Vec<SecretKey>,
    pub members: Vec<SecretKey>,
    pub time: u16,
    pub start: u32,
    pub sats: u64,
}

/// What is done to each transaction before it is signed.
#[derive(Default)]
pub struct Changes<'a> {
    pub staking: Option<&'a dyn Fn(&mut Transaction)>,
    pub slashing: Option<&'a dyn Fn(&mut Transaction)>,
    pub unbonding: Option<&'a dyn Fn(&mut Transaction)>,
    pub unbonding_slashing: Option<&'a dyn Fn(&mut Transaction)>,
}

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

impl Maker {
    /// `quorum` of `members`, and so many finality providers.
    pub fn new(members: u8, quorum: u8, fps: u8) -> Self {
        let members: Vec<_> = (0..members).map(|n| secret(0x80 + n)).collect();
        let keys = members.iter().map(|member| (*member.public_key().as_fp()).into()).collect();
        let params = Params {
            committee: Committee::new(keys, quorum).unwrap(),
            slashing_script: [&[0, 20][..], &[0x5b; 20]].concat(),
            slashing_rate: SlashingRate::new(1_000).unwrap(),
            min_slashing_fee: 2_000,
            unbonding_time: 1_008,
            unbonding_fee: 1_500,
            min_value: 50_000,
            max_value: 500_000_000,
            min_time: 10_000,
            max_time: 64_000,
            max_fps: 3,
            activation: BtcHeight::new(800),
        };
        let fps = (0..fps).map(|n| secret(0x40 + n)).collect();
        Self { params, staker: secret(0x11), fps, members, time: 52_560, start: 1_000, sats: 1_000_000 }
    }

    pub fn key(&self, secret: &SecretKey) -> XOnlyKey {
        (*secret.public_key().as_fp()).into()
    }

    pub fn terms(&self) -> Terms<'_> {
        Terms { params: &self.params, superseded: None, grace: OWN_GRACE, unbonding_signed: true }
    }

    pub fn is_ours(&self, fp: &XOnlyKey) -> bool {
        *fp == self.key(&self.fps[0])
    }

    pub fn verify(&self, item: &Delegation) -> Result<Verified, Refusal> {
        verify(&Native, Some(&self.terms()), item, |fp| self.is_ours(fp))
    }

    pub fn make(&self) -> Delegation {
        self.make_with(&Changes::default())
    }

    /// For finality providers of which not all have a secret.
    pub fn make_for(&self, fps: &[XOnlyKey]) -> Delegation {
        self.make_of(fps.to_vec(), &Changes::default())
    }

    /// Makes the transactions one after the other, changes each, and signs what came out.
    pub fn make_with(&self, changes: &Changes<'_>) -> Delegation {
        self.make_of(self.fps.iter().map(|fp| self.key(fp)).collect(), changes)
    }

    fn make_of(&self, fps: Vec<XOnlyKey>, changes: &Changes<'_>) -> Delegation {
        let staker = self.key(&self.staker);
        let parties = Parties { staker: &staker, fps: &fps, committee: &self.params.committee };
        let output = StakingOutput::new(&Native, &parties, self.time).unwrap();
        let unbonding = UnbondingOutput::new(&Native, &parties, self.params.unbonding_time).unwrap();
        let change = ChangeOutput::new(&Native, &staker, self.params.unbonding_time).unwrap();

        let elsewhere = OutPoint { txid: bitcoin::Txid::from_byte_array([9; 32]), vout: 3 };
        let paid = [(self.sats, output.key().script()), (70_000, vec![0x51])];
        let staking_tx = transaction(elsewhere, &paid, changes.staking);
        let stake = OutPoint { txid: staking_tx.compute_txid(), vout: 0 };
        let (path, sats) = (output.slashing_path(self.sats), self.sats);
        let slashing = self.slashing(stake, &path, &change, changes.slashing);

        let left = sats.saturating_sub(self.params.unbonding_fee);
        let unbonding_tx = transaction(stake, &[(left, unbonding.key().script())], changes.unbonding);
        let unbonded = OutPoint { txid: unbonding_tx.compute_txid(), vout: 0 };
        let left = unbonding_tx.output.first().map_or(0, |output| output.value.to_sat());
        let unbonding_slashing =
            self.slashing(unbonded, &unbonding.slashing_path(left), &change, changes.unbonding_slashing);

        let message = hash(&unbonding_tx, &output.unbonding_path(sats));
        let sign = |member: &SecretKey| {
            (self.key(member).as_bytes().to_vec(), schnorr::sign(member, &message, &[0; 32]).to_vec())
        };
        Delegation {
            staker,
            fps: fps.clone(),
            start: BtcHeight::new(self.start),
            end: BtcHeight::new(self.start + u32::from(self.time)),
            sats,
            staking_tx: bitcoin::consensus::serialize(&staking_tx),
            output_index: 0,
            params_version: 4,
            unbonding_time: self.params.unbonding_time.into(),
            slashing,
            unbonding_signatures: self.members.iter().map(sign).collect(),
            unbonding_tx: bitcoin::consensus::serialize(&unbonding_tx),
            unbonding_slashing,
        }
    }

    fn slashing(
        &self,
        spends: OutPoint,
        path: &SpendPath,
        change: &ChangeOutput,
        changed: Option<&dyn Fn(&mut Transaction)>,
    ) -> SignedSlashing {
        let params = &self.params;
        let value = path.spent.value;
        let slashed = params.slashing_rate.of(value);
        let rest = value.saturating_sub(slashed).saturating_sub(params.min_slashing_fee);
        let paid = [(slashed, params.slashing_script.clone()), (rest, change.key().script())];
        let tx = transaction(spends, &paid, changed);
        let message = hash(&tx, path);
        let sign = |member: &SecretKey| MemberSignatures {
            member: self.key(member).as_bytes().to_vec(),
            signatures: self
                .fps
                .iter()
                .map(|fp| EncryptionKey::new(&self.key(fp)).unwrap())
                .map(|fp| presign(member, &fp, &message, &[0; 32]).to_bytes().to_vec())
                .collect(),
        };
        SignedSlashing {
            tx: bitcoin::consensus::serialize(&tx),
            staker_signature: schnorr::sign(&self.staker, &message, &[0; 32]).to_vec(),
            covenant: self.members.iter().map(sign).collect(),
        }
    }
}

fn transaction(
    spends: OutPoint,
    outputs: &[(u64, Vec<u8>)],
    change: Option<&dyn Fn(&mut Transaction)>,
) -> Transaction {
    let output = |(value, script): &(u64, Vec<u8>)| TxOut {
        value: Amount::from_sat(*value),
        script_pubkey: ScriptBuf::from_bytes(script.clone()),
    };
    let mut tx = Transaction {
        version: Version(2),
        lock_time: LockTime::ZERO,
        input: vec![TxIn {
            previous_output: spends,
            script_sig: ScriptBuf::new(),
            sequence: Sequence::MAX,
            witness: Witness::new(),
        }],
        output: outputs.iter().map(output).collect(),
    };
    if let Some(change) = change {
        change(&mut tx);
    }
    tx
}

fn hash(tx: &Transaction, path: &SpendPath) -> [u8; 32] {
    let spent = TxOut {
        value: Amount::from_sat(path.spent.value),
        script_pubkey: ScriptBuf::from_bytes(path.spent.script.clone()),
    };
    let spent = vec![spent; tx.input.len()];
    let leaf = TapLeafHash::from_byte_array(path.leaf.hash);
    let mut cache = SighashCache::new(tx);
    let hash =
        cache.taproot_script_spend_signature_hash(0, &Prevouts::All(&spent), leaf, TapSighashType::Default);
    hash.unwrap().to_byte_array()
}
