//! The contract on the consumer chain: stored, instantiated, asked and told.

use anyhow::{Context, Result, anyhow, bail};
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::cosmos::gov::v1::{MsgSubmitProposal, MsgVote};
use bsn_rpc::proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract, MsgStoreCode};
use bsn_rpc::proto::{Any, pack};
use serde_json::Value;
use std::time::Duration;

use crate::account::{Account, DENOM, GAS};
use crate::chain::Chain;
use crate::process;
use bsn_rpc::{TxResult, attribute};

const STORE_GAS: u64 = 90_000_000;
const PASSED: i32 = 3;

/// Delivers messages and fails if the chain says no.
///
/// # Errors
/// As [`Account::deliver`], and if the transaction fails in its block.
pub fn deliver(chain: &Chain, account: &Account, msgs: Vec<Any>, gas: u64) -> Result<TxResult> {
    let (result, _) = account.deliver(&chain.rpc, &chain.id, msgs, gas)?;
    if result.code != 0 {
        bail!("the chain refused: {}", result.log);
    }
    Ok(result)
}

/// Stores wasm; gives the code id.
///
/// # Errors
/// If the chain refuses.
pub fn store(chain: &Chain, wasm: Vec<u8>) -> Result<u64> {
    let message = MsgStoreCode {
        sender: chain.validator.address.clone(),
        wasm_byte_code: wasm,
        instantiate_permission: None,
    };
    let result = deliver(chain, &chain.validator, vec![pack(&message)], STORE_GAS)?;
    let id = attribute(&result.events, "store_code", "code_id").ok_or_else(|| anyhow!("no code id"))?;
    id.parse().context("a code id")
}

/// Instantiates; `admin` may migrate it. Gives the address.
///
/// # Errors
/// If the chain or the contract refuses.
pub fn instantiate(chain: &Chain, code_id: u64, msg: &Value, label: &str, admin: &str) -> Result<String> {
    let message = MsgInstantiateContract {
        sender: chain.validator.address.clone(),
        admin: admin.to_owned(),
        code_id,
        label: label.to_owned(),
        msg: msg.to_string().into_bytes(),
        funds: Vec::new(),
    };
    let result = deliver(chain, &chain.validator, vec![pack(&message)], GAS)?;
    attribute(&result.events, "instantiate", "_contract_address")
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("no address"))
}

/// The message that calls a contract.
pub fn execute_message(sender: &str, contract: &str, msg: &Value) -> Any {
    pack(&MsgExecuteContract {
        sender: sender.to_owned(),
        contract: contract.to_owned(),
        msg: msg.to_string().into_bytes(),
        funds: Vec::new(),
    })
}

/// Asks a contract.
///
/// # Errors
/// If it answers with an error.
pub fn query(chain: &Chain, contract: &str, msg: &Value) -> Result<Value> {
    query_at(chain, contract, msg, 0)
}

/// Asks a contract about the state after a block, 0 for the last one.
///
/// # Errors
/// As [`query`].
pub fn query_at(chain: &Chain, contract: &str, msg: &Value, height: u64) -> Result<Value> {
    let answer = chain.rpc.smart_at(contract, msg, height);
    answer.with_context(|| format!("the contract's answer to {msg}"))
}

/// Lets governance do this: proposes, votes, waits until it has passed. Gives the height at which that was seen.
///
/// # Errors
/// If the proposal fails.
pub fn govern(chain: &Chain, title: &str, messages: Vec<Any>) -> Result<u64> {
    let proposal = propose(chain, title, messages)?;
    process::wait_for("a proposal's end", Duration::from_secs(60), || has_passed(chain, title, proposal))?;
    Ok(chain.rpc.height()?)
}

/// Proposes and votes; gives the proposal's number.
///
/// # Errors
/// If the chain refuses.
pub fn propose(chain: &Chain, title: &str, messages: Vec<Any>) -> Result<u64> {
    let validator = &chain.validator;
    let proposal = MsgSubmitProposal {
        messages,
        initial_deposit: vec![Coin { denom: DENOM.to_owned(), amount: "10".to_owned() }],
        proposer: validator.address.clone(),
        metadata: String::new(),
        title: title.to_owned(),
        summary: title.to_owned(),
        expedited: false,
    };
    let result = deliver(chain, validator, vec![pack(&proposal)], GAS)?;
    let id = attribute(&result.events, "submit_proposal", "proposal_id").ok_or_else(|| anyhow!("no id"))?;
    let proposal_id = id.parse().context("a proposal id")?;
    let vote = MsgVote { proposal_id, voter: validator.address.clone(), option: 1, metadata: String::new() };
    deliver(chain, validator, vec![pack(&vote)], GAS)?;
    Ok(proposal_id)
}

/// Whether a proposal has passed, or is still voted on.
///
/// # Errors
/// If it failed.
pub fn has_passed(chain: &Chain, title: &str, proposal_id: u64) -> Result<Option<()>> {
    let Some(proposal) = chain.rpc.proposal(proposal_id)? else {
        bail!("the proposal is gone");
    };
    match proposal.status {
        PASSED => Ok(Some(())),
        4 | 5 => bail!("the proposal `{title}` ended with: {}", proposal.failed_reason),
        _ => Ok(None),
    }
}
