//! x
/// m
pub const BTC_STAKING_MODULE: &str = "bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah";
