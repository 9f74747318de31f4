//! What headers of Bitcoin cost. They are regtest's, which cost what mainnet's do: the same rules are checked, and
//! the work of the chain takes as many bytes, since the base header is given mainnet's.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::network::{Network, Setup};
use serde_json::{Value, json};

use super::{GasError, Row};

const SEED: u64 = 7;
/// About the work of mainnet's chain: twelve bytes.
const MAINNET_WORK: &str = "30000000000000000000000000000";
const MANY: u32 = 2_000;
/// As few headers as a light client on regtest may keep with w = 100.
const LEAST: u32 = 2_116;

/// One header alone, one of a hundred, one of a hundred where as many old ones are dropped, and two thousand in
/// one message.
pub fn headers() -> Result<Vec<Row>, GasError> {
    let in_hundred = {
        let mut client = Client::start(8_064)?;
        client.submit(100)?;
        client.submit(100)? / 100
    };
    let pruning = {
        let mut client = Client::start(LEAST)?;
        client.submit(MANY)?;
        client.submit(400)?;
        client.submit(100)? / 100
    };
    let mut client = Client::start(8_064)?;
    let many = client.submit(MANY)?;
    let one = client.submit(1)?;
    client.refuses(MANY + 1)?;
    Ok(vec![
        Row::new("btc_header", one),
        Row::new("btc_header_in_100", in_hundred),
        Row::new("btc_header_in_100_pruning", pruning),
        Row::new("btc_headers_2000", many),
    ])
}

struct Client {
    network: Network,
}

impl Client {
    fn start(retained: u32) -> Result<Self, GasError> {
        let client = json!({
            "network": "regtest", "btc_confirmation_depth": 10, "checkpoint_finalization_timeout": 100,
            "retained_headers": retained, "submitters": [Network::deploy(&Setup::new(SEED, &[]))?.sender],
            "checkpoint": { "height": 0, "header_hex": genesis()?, "work": MAINNET_WORK },
        });
        let over = json!({ "btc_light_client_msg": BASE64_STANDARD.encode(client.to_string()) });
        let mut network = Network::deploy(&Setup::new(SEED, &[]).with(over))?;
        network.miner.set_spacing(1);
        Ok(Self { network })
    }

    fn message(&mut self, count: u32) -> Value {
        let headers = self.network.miner.mine_blocks(count).into_iter().flat_map(|info| info.header);
        json!({ "raw_btc_headers": { "headers": BASE64_STANDARD.encode(headers.collect::<Vec<u8>>()) } })
    }

    fn submit(&mut self, count: u32) -> Result<u64, GasError> {
        let message = self.message(count);
        let network = &mut self.network;
        let usage = network.chain.execute(&network.sender, &network.light_client, &message)?.usage;
        let tip: Value = network.ask_bitcoin(&json!({ "btc_tip_header": {} }))?;
        if tip["height"] != network.miner.tip_height() {
            return Err(format!("{count} headers brought the tip to {}", tip["height"]).into());
        }
        Ok(usage.sdk_gas())
    }

    fn refuses(&mut self, count: u32) -> Result<(), GasError> {
        let message = self.message(count);
        let network = &mut self.network;
        match network.chain.execute(&network.sender, &network.light_client, &message) {
            Err(error) if error.to_string().contains("exceed max_headers = 2000") => Ok(()),
            other => Err(format!("{count} headers in one message: {other:?}").into()),
        }
    }
}

fn genesis() -> Result<String, GasError> {
    let miner = devnet::actors::Miner::new(SEED, 0);
    let genesis = miner.block_at(0).ok_or("a chain has a first block")?;
    Ok(genesis.header.iter().map(|byte| format!("{byte:02x}")).collect())
}
