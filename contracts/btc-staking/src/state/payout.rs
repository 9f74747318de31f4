use cosmwasm_std::Addr;
use payout::{Account, Bucket, Closed, Denoms, Provider};
use primitives::{BtcHeight, FpPublicKey};
use serde::{Deserialize, Serialize};

use super::{Single, Table};

/// Denominations of rewards, by their numbers.
pub const DENOMS: Single<Denoms> = Single::new("denoms");
/// What a spend's first prover gets at most: denomination and amount; 0 where nothing.
pub const BOUNTY: Single<(String, u128)> = Single::new("bounty");
/// Finality providers, as far as rewards go.
pub const PROVIDERS: Table<Provider> = Table::new("r");
/// What stakes have earned.
pub const ACCOUNTS: Table<Account> = Table::new("a");
/// How many sats of a finality provider expire at a height.
pub const OPEN: Table<u64> = Table::new("e");
/// The same of heights that have come.
pub const CLOSED: Table<Closed> = Table::new("c");
/// Where stakers are paid.
pub const PAYEES: Table<Payee> = Table::new("n");
/// Who registered a finality provider here.
pub const OWNERS: Table<Addr> = Table::new("own");

/// Where a staker is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// The address.
    pub address: Addr,
    /// The counter of the word that named it.
    pub counter: u64,
}

/// A bucket's key: height, finality provider.
pub fn bucket_key(bucket: &Bucket) -> [u8; 36] {
    let mut key = [0; 36];
    let (height, fp) = key.split_at_mut(4);
    height.copy_from_slice(&bucket.height.get().to_be_bytes());
    fp.copy_from_slice(bucket.fp.as_bytes());
    key
}

/// The bucket of such a key.
pub fn bucket_of(key: &[u8]) -> Option<Bucket> {
    let (height, fp) = key.split_first_chunk()?;
    let fp = FpPublicKey::from_bytes(*fp.first_chunk()?);
    Some(Bucket { height: BtcHeight::new(u32::from_be_bytes(*height)), fp })
}
