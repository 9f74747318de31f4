//! How a [`World`] comes to be.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use actors::{Babylon, Miner};
use anyhow::{Context, Result, bail};

use super::{Programs, SEED, Sends, World};
use crate::account::Account;
use crate::chain::{Chain, Role};
use crate::relayer::{End, Relayer};

/// How long before now Bitcoin began, in seconds: longer than all that is mined takes.
const BITCOIN_AGE: u64 = 86_400;
/// How far apart the ports of the two chains are.
const APART: u16 = 10;
const IDS: [&str; 2] = ["bsn-chain-1", "bbn-chain-1"];

impl World {
    /// Starts both chains, in a folder of the part's name, with `pace_ms` between blocks; nothing is on them yet. `signers` accounts are ready for finality providers.
    ///
    /// # Errors
    /// If one of the programs refuses.
    pub fn start(programs: &Programs, part: &str, signers: usize, pace_ms: u64) -> Result<Self> {
        let (folder, people) = (clear(programs, part)?, People::new(signers)?);
        let ports = [programs.port, programs.port + APART];
        let [consumer, genesis] = [
            End { role: Role::Consumer, id: IDS[0], port: ports[0] },
            End { role: Role::Genesis, id: IDS[1], port: ports[1] },
        ];
        let (relayer, relayers) = Relayer::init(&programs.relayer, &folder, &[consumer, genesis])?;
        let [at_consumer, at_genesis] = relayers.as_slice() else { bail!("the relayer has two keys") };
        let init = |role, index: usize, rich: &[String]| {
            Chain::init(role, IDS[index], ports[index], &programs.chain, &folder, rich, pace_ms)
        };
        let rich = [std::slice::from_ref(at_consumer), &people.addresses()].concat();
        let mut consumer = init(Role::Consumer, 0, &rich)?;
        let mut genesis = init(Role::Genesis, 1, std::slice::from_ref(at_genesis))?;
        consumer.start(&[])?;
        genesis.start(&[])?;
        Self::of([consumer, genesis], relayer, people, folder, programs)
    }

    /// The same with the consumer chain alone: Babylon's is nowhere, and nobody relays.
    ///
    /// # Errors
    /// If the chain's program refuses.
    pub fn start_alone(programs: &Programs, part: &str, signers: usize, pace_ms: u64) -> Result<Self> {
        let (folder, people) = (clear(programs, part)?, People::new(signers)?);
        let (binary, port, rich) = (&programs.chain, programs.port, people.addresses());
        let mut consumer = Chain::init(Role::Consumer, IDS[0], port, binary, &folder, &rich, pace_ms)?;
        consumer.start(&[])?;
        let genesis = Chain::nowhere(Role::Genesis, IDS[1], port + APART, binary, &folder)?;
        let relayer = Relayer::nowhere(&programs.relayer, &folder);
        Self::of([consumer, genesis], relayer, people, folder, programs)
    }

    fn of(
        [consumer, genesis]: [Chain; 2],
        relayer: Relayer,
        people: People,
        folder: PathBuf,
        programs: &Programs,
    ) -> Result<Self> {
        let mut babylon = Babylon::new(SEED, IDS[1]);
        babylon.params.finalization_timeout = 2;
        let People { admin, stranger, spare } = people;
        Ok(Self {
            consumer,
            genesis,
            relayer,
            babylon,
            miner: Miner::new(SEED, bitcoin_start()?),
            client: "07-tendermint-0".to_owned(),
            channel: String::new(),
            bsn: String::new(),
            code_id: 0,
            light_client: (String::new(), 0),
            admin,
            stranger,
            signers: Vec::new(),
            voted_to: 0,
            sends: Sends::Each,
            folder,
            artifacts: programs.artifacts.clone(),
            spare,
        })
    }
}

/// Who has coins on the consumer chain from its first block on, besides validator and relayer.
struct People {
    admin: Account,
    stranger: Account,
    spare: Vec<Arc<Account>>,
}

impl People {
    fn new(signers: usize) -> Result<Self> {
        let named = |name: &str| Account::new(Role::Consumer.prefix(), name);
        let spare = (0..signers).map(|index| named(&format!("signer-{index}")).map(Arc::new));
        Ok(Self {
            admin: named("admin")?,
            stranger: named("stranger")?,
            spare: spare.collect::<Result<_>>()?,
        })
    }

    fn addresses(&self) -> Vec<String> {
        let known = [&self.admin, &self.stranger].into_iter();
        known.chain(self.spare.iter().map(Arc::as_ref)).map(|account| account.address.clone()).collect()
    }
}

/// An empty folder for a part.
fn clear(programs: &Programs, part: &str) -> Result<PathBuf> {
    let folder = programs.folder.join(part);
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot clear the folder of the last run")?;
    }
    fs::create_dir_all(&folder).context("cannot make the folder of this run")?;
    Ok(folder)
}

/// When Bitcoin began, in seconds since 1970.
///
/// # Errors
/// If the clock is wrong.
pub fn bitcoin_start() -> Result<u32> {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    Ok(u32::try_from(now.saturating_sub(BITCOIN_AGE))?)
}
