use super::CodeHash;

/// What a BSN chain offers its contracts (babylon-sdk's `bcd`; PROTOCOL.md,
/// "What the chain offers a contract"): nothing newer than `cosmwasm_2_0`.
pub const CAPABILITIES: &str =
    "iterator,staking,stargate,cosmwasm_1_1,cosmwasm_1_2,cosmwasm_1_3,cosmwasm_1_4,cosmwasm_2_0";

/// What the VM found in a wasm file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeFacts {
    /// Its sha256.
    pub hash: CodeHash,
    /// Whether it exports the six IBC entry points, so that its instances get a port.
    pub has_ibc_entry_points: bool,
    /// The capabilities that it requires, in order.
    pub required_capabilities: Vec<String>,
}
