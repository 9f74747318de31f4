//! What the unit tests are made of.

use primitives::{BtcHeight, FpPublicKey, Sats};

use crate::{
    ActiveDelegation, Item, ItemDigest, Ledger, NewFinalityProvider, PopVerdict, StakingTx, Undelegation,
    memory::MemoryLedger,
};

/// When [`delegation`]s expire.
pub(crate) const EXPIRY: BtcHeight = BtcHeight::new(900);

pub(crate) fn key(n: u8) -> FpPublicKey {
    FpPublicKey::from_bytes([n; 32])
}

/// Finality providers 1 to `n`.
pub(crate) fn fps(n: u8) -> Vec<Item> {
    (1..=n).map(|n| Item::NewFinalityProvider(fp(n), PopVerdict::Verified)).collect()
}

pub(crate) fn fp(n: u8) -> NewFinalityProvider {
    NewFinalityProvider {
        key: key(n),
        babylon_address: format!("bbn1fp{n}"),
        consumer_id: "07-tendermint-0".into(),
        commission: "0.100000000000000000".into(),
        pop: None,
        digest: ItemDigest::of(&[n]),
    }
}

/// The `n`-th delegation, to the finality providers named, of so many sats.
pub(crate) fn delegation(n: u32, fps: &[u8], sats: u64) -> ActiveDelegation {
    ActiveDelegation {
        staker_address: "bbn1staker".into(),
        staker_key: [9; 32],
        fps: fps.iter().map(|n| key(*n)).collect(),
        start_height: BtcHeight::new(100),
        end_height: EXPIRY.saturating_add(101),
        unbonding_time: 101,
        sats: Sats::new(sats).unwrap(),
        staking_tx: staking_tx(n, sats),
        output_index: 0,
        params_version: 1,
        digest: ItemDigest::of(&n.to_le_bytes()),
    }
}

pub(crate) fn undelegation(item: &ActiveDelegation) -> Item {
    Item::Undelegation(Undelegation { txid: item.txid() })
}

pub(crate) fn power(ledger: &MemoryLedger, n: u8) -> u128 {
    ledger.fp(&key(n)).unwrap().unwrap().power().get()
}

/// Two inputs, as a stake expansion has, a height as lock time, as wallets set.
fn staking_tx(n: u32, sats: u64) -> StakingTx {
    let input = [&[7; 36][..], &[0], &[0xfd, 0xff, 0xff, 0xff]].concat();
    let output = [&sats.to_le_bytes()[..], &[0]].concat();
    let lock_time = 840_000_u32.to_le_bytes();
    let version = n.to_le_bytes();
    StakingTx::parse(&[&version[..], &[2], &input, &input, &[1], &output, &lock_time].concat()).unwrap()
}
