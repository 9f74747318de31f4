use bitcoin_spv::OutPoint;
use cosmwasm_std::{Addr, Coin, Event};
use primitives::BtcHeight;

/// `bsn` did not take what became of a stake.
pub struct OutcomeRefused<'a> {
    /// Which.
    pub stake: OutPoint,
    /// Why.
    pub reason: &'a str,
}

impl From<OutcomeRefused<'_>> for Event {
    fn from(event: OutcomeRefused<'_>) -> Self {
        Self::new("stake_outcome_refused")
            .add_attribute("stake", event.stake.to_string())
            .add_attribute("reason", event.reason)
    }
}

/// Babylon said another end of a lock than follows from its block: the lower one counts.
pub struct OtherEnd {
    /// Which stake.
    pub stake: OutPoint,
    /// The one that counts.
    pub end: BtcHeight,
}

impl From<OtherEnd> for Event {
    fn from(event: OtherEnd) -> Self {
        Self::new("stake_said_another_end")
            .add_attribute("stake", event.stake.to_string())
            .add_attribute("end", event.end.to_string())
    }
}

/// What a stake earned was paid.
pub struct RewardsClaimed<'a> {
    /// Which stake.
    pub stake: OutPoint,
    /// To whom.
    pub address: &'a Addr,
    /// How much.
    pub coins: Vec<Coin>,
}

impl From<RewardsClaimed<'_>> for Event {
    fn from(event: RewardsClaimed<'_>) -> Self {
        let coins: Vec<_> = event.coins.iter().map(ToString::to_string).collect();
        Self::new("stake_rewards_claimed")
            .add_attribute("stake", event.stake.to_string())
            .add_attribute("address", event.address)
            .add_attribute("coins", coins.join(","))
    }
}

/// A version of parameters was appended.
pub struct ParamsAppended {
    /// Of which family.
    pub family: &'static str,
    /// Its number.
    pub version: u32,
    /// From where on it is in force.
    pub activation: BtcHeight,
}

impl From<ParamsAppended> for Event {
    fn from(event: ParamsAppended) -> Self {
        Self::new("stake_params_appended")
            .add_attribute("family", event.family)
            .add_attribute("version", event.version.to_string())
            .add_attribute("activation", event.activation.to_string())
    }
}
