use eots::{Native, SecretKey, message, schnorr};
use primitives::{FpPublicKey, SigningContext};
use proto::{
    btcstaking::{NewFinalityProvider, ProofOfPossessionBtc},
    cosmos::Description,
    finality::Evidence,
};
use rand_chacha::ChaCha20Rng;

use super::{BTC_STAKING_MODULE, Babylon, BabylonError, events::Event};
use crate::{FinalityProvider, address::address, finality_provider::secret_key, randomness};

/// A finality provider as Babylon knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct BabylonFp {
    /// Its Bitcoin key.
    pub key: FpPublicKey,
    /// The 20 bytes of its operator's account.
    pub operator: [u8; 20],
    /// Its proof that it holds the key.
    pub proof_of_possession: ProofOfPossessionBtc,
    /// The chain it works for: a consumer id, or Babylon's own chain id.
    pub bsn_id: String,
    /// Whether it was slashed.
    pub is_slashed: bool,
}

impl BabylonFp {
    /// One of Babylon's own, which every delegation needs.
    pub(super) fn own(rng: &mut ChaCha20Rng, chain_id: &str) -> Self {
        Self {
            key: secret_key(rng).public_key().into(),
            operator: randomness::bytes(rng),
            proof_of_possession: ProofOfPossessionBtc::default(),
            bsn_id: chain_id.into(),
            is_slashed: false,
        }
    }

    /// What its consumer is told.
    pub(super) fn event(&self) -> NewFinalityProvider {
        let address = address("bbn", &self.operator);
        NewFinalityProvider {
            description: Some(Description {
                moniker: format!("fp {}", &address[4..10]),
                website: "https://example.org".into(),
                ..Description::default()
            }),
            commission: "0.050000000000000000".into(),
            addr: address,
            btc_pk_hex: self.key.to_string(),
            pop: Some(self.proof_of_possession.clone()),
            bsn_id: self.bsn_id.clone(),
        }
    }
}

/// A slashing that evidence from an appchain brought about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slashing {
    /// The FP's public key, x-only (BIP 340).
    pub fp: FpPublicKey,
    /// The consumer that sent the evidence.
    pub client: String,
    /// The evidence.
    pub evidence: Evidence,
    /// The secret key that came out of it.
    pub key: SecretKey,
}

impl Babylon {
    /// Registers a finality provider for a consumer, with its proof of possession of type 0, and
    /// queues it for the consumer.
    ///
    /// # Errors
    /// Those of [`Babylon::register_fp_with`].
    pub fn register_fp(&mut self, fp: &FinalityProvider, client: &str) -> Result<(), BabylonError> {
        let proof = fp.proof_of_possession(&self.chain_id);
        self.register_fp_with(fp, client, proof)
    }

    /// Registers a finality provider with a given proof of possession. Type 0 (BIP-340) is verified; types
    /// 1 and 2 are taken as they are.
    ///
    /// # Errors
    /// [`BabylonError::UnknownConsumer`], [`BabylonError::ChannelNotOpen`] (no finality provider can
    /// register before the consumer's channel is open), [`BabylonError::FpExists`] or
    /// [`BabylonError::ProofOfPossession`].
    pub fn register_fp_with(
        &mut self,
        fp: &FinalityProvider,
        client: &str,
        proof_of_possession: ProofOfPossessionBtc,
    ) -> Result<(), BabylonError> {
        let key = fp.public_key();
        let consumer = self.consumer_mut(client)?;
        if consumer.open_channel().is_none() {
            return Err(BabylonError::ChannelNotOpen { client: client.into() });
        }
        if self.fps.contains_key(&key) {
            return Err(BabylonError::FpExists { fp: key });
        }
        if !self.is_possession_proven(fp, &proof_of_possession) {
            return Err(BabylonError::ProofOfPossession { fp: key });
        }
        let operator = *fp.operator();
        let bsn_id = client.to_string();
        let record = BabylonFp { key, operator, proof_of_possession, bsn_id, is_slashed: false };
        self.queue(client, Event::NewFp(record.event()));
        self.fps.insert(key, record);
        Ok(())
    }

    /// A finality provider by its key.
    pub fn fp(&self, key: &FpPublicKey) -> Option<&BabylonFp> {
        self.fps.get(key)
    }

    /// Babylon's own finality provider, which is added to every delegation that names none of Babylon's.
    pub const fn own_fp(&self) -> FpPublicKey {
        self.own_fp
    }

    /// Slashes a finality provider on Babylon's own account. No packet says so to anyone.
    ///
    /// # Errors
    /// [`BabylonError::UnknownFp`] or [`BabylonError::Slashed`].
    pub fn slash(&mut self, key: &FpPublicKey) -> Result<(), BabylonError> {
        let fp = self.fps.get_mut(key).ok_or(BabylonError::UnknownFp { fp: *key })?;
        if fp.is_slashed {
            return Err(BabylonError::Slashed { fp: *key });
        }
        fp.is_slashed = true;
        Ok(())
    }

    /// Everything that evidence from appchains brought about, in order.
    pub fn slashings(&self) -> &[Slashing] {
        &self.slashings
    }

    fn is_possession_proven(&self, fp: &FinalityProvider, proof: &ProofOfPossessionBtc) -> bool {
        if proof.btc_sig_type != 0 {
            return matches!(proof.btc_sig_type, 1 | 2) && !proof.btc_sig.is_empty();
        }
        let context = SigningContext::fp_proof_of_possession(&self.chain_id, BTC_STAKING_MODULE);
        let hash = message::proof_of_possession_hash(&context, fp.operator());
        let Ok(signature) = proof.btc_sig.as_slice().try_into() else { return false };
        schnorr::verify(&Native, &fp.public_key(), &hash, signature).is_ok()
    }
}
