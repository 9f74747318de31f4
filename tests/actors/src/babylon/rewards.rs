use primitives::FpPublicKey;
use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::{BTC_STAKING_MODULE, Babylon, slashing::error_acknowledgement};

/// One, in the units of `LegacyDec`: 18 decimals.
const ONE: u128 = 1_000_000_000_000_000_000;

/// An ICS-20 transfer that arrives on Babylon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// The address it is for, `bbn1...`.
    pub receiver: String,
    /// The denom as it is on the appchain.
    pub denom: String,
    /// How much.
    pub amount: u128,
    /// The memo.
    pub memo: String,
}

/// Why rewards are sent back to the contract.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RewardRefusal {
    /// The memo asks for a callback, but not in a form that Babylon knows.
    #[error("the memo is not understood: {reason}")]
    Memo {
        /// What is wrong with it.
        reason: String,
    },
    /// The client of the channel is of no consumer.
    #[error("no consumer {client}")]
    UnknownConsumer {
        /// The client.
        client: String,
    },
    /// The memo names another consumer than the channel's.
    #[error("the memo names consumer {got}, the channel is of {expected}")]
    AnotherConsumer {
        /// The channel's client.
        expected: String,
        /// What the memo says.
        got: String,
    },
    /// Rewards for someone else than the staking module.
    #[error("rewards must go to the staking module, not to {receiver}")]
    Receiver {
        /// The address as given.
        receiver: String,
    },
    /// Babylon does not know a finality provider.
    #[error("no finality provider {fp}")]
    UnknownFp {
        /// The key as given.
        fp: String,
    },
    /// A finality provider of another chain.
    #[error("{fp} works for {bsn_id}")]
    FpOfAnotherConsumer {
        /// Its key.
        fp: String,
        /// Its chain.
        bsn_id: String,
    },
    /// A finality provider without active stake on Babylon: none was ever, all of it ended, or it is slashed.
    #[error("finality provider {fp} doesn't have active voting power")]
    WithoutStake {
        /// Its key.
        fp: String,
    },
    /// A share that is no decimal fraction, or more than there is to share.
    #[error("ratio {ratio} is no share")]
    Ratio {
        /// The ratio as given, or the sum of all in units of 10^-18.
        ratio: String,
    },
}

/// What became of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferReceipt {
    /// The acknowledgement. An error means that the appchain's bank pays the contract back.
    pub acknowledgement: Vec<u8>,
    /// What each finality provider got (key in hexadecimal), in the memo's order; empty for a transfer
    /// that asks for no callback.
    pub outcome: Result<Vec<(String, u128)>, RewardRefusal>,
}

#[derive(Deserialize)]
struct Memo {
    action: Option<String>,
    dest_callback: Option<Callback>,
}

#[derive(Deserialize)]
struct Callback {
    address: Option<String>,
    add_bsn_rewards: Option<AddBsnRewards>,
}

#[derive(Deserialize)]
struct AddBsnRewards {
    bsn_consumer_id: Option<String>,
    fp_ratios: Vec<FpRatio>,
}

#[derive(Deserialize)]
struct FpRatio {
    btc_pk: String,
    ratio: String,
}

impl Babylon {
    /// Receives an ICS-20 transfer on a channel of this client. If its memo says so, the coins are rewards
    /// (PROTOCOL.md, "Rewards"): Babylon keeps its commission, of the rest each finality provider gets its
    /// ratio, rounded down. One that is unknown, of another consumer, or without active stake fails the whole
    /// transfer.
    ///
    /// Two rules are this double's own, to catch a wrong message: the receiver must be the staking module,
    /// and the ratios must not exceed one.
    pub fn receive_transfer(&mut self, client: &str, transfer: &Transfer) -> TransferReceipt {
        let outcome = self.add_rewards(client, transfer);
        let acknowledgement = match &outcome {
            Ok(_) => json!({ "result": "AQ==" }),
            Err(_) => error_acknowledgement(),
        };
        TransferReceipt { acknowledgement: acknowledgement.to_string().into_bytes(), outcome }
    }

    /// What a finality provider of a consumer has earned in a denom.
    pub fn rewards(&self, client: &str, fp: &FpPublicKey, denom: &str) -> u128 {
        let entry = (fp.to_string(), denom.to_string());
        self.consumers.get(client).and_then(|one| one.rewards.get(&entry)).copied().unwrap_or(0)
    }

    /// What Babylon has kept of a consumer's rewards in a denom.
    pub fn commission(&self, client: &str, denom: &str) -> u128 {
        self.consumers.get(client).and_then(|one| one.commissions.get(denom)).copied().unwrap_or(0)
    }

    fn add_rewards(
        &mut self,
        client: &str,
        transfer: &Transfer,
    ) -> Result<Vec<(String, u128)>, RewardRefusal> {
        let Some(callback) = parse_memo(&transfer.memo)? else { return Ok(Vec::new()) };
        if transfer.receiver != BTC_STAKING_MODULE {
            return Err(RewardRefusal::Receiver { receiver: transfer.receiver.clone() });
        }
        let consumer = self.consumers.get(client);
        let unknown = || RewardRefusal::UnknownConsumer { client: client.into() };
        let commission = share(transfer.amount, consumer.ok_or_else(unknown)?.metadata.commission);
        if let Some(got) = callback.bsn_consumer_id.filter(|id| !id.is_empty() && id != client) {
            return Err(RewardRefusal::AnotherConsumer { expected: client.into(), got });
        }
        let shares = self.check_ratios(client, &callback.fp_ratios)?;
        let remaining = transfer.amount - commission;
        let paid: Vec<(String, u128)> =
            shares.into_iter().map(|(fp, ratio)| (fp, share(remaining, ratio))).collect();
        if let Some(consumer) = self.consumers.get_mut(client) {
            *consumer.commissions.entry(transfer.denom.clone()).or_default() += commission;
            for (fp, amount) in &paid {
                *consumer.rewards.entry((fp.clone(), transfer.denom.clone())).or_default() += amount;
            }
        }
        Ok(paid)
    }

    fn check_ratios(&self, client: &str, ratios: &[FpRatio]) -> Result<Vec<(String, u128)>, RewardRefusal> {
        let mut sum = 0u128;
        let mut shares = Vec::new();
        for FpRatio { btc_pk, ratio } in ratios {
            let unknown = || RewardRefusal::UnknownFp { fp: btc_pk.clone() };
            let key = FpPublicKey::from_hex(btc_pk).map_err(|_| unknown())?;
            let fp = self.fps.get(&key).ok_or_else(unknown)?;
            if !fp.bsn_id.eq_ignore_ascii_case(client) {
                let bsn_id = fp.bsn_id.clone();
                return Err(RewardRefusal::FpOfAnotherConsumer { fp: btc_pk.clone(), bsn_id });
            }
            if self.active_sats(&key) == 0 {
                return Err(RewardRefusal::WithoutStake { fp: btc_pk.clone() });
            }
            let parsed = parse_ratio(ratio).ok_or_else(|| RewardRefusal::Ratio { ratio: ratio.clone() })?;
            sum += parsed;
            shares.push((key.to_string(), parsed));
        }
        if shares.is_empty() || sum > ONE {
            return Err(RewardRefusal::Ratio { ratio: sum.to_string() });
        }
        Ok(shares)
    }
}

/// The callback that the memo asks for, if it asks for any.
fn parse_memo(memo: &str) -> Result<Option<AddBsnRewards>, RewardRefusal> {
    let refused = |reason: &str| RewardRefusal::Memo { reason: reason.into() };
    // A memo that is not JSON, or has no callback, is a remark: the transfer is a plain one.
    match serde_json::from_str::<Value>(memo) {
        Ok(value) if value.get("dest_callback").is_some() => {}
        _ => return Ok(None),
    }
    let memo: Memo = serde_json::from_str(memo).map_err(|error| refused(&error.to_string()))?;
    let callback = memo.dest_callback.ok_or_else(|| refused("dest_callback is null"))?;
    if callback.address.is_none_or(|address| address.is_empty()) {
        return Err(refused("no address"));
    }
    if memo.action.as_deref() != Some("add_bsn_rewards") {
        return Err(refused("unknown action"));
    }
    callback.add_bsn_rewards.map(Some).ok_or_else(|| refused("no add_bsn_rewards"))
}

/// A decimal fraction from above 0 to 1 with at most 18 decimals, in units of 10^-18.
fn parse_ratio(text: &str) -> Option<u128> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > 18 || !is_number(whole) || !is_number(decimals) {
        return None;
    }
    let ratio =
        whole.parse::<u128>().ok()?.checked_mul(ONE)? + format!("{decimals:0<18}").parse::<u128>().ok()?;
    (1..=ONE).contains(&ratio).then_some(ratio)
}

/// `amount * ratio`, rounded down, for a ratio of at most [`ONE`].
fn share(amount: u128, ratio: u128) -> u128 {
    (amount / ONE) * ratio + (amount % ONE) * ratio / ONE
}
