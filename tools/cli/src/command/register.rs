//! `bsn register`.

use anyhow::{Error, Result, bail};
use api::btc_staking::ExecuteMsg;
use bsn_rpc::address;
use clap::Args as Group;
use eots::{SecretKey, message, schnorr};
use primitives::{FpPublicKey, SigningContext};
use serde_json::json;

use super::of_message::{show, tell, who};
use super::of_setup::Contracts;
use super::of_terms::registered;
use crate::config::{Common, Output, Setup};
use crate::keys::Signing;
use crate::prove::contract::Contract;
use crate::vote::key::FpKey;
use crate::vote::show::Say;

/// SDK gas where no node says it.
const GAS: u64 = 300_000;

/// `bsn register`. Exit codes: 0 done, 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Register {
    /// The finality provider's key.
    #[command(flatten)]
    pub key: FpKey,
    /// The contracts.
    #[command(flatten)]
    pub contracts: Contracts,
    /// Chain, file, output.
    #[command(flatten)]
    pub common: Common,
    /// Who signs the transaction, and so becomes the finality provider's operator.
    #[command(flatten)]
    pub signing: Signing,
}

/// Registers a finality provider; whoever sends it becomes its operator.
///
/// # Errors
/// One sentence: it is registered already, or the chain refuses it.
pub fn run(args: &Register) -> Result<()> {
    let setup = Setup::load(&args.common)?;
    let chain = args.contracts.chain(&setup)?;
    let key = args.key.load()?;
    let fp = FpPublicKey::from(key.public_key());
    if registered(&chain, &fp).map_err(Error::msg)?.is_some() {
        bail!("{fp} is registered already on {}", chain.id);
    }
    let contract = args.contracts.staking(&chain)?;
    let sender = who(&chain, &setup, &args.signing)?;
    let operator = address::decode(&chain.prefix, sender.address())?;
    let context = SigningContext::local_registration(&chain.id, &chain.contract);
    let message = registration(&key, &context, &operator);
    let what = format!("register {fp} for {}", sender.address());
    let told = tell(&sender, contract.address(), &message, &what, GAS)?;
    let (operator, text) =
        (sender.address(), format!("{fp} is registered; its operator is {}", sender.address()));
    let event = json!({ "event": "registered", "fp": fp.to_string(), "operator": operator });
    show(&told, &what, &text, event, &Say::new(setup.output == Output::Json));
    Ok(())
}

/// Its proof of possession is BIP-340 over sha256(context ‖ the operator's address, decoded from bech32).
fn registration(key: &SecretKey, context: &SigningContext, operator: &[u8]) -> ExecuteMsg {
    let signed = message::proof_of_possession_hash(context, operator);
    let pop = schnorr::sign(key, &signed, &[0; 32]).to_vec();
    ExecuteMsg::RegisterFp { fp_pubkey_hex: FpPublicKey::from(key.public_key()).to_string(), pop: pop.into() }
}
