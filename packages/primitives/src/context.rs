use core::fmt;

use sha2::{Digest, Sha256};

/// What a signature is for: 64 ASCII characters put in front of the signed message.
///
/// `hex(sha256("btcstaking/0/<operation>/<chain id>/<address>"))`, so that a signature for one
/// operation, chain and contract is worth nothing for any other (PROTOCOL.md, "Signing contexts").
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SigningContext([u8; 64]);

impl SigningContext {
    /// A commitment to public randomness, on the appchain `chain_id` to the contract at `address`.
    pub fn randomness_commitment(chain_id: &str, address: &str) -> Self {
        Self::new("fp_rand_commit", chain_id, address)
    }

    /// A finality signature, on the appchain `chain_id` to the contract at `address`.
    pub fn finality_vote(chain_id: &str, address: &str) -> Self {
        Self::new("fp_fin_vote", chain_id, address)
    }

    /// A finality provider's proof of possession, on Babylon `chain_id` to its `btcstaking` module.
    pub fn fp_proof_of_possession(chain_id: &str, address: &str) -> Self {
        Self::new("fp_pop", chain_id, address)
    }

    /// A finality provider asking to be unjailed by its Bitcoin key (RULINGS.md, "Unjail by key").
    pub fn unjail(chain_id: &str, address: &str) -> Self {
        Self::new("fp_unjail", chain_id, address)
    }

    /// A finality provider that registers on the appchain `chain_id` itself, to the `bsn` at `address`: its proof of possession.
    pub fn local_registration(chain_id: &str, address: &str) -> Self {
        Self::new("fp_local_pop", chain_id, address)
    }

    /// Stake that a finality provider locks by its own key, for the `bsn` at `address`: the script names this context.
    pub fn self_stake(chain_id: &str, address: &str) -> Self {
        Self::new("self_stake", chain_id, address)
    }

    /// A timestamp in Bitcoin of the appchain `chain_id`, whose `bsn` is at `address`.
    pub fn bitcoin_timestamp(chain_id: &str, address: &str) -> Self {
        Self::new("btc_timestamp", chain_id, address)
    }

    /// A staker's word about where its rewards are paid, on the appchain `chain_id` to the contract at `address`.
    pub fn staker_payout(chain_id: &str, address: &str) -> Self {
        Self::new("staker_payout", chain_id, address)
    }

    fn new(operation: &str, chain_id: &str, address: &str) -> Self {
        let preimage = format!("btcstaking/0/{operation}/{chain_id}/{address}");
        let mut ascii = [0; 64];
        // Sixty-four characters is what 32 bytes take: this cannot fail.
        let _ = hex::encode_to_slice(Sha256::digest(preimage.as_bytes()), &mut ascii);
        Self(ascii)
    }

    /// The 64 ASCII bytes that stand in front of the message.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// sha256 of the 64 characters: what a script or a timestamp in Bitcoin carries.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }

    /// The same as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for SigningContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SigningContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningContext({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contexts that Babylon's Go code makes for this chain and address (PROTOCOL.md,
    /// "Signing contexts").
    #[test]
    fn contexts_equal_babylons() {
        let chain = "babylon-testnet-phase-3";
        let contract = "cosmwasm17p9rzwnnfxcjp32un9ug7yhhzgtkhvl9jfksztgw5uh69wac2pgsnuzwl9";
        assert_eq!(
            SigningContext::randomness_commitment(chain, contract).as_str(),
            "426e3bbde95ac61ed54aea76127037a73df68311895da6ca20f853e3b9fb6316"
        );
        assert_eq!(
            SigningContext::finality_vote(chain, contract).as_str(),
            "fa7fd18247e453980a96b7f7045772dfac42bedfa1cd62338e60c5c102698f18"
        );
    }

    /// sha256sum of `btcstaking/0/fp_pop/a/b`, of `btcstaking/0/fp_unjail/a/b`, and of `btcstaking/0/staker_payout/a/b`.
    #[test]
    fn the_other_operations_have_their_names() {
        let pop = "f9c6f13f7d0b8e06f70178ec2b670b0eb859f2cf0b05c4e4f16176c2c3b00a85";
        let unjail = "b4e6770b7b8094b45a7643b6b72a117af8495800b33695d955252541f1d7f5ea";
        assert_eq!(SigningContext::fp_proof_of_possession("a", "b").to_string(), pop);
        assert_eq!(SigningContext::unjail("a", "b").to_string(), unjail);
        assert_eq!(SigningContext::unjail("a", "b").as_bytes(), unjail.as_bytes());
        let payout = "878230774cc0143bbafe43f14119d4748fdeba65fde7cee40bbba789eabd516c";
        assert_eq!(SigningContext::staker_payout("a", "b").to_string(), payout);
    }

    /// sha256sum of `btcstaking/0/fp_local_pop/a/b`, `btcstaking/0/self_stake/a/b` and `btcstaking/0/btc_timestamp/a/b`.
    #[test]
    fn what_needs_no_babylon_has_names_of_its_own() {
        let [pop, stake, timestamp] = [
            "d5c663971df2cc3bc7c918448d19dd09dc092c3f310301339bc185e5b37f11b8",
            "f3ed707bc72ceaa93e6289d98b0d72d8b0738f4e827915558da7120f792a1a9e",
            "7c1e8564319d30f9bbea8526cefbb99124d2bcd0f884d6b54c5e0ced353725d3",
        ];
        assert_eq!(SigningContext::local_registration("a", "b").to_string(), pop);
        assert_eq!(SigningContext::self_stake("a", "b").to_string(), stake);
        assert_eq!(SigningContext::bitcoin_timestamp("a", "b").to_string(), timestamp);
    }

    #[test]
    fn operation_chain_and_contract_all_matter() {
        let contexts = [
            SigningContext::finality_vote("a", "b"),
            SigningContext::finality_vote("a", "c"),
            SigningContext::finality_vote("b", "b"),
            SigningContext::randomness_commitment("a", "b"),
            SigningContext::fp_proof_of_possession("a", "b"),
            SigningContext::unjail("a", "b"),
            SigningContext::local_registration("a", "b"),
            SigningContext::self_stake("a", "b"),
            SigningContext::bitcoin_timestamp("a", "b"),
            SigningContext::staker_payout("a", "b"),
        ];
        for (i, one) in contexts.iter().enumerate() {
            for other in contexts.iter().skip(i + 1) {
                assert_ne!(one, other);
            }
        }
    }
}
