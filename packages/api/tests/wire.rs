//! What Go programs send is read, and what they read is written, to the letter (PROTOCOL.md,
//! "The block hooks", "The daemon's messages" and "The daemon's queries").

use bsn_api::bsn::{
    AtHeight, BlocksResponse, ByKey, Delegation, DelegatorUnbondingInfo, Empty, Evidence, EvidenceResponse,
    ExecuteMsg, FinalityProvider, FinalitySignatureResponse, IndexedBlock, KeyAtHeight, PowerResponse,
    PowersResponse, ProofOfPossession, PubRandCommit, QueryMsg, SigningInfo, SudoMsg, UndelegationInfo,
    VotesResponse,
};
use cosmwasm_std::{from_json, to_json_string};
use serde::Serialize;

const KEY: &str = "db34109af277bdb0b0d643f97190730217538f8643cafd4005a633903a1ea03d";

fn written(answer: &impl Serialize) -> String {
    to_json_string(answer).unwrap()
}

fn execute(json: &str) -> ExecuteMsg {
    from_json(json.replace("KEY", KEY)).unwrap()
}

fn vote(total: u64, aunts: &str) -> ExecuteMsg {
    execute(&format!(
        r#"{{"submit_finality_signature":{{"fp_pubkey_hex":"KEY","height":101,
        "pub_rand":"4YvGix+sG7VFkdwAOcLHEFpa8rvZPDraIgOHOzQMM4g=",
        "proof":{{"total":{total},"index":1,"leaf_hash":"jEeEiV6FOllzpK+RvY/2bNgW9KHEYuMXUvq52cGKDwE=",
        "aunts":{aunts}}},"block_hash":"72mMim+wSHA/TrSWyoAbAOdMQYDPmVsegQDvIfgomD4=",
        "signature":"ASxUjC6UqpxJTIl7s4sgZclTHfqRXXUkaQC8etnxPYw="}}}}"#
    ))
}

#[test]
fn a_commitment_of_the_daemon_is_read() {
    let read = execute(
        r#"{"commit_public_randomness":{"fp_pubkey_hex":"KEY","start_height":100,"num_pub_rand":1000,
        "commitment":"Wk0zaui3LuWiqBXOsvfsmu8oxNqrFuRkskB7F/5j7WE=",
        "signature":"0WRC+252GiR4G1jxDMlPQqjb4bD7OQovNzoNxqu9euQ9HZA6O8ZC1taK3vPr9PocMkWFzXZle60RsCCd4w5WAw=="}}"#,
    );
    let ExecuteMsg::CommitPublicRandomness {
        fp_pubkey_hex,
        start_height,
        num_pub_rand,
        commitment,
        signature,
    } = read
    else {
        panic!("{read:?}")
    };
    assert_eq!((fp_pubkey_hex.as_str(), start_height, num_pub_rand), (KEY, 100, 1000));
    assert_eq!((commitment.len(), commitment[0], commitment[31]), (32, 0x5a, 0x61));
    assert_eq!((signature.len(), signature[0], signature[63]), (64, 0xd1, 0x03));
}

#[test]
fn a_vote_of_the_daemon_is_read() {
    let read = vote(1000, r#"["IrXcXc+Ezn8pg6raNBPihiJaQ6JFJUa4P4LUQw67W7A="]"#);
    let ExecuteMsg::SubmitFinalitySignature { fp_pubkey_hex, height, pub_rand, proof, block_hash, signature } =
        read
    else {
        panic!("{read:?}")
    };
    assert_eq!((fp_pubkey_hex.as_str(), height), (KEY, 101));
    assert_eq!((pub_rand[0], block_hash[0], signature[0]), (0xe1, 0xef, 0x01));
    assert_eq!((proof.total, proof.index, proof.leaf_hash[0]), (1000, 1, 0x8c));
    let aunts = proof.aunts.unwrap();
    assert_eq!((aunts.len(), aunts[0].len(), aunts[0][0]), (1, 32, 0x22));
}

#[test]
fn a_nil_slice_of_go_means_no_aunts() {
    let ExecuteMsg::SubmitFinalitySignature { proof, .. } = vote(1, "null") else { panic!("not a vote") };
    assert_eq!((proof.total, proof.aunts), (1, None));
}

#[test]
fn an_unjail_of_the_daemon_is_read() {
    let read = execute(r#"{"unjail":{"fp_pubkey_hex":"KEY"}}"#);
    assert_eq!(read, ExecuteMsg::Unjail { fp_pubkey_hex: KEY.to_owned(), signature: None });
}

#[test]
fn the_hooks_of_the_chain_module_are_read_whatever_a_later_version_adds() {
    for extra in ["", r#","time":1,"more":{"nested":[null]}"#] {
        let hashes = format!(r#""hash_hex":"aa","app_hash_hex":"bb"{extra}"#);
        let (hash_hex, app_hash_hex) = ("aa".to_owned(), "bb".to_owned());
        let begin: SudoMsg = from_json(format!(r#"{{"begin_block":{{{hashes}}}}}"#)).unwrap();
        let end: SudoMsg = from_json(format!(r#"{{"end_block":{{{hashes}}}}}"#)).unwrap();
        let (hash, app_hash) = (hash_hex.clone(), app_hash_hex.clone());
        assert_eq!(begin, SudoMsg::BeginBlock { hash_hex: hash, app_hash_hex: app_hash });
        assert_eq!(end, SudoMsg::EndBlock { hash_hex, app_hash_hex });
    }
}

#[test]
fn queries_of_the_daemon_are_read_with_their_fields_left_out() {
    let key = KEY.to_owned();
    let read = |json: &str| from_json::<QueryMsg>(json.replace("KEY", KEY)).unwrap();
    assert_eq!(
        read(r#"{"pub_rand_commit":{"btc_pk_hex":"KEY","start_after":7}}"#),
        QueryMsg::PubRandCommit { btc_pk_hex: key.clone(), start_after: Some(7), limit: None, reverse: None }
    );
    assert_eq!(
        read(r#"{"blocks":{"start_after":9,"limit":1000,"finalised":true,"reverse":false}}"#),
        QueryMsg::Blocks {
            start_after: Some(9),
            limit: Some(1000),
            finalised: Some(true),
            reverse: Some(false)
        }
    );
    assert_eq!(
        read(r#"{"finality_provider_power":{"btc_pk_hex":"KEY","height":101}}"#),
        QueryMsg::FinalityProviderPower(KeyAtHeight { btc_pk_hex: key.clone(), height: 101 })
    );
    assert_eq!(
        read(r#"{"signing_info":{"btc_pk_hex":"KEY"}}"#),
        QueryMsg::SigningInfo(ByKey { btc_pk_hex: key.clone() })
    );
    assert_eq!(
        read(r#"{"last_pub_rand_commit":{"btc_pk_hex":"KEY"}}"#),
        QueryMsg::LastPubRandCommit(ByKey { btc_pk_hex: key })
    );
    assert_eq!(read(r#"{"last_finalized_height":{}}"#), QueryMsg::LastFinalizedHeight(Empty {}));
    assert_eq!(read(r#"{"votes":{"height":5}}"#), QueryMsg::Votes(AtHeight { height: 5 }));
}

#[test]
fn a_commitment_has_all_its_fields_and_never_the_letters_null() {
    let commit =
        PubRandCommit { start_height: 0, num_pub_rand: u64::MAX, height: 0, commitment: vec![0, 255] };
    let json = written(&commit);
    assert_eq!(
        json,
        r#"{"start_height":0,"num_pub_rand":18446744073709551615,"height":0,"commitment":[0,255]}"#
    );
    assert!(!json.contains("null"));
    assert_eq!(written(&None::<PubRandCommit>), "null");
}

#[test]
fn blocks_and_votes_are_written_for_go() {
    let block = IndexedBlock { height: 3, app_hash: vec![1, 2], finalized: true };
    let json = r#"{"height":3,"app_hash":[1,2],"finalized":true}"#;
    assert_eq!(written(&block), json);
    assert_eq!(written(&BlocksResponse { blocks: vec![block] }), format!(r#"{{"blocks":[{json}]}}"#));
    assert_eq!(written(&BlocksResponse { blocks: vec![] }), r#"{"blocks":[]}"#);
    let votes = VotesResponse { btc_pks: vec!["aa".to_owned(), "bb".to_owned()] };
    assert_eq!(written(&votes), r#"{"btc_pks":["aa","bb"]}"#);
    assert_eq!(written(&FinalitySignatureResponse { signature: vec![] }), r#"{"signature":[]}"#);
    assert_eq!(written(&FinalitySignatureResponse { signature: vec![9] }), r#"{"signature":[9]}"#);
}

#[test]
fn signing_info_is_jailed_by_a_number_and_free_by_null() {
    let mut info = SigningInfo {
        fp_btc_pk_hex: "aa".to_owned(),
        start_height: 1,
        last_signed_height: 2,
        jailed_until: None,
    };
    let json = |until: &str| {
        format!(r#"{{"fp_btc_pk_hex":"aa","start_height":1,"last_signed_height":2,"jailed_until":{until}}}"#)
    };
    assert_eq!(written(&info), json("null"));
    info.jailed_until = Some(1_750_000_000);
    assert_eq!(written(&info), json("1750000000"));
}

#[test]
fn power_and_heights_are_bare_numbers() {
    assert_eq!(written(&PowerResponse { power: 0 }), r#"{"power":0}"#);
    let powers = PowersResponse { powers: vec![(5, 100), (6, 0)] };
    assert_eq!(written(&powers), r#"{"powers":[[5,100],[6,0]]}"#);
    assert_eq!((written(&Some(7_u64)), written(&None::<u64>)), ("7".to_owned(), "null".to_owned()));
}

#[test]
fn a_finality_provider_has_the_fields_that_say_whether_it_is_slashed() {
    let mut fp = FinalityProvider {
        addr: "bbn1".to_owned(),
        btc_pk_hex: "aa".to_owned(),
        pop: Some(ProofOfPossession { btc_sig_type: 0, btc_sig: vec![1] }),
        slashed_height: 0,
        slashed_btc_height: 0,
        consumer_id: "consumer".to_owned(),
    };
    let json = |pop: &str, height: u64, btc_height: u32| {
        format!(
            r#"{{"addr":"bbn1","btc_pk_hex":"aa","pop":{pop},"slashed_height":{height},"slashed_btc_height":{btc_height},"consumer_id":"consumer"}}"#
        )
    };
    assert_eq!(written(&fp), json(r#"{"btc_sig_type":0,"btc_sig":[1]}"#, 0, 0));
    (fp.pop, fp.slashed_height, fp.slashed_btc_height) = (None, 9, 1);
    assert_eq!(written(&fp), json("null", 9, 1));
}

#[test]
fn evidence_has_the_fields_that_go_reads() {
    assert_eq!(written(&EvidenceResponse { evidence: None }), r#"{"evidence":null}"#);
    let evidence = Evidence {
        fp_btc_pk: vec![1],
        block_height: 2,
        pub_rand: vec![3],
        canonical_app_hash: vec![4],
        fork_app_hash: vec![5],
        canonical_finality_sig: vec![],
        fork_finality_sig: vec![6],
        signing_context: "ab".to_owned(),
    };
    let json = r#"{"evidence":{"fp_btc_pk":[1],"block_height":2,"pub_rand":[3],"canonical_app_hash":[4],"fork_app_hash":[5],"canonical_finality_sig":[],"fork_finality_sig":[6],"signing_context":"ab"}}"#;
    assert_eq!(written(&EvidenceResponse { evidence: Some(evidence) }), json);
}

#[test]
fn a_delegation_is_written_with_numbers_for_bytes_and_null_while_it_is_active() {
    let mut delegation = Delegation {
        staker_addr: "bbn1".to_owned(),
        btc_pk_hex: "aa".to_owned(),
        fp_btc_pk_list: vec!["bb".to_owned()],
        start_height: 1,
        end_height: 9,
        total_sat: 5,
        staking_tx: vec![2, 0],
        slashing_tx: vec![],
        delegator_slashing_sig: vec![],
        covenant_sigs: vec![],
        staking_output_idx: 1,
        unbonding_time: 3,
        undelegation_info: UndelegationInfo {
            unbonding_tx: vec![],
            slashing_tx: vec![],
            delegator_slashing_sig: vec![],
            covenant_slashing_sigs: vec![],
            covenant_unbonding_sig_list: vec![],
            delegator_unbonding_info: None,
        },
        params_version: 0,
    };
    let json = |ended: &str| {
        format!(
            r#"{{"staker_addr":"bbn1","btc_pk_hex":"aa","fp_btc_pk_list":["bb"],"start_height":1,"end_height":9,"total_sat":5,"staking_tx":[2,0],"slashing_tx":[],"delegator_slashing_sig":[],"covenant_sigs":[],"staking_output_idx":1,"unbonding_time":3,"undelegation_info":{{"unbonding_tx":[],"slashing_tx":[],"delegator_slashing_sig":[],"covenant_slashing_sigs":[],"covenant_unbonding_sig_list":[],"delegator_unbonding_info":{ended}}},"params_version":0}}"#
        )
    };
    assert_eq!(written(&delegation), json("null"));
    let ended = DelegatorUnbondingInfo { spend_stake_tx: vec![] };
    delegation.undelegation_info.delegator_unbonding_info = Some(ended);
    assert_eq!(written(&delegation), json(r#"{"spend_stake_tx":[]}"#));
}

#[test]
fn stake_is_injected_as_the_suites_of_the_daemons_write_it() {
    let read = execute(
        r#"{"btc_staking":{"new_fp":[{"description":{},"commission":"0.1","addr":"bbn1","btc_pk_hex":"KEY",
        "pop":{"btc_sig_type":0,"btc_sig":""},"consumer_id":"c"}],"active_del":[{"staker_addr":"s",
        "fp_btc_pk_list":["KEY"],"total_sat":7,"staking_tx":"AgA=","covenant_sigs":[{"cov_pk":"","adaptor_sigs":[]}],
        "undelegation_info":{}}],"slashed_del":[],"unbonded_del":[{"staking_tx_hash":"ab","unbonding_tx_sig":""}]}}"#,
    );
    let ExecuteMsg::BtcStaking { new_fp, active_del, unbonded_del } = read else { panic!("{read:?}") };
    assert_eq!((new_fp[0].btc_pk_hex.as_str(), new_fp[0].consumer_id.as_str()), (KEY, "c"));
    assert_eq!((active_del[0].total_sat, active_del[0].staking_tx.as_slice()), (7, [2, 0].as_slice()));
    assert_eq!(unbonded_del[0].staking_tx_hash, "ab");
    assert_eq!(
        execute(r#"{"btc_staking":{}}"#),
        ExecuteMsg::BtcStaking { new_fp: vec![], active_del: vec![], unbonded_del: vec![] }
    );
}
