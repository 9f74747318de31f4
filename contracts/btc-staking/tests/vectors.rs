//! Babylon's own delegations, from item to slashing.

use api::btc_staking::ParamsVersion;
use bitcoin_spv::{OutPoint, Transaction};
use covenant::{Committee, Delegation, Params, SlashingRate, XOnlyKey};
use prost::Message;
use proto::btcstaking::ActiveBtcDelegation;
use serde_json::Value;

use crate::common::maker::wire;
use crate::common::{K, World};
use crate::slashing::slashing_data;

struct Vector {
    name: &'static str,
    item: Vec<u8>,
    params: Params,
}

impl Vector {
    fn parsed(&self) -> Delegation {
        proto::decode::delegation(&self.item).expect(self.name)
    }

    fn wire(&self) -> Vec<ParamsVersion> {
        vec![wire(self.parsed().params_version, &self.params)]
    }
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
        activation: 0.into(),
    }
}

/// Those of Babylon's tests. Committee and slashing script are those of spends that btcd takes.
fn delegations() -> Option<Vec<Vector>> {
    let cases: Value =
        serde_json::from_slice(&vectors::load("babylon/delegations/engine_cases.json")?).unwrap();
    let case = cases
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["ok"] == true && case["name"].as_str().unwrap().contains("staking fp"))?;
    let bytes = |value: &Value| hex::decode(value.as_str().unwrap()).unwrap();
    let script = Transaction::parse(&bytes(&case["tx"])).unwrap().outputs[0].script.clone();
    let witness = case["witness"].as_array().unwrap();
    let leaf = bytes(&witness[witness.len() - 2]);
    let keys =
        leaf[..leaf.len() - 2].rchunks(34).take(5).map(|push| XOnlyKey::from_slice(&push[1..33]).unwrap());
    let params = params(Committee::new(keys.collect(), 3).unwrap(), script);
    let of = |(name, rate)| {
        let item = vectors::load(&format!("babylon/delegations/{name}.dat"))?;
        Some(Vector {
            name,
            item,
            params: Params { slashing_rate: SlashingRate::new(rate).unwrap(), ..params.clone() },
        })
    };
    [
        ("staker1_fp1", 4_200),
        ("staker1_fp1-3", 4_400),
        ("staker1_fp2", 4_600),
        ("staker2_fp1", 4_200),
        ("staker2_fp2", 2_800),
    ]
    .into_iter()
    .map(of)
    .collect()
}

/// The one of Babylon's public testnet.
fn testnet() -> Option<Vector> {
    #[derive(Clone, PartialEq, Message)]
    struct Wire {
        #[prost(bytes = "vec", repeated, tag = "1")]
        covenant_pks: Vec<Vec<u8>>,
        #[prost(uint32, tag = "2")]
        covenant_quorum: u32,
        #[prost(bytes = "vec", tag = "7")]
        slashing_pk_script: Vec<u8>,
        #[prost(uint64, tag = "8")]
        min_slashing_tx_fee_sat: u64,
        /// In units of 10^-18.
        #[prost(string, tag = "9")]
        slashing_rate: String,
        #[prost(uint32, tag = "10")]
        unbonding_time_blocks: u32,
        #[prost(uint64, tag = "11")]
        unbonding_fee_sat: u64,
    }
    let wire = Wire::decode(&vectors::load("babylon/delegations/params_real_testnet.bin")?[..]).unwrap();
    let keys = wire.covenant_pks.iter().map(|key| XOnlyKey::from_slice(key).unwrap()).collect();
    let committee = Committee::new(keys, wire.covenant_quorum.try_into().unwrap()).unwrap();
    let rate: u64 = wire.slashing_rate.parse().unwrap();
    let params = Params {
        slashing_rate: SlashingRate::new(u16::try_from(rate / 100_000_000_000_000).unwrap()).unwrap(),
        min_slashing_fee: wire.min_slashing_tx_fee_sat,
        unbonding_time: wire.unbonding_time_blocks.try_into().unwrap(),
        unbonding_fee: wire.unbonding_fee_sat,
        ..params(committee, wire.slashing_pk_script)
    };
    Some(Vector { name: "testnet", item: vectors::load("babylon/delegations/real_testnet.dat")?, params })
}

fn all() -> Option<Vec<Vector>> {
    let mut all = delegations()?;
    all.push(testnet()?);
    Some(all)
}

#[test]
fn babylons_delegations_are_taken_proven_and_counted() {
    let Some(vectors) = all() else { return };
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let item = vector.parsed();
        let tx = Transaction::parse_as_btcd(&item.staking_tx).unwrap();
        let stake = OutPoint { txid: tx.txid, index: item.output_index };
        for fp in &item.fps {
            let mut world = World::new(item.start.get().max(2) - 1, vector.wire(), &[*fp.as_bytes()]);
            assert_eq!(world.take(&vector.item), "waiting", "{}", vector.name);
            let data = slashing_data(&world, stake);
            assert_eq!(data.staked.tx.as_slice(), item.slashing.tx, "{}", vector.name);
            assert_eq!(data.unbonding.tx.as_slice(), item.unbonding_slashing.tx, "{}", vector.name);
            let members = usize::from(vector.params.committee.quorum());
            assert_eq!((data.staked.adaptors.len(), data.unbonding.adaptors.len()), (members, members));

            let start = world.bitcoin.mine(&[stake.txid]);
            world.bitcoin.extend(K);
            let (proof, time) = (world.bitcoin.inclusion(stake, start), item.end.above(item.start));
            // Those of Babylon's tests are locked for five blocks: by then they are over.
            let is_long = time > K;
            assert_eq!(world.prove(proof), if is_long { "active" } else { "S60" }, "{}", vector.name);
            let end = (start + time).min(item.end.get());
            let expected = is_long.then(|| format!("active {start} {end}"));
            assert_eq!(world.news(), expected.into_iter().collect::<Vec<_>>(), "{}", vector.name);
        }
    }
}

/// D-01: one bit of each byte, without the signatures of S50, which are not asked of Babylon's items; every bit alone is tried on the rules themselves (`packages/covenant`).
#[test]
fn no_byte_of_an_item_but_the_address_may_change() {
    let Some(vectors) = all() else { return };
    for vector in [&vectors[0], &vectors[5]] {
        let fp = *vector.parsed().fps[0].as_bytes();
        let mut item = ActiveBtcDelegation::decode(&vector.item[..]).unwrap();
        let address = item.staker_addr.len();
        item.undelegation_info.as_mut().unwrap().covenant_unbonding_sig_list.clear();
        let item = item.encode_to_vec();
        let mut world = World::new(10, vector.wire(), &[fp]);
        let before = world.records();
        for byte in 0..item.len() {
            let mut changed = item.clone();
            changed[byte] ^= 1 << (byte % 8);
            let became = world.take(&changed);
            let is_address = (2..2 + address).contains(&byte);
            if became == "waiting" {
                assert!(is_address, "{}: byte {byte}", vector.name);
                world = World::new(10, vector.wire(), &[fp]);
            } else {
                assert_eq!(world.records(), before, "{}: byte {byte}: {became}", vector.name);
            }
        }
    }
}
