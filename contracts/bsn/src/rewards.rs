//! Rewards: what is owed, and its way to Babylon.
//!
//! Fees come as plain transfers, so all that is known of them is the balance. Each `reward_interval` whatever is not
//! owed yet becomes owed, by the weights of the period that ends. Then it is sent, a few denoms a block.
//!
//! **The danger.** A contract hears neither of the acknowledgement nor of the refund of an ICS-20 transfer. So an
//! amount leaves the books *before* it is sent and comes back into them only where the chain itself does not take the
//! message: whatever happens, it is not paid twice, and coins that return are a rise of the balance, to be shared
//! out again. Messages have a gas limit of their own and fail alone (interfaces.md 11.6).

mod memo;

use api::bsn::event::RewardChanged;
use cosmwasm_std::{
    BankMsg, Binary, Coin, CosmosMsg, Env, Event, IbcMsg, IbcTimeout, Order, QuerierWrapper, Reply,
    StdResult, Storage, SubMsg, Timestamp, Uint128,
};
use finality::Params;
use finality::active_set::Member;
use finality::rewards::{Account, Claim, Split, split};
use primitives::BlockHeight;

use crate::state::{ACCOUNTS, CONFIG, Config, FP_KEYS, PAYOUTS, PROGRESS, PROVIDERS, Progress};
use crate::sudo::earn;

/// The id of the reply to a transfer that the chain did not take.
pub const TRANSFER_REPLY: u64 = 5;
/// The id of the reply to coins that the chain did not burn.
pub const BURN_REPLY: u64 = 6;
/// How many denoms are sent in a block.
const SENT: usize = 2;
/// The SDK gas that a message may use.
const MESSAGE_GAS: u64 = 700_000;
/// How many blocks to wait after a transfer that the chain did not take.
const RESEND_PAUSE: u64 = 10;
/// How many payouts are looked at; there is one for each denom at most.
const PAYOUTS_MAX: usize = 64;
const NANOS_A_DAY: u64 = 86_400_000_000_000;

/// What a block does about rewards; the caller records `progress`.
pub fn end_block(
    storage: &mut dyn Storage,
    querier: &QuerierWrapper<'_>,
    env: &Env,
    params: &Params,
    progress: &mut Progress,
) -> StdResult<(Vec<SubMsg>, Vec<Event>)> {
    let nothing = Ok((Vec::new(), Vec::new()));
    let period = |height: u64| height.checked_div(params.reward_interval);
    let ends = period(env.block.height) != period(progress.last_end.get());
    if progress.rewards_paused || progress.owing == 0 && !ends {
        return nothing;
    }
    let config = CONFIG.load(storage)?;
    let mut accounts = ACCOUNTS.may_load(storage)?.unwrap_or_default();
    let mut events = Vec::new();
    if ends {
        owe(storage, querier, env, &config, progress, &mut accounts, &mut events)?;
    }
    let mut messages = Vec::new();
    let now = BlockHeight::new(env.block.height);
    let due = accounts.iter_mut().filter(|account| account.owed > 0 && account.not_before <= now);
    for account in due.take(SENT) {
        send(storage, env, &config, progress.era_from, account, &mut messages, &mut events)?;
    }
    progress.owing = owing(&accounts);
    ACCOUNTS.save(storage, &accounts)?;
    Ok((messages, events))
}

fn owing(accounts: &[Account]) -> u32 {
    accounts.iter().fold(0, |sum, account| sum.saturating_add(u32::from(account.owed > 0)))
}

/// Owes every denom that nothing is owed of to those who earned; the weights of payouts that are done go.
fn owe(
    storage: &mut dyn Storage,
    querier: &QuerierWrapper<'_>,
    env: &Env,
    config: &Config,
    progress: &mut Progress,
    accounts: &mut Vec<Account>,
    events: &mut Vec<Event>,
) -> StdResult<()> {
    accounts.retain(|account| account.owed > 0 || config.reward_denoms.contains(&account.denom));
    for denom in &config.reward_denoms {
        if !accounts.iter().any(|account| account.denom == *denom) {
            accounts.push(Account { denom: denom.clone(), ..Account::default() });
        }
    }
    let payout = progress.payout_next;
    let mut owes = false;
    for account in accounts.iter_mut().filter(|account| config.reward_denoms.contains(&account.denom)) {
        if account.owe(balance(querier, env, &account.denom), payout) {
            owes = true;
            events.push(changed(account, account.owed, "owed"));
        }
    }
    if !owes {
        return Ok(());
    }
    let weights = earn::end_period(storage, progress)?;
    for old in PAYOUTS.all(storage, Order::Ascending).take(PAYOUTS_MAX).collect::<StdResult<Vec<_>>>()? {
        let number = u32::from_be_bytes(old.0);
        if !accounts.iter().any(|account| account.owed > 0 && account.payout == number) {
            PAYOUTS.remove(storage, &old.0);
        }
    }
    PAYOUTS.save(storage, &payout.to_be_bytes(), &weights)?;
    progress.payout_next = payout.wrapping_add(1);
    Ok(())
}

/// Takes what is owed of a denom out of the books, and sends it.
fn send(
    storage: &dyn Storage,
    env: &Env,
    config: &Config,
    era_from: u32,
    account: &mut Account,
    messages: &mut Vec<SubMsg>,
    events: &mut Vec<Event>,
) -> StdResult<()> {
    let weights = PAYOUTS.may_load(storage, &account.payout.to_be_bytes())?.unwrap_or_default();
    let mut claims = Vec::new();
    for member in weights.members() {
        claims.push((*member, claim(storage, member, era_from)?));
    }
    let burns = config.burn_slashed_rewards && !account.burn_done;
    let split = split(account.owed, &claims, burns);
    account.settle(&split);
    if split.burn > 0 {
        let burn = BankMsg::Burn { amount: vec![coin(account, split.burn)] };
        messages.push(message(burn.into(), BURN_REPLY, account, split.burn));
        events.push(changed(account, split.burn, "burned"));
    }
    if split.send > 0 {
        let transfer = transfer(storage, env, config, account, &split)?;
        messages.push(message(transfer.into(), TRANSFER_REPLY, account, split.send));
        events.push(changed(account, split.send, "handed_over"));
    }
    Ok(())
}

/// Babylon refuses the whole transfer for one FP of another consumer: those of an earlier era are left out.
fn claim(storage: &dyn Storage, member: &Member, era_from: u32) -> StdResult<Claim> {
    if member.id < era_from {
        return Ok(Claim::Stranger);
    }
    let Some(key) = FP_KEYS.may_load(storage, &member.id.to_be_bytes())? else { return Ok(Claim::Stranger) };
    let is_slashed = PROVIDERS.may_load(storage, &key)?.is_none_or(|fp| fp.status.is_slashed());
    Ok(if is_slashed { Claim::Slashed } else { Claim::Paid })
}

fn transfer(
    storage: &dyn Storage,
    env: &Env,
    config: &Config,
    account: &Account,
    split: &Split,
) -> StdResult<IbcMsg> {
    let days = config.ibc_packet_timeout_days;
    let timeout = env.block.time.nanos().saturating_add(days.saturating_mul(NANOS_A_DAY));
    Ok(IbcMsg::Transfer {
        channel_id: config.ics20_channel_id.clone(),
        to_address: memo::receiver(&config.destination_module),
        amount: coin(account, split.send),
        timeout: IbcTimeout::with_timestamp(Timestamp::from_nanos(timeout)),
        memo: Some(memo::memo(storage, env.contract.address.as_str(), &split.ratios)?),
    })
}

fn coin(account: &Account, amount: u128) -> Coin {
    Coin::new(amount, account.denom.clone())
}

/// A message that fails alone; its payload says what to put back: payout(4) ‖ amount(16) ‖ denom.
fn message(message: CosmosMsg, id: u64, account: &Account, amount: u128) -> SubMsg {
    let mut payload = account.payout.to_be_bytes().to_vec();
    payload.extend_from_slice(&amount.to_be_bytes());
    payload.extend_from_slice(account.denom.as_bytes());
    SubMsg::reply_on_error(message, id).with_gas_limit(MESSAGE_GAS).with_payload(Binary::from(payload))
}

/// The chain did not take a message: the amount is back in the books.
pub fn failed(storage: &mut dyn Storage, env: &Env, reply: &Reply) -> StdResult<Option<Event>> {
    let Some((payout, rest)) = reply.payload.split_first_chunk::<4>() else { return Ok(None) };
    let Some((amount, denom)) = rest.split_first_chunk::<16>() else { return Ok(None) };
    let (payout, amount) = (u32::from_be_bytes(*payout), u128::from_be_bytes(*amount));
    let mut accounts = ACCOUNTS.may_load(storage)?.unwrap_or_default();
    let Some(account) = accounts.iter_mut().find(|account| account.denom.as_bytes() == denom) else {
        return Ok(None);
    };
    let event = if reply.id == BURN_REPLY {
        account.not_burned(amount);
        changed(account, amount, "not_burned")
    } else {
        account.not_sent(amount, payout, BlockHeight::new(env.block.height).saturating_add(RESEND_PAUSE));
        changed(account, amount, "not_sent")
    };
    ACCOUNTS.save(storage, &accounts)?;
    let mut progress = PROGRESS.load(storage)?;
    progress.owing = owing(&accounts);
    PROGRESS.save(storage, &progress)?;
    Ok(Some(event))
}

/// The balance of a denom; nothing where the chain does not say.
pub fn balance(querier: &QuerierWrapper<'_>, env: &Env, denom: &str) -> u128 {
    let coin = querier.query_balance(&env.contract.address, denom);
    coin.ok().and_then(|coin| Uint128::try_from(coin.amount).ok()).map_or(0, |amount| amount.u128())
}

fn changed(account: &Account, amount: u128, state: &str) -> Event {
    RewardChanged { denom: account.denom.clone(), amount: amount.to_string(), state: state.into() }.into()
}
