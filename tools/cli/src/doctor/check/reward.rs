//! R: rewards.

use std::collections::BTreeMap;

use super::{Seen, Verdict, critical, one, or_well, warning, well};
use crate::doctor::snapshot::Snapshot;

/// R1: what is owed and was not sent.
pub fn owed(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?;
    let paused = health.paused.iter().any(|what| what == "rewards");
    let why = if paused { "rewards are paused" } else { "the transfer to Babylon did not leave" };
    let owed = health.rewards.owed.iter().filter(|owed| !owed.amount.is_zero());
    let found = owed.map(|owed| {
        warning(format!("{}{} are owed and not sent: {why}", owed.amount, owed.denom)).about(&owed.denom)
    });
    or_well(found.collect(), "nothing is owed")
}

/// R2: what arrives and is not shared out.
pub fn denoms(snapshot: &Snapshot) -> Verdict {
    let (config, balances) = (snapshot.config.clone()?, snapshot.balances.clone()?);
    let others =
        balances.iter().filter(|it| !it.amount.is_zero() && !config.reward_denoms.contains(&it.denom));
    let found = others.map(|coin| {
        let mut all = config.reward_denoms.clone();
        all.push(coin.denom.clone());
        let message = serde_json::json!({ "update_config": { "reward_denoms": all } });
        warning(format!(
            "the contract holds {}{}, which is not among the reward_denoms: it stays there",
            coin.amount, coin.denom
        ))
        .about(&coin.denom)
        .hint(format!("chaind tx wasm execute {{contract}} '{message}' --from ADMIN"))
    });
    or_well(found.collect(), format!("shared out are {}", config.reward_denoms.join(", ")))
}

/// R3: whether the books agree with the contract's coins, and where rewards go to.
pub fn books(snapshot: &Snapshot) -> Verdict {
    let (health, balances, config) =
        (snapshot.health.clone()?, snapshot.balances.clone()?, snapshot.config.clone()?);
    let mut found: Vec<Seen> = Vec::new();
    if config.destination_module.is_empty() {
        return one(critical("the module of Babylon that receives rewards is not set"));
    }
    let mut booked: BTreeMap<&str, u128> = BTreeMap::new();
    for amount in health.rewards.owed.iter().chain(&health.rewards.undistributed) {
        *booked.entry(&amount.denom).or_default() += amount.amount.u128();
    }
    for (denom, booked) in booked {
        let has = balances.iter().find(|coin| coin.denom == denom).map_or(0, |coin| coin.amount.u128());
        if has < booked {
            found.push(
                critical(format!("the books say {booked}{denom}, and the contract has {has}")).about(denom),
            );
        }
    }
    if found.is_empty() {
        return one(well(format!(
            "the books agree with the contract's coins; rewards go to {}",
            config.destination_module
        )));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};
    use api::bsn::Amount;
    use cosmwasm_std::Uint128;

    fn coin(amount: u128, denom: &str) -> Amount {
        Amount { denom: denom.to_owned(), amount: Uint128::new(amount) }
    }

    #[test]
    fn what_is_owed_is_said_with_why() {
        let mut snapshot = healthy();
        says(owed(&snapshot), "ok: nothing is owed");
        snapshot.health.as_mut().unwrap().rewards.owed = vec![coin(7, "uapp"), coin(0, "uother")];
        says(owed(&snapshot), "warning: 7uapp are owed and not sent: the transfer to Babylon did not leave");
        snapshot.health.as_mut().unwrap().paused = vec!["rewards".to_owned()];
        says(owed(&snapshot), "warning: 7uapp are owed and not sent: rewards are paused");
    }

    #[test]
    fn coins_that_are_not_shared_out_are_named() {
        let mut snapshot = healthy();
        says(denoms(&snapshot), "ok: shared out are uapp");
        snapshot.balances.as_mut().unwrap().push(coin(5, "ibc/AB"));
        says(
            denoms(&snapshot),
            "warning: the contract holds 5ibc/AB, which is not among the reward_denoms: it stays there",
        );
        assert_eq!(
            denoms(&snapshot).unwrap()[0].hint.as_deref(),
            Some(
                "chaind tx wasm execute {contract} '{\"update_config\":{\"reward_denoms\":[\"uapp\",\"ibc/AB\"]}}' --from ADMIN"
            )
        );
    }

    #[test]
    fn books_beyond_the_balance_are_critical() {
        let mut snapshot = healthy();
        says(books(&snapshot), "ok: the books agree with the contract's coins; rewards go to btcstaking");
        snapshot.health.as_mut().unwrap().rewards.undistributed = vec![coin(1_000_001, "uapp")];
        says(books(&snapshot), "critical: the books say 1000001uapp, and the contract has 1000000");
        snapshot.config.as_mut().unwrap().destination_module = String::new();
        says(books(&snapshot), "critical: the module of Babylon that receives rewards is not set");
    }
}
