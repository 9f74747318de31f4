use api::btc_light_client::{TIP_KEY, Tip, tip_from_raw};
use cosmwasm_std::QuerierWrapper;

/// The light client's storage, read raw: one read costs what one of our own does, a question to it a call.
///
/// Whatever cannot be read is not there. Hooks and packets ask, and they do not fail.
#[derive(Clone, Copy)]
pub struct LightClient<'a> {
    /// The chain.
    pub querier: QuerierWrapper<'a>,
    /// The contract.
    pub address: &'a str,
}

impl LightClient<'_> {
    /// The tip, once there are headers.
    pub fn tip(&self) -> Option<Tip> {
        self.raw(TIP_KEY).as_deref().and_then(tip_from_raw)
    }

    fn raw(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.querier.query_wasm_raw(self.address, key).ok().flatten()
    }
}
