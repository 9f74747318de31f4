//! The memo of a reward's transfer, byte for byte (PROTOCOL.md, "Rewards").

use bech32::{Bech32, Hrp};
use finality::rewards::decimal;
use sha2::{Digest, Sha256};

/// The address of a module's account on Babylon.
pub fn receiver(module: &str) -> String {
    let hash = Sha256::digest(module.as_bytes());
    let account = hash.first_chunk::<20>().copied().unwrap_or_default();
    bech32::encode::<Bech32>(Hrp::parse_unchecked("bbn"), &account).unwrap_or_default()
}

/// The memo by which Babylon shares a transfer out: keys, and their ratios in units of 10^-18.
pub fn memo(contract: &str, ratios: &[([u8; 32], u128)]) -> String {
    let mut memo = r#"{"action":"add_bsn_rewards","dest_callback":{"address":""#.to_owned();
    memo.push_str(contract);
    memo.push_str(r#"","add_bsn_rewards":{"bsn_consumer_id":null,"fp_ratios":["#);
    for (at, (key, ratio)) in ratios.iter().enumerate() {
        memo.push_str(if at == 0 { r#"{"btc_pk":""# } else { r#",{"btc_pk":""# });
        memo.push_str(&hex::encode(key));
        memo.push_str(r#"","ratio":""#);
        memo.push_str(&decimal(*ratio));
        memo.push_str(r#""}"#);
    }
    memo.push_str("]}}}");
    memo
}

#[cfg(test)]
mod tests {
    use finality::rewards::{ONE, PAID_MAX};

    use super::*;

    #[test]
    fn the_staking_module_has_the_address_that_babylon_gives_it() {
        assert_eq!(receiver("btcstaking"), "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah");
        assert_eq!(receiver("incentive"), "bbn1hfny2zhlc328ksxjsv3qrrldcgqw3684yu5vsh");
    }

    #[test]
    fn the_memo_is_exact() {
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        let expected = format!(
            r#"{{"action":"add_bsn_rewards","dest_callback":{{"address":"bbnc1x","add_bsn_rewards":{{"bsn_consumer_id":null,"fp_ratios":[{{"btc_pk":"{one}","ratio":"0.666666666666666666"}},{{"btc_pk":"{two}","ratio":"0.333333333333333333"}}]}}}}}}"#
        );
        assert_eq!(memo("bbnc1x", &[([1; 32], ONE * 2 / 3), ([2; 32], ONE / 3)]), expected);
    }

    #[test]
    fn the_longest_memo_fits_into_a_transfer() {
        assert!(memo(&"x".repeat(90), &vec![([7; 32], 1); PAID_MAX]).len() <= 32_768);
    }
}
