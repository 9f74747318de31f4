//! Nodes, code, the chain module and the last blocks.

use api::bsn::Amount;
use bsn_rpc::proto::cosmos::bank::v1beta1::{QueryAllBalancesRequest, QueryAllBalancesResponse};
use bsn_rpc::proto::cosmos::tx::v1beta1::{TxBody, TxRaw};
use bsn_rpc::proto::cosmwasm::wasm::v1 as wasm;
use bsn_rpc::proto::{Message, Name};
use bsn_rpc::{Client, Event, TxResult};
use cosmwasm_std::Uint128;
use serde_json::Value;

use super::ask::{Asker, each};
use crate::doctor::snapshot::{Absent, BlockSeen, Deployed, Misplaced, Module, Part, short};

/// The text of a vote whose randomness is of another height.
const MISPLACED: &str = "the proof is of index";

/// What the node is built of: the modules of its application, and its CometBFT.
pub fn software(ask: &Asker<'_>, comet: &str) -> Part<Vec<(String, String)>> {
    let application = ask.read(Client::application)?;
    let modules = application.build_deps.into_iter().map(|module| (module.path, module.version));
    let known: Vec<(String, String)> = modules.filter(|(path, _)| path != COMET).collect();
    let comet = (!comet.is_empty()).then(|| (COMET.to_owned(), comet.to_owned()));
    Ok(known.into_iter().chain(comet).collect())
}

const COMET: &str = "github.com/cometbft/cometbft";

/// A contract, as wasmd knows it.
pub fn deployed(ask: &Asker<'_>, address: &str) -> Part<Deployed> {
    let info = ask.read(|client| client.contract_info(address))?;
    let info = info.ok_or_else(|| Absent::Nothing(format!("there is no contract {address}")))?;
    let code = ask.read(|client| client.code_info(info.code_id))?;
    let code =
        code.ok_or_else(|| Absent::Failed(format!("the chain does not show the code {}", info.code_id)))?;
    let cw2 = ask.read(|client| client.raw(address, b"contract_info"))?;
    let cw2: Value = serde_json::from_slice(&cw2).unwrap_or_default();
    let text = |name: &str| cw2[name].as_str().unwrap_or_default().to_owned();
    let pinned = ask.read(Client::pinned_codes)?;
    Ok(Deployed {
        address: address.to_owned(),
        code_id: info.code_id,
        checksum: hex::encode(&code.data_hash),
        pinned: pinned.contains(&info.code_id),
        admin: info.admin,
        name: text("contract").trim_start_matches("crates.io:").to_owned(),
        version: text("version"),
    })
}

/// The chain module.
pub fn module(ask: &Asker<'_>) -> Part<Module> {
    let missing = || Absent::Failed("the chain module does not say its parameters".to_owned());
    let params = ask.read(Client::module_params)?.ok_or_else(missing)?;
    let set = ask.read(Client::module_contracts)?.unwrap_or_default();
    Ok(Module {
        contracts: [
            set.babylon_contract,
            set.btc_light_client_contract,
            set.btc_staking_contract,
            set.btc_finality_contract,
        ],
        begin_gas: params.max_gas_begin_blocker.into(),
        end_gas: params.max_gas_end_blocker.into(),
        portion: params.btc_staking_portion,
    })
}

/// The contract's coins.
pub fn balances(ask: &Asker<'_>, address: &str) -> Part<Vec<Amount>> {
    let request = QueryAllBalancesRequest { address: address.to_owned(), ..Default::default() };
    let answer: QueryAllBalancesResponse =
        ask.read(|client| client.ask("/cosmos.bank.v1beta1.Query/AllBalances", &request))?;
    let amount = |text: &str| text.parse::<Uint128>().ok();
    let coins = answer.balances.into_iter().map(|coin| {
        let amount = amount(&coin.amount)
            .ok_or_else(|| Absent::Failed(format!("`{}` is no amount of {}", coin.amount, coin.denom)))?;
        Ok(Amount { denom: coin.denom, amount })
    });
    coins.collect()
}

/// What the last blocks say.
pub fn blocks(ask: &Asker<'_>, tip: u64, earliest: u64, count: u64) -> Part<Vec<BlockSeen>> {
    let heights: Vec<u64> = (tip.saturating_sub(count.saturating_sub(1)).max(earliest)..=tip).collect();
    each(&heights, |height| block(ask, *height)).into_iter().collect()
}

fn block(ask: &Asker<'_>, height: u64) -> Part<BlockSeen> {
    let (events, results) = ask.read(|client| client.results(height))?;
    let errors = events.iter().filter(|event| event.kind == "contract_communication_error");
    let hook_errors = errors.map(|event| {
        let (phase, error) =
            (event.get("phase").unwrap_or("a hook"), event.get("error").unwrap_or("no reason"));
        format!("{phase}: {error}")
    });
    let is_misplaced = |result: &TxResult| result.code != 0 && result.log.contains(MISPLACED);
    let mut misplaced = Vec::new();
    if results.iter().any(is_misplaced) {
        let txs = ask.read(|client| client.txs(height))?;
        for (tx, result) in txs.iter().zip(&results).filter(|(_, result)| is_misplaced(result)) {
            misplaced.extend(voters(tx).into_iter().map(|key| Misplaced { key, log: result.log.clone() }));
        }
    }
    let done = results.iter().filter(|tx| tx.code == 0).flat_map(|tx| &tx.events);
    let all: Vec<&Event> = events.iter().chain(done).collect();
    let finalized = all.iter().filter(|event| event.kind == "wasm-finalize_block");
    Ok(BlockSeen {
        height,
        hook_errors: hook_errors.collect(),
        misplaced,
        forks: all.iter().filter_map(|event| fork(event)).collect(),
        finalized: finalized.filter_map(|event| event.get("finalized_height")?.parse().ok()).max(),
        events: all.iter().filter_map(|event| told(event)).collect(),
    })
}

/// A vote for another hash: whose, and where.
fn fork(event: &Event) -> Option<(String, u64)> {
    let is_other = event.kind == "wasm-submit_finality_signature" && event.get("verdict")? != "counted";
    let place = || Some((event.get("fp_pubkey_hex")?.to_owned(), event.get("height")?.parse().ok()?));
    is_other.then(place).flatten()
}

/// Whose votes a transaction brings.
fn voters(tx: &[u8]) -> Vec<String> {
    let body = TxRaw::decode(tx).ok().and_then(|raw| TxBody::decode(raw.body_bytes.as_slice()).ok());
    let messages = body.map(|body| body.messages).unwrap_or_default();
    let executed = messages.iter().filter(|any| any.type_url == wasm::MsgExecuteContract::type_url());
    let mut keys: Vec<String> = executed
        .filter_map(|any| wasm::MsgExecuteContract::decode(any.value.as_slice()).ok())
        .filter_map(|message| serde_json::from_slice::<Value>(&message.msg).ok())
        .filter_map(|message| {
            let (_, vote) = message.as_object()?.iter().next()?;
            Some(vote["fp_pubkey_hex"].as_str()?.to_lowercase())
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// An event that an operator wants to hear of, in a few words.
pub fn told(event: &Event) -> Option<String> {
    let get = |name: &str| event.get(name).unwrap_or_default();
    let key = |name: &str| short(get(name));
    Some(match event.kind.strip_prefix("wasm-")? {
        "slashed_finality_provider" => format!("{} is slashed", key("finality_provider")),
        "finality_provider_status_change" => {
            let state = get("new_state").trim_start_matches("FINALITY_PROVIDER_STATUS_").to_lowercase();
            format!("{} is {state}", key("btc_pk"))
        }
        "finality_provider_registered" => format!("{} is registered", key("fp_pubkey_hex")),
        "commit_public_randomness" => format!("{} commits randomness", key("fp_pubkey_hex")),
        "unjail" => format!("{} leaves jail", key("fp_pubkey_hex")),
        "timestamped" => format!("height {} is timestamped", get("height")),
        "skip_height" => format!("height {} is skipped: {}", get("height"), get("reason")),
        "resume_finality" => {
            format!("finality is resumed from {} to {}", get("halting_height"), get("through"))
        }
        "btc_headers_refused" => {
            format!("headers from {} on are refused: {}", get("first_height"), get("reason"))
        }
        "stake_expired" => format!("stake of {} expires", get("fps")),
        "item_refused" => format!("an item ({}) is refused: {}", get("kind"), get("reason")),
        "set_paused" => "a pause begins or ends".to_owned(),
        "outbox" => format!("the evidence against {} is {}", key("fp_pubkey_hex"), get("state")),
        "channel" => format!("{} is {}", get("channel_id"), get("state")),
        "alarm" => get("what").to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bsn_rpc::proto::pack;

    fn event(kind: &str, attributes: &[(&str, &str)]) -> Event {
        let attributes = attributes.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Event { kind: kind.to_owned(), attributes: attributes.collect() }
    }

    #[test]
    fn events_are_told_in_a_few_words() {
        let key = "ab".repeat(32);
        let jailed = event(
            "wasm-finality_provider_status_change",
            &[("btc_pk", &key), ("new_state", "FINALITY_PROVIDER_STATUS_JAILED")],
        );
        assert_eq!(told(&jailed).as_deref(), Some("ababab…abab is jailed"));
        assert_eq!(told(&event("wasm-index_block", &[])), None);
        assert_eq!(told(&event("transfer", &[])), None);
    }

    #[test]
    fn the_voters_of_a_transaction_are_read_out_of_its_messages() {
        let message = |msg: &str| {
            pack(&wasm::MsgExecuteContract {
                sender: "a".to_owned(),
                contract: "b".to_owned(),
                msg: msg.as_bytes().to_vec(),
                funds: Vec::new(),
            })
        };
        let messages = vec![
            message(r#"{"submit_finality_signature":{"fp_pubkey_hex":"AB","height":5}}"#),
            message(r#"{"submit_finality_signature":{"fp_pubkey_hex":"ab","height":6}}"#),
            message("no json"),
        ];
        let body_bytes = TxBody { messages, ..Default::default() }.encode_to_vec();
        let tx = TxRaw { body_bytes, auth_info_bytes: Vec::new(), signatures: Vec::new() }.encode_to_vec();
        assert_eq!(voters(&tx), ["ab"]);
        assert_eq!(voters(b"garbage"), Vec::<String>::new());
    }

    /// The text is the contract's own.
    #[test]
    fn the_text_of_a_misplaced_vote_is_the_contracts_own() {
        assert!(include_str!("../../../../../packages/finality/src/commitment.rs").contains(MISPLACED));
    }
}
