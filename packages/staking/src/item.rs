use core::fmt;

use primitives::{BtcHeight, FpPublicKey, Sats, Txid};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::StakingTx;

/// The most finality providers that a delegation may name: one of Babylon and one of each appchain,
/// of which Babylon's own limit allows far fewer.
pub const MAX_FPS: usize = 64;

/// sha256 of a packet item as it arrived: whether a duplicate is one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ItemDigest([u8; 32]);

impl ItemDigest {
    /// Hashes the encoded item.
    pub fn of(encoded: &[u8]) -> Self {
        Self(Sha256::digest(encoded).into())
    }

    /// Takes a digest from the wire.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ItemDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// One item of a staking packet, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A finality provider registered, with the caller's verdict on its proof of possession.
    NewFinalityProvider(NewFinalityProvider, PopVerdict),
    /// A delegation became active.
    ActiveDelegation(ActiveDelegation),
    /// A delegation ended early.
    Undelegation(Undelegation),
}

/// A finality provider registered on Babylon for this appchain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFinalityProvider {
    /// Its key.
    pub key: FpPublicKey,
    /// Its operator's address on Babylon, `bbn1...`.
    pub babylon_address: String,
    /// The consumer id it registered for: the id of the IBC client on Babylon.
    pub consumer_id: String,
    /// Its commission, the decimal text as Babylon sent it; only ever shown.
    pub commission: String,
    /// That it holds the key.
    pub pop: Option<ProofOfPossession>,
    /// The item as it arrived.
    pub digest: ItemDigest,
}

/// A proof of possession of the Bitcoin key, as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofOfPossession {
    /// 0 Schnorr (BIP-340), 1 BIP-322, 2 ECDSA.
    pub kind: i32,
    /// The signature.
    pub signature: Vec<u8>,
}

/// What the caller, who has the cryptography, says of a new finality provider's key and proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PopVerdict {
    /// The proof is good.
    Verified,
    /// Not checked here: Babylon did (RULINGS.md, "Registration").
    Trusted,
    /// The proof is bad.
    Bad,
    /// The key is no point of the curve, or one that cannot be voted with.
    BadKey,
}

/// A delegation that became active on Babylon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveDelegation {
    /// The staker's address on Babylon, `bbn1...`; taken as it is.
    pub staker_address: String,
    /// The staker's x-only key.
    pub staker_key: [u8; 32],
    /// All finality providers delegated to, Babylon's own among them.
    pub fps: Vec<FpPublicKey>,
    /// The Bitcoin height of the staking transaction.
    pub start_height: BtcHeight,
    /// The Bitcoin height at which the time lock ends.
    pub end_height: BtcHeight,
    /// How long unbonding takes, in blocks of Bitcoin.
    pub unbonding_time: u16,
    /// How much.
    pub sats: Sats,
    /// The staking transaction. Its lock time and the number of its inputs do not matter.
    pub staking_tx: StakingTx,
    /// Which of its outputs is the stake.
    pub output_index: u32,
    /// The version of Babylon's staking parameters.
    pub params_version: u32,
    /// The item as it arrived.
    pub digest: ItemDigest,
}

impl ActiveDelegation {
    /// What a delegation is known by: the id of its staking transaction.
    pub const fn txid(&self) -> Txid {
        self.staking_tx.txid()
    }

    /// The first Bitcoin height at which it has no power any more: the end of the time lock less the
    /// unbonding time, at least zero (then it has none at all).
    pub fn expiry(&self) -> BtcHeight {
        self.end_height.saturating_sub(u32::from(self.unbonding_time))
    }
}

/// A delegation that ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undelegation {
    /// The staking transaction's id, internal byte order.
    pub txid: Txid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_is_known_by_the_sha256_of_its_bytes() {
        // FIPS 180-4's example for `abc`.
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex::encode(ItemDigest::of(b"abc").as_bytes()), digest);
    }
}
