//! What the commands share that send one message to a contract, and end.

use anyhow::{Result, bail};
use bsn_rpc::{Fee, TxResult};
use serde::Serialize;
use serde_json::{Value, json};

use super::of_setup::Chain;
use crate::config::Setup;
use crate::fish::deed::execute;
use crate::keys::{Sender, Sent, Signing, sender};
use crate::vote::show::Say;

/// What became of it.
#[derive(Debug)]
pub enum Told {
    /// It is in a block.
    Done(Box<TxResult>),
    /// It was only said what it would cost.
    Dry(Fee),
    /// Somebody else signs it.
    Unsigned(Value),
}

/// Who signs, with a question before sending unless `--yes` is given.
///
/// # Errors
/// As [`Sender::new`].
pub fn who(chain: &Chain, setup: &Setup, signing: &Signing) -> Result<Sender> {
    Sender::new(setup, signing, &chain.client, &chain.id, &chain.prefix, None)
}

/// Sends a message to a contract; `guess` is the SDK gas where no node says it.
///
/// # Errors
/// The chain's text, where it fails or would fail; that nobody agreed.
pub fn tell(
    sender: &Sender,
    contract: &str,
    message: &impl Serialize,
    what: &str,
    guess: u64,
) -> Result<Told> {
    let messages = [execute(sender.address(), contract, &serde_json::to_value(message)?)];
    match sender.send(what, &messages, guess, |_| Ok(()))? {
        Sent::Done(done) => Ok(Told::Done(done)),
        Sent::Dry(fee) => Ok(Told::Dry(fee)),
        Sent::Unsigned(transaction) => Ok(Told::Unsigned(transaction)),
        Sent::Busy => bail!("cannot {what}: {} sends something else", sender.address()),
    }
}

/// Says what became of it; `text` and `event` are of what is done.
pub fn show(told: &Told, what: &str, text: &str, event: Value, say: &Say) {
    match told {
        Told::Done(done) => {
            let (mut event, height, tx) = (event, done.height, &done.hash);
            event["height"] = json!(height);
            event["tx"] = json!(tx);
            say.event(&format!("{text}, in block {height} ({tx})"), &event);
        }
        Told::Dry(fee) => say.event(
            &format!("would {what}: {}", sender::shown(fee)),
            &json!({ "event": "would", "what": what, "gas": fee.gas }),
        ),
        Told::Unsigned(transaction) => println!("{transaction}"),
    }
}
