//! A block: votes of the daemons, transactions, what the relayer carries, proposals that end.

use bsn_rpc::proto::cosmwasm::wasm::v1::MsgExecuteContract;
use bsn_rpc::proto::{pack, tendermint::abci};
use bsn_rpc::query::Numbers;
use bsn_rpc::read::tx_hash;
use bsn_rpc::{Fee, Wallet};
use cosmwasm_std::{Event, Timestamp};
use devnet::{BlockReport, HookOutcome};
use serde_json::{Value, json};

use super::super::gov::{FAILED, PASSED, REJECTED};
use super::{Engine, Outcome, RANDOMNESS, Record, Waiting};

/// How many heights a daemon that is behind votes for in a block.
const CATCH_UP: u64 = 20;
/// With less randomness ahead a daemon commits to more.
const LITTLE: u64 = RANDOMNESS / 2;
/// What a daemon's transaction may use.
const DAEMON_GAS: u64 = 2_000_000;
/// How many blocks are kept to be shown.
const KEPT: usize = 20_000;

impl Engine {
    /// Makes the next block, at a time in nanoseconds since 1970.
    pub fn produce(&mut self, now: u64) {
        self.daemons();
        let waiting = std::mem::take(&mut self.mempool);
        let txs: Vec<Vec<u8>> = waiting.into_iter().map(|waiting| waiting.bytes).collect();
        self.sealer.announce(&txs);
        self.net.chain.set_next_time(Timestamp::from_nanos(now));
        self.net.chain.open_block();
        let height = self.net.chain.height() + 1;
        let outcomes: Vec<Outcome> = txs.iter().map(|tx| self.deliver(tx)).collect();
        self.apply_expiry();
        self.join(height);
        let mut events = self.relay(now);
        events.extend(self.proposals());
        let report = self.net.chain.next_block();
        let record = Record { events: block_events(&report, events), outcomes };
        self.sealer.announce(&[]);
        self.sealer.record(height, &record.outcomes.iter().map(result).collect::<Vec<_>>());
        for (place, tx) in txs.iter().enumerate() {
            self.places.insert(tx_hash(tx), (height, place));
        }
        self.records.insert(height, record);
        self.wake_the_jailed();
        if self.records.len() > KEPT + KEPT / 10 {
            self.forget();
        }
    }

    /// A tenth of what is kept is forgotten at once.
    fn forget(&mut self) {
        while self.records.len() > KEPT {
            self.records.pop_first();
        }
        let first = self.records.keys().next().copied().unwrap_or(self.first);
        self.first = first;
        self.places.retain(|_, (height, _)| *height >= first);
        self.sealer.forget_below(first);
    }

    /// Votes of everybody whose daemon runs, each in a transaction of its own.
    fn daemons(&mut self) {
        let tip = self.net.chain.height();
        for index in 0..self.net.fps.len() {
            if !self.is_online(index) || !self.is_known(index) {
                continue;
            }
            let from = self.voted.get(index).map_or(tip, |voted| voted + 1);
            for height in from..=tip.min(from + CATCH_UP) {
                // A height without an anchor cannot be voted for; the daemon sees that in `blocks`.
                if self.ask(&json!({ "block": { "height": height } })).is_err() {
                    continue;
                }
                if let Ok(message) = self.net.fps[index].vote(height, &self.net.app_hash(height)) {
                    self.send_as(index, &message);
                }
            }
            if let Some(voted) = self.voted.get_mut(index) {
                *voted = tip.min(from + CATCH_UP);
            }
            let end = self.net.fps[index].commitments().last().map_or(0, |last| last.end_height());
            if end < tip + LITTLE {
                let first = (end.max(tip) + 1).max(self.activation());
                let message = self.net.fps[index].commit(first, RANDOMNESS);
                self.send_as(index, &message);
            }
        }
    }

    /// The height at which finality begins: no randomness is taken for those below.
    fn activation(&self) -> u64 {
        let config = self.ask(&json!({ "config": {} })).unwrap_or_default();
        config["finality_activation_height"].as_u64().unwrap_or_default()
    }

    /// Whether a daemon can begin: before its registration has arrived the real one ends with an error.
    fn is_known(&self, index: usize) -> bool {
        let Some(fp) = self.net.fps.get(index) else { return false };
        let known =
            || self.ask(&json!({ "finality_provider": { "btc_pk_hex": fp.public_key_hex() } })).is_ok();
        !fp.commitments().is_empty() || known()
    }

    /// A transaction of a finality provider's account, for the next block.
    pub fn send_as(&mut self, index: usize, message: &Value) {
        let Some(named) = self.fp_account(index).cloned() else { return };
        let Ok(wallet) = Wallet::new(named.key, &self.options.prefix) else { return };
        let message = pack(&MsgExecuteContract {
            sender: named.address.clone(),
            contract: self.net.bsn.clone(),
            msg: message.to_string().into_bytes(),
            funds: Vec::new(),
        });
        let ahead = self.mempool.iter().filter(|waiting| waiting.signer == named.address).count() as u64;
        let account = self.accounts.of(&named.address);
        let numbers = Numbers { account: account.number, sequence: account.sequence + ahead };
        let price = (u128::from(DAEMON_GAS) * self.options.min_price).div_ceil(1_000_000).max(1);
        let fee = Fee::new(price, &self.options.denom, DAEMON_GAS);
        if let Ok(bytes) = wallet.sign(&self.options.chain_id, &[message], &fee, numbers) {
            self.mempool.push(Waiting { bytes, signer: named.address });
        }
    }

    /// Bitcoin goes on, Babylon sees it, and the relayer carries what waits.
    fn relay(&mut self, now: u64) -> Vec<Event> {
        self.bitcoin(now);
        if self.net.is_alone() {
            if !self.trouble.relayer_stopped {
                self.keep();
            }
            return Vec::new();
        }
        if self.trouble.relayer_stopped {
            // Babylon goes on sending.
            let app = &mut self.net.link.app;
            let sent = app.babylon.end_block().into_iter().filter(|(client, _)| *client == app.client);
            app.packets.extend(sent.map(|(_, data)| data));
            return Vec::new();
        }
        let devnet::network::Network { chain, link, .. } = &mut self.net;
        let deliveries = link.relay(chain);
        deliveries
            .into_iter()
            .filter_map(|delivery| delivery.report)
            .flat_map(|report| report.events)
            .collect()
    }

    fn bitcoin(&mut self, now: u64) {
        let every = |time: std::time::Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        if self.trouble.bitcoin_stopped {
            return;
        }
        let seconds = u32::try_from(now / 1_000_000_000).unwrap_or(u32::MAX);
        if now >= self.next_bitcoin {
            let due = self.due();
            let net = &mut self.net;
            // Blocks have the time at which they are found.
            net.miner.set_spacing(seconds.saturating_sub(net.miner.tip().time));
            net.miner.mine_with(due);
            net.miner.set_spacing(1);
            if !self.net.is_alone() {
                self.tell_of_spends();
            }
            let net = &mut self.net;
            net.link.app.babylon.see_bitcoin(&net.miner);
            self.next_bitcoin = now.saturating_add(every(self.options.bitcoin_time));
        }
        if now >= self.next_epoch {
            self.next_epoch = now.saturating_add(every(self.options.epoch_time));
            self.timestamp();
        }
    }

    /// Babylon seals an epoch over our newest header, and has it checkpointed in Bitcoin; without Babylon anybody writes it there.
    pub fn timestamp(&mut self) {
        if self.net.is_alone() {
            return self.timestamp_alone();
        }
        let net = &mut self.net;
        let Some(header) = net.chain.header(net.chain.height()).cloned() else { return };
        let app_hash = primitives::AppHash::from_bytes(header.app_hash);
        let app = &mut net.link.app;
        let client = app.client.clone();
        let recorded = app.babylon.record_header(&client, header.height, &app_hash, header.time.nanos());
        if recorded.is_err() {
            return;
        }
        // Without an open channel Babylon has nobody to send to.
        if let Ok(packets) = app.babylon.timestamp(&mut net.miner) {
            app.packets.extend(packets.into_iter().filter(|(to, _)| *to == client).map(|(_, data)| data));
        }
        app.babylon.see_bitcoin(&net.miner);
    }

    fn proposals(&mut self) -> Vec<Event> {
        let now = self.net.chain.now().time.nanos();
        let mut events = Vec::new();
        for (id, messages) in self.gov.due(now) {
            let (status, result, why) = match messages.map(|messages| self.enact(&messages)) {
                None => (REJECTED, "proposal_rejected", String::new()),
                Some(Ok(done)) => {
                    events.extend(done);
                    (PASSED, "proposal_passed", String::new())
                }
                Some(Err(why)) => (FAILED, "proposal_failed", why),
            };
            self.gov.end(id, status, &why);
            let event = Event::new("active_proposal").add_attribute("proposal_id", id.to_string());
            let event = event.add_attribute("proposal_result", result);
            events.push(if why.is_empty() { event } else { event.add_attribute("proposal_log", why) });
        }
        events
    }
}

fn block_events(report: &BlockReport, end: Vec<Event>) -> Vec<(&'static str, Event)> {
    let mut events: Vec<(&'static str, Event)> = Vec::new();
    let of_module = |event: &Event| match event.attributes.iter().find(|it| it.key == "phase") {
        Some(phase) if phase.value == "EndBlock" => "EndBlock",
        _ => "BeginBlock",
    };
    events.extend(report.events.iter().map(|event| (of_module(event), event.clone())));
    for hook in report.hooks.iter().filter(|hook| hook.outcome == HookOutcome::Done) {
        let phase = if hook.hook == devnet::Hook::EndFinality { "EndBlock" } else { "BeginBlock" };
        events.extend(hook.events.iter().map(|event| (phase, event.clone())));
    }
    events.extend(end.into_iter().map(|event| ("EndBlock", event)));
    events.sort_by_key(|(phase, _)| *phase != "BeginBlock");
    events
}

/// An outcome as headers commit to it.
fn result(outcome: &Outcome) -> abci::ExecTxResult {
    abci::ExecTxResult {
        code: outcome.code,
        data: outcome.data.clone().into(),
        gas_wanted: i64::try_from(outcome.gas_wanted).unwrap_or(i64::MAX),
        gas_used: i64::try_from(outcome.gas_used).unwrap_or(i64::MAX),
        ..Default::default()
    }
}
