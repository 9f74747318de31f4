//! The escrow beside the real contracts.

use bsn_testing::RealBsn;
use cosmwasm_std::{Addr, coins};
use cw_multi_test::{ContractWrapper, Executor};
use escrow::{ExecuteMsg, InstantiateMsg};

struct Escrow {
    real: RealBsn,
    addr: Addr,
    alice: Addr,
    bob: Addr,
}

/// A deposit of Alice for Bob, and the block of it.
fn deposited(mut real: RealBsn) -> (Escrow, u64) {
    let app = &mut real.app;
    let (alice, bob) = (app.api().addr_make("alice"), app.api().addr_make("bob"));
    app.init_modules(|router, _, storage| {
        router.bank.init_balance(storage, &alice, coins(10, "coin")).unwrap()
    });
    let code =
        app.store_code(Box::new(ContractWrapper::new(escrow::execute, escrow::instantiate, escrow::query)));
    let made = InstantiateMsg { bsn: real.addr.to_string() };
    let addr = app.instantiate_contract(code, alice.clone(), &made, &[], "escrow", None).unwrap();
    let deposit = ExecuteMsg::Deposit { to: bob.to_string() };
    app.execute_contract(alice.clone(), addr.clone(), &deposit, &coins(10, "coin")).unwrap();
    let height = real.height();
    (Escrow { real, addr, alice, bob }, height)
}

impl Escrow {
    fn send(&mut self, msg: &ExecuteMsg) -> Result<(), String> {
        let sent = self.real.app.execute_contract(self.alice.clone(), self.addr.clone(), msg, &[]);
        sent.map(|_| ()).map_err(|error| format!("{error:?}"))
    }

    fn has(&self, who: &Addr) -> String {
        self.real.app.wrap().query_balance(who, "coin").unwrap().amount.to_string()
    }
}

#[test]
fn a_deposit_is_paid_as_soon_as_its_block_is_final() {
    let (mut escrow, height) = deposited(RealBsn::new());
    let error = escrow.send(&ExecuteMsg::Claim { id: 1 }).unwrap_err();
    assert!(error.contains("is not final yet"), "{error}");
    escrow.real.finalize(height);
    escrow.send(&ExecuteMsg::Claim { id: 1 }).unwrap();
    assert_eq!(escrow.has(&escrow.bob), "10");
}

#[test]
fn what_governance_resumed_is_given_back() {
    let mut real = RealBsn::new();
    real.offline(0);
    real.offline(1);
    real.next_block();
    let (mut escrow, _) = deposited(real);
    escrow.real.resume();
    escrow.real.next_block();
    escrow.real.online(0);
    escrow.real.online(1);
    for _ in 0..4 {
        escrow.real.next_block();
    }
    let error = escrow.send(&ExecuteMsg::Claim { id: 1 }).unwrap_err();
    assert!(error.contains("never becomes final"), "{error}");
    escrow.send(&ExecuteMsg::Refund { id: 1 }).unwrap();
    assert_eq!(escrow.has(&escrow.alice), "10");
}
