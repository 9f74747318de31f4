//! `bsn payout set`.

use anyhow::{Context, Error, Result};
use api::btc_staking::{ExecuteMsg, PayoutResponse, QueryMsg};
use bsn_rpc::address;
use clap::Args as Group;
use eots::{SecretKey, message, schnorr};
use primitives::SigningContext;
use serde_json::json;

use crate::command::of_message::{show, tell, who};
use crate::command::of_setup::Contracts;
use crate::config::{Common, Output, Setup};
use crate::keys::Signing;
use crate::prove::contract::{Contract, read};
use crate::vote::show::Say;

/// SDK gas where no node says it.
const GAS: u64 = 200_000;

/// `bsn payout set`.
#[derive(Debug, Group)]
pub struct Set {
    /// The address on this chain that is paid.
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    /// The staker's key.
    #[command(flatten)]
    pub key: StakerKey,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs the transaction. It need not be whoever is paid.
    #[command(flatten)]
    pub signing: Signing,
}

/// The key of a staker, beside the flags of whoever sends.
#[derive(Debug, Clone, Group)]
pub struct StakerKey {
    /// A file with the staker's key, 64 hexadecimal digits, which nobody else may read; `-` for standard input. Or set
    /// BSN_STAKER_KEY.
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<std::path::PathBuf>,
}

impl StakerKey {
    fn load(&self) -> Result<SecretKey> {
        use crate::keys::secret::{of_environment, of_file};
        match &self.key_file {
            Some(path) => of_file(path, "staker"),
            None => of_environment("BSN_STAKER_KEY")?
                .context("whose rewards? Name the staker's key by --key-file or BSN_STAKER_KEY"),
        }
    }
}

/// Names the address.
///
/// # Errors
/// One sentence: it is no address of this chain, or the chain refuses it.
pub fn run(args: &Set) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let chain = args.contracts.chain(&setup)?;
    let payee = address::decode(&chain.prefix, &args.address)?;
    let contract = args.contracts.staking(&chain)?;
    let key = args.key.load()?;
    let staker = key.public_key().as_fp().to_string();
    let ask = serde_json::to_value(QueryMsg::Payout { staker_pk_hex: staker.clone() })?;
    let before: PayoutResponse =
        contract.ask(&ask).and_then(|answer| read("payout", answer)).map_err(Error::msg)?;
    let say = Say::new(setup.output == Output::Json);
    if before.address.as_deref() == Some(args.address.as_str()) {
        say.event(
            &format!("the rewards of {staker} are paid to {} already", args.address),
            &json!({ "event": "already", "staker": staker, "address": args.address }),
        );
        return Ok(());
    }
    let counter = before.counter.map_or(Some(1), |counter| counter.checked_add(1));
    let counter =
        counter.with_context(|| format!("{staker} has used up its counters: its address cannot change"))?;
    let context = SigningContext::staker_payout(&chain.id, contract.address());
    let signed = message::payout_hash(&context, key.public_key().as_fp().as_bytes(), counter, &payee);
    let message = ExecuteMsg::SetPayout {
        staker_pk_hex: staker.clone(),
        address: args.address.clone(),
        counter,
        signature: schnorr::sign(&key, &signed, &[0; 32]).to_vec().into(),
    };
    let sender = who(&chain, &setup, &args.signing)?;
    let what = format!("have the rewards of {staker} paid to {}", args.address);
    let told = tell(&sender, contract.address(), &message, &what, GAS)?;
    let event =
        json!({ "event": "payout_set", "staker": staker, "address": args.address, "counter": counter });
    show(&told, &what, &format!("the rewards of {staker} are paid to {}", args.address), event, &say);
    Ok(())
}
