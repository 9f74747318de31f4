//! What a chain without Babylon takes, both contracts together: stake as it comes, rewards as they leave.

use devnet::TxReport;
use devnet::actors::Appchain;
use devnet::actors::own::payout_word;
use devnet::address;
use devnet::network::{BTC, Network, Setup, verdicts};
use primitives::Txid;
use serde_json::{Value, json};

use super::{GasError, Row, hooks, rewards};
use crate::network::distinct_stakes;

const SEED: u64 = 17;
const PERIOD: u64 = 20;
/// As many stakes as a claim names.
const STAKES: u32 = 50;
/// The largest active set.
const FPS: usize = 200;
const DENOM: &str = "ustake";

/// A stake of the committee and a lock, with what both contracts record of them; claims; and the most expensive hook of payouts.
///
/// # Errors
/// [`GasError`] where the network does not start, or something is refused.
pub fn measure() -> Result<Vec<Row>, GasError> {
    let mut network = start(&[40, 30, 20, 10], json!({ "reward_interval": PERIOD }))?;
    let stake = network.delegate_own(0, BTC)?;
    network.mine_stake();
    let item = network.submission(&stake)?;
    let submitted = gas(&network.verify(&json!({ "submit_delegations": { "items": [item] } }))?, "active")?;
    let lock = network.lock_own(0, BTC)?;
    let proof = network.lock_proof(&lock)?;
    let locked = gas(&network.verify(&json!({ "prove_self_stake": { "proofs": [proof] } }))?, "active")?;

    let mut many = vec![stake];
    for _ in 0..STAKES {
        many.push(network.delegate_own(0, BTC)?);
    }
    network.mine_stake();
    network.bring_stake(many.get(1..).unwrap_or_default())?;
    catch_up(&mut network)?;
    network.chain.collect_fees(100_000_000, DENOM);
    network.run(2 * PERIOD)?;
    let (one, others) = many.split_first().ok_or("some are staked")?;
    let claimed = claim(&mut network, std::slice::from_ref(one))?;
    let claimed_many = claim(&mut network, others)?;
    Ok(vec![
        Row::new("alone_submit_delegation", submitted),
        Row::new("alone_prove_self_stake", locked),
        Row::new("alone_claim", claimed),
        Row::new("alone_claim_in_50", claimed_many / u64::from(STAKES)),
        Row::new("worst_reward_200_alone", worst()?),
    ])
}

fn start(stakes: &[u64], fields: Value) -> Result<Network, GasError> {
    Ok(Network::start(Setup::new(SEED, stakes).with(fields).alone())?)
}

/// Everybody votes at the heights that were passed without votes.
fn catch_up(network: &mut Network) -> Result<(), GasError> {
    for height in network.finalized() + 1..network.chain.height() {
        for index in 0..network.fps.len() {
            // Some heights have an active set, the first have none.
            let _ = network.vote(index, height);
        }
    }
    Ok(network.run(1).map(drop)?)
}

/// What a call took of which every entry became this.
fn gas(done: &TxReport, became: &str) -> Result<u64, GasError> {
    let verdicts = verdicts(done);
    match verdicts.iter().find(|verdict| verdict["ok"]["became"] != became) {
        Some(other) => Err(format!("not {became}: {other}").into()),
        None => Ok(done.usage.sdk_gas()),
    }
}

/// Has these stakes paid, each to an address of its own.
fn claim(network: &mut Network, stakes: &[Txid]) -> Result<u64, GasError> {
    let appchain =
        Appchain { chain_id: network.chain.chain_id().to_owned(), contract: network.stake_verifier.clone() };
    let mut ids = Vec::new();
    for txid in stakes {
        let payee = network.chain.account(&txid.to_string());
        let bytes = address::decode(network.chain.prefix(), &payee)?;
        let own = network.own.as_ref().and_then(|own| own.delegation(txid)).ok_or("it was delegated")?;
        let word = payout_word(own, &appchain, (&payee, &bytes), 1);
        ids.push(json!({ "txid": txid.to_string(), "output": own.event.staking_output_idx }));
        network.verify(&word)?;
    }
    gas(&network.verify(&json!({ "claim": { "stakes": ids } }))?, "paid")
}

/// The most expensive hook of payouts to local finality providers at the largest values that the configuration admits: 16 denoms of 128
/// letters, 200 finality providers, code not pinned. All is paid in the end.
fn worst() -> Result<u64, GasError> {
    let denoms = rewards::most_denoms();
    let fields = json!({
        "reward_denoms": denoms, "reward_interval": PERIOD, "reward_group": 256,
        "max_active_finality_providers": FPS, "min_pub_rand": 1, "burn_slashed_rewards": true,
    });
    let mut network = start(&distinct_stakes(FPS), fields)?;
    catch_up(&mut network)?;
    (1..=3).for_each(|code| network.chain.unpin_code(code));
    let mut most = 0;
    while rewards::handed(&network, "handed_over")? < denoms.len() {
        denoms.iter().for_each(|denom| network.chain.collect_fees(1_000_000_000_000, denom));
        most = most.max(hooks::most_expensive(&network.step())?);
        if network.chain.height() > 40 * PERIOD {
            return Err("not all denoms were handed over".into());
        }
    }
    Ok(most)
}
