//! `babylon.btclightclient.v1`.

use prost::Message;

/// A header of Bitcoin.
#[derive(Clone, PartialEq, Message)]
pub struct BtcHeaderInfo {
    /// The header, 80 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub header: Vec<u8>,
    /// Its hash, 32 bytes in internal order.
    #[prost(bytes = "vec", tag = "2")]
    pub hash: Vec<u8>,
    /// Its height.
    #[prost(uint32, tag = "3")]
    pub height: u32,
    /// The work of the chain up to it: an ASCII **decimal** number (PROTOCOL.md, "Headers of Bitcoin").
    #[prost(bytes = "vec", tag = "4")]
    pub work: Vec<u8>,
}
