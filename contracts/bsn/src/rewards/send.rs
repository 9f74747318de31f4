use api::bsn::StakeSource;
use cosmwasm_std::{
    BankMsg, Binary, Coin, CosmosMsg, Env, Event, IbcMsg, IbcTimeout, StdError, StdResult, Storage, SubMsg,
    Timestamp, WasmMsg,
};
use finality::Params;
use finality::active_set::Member;
use finality::rewards::{Account, Claim, Split, Weights, split};
use primitives::{BlockHeight, FpId, Seconds};

use super::books::Entry;
use super::refused::Sent;
use super::{changed, memo};
use crate::host;
use crate::state::{Config, FP_KEYS, PAYOUTS, PROVIDERS};

/// The id of the reply to a transfer that the chain did not take.
pub const TRANSFER_REPLY: u64 = 5;
/// The id of the reply to coins that the chain did not burn.
pub const BURN_REPLY: u64 = 6;
/// How many messages leave in a block.
const MESSAGES: usize = 10;
/// How many FPs are looked at in a block: as many as one transfer may name.
const LOOKED_AT: u32 = 256;
/// The SDK gas that a message may use; an ICS-20 transfer takes 51,000 to 58,000. All of a block are under half of what
/// the chain module lets a hook use.
const MESSAGE_GAS: u64 = 200_000;

/// How many local FPs one message pays, what it may use, and how many FPs are looked at less for it: five such messages leave in
/// a block, which is 2,000,000 SDK gas.
const LOCAL_GROUP: u32 = 10;
const LOCAL_GAS: u64 = 400_000;
const LOCAL_ROOM: u32 = LOOKED_AT.div_ceil(5);

/// What a block sends of all that is owed.
pub fn send(
    storage: &dyn Storage,
    env: &Env,
    config: &Config,
    params: &Params,
    era_from: FpId,
    books: &mut [Entry],
    events: &mut Vec<Event>,
) -> StdResult<Vec<SubMsg>> {
    let now = BlockHeight::new(env.block.height);
    let mut messages = Vec::new();
    let mut room = LOOKED_AT;
    let mut payout: Option<(u32, Weights)> = None;
    for Entry { number, account, changed: has_changed } in turns(books, now) {
        if account.owed == 0 || account.not_before > now || messages.len() >= MESSAGES {
            continue;
        }
        let burned = account.burn();
        if burned > 0 {
            *has_changed = true;
            let burn = BankMsg::Burn { amount: vec![coin(account, burned)] };
            messages.push(message(burn.into(), BURN_REPLY, &Sent::burn(*number, burned))?);
            events.push(changed(account, burned, "burned"));
            continue;
        }
        let weights = match payout.take() {
            Some((of, weights)) if of == account.payout => weights,
            _ => PAYOUTS.may_load(storage, &account.payout.to_be_bytes())?.unwrap_or_default(),
        };
        // After a transfer that the chain did not take the next one goes alone.
        let most = if account.not_before.get() > 0 { messages.len().saturating_add(1) } else { MESSAGES };
        while messages.len() < most.min(MESSAGES) && room > 0 {
            let Some((group, part)) =
                account.next_group(&weights, params.reward_group.min(room).min(group_max(config)))
            else {
                break;
            };
            *has_changed = true;
            let members = weights.group(group);
            let is_local = members.first().is_some_and(|member| member.id.is_local());
            room =
                room.saturating_sub(if is_local { LOCAL_ROOM } else { group.to.saturating_sub(group.from) });
            let earners = earners(storage, members, era_from)?;
            let claims: Vec<(Member, Claim)> = earners.iter().map(|one| (one.member, one.claim)).collect();
            let split = split(part, &claims, config.burn_slashed_rewards);
            account.take_out(&split);
            if split.back > 0 {
                events.push(changed(account, split.back, "next_period"));
            }
            if split.send > 0 {
                let is_given_up = !is_local && config.stake_source == StakeSource::Both;
                let (paid, gas) = match is_local {
                    true => (hand_over(config, account, &split, &earners).into(), LOCAL_GAS),
                    false => (transfer(env, config, account, &split, &earners).into(), MESSAGE_GAS),
                };
                let sent =
                    message(paid, TRANSFER_REPLY, &Sent::transfer(*number, group, &split, is_given_up))?;
                messages.push(sent.with_gas_limit(gas));
                events.push(changed(account, split.send, "handed_over"));
            }
        }
        payout = Some((account.payout, weights));
    }
    Ok(messages)
}

/// All denoms, each block from another one on that is owed: where a period is shorter than a payout, the first would else have every block to
/// themselves.
fn turns(books: &mut [Entry], now: BlockHeight) -> impl Iterator<Item = &mut Entry> {
    let is_due = |entry: &&Entry| entry.account.owed > 0 && entry.account.not_before <= now;
    let due = books.iter().filter(is_due).count() as u64;
    let turn = usize::try_from(now.get().checked_rem(due).unwrap_or_default()).unwrap_or_default();
    let first = books.iter().enumerate().filter(|(_, entry)| is_due(entry)).nth(turn);
    let (before, after) = books.split_at_mut(first.map_or(0, |(at, _)| at));
    after.iter_mut().chain(before)
}

/// Where local finality providers are among those who are paid, groups are small.
const fn group_max(config: &Config) -> u32 {
    if config.stake_source.is_own() { LOCAL_GROUP } else { LOOKED_AT }
}

/// Somebody with a weight, and whether it is paid.
struct Earner {
    member: Member,
    key: [u8; 32],
    claim: Claim,
}

fn earners(storage: &dyn Storage, members: &[Member], era_from: FpId) -> StdResult<Vec<Earner>> {
    let mut earners = Vec::with_capacity(members.len());
    for member in members {
        let key = FP_KEYS.may_load(storage, &member.id.to_be_bytes())?.unwrap_or_default();
        let claim = match PROVIDERS.may_load(storage, &key)? {
            Some(fp) if fp.status.is_slashed() => Claim::Slashed,
            Some(fp) if member.id >= era_from && !fp.power().is_zero() => Claim::Paid,
            _ => Claim::Refused,
        };
        earners.push(Earner { member: *member, key, claim });
    }
    Ok(earners)
}

#[inline(never)]
fn transfer(env: &Env, config: &Config, account: &Account, split: &Split, earners: &[Earner]) -> IbcMsg {
    let days = config.ibc_packet_timeout_days;
    let timeout = host::now_nanos(env).plus(Seconds::days(days));
    let mut ratios = Vec::with_capacity(split.ratios.len());
    for (id, ratio) in &split.ratios {
        ratios.extend(earners.iter().find(|one| one.member.id == *id).map(|one| (one.key, *ratio)));
    }
    IbcMsg::Transfer {
        channel_id: config.ics20_channel_id.clone(),
        to_address: memo::receiver(&config.destination_module),
        amount: coin(account, split.send),
        timeout: IbcTimeout::with_timestamp(Timestamp::from_nanos(timeout.get())),
        memo: Some(memo::memo(env.contract.address.as_str(), &ratios)),
    }
}

/// To the contract that keeps the rewards of local stake: the coins, and whose they are.
#[inline(never)]
fn hand_over(config: &Config, account: &Account, split: &Split, earners: &[Earner]) -> WasmMsg {
    let mut msg = r#"{"take_rewards":{"shares":["#.to_owned();
    for (place, (id, amount)) in split.amounts().into_iter().enumerate() {
        let key = earners.iter().find(|one| one.member.id == id).map(|one| hex::encode(one.key));
        let (comma, key, denom) =
            (if place == 0 { "" } else { "," }, key.unwrap_or_default(), &account.denom);
        for part in
            [comma, r#"{"fp_pubkey_hex":""#, &key, r#"","amount":[{"denom":""#, denom, r#"","amount":""#]
        {
            msg.push_str(part);
        }
        msg.push_str(&amount.to_string());
        msg.push_str(r#""}]}"#);
    }
    msg.push_str("]}}");
    WasmMsg::Execute {
        contract_addr: config.stake_verifier.clone().unwrap_or_default(),
        msg: msg.into_bytes().into(),
        funds: vec![coin(account, split.send)],
    }
}

fn coin(account: &Account, amount: u128) -> Coin {
    Coin::new(amount, account.denom.clone())
}

/// A message that fails alone; its payload says what to put back.
fn message(message: CosmosMsg, id: u64, sent: &Sent) -> StdResult<SubMsg> {
    let payload = records::encode(sent).map_err(|error| StdError::msg(error.to_string()))?;
    Ok(SubMsg::reply_on_error(message, id).with_gas_limit(MESSAGE_GAS).with_payload(Binary::from(payload)))
}
