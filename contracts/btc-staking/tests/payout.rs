//! Rewards: coins come from `bsn`, and leave to whom stakers and providers named.

mod claims;
mod commission;
mod period;
mod stake;
mod word;

use api::btc_staking::{ExecuteMsg, FpRewardsResponse, QueryMsg, RewardShare, RewardsResponse, StakeId};
use bitcoin_spv::OutPoint;
use btc_staking::ContractError;
use cosmwasm_std::testing::MockApi;
use cosmwasm_std::{Addr, Api, Coin, Response, coins};
use eots::{SecretKey, message, schnorr};
use primitives::SigningContext;

use crate::common::maker::{Made, Maker, key, secret};
use crate::common::{K, World, short};

/// Two stakers with one FP.
pub struct Rewarded {
    pub world: World,
    pub makers: [Maker; 2],
}

impl Rewarded {
    /// Locks of so many blocks; 100 of them are the unbonding time.
    fn new(time: u16) -> Self {
        let first = Maker { time, ..Maker::new() };
        let second = Maker { staker: secret(0x12), sats: 3_000_000, ..first.clone() };
        let fps = [first.fps(), vec![[9; 32]]].concat();
        let mut all = Self { world: World::new(1_000, vec![first.wire()], &fps), makers: [first, second] };
        all.own(&MockApi::default().addr_make("operator"));
        all
    }

    fn fp(&self) -> [u8; 32] {
        self.makers[0].fps()[0]
    }

    /// A stake of a maker that is taken, mined and k deep, but not proven.
    fn mined(&mut self, maker: usize, n: u32) -> (Made, u32) {
        let made = self.makers[maker].nth(n, self.world.bitcoin.tip() + 1);
        let height = self.world.bitcoin.mine(&[made.stake.txid]);
        self.world.take(&made.item);
        self.world.bitcoin.extend(K);
        (made, height)
    }

    fn counted(&mut self, maker: usize, n: u32) -> Made {
        let (made, height) = self.mined(maker, n);
        assert_eq!(self.world.prove(self.world.bitcoin.inclusion(made.stake, height)), "active");
        made
    }

    fn take(&mut self, shares: Vec<RewardShare>, funds: &[Coin]) -> Result<Response, ContractError> {
        let bsn = self.world.bsn.clone();
        self.world.send_with(&bsn, funds, ExecuteMsg::TakeRewards { shares })
    }

    /// So many coins for the FP.
    fn pay(&mut self, amount: u128) {
        let fp = self.fp();
        self.take(vec![share(&fp, &coins(amount, "a"))], &coins(amount, "a")).unwrap();
    }

    /// The staker of a maker names an address.
    fn name(&mut self, maker: usize, name: &str) -> Addr {
        let address = MockApi::default().addr_make(name);
        let word = word(&self.world, &self.makers[maker].staker, address.as_str(), 1);
        let anybody = self.world.stranger.clone();
        self.world.send(&anybody, word).unwrap();
        address
    }

    fn claim(&mut self, stakes: &[OutPoint]) -> Vec<String> {
        let stakes = stakes.iter().map(id).collect();
        let anybody = self.world.stranger.clone();
        self.world.verdicts(&anybody, ExecuteMsg::Claim { stakes }).iter().map(short).collect()
    }

    /// What a claim would pay, of the first denomination.
    fn owed(&self, stake: OutPoint) -> u128 {
        first(&self.rewards(stake).unwrap().owed)
    }

    fn rewards(&self, stake: OutPoint) -> Result<RewardsResponse, ContractError> {
        let StakeId { txid, output } = id(&stake);
        self.world.query(QueryMsg::Rewards { txid, output })
    }

    fn of_fp(&self) -> FpRewardsResponse {
        self.world.query(QueryMsg::FpRewards { fp_pubkey_hex: hex::encode(self.fp()) }).unwrap()
    }

    /// Who registered the FP. The message for that writes this record.
    fn own(&mut self, owner: &Addr) {
        self.own_by(&self.fp(), owner);
    }

    /// Who registered an FP of this key.
    fn own_by(&mut self, key: &[u8; 32], owner: &Addr) {
        let table = cw_storage_plus::Map::<&[u8], Vec<u8>>::new("own");
        let (key, value) = (table.key(key).to_vec(), postcard::to_allocvec(owner).unwrap());
        cosmwasm_std::Storage::set(&mut self.world.deps.storage, &key, &value);
    }
}

fn share(fp: &[u8; 32], amount: &[Coin]) -> RewardShare {
    RewardShare { fp_pubkey_hex: hex::encode(fp), amount: amount.to_vec() }
}

fn id(stake: &OutPoint) -> StakeId {
    StakeId { txid: stake.txid.to_string(), output: stake.index }
}

fn first(coins: &[Coin]) -> u128 {
    coins.first().map_or(0, |coin| coin.amount.to_string().parse().unwrap())
}

/// A staker's word.
fn word(world: &World, staker: &SecretKey, address: &str, counter: u64) -> ExecuteMsg {
    let env = world.env();
    let context = SigningContext::staker_payout(&env.block.chain_id, env.contract.address.as_str());
    let bytes = MockApi::default().addr_canonicalize(address).unwrap();
    let signed = message::payout_hash(&context, key(staker).as_bytes(), counter, &bytes);
    ExecuteMsg::SetPayout {
        staker_pk_hex: key(staker).to_string(),
        address: address.to_owned(),
        counter,
        signature: schnorr::sign(staker, &signed, &[0; 32]).to_vec().into(),
    }
}
