//! What a reward says on its way, to the letter (interfaces.md 3.6).

use bech32::{Bech32, Hrp};
use cosmwasm_std::{StdResult, Storage};
use finality::rewards::decimal;
use sha2::{Digest, Sha256};

use crate::state::FP_KEYS;

/// The address of a module's account on Babylon.
pub fn receiver(module: &str) -> String {
    let hash = Sha256::digest(module.as_bytes());
    let account = hash.first_chunk::<20>().copied().unwrap_or_default();
    bech32::encode::<Bech32>(Hrp::parse_unchecked("bbn"), &account).unwrap_or_default()
}

/// The memo by which Babylon shares a transfer out.
pub fn memo(storage: &dyn Storage, contract: &str, ratios: &[(u32, u128)]) -> StdResult<String> {
    let mut memo = r#"{"action":"add_bsn_rewards","dest_callback":{"address":""#.to_owned();
    memo.push_str(contract);
    memo.push_str(r#"","add_bsn_rewards":{"bsn_consumer_id":null,"fp_ratios":["#);
    for (at, (id, ratio)) in ratios.iter().enumerate() {
        let key = FP_KEYS.may_load(storage, &id.to_be_bytes())?.unwrap_or_default();
        memo.push_str(if at == 0 { r#"{"btc_pk":""# } else { r#",{"btc_pk":""# });
        memo.push_str(&hex::encode(key));
        memo.push_str(r#"","ratio":""#);
        memo.push_str(&decimal(*ratio));
        memo.push_str(r#""}"#);
    }
    memo.push_str("]}}}");
    Ok(memo)
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;
    use finality::rewards::{ONE, PAID_MAX};

    use super::*;

    #[test]
    fn the_staking_module_has_the_address_that_babylon_gives_it() {
        assert_eq!(receiver("btcstaking"), "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah");
        assert_eq!(receiver("incentive"), "bbn1hfny2zhlc328ksxjsv3qrrldcgqw3684yu5vsh");
    }

    #[test]
    fn the_memo_is_exact() {
        let mut storage = MockStorage::new();
        for id in [0u32, 1] {
            FP_KEYS.save(&mut storage, &id.to_be_bytes(), &[u8::try_from(id).unwrap() + 1; 32]).unwrap();
        }
        let (one, two) = ("01".repeat(32), "02".repeat(32));
        let expected = format!(
            r#"{{"action":"add_bsn_rewards","dest_callback":{{"address":"bbnc1x","add_bsn_rewards":{{"bsn_consumer_id":null,"fp_ratios":[{{"btc_pk":"{one}","ratio":"0.666666666666666666"}},{{"btc_pk":"{two}","ratio":"0.333333333333333333"}}]}}}}}}"#
        );
        let memo = memo(&storage, "bbnc1x", &[(0, ONE * 2 / 3), (1, ONE / 3)]).unwrap();
        assert_eq!(memo, expected);
    }

    #[test]
    fn the_longest_memo_fits_into_a_transfer() {
        let storage = MockStorage::new();
        let ratios: Vec<(u32, u128)> = (0..u32::try_from(PAID_MAX).unwrap()).map(|id| (id, 1)).collect();
        assert!(memo(&storage, &"x".repeat(90), &ratios).unwrap().len() <= 32_768);
    }
}
