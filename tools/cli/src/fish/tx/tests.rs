use bsn_rpc::proto::cosmos::authz::v1beta1::MsgExec;
use bsn_rpc::proto::cosmos::gov::v1::MsgSubmitProposal;
use bsn_rpc::proto::cosmos::tx::v1beta1::TxBody;
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract};
use bsn_rpc::proto::{Any, pack};

use super::*;
use crate::fish::vote::tests::{bytes, single, vote};

fn execute(vote: &Vote) -> Any {
    let (sender, contract) = ("app1sender".to_owned(), "app1contract".to_owned());
    pack(&MsgExecuteContract { sender, contract, msg: bytes(&single(vote)), funds: Vec::new() })
}

fn tx(messages: Vec<Any>) -> Vec<u8> {
    let body = TxBody { messages, ..Default::default() };
    TxRaw { body_bytes: body.encode_to_vec(), auth_info_bytes: vec![], signatures: vec![vec![0; 64]] }
        .encode_to_vec()
}

fn exec(msgs: Vec<Any>) -> Any {
    pack(&MsgExec { grantee: "app1grantee".to_owned(), msgs })
}

#[test]
fn votes_are_found_in_all_messages_and_inside_of_others() {
    let votes: Vec<Vote> = (1..5).map(|height| vote(1, height, 7)).collect();
    let proposal = pack(&MsgSubmitProposal { messages: vec![execute(&votes[3])], ..Default::default() });
    let messages =
        vec![execute(&votes[0]), exec(vec![execute(&votes[1]), exec(vec![execute(&votes[2])])]), proposal];
    assert_eq!(votes_in(&tx(messages)), votes);
}

#[test]
fn messages_inside_of_messages_end_somewhere() {
    let mut any = execute(&vote(1, 1, 7));
    for depth in 1..=12 {
        any = exec(vec![any]);
        assert_eq!(votes_in(&tx(vec![any.clone()])).len(), usize::from(3 + 2 * depth <= NESTED), "{depth}");
    }
}

/// Of kinds of messages that this program has never heard of, too.
#[test]
fn votes_are_found_whatever_kind_of_message_carries_them() {
    let votes: Vec<Vote> = (1..4).map(|height| vote(1, height, 7)).collect();
    let first = pack(&MsgInstantiateContract { msg: bytes(&single(&votes[0])), ..Default::default() });
    let unknown =
        Any { type_url: "/cosmos.group.v1.MsgSubmitProposal".to_owned(), ..exec(vec![execute(&votes[1])]) };
    let memo = format!(
        r#"{{"wasm":{{"contract":"app1contract","msg":{}}}}}"#,
        String::from_utf8(bytes(&single(&votes[2]))).unwrap()
    );
    let transfer = Any {
        type_url: "/ibc.applications.transfer.v1.MsgTransfer".to_owned(),
        value: [&[0x42, 0xff, 0x03][..], memo.as_bytes()].concat(),
    };
    let length = memo.len();
    assert!((128..16_384).contains(&length));
    let mut transfer = transfer;
    (transfer.value[1], transfer.value[2]) = (0x80 | (length & 0x7f) as u8, (length >> 7) as u8);
    assert_eq!(votes_in(&tx(vec![first, unknown, transfer])), votes);
}

#[test]
fn bytes_that_are_no_transaction_give_none() {
    let good = tx(vec![execute(&vote(1, 1, 7))]);
    for cut in [0, 1, 10, good.len() - 1] {
        let _ = votes_in(&good[..cut]);
    }
    assert!(votes_in(b"").is_empty() && votes_in(&[0xff; 200]).is_empty());
}
