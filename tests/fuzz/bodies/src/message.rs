use actors::Stake;
use actors::finality_provider::{submit_finality_signatures_at, submit_finality_signatures_at_packed};
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, from_json};
use serde_json::{Value, json};

use crate::bounds::{self, Bounds};
use crate::world::{World, admin};

/// Lists are clamped, batches are as long as their message.
const DONE: Bounds = Bounds { operations: (100, 1), written: (2_000, 5), said: (8_000, 5) };

/// To which entry point an input goes, by its first byte, and whether the admin sends it.
const ENTRIES: u8 = 7;

/// Whatever is sent to an entry point, it answers or refuses; hooks go on.
pub fn run(bytes: &[u8]) -> bool {
    let Some((choice, json)) = bytes.split_first() else { return false };
    let mut world = World::get();
    let sender = if choice & 0x80 == 0 { admin() } else { MockApi::default().addr_make("stranger") };
    let said = send(&mut world, choice % ENTRIES, &sender, json);
    DONE.check(bytes.len(), &world.bsn, said);
    DONE.check(bytes.len(), &world.light_client, 0);
    if said > 0 && matches!(choice % ENTRIES, 0 | 2) {
        world.next_block();
    }
    said > 0
}

/// How much was said; 0 where it was refused.
fn send(world: &mut World, entry: u8, sender: &Addr, json: &[u8]) -> u64 {
    let info = World::info(sender);
    match entry {
        0 => {
            let Ok(message) = from_json(json) else { return 0 };
            let before = world.bsn.clone();
            let done = world.with_bsn(|deps, env| bsn::entry::execute(deps.as_mut(), env, info, message));
            let said = done.as_ref().map_or(0, bounds::length);
            if done.is_err() {
                DONE.check(json.len(), &world.bsn, 0);
                world.bsn = before;
            }
            said
        }
        1 => {
            let Ok(message) = from_json(json) else { return 0 };
            let answer = world.with_bsn(|deps, env| bsn::entry::query(deps.as_ref(), env, message));
            answer.map_or(0, |answer| answer.len() as u64)
        }
        2 => {
            let Ok(message) = from_json(json) else { return 0 };
            let done = world.with_bsn(|deps, env| bsn::entry::sudo(deps.as_mut(), env, message));
            done.as_ref().map_or(0, bounds::length)
        }
        3 => {
            let Ok(message) = from_json(json) else { return 0 };
            world.bsn = Default::default();
            let done = world.with_bsn(|deps, env| bsn::entry::instantiate(deps.as_mut(), env, info, message));
            done.as_ref().map_or(0, bounds::length)
        }
        4 => {
            let Ok(message) = from_json(json) else { return 0 };
            let done = world
                .with_light_client(|deps, env| btc_light_client::execute(deps.as_mut(), env, info, message));
            done.as_ref().map_or(0, bounds::length)
        }
        5 => {
            let Ok(message) = from_json(json) else { return 0 };
            let answer =
                world.with_light_client(|deps, env| btc_light_client::query(deps.as_ref(), env, message));
            answer.map_or(0, |answer| answer.len() as u64)
        }
        _ => {
            let Ok(message) = from_json(json) else { return 0 };
            world.light_client = Default::default();
            let done = world.with_light_client(|deps, env| {
                btc_light_client::instantiate(deps.as_mut(), env, info, message)
            });
            done.as_ref().map_or(0, bounds::length)
        }
    }
}

pub fn seeds() -> Vec<Vec<u8>> {
    let seed = |entry: u8, message: Value| [&[entry], message.to_string().as_bytes()].concat();
    let mut seeds: Vec<_> = executes().into_iter().map(|message| seed(0, message)).collect();
    seeds.extend(queries().into_iter().map(|message| seed(1, message)));
    let hashes = json!({ "hash_hex": "11".repeat(32), "app_hash_hex": "22".repeat(32) });
    seeds.push(seed(2, json!({ "begin_block": hashes })));
    seeds.push(seed(2, json!({ "end_block": hashes })));
    seeds.push(seed(3, json!({
        "network": "regtest", "btc_confirmation_depth": 1, "checkpoint_finalization_timeout": 2,
        "btc_light_client_code_id": 2, "admin": admin(), "consumer_name": "a", "consumer_description": "b",
        "ics20_channel_id": "channel-1", "destination_module": "btcstaking", "btc_staking_msg": "e30=",
        "reward_denoms": ["stake"], "vote_window": 5, "max_backlog": 1_000, "babylon_tag": "62626e31",
    })));
    seeds.push(seed(4, json!({ "raw_btc_headers": { "headers": "AAAA" } })));
    seeds.push(seed(4, json!({ "btc_headers": { "headers": [{
        "version": 1, "prev_blockhash": "00".repeat(32), "merkle_root": "11".repeat(32), "time": 1_750_000_000,
        "bits": 545_259_519, "nonce": 1,
    }], "first_height": 1, "first_work": "02" } })));
    seeds.push(seed(4, json!({ "rebase": { "height": 5, "header_hex": "00".repeat(80) } })));
    for query in ["btc_tip_header", "btc_base_header", "config", "admin"] {
        seeds.push(seed(5, json!({ query: {} })));
    }
    seeds.push(seed(5, json!({ "btc_headers": { "start_after": 1, "limit": 3, "reverse": true } })));
    seeds.push(seed(5, json!({ "is_included": {
        "txid": "11".repeat(32), "block_hash": "22".repeat(32), "index": 1, "proof": ["33".repeat(32)], "min_depth": 1,
    } })));
    seeds.push(seed(
        6,
        json!({
            "network": "mainnet", "btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100,
            "checkpoint": { "height": 2_016, "header_hex": "00".repeat(80), "work": "12345" },
        }),
    ));
    seeds
}

/// One of each that anybody or the admin may send; signatures are real.
fn executes() -> Vec<Value> {
    let mut world = World::get();
    let height = world.env.block.height;
    let (hash, other) = (World::app_hash(height), World::app_hash(height - 1));
    let key = world.fps[3].public_key_hex();
    let vote = |index: usize| world.fps[index].vote(height, &hash).expect("randomness");
    let entries: Vec<_> =
        world.fps.iter().map(|fp| fp.vote_entry(height, &hash).expect("randomness")).collect();
    let packed: Vec<_> =
        world.fps.iter().map(|fp| fp.vote_entry_packed(height, &hash).expect("randomness")).collect();
    let named = json!({ "fp_pubkey_hex": key, "start": height, "count": 16, "root": cosmwasm_std::Binary::from([7; 32]) });
    let mut all = vec![
        vote(0),
        world.fps[3].vote(height - 1, &other).expect("randomness"),
        world.fps[3].vote(height - 1, &hash).expect("randomness"),
        submit_finality_signatures_at(height, &hash, &entries),
        submit_finality_signatures_at_packed(height, &hash, &packed),
        world.fps[1].vote_range_packed(height - 1, &[other, hash]).expect("randomness"),
        world.fps[2].vote_range(height - 1, &[other, hash]).expect("randomness"),
        world.fps[2].submit_evidence(height, &hash, &other),
        world.fps[3].unjail(),
        world.fps[3].unjail_signed(1),
        json!({ "retry_outbox": { "fp_pubkey_hex": key } }),
        json!({ "follow_bitcoin": {} }),
        json!({ "update_admin": { "admin": null } }),
        json!({ "accept_admin": {} }),
        json!({ "update_config": { "vote_window": 12, "max_active_finality_providers": 2 } }),
        json!({ "set_paused": { "packet_intake": true, "rewards": true } }),
        json!({ "resume_finality": { "halting_height": height, "fp_pubkeys_hex": [key] } }),
        json!({ "bootstrap": { "commitments": [named] } }),
        json!({ "excuse_grid": { "through": height } }),
        json!({ "retry_quarantined": { "ids": [0, 1] } }),
        json!({ "rebind_connection": { "connection_id": "connection-9" } }),
        json!({ "slash": { "fp_btc_pk_hex": key } }),
    ];
    all.push(world.fps[0].commit(height + 200, 16));
    let packet = {
        let fp = world.fps[0].public_key();
        world.babylon.delegate(Stake::new(&[fp], 9_000)).expect("stake");
        world.staking_packet()
    };
    all.push(json!({ "resync": { "packet": cosmwasm_std::Binary::from(packet) } }));
    all
}

fn queries() -> Vec<Value> {
    let key = World::get().fps[0].public_key_hex();
    let mut all: Vec<_> =
        ["config", "params", "admin", "health", "trust", "state_digest", "pruned", "rewards", "grid"]
            .iter()
            .map(|name| json!({ *name: {} }))
            .collect();
    all.extend([
        json!({ "finality_status": { "height": 14 } }),
        json!({ "blocks": { "start_after": 12, "limit": 5, "finalised": true, "reverse": true } }),
        json!({ "votes": { "height": 14 } }),
        json!({ "finality_providers": { "start_after": key, "limit": 2 } }),
        json!({ "finality_provider_power": { "btc_pk_hex": key, "height": 14 } }),
        json!({ "finality_provider_power_batch": { "btc_pk_hex": key, "heights": [12, 13, 14] } }),
        json!({ "delegations": { "limit": 5, "active": true } }),
        json!({ "delegations_by_f_p": { "btc_pk_hex": key } }),
        json!({ "pub_rand_commits": { "btc_pk_hex": key, "start_after": 1, "limit": 2 } }),
        json!({ "evidence": { "btc_pk_hex": key, "height": 14 } }),
        json!({ "signing_info": { "btc_pk_hex": key } }),
        json!({ "outbox": { "limit": 3 } }),
        json!({ "quarantined": { "start_after": 0, "limit": 3 } }),
    ]);
    all
}
