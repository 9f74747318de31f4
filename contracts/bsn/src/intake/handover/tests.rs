use api::btc_staking::{ExecuteMsg, StakeItem};
use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{CosmosMsg, ReplyOn, from_json};
use primitives::Txid;
use proto::btcstaking::UnbondedBtcDelegation;

use super::*;

fn delegation(bytes: usize) -> RawItem {
    RawItem { kind: ItemKind::ActiveDelegation, bytes: vec![7; bytes] }
}

fn end(txid: u8) -> RawItem {
    let staking_tx_hash = Txid::from_bytes([txid; 32]).to_string();
    RawItem::from(&UnbondedBtcDelegation { staking_tx_hash, ..Default::default() })
}

#[test]
fn all_items_go_in_one_message_whose_gas_follows_from_their_bytes() {
    let items = [delegation(3), end(1)];
    let handed: Vec<_> = items.iter().map(|item| (None, item.clone())).collect();
    let message = message("verifier", &handed).unwrap().unwrap();
    assert_eq!((message.reply_on, message.id), (ReplyOn::Always, HANDOVER_REPLY));
    let bytes = items.iter().map(|item| item.bytes.len() as u64).sum::<u64>();
    assert_eq!(message.gas_limit, Some(CALL_GAS + 2 * ITEM_GAS + bytes * BYTE_GAS));
    let CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, .. }) = message.msg else { panic!() };
    assert_eq!(contract_addr, "verifier");
    let [first, second] = items.map(|item| Binary::from(item.bytes));
    let expected =
        ExecuteMsg::TakeItems { items: vec![StakeItem::Delegation(first), StakeItem::End(second)] };
    assert_eq!(from_json::<ExecuteMsg>(msg).unwrap(), expected);
    assert!(super::message("verifier", &[]).unwrap().is_none());
}

/// The longest payload: as many bytes as one call hands over.
#[test]
fn a_payload_has_room() {
    let mut bytes = 0;
    let item = delegation(MAX_DELEGATION_BYTES);
    assert_eq!(take(&item, &mut bytes), Fate::Handed);
    let rest = delegation(MAX_BYTES - bytes - ITEM_BYTES);
    assert_eq!(take(&rest, &mut bytes), Fate::Handed);
    assert!(matches!(take(&delegation(0), &mut bytes), Fate::Refused(_)));
    let handed = [item, rest].map(|item| (None, item));
    let payload = message("verifier", &handed).unwrap().unwrap().payload;
    assert!(payload.len() < 128 * 1024, "{}", payload.len());
    let mut none = 0;
    let taken = core::iter::from_fn(|| (take(&delegation(0), &mut none) == Fate::Handed).then_some(()));
    assert_eq!(taken.count(), 192);
}

#[test]
fn what_is_too_long_alone_is_no_reason_to_wait() {
    let long = delegation(MAX_DELEGATION_BYTES + 1);
    assert!(matches!(take(&long, &mut 0), Fate::Refused(_)));
    assert!(fit(&[long.clone(), long]));
    let end = |bytes| RawItem { kind: ItemKind::Undelegation, bytes: vec![7; bytes] };
    assert_eq!(take(&end(MAX_BYTES - ITEM_BYTES), &mut 0), Fate::Handed);
    assert!(matches!(take(&end(MAX_BYTES - ITEM_BYTES + 1), &mut 0), Fate::Refused(_)));
    let half = delegation(MAX_BYTES / 2 - ITEM_BYTES);
    assert!(fit(&[half.clone(), half.clone()]));
    assert!(!fit(&[half.clone(), half, delegation(1)]));
}

#[test]
fn bitcoin_is_asked_of_all_but_what_counts_on_babylons_word() {
    let mut storage = MockStorage::new();
    let trusted = staking::Delegation {
        staker_address: String::new(),
        staker_key: [9; 32],
        fps: vec![],
        start_height: 1.into(),
        end_height: 2.into(),
        unbonding_time: 1,
        sats: primitives::Sats::ZERO,
        output_index: 0,
        params_version: 0,
        digest: staking::ItemDigest::of(b""),
        staking_tx: vec![1],
    };
    DELEGATIONS.save(&mut storage, &[1; 32], &Record::Known(trusted)).unwrap();
    DELEGATIONS.save(&mut storage, &[2; 32], &Record::Foretold).unwrap();
    DELEGATIONS.save(&mut storage, &[3; 32], &Record::Verified(vec![])).unwrap();
    let is_verified = |item: &RawItem| is_verified(&storage, item).unwrap();
    assert_eq!([1, 2, 3, 4].map(|txid| is_verified(&end(txid))), [false, true, true, true]);
    assert!(is_verified(&delegation(0)));
    assert!(!is_verified(&RawItem { kind: ItemKind::NewFinalityProvider, bytes: vec![] }));
    let unreadable = RawItem { kind: ItemKind::Undelegation, bytes: vec![0xff] };
    assert!(!is_verified(&unreadable), "it is refused where it came");
}

#[test]
fn an_answer_that_ends_too_early_says_nothing_of_the_rest() {
    let mut rest = &b"\x08+waiting\x00\x05S27"[..];
    assert_eq!([next(&mut rest), next(&mut rest), next(&mut rest)], [Some("+waiting"), Some(""), None]);
    assert_eq!(next(&mut &b"\x01\xff"[..]), None);
}
