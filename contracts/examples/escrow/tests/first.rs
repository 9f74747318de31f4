use bsn_testing::multi_test_3::MockBsn;
use cosmwasm_std::coins;
use cw_multi_test::{App, ContractWrapper, Executor};
use escrow::{ExecuteMsg, InstantiateMsg};

#[test]
fn a_deposit_is_paid_once_its_block_is_final() {
    let mut app = App::new(|router, api, storage| {
        router.bank.init_balance(storage, &api.addr_make("alice"), coins(10, "coin")).unwrap();
    });
    let bsn = MockBsn::new(&mut app);
    let code =
        app.store_code(Box::new(ContractWrapper::new(escrow::execute, escrow::instantiate, escrow::query)));
    let (alice, bob) = (app.api().addr_make("alice"), app.api().addr_make("bob"));
    let made = InstantiateMsg { bsn: bsn.addr.to_string() };
    let escrow = app.instantiate_contract(code, alice.clone(), &made, &[], "escrow", None).unwrap();

    let deposit = ExecuteMsg::Deposit { to: bob.to_string() };
    app.execute_contract(alice.clone(), escrow.clone(), &deposit, &coins(10, "coin")).unwrap();
    let block = app.block_info().height;

    bsn.stall(&mut app, block + 3); // nobody votes
    let claim = ExecuteMsg::Claim { id: 1 };
    assert!(app.execute_contract(alice.clone(), escrow.clone(), &claim, &[]).is_err());

    bsn.finalize(&mut app, block); // a later height has quorum
    app.execute_contract(alice, escrow, &claim, &[]).unwrap();
    assert_eq!(app.wrap().query_balance(&bob, "coin").unwrap().to_string(), "10coin");
}
