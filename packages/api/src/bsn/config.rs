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
