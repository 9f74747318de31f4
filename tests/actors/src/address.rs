use bech32::{Bech32, Hrp};

/// The bech32 address of an account of 20 bytes.
///
/// # Panics
/// If `prefix` is no prefix of bech32.
pub(crate) fn address(prefix: &str, account: &[u8; 20]) -> String {
    let hrp = Hrp::parse(prefix).expect("a prefix of bech32");
    bech32::encode::<Bech32>(hrp, account).expect("twenty bytes are not too long")
}
