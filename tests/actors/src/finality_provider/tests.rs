use base64::{Engine, engine::general_purpose::STANDARD};
use eots::{Native, PublicRandomness, Signature, extract, message as signed, schnorr, verify};
use merkle::{Proof, RangeProof};
use primitives::{AppHash, BlockHeight, SigningContext, UnixTime};
use serde_json::{Value, json};

use super::{Appchain, FinalityProvider, FinalityProviderError, submit_finality_signatures_at};

fn appchain() -> Appchain {
    Appchain { chain_id: "bsn-1".into(), contract: "bbnc1contract".into() }
}

fn provider() -> FinalityProvider {
    FinalityProvider::new(1, 0, &appchain())
}

fn hash(byte: u8) -> AppHash {
    AppHash::from_bytes([byte; 32])
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    STANDARD.decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn hashes(value: &Value) -> Vec<[u8; 32]> {
    value.as_array().map(|list| list.iter().map(bytes).collect()).unwrap_or_default()
}

fn proof(value: &Value) -> Proof {
    Proof {
        total: value["total"].as_u64().unwrap(),
        index: value["index"].as_u64().unwrap(),
        leaf_hash: bytes(&value["leaf_hash"]),
        aunts: hashes(&value["aunts"]),
    }
}

fn is_valid(fp: &FinalityProvider, height: u64, app_hash: &AppHash, vote: &Value) -> bool {
    let pub_rand = PublicRandomness::from_bytes(bytes(&vote["pub_rand"]));
    let signature = Signature::from_bytes(bytes(&vote["signature"]));
    let message = signed::vote_hash(fp.vote_context(), BlockHeight::new(height), app_hash);
    verify(&Native, &fp.public_key(), &pub_rand, &message, &signature).is_ok()
}

#[test]
fn seed_and_index_make_the_finality_provider() {
    assert_eq!(provider().public_key(), provider().public_key());
    let others = [FinalityProvider::new(1, 1, &appchain()), FinalityProvider::new(2, 0, &appchain())];
    for other in others {
        assert_ne!(other.public_key(), provider().public_key());
        assert_ne!(other.operator(), provider().operator());
    }
    let (hrp, bytes) = bech32::decode(&provider().babylon_address()).unwrap();
    assert_eq!((hrp.as_str(), bytes.as_slice()), ("bbn", provider().operator().as_slice()));
}

#[test]
fn a_commitment_is_signed_for_this_chain_and_contract() {
    let mut fp = provider();
    let message = fp.commit(100, 10);
    let fields = &message["commit_public_randomness"];
    assert_eq!(fields["start_height"], 100);
    assert_eq!(fields["num_pub_rand"], 10);
    assert_eq!(fields["fp_pubkey_hex"], fp.public_key_hex());
    let root: [u8; 32] = bytes(&fields["commitment"]);
    let context = SigningContext::randomness_commitment("bsn-1", "bbnc1contract");
    let message = signed::commitment_hash(&context, BlockHeight::new(100), 10, &root);
    let signature = bytes(&fields["signature"]);
    assert!(schnorr::verify(&Native, &fp.public_key(), &message, &signature).is_ok());
    let elsewhere = SigningContext::randomness_commitment("bsn-2", "bbnc1contract");
    let message = signed::commitment_hash(&elsewhere, BlockHeight::new(100), 10, &root);
    assert!(schnorr::verify(&Native, &fp.public_key(), &message, &signature).is_err());
}

#[test]
fn every_committed_height_has_a_valid_vote_and_no_other() {
    let mut fp = provider();
    fp.commit(100, 7);
    let root = fp.commitments()[0].root();
    for height in 100..107 {
        let message = fp.vote(height, &hash(1)).unwrap();
        let vote = &message["submit_finality_signature"];
        assert!(is_valid(&fp, height, &hash(1), vote));
        assert!(!is_valid(&fp, height, &hash(2), vote));
        let proof = proof(&vote["proof"]);
        assert_eq!((proof.total, proof.index), (7, height - 100));
        proof.verify(&root, &bytes::<32>(&vote["pub_rand"])).unwrap();
        assert_eq!(bytes::<32>(&vote["block_hash"]), [1; 32]);
    }
    for height in [99, 107] {
        let none = FinalityProviderError::NoRandomness { height, branch: 0 };
        assert_eq!(fp.vote(height, &hash(1)), Err(none));
    }
}

#[test]
fn a_single_value_has_null_aunts() {
    let mut fp = provider();
    fp.commit(5, 1);
    let vote = fp.vote(5, &hash(1)).unwrap();
    assert_eq!(vote["submit_finality_signature"]["proof"]["aunts"], Value::Null);
    fp.commit(6, 2);
    let vote = fp.vote(6, &hash(1)).unwrap();
    assert_eq!(vote["submit_finality_signature"]["proof"]["aunts"].as_array().unwrap().len(), 1);
}

#[test]
fn a_double_vote_gives_the_key_away() {
    let mut fp = provider();
    fp.commit(1, 4);
    let votes = fp.double_vote(3, &hash(1), &hash(2)).unwrap();
    let sides = votes.map(|vote| vote["submit_finality_signature"].clone());
    assert_eq!(sides[0]["pub_rand"], sides[1]["pub_rand"]);
    let message = |h| signed::vote_hash(fp.vote_context(), BlockHeight::new(3), &hash(h));
    let signature = |i: usize| Signature::from_bytes(bytes(&sides[i]["signature"]));
    let randomness = PublicRandomness::from_bytes(bytes(&sides[0]["pub_rand"]));
    let key =
        extract(&fp.public_key(), &randomness, (&message(1), &signature(0)), (&message(2), &signature(1)))
            .unwrap();
    assert_eq!(key.public_key(), fp.secret_key().public_key());
}

#[test]
fn two_branches_share_no_randomness() {
    let mut fp = provider();
    fp.commit(1, 4);
    fp.commit_on_branch(1, 1, 4);
    let here = fp.vote(3, &hash(1)).unwrap();
    let there = fp.vote_on_branch(1, 3, &hash(2)).unwrap();
    let (here, there) = (&here["submit_finality_signature"], &there["submit_finality_signature"]);
    assert_ne!(here["pub_rand"], there["pub_rand"]);
    assert!(is_valid(&fp, 3, &hash(2), there));
    let root = fp.covering(1, 3).unwrap().root();
    proof(&there["proof"]).verify(&root, &bytes::<32>(&there["pub_rand"])).unwrap();
    assert!(fp.vote_on_branch(2, 3, &hash(1)).is_err());
}

#[test]
fn evidence_is_two_valid_signatures_without_any_commitment() {
    let fp = provider();
    let message = fp.submit_evidence(9, &hash(1), &hash(2));
    let evidence = &message["submit_evidence"];
    for (side, byte) in [("first", 1), ("second", 2)] {
        let vote = json!({ "pub_rand": evidence["pub_rand"], "signature": evidence[side]["signature"] });
        assert!(is_valid(&fp, 9, &hash(byte), &vote));
        assert_eq!(bytes::<32>(&evidence[side]["app_hash"]), [byte; 32]);
    }
}

#[test]
fn a_range_has_one_proof_for_all_its_votes() {
    let mut fp = provider();
    fp.commit(100, 20);
    let app_hashes: Vec<_> = (0..6).map(hash).collect();
    let message = fp.vote_range(103, &app_hashes).unwrap();
    let range = &message["submit_finality_signature_range"];
    let votes = range["votes"].as_array().unwrap();
    for ((height, app_hash), vote) in (103..).zip(&app_hashes).zip(votes) {
        assert!(is_valid(&fp, height, app_hash, vote));
    }
    let proof = RangeProof {
        total: range["proof"]["total"].as_u64().unwrap(),
        start: range["proof"]["start"].as_u64().unwrap(),
        aunts: hashes(&range["proof"]["aunts"]),
    };
    let leaves: Vec<[u8; 32]> = votes.iter().map(|vote| bytes(&vote["pub_rand"])).collect();
    proof.verify(&fp.commitments()[0].root(), &leaves).unwrap();
    assert_eq!(fp.vote_range(100, &[]), Err(FinalityProviderError::EmptyRange { start_height: 100 }));
    let none = FinalityProviderError::NoRandomness { height: 120, branch: 0 };
    assert_eq!(fp.vote_range(118, &[hash(1); 3]), Err(none));
    fp.commit(120, 5);
    let message = fp.vote_range(118, &[hash(1); 3]).unwrap();
    let parts = fp.commitments().iter().zip([(18, 2), (0, 1)]);
    let aunts: Vec<_> =
        parts.flat_map(|(one, (index, count))| one.tree().range(index, count).unwrap().aunts).collect();
    assert_eq!(hashes(&message["submit_finality_signature_range"]["proof"]["aunts"]), aunts);
}

#[test]
fn a_batch_holds_the_votes_of_many() {
    let mut fps: Vec<_> = (0..3).map(|i| FinalityProvider::new(1, i, &appchain())).collect();
    let entries: Vec<_> = fps
        .iter_mut()
        .map(|fp| {
            fp.commit(1, 3);
            fp.vote_entry(2, &hash(4)).unwrap()
        })
        .collect();
    let message = submit_finality_signatures_at(2, &hash(4), &entries);
    let batch = &message["submit_finality_signatures_at"];
    assert_eq!(bytes::<32>(&batch["app_hash"]), [4; 32]);
    for (fp, vote) in fps.iter().zip(batch["votes"].as_array().unwrap()) {
        assert_eq!(vote["fp_pubkey_hex"], fp.public_key_hex());
        assert!(is_valid(fp, 2, &hash(4), vote));
    }
}

#[test]
fn possession_and_unjailing_are_proven_by_the_key() {
    let fp = provider();
    let pop = fp.proof_of_possession("bbn-1");
    assert_eq!(pop.btc_sig_type, 0);
    let module = "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah";
    let context = SigningContext::fp_proof_of_possession("bbn-1", module);
    let message = signed::proof_of_possession_hash(&context, fp.operator());
    let signature = pop.btc_sig.as_slice().try_into().unwrap();
    assert!(schnorr::verify(&Native, &fp.public_key(), &message, signature).is_ok());

    let unjail = fp.unjail_signed(77);
    let signature = bytes(&unjail["unjail"]["signature"]);
    let context = SigningContext::unjail("bsn-1", "bbnc1contract");
    let verify = |until| {
        let message = signed::unjail_hash(&context, UnixTime::new(until));
        schnorr::verify(&Native, &fp.public_key(), &message, &signature)
    };
    assert!(verify(77).is_ok());
    assert!(verify(78).is_err());
    assert_eq!(fp.unjail(), json!({ "unjail": { "fp_pubkey_hex": fp.public_key_hex() } }));
}

#[test]
fn ten_thousand_heights_are_committed_once_and_voted_on_at_random() {
    let mut fp = provider();
    fp.commit(1, 10_000);
    let root = fp.commitments()[0].root();
    for height in [1, 5_000, 10_000] {
        let message = fp.vote(height, &hash(1)).unwrap();
        let vote = &message["submit_finality_signature"];
        proof(&vote["proof"]).verify(&root, &bytes::<32>(&vote["pub_rand"])).unwrap();
    }
}
