//! What is said to the Bitcoin light client, what it answers, and what other contracts read of it raw.
//!
//! Fields that a message does not know are ignored. Hashes and txids are hexadecimal in display
//! (reversed) order, headers in hexadecimal are their 80 bytes, work is a decimal string.
//!
//! ```
//! use bsn_api::btc_light_client::{ExecuteMsg, QueryMsg};
//! use cosmwasm_std::{from_json, to_json_string};
//!
//! let query = to_json_string(&QueryMsg::BtcTipHeader {})?;
//! assert_eq!(query, r#"{"btc_tip_header":{}}"#);
//! let message = from_json(r#"{"update_config":{"max_headers":500,"unknown":1}}"#)?;
//! assert!(matches!(message, ExecuteMsg::UpdateConfig { max_headers: Some(500), .. }));
//! # Ok::<(), cosmwasm_std::StdError>(())
//! ```

mod execute;
mod handle;
mod query;
mod raw;
mod response;

pub use execute::{BtcHeader, ExecuteMsg, InstantiateMsg, MigrateMsg, PinnedHeader};
pub use handle::raw_btc_headers;
pub use query::QueryMsg;
pub use raw::{TIP_KEY, Tip, header_from_raw, header_key, height_from_raw, height_key, tip_from_raw};
pub use response::{
    AdminResponse, Bound, BtcHeaderResponse, BtcHeadersResponse, ConfigResponse, ConfirmationsResponse,
    Enforcement, IsIncludedResponse, RulesResponse, Submitters,
};

pub use crate::bsn::Network;

#[cfg(test)]
mod tests {
    use cosmwasm_std::{from_json, to_json_string};

    use super::*;

    #[test]
    fn the_messages_of_the_reference_are_read() {
        let instantiate = r#"{"network":"regtest","btc_confirmation_depth":1,
            "checkpoint_finalization_timeout":2,"admin":null}"#;
        let read: InstantiateMsg = from_json(instantiate).unwrap();
        assert_eq!((read.network, read.checkpoint), (Network::Regtest, None));
        let headers = r#"{"btc_headers":{"headers":[{"version":-1,"prev_blockhash":"00","merkle_root":"01",
            "time":2,"bits":3,"nonce":4294967295,"extra":null}],"first_work":"38","first_height":7,"x":[]}}"#;
        let ExecuteMsg::BtcHeaders { headers, first_work, first_height } = from_json(headers).unwrap() else {
            panic!("not read as btc_headers")
        };
        assert_eq!((headers[0].version, headers[0].nonce), (-1, u32::MAX));
        assert_eq!((first_work.as_deref(), first_height), (Some("38"), Some(7)));
        for query in ["admin", "config", "btc_base_header", "btc_tip_header", "btc_headers", "rules"] {
            assert!(from_json::<QueryMsg>(format!(r#"{{"{query}":{{"unknown":true}}}}"#)).is_ok(), "{query}");
        }
    }

    #[test]
    fn networks_have_their_names_on_the_wire() {
        for (network, name) in [
            (Network::Mainnet, "mainnet"),
            (Network::Testnet, "testnet"),
            (Network::Testnet4, "testnet4"),
            (Network::Signet, "signet"),
            (Network::Regtest, "regtest"),
        ] {
            assert_eq!(to_json_string(&network).unwrap(), format!("\"{name}\""));
        }
    }
}
