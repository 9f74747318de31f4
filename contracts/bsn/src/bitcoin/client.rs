use api::ask;
use api::btc_light_client::{
    TIP_KEY, Tip, header_from_raw, header_key, height_from_raw, height_key, tip_from_raw,
};
use bitcoin_spv::Header;
use cosmwasm_std::QuerierWrapper;
use timestamping::Located;

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

    /// Where in its main chain a block (hash in internal order) is.
    pub fn find(&self, hash: &[u8; 32]) -> Option<Located> {
        let height = self.raw(&height_key(hash)).as_deref().and_then(height_from_raw)?;
        let record = self.raw(&header_key(height))?;
        let header = Header::from_bytes(header_from_raw(&record)?);
        // The key has eight bytes of the hash only.
        (header.hash().as_bytes() == hash).then(|| Located { height, root: *header.merkle_root.as_bytes() })
    }

    fn raw(&self, key: &[u8]) -> Option<Vec<u8>> {
        ask::raw(self.querier, self.address, key).ok().flatten()
    }
}
