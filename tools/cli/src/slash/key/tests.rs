use super::*;
use crate::fish::vote::tests::{bytes, context, key, public, single, vote, vote_with};

fn file(text: &[u8], fp: Option<u8>) -> Result<FpPublicKey, String> {
    of_file(text, "it", &context(), fp.map(public).as_ref()).map(|key| key.public_key().into())
}

fn lines(votes: &[Vote]) -> Vec<u8> {
    let lines: Vec<Vec<u8>> = votes.iter().map(|vote| bytes(&single(vote))).collect();
    lines.join(&b'\n')
}

#[test]
fn two_votes_at_one_height_give_the_key() {
    let votes = [vote(1, 5, 7), vote(2, 5, 7), vote(1, 5, 8)];
    assert_eq!(file(&lines(&votes), None), Ok(public(1)));
    assert_eq!(file(&lines(&votes), Some(1)), Ok(public(1)));
    let message = crate::fish::proof::message(&Evidence {
        provider: public(1),
        height: BlockHeight::new(5),
        randomness: *votes[0].randomness.as_bytes(),
        first: votes[0].signed,
        second: votes[2].signed,
    });
    assert_eq!(file(message.to_string().as_bytes(), Some(1)), Ok(public(1)));
}

#[test]
fn a_nonce_at_two_heights_gives_it_too() {
    assert_eq!(file(&lines(&[vote(1, 5, 7), vote_with(1, 5, 6, 7)]), None), Ok(public(1)));
}

#[test]
fn what_the_contract_answers_gives_it() {
    let [first, second] = [vote(1, 5, 7), vote(1, 5, 8)];
    let evidence = api::bsn::Evidence {
        fp_btc_pk: public(1).as_bytes().to_vec(),
        block_height: 5,
        pub_rand: first.randomness.as_bytes().to_vec(),
        canonical_app_hash: vec![7; 32],
        fork_app_hash: vec![8; 32],
        canonical_finality_sig: first.signed.signature.to_vec(),
        fork_finality_sig: second.signed.signature.to_vec(),
        signing_context: String::new(),
    };
    let answer = api::bsn::EvidenceResponse { evidence: Some(evidence) };
    assert_eq!(file(&serde_json::to_vec(&answer).unwrap(), Some(1)), Ok(public(1)));
}

#[test]
fn a_key_is_read_and_must_be_theirs() {
    let text = format!("{}\n", hex::encode(key(1).to_bytes()));
    assert_eq!(file(text.as_bytes(), None), Ok(public(1)));
    assert_eq!(file(text.as_bytes(), Some(1)), Ok(public(1)));
    let said = file(text.as_bytes(), Some(2)).unwrap_err();
    assert_eq!(said, format!("it: the key is of {}, not of {}", public(1), public(2)));
    assert!(!said.contains(&hex::encode(key(1).to_bytes())), "a key is not repeated");
}

#[test]
fn what_gives_no_key_is_named() {
    let said = |text: &[u8], fp| file(text, fp).unwrap_err();
    assert_eq!(said(b"hello", None), "it holds neither a key of 64 hexadecimal digits nor votes");
    let zero = "it: a secret key must be a number from 1 to the group order less 1";
    assert_eq!(said(&[b'0'; 64], None), zero);
    let honest = [vote(1, 5, 7), vote(1, 6, 8), vote(2, 5, 8), vote(1, 5, 7)];
    let none =
        "it holds no two votes that give a key away: one nonce and two hashes of one finality provider";
    assert_eq!(said(&lines(&honest), None), none);
    assert_eq!(said(&lines(&honest), Some(3)), format!("it holds no vote of {}", public(3)));
    let mut forged = vote(1, 5, 8);
    forged.signed.signature = [1; 32];
    assert_eq!(said(&lines(&[vote(1, 5, 7), forged]), None), none, "nobody is framed");
    let other = "it holds 1 votes, of which none has a valid signature of this chain and contract";
    assert_eq!(said(&lines(&[forged]), None), other);
}
