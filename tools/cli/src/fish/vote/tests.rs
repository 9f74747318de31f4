use api::bsn::{self as wire, ExecuteMsg};
use base64::{Engine, engine::general_purpose::STANDARD};
use cosmwasm_std::Binary;
use eots::{SecretKey, SecretRandomness, message};
use serde_json::json;

use super::*;

/// The chain and the contract of the tests.
pub(crate) fn context() -> SigningContext {
    SigningContext::finality_vote("app-1", "app1contract")
}

pub(crate) fn key(number: u8) -> SecretKey {
    SecretKey::from_slice(&[number; 32]).unwrap()
}

pub(crate) fn public(number: u8) -> FpPublicKey {
    key(number).public_key().into()
}

/// A vote of a key at a height, with the nonce of another one, for a hash.
pub(crate) fn vote_with(number: u8, nonce_of: u64, height: u64, hash: u8) -> Vote {
    let key = key(number);
    let nonce = SecretRandomness::derive(&key, &context(), nonce_of);
    let (height, app_hash) = (BlockHeight::new(height), AppHash::from_bytes([hash; 32]));
    let signature = *eots::sign(&key, &nonce, &message::vote_hash(&context(), height, &app_hash)).as_bytes();
    Vote {
        provider: public(number),
        height,
        randomness: nonce.public(),
        signed: SignedHash { app_hash, signature },
    }
}

/// A vote as it should be.
pub(crate) fn vote(number: u8, height: u64, hash: u8) -> Vote {
    vote_with(number, height, height, hash)
}

fn binary(bytes: &[u8]) -> Binary {
    Binary::from(bytes)
}

fn no_proof() -> wire::MerkleProof {
    wire::MerkleProof { total: 0, index: 0, leaf_hash: Binary::default(), aunts: None }
}

/// The message of a single vote.
pub(crate) fn single(vote: &Vote) -> ExecuteMsg {
    ExecuteMsg::SubmitFinalitySignature {
        fp_pubkey_hex: vote.provider.to_string(),
        height: vote.height.get(),
        pub_rand: binary(vote.randomness.as_bytes()),
        proof: no_proof(),
        block_hash: binary(vote.signed.app_hash.as_bytes()),
        signature: binary(&vote.signed.signature),
    }
}

pub(crate) fn bytes(message: &ExecuteMsg) -> Vec<u8> {
    serde_json::to_vec(message).unwrap()
}

fn range(votes: &[Vote], packed: &[Vote]) -> ExecuteMsg {
    let written = |vote: &Vote| wire::RangeVote {
        pub_rand: binary(vote.randomness.as_bytes()),
        app_hash: binary(vote.signed.app_hash.as_bytes()),
        signature: binary(&vote.signed.signature),
    };
    let parts = |vote: &Vote| {
        [&vote.randomness.as_bytes()[..], vote.signed.app_hash.as_bytes(), &vote.signed.signature].concat()
    };
    ExecuteMsg::SubmitFinalitySignatureRange {
        fp_pubkey_hex: votes[0].provider.to_string(),
        start_height: votes[0].height.get(),
        votes: votes.iter().map(written).collect(),
        packed: packed.iter().flat_map(parts).collect::<Vec<u8>>().into(),
        proof: wire::MerkleRangeProof { total: 0, start: 0, aunts: vec![] },
    }
}

fn at(votes: &[Vote], packed: &[Vote]) -> ExecuteMsg {
    let written = |vote: &Vote| wire::VoteAt {
        fp_pubkey_hex: vote.provider.to_string(),
        pub_rand: binary(vote.randomness.as_bytes()),
        proof: no_proof(),
        signature: binary(&vote.signed.signature),
    };
    let parts = |(aunts, vote): (u8, &Vote)| {
        let aunts = [vec![aunts], vec![9; 32 * usize::from(aunts)]].concat();
        [&vote.provider.as_bytes()[..], vote.randomness.as_bytes(), &vote.signed.signature, &aunts].concat()
    };
    ExecuteMsg::SubmitFinalitySignaturesAt {
        height: votes[0].height.get(),
        app_hash: binary(votes[0].signed.app_hash.as_bytes()),
        votes: votes.iter().map(written).collect(),
        packed: (0..).zip(packed).flat_map(parts).collect::<Vec<u8>>().into(),
    }
}

#[test]
fn each_message_gives_the_votes_in_it() {
    let one = vote(1, 5, 7);
    assert_eq!(votes_in(&bytes(&single(&one))), [one]);
    assert!(one.is_genuine(&context()));

    let run: Vec<Vote> = (10..16).map(|height| vote(1, height, 7)).collect();
    assert_eq!(votes_in(&bytes(&range(&run[..2], &run[2..]))), run);

    let many: Vec<Vote> = (1..7).map(|number| vote(number, 9, 7)).collect();
    assert_eq!(votes_in(&bytes(&at(&many[..2], &many[2..]))), many);

    let (first, second) = (vote(1, 5, 7), vote(1, 5, 8));
    let signed = |vote: &Vote| wire::Vote {
        app_hash: binary(vote.signed.app_hash.as_bytes()),
        signature: binary(&vote.signed.signature),
    };
    let evidence = ExecuteMsg::SubmitEvidence {
        fp_pubkey_hex: first.provider.to_string(),
        height: 5,
        pub_rand: binary(first.randomness.as_bytes()),
        first: signed(&first),
        second: signed(&second),
    };
    assert_eq!(votes_in(&bytes(&evidence)), [first, second], "somebody's evidence that failed");
}

#[test]
fn a_vote_of_many_that_cannot_be_read_costs_the_others_nothing() {
    let run: Vec<Vote> = (10..14).map(|height| vote(1, height, 7)).collect();
    let mut message = serde_json::to_value(range(&run, &[])).unwrap();
    message["submit_finality_signature_range"]["votes"][1]["signature"] = json!("AA==");
    message["submit_finality_signature_range"]["proof"] = json!("none");
    assert_eq!(votes_in(message.to_string().as_bytes()), [run[0], run[2], run[3]], "each has its height");

    let mut message = serde_json::to_value(at(&run[..1], &run[..1])).unwrap();
    let fields = &mut message["submit_finality_signatures_at"];
    let packed = STANDARD.decode(fields["packed"].as_str().unwrap()).unwrap();
    fields["packed"] = json!(STANDARD.encode(&packed[..96]));
    assert_eq!(votes_in(message.to_string().as_bytes()).len(), 2, "the byte behind the last is missing");
    fields_cut(&mut message, &packed[..95]);
    assert_eq!(votes_in(message.to_string().as_bytes()).len(), 1);
}

fn fields_cut(message: &mut Value, packed: &[u8]) {
    message["submit_finality_signatures_at"]["packed"] = json!(STANDARD.encode(packed));
}

#[test]
fn a_vote_that_another_contract_hands_on_is_found_and_not_for_ever() {
    let one = vote(1, 5, 7);
    let mut message = bytes(&single(&one));
    for depth in 1..=10 {
        let inner = json!({ "execute": { "msgs": [{ "wasm": { "execute": {
            "contract_addr": "app1contract", "msg": STANDARD.encode(&message), "funds": [] } } }] } });
        message = inner.to_string().into_bytes();
        assert_eq!(votes_in(&message).len(), usize::from(depth <= NESTED), "{depth}");
    }
}

/// Whatever the contract takes for a vote is one here: base64 that lacks its padding, and white space around JSON.
#[test]
fn a_vote_that_is_written_in_an_unusual_way_is_found_as_the_contract_reads_it() {
    let one = vote(1, 5, 7);
    let usual = String::from_utf8(bytes(&single(&one))).unwrap();
    let bare = usual.replace("=\"", "\"");
    assert!(bare.len() < usual.len());
    let spread = format!(" \n\t{bare}\n");
    for written in [&bare, &spread, &usual.replace("signature\"", "signatur\\u0065\"")] {
        assert!(cosmwasm_std::from_json::<ExecuteMsg>(written).is_ok(), "{written}");
        assert_eq!(votes_in(written.as_bytes()), [one], "{written}");
    }
    // Handed on by another contract, and from a transfer's memo in one.
    let handed = json!({ "execute": { "msg": STANDARD.encode(&spread).trim_end_matches('=') } }).to_string();
    let memo = json!({ "forward": { "memo": spread } }).to_string();
    assert_eq!([handed, memo].map(|text| votes_in(text.as_bytes())), [[one], [one]]);
}

#[test]
fn heights_end_where_numbers_do() {
    let votes = [vote(1, u64::MAX - 1, 7), vote(1, 5, 7), vote(1, 6, 7)];
    let read = votes_in(&bytes(&range(&votes, &[])));
    assert_eq!((read.len(), read[0], read[1].height.get()), (2, votes[0], u64::MAX));
}

#[test]
fn what_is_no_vote_gives_none() {
    let height_as_text = json!({ "submit_finality_signature": { "height": "5" } }).to_string();
    for other in ["", "{", "[]", "7", r#"{"retry_outbox":{"fp_pubkey_hex":"aa"}}"#, &height_as_text] {
        assert!(votes_in(other.as_bytes()).is_empty(), "{other}");
    }
}

#[test]
fn a_vote_for_another_chain_or_with_anything_changed_is_not_genuine() {
    let good = vote(1, 5, 7);
    let elsewhere = SigningContext::finality_vote("app-2", "app1contract");
    assert!(good.is_genuine(&context()) && !good.is_genuine(&elsewhere));
    let mut signature = good.signed.signature;
    signature[31] ^= 1;
    let forged = [
        Vote { provider: public(2), ..good },
        Vote { height: BlockHeight::new(6), ..good },
        Vote { randomness: vote(1, 6, 7).randomness, ..good },
        Vote { signed: SignedHash { signature, ..good.signed }, ..good },
        Vote { signed: SignedHash { app_hash: AppHash::from_bytes([8; 32]), ..good.signed }, ..good },
    ];
    assert!(forged.iter().all(|vote| !vote.is_genuine(&context())));
}
