//! What a transaction would do.

use bsn_rpc::proto::Any;
use cosmwasm_std::{CosmosMsg, WasmMsg};
use sha2::{Digest, Sha256};

use super::super::ante::{self, Decoded, Refusal};
use super::super::message::{self, Act};
use super::Engine;
use super::submit::{Outcome, run};

/// wasmd's codespace and code of an error of the virtual machine.
const VM_ERROR: (&str, u32) = ("wasm", 29);

impl Engine {
    /// What a transaction would do: on a copy of everything.
    ///
    /// # Errors
    /// Where it fails, with the SDK's code and text.
    pub fn simulate(&mut self, bytes: &[u8]) -> Result<Outcome, Refusal> {
        let mut tx = ante::decode(&self.options.prefix, bytes)?;
        let without_file = self.starts_without_file(&tx.body.messages);
        tx.body.messages.truncate(without_file.unwrap_or(usize::MAX));
        let outcome = self.tried(&tx);
        if outcome.code != 0 {
            return Err(Refusal { codespace: outcome.codespace, code: outcome.code, log: outcome.log });
        }
        match without_file {
            None => Ok(outcome),
            Some(place) => Err(no_file(place)),
        }
    }

    fn tried(&self, tx: &Decoded) -> Outcome {
        let (mut chain, mut gov, mut accounts) =
            (self.net.chain.clone(), self.gov.clone(), self.accounts.clone());
        run(&mut chain, &mut gov, &mut accounts, tx, None)
    }

    /// The first message that starts an instance of a code that an earlier one stores. wasmd writes no file of a code in a
    /// simulation, so that its machine has nothing to start, unless the same code is there already.
    fn starts_without_file(&self, messages: &[Any]) -> Option<usize> {
        let kept = self.net.chain.codes();
        let acts: Vec<Option<Act>> =
            messages.iter().map(|any| message::parse(any).ok().map(|(_, act)| act)).collect();
        let starts = |act: &Option<Act>| match act {
            Some(Act::Chain(CosmosMsg::Wasm(
                WasmMsg::Instantiate { code_id, .. } | WasmMsg::Instantiate2 { code_id, .. },
            ))) => *code_id > kept,
            _ => false,
        };
        let place = acts.iter().position(starts)?;
        let is_new = |act: &Option<Act>| match act {
            Some(Act::StoreCode(wasm)) => !self.has_code(wasm),
            _ => false,
        };
        acts.iter().take(place).any(is_new).then_some(place)
    }

    fn has_code(&self, wasm: &[u8]) -> bool {
        let hash: [u8; 32] = Sha256::digest(wasm).into();
        let chain = &self.net.chain;
        (1..=chain.codes()).filter_map(|id| chain.code(id)).any(|code| code.facts.hash == hash)
    }
}

fn no_file(place: usize) -> Refusal {
    let (codespace, code) = VM_ERROR;
    let error = "Error calling the VM: Cache error: Error opening Wasm file for reading: wasmvm error";
    let log = format!("failed to execute message; message index: {place}: {error}");
    Refusal { codespace: codespace.to_owned(), code, log }
}
