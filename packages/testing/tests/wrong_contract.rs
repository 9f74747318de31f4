//! What the client says of a contract that is not there, not `bsn`, or broken.

use bsn_client::cosmwasm_3::Bsn;
use bsn_client::raw::RawError;
use bsn_client::{Error, NotFinal, Query};
use cosmwasm_std_3::testing::MockQuerier;
use cosmwasm_std_3::{
    from_json, to_json_binary, Addr, Binary, Deps, DepsMut, Empty, Env, MessageInfo, QuerierWrapper,
    Response, StdError, StdResult,
};
use cw_multi_test_3::{App, ContractWrapper, Executor};
use serde_json::{json, Value};

/// A contract that answers with what it was made with, and keeps what it was made with.
fn instantiate(deps: DepsMut<'_>, _: Env, _: MessageInfo, made: Value) -> StdResult<Response> {
    for (key, value) in made.as_object().into_iter().flatten() {
        deps.storage.set(key.as_bytes(), &from_json::<Binary>(value.to_string())?);
    }
    Ok(Response::new())
}

fn execute(_: DepsMut<'_>, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn query(deps: Deps<'_>, _: Env, _: Value) -> StdResult<Binary> {
    deps.storage.get(b"answer").map(Binary::from).ok_or_else(|| StdError::msg("unknown variant"))
}

fn contract(kept: &[(&str, &[u8])]) -> (App, Bsn) {
    let mut app = App::default();
    let code = app.store_code(Box::new(ContractWrapper::new(execute, instantiate, query)));
    let owner = app.api().addr_make("owner");
    let made: Value =
        kept.iter().map(|(key, value)| ((*key).to_owned(), json!(Binary::from(*value)))).collect();
    let addr = app.instantiate_contract(code, owner, &made, &[], "other", None).unwrap();
    (app, Bsn(addr))
}

fn status(kept: &[(&str, &[u8])], height: u64) -> Error {
    let (app, bsn) = contract(kept);
    bsn.status(&app.wrap(), height).unwrap_err()
}

#[test]
fn an_address_without_a_contract() {
    let app = App::default();
    let nobody = Bsn(app.api().addr_make("nobody"));
    let contract = nobody.0.to_string();
    // As a chain answers; cw-multi-test has an error of its own.
    let chain = MockQuerier::<Empty>::default();
    let error = nobody.require_final(&QuerierWrapper::<Empty>::new(&chain), 1).unwrap_err();
    assert_eq!(error, NotFinal::Unasked(Error::NoSuchContract { contract: contract.clone() }));
    assert!(matches!(nobody.status(&app.wrap(), 1), Err(Error::Refused { .. })));
    assert_eq!(error.to_string(), format!("there is no contract {contract}"));
    // Some chains answer a raw query of no contract with nothing, as they do of a contract without the record.
    assert_eq!(nobody.last_final(&app.wrap()), Err(Error::NoRecord { contract }));
}

#[test]
fn what_is_no_address_at_all() {
    let app = App::default();
    let wrong = Bsn(Addr::unchecked("no address"));
    let querier: QuerierWrapper<'_, Empty> = app.wrap();
    assert!(matches!(wrong.status(&querier, 1), Err(Error::NoSuchContract { .. } | Error::Refused { .. })));
}

#[test]
fn a_contract_that_is_not_bsn() {
    let Error::Refused { query, reason, .. } = status(&[], 5) else { panic!("not refused") };
    assert_eq!(query, Query::FinalityStatus { height: 5 }.name());
    assert!(reason.contains("unknown variant"), "{reason}");
    let Error::NotBsn { reason, .. } = status(&[("answer", br#"{"price":"1"}"#)], 5) else {
        panic!("is bsn")
    };
    assert!(reason.contains("height"), "{reason}");
}

#[test]
fn an_answer_that_contradicts_itself_is_not_one_of_bsn() {
    let answer = |height: u64, by: u64| {
        let vote = json!({"state": "quorum"});
        let status =
            json!({"height": height, "block": "final", "certified_by": by, "gap_before": 0, "vote": vote});
        to_json_binary(&status).unwrap()
    };
    let (app, bsn) = contract(&[("answer", &answer(5, 6))]);
    assert_eq!(bsn.require_final(&app.wrap(), 5), Ok(()));
    for (height, by, why) in
        [(4, 6, "another height"), (6, 7, "another height"), (5, 5, "not above"), (5, 4, "not above")]
    {
        let Error::NotBsn { reason, .. } = status(&[("answer", &answer(height, by))], 5) else {
            panic!("{height}")
        };
        assert!(reason.contains(why), "{height} {by}: {reason}");
    }
    for half in ["certified_by", "gap_before"] {
        let mut answer: Value = from_json(answer(5, 6)).unwrap();
        answer.as_object_mut().unwrap().remove(half);
        let Error::NotBsn { reason, .. } = status(&[("answer", answer.to_string().as_bytes())], 5) else {
            panic!("{half}")
        };
        assert!(reason.contains("not both"), "{half}: {reason}");
    }
}

#[test]
fn broken_bytes_where_the_record_of_finality_stands() {
    let record = |bytes: &[u8]| {
        let (app, bsn) = contract(&[("P", bytes)]);
        bsn.last_final(&app.wrap())
    };
    let two = [[0, 0, 0, 0, 0, 0, 0, 9], [0, 0, 0, 0, 0, 0, 0, 8]].concat();
    assert_eq!(record(&two), Ok(Some(8)));
    for (bytes, why) in [
        (&two[..15], RawError::TooShort { bytes: 15 }),
        (
            &br#"{"an":"item"}, as cw-storage-plus has it"#[..],
            RawError::NoHeight { number: 0x7b22_616e_223a_2269 },
        ),
        (
            &[two[8..].to_vec(), two[..8].to_vec()].concat(),
            RawError::FinalWithoutQuorum { last_final: 9, last_quorum: 8 },
        ),
    ] {
        let Err(Error::BadRecord { reason, .. }) = record(bytes) else { panic!("{why} was taken") };
        assert_eq!(reason, why);
    }
    let (app, bsn) = contract(&[]);
    assert!(matches!(bsn.last_final(&app.wrap()), Err(Error::NoRecord { .. })));
}

#[test]
fn a_broken_anchor() {
    let key = String::from_utf8(bsn_client::raw::anchor_key(7).to_vec()).unwrap();
    let (app, bsn) = contract(&[(&key, &[1; 63])]);
    assert!(matches!(
        bsn.anchor(&app.wrap(), 7),
        Err(Error::BadRecord { reason: RawError::TooShort { bytes: 63 }, .. })
    ));
    assert_eq!(bsn.anchor(&app.wrap(), 8), Ok(None));
}
