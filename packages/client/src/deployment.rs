use core::fmt;

use serde::{Deserialize, Serialize};

/// The contracts of one chain, as `deployments/<chain-id>.json` lists them (`schema/deployment.json`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The version of this form: 1.
    pub version: u32,
    /// The chain.
    pub chain_id: String,
    /// Addresses of nodes' RPC, the preferred first.
    #[serde(default)]
    pub rpc: Vec<String>,
    /// Which Bitcoin the contracts follow.
    pub bitcoin: String,
    /// The contract to ask.
    pub bsn: DeployedContract,
    /// Its light client of Bitcoin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub btc_light_client: Option<DeployedContract>,
    /// Babylon's side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub babylon: Option<BabylonSide>,
}

impl Deployment {
    /// The address of `bsn`.
    ///
    /// # Errors
    /// The file has another form, or the deployment is not finished.
    pub fn bsn(&self) -> Result<&str, DeploymentError> {
        if self.version != 1 {
            return Err(DeploymentError::UnknownVersion { version: self.version });
        }
        let unfinished = || DeploymentError::Unfinished { chain_id: self.chain_id.clone() };
        self.bsn.address.as_deref().ok_or_else(unfinished)
    }
}

/// One contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployedContract {
    /// Its address; absent while it is not instantiated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Its code on the chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_id: Option<u64>,
    /// The sha256 of that code, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// The release that the code is of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
}

/// How Babylon knows this chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BabylonSide {
    /// Babylon's chain id.
    pub chain_id: String,
    /// The id under which the chain is registered there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_id: Option<String>,
}

/// Why a deployment cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeploymentError {
    /// The file is of another version than 1.
    UnknownVersion {
        /// Of which.
        version: u32,
    },
    /// `bsn` is not instantiated yet.
    Unfinished {
        /// Of which chain.
        chain_id: String,
    },
}

impl fmt::Display for DeploymentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownVersion { version } => {
                write!(f, "the deployment is of version {version}, only 1 is known")
            }
            Self::Unfinished { chain_id } => write!(f, "the deployment on {chain_id} is not finished"),
        }
    }
}

impl std::error::Error for DeploymentError {}
