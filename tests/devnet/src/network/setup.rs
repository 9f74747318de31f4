//! What a network starts with.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Verification;

/// What a network starts with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Makes everything that is random.
    pub seed: u64,
    /// The stake of each finality provider, in whole bitcoin.
    pub stakes: Vec<u64>,
    /// For how many heights each commits randomness.
    pub randomness: u64,
    /// Fields merged into the instantiate message.
    pub instantiate: Value,
    /// Whether delegations are verified against Bitcoin.
    pub verified: bool,
    /// How they are then.
    pub verification: Verification,
    /// Whether there is no Babylon ([`Setup::alone`]).
    pub is_alone: bool,
    /// Where the wasm is.
    pub artifacts: PathBuf,
    /// The contract's admin; by default an account without a key.
    pub admin: Option<String>,
    /// Who may migrate it; by default its admin.
    pub wasm_admin: Option<String>,
    /// The accounts of the first finality providers' operators, in the order of the stakes; by default each has one of
    /// its own making.
    pub operators: Vec<[u8; 20]>,
}

impl Setup {
    /// With these stakes, in whole bitcoin.
    pub fn new(seed: u64, stakes: &[u64]) -> Self {
        Self {
            seed,
            stakes: stakes.to_vec(),
            randomness: 1_000,
            instantiate: json!({}),
            verified: false,
            verification: Verification::default(),
            is_alone: false,
            artifacts: artifacts(),
            admin: None,
            wasm_admin: None,
            operators: Vec::new(),
        }
    }

    /// With delegations that are verified against Bitcoin.
    #[must_use]
    pub fn verified(mut self) -> Self {
        self.verified = true;
        self
    }

    /// With delegations that are verified so.
    #[must_use]
    pub fn verified_by(self, verification: Verification) -> Self {
        Self { verification, ..self.verified() }
    }

    /// With these fields merged into the instantiate message.
    pub fn with(mut self, instantiate: Value) -> Self {
        self.instantiate = instantiate;
        self
    }
}

/// Where `cargo xtask wasm` leaves what it builds.
pub fn artifacts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../artifacts")
}
