//! A finality provider: its keys, its randomness, and everything it can sign, honestly or not.
//!
//! What it makes are the messages that the daemon sends, as JSON and to the byte. When to send them is
//! the [`daemon`](super::daemon)'s decision; this actor signs whatever it is asked to, as often as it is
//! asked to, and so can lose its key.
//!
//! ```
//! use actors::{Appchain, FinalityProvider};
//! use primitives::AppHash;
//!
//! let appchain = Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() };
//! let mut fp = FinalityProvider::new(7, 0, &appchain);
//! let commit = fp.commit(100, 50);
//! assert_eq!(commit["commit_public_randomness"]["num_pub_rand"], 50);
//! let vote = fp.vote(101, &AppHash::from_bytes([1; 32]))?;
//! assert_eq!(vote["submit_finality_signature"]["proof"]["index"], 1);
//! assert!(fp.vote(150, &AppHash::from_bytes([1; 32])).is_err());
//! # Ok::<(), actors::FinalityProviderError>(())
//! ```

mod commitment;
mod error;
mod message;
#[cfg(test)]
mod tests;

use std::ops::Range;

use eots::{Native, SecretKey, message as signed};
use merkle::RangeProof;
use primitives::{AppHash, BlockHeight, FpPublicKey, SigningContext};
use proto::btcstaking::{BtcSigType, ProofOfPossessionBtc};
use proto::covenant::SelfStakeOutput;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};

pub use commitment::{Branch, Commitment};
pub use error::FinalityProviderError;
use message::SignedVote;
pub(crate) use message::base64;

use crate::{address::address, babylon, randomness};

/// The appchain that a finality provider votes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appchain {
    /// Its chain id.
    pub chain_id: String,
    /// The address of the contract that takes the votes, in bech32.
    pub contract: String,
}

/// A finality provider.
#[derive(Debug, Clone)]
pub struct FinalityProvider {
    key: SecretKey,
    operator: [u8; 20],
    commit_context: SigningContext,
    vote_context: SigningContext,
    unjail_context: SigningContext,
    registration_context: SigningContext,
    self_stake_context: SigningContext,
    commitments: Vec<Commitment>,
}

impl FinalityProvider {
    /// Makes the finality provider number `index` of a seed: always the same key and operator.
    pub fn new(seed: u64, index: u32, appchain: &Appchain) -> Self {
        let mut rng = randomness::generator(seed, &format!("finality provider {index}"));
        Self::with_key(secret_key(&mut rng), randomness::bytes(&mut rng), appchain)
    }

    /// Makes a finality provider of a key and the 20 bytes of its operator's account.
    pub fn with_key(key: SecretKey, operator: [u8; 20], appchain: &Appchain) -> Self {
        let Appchain { chain_id, contract } = appchain;
        Self {
            key,
            operator,
            commit_context: SigningContext::randomness_commitment(chain_id, contract),
            vote_context: SigningContext::finality_vote(chain_id, contract),
            unjail_context: SigningContext::unjail(chain_id, contract),
            registration_context: SigningContext::local_registration(chain_id, contract),
            self_stake_context: SigningContext::self_stake(chain_id, contract),
            commitments: Vec::new(),
        }
    }

    /// Its Bitcoin key.
    pub fn public_key(&self) -> FpPublicKey {
        self.key.public_key().into()
    }

    /// Its Bitcoin key as messages and queries write it: lower-case hexadecimal.
    pub fn public_key_hex(&self) -> String {
        self.public_key().to_string()
    }

    /// Its secret key: what an equivocation must bring to light.
    pub const fn secret_key(&self) -> &SecretKey {
        &self.key
    }

    /// The 20 bytes of its operator's account.
    pub const fn operator(&self) -> &[u8; 20] {
        &self.operator
    }

    /// Its operator's address on Babylon, `bbn1...`.
    pub fn babylon_address(&self) -> String {
        self.account("bbn")
    }

    /// Its operator's address on a chain with this prefix.
    ///
    /// # Panics
    /// If `prefix` is no prefix of bech32.
    pub fn account(&self, prefix: &str) -> String {
        address(prefix, &self.operator)
    }

    /// The context its votes are signed under.
    pub const fn vote_context(&self) -> &SigningContext {
        &self.vote_context
    }

    /// Its proof that it holds the key, of type 0 (BIP-340), for the registration on Babylon.
    pub fn proof_of_possession(&self, babylon_chain_id: &str) -> ProofOfPossessionBtc {
        let context = SigningContext::fp_proof_of_possession(babylon_chain_id, babylon::BTC_STAKING_MODULE);
        let hash = signed::proof_of_possession_hash(&context, &self.operator);
        ProofOfPossessionBtc {
            btc_sig_type: BtcSigType::Bip340.into(),
            btc_sig: eots::schnorr::sign(&self.key, &hash, &[0; 32]).to_vec(),
        }
    }

    /// Registers it without Babylon, for its operator, who must send this to `btc-staking`: `register_fp`.
    pub fn register(&self) -> Value {
        let hash = signed::proof_of_possession_hash(&self.registration_context, &self.operator);
        let pop = message::base64(eots::schnorr::sign(&self.key, &hash, &[0; 32]));
        json!({ "register_fp": { "fp_pubkey_hex": self.public_key_hex(), "pop": pop } })
    }

    /// The output that locks its own stake for so many blocks of Bitcoin.
    pub fn self_stake_output(&self, timelock: u16) -> Option<SelfStakeOutput> {
        let key = self.public_key().into();
        SelfStakeOutput::new(&Native, &self.self_stake_context.digest(), &key, timelock)
    }

    /// Commits to `num` values from `start_height` on: `commit_public_randomness`.
    pub fn commit(&mut self, start_height: u64, num: u64) -> Value {
        self.commit_on_branch(0, start_height, num)
    }

    /// Commits to other randomness for the same heights, as one does who means to vote on two branches.
    pub fn commit_on_branch(&mut self, branch: Branch, start_height: u64, num: u64) -> Value {
        self.commit_for(branch, start_height, num, &(0..u64::MAX))
    }

    /// Commits to leaves to which only those heights that it will vote at have a nonce: a tree as large as a
    /// daemon's, in no time.
    pub fn commit_sparsely(&mut self, start_height: u64, num: u64, voted: &Range<u64>) -> Value {
        self.commit_for(0, start_height, num, voted)
    }

    fn commit_for(&mut self, branch: Branch, start_height: u64, num: u64, voted: &Range<u64>) -> Value {
        let commitment = Commitment::new(&self.key, &self.vote_context, branch, start_height, num, voted);
        let message = self.commit_message(&commitment);
        self.commitments.push(commitment);
        message
    }

    /// The message that commits to what is already in [`FinalityProvider::commitments`], for another try.
    pub fn commit_message(&self, commitment: &Commitment) -> Value {
        let Commitment { start_height, num_pub_rand, .. } = *commitment;
        let root = commitment.root();
        let start = BlockHeight::new(start_height);
        let hash = signed::commitment_hash(&self.commit_context, start, num_pub_rand, &root);
        json!({ "commit_public_randomness": {
            "fp_pubkey_hex": self.public_key_hex(),
            "start_height": start_height,
            "num_pub_rand": num_pub_rand,
            "commitment": message::base64(root),
            "signature": message::base64(eots::schnorr::sign(&self.key, &hash, &[0; 32])),
        } })
    }

    /// Its last commitment in full, as `bootstrap` names it; `None` where it has made none.
    pub fn named(&self) -> Option<Value> {
        let last = self.commitments.last()?;
        Some(json!({
            "fp_pubkey_hex": self.public_key_hex(),
            "start": last.start_height,
            "count": last.num_pub_rand,
            "root": message::base64(last.root()),
        }))
    }

    /// Everything committed to, in the order of the commitments.
    pub fn commitments(&self) -> &[Commitment] {
        &self.commitments
    }

    /// The newest commitment on a branch that covers the height.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn covering(&self, branch: Branch, height: u64) -> Result<&Commitment, FinalityProviderError> {
        let covers = |one: &&Commitment| one.branch == branch && one.covers(height);
        let none = FinalityProviderError::NoRandomness { height, branch };
        self.commitments.iter().rev().find(covers).ok_or(none)
    }

    /// Votes for the block at `height` whose header has this app hash: `submit_finality_signature`.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn vote(&self, height: u64, app_hash: &AppHash) -> Result<Value, FinalityProviderError> {
        self.vote_on_branch(0, height, app_hash)
    }

    /// Votes with the randomness committed to on a branch.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn vote_on_branch(
        &self,
        branch: Branch,
        height: u64,
        app_hash: &AppHash,
    ) -> Result<Value, FinalityProviderError> {
        let proof = self.proof(branch, height)?;
        let vote = self.sign(branch, height, app_hash);
        Ok(message::submit_finality_signature(&self.public_key_hex(), height, &vote, proof))
    }

    /// Votes with the randomness of `randomness_height` and the proof of that, as the daemon's program does where it
    /// counts heights wrongly; the signature is made with the right nonce, which nobody else has.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn vote_with_randomness_of(
        &self,
        randomness_height: u64,
        height: u64,
        app_hash: &AppHash,
    ) -> Result<Value, FinalityProviderError> {
        let none = FinalityProviderError::NoRandomness { height: randomness_height, branch: 0 };
        let (_, pub_rand) = self.covering(0, randomness_height)?.public(randomness_height).ok_or(none)?;
        let vote = SignedVote { pub_rand, ..self.sign(0, height, app_hash) };
        let proof = self.proof(0, randomness_height)?;
        Ok(message::submit_finality_signature(&self.public_key_hex(), height, &vote, proof))
    }

    /// Votes at a height with the secret nonce of another one, and so gives its key away to whoever has its vote there.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn vote_with_nonce_of(
        &self,
        nonce_height: u64,
        height: u64,
        app_hash: &AppHash,
    ) -> Result<Value, FinalityProviderError> {
        let vote = self.sign_with_nonce_of(0, nonce_height, height, app_hash);
        let proof = self.proof(0, nonce_height)?;
        Ok(message::submit_finality_signature(&self.public_key_hex(), height, &vote, proof))
    }

    /// Votes for two blocks of one height, and so gives its key away.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn double_vote(
        &self,
        height: u64,
        first: &AppHash,
        second: &AppHash,
    ) -> Result<[Value; 2], FinalityProviderError> {
        Ok([self.vote(height, first)?, self.vote(height, second)?])
    }

    /// Votes for consecutive heights in one message: `submit_finality_signature_range`.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`] or [`FinalityProviderError::EmptyRange`].
    pub fn vote_range(
        &self,
        start_height: u64,
        app_hashes: &[AppHash],
    ) -> Result<Value, FinalityProviderError> {
        let proof = self.range_proof(start_height, app_hashes.len() as u64)?;
        let votes: Vec<_> =
            (start_height..).zip(app_hashes).map(|(height, hash)| self.sign(0, height, hash)).collect();
        let proof = message::range_proof(&proof);
        Ok(message::submit_finality_signature_range(&self.public_key_hex(), start_height, &votes, proof))
    }

    /// As [`vote_range`](Self::vote_range), with the votes packed into bytes.
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`] or [`FinalityProviderError::EmptyRange`].
    pub fn vote_range_packed(
        &self,
        start_height: u64,
        app_hashes: &[AppHash],
    ) -> Result<Value, FinalityProviderError> {
        let mut message = self.vote_range(start_height, app_hashes)?;
        let votes = (start_height..).zip(app_hashes).map(|(height, hash)| self.sign(0, height, hash));
        let packed: Vec<u8> = votes
            .flat_map(|vote| [*vote.pub_rand.as_bytes(), vote.app_hash, *vote.signature.as_bytes()].concat())
            .collect();
        let fields = &mut message["submit_finality_signature_range"];
        fields["packed"] = message::base64(packed);
        fields.as_object_mut().map(|fields| fields.remove("votes"));
        Ok(message)
    }

    /// This finality provider's packed entry of [`submit_finality_signatures_at_packed`].
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn vote_entry_packed(
        &self,
        height: u64,
        app_hash: &AppHash,
    ) -> Result<Vec<u8>, FinalityProviderError> {
        let none = FinalityProviderError::NoRandomness { height, branch: 0 };
        let commitment = self.covering(0, height)?;
        let (index, _) = commitment.public(height).ok_or_else(|| none.clone())?;
        let proof = commitment.tree().proof(index).ok_or(none)?;
        let vote = self.sign(0, height, app_hash);
        let mut entry = Vec::new();
        entry.extend(self.public_key().as_bytes());
        entry.extend(vote.pub_rand.as_bytes());
        entry.extend(vote.signature.as_bytes());
        entry.extend(u8::try_from(proof.aunts.len()));
        entry.extend(proof.aunts.concat());
        Ok(entry)
    }

    /// This finality provider's entry of [`submit_finality_signatures_at`].
    ///
    /// # Errors
    /// [`FinalityProviderError::NoRandomness`].
    pub fn vote_entry(&self, height: u64, app_hash: &AppHash) -> Result<Value, FinalityProviderError> {
        let proof = self.proof(0, height)?;
        let vote = self.sign(0, height, app_hash);
        Ok(json!({
            "fp_pubkey_hex": self.public_key_hex(),
            "pub_rand": message::base64(vote.pub_rand.as_bytes()),
            "proof": proof,
            "signature": message::base64(vote.signature.as_bytes()),
        }))
    }

    /// The evidence that it signed two app hashes at a height: `submit_evidence`. It needs no
    /// commitment.
    pub fn submit_evidence(&self, height: u64, first: &AppHash, second: &AppHash) -> Value {
        let (first, second) = (self.sign(0, height, first), self.sign(0, height, second));
        message::submit_evidence(&self.public_key_hex(), height, &first, &second)
    }

    /// Asks to be unjailed by its operator's account: `unjail`.
    pub fn unjail(&self) -> Value {
        json!({ "unjail": { "fp_pubkey_hex": self.public_key_hex() } })
    }

    /// Asks to be unjailed by its Bitcoin key (RULINGS.md, "Unjail by key"). `jailed_until` is the time that
    /// `signing_info` answers.
    pub fn unjail_signed(&self, jailed_until: u64) -> Value {
        let hash = signed::unjail_hash(&self.unjail_context, jailed_until.into());
        let signature = message::base64(eots::schnorr::sign(&self.key, &hash, &[0; 32]));
        json!({ "unjail": { "fp_pubkey_hex": self.public_key_hex(), "signature": signature } })
    }

    /// The proof of as many values from a height on: that of the first commitment, with the aunts of each after it
    /// behind its own.
    fn range_proof(&self, start_height: u64, count: u64) -> Result<RangeProof, FinalityProviderError> {
        let (mut height, end) = (start_height, start_height.saturating_add(count));
        let mut whole: Option<RangeProof> = None;
        while height < end {
            let none = FinalityProviderError::NoRandomness { height, branch: 0 };
            let commitment = self.covering(0, height)?;
            let many = end.min(commitment.end_height().saturating_add(1)).saturating_sub(height);
            let part = commitment.tree().range(height.saturating_sub(commitment.start_height), many);
            let part = part.ok_or(none)?;
            match &mut whole {
                None => whole = Some(part),
                Some(whole) => whole.aunts.extend(part.aunts),
            }
            height = height.saturating_add(many);
        }
        whole.ok_or(FinalityProviderError::EmptyRange { start_height })
    }

    fn proof(&self, branch: Branch, height: u64) -> Result<Value, FinalityProviderError> {
        let commitment = self.covering(branch, height)?;
        let proof = commitment.public(height).and_then(|(index, _)| commitment.tree().proof(index));
        proof.as_ref().map(message::proof).ok_or(FinalityProviderError::NoRandomness { height, branch })
    }

    fn sign(&self, branch: Branch, height: u64, app_hash: &AppHash) -> SignedVote {
        self.sign_with_nonce_of(branch, height, height, app_hash)
    }

    fn sign_with_nonce_of(
        &self,
        branch: Branch,
        nonce_height: u64,
        height: u64,
        app_hash: &AppHash,
    ) -> SignedVote {
        let nonce = commitment::secret(&self.key, &self.vote_context, branch, nonce_height);
        let hash = signed::vote_hash(&self.vote_context, BlockHeight::new(height), app_hash);
        SignedVote {
            pub_rand: nonce.public(),
            app_hash: *app_hash.as_bytes(),
            signature: eots::sign(&self.key, &nonce, &hash),
        }
    }
}

/// Votes of many finality providers for one block in one message. `entries` are of
/// [`FinalityProvider::vote_entry`].
pub fn submit_finality_signatures_at(height: u64, app_hash: &AppHash, entries: &[Value]) -> Value {
    json!({ "submit_finality_signatures_at": {
        "height": height,
        "app_hash": message::base64(app_hash.as_bytes()),
        "votes": entries,
    } })
}

/// The same of packed entries, those of [`FinalityProvider::vote_entry_packed`].
pub fn submit_finality_signatures_at_packed(height: u64, app_hash: &AppHash, entries: &[Vec<u8>]) -> Value {
    json!({ "submit_finality_signatures_at": {
        "height": height,
        "app_hash": message::base64(app_hash.as_bytes()),
        "packed": message::base64(entries.concat()),
    } })
}

/// Draws until the bytes are a key; practically the first time.
pub(crate) fn secret_key(rng: &mut ChaCha20Rng) -> SecretKey {
    loop {
        if let Ok(key) = SecretKey::from_slice(&randomness::bytes::<32>(rng)) {
            return key;
        }
    }
}
