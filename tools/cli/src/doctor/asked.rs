//! Who is asked, as the command line says it.

use std::time::Duration;

use anyhow::{Result, bail};
use bsn_rpc::Retry;
use clap::Args;

use super::read::{Source, Sources};
use crate::args::duration;
use crate::place::{Found, Place};

/// A chain with a contract on it, and the two chains beside it.
#[derive(Debug, Clone, Args)]
pub struct Asked {
    /// Which contract.
    #[command(flatten)]
    pub place: Place,
    /// The RPC address of a node of Babylon, several by commas: for the other side of the channel.
    #[arg(long, env = "BSN_BABYLON_NODE", value_delimiter = ',', value_name = "URL")]
    pub babylon_node: Vec<String>,
    /// Bitcoin from outside: esplora=URL, or rpc=URL of a bitcoind.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL")]
    pub bitcoin: Option<Source>,
    /// The state digest that Babylon's stake has, to be compared with the contract's.
    #[arg(long, value_name = "SHA256")]
    pub babylon_digest: Option<String>,
    /// The time between blocks of a private Bitcoin, such as 20s; on every other network it is ten minutes.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub bitcoin_block_time: Option<Duration>,
    /// How many of the last blocks are searched for errors.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub blocks: u64,
}

impl Asked {
    /// The same with addresses.
    ///
    /// # Errors
    /// One sentence: a file that is none, a contract that nobody names.
    pub fn sources(&self) -> Result<Sources> {
        if let Some(digest) = self.babylon_digest.as_ref().filter(|digest| !is_sha256(digest)) {
            bail!("`{digest}` is no sha256: 64 hexadecimal characters");
        }
        let retry = Retry { rounds: 2, timeout: self.place.timeout(), ..Retry::default() };
        let Found { target, contract } = self.place.found(retry)?;
        Ok(Sources {
            chain_id: target.chain_id,
            babylon: (!self.babylon_node.is_empty()).then(|| self.babylon_node.clone()),
            bitcoin: self.bitcoin.clone(),
            babylon_digest: self.babylon_digest.clone(),
            pace: self.bitcoin_block_time.map(|time| time.as_secs().max(1)),
            blocks: self.blocks,
            retry,
            ..Sources::new(&target.node, &contract)
        })
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}
