//! What headers of Bitcoin cost the light client: clients of their own, with a chain as heavy as mainnet's.

use std::sync::Arc;

use actors::Miner;
use anyhow::{Result, anyhow, bail};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::Row;
use super::bench::{Bench, Target};
use crate::account::Account;
use crate::contract;
use crate::world::{SEED, bitcoin_start};

/// About the work of mainnet's chain: twelve bytes.
const MAINNET_WORK: &str = "30000000000000000000000000000";
const HUNDRED: u32 = 100;
const MANY: u32 = 2_000;
/// As few headers as a light client on regtest may keep with w = 100.
const LEAST: u32 = 2_116;
const SUBMIT_GAS: u64 = 60_000_000;

/// A light client and the chain it follows.
struct Client {
    target: Target,
    miner: Miner,
    account: Arc<Account>,
}

/// One that keeps all it gets, one that keeps as few as it may, and one for very many.
pub struct Clients {
    keeping: Client,
    pruning: Client,
    many: Client,
}

impl Clients {
    /// Instantiates them, each with a first hundred headers or more.
    ///
    /// # Errors
    /// If the chain refuses.
    pub fn start(bench: &mut Bench<'_>) -> Result<Self> {
        let mut clients = Self {
            keeping: Client::start(bench, 8_064)?,
            pruning: Client::start(bench, LEAST)?,
            many: Client::start(bench, 8_064)?,
        };
        clients.keeping.feed(bench, HUNDRED)?;
        clients.pruning.feed(bench, MANY)?;
        clients.pruning.feed(bench, 4 * HUNDRED)?;
        Ok(clients)
    }

    /// One header alone, one of a hundred, one of a hundred where as many old ones are dropped, and two thousand.
    ///
    /// # Errors
    /// If the light client refuses.
    pub fn measure(&mut self, bench: &mut Bench<'_>) -> Result<()> {
        self.keeping.measure(bench, "btc_header_in_100", HUNDRED, HUNDRED)?;
        self.pruning.measure(bench, "btc_header_in_100_pruning", HUNDRED, HUNDRED)?;
        self.many.measure(bench, "btc_headers_2000", MANY, 1)?;
        self.many.measure(bench, "btc_header", 1, 1)
    }
}

impl Client {
    fn start(bench: &Bench<'_>, retained: u32) -> Result<Self> {
        let world = &*bench.world;
        let mut miner = Miner::new(SEED, bitcoin_start()?);
        miner.set_spacing(1);
        let account = world.signers.first().ok_or_else(|| anyhow!("nobody signs"))?.account.clone();
        let genesis = miner.block_at(0).ok_or_else(|| anyhow!("a chain has a first block"))?;
        let message = json!({
            "network": "regtest", "btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100,
            "retained_headers": retained, "submitters": [account.address],
            "checkpoint": { "height": 0, "header_hex": hex::encode(genesis.header), "work": MAINNET_WORK },
        });
        let code_id = world.light_client.1;
        let address = contract::instantiate(&world.consumer, code_id, &message, "headers", &account.address)?;
        Ok(Self { target: Target { address, code_id }, miner, account })
    }

    fn message(&mut self, count: u32) -> Value {
        let headers = self.miner.mine_blocks(count).into_iter().flat_map(|info| info.header);
        json!({ "raw_btc_headers": { "headers": STANDARD.encode(headers.collect::<Vec<u8>>()) } })
    }

    fn feed(&mut self, bench: &Bench<'_>, count: u32) -> Result<()> {
        let message = self.message(count);
        let message = contract::execute_message(&self.account.address, &self.target.address, &message);
        contract::deliver(&bench.world.consumer, &self.account, vec![message], SUBMIT_GAS).map(|_| ())
    }

    fn measure(&mut self, bench: &mut Bench<'_>, name: &str, count: u32, parts: u32) -> Result<()> {
        let message = self.message(count);
        let (row, _, _) = bench.call(name, &self.account, &self.target, &message, true)?;
        let tip =
            contract::query(&bench.world.consumer, &self.target.address, &json!({ "btc_tip_header": {} }))?;
        if tip["height"].as_u64() != Some(self.miner.tip_height().into()) {
            bail!("{name} brought the tip to {}", tip["height"]);
        }
        bench.note(Row { parts: parts.into(), ..row })
    }
}
