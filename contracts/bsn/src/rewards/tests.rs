mod books;
mod faults;
mod groups;
mod local;

use cosmwasm_std::testing::{MockApi, MockQuerier, MockStorage, mock_dependencies, mock_env};
use cosmwasm_std::{BankMsg, Coin, CosmosMsg, Empty, IbcMsg, Order, OwnedDeps, Reply, SubMsgResult, WasmMsg};
use finality::active_set::{ActiveSet, Member, select};
use finality::commitment::Coverage;
use finality::rewards::{Missed, ONE};
use primitives::{BlockHeight, UnixTime, VotingPower};
use staking::{FinalityProvider, FpId, FpStatus};

use super::*;
use crate::ibc::tests::config;
use crate::state::{ACCOUNTS, ACTIVE, Config, FP_KEYS, Marks, PROVIDERS, Progress, WEIGHTS};

const DENOM: &str = "stake";
const INTERVAL: u64 = 100;

/// FPs that earned what they have at stake, and a bank. A block's messages are taken, or refused as the denom says.
struct World {
    deps: OwnedDeps<MockStorage, MockApi, MockQuerier, Empty>,
    env: Env,
    params: Params,
    progress: Progress,
    balances: Vec<(String, u128)>,
    refuses: Vec<String>,
    refuses_burns: bool,
    /// The channel to Babylon is gone.
    refuses_transfers: bool,
    /// The block clears a backlog.
    is_busy: bool,
}

/// What left in a block.
#[derive(Debug, Default, PartialEq)]
struct Left {
    /// Of each transfer the denom, the amount, and who is named.
    transfers: Vec<(String, u128, Vec<u32>)>,
    burned: u128,
    refused: usize,
}

fn set(powers: impl Iterator<Item = (u32, u128)>) -> ActiveSet {
    let covered = Coverage { covered: true, changes_at: None };
    let all = powers.map(|(id, power)| {
        Ok::<_, ()>((Member { id: FpId::new(id), power: VotingPower::new(power) }, covered))
    });
    select(all, usize::MAX, 0).unwrap().set
}

impl World {
    fn new(stakes: &[u128], group: u32, change: impl FnOnce(&mut Config)) -> Self {
        let mut deps = mock_dependencies();
        let mut settings = config();
        change(&mut settings);
        CONFIG.save(&mut deps.storage, &settings).unwrap();
        ACTIVE.save(&mut deps.storage, &ActiveSet::default()).unwrap();
        let mut env = mock_env();
        env.block.height = INTERVAL * 10;
        let last_end = BlockHeight::new(env.block.height - 1);
        let mut world = Self {
            deps,
            env,
            params: Params { reward_interval: INTERVAL, reward_group: group, ..Params::default() },
            progress: Progress { marks: Marks { last_end, ..Marks::default() }, ..Progress::default() },
            balances: settings.reward_denoms.iter().map(|denom| (denom.clone(), 0)).collect(),
            refuses: vec![],
            refuses_burns: false,
            refuses_transfers: false,
            is_busy: false,
        };
        for (id, stake) in (0..).zip(stakes) {
            FP_KEYS.save(&mut world.deps.storage, &u32::to_be_bytes(id), &key(id)).unwrap();
            world.put(id, FpStatus::Registered, *stake);
        }
        world.earn(stakes);
        world
    }

    fn put(&mut self, id: u32, status: FpStatus, stake: u128) {
        let fp = FinalityProvider { id: FpId::new(id), status, stake: VotingPower::new(stake) };
        PROVIDERS.save(&mut self.deps.storage, &key(id), &fp).unwrap();
    }

    /// A height at which everybody voted with these powers.
    fn earn(&mut self, powers: &[u128]) {
        let mut weights = WEIGHTS.may_load(&self.deps.storage).unwrap().unwrap_or_default();
        let last = weights.through.next();
        weights.add(&set((0..).zip(powers.iter().copied())), 1, &Missed::default(), last);
        WEIGHTS.save(&mut self.deps.storage, &weights).unwrap();
    }

    /// The same of FPs by their numbers.
    fn earn_as(&mut self, powers: &[(u32, u128)]) {
        let mut weights = WEIGHTS.may_load(&self.deps.storage).unwrap().unwrap_or_default();
        let last = weights.through.next();
        weights.add(&set(powers.iter().copied()), 1, &Missed::default(), last);
        WEIGHTS.save(&mut self.deps.storage, &weights).unwrap();
    }

    fn fees(&mut self, denom: &str, amount: u128) {
        let one = self.balances.iter_mut().find(|one| one.0 == denom).unwrap();
        one.1 += amount;
    }

    fn balance(&self, denom: &str) -> u128 {
        self.balances.iter().find(|one| one.0 == denom).unwrap().1
    }

    fn account(&self, denom: &str) -> Account {
        let mut all = ACCOUNTS.all(&self.deps.storage, Order::Ascending).map(|entry| entry.unwrap().1);
        all.find(|account| account.denom == denom).unwrap_or_default()
    }

    /// The first block of the next period, whose hook takes effect.
    fn end_period(&mut self) -> Left {
        self.env.block.height = (self.env.block.height / INTERVAL + 1) * INTERVAL;
        self.block()
    }

    /// The hook of the current block, and what becomes of its messages; then it is the next block.
    fn block(&mut self) -> Left {
        self.show_balances();
        self.progress.save(&mut self.deps.storage).unwrap();
        let querier = QuerierWrapper::new(&self.deps.querier);
        let storage = &mut self.deps.storage;
        let (messages, _) =
            end_block(storage, &querier, &self.env, &self.params, &mut self.progress, self.is_busy).unwrap();
        self.progress.marks.last_end = BlockHeight::new(self.env.block.height);
        self.progress.save(storage).unwrap();
        let mut left = Left::default();
        for message in messages {
            self.take(message, &mut left);
        }
        self.progress = Progress::load(&self.deps.storage).unwrap();
        self.env.block.height += 1;
        self.check_books();
        left
    }

    fn take(&mut self, message: SubMsg, left: &mut Left) {
        let is_local = matches!(message.msg, CosmosMsg::Wasm(_));
        assert_eq!(message.gas_limit, Some(if is_local { 400_000 } else { 200_000 }));
        let (coin, named) = match &message.msg {
            CosmosMsg::Bank(BankMsg::Burn { amount }) => (amount[0].clone(), None),
            CosmosMsg::Ibc(IbcMsg::Transfer { amount, memo, .. }) => {
                (amount.clone(), Some(named(memo.as_deref().unwrap())))
            }
            CosmosMsg::Wasm(WasmMsg::Execute { contract_addr, msg, funds }) => {
                assert_eq!(contract_addr, "verifier");
                (funds[0].clone(), Some(shared(msg, &funds[0])))
            }
            other => panic!("{other:?}"),
        };
        let is_refused = match named {
            None => self.refuses_burns,
            Some(_) => self.refuses.contains(&coin.denom) || self.refuses_transfers && !is_local,
        };
        if is_refused {
            left.refused += 1;
            let (result, id) = (SubMsgResult::Err("no".into()), message.id);
            let reply = Reply { id, payload: message.payload, gas_used: 0, result };
            assert!(refused(&mut self.deps.storage, &self.env, &reply).unwrap().is_some());
            return;
        }
        let amount = amount(&coin);
        self.balances.iter_mut().find(|one| one.0 == coin.denom).unwrap().1 -= amount;
        match named {
            None => left.burned += amount,
            Some(named) => left.transfers.push((coin.denom, amount, named)),
        }
    }

    fn show_balances(&mut self) {
        let coins: Vec<Coin> =
            self.balances.iter().map(|(denom, amount)| Coin::new(*amount, denom)).collect();
        self.deps.querier.bank.update_balance(&self.env.contract.address, coins);
    }

    /// What is owed is there, and the count of denoms that are owed is right.
    fn check_books(&self) {
        let accounts = ACCOUNTS.all(&self.deps.storage, Order::Ascending).map(|entry| entry.unwrap().1);
        let owed: Vec<Account> = accounts.filter(|account| account.owed > 0).collect();
        for account in &owed {
            assert!(account.owed <= self.balance(&account.denom), "{account:?}");
        }
        assert_eq!(usize::try_from(self.progress.rewards.owing).unwrap(), owed.len());
    }
}

fn key(id: u32) -> [u8; 32] {
    let mut key = [7; 32];
    key[..4].copy_from_slice(&id.to_be_bytes());
    key
}

fn amount(coin: &Coin) -> u128 {
    coin.amount.to_string().parse().unwrap()
}

/// Whom the contract that keeps the rewards of local stake is told of; their shares are what is sent.
fn shared(msg: &[u8], sent: &Coin) -> Vec<u32> {
    let msg: serde_json::Value = serde_json::from_slice(msg).unwrap();
    let shares = msg["take_rewards"]["shares"].as_array().unwrap();
    let mut sum = 0_u128;
    let ids = shares.iter().map(|share| {
        let [coin] = &share["amount"].as_array().unwrap()[..] else { panic!("{share}") };
        assert_eq!(coin["denom"], sent.denom);
        sum += coin["amount"].as_str().unwrap().parse::<u128>().unwrap();
        u32::from_str_radix(&share["fp_pubkey_hex"].as_str().unwrap()[..8], 16).unwrap()
    });
    let ids = ids.collect();
    assert_eq!(sum, amount(sent), "to the coin");
    ids
}

/// Whom a memo names, whose ratios are no more than one together.
fn named(memo: &str) -> Vec<u32> {
    let after = |mark: &str, length: usize| -> Vec<String> {
        memo.split(mark).skip(1).map(|rest| rest[..length].to_owned()).collect()
    };
    let ratios = after(r#""ratio":""#, 20);
    assert!(ratios.iter().map(|one| one.replace('.', "").parse::<u128>().unwrap()).sum::<u128>() <= ONE);
    after(r#""btc_pk":""#, 8).iter().map(|id| u32::from_str_radix(id, 16).unwrap()).collect()
}
