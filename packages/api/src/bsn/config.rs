use cosmwasm_schema::schemars::JsonSchema;

/// A network of Bitcoin. What is allowed differs: RULINGS.md, "Administration" and "Instantiation". It is
/// also stored, so it has serde's own `Deserialize`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, read_derive::Read, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "cosmwasm_schema::schemars")]
pub enum Network {
    /// The real one.
    Mainnet,
    /// testnet3.
    Testnet,
    /// testnet4 (BIP 94).
    Testnet4,
    /// The default signet.
    Signet,
    /// A private one for tests: the only one on which an admin may inject stake.
    Regtest,
}

/// Whose delegations count. It is also stored, so it has serde's own `Deserialize`.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    serde::Serialize,
    serde::Deserialize,
    read_derive::Read,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "cosmwasm_schema::schemars")]
pub enum StakeSource {
    /// Babylon's, on its word.
    #[default]
    Babylon,
    /// Babylon's, verified against Bitcoin.
    Verified,
    /// Those of this chain's own committee and its finality providers' own stake; there is no Babylon.
    Bitcoin,
    /// Babylon's, verified, and this chain's own.
    Both,
}

impl StakeSource {
    /// Whether finality providers and stake come to this chain itself.
    pub const fn is_own(self) -> bool {
        matches!(self, Self::Bitcoin | Self::Both)
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Babylon => "babylon",
            Self::Verified => "verified",
            Self::Bitcoin => "bitcoin",
            Self::Both => "both",
        }
    }
}
