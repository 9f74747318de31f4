//! The escrow beside a chain to which happens what the test says.

use bsn_testing::multi_test_3::MockBsn;
use cosmwasm_std::{Addr, Coin, coins};
use cw_multi_test::{App, ContractWrapper, Executor};
use escrow::{Deposit, ExecuteMsg, InstantiateMsg, QueryMsg};

struct Escrow {
    app: App,
    bsn: MockBsn,
    addr: Addr,
    alice: Addr,
    bob: Addr,
}

/// Alice has ten coins, Bob none.
fn escrow() -> Escrow {
    let mut app = App::new(|router, api, storage| {
        router.bank.init_balance(storage, &api.addr_make("alice"), coins(10, "coin")).unwrap();
    });
    let bsn = MockBsn::new(&mut app);
    let code =
        app.store_code(Box::new(ContractWrapper::new(escrow::execute, escrow::instantiate, escrow::query)));
    let (alice, bob) = (app.api().addr_make("alice"), app.api().addr_make("bob"));
    let made = InstantiateMsg { bsn: bsn.addr.to_string() };
    let addr = app.instantiate_contract(code, alice.clone(), &made, &[], "escrow", None).unwrap();
    Escrow { app, bsn, addr, alice, bob }
}

impl Escrow {
    /// Says why it is refused, if it is.
    fn send(&mut self, msg: &ExecuteMsg, funds: &[Coin]) -> Result<(), String> {
        let sent = self.app.execute_contract(self.alice.clone(), self.addr.clone(), msg, funds);
        sent.map(|_| ()).map_err(|error| format!("{error:?}"))
    }

    /// Alice deposits all for Bob; the block of it.
    fn deposit(&mut self) -> u64 {
        self.send(&ExecuteMsg::Deposit { to: self.bob.to_string() }, &coins(10, "coin")).unwrap();
        self.app.block_info().height
    }

    /// What Alice and Bob have.
    fn balances(&self) -> [u128; 2] {
        [&self.alice, &self.bob].map(|who| {
            let balance = self.app.wrap().query_balance(who, "coin").unwrap();
            balance.amount.to_string().parse().unwrap()
        })
    }

    fn kept(&self, id: u64) -> Option<Deposit> {
        self.app.wrap().query_wasm_smart(&self.addr, &QueryMsg::Deposit { id }).unwrap()
    }
}

fn refused(outcome: Result<(), String>, why: &str) {
    let error = outcome.expect_err("it is refused");
    assert!(error.contains(why), "{error}");
}

const CLAIM: ExecuteMsg = ExecuteMsg::Claim { id: 1 };
const REFUND: ExecuteMsg = ExecuteMsg::Refund { id: 1 };

#[test]
fn a_final_deposit_is_paid_once() {
    let mut escrow = escrow();
    let height = escrow.deposit();
    assert_eq!(escrow.kept(1).unwrap().height, height);
    escrow.bsn.finalize(&mut escrow.app, height);
    refused(escrow.send(&REFUND, &[]), "deposit 1 is final: claim it");
    escrow.send(&CLAIM, &[]).unwrap();
    assert_eq!((escrow.balances(), escrow.kept(1)), ([0, 10], None));
    refused(escrow.send(&CLAIM, &[]), "there is no deposit 1");
}

#[test]
fn nothing_is_paid_or_given_back_before_it_is_decided() {
    let mut escrow = escrow();
    let height = escrow.deposit();
    // Before the block is seen, and while nobody votes.
    refused(escrow.send(&CLAIM, &[]), "is not reached");
    escrow.bsn.stall(&mut escrow.app, height + 9);
    refused(escrow.send(&CLAIM, &[]), "is not final yet");
    refused(escrow.send(&REFUND, &[]), "is not final yet");
    // The block below is final, and that is not enough.
    escrow.bsn.finalize(&mut escrow.app, height - 1);
    refused(escrow.send(&CLAIM, &[]), "is not final yet");
    assert_eq!(escrow.balances(), [0, 0]);
}

#[test]
fn what_was_resumed_is_given_back_and_never_paid() {
    let mut escrow = escrow();
    let height = escrow.deposit();
    escrow.bsn.resume(&mut escrow.app, height + 3);
    escrow.bsn.finalize(&mut escrow.app, height + 9);
    refused(escrow.send(&CLAIM, &[]), "never becomes final");
    escrow.send(&REFUND, &[]).unwrap();
    assert_eq!(escrow.balances(), [10, 0]);
    refused(escrow.send(&REFUND, &[]), "there is no deposit 1");
}

#[test]
fn a_gap_below_the_certificate_gives_back() {
    let mut escrow = escrow();
    let height = escrow.deposit();
    escrow.bsn.hole(&mut escrow.app, height + 1);
    escrow.bsn.finalize(&mut escrow.app, height);
    refused(escrow.send(&CLAIM, &[]), "were skipped");
    escrow.send(&REFUND, &[]).unwrap();
    assert_eq!(escrow.balances(), [10, 0]);
}

/// The contract calls the block final, and does not say by what.
#[test]
fn a_gap_that_is_not_known_gives_back_and_never_pays() {
    let mut escrow = escrow();
    let height = escrow.deposit();
    escrow.bsn.finalize(&mut escrow.app, height);
    escrow.bsn.upgrade(&mut escrow.app, height);
    refused(escrow.send(&CLAIM, &[]), "it is not known how many heights");
    escrow.send(&REFUND, &[]).unwrap();
    assert_eq!(escrow.balances(), [10, 0]);
}

#[test]
fn who_forgets_to_claim_for_a_week_leaves_it_to_the_sender() {
    let mut escrow = escrow();
    let height = escrow.deposit();
    escrow.bsn.finalize(&mut escrow.app, height + 1);
    escrow.bsn.forget(&mut escrow.app, height + 1);
    refused(escrow.send(&CLAIM, &[]), "so old that it is forgotten");
    escrow.send(&REFUND, &[]).unwrap();
    assert_eq!(escrow.balances(), [10, 0]);
}

#[test]
fn coins_come_with_deposits_and_only_there() {
    let mut escrow = escrow();
    let to = escrow.bob.to_string();
    refused(escrow.send(&ExecuteMsg::Deposit { to }, &[]), "a deposit needs coins");
    refused(escrow.send(&ExecuteMsg::Deposit { to: "nobody".into() }, &coins(1, "coin")), "nobody");
    refused(escrow.send(&CLAIM, &coins(1, "coin")), "only a deposit takes coins");
    refused(escrow.send(&REFUND, &coins(1, "coin")), "only a deposit takes coins");
    assert_eq!(escrow.balances(), [10, 0]);
}

#[test]
fn a_contract_that_is_not_bsn_is_refused_at_once() {
    let mut escrow = escrow();
    let code = escrow.app.store_code(Box::new(ContractWrapper::new(
        escrow::execute,
        escrow::instantiate,
        escrow::query,
    )));
    for (bsn, why) in
        [(escrow.addr.to_string(), "has no record of finality"), ("no address".into(), "parse failed")]
    {
        let (made, alice) = (InstantiateMsg { bsn }, escrow.alice.clone());
        let error = escrow.app.instantiate_contract(code, alice, &made, &[], "escrow", None).unwrap_err();
        assert!(format!("{error:?}").contains(why), "{error:?}");
    }
}
