//! What Babylon calls a finality provider. The contract keeps keys alone; anybody may take any name.

use bsn_rpc::{Client, Error};

use super::happening::clip;

const PATH: &str = "/babylon.btcstaking.v1.Query/FinalityProvider";

/// `babylon.btcstaking.v1.QueryFinalityProviderRequest`
#[derive(Clone, PartialEq, prost::Message)]
pub struct Request {
    /// The key, x-only, in hex.
    #[prost(string, tag = "1")]
    pub fp_btc_pk_hex: String,
}

/// `babylon.btcstaking.v1.QueryFinalityProviderResponse`
#[derive(Clone, PartialEq, prost::Message)]
pub struct Response {
    /// Whom it knows.
    #[prost(message, optional, tag = "1")]
    pub finality_provider: Option<Described>,
}

/// As much of `FinalityProviderResponse` as is read.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Described {
    /// What it says of itself.
    #[prost(message, optional, tag = "1")]
    pub description: Option<Description>,
}

/// As much of the SDK's description of a validator as is read.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Description {
    /// Its name.
    #[prost(string, tag = "1")]
    pub moniker: String,
}

/// A name, or that this Babylon cannot be asked for names.
pub enum Answer {
    /// It may have none.
    Name(Option<String>),
    /// No use to ask on.
    Mute,
}

/// Asks for one.
pub fn of(babylon: &Client, key: &str) -> Answer {
    let request = Request { fp_btc_pk_hex: key.to_owned() };
    match babylon.query(PATH, &prost::Message::encode_to_vec(&request)) {
        Ok(answer) => {
            let answer = <Response as prost::Message>::decode(answer.as_slice()).unwrap_or_default();
            let description = answer.finality_provider.and_then(|it| it.description);
            let moniker = description.map(|it| it.moniker).filter(|name| !name.trim().is_empty());
            Answer::Name(moniker.map(|name| clip(&name)))
        }
        // It knows nobody of this key.
        Err(Error::Query { .. }) => Answer::Name(None),
        Err(_) => Answer::Mute,
    }
}
