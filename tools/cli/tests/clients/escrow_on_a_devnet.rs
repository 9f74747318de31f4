//! The tutorial's contract, stored, instantiated and used by transactions.

use anyhow::Result;
use bsn_cli::devnet::{Options, account};
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract, MsgStoreCode};
use bsn_rpc::proto::{Any, pack};
use bsn_rpc::{Fee, Key, Wallet, attribute};
use devnet::Machine;
use serde_json::{Value, json};

use super::support::{Running, options, until};

const CHAIN: &str = "bsn-devnet-1";
const DENOM: &str = "ustake";

/// The real wasm, in the virtual machine.
#[cfg(feature = "vm")]
mod machine {
    use super::*;

    pub fn start() -> Result<Machine> {
        Ok(Machine::wasm()?)
    }

    pub fn code() -> Vec<u8> {
        let path = devnet::network::artifacts().join("escrow.wasm");
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

/// Everything natively.
#[cfg(not(feature = "vm"))]
mod machine {
    use cosmwasm_std::from_json;
    use devnet::native::{Contract, Native, answered, info, message};
    use devnet::vm::Entry;

    use super::*;

    const ESCROW: Contract = Contract {
        code: b"escrow, compiled natively",
        has_ibc_entry_points: false,
        run: |stage, call| {
            use escrow::{execute, instantiate, query};
            let env = from_json(call.env)?;
            match call.entry {
                Entry::Instantiate => {
                    answered(instantiate(stage.deps_mut(), env, info(call)?, message(call)?))
                }
                Entry::Execute => answered(execute(stage.deps_mut(), env, info(call)?, message(call)?)),
                Entry::Query => answered(query(stage.deps(), env, message(call)?)),
                other => panic!("the escrow has no {other:?}"),
            }
        },
    };

    pub fn start() -> Result<Machine> {
        Ok(Machine::on(Native::default().and(ESCROW)))
    }

    pub fn code() -> Vec<u8> {
        ESCROW.code.to_vec()
    }
}

/// A devnet with an escrow; Alice pays for everything.
struct Escrow {
    devnet: Running,
    alice: Wallet,
    bob: String,
    addr: String,
}

fn wallet(index: u32) -> Wallet {
    Wallet::new(Key::from_mnemonic(account::MNEMONIC, &account::path(index)).unwrap(), "bbnc").unwrap()
}

impl Escrow {
    fn start() -> Self {
        let mut options = options();
        // Nobody goes to jail, and governance need not wait long.
        let knobs = json!({ "missed_blocks_window": 10_000, "resume_delay": 10 });
        merge(&mut options, &knobs);
        let (devnet, alice) = (Running::on(options, machine::start), wallet(0));
        let (sender, wasm_byte_code) = (alice.address.clone(), machine::code());
        let stored = MsgStoreCode { sender, wasm_byte_code, instantiate_permission: None };
        let mut escrow = Self { devnet, alice, bob: wallet(1).address, addr: String::new() };
        let code_id = escrow.send(pack(&stored), "store_code", "code_id").unwrap().parse().unwrap();
        let made = MsgInstantiateContract {
            sender: escrow.alice.address.clone(),
            admin: String::new(),
            code_id,
            label: "escrow".to_owned(),
            msg: json!({ "bsn": escrow.devnet.bsn() }).to_string().into_bytes(),
            funds: Vec::new(),
        };
        escrow.addr = escrow.send(pack(&made), "instantiate", "_contract_address").unwrap();
        escrow
    }

    /// Sends a message, and gives an attribute of what happened, or why nothing did.
    fn send(&self, message: Any, event: &str, key: &str) -> Result<String, String> {
        let fee = Fee::new(1_000, DENOM, 20_000_000);
        let done = self.alice.deliver(&self.devnet.client, CHAIN, &[message], &fee);
        let done = done.map_err(|error| error.to_string())?;
        Ok(attribute(&done.events, event, key).unwrap_or_default().to_owned())
    }

    fn execute(&self, msg: &Value, amount: Option<u128>) -> Result<String, String> {
        let coin = |amount: u128| Coin { denom: DENOM.to_owned(), amount: amount.to_string() };
        let message = MsgExecuteContract {
            sender: self.alice.address.clone(),
            contract: self.addr.clone(),
            msg: msg.to_string().into_bytes(),
            funds: amount.map(coin).into_iter().collect(),
        };
        self.send(pack(&message), "wasm", "deposit")
    }

    /// Alice deposits coins for Bob; its number, and the block of it.
    fn deposit(&self, amount: u128) -> (u64, u64) {
        let id: u64 =
            self.execute(&json!({"deposit": {"to": self.bob}}), Some(amount)).unwrap().parse().unwrap();
        let kept = self.devnet.client.smart(&self.addr, &json!({"deposit": {"id": id}})).unwrap();
        (id, kept["height"].as_u64().unwrap())
    }

    fn has(&self, address: &str) -> u128 {
        self.devnet.client.balance(address, DENOM).unwrap()
    }

    /// Half of the power falls silent, or comes back.
    fn half_is(&self, state: &str) {
        for fp in [0, 1] {
            self.devnet.control(&format!("fault/{state}?fp={fp}"));
        }
    }

    fn asks(&self, question: &Value) -> Value {
        self.devnet.client.smart(&self.devnet.bsn(), question).unwrap()
    }

    /// Governance lets finality go on without those who are silent.
    fn resume(&self) {
        let finality = || self.asks(&json!({"health": {}}))["finality"].clone();
        let waiting = until("a height that waits for long", || {
            let height = finality()["waiting_for"]["height"].as_u64()?;
            (self.devnet.client.height().unwrap() > height + 12).then_some(height)
        });
        let providers = self.devnet.facts()["finality_providers"].clone();
        let silent: Vec<Value> = [0, 1].map(|fp: usize| providers[fp]["btc_pk_hex"].clone()).to_vec();
        let admin = wallet(3);
        let msg = json!({"resume_finality": {"halting_height": waiting, "fp_pubkeys_hex": silent}});
        let message = MsgExecuteContract {
            sender: admin.address.clone(),
            contract: self.devnet.bsn(),
            msg: msg.to_string().into_bytes(),
            funds: Vec::new(),
        };
        admin
            .deliver(&self.devnet.client, CHAIN, &[pack(&message)], &Fee::new(1_000, DENOM, 20_000_000))
            .unwrap();
    }
}

fn merge(options: &mut Options, knobs: &Value) {
    let into = options.instantiate.as_object_mut().unwrap();
    into.extend(knobs.as_object().unwrap().clone());
}

fn refused(outcome: Result<String, String>, why: &str) {
    let error = outcome.expect_err("it is refused");
    assert!(error.contains(why), "{error}");
}

#[test]
fn the_escrow_pays_what_is_final_and_gives_back_what_was_resumed() {
    let escrow = Escrow::start();
    let (bob_had, claim) = (escrow.has(&escrow.bob), json!({"claim": {"id": 1}}));
    let is = |height: u64, block: &str| {
        let status = escrow.asks(&json!({"finality_status": {"height": height}}));
        (status["block"] == json!(block)).then_some(())
    };

    escrow.half_is("offline");
    let (_, height) = escrow.deposit(500);
    until("a vote that is open", || is(height, "pending"));
    refused(escrow.execute(&claim, None), "is not final yet");
    escrow.half_is("online");
    until("its finality", || is(height, "final"));
    refused(escrow.execute(&json!({"refund": {"id": 1}}), None), "deposit 1 is final: claim it");
    escrow.execute(&claim, None).unwrap();
    assert_eq!(escrow.has(&escrow.bob), bob_had + 500);
    refused(escrow.execute(&claim, None), "there is no deposit 1");

    escrow.half_is("offline");
    let (id, height) = escrow.deposit(300);
    escrow.resume();
    escrow.half_is("online");
    until("that it was left out", || is(height, "resumed"));
    refused(escrow.execute(&json!({"claim": {"id": id}}), None), "never becomes final");
    escrow.execute(&json!({"refund": {"id": id}}), None).unwrap();
    assert_eq!((escrow.has(&escrow.bob), escrow.has(&escrow.addr)), (bob_had + 500, 0));
}
