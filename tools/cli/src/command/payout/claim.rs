//! `bsn payout claim`.

use anyhow::{Error, Result, bail};
use api::btc_staking::{ExecuteMsg, PayoutResponse, QueryMsg, RewardsResponse, StakeId, Verdict};
use bitcoin_spv::OutPoint;
use clap::Args as Group;
use serde_json::json;

use crate::command::of_message::{Told, show, tell, who};
use crate::command::of_setup::Contracts;
use crate::config::{Common, Output, Setup};
use crate::keys::Signing;
use crate::prove::act::verdicts;
use crate::prove::contract::{Contract, Deployed, read};
use crate::slash::find::outpoint;
use crate::vote::show::Say;

/// How many stakes a message claims at most.
const MOST: usize = 50;

/// `bsn payout claim`.
#[derive(Debug, Group)]
pub struct Claim {
    /// Stakes; 50 a transaction.
    #[arg(value_name = "TXID:OUTPUT", required = true, value_parser = outpoint)]
    pub stake: Vec<OutPoint>,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs the transaction. Others are paid.
    #[command(flatten)]
    pub signing: Signing,
}

/// Claims.
///
/// # Errors
/// One sentence: the first stake that was refused. The others are paid.
pub fn run(args: &Claim) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let chain = args.contracts.chain(&setup)?;
    let contract = args.contracts.staking(&chain)?;
    let sender = who(&chain, &setup, &args.signing)?;
    let (say, mut refused) = (Say::new(setup.output == Output::Json), Vec::new());
    let mut due = Vec::new();
    for at in &args.stake {
        match check(&contract, at) {
            Ok(()) => due.push(*at),
            Err(why) => refused.push(format!("{at} is not claimed: {why}")),
        }
    }
    for stakes in due.chunks(MOST) {
        let ids = stakes.iter().map(|at| StakeId { txid: at.txid.to_string(), output: at.index }).collect();
        let (message, count) = (ExecuteMsg::Claim { stakes: ids }, stakes.len());
        let what = format!("claim what {count} stakes have earned");
        let told = tell(&sender, contract.address(), &message, &what, 150_000 + 100_000 * count as u64)?;
        let mut paid = Vec::new();
        if let Told::Done(done) = &told {
            let verdicts = verdicts(&done.data, count).map_err(Error::msg)?;
            for (at, verdict) in stakes.iter().zip(verdicts) {
                match verdict {
                    Verdict::Ok { .. } => paid.push(at.to_string()),
                    Verdict::Refused { rule, reason } => {
                        refused.push(format!("{at} is refused, {rule}: {reason}"))
                    }
                }
            }
        }
        let text = format!("{} of {count} stakes were paid", paid.len());
        show(&told, &what, &text, json!({ "event": "claimed", "stakes": paid }), &say);
    }
    match refused.first() {
        Some(why) => bail!("{why}"),
        None => Ok(()),
    }
}

/// Whether a stake is owed something, and its staker has said where to.
fn check(contract: &Deployed<'_>, at: &OutPoint) -> Result<(), String> {
    let ask = |question: QueryMsg| {
        serde_json::to_value(question).map_err(|error| error.to_string()).and_then(|it| contract.ask(&it))
    };
    let rewards = ask(QueryMsg::Rewards { txid: at.txid.to_string(), output: at.index })?;
    let rewards: RewardsResponse = read("rewards", rewards)?;
    if rewards.owed.is_empty() {
        return Err("it is owed nothing".to_owned());
    }
    let staker_pk_hex = rewards.staker_pk_hex.clone();
    let payout: PayoutResponse = read("payout", ask(QueryMsg::Payout { staker_pk_hex })?)?;
    let why = || format!("{} has not said where to: `bsn payout set`", rewards.staker_pk_hex);
    payout.address.map(drop).ok_or_else(why)
}
