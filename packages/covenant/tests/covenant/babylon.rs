//! Babylon's delegations, with the parameters that they were made under.

use std::collections::BTreeMap;

use bsn_covenant::{
    AdaptorSignature, BABYLON_GRACE, Committee, Delegation, EncryptionKey, Params, SlashingRate, Terms,
    XOnlyKey,
};
use eots::SecretKey;
use primitives::BtcHeight;
use prost::Message;

use crate::interpreter::{self, Case};

/// A delegation of the vectors.
pub struct Made {
    pub name: &'static str,
    /// `ActiveBTCDelegation`.
    pub bytes: Vec<u8>,
    pub params: Params,
    /// The finality provider that is registered here.
    pub ours: XOnlyKey,
    /// Its key, where that is known.
    pub secret: Option<SecretKey>,
}

impl Made {
    pub fn delegation(&self) -> Delegation {
        proto::decode::delegation(&self.bytes).expect(self.name)
    }

    pub fn terms(&self) -> Terms<'_> {
        Terms { params: &self.params, superseded: None, grace: BABYLON_GRACE, unbonding_signed: true }
    }
}

/// `x/btcstaking`'s `Params`, as far as a delegation depends on it.
#[derive(Clone, PartialEq, Message)]
struct WireParams {
    #[prost(bytes = "vec", repeated, tag = "1")]
    covenant_pks: Vec<Vec<u8>>,
    #[prost(uint32, tag = "2")]
    covenant_quorum: u32,
    #[prost(bytes = "vec", tag = "7")]
    slashing_pk_script: Vec<u8>,
    #[prost(int64, tag = "8")]
    min_slashing_tx_fee_sat: i64,
    /// In units of 10^-18.
    #[prost(string, tag = "9")]
    slashing_rate: String,
    #[prost(uint32, tag = "10")]
    unbonding_time_blocks: u32,
    #[prost(int64, tag = "11")]
    unbonding_fee_sat: i64,
}

fn params(committee: Committee, slashing_script: Vec<u8>) -> Params {
    Params {
        committee,
        slashing_script,
        slashing_rate: SlashingRate::new(1).unwrap(),
        min_slashing_fee: 1_000,
        unbonding_time: 101,
        unbonding_fee: 1_000,
        min_value: 1,
        max_value: 2_100_000_000_000_000,
        min_time: 1,
        max_time: u16::MAX,
        max_fps: 3,
        activation: BtcHeight::new(0),
    }
}

/// The delegation of Babylon's public testnet: 6 of 9, adaptor signatures of 66 bytes.
pub fn testnet() -> Option<Made> {
    let wire =
        WireParams::decode(&vectors::load("babylon/delegations/params_real_testnet.bin")?[..]).unwrap();
    let keys = wire.covenant_pks.iter().map(|key| XOnlyKey::from_slice(key).unwrap()).collect();
    let committee = Committee::new(keys, wire.covenant_quorum.try_into().unwrap()).unwrap();
    let atomics: u64 = wire.slashing_rate.parse().expect("a number");
    let params = Params {
        slashing_rate: SlashingRate::new(u16::try_from(atomics / 100_000_000_000_000).unwrap()).unwrap(),
        min_slashing_fee: wire.min_slashing_tx_fee_sat.try_into().unwrap(),
        unbonding_time: wire.unbonding_time_blocks.try_into().unwrap(),
        unbonding_fee: wire.unbonding_fee_sat.try_into().unwrap(),
        ..params(committee, wire.slashing_pk_script)
    };
    let bytes = vectors::load("babylon/delegations/real_testnet.dat")?;
    let ours = proto::decode::delegation(&bytes).expect("testnet").fps[0];
    Some(Made { name: "testnet", bytes, params, ours, secret: None })
}

/// The delegations of Babylon's tests, each seen by each of its finality providers: 3 of 5.
///
/// Their parameters are not among the vectors. Committee and slashing script are those of the spends that btcd takes,
/// and so are the finality providers' keys: whoever sees an adaptor signature completed has the key.
pub fn delegations() -> Option<Vec<Made>> {
    let cases: Vec<Case> = interpreter::cases()?;
    let taken: Vec<_> = cases.iter().filter(|case| case.ok && case.name.contains("staking fp")).collect();
    let script = taken[0].tx().output[0].script_pubkey.to_bytes();
    let params = params(committee(taken[0]), script);
    let mut items = Vec::new();
    for (name, rate) in [
        ("staker1_fp1", 4_200),
        ("staker1_fp1-3", 4_400),
        ("staker1_fp2", 4_600),
        ("staker2_fp1", 4_200),
        ("staker2_fp2", 2_800),
    ] {
        let bytes = vectors::load(&format!("babylon/delegations/{name}.dat"))?;
        let params = Params { slashing_rate: SlashingRate::new(rate).unwrap(), ..params.clone() };
        items.push((name, proto::decode::delegation(&bytes).expect(name), bytes, params));
    }
    let secrets: BTreeMap<XOnlyKey, SecretKey> =
        taken.iter().flat_map(|case| items.iter().filter_map(|(_, item, ..)| leaked(case, item))).collect();
    assert_eq!(secrets.len(), 3);
    let seen_by = |(name, item, bytes, params): (_, Delegation, Vec<u8>, Params)| {
        let of = |fp: XOnlyKey| Made {
            name,
            bytes: bytes.clone(),
            params: params.clone(),
            ours: fp,
            secret: secrets.get(&fp).cloned(),
        };
        item.fps.into_iter().map(of).collect::<Vec<_>>()
    };
    Some(items.into_iter().flat_map(seen_by).collect())
}

/// The five keys that end the script of a spend.
fn committee(case: &Case) -> Committee {
    let witness = case.witness();
    let script = &witness[witness.len() - 2];
    let keys = script[..script.len() - 2].rchunks(34).take(5);
    Committee::new(keys.map(|push| XOnlyKey::from_slice(&push[1..33]).unwrap()).collect(), 3).unwrap()
}

/// Whose key a completed spend of a delegation gives away, and that key.
fn leaked(case: &Case, item: &Delegation) -> Option<(XOnlyKey, SecretKey)> {
    let committee = committee(case);
    let signed = |entry: &bsn_covenant::MemberSignatures| {
        let member = XOnlyKey::from_slice(&entry.member).unwrap();
        let place = committee.members().iter().rev().position(|key| *key == member)?;
        let complete = case.witness()[place].as_slice().try_into().ok()?;
        item.fps.iter().zip(&entry.signatures).find_map(|(fp, adaptor)| {
            let adaptor = AdaptorSignature::parse(adaptor).unwrap();
            let secret = adaptor.extract(&complete, &EncryptionKey::new(fp)?)?;
            Some((*fp, secret))
        })
    };
    item.slashing.covenant.iter().find_map(signed)
}
