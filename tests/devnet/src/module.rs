//! The chain module (babylon-sdk's `x/babylon`): fees and hooks (PROTOCOL.md, "The block hooks" and "Fees").

mod registered;

pub use registered::{BsnContracts, ModuleParams};

use cosmwasm_std::{Event, Uint128};

use crate::{
    Chain,
    error::Failure,
    fault::Fault,
    hook::Hook,
    report::{Header, HookOutcome, HookReport},
};

impl Chain {
    pub(crate) fn begin_block_hooks(&mut self, header: &Header) {
        if let Err(failure) = self.split_fees() {
            let event = Event::new("fee_collector_error").add_attribute("error", failure.to_string());
            self.block.events.push(event.add_attribute("height", header.height.to_string()));
        }
        self.drain_fee_collector();
        if !self.bsn.is_set() {
            return;
        }
        if self.run_hook(Hook::BeginStaking, header) {
            self.run_hook(Hook::BeginFinality, header);
        } else {
            let skipped = hook_report(Hook::BeginFinality, header, HookOutcome::NotCalled);
            self.block.hooks.push(skipped);
        }
    }

    pub(crate) fn end_block_hooks(&mut self, header: &Header) {
        if self.bsn.is_set() {
            self.run_hook(Hook::EndFinality, header);
        }
    }

    /// Calls one hook. Gives whether the next may be called.
    fn run_hook(&mut self, hook: Hook, header: &Header) -> bool {
        let fault = self.faults.at(header.height, hook);
        let mut report = hook_report(hook, header, HookOutcome::Lost);
        report.fault = fault;
        if fault == Some(Fault::Lost) {
            self.block.hooks.push(report);
            return true;
        }
        let (budget, limit, keep) = match fault {
            Some(Fault::Torn { writes }) => (Some(writes), self.gas_of(hook), true),
            Some(Fault::Gas { limit, keep_writes }) => (None, limit, keep_writes),
            _ => (None, self.gas_of(hook), false),
        };
        let address = match hook {
            Hook::BeginStaking => self.bsn.btc_staking.clone(),
            _ => self.bsn.btc_finality.clone(),
        };
        let msg = sudo_message(hook, header);
        let world = self.world();
        world.state().write_budget = budget;
        let attempt = world.attempt(Some(limit), keep, || world.sudo(&address, &msg));
        world.state().write_budget = None;
        world.state().torn = false;
        report.usage = attempt.usage;
        let succeeded = attempt.result.is_ok();
        match attempt.result {
            Ok(done) => {
                report.outcome = HookOutcome::Done;
                report.events = done.events;
            }
            Err(failure) => {
                self.block.events.push(communication_error(hook, header, &failure));
                report.outcome = HookOutcome::Failed(failure);
            }
        }
        self.block.hooks.push(report);
        succeeded
    }

    fn gas_of(&self, hook: Hook) -> u64 {
        if hook.is_begin() { self.params.max_gas_begin_blocker } else { self.params.max_gas_end_blocker }
    }

    /// A plain transfer to the finality contract: it gets no message.
    fn split_fees(&mut self) -> Result<(), Failure> {
        if !self.bsn.is_set() {
            return Err(Failure::Invalid("BSN contracts are not set".to_owned()));
        }
        let collector = self.fee_collector();
        let world = self.world();
        let collected = world.state().balances(&collector);
        let share = |amount| {
            Uint128::try_from(amount).ok().map(|a: Uint128| a.mul_floor(self.params.btc_staking_portion))
        };
        let split = collected.into_iter().filter_map(|mut coin| {
            coin.amount = share(coin.amount)?.into();
            (!coin.amount.is_zero()).then_some(coin)
        });
        let split: Vec<_> = split.collect();
        let finality = self.bsn.btc_finality.clone();
        let events = world.atomically(|| world.state().send(&collector, &finality, &split))?;
        self.block.events.extend(events);
        Ok(())
    }

    /// The rest goes to the distribution module, which comes next in every block.
    fn drain_fee_collector(&mut self) {
        let collector = self.fee_collector();
        let distribution = self.module_account("distribution");
        let world = self.world();
        let rest = world.state().balances(&collector);
        // It cannot fail: this is exactly what is there.
        let _ = world.atomically(|| world.state().send(&collector, &distribution, &rest));
    }
}

fn hook_report(hook: Hook, header: &Header, outcome: HookOutcome) -> HookReport {
    HookReport {
        hook,
        height: header.height,
        fault: None,
        outcome,
        usage: Default::default(),
        events: Vec::new(),
    }
}

/// The sudo message, exactly as the module makes it (PROTOCOL.md, "The block hooks").
fn sudo_message(hook: Hook, header: &Header) -> Vec<u8> {
    let name = if hook.is_begin() { "begin_block" } else { "end_block" };
    let (block, app) = (hex::encode(header.block_hash), hex::encode(header.app_hash));
    format!(r#"{{"{name}":{{"hash_hex":"{block}","app_hash_hex":"{app}"}}}}"#).into_bytes()
}

fn communication_error(hook: Hook, header: &Header, failure: &Failure) -> Event {
    Event::new("contract_communication_error")
        .add_attribute("error", failure.to_string())
        .add_attribute("height", header.height.to_string())
        .add_attribute("phase", hook.phase())
}
