//! The file, as it is written.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

use api::bsn::{Network, StakeSource};

use super::Staking;

/// All of it; what is absent is asked for where it is needed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct File {
    /// The appchain.
    pub chain: Chain,
    /// Babylon.
    pub babylon: Babylon,
    /// The contract.
    pub bsn: Bsn,
    /// What verifies stake against Bitcoin; absent, Babylon's word counts.
    pub staking: Option<Staking>,
    /// What is deployed.
    pub release: Release,
}

/// The appchain.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Chain {
    /// Its chain id.
    pub id: Option<String>,
    /// Addresses of nodes' RPC.
    #[serde(deserialize_with = "one_or_more")]
    pub node: Vec<String>,
    /// What a unit of gas costs, such as `0.025uapp`.
    pub gas_prices: Option<String>,
    /// The name of the chain's own program; `<prefix>d` if absent.
    pub binary: Option<String>,
}

/// Babylon.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Babylon {
    /// Its chain id.
    pub id: Option<String>,
    /// Addresses of nodes' RPC.
    #[serde(deserialize_with = "one_or_more")]
    pub node: Vec<String>,
    /// What a unit of gas costs there; relayers pay it.
    pub gas_prices: Option<String>,
    /// How the chain is called there.
    pub consumer_name: Option<String>,
    /// What it is.
    pub consumer_description: Option<String>,
}

/// The contract.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bsn {
    /// Which Bitcoin.
    pub network: Option<Network>,
    /// How deep a header of Bitcoin is to be confirmed; Babylon's if absent.
    pub k: Option<u32>,
    /// How deep a checkpoint must be to count; Babylon's if absent.
    pub w: Option<u32>,
    /// Who may administer: an address, or `gov`.
    pub admin: Option<String>,
    /// Whose delegations count; without `[staking]` `babylon` if absent, and with it `verified`.
    pub stake_source: Option<StakeSource>,
    /// C, in blocks: at every C-th height a committee votes that was fixed long before.
    pub grid: Option<u64>,
    /// The channel of rewards; none on a chain without Babylon.
    pub ics20_channel: Option<String>,
    /// The denoms that are shared out; the bonded one if absent.
    pub reward_denoms: Option<Vec<String>>,
    /// The four bytes, in hexadecimal, that Babylon's checkpoints in Bitcoin start with.
    pub babylon_tag: Option<String>,
    /// What makes the address, beside the code and the creator; `bsn` if absent.
    pub salt: Option<String>,
    /// The header of Bitcoin that the light client starts from.
    pub checkpoint: Option<Checkpoint>,
    /// Who alone may bring headers of Bitcoin, where anybody could mine them.
    pub submitters: Option<Vec<String>>,
    /// Any other field of the instantiate message: the knobs.
    pub knobs: Map<String, Value>,
}

/// A header of Bitcoin that is pinned.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Its height.
    pub height: u32,
    /// Its 80 bytes.
    pub header_hex: String,
    /// The work of the chain up to and with it, decimal.
    pub work: Option<String>,
}

/// What is deployed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Release {
    /// The folder with the wasm; `artifacts` if absent.
    pub artifacts: Option<std::path::PathBuf>,
}

impl File {
    /// Whether the chain goes without Babylon.
    pub fn is_alone(&self) -> bool {
        self.bsn.stake_source == Some(StakeSource::Bitcoin)
    }

    /// The file; an empty one where it does not have to be there and is not.
    ///
    /// # Errors
    /// A sentence with the line that is to blame.
    pub fn read(path: &Path, is_named: bool) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !is_named => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Self::parse(&text, &path.display().to_string())
    }

    /// Its text; `name` is what it is called in errors.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        match toml::from_str(text) {
            Ok(file) => Ok(file),
            Err(error) => {
                let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                bail!("{name}, line {line}: {}", error.message().replace('\n', " "))
            }
        }
    }
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Nodes {
        One(String),
        More(Vec<String>),
    }
    Ok(match Nodes::deserialize(deserializer)? {
        Nodes::One(one) => vec![one],
        Nodes::More(more) => more,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole() {
        let text = r#"
            [chain]
            id = "app-1"
            node = "https://rpc.example.org"
            [babylon]
            node = ["https://a", "https://b"]
            [bsn]
            network = "mainnet"
            ics20_channel = "channel-7"
            knobs = { reward_interval = 600 }
        "#;
        let file = File::parse(text, "bsn.toml").unwrap();
        assert_eq!(file.chain.node, ["https://rpc.example.org"]);
        assert_eq!(file.babylon.node.len(), 2);
        assert_eq!(file.bsn.network, Some(Network::Mainnet));
        assert_eq!(file.bsn.knobs["reward_interval"], 600);
        assert_eq!(file.chain.gas_prices, None);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let said = |text: &str| File::parse(text, "bsn.toml").unwrap_err().to_string();
        assert!(
            said("[chain]\nid = \"a\"\nnodes = 3\n").starts_with("bsn.toml, line 3: unknown field `nodes`")
        );
        assert!(said("[bsn]\nk = \"ten\"\n").starts_with("bsn.toml, line 2: invalid type: string \"ten\""));
        assert!(said("[chain\n").starts_with("bsn.toml, line 1: "));
        // A secret does not belong here, and is not repeated.
        assert!(!said("mnemonic = \"abandon abandon\"\n").contains("abandon"));
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let path = Path::new("/nowhere/bsn.toml");
        assert!(File::read(path, false).unwrap().chain.id.is_none());
        assert!(File::read(path, true).unwrap_err().to_string().contains("/nowhere/bsn.toml"));
    }
}
