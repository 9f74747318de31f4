use base64::{Engine, engine::general_purpose::STANDARD};
use primitives::AppHash;
use proto::{
    Message,
    finality::Evidence,
    zoneconcierge::{BsnSlashingIbcPacket, InboundPacket, inbound_packet::Packet},
};
use serde_json::{Value, json};

use super::{CLIENT, OTHER, babylon, fp};
use crate::{Babylon, BabylonError, SlashingRefusal, Stake};

fn packet(evidence: Option<Evidence>) -> Vec<u8> {
    InboundPacket { packet: Some(Packet::BsnSlashing(BsnSlashingIbcPacket { evidence })) }.encode_to_vec()
}

fn evidence(height: u64) -> Evidence {
    let fp = fp(0);
    let hashes = [AppHash::from_bytes([1; 32]), AppHash::from_bytes([2; 32])];
    let message = fp.submit_evidence(height, &hashes[0], &hashes[1]);
    let fields = &message["submit_evidence"];
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    Evidence {
        fp_btc_pk: fp.public_key().as_bytes().to_vec(),
        block_height: height,
        pub_rand: bytes(&fields["pub_rand"]),
        canonical_app_hash: bytes(&fields["first"]["app_hash"]),
        fork_app_hash: bytes(&fields["second"]["app_hash"]),
        canonical_finality_sig: bytes(&fields["first"]["signature"]),
        fork_finality_sig: bytes(&fields["second"]["signature"]),
        signing_context: fp.vote_context().as_str().into(),
    }
}

fn registered() -> Babylon {
    let mut babylon = babylon();
    babylon.register_fp(&fp(0), CLIENT).unwrap();
    babylon.delegate(Stake::new(&[fp(0).public_key()], 1_000)).unwrap();
    babylon
}

fn refusal(babylon: &mut Babylon, client: &str, bytes: &[u8]) -> SlashingRefusal {
    let receipt = babylon.receive(client, bytes).unwrap();
    let acknowledgement: Value = serde_json::from_slice(&receipt.acknowledgement).unwrap();
    assert_eq!(
        acknowledgement,
        json!({ "error": "ABCI code: 1: error handling packet: see events for details" })
    );
    receipt.outcome.unwrap_err()
}

#[test]
fn good_evidence_slashes_once_and_brings_out_the_key() {
    let mut babylon = registered();
    let key = fp(0).public_key();
    let receipt = babylon.receive(CLIENT, &packet(Some(evidence(5)))).unwrap();
    assert_eq!(receipt.outcome, Ok(key));
    assert_eq!(
        receipt.acknowledgement,
        br#"{"result":"Q29uc3VtZXIgc2xhc2hpbmcgaGFuZGxlZCBzdWNjZXNzZnVsbHk="}"#
    );
    assert!(babylon.fp(&key).unwrap().is_slashed);
    assert_eq!((babylon.active_sats(&key), babylon.state_digest(CLIENT).fps), (0, 0));
    let slashing = &babylon.slashings()[0];
    assert_eq!((slashing.fp, slashing.client.as_str()), (key, CLIENT));
    assert_eq!(slashing.evidence, evidence(5));
    assert_eq!(slashing.key.public_key(), fp(0).secret_key().public_key());

    let again = refusal(&mut babylon, CLIENT, &packet(Some(evidence(6))));
    assert_eq!(again, SlashingRefusal::AlreadySlashed { fp: key });
    assert_eq!(babylon.slashings().len(), 1);
}

#[test]
fn every_bit_of_the_evidence_counts() {
    let flip = |bytes: &mut Vec<u8>, place: usize| {
        let place = place % bytes.len();
        bytes[place] ^= 1;
    };
    type Mutation<'a> = Box<dyn Fn(&mut Evidence, usize) + 'a>;
    let mutations: Vec<(&str, Mutation<'_>)> = vec![
        ("fp_btc_pk", Box::new(|one, place| flip(&mut one.fp_btc_pk, place))),
        ("block_height", Box::new(|one, place| one.block_height ^= 1 << (place % 64))),
        ("pub_rand", Box::new(|one, place| flip(&mut one.pub_rand, place))),
        ("canonical_app_hash", Box::new(|one, place| flip(&mut one.canonical_app_hash, place))),
        ("fork_app_hash", Box::new(|one, place| flip(&mut one.fork_app_hash, place))),
        ("canonical_finality_sig", Box::new(|one, place| flip(&mut one.canonical_finality_sig, place))),
        ("fork_finality_sig", Box::new(|one, place| flip(&mut one.fork_finality_sig, place))),
        (
            "signing_context",
            Box::new(|one, place| {
                let mut context = one.signing_context.clone().into_bytes();
                flip(&mut context, place);
                one.signing_context = String::from_utf8(context).unwrap();
            }),
        ),
    ];
    let mut babylon = registered();
    for (name, mutate) in &mutations {
        for place in 0..64 {
            let mut mutant = evidence(5);
            mutate(&mut mutant, place);
            let refused = refusal(&mut babylon, CLIENT, &packet(Some(mutant)));
            assert!(matches!(refused, SlashingRefusal::Extraction(_)), "{name} {place}: {refused}");
        }
    }
    assert_eq!(babylon.slashings(), []);
    assert!(babylon.receive(CLIENT, &packet(Some(evidence(5)))).unwrap().outcome.is_ok());
}

#[test]
fn fields_of_a_wrong_length_are_named() {
    let mut babylon = registered();
    for field in 0..6 {
        for length in [0, 31, 33] {
            let mut mutant = evidence(5);
            let (name, bytes) = match field {
                0 => ("fp_btc_pk", &mut mutant.fp_btc_pk),
                1 => ("pub_rand", &mut mutant.pub_rand),
                2 => ("canonical_app_hash", &mut mutant.canonical_app_hash),
                3 => ("fork_app_hash", &mut mutant.fork_app_hash),
                4 => ("canonical_finality_sig", &mut mutant.canonical_finality_sig),
                _ => ("fork_finality_sig", &mut mutant.fork_finality_sig),
            };
            bytes.resize(length, 0);
            let refused = refusal(&mut babylon, CLIENT, &packet(Some(mutant)));
            assert_eq!(refused, SlashingRefusal::Field { field: name, got: length });
        }
    }
}

#[test]
fn evidence_of_one_vote_twice_is_none() {
    let mut same = evidence(5);
    same.fork_app_hash = same.canonical_app_hash.clone();
    same.fork_finality_sig = same.canonical_finality_sig.clone();
    let refused = refusal(&mut registered(), CLIENT, &packet(Some(same)));
    assert!(matches!(refused, SlashingRefusal::Extraction(eots::ExtractError::SameHash { .. })));
}

#[test]
fn evidence_must_come_from_the_consumer_of_the_accused() {
    let mut babylon = registered();
    let key = fp(0).public_key();
    let refused = refusal(&mut babylon, OTHER, &packet(Some(evidence(5))));
    let got = OTHER.to_string();
    assert_eq!(refused, SlashingRefusal::AnotherConsumer { fp: key, expected: CLIENT.into(), got });
    let refused = refusal(&mut super::babylon(), CLIENT, &packet(Some(evidence(5))));
    assert_eq!(refused, SlashingRefusal::UnknownFp { fp: key });
}

#[test]
fn what_is_no_evidence_is_refused() {
    let mut babylon = registered();
    assert_eq!(refusal(&mut babylon, CLIENT, &packet(None)), SlashingRefusal::NoEvidence);
    assert_eq!(refusal(&mut babylon, CLIENT, &[]), SlashingRefusal::UnknownKind);
    assert!(matches!(refusal(&mut babylon, CLIENT, &[0xff]), SlashingRefusal::Undecodable(_)));
}

#[test]
fn without_an_open_channel_there_is_no_acknowledgement() {
    let mut babylon = registered();
    babylon.close_channel(CLIENT).unwrap();
    let closed = BabylonError::ChannelNotOpen { client: CLIENT.into() };
    assert_eq!(babylon.receive(CLIENT, &packet(Some(evidence(5)))), Err(closed));
    assert_eq!(babylon.slashings(), []);
}
