//! The most expensive EndBlock of a reward period: ten denoms for a hundred finality providers, the first on its way in ten groups.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use bsn_rpc::proto::Any;
use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use serde_json::{Value, json};

use super::SETTLED;
use super::bench::Bench;
use super::overhead::Call;
use crate::account::{DENOMS, GAS};
use crate::say;
use crate::world::World;
use bsn_rpc::Event;
use bsn_rpc::proto::cosmos::base::v1beta1::Coin;
use bsn_rpc::proto::ibc::applications::transfer::v1::MsgTransfer;
use bsn_rpc::proto::ibc::core::client::v1::Height;
use bsn_rpc::proto::pack;

const PERIOD: u64 = 20;
/// What the contract lets a transfer use, and the number of its reply.
const MESSAGE_GAS: u64 = 200_000;
const REPLY: u64 = 5;
const NAME: &str = "reward_100_fps";
/// How many transfers leave in that block.
const TRANSFERS: usize = 10;
/// Within so many blocks a period ends in which all votes were there in time.
const BLOCKS: u64 = 10 * PERIOD;

/// From now on fees come in ten denoms, and the contract shares them out.
///
/// # Errors
/// If the contract refuses.
pub fn begin(bench: &mut Bench<'_>) -> Result<()> {
    let denoms: Vec<&str> = DENOMS.to_vec();
    let config = json!({ "update_config": { "reward_denoms": denoms, "reward_interval": PERIOD } });
    let result = bench.world.execute(&bench.world.admin, &config, GAS)?;
    if result.code != 0 {
        bail!("the config was refused: {}", result.log);
    }
    let sender = bench.world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?;
    sender.account.pay_in_all_denoms();
    Ok(())
}

/// The row of the first EndBlock in which everything becomes owed and the groups of the first denom leave.
///
/// # Errors
/// If there is no such block.
pub fn measure(bench: &mut Bench<'_>) -> Result<()> {
    let from = bench.world.consumer.rpc.height()? + SETTLED;
    let mut looked_to = from;
    let (height, call) = bench.world.vote_until("a reward", Duration::from_secs(240), |world| {
        let now = world.consumer.rpc.height()?.saturating_sub(1);
        if now > from + BLOCKS {
            bail!("no period of {BLOCKS} blocks had all its votes in time");
        }
        let heights = looked_to..=now;
        looked_to = now + 1;
        heights.map(|height| owing(world, height)).find_map(Result::transpose).transpose()
    })?;
    let overhead = bench.overhead(&bench.bsn())?;
    let mut row = overhead.hook_row(NAME, std::slice::from_ref(&call));
    let transfers: Vec<&Event> = call.events.iter().filter(|event| event.kind == "ibc_transfer").collect();
    if transfers.len() != TRANSFERS {
        bail!("{} transfers left in block {height}", transfers.len());
    }
    for transfer in transfers {
        row.messages += price(bench, transfer)?;
        row.response += written(transfer)?;
    }
    bench.note(row)
}

/// The EndBlock of a block in which all denoms became owed, if it and those before it had their votes in time: late ones
/// make work of their own.
fn owing(world: &World, height: u64) -> Result<Option<(u64, Call)>> {
    let (events, _) = world.consumer.rpc.results(height)?;
    let Some(Call { gas, events }) = super::overhead::calls(&events)?.pop() else { return Ok(None) };
    let owed = events.iter().filter(|event| event.get("state") == Some("owed")).count();
    if owed != DENOMS.len() {
        return Ok(None);
    }
    for height in height - SETTLED..=height {
        let (events, _) = world.consumer.rpc.results(height)?;
        if events.iter().filter(|event| event.kind == "wasm-finalize_block").count() != 1 {
            say::line(&format!("votes were late in block {height}: the next period"));
            return Ok(None);
        }
    }
    Ok(Some((height, Call { gas, events })))
}

/// What the transfer module uses: an account sends the same, less what the transaction costs before.
fn price(bench: &Bench<'_>, transfer: &Event) -> Result<u64> {
    let world = &*bench.world;
    let text = |key: &str| transfer.get(key).unwrap_or_default().to_owned();
    let sender = &world.stranger;
    let message = MsgTransfer {
        source_port: "transfer".to_owned(),
        source_channel: "channel-0".to_owned(),
        token: Some(Coin { denom: text("denom"), amount: text("amount") }),
        sender: sender.address.clone(),
        receiver: text("receiver"),
        timeout_height: Some(Height::default()),
        timeout_timestamp: timeout()?,
        memo: text("memo"),
    };
    let deliver = |message: Any| sender.deliver(&world.consumer.rpc, &world.consumer.id, vec![message], GAS);
    let (result, bytes) = deliver(pack(&message))?;
    if result.code != 0 {
        bail!("the same transfer by an account failed: {}", result.log);
    }
    let nothing = MsgExecuteContract {
        sender: sender.address.clone(),
        contract: world.admin.address.clone(),
        msg: b"{}".to_vec(),
        funds: Vec::new(),
    };
    let (control, control_bytes) = deliver(pack(&nothing))?;
    let overhead = bench.overhead(&bench.bsn())?;
    Ok(result.gas_used - overhead.ante(&control, control_bytes, bytes))
}

/// A timeout as long in digits as the contract's.
fn timeout() -> Result<u64> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(u64::try_from(now.as_nanos())? + 86_400_000_000_000)
}

/// How long the message of a transfer is in the contract's answer.
fn written(transfer: &Event) -> Result<u64> {
    let text = |key: &str| transfer.get(key).unwrap_or_default();
    // Account, group, burn and back are a byte each, the group two, the amount seven bits a byte.
    let amount: u128 = text("amount").parse()?;
    let payload = 5 + (128 - amount.leading_zeros() as usize).div_ceil(7);
    let message: Value = json!({
        "id": REPLY, "payload": STANDARD.encode(vec![0; payload]), "gas_limit": MESSAGE_GAS, "reply_on": "error",
        "msg": { "ibc": { "transfer": {
            "channel_id": "channel-0", "to_address": text("receiver"), "memo": text("memo"),
            "amount": { "denom": text("denom"), "amount": text("amount") },
            "timeout": { "block": null, "timestamp": timeout()?.to_string() },
        } } },
    });
    Ok(message.to_string().len() as u64)
}
