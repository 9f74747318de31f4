use core::fmt::Write;

use cosmwasm_std::Binary;
use primitives::BtcHeight;

/// [`super::ExecuteMsg::RawBtcHeaders`] in JSON: headers of 80 bytes each, and of the first one the work up to it
/// (big endian) and the height, which count only where the light client has none yet.
///
/// It is written by hand: a contract that knew how to write the whole enum would carry all of it.
pub fn raw_btc_headers(headers: Vec<u8>, first_work: &[u8; 32], first_height: BtcHeight) -> Binary {
    let mut work = String::with_capacity(64);
    for byte in first_work {
        // Writing to a string cannot fail.
        let _ = write!(work, "{byte:02x}");
    }
    let headers = Binary::from(headers).to_base64();
    let fields = format!(r#""headers":"{headers}","first_work":"{work}","first_height":{first_height}"#);
    Binary::from(format!(r#"{{"raw_btc_headers":{{{fields}}}}}"#).into_bytes())
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::to_json_binary;

    use super::super::ExecuteMsg;
    use super::*;

    #[test]
    fn the_message_is_what_serde_would_write() {
        let mut work = [0; 32];
        (work[0], work[31]) = (0x0a, 0xff);
        for headers in [vec![], vec![0xfb; 80], (0..=255).collect::<Vec<u8>>()] {
            let expected = ExecuteMsg::RawBtcHeaders {
                headers: Binary::from(headers.clone()),
                first_work: Some(format!("0a{}ff", "00".repeat(30))),
                first_height: Some(870_000),
            };
            let height = BtcHeight::new(870_000);
            assert_eq!(raw_btc_headers(headers, &work, height), to_json_binary(&expected).unwrap());
        }
    }
}
