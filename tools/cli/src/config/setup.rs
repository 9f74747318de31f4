//! What holds for one call: flags over environment over file.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, anyhow};
use bsn_rpc::{Client, Retry};
use clap::{Args as Group, ValueEnum};

use super::{File, GasPrice};
use crate::args::duration;

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What all commands about a deployment take.
#[derive(Debug, Clone, Group)]
pub struct Common {
    /// The file that `bsn init` writes.
    #[arg(long, env = "BSN_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The RPC address of a node of the appchain; several, by commas or by repetition, for fail-over.
    #[arg(long, env = "BSN_NODE", value_delimiter = ',')]
    pub node: Vec<String>,
    /// The appchain's id.
    #[arg(long, env = "BSN_CHAIN_ID")]
    pub chain_id: Option<String>,
    /// The RPC address of a node of Babylon.
    #[arg(long, env = "BSN_BABYLON_NODE", value_delimiter = ',')]
    pub babylon_node: Vec<String>,
    /// How long a node may take to answer, such as 20s.
    #[arg(long, default_value = "20s", value_parser = duration)]
    pub timeout: Duration,
    /// Where `<chain-id>.json` is kept.
    #[arg(long, env = "BSN_DEPLOYMENTS", default_value = "deployments", value_name = "FOLDER")]
    pub deployments: PathBuf,
    /// For people or for programs.
    #[arg(long, short, value_enum, default_value = "text")]
    pub output: Output,
}

/// The file that is read where none is named.
pub const DEFAULT_FILE: &str = "bsn.toml";

/// The file that holds for a call.
pub fn setup_file(common: &Common) -> PathBuf {
    common.config.clone().unwrap_or_else(|| DEFAULT_FILE.into())
}

/// Everything that is known before a node is asked.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The file, with what flags and environment change.
    pub file: File,
    /// Its name.
    pub path: PathBuf,
    /// Where records are kept.
    pub deployments: PathBuf,
    /// For whom results are.
    pub output: Output,
    /// A node's time.
    pub timeout: Duration,
}

impl Setup {
    /// What flags, environment and file say together.
    ///
    /// # Errors
    /// As [`File::read`].
    pub fn load(common: &Common) -> Result<Self> {
        let file = File::read(&setup_file(common), common.config.is_some())?;
        Ok(Self::of(common, file))
    }

    /// What flags and environment say.
    pub fn without_file(common: &Common) -> Self {
        Self::of(common, File::default())
    }

    fn of(common: &Common, mut file: File) -> Self {
        let path = setup_file(common);
        if !common.node.is_empty() {
            file.chain.node.clone_from(&common.node);
        }
        if !common.babylon_node.is_empty() {
            file.babylon.node.clone_from(&common.babylon_node);
        }
        file.chain.id = common.chain_id.clone().or(file.chain.id);
        let (deployments, output, timeout) = (common.deployments.clone(), common.output, common.timeout);
        Self { file, path, deployments, output, timeout }
    }

    /// The appchain, of which nodes can be believed.
    ///
    /// # Errors
    /// If no node is named, or none can be believed.
    pub fn chain(&self) -> Result<Client> {
        let File { chain, .. } = &self.file;
        self.connect(&chain.node, chain.id.as_deref(), ("chain", "--node", "BSN_NODE"))
    }

    /// Babylon, if a node of it is named.
    ///
    /// # Errors
    /// If none can be believed.
    pub fn babylon(&self) -> Result<Option<Client>> {
        let File { babylon, .. } = &self.file;
        if babylon.node.is_empty() {
            return Ok(None);
        }
        let names = ("babylon", "--babylon-node", "BSN_BABYLON_NODE");
        self.connect(&babylon.node, babylon.id.as_deref(), names).map(Some)
    }

    fn connect(&self, nodes: &[String], id: Option<&str>, names: (&str, &str, &str)) -> Result<Client> {
        if nodes.is_empty() {
            return Err(self.missing(&format!("{}.node", names.0), names.1, names.2));
        }
        let client = Client::with(nodes, Retry { timeout: self.timeout, ..Retry::default() })?;
        if let [_] = client.nodes() {
            match id {
                Some(id) => client.require_chain(id)?,
                None => drop(client.status()?),
            }
            return Ok(client);
        }
        Ok(client.believed(id)?)
    }

    /// The price of gas, if one is named.
    ///
    /// # Errors
    /// If it is none.
    pub fn gas_price(&self, flag: Option<&str>) -> Result<Option<GasPrice>> {
        flag.or(self.file.chain.gas_prices.as_deref()).map(str::parse).transpose()
    }

    /// Something that nobody has said.
    pub fn missing(&self, what: &str, flag: &str, env: &str) -> anyhow::Error {
        let or = if flag.is_empty() { String::new() } else { format!(", or by {flag} or {env}") };
        anyhow!("`{what}` is not set: set it in {}{or}", self.path.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(path: PathBuf) -> Common {
        Common {
            config: Some(path),
            node: Vec::new(),
            chain_id: None,
            babylon_node: Vec::new(),
            timeout: Duration::from_secs(1),
            deployments: "deployments".into(),
            output: Output::Text,
        }
    }

    #[test]
    fn flags_win_over_the_file_and_what_is_missing_is_named() {
        let path = std::env::temp_dir().join(format!("bsn-setup-{}.toml", std::process::id()));
        std::fs::write(&path, "[chain]\nid = \"a-1\"\nnode = \"http://file\"\n").unwrap();
        let setup = Setup::load(&common(path.clone())).unwrap();
        assert_eq!(
            (setup.file.chain.id.as_deref(), setup.file.chain.node.as_slice()),
            (Some("a-1"), &["http://file".to_owned()][..])
        );
        let flags = Common {
            node: vec!["http://flag".to_owned()],
            chain_id: Some("b-1".to_owned()),
            ..common(path.clone())
        };
        let setup = Setup::load(&flags).unwrap();
        assert_eq!(
            (setup.file.chain.id.as_deref(), setup.file.chain.node[0].as_str()),
            (Some("b-1"), "http://flag")
        );
        std::fs::write(&path, "").unwrap();
        let setup = Setup::load(&common(path.clone())).unwrap();
        let said = setup.chain().unwrap_err().to_string();
        assert_eq!(
            said,
            format!("`chain.node` is not set: set it in {}, or by --node or BSN_NODE", path.display())
        );
        assert!(setup.babylon().unwrap().is_none());
        std::fs::remove_file(path).unwrap();
    }
}
