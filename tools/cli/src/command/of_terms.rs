//! What the commands share that need the parameters of a chain's own committee.

use std::path::PathBuf;

use anyhow::{Context, Error, Result, anyhow, bail};
use api::bsn::FinalityProvider;
use clap::Args as Group;
use covenant::XOnlyKey;
use primitives::FpPublicKey;
use serde_json::json;

use super::of_setup::Chain;
use crate::committee::member::Registry;
use crate::committee::terms::Versions;
use crate::config::Setup;
use crate::prove::contract::Deployed;

/// Where parameters come from.
#[derive(Debug, Clone, Group)]
pub struct Named {
    /// The versions of the parameters, as btc-staking answers them to `{"params":{"family":"own"}}`; without it, it is asked.
    #[arg(long, value_name = "FILE")]
    pub params: Option<PathBuf>,
    /// The address of bsn; without it, that of the record, or the one that the chain module calls.
    #[arg(long, env = "BSN_CONTRACT")]
    pub contract: Option<String>,
    /// The address of btc-staking; without it, the one that bsn is bound to.
    #[arg(long, env = "BSN_BTC_STAKING", value_name = "ADDRESS")]
    pub btc_staking: Option<String>,
}

/// Where parameters come from, found.
#[derive(Debug)]
pub enum Known {
    /// A file, for the chain of this id; and the finality providers that are named.
    File(PathBuf, String, Vec<XOnlyKey>),
    /// The contracts, and the address of btc-staking where it is named.
    Chain(Chain, Option<String>),
}

impl Named {
    /// The file, or the chain. `fps` are said to be registered where a file is used.
    ///
    /// # Errors
    /// One sentence: with a file no chain is named; without it none is found.
    pub fn find(&self, setup: &Setup, fps: &[XOnlyKey]) -> Result<Known> {
        match &self.params {
            None => Ok(Known::Chain(Chain::of(setup, self.contract.as_deref())?, self.btc_staking.clone())),
            Some(path) => Ok(Known::File(path.clone(), chain_id(setup)?, fps.to_vec())),
        }
    }
}

/// The chain's id, where no node is asked.
///
/// # Errors
/// That it is not named.
pub fn chain_id(setup: &Setup) -> Result<String> {
    setup.file.chain.id.clone().ok_or_else(|| anyhow!("which chain? Name it by --chain-id"))
}

impl Known {
    /// The chain's id.
    pub fn chain_id(&self) -> &str {
        match self {
            Self::File(_, id, _) => id,
            Self::Chain(chain, _) => &chain.id,
        }
    }

    /// The versions, as they are now.
    ///
    /// # Errors
    /// One sentence: they cannot be read, or are not in order.
    pub fn versions(&self) -> Result<Versions> {
        match self {
            Self::Chain(..) => Versions::of_contract(&self.contract()?).map_err(Error::msg),
            Self::File(path, ..) => {
                let shown = path.display();
                let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
                Versions::of_text(&text).map_err(Error::msg).with_context(|| format!("{shown}"))
            }
        }
    }

    /// btc-staking, on the chain.
    ///
    /// # Errors
    /// One sentence: it is not found, or no chain is asked.
    pub fn contract(&self) -> Result<Deployed<'_>> {
        match self {
            Self::Chain(chain, btc_staking) => {
                Deployed::find(&chain.client, &chain.contract, btc_staking.as_deref()).map_err(Error::msg)
            }
            Self::File(..) => bail!("with --params no chain is asked, and this needs what btc-staking keeps"),
        }
    }

    /// Refuses a file of another chain.
    ///
    /// # Errors
    /// That it is.
    pub fn check_chain(&self, chain_id: &str) -> Result<()> {
        let ours = self.chain_id();
        if chain_id != ours { bail!("it is for {chain_id}, not for {ours}") } else { Ok(()) }
    }
}

/// How `bsn` says that nobody of that key is registered.
const UNKNOWN: &str = "finality provider not found";

/// A finality provider as bsn knows it; nothing where nobody of that key is registered.
///
/// # Errors
/// One sentence: nobody answers, or in a form that is not known.
pub fn registered(chain: &Chain, fp: &FpPublicKey) -> Result<Option<FinalityProvider>, String> {
    let ask = json!({ "finality_provider": { "btc_pk_hex": fp.to_string() } });
    match chain.client.smart(&chain.contract, &ask) {
        Ok(answer) => serde_json::from_value(answer)
            .map(Some)
            .map_err(|error| format!("bsn answered finality_provider in a form that is not known: {error}")),
        Err(error) if error.to_string().contains(UNKNOWN) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

impl Registry for Known {
    fn is_registered(&self, fp: &XOnlyKey) -> Result<bool, String> {
        match self {
            Self::File(.., named) => Ok(named.contains(fp)),
            Self::Chain(chain, _) => {
                let found = registered(chain, &(*fp).into())?;
                Ok(found.is_some_and(|found| found.slashed_height == 0 && found.slashed_btc_height == 0))
            }
        }
    }
}

/// A key as the command line names it.
///
/// # Errors
/// If it is none.
pub fn fp_key(text: &str) -> Result<XOnlyKey, String> {
    FpPublicKey::from_hex(text).map(XOnlyKey::from).map_err(|error| error.to_string())
}
