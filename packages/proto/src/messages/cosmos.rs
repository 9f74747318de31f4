//! `cosmos.staking.v1beta1`.

use prost::Message;

/// How a finality provider presents itself.
#[derive(Clone, PartialEq, Eq, Hash, Message)]
pub struct Description {
    /// Its name.
    #[prost(string, tag = "1")]
    pub moniker: String,
    /// Its identity, say at keybase.
    #[prost(string, tag = "2")]
    pub identity: String,
    /// Its site.
    #[prost(string, tag = "3")]
    pub website: String,
    /// Whom to warn.
    #[prost(string, tag = "4")]
    pub security_contact: String,
    /// Anything else.
    #[prost(string, tag = "5")]
    pub details: String,
}
