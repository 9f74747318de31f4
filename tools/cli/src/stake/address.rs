//! Whom an address pays.

use bech32::segwit;
use thiserror::Error;

/// How addresses begin: on mainnet, on test networks and signet, on regtest.
const NETWORKS: [&str; 3] = ["bc", "tb", "bcrt"];

/// Why a text is no address that is paid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// It is no segwit address (BIP-173, BIP-350).
    #[error("it is no segwit address: {0}")]
    Form(String),
    /// It is of another chain.
    #[error("`{0}` is not how an address of Bitcoin begins")]
    Network(String),
    /// Whoever comes first may spend what is paid to it, until Bitcoin has rules for it.
    #[error("it has witness version {version} and {length} bytes, which no key locks")]
    Unlocked {
        /// The witness version.
        version: u8,
        /// How many bytes its program has.
        length: usize,
    },
}

/// The script that a segwit address stands for: P2WPKH, P2WSH, or P2TR.
///
/// # Errors
/// [`AddressError`].
pub fn script(address: &str) -> Result<Vec<u8>, AddressError> {
    let decoded = segwit::decode(address).map_err(|error| AddressError::Form(error.to_string()))?;
    let (network, version, program) = decoded;
    if !NETWORKS.contains(&network.to_lowercase().as_str()) {
        return Err(AddressError::Network(network.to_lowercase()));
    }
    let (version, length) = (version.to_u8(), program.len());
    let head = match (version, length) {
        (0, 20) => [0, 20],
        (0, 32) => [0, 32],
        (1, 32) => [0x51, 32],
        _ => return Err(AddressError::Unlocked { version, length }),
    };
    Ok([&head[..], &program].concat())
}
