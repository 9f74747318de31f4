use serde::Serialize;

/// A question to `bsn`, as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Query {
    /// [`FinalityStatus`](crate::FinalityStatus) of a block.
    FinalityStatus {
        /// Its height.
        height: u64,
    },
    /// [`LastFinalBlock`](crate::LastFinalBlock), or `null`.
    LastFinalBlock {},
}

impl Query {
    /// Its name in JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::FinalityStatus { .. } => "finality_status",
            Self::LastFinalBlock {} => "last_final_block",
        }
    }
}
