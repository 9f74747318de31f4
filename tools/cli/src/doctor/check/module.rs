//! M: the chain module that calls the contract.

use super::{Seen, Verdict, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Snapshot, percent};

/// The most SDK gas that a hook was ever measured at (`cargo xtask gas`: 200 FPs, the set changes at every height).
pub const WORST_HOOK: u64 = 1_305_631;
/// What a call of a code that is not pinned costs more.
pub const UNPINNED: u64 = 60_000;
/// A hook that failed so few blocks ago is failing now.
const FRESH: u64 = 3;

/// M1: whether the module calls this contract.
pub fn registered(snapshot: &Snapshot) -> Verdict {
    let module = snapshot.module.clone()?;
    let [babylon, _, staking, finality] = &module.contracts;
    let named = [("babylon", babylon), ("btc staking", staking), ("btc finality", finality)];
    let others =
        named.into_iter().filter(|(_, address)| **address != snapshot.contract).map(|(role, address)| {
            let who = if address.is_empty() { "nobody" } else { address.as_str() };
            critical(format!("the chain module calls {who} as its {role} contract, not this one")).about(role)
        });
    or_well(others.collect(), "the chain module calls this contract")
}

/// M2: whether the hooks have gas enough.
pub fn hook_gas(snapshot: &Snapshot) -> Verdict {
    let module = snapshot.module.clone()?;
    let pinned = snapshot.bsn.as_ref().is_ok_and(|bsn| bsn.pinned);
    let worst = WORST_HOOK + if pinned { 0 } else { UNPINNED };
    let caps = [("max_gas_begin_blocker", module.begin_gas), ("max_gas_end_blocker", module.end_gas)];
    let low = caps.into_iter().filter(|(_, cap)| *cap < 2 * worst).map(|(name, cap)| {
        let text = format!("{name} is {cap}, and the most expensive hook was measured at {worst} gas");
        let seen =
            if cap < worst { critical(text) } else { warning(format!("{text}: less than half is left")) };
        seen.about(name)
    });
    or_well(low.collect(), format!("hooks may use {} and {} gas", module.begin_gas, module.end_gas))
}

/// M3: whether a share of the fees goes to the stakers.
pub fn fee_share(snapshot: &Snapshot) -> Verdict {
    let portion = snapshot.module.clone()?.portion;
    let share = share_of(&portion);
    one(match share {
        None => warning(format!("the module's share of the fees, `{portion}`, cannot be read")),
        Some(0) => warning("no share of the fees goes to those who stake bitcoin"),
        Some(share) => well(format!("{} of the fees go to those who stake bitcoin", percent(share, ONE))),
    })
}

/// 18 digits, as the SDK writes decimal fractions: `0.2`, or 200000000000000000.
const ONE: u128 = 1_000_000_000_000_000_000;

fn share_of(portion: &str) -> Option<u128> {
    match portion.split_once('.') {
        None => portion.parse().ok(),
        Some((whole, digits)) => {
            let digits: u128 = format!("{digits:0<18}").get(..18)?.parse().ok()?;
            whole.parse::<u128>().ok()?.checked_mul(ONE)?.checked_add(digits)
        }
    }
}

/// M4: whether the hooks take effect.
pub fn hooks(snapshot: &Snapshot) -> Verdict {
    let health = snapshot.health.clone()?;
    let tip = snapshot.tip.height;
    let mut found: Vec<Seen> = Vec::new();
    let (begin, end) = (health.hooks.last_begin_block, health.hooks.last_end_block);
    if begin + FRESH < tip {
        found.push(critical(match begin {
            0 => "no hook has ever taken effect".to_owned(),
            begin => format!("no hook has taken effect since block {begin}, {} blocks ago", tip - begin),
        }));
    } else if end + FRESH <= begin {
        found.push(critical(format!(
            "EndBlock has not taken effect since block {end}, {} blocks ago",
            begin - end
        )));
    }
    let blocks = snapshot.blocks.clone()?;
    let failed: Vec<_> = blocks.iter().filter(|block| !block.hook_errors.is_empty()).collect();
    if let Some(last) = failed.last() {
        let text = format!(
            "hooks failed in {} of the last {} blocks, the last time in {}: {}",
            failed.len(),
            blocks.len(),
            last.height,
            last.hook_errors.first().map_or("", String::as_str)
        );
        let fresh = last.height + FRESH > tip;
        found.push(if fresh { critical(text) } else { warning(text) });
    }
    or_well(found, format!("no hook failed in the last {} blocks", blocks.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};

    #[test]
    fn a_module_that_calls_another_contract_is_named() {
        let mut snapshot = healthy();
        says(registered(&snapshot), "ok: the chain module calls this contract");
        if let Ok(module) = &mut snapshot.module {
            module.contracts[3] = String::new();
        }
        says(
            registered(&snapshot),
            "critical: the chain module calls nobody as its btc finality contract, not this one",
        );
    }

    #[test]
    fn hooks_need_twice_the_gas_that_was_ever_measured() {
        let mut snapshot = healthy();
        says(hook_gas(&snapshot), "ok: hooks may use 5000000 and 5000000 gas");
        if let Ok(module) = &mut snapshot.module {
            module.end_gas = 2 * WORST_HOOK - 1;
        }
        says(
            hook_gas(&snapshot),
            "warning: max_gas_end_blocker is 2611261, and the most expensive hook was measured at 1305631 gas: less than half is left",
        );
        if let Ok(module) = &mut snapshot.module {
            module.end_gas = WORST_HOOK - 1;
        }
        says(
            hook_gas(&snapshot),
            "critical: max_gas_end_blocker is 1305630, and the most expensive hook was measured at 1305631 gas",
        );
        if let (Ok(module), Ok(bsn)) = (&mut snapshot.module, &mut snapshot.bsn) {
            (module.end_gas, bsn.pinned) = (2 * WORST_HOOK, false);
        }
        assert_eq!(hook_gas(&snapshot).unwrap()[0].severity, crate::doctor::Severity::Warning);
    }

    /// The figure is the highest of those that `cargo xtask gas` measures of hooks.
    #[test]
    fn the_worst_hook_is_the_measured_one() {
        let rows: std::collections::BTreeMap<String, u64> =
            serde_json::from_str(include_str!("../../../../../tests/gas/snapshot.json")).unwrap();
        let worst = rows.iter().filter(|(name, _)| name.starts_with("worst_")).map(|(_, gas)| *gas).max();
        assert_eq!(worst, Some(WORST_HOOK), "tests/gas/snapshot.json has changed");
    }

    #[test]
    fn a_share_of_nothing_is_said() {
        let mut snapshot = healthy();
        says(fee_share(&snapshot), "ok: 20.0 % of the fees go to those who stake bitcoin");
        for (portion, said) in [
            ("0.000000000000000000", "warning: no share of the fees goes to those who stake bitcoin"),
            ("0", "warning: no share of the fees goes to those who stake bitcoin"),
            ("100000000000000000", "ok: 10.0 % of the fees go to those who stake bitcoin"),
            ("much", "warning: the module's share of the fees, `much`, cannot be read"),
        ] {
            if let Ok(module) = &mut snapshot.module {
                module.portion = portion.to_owned();
            }
            says(fee_share(&snapshot), said);
        }
    }

    #[test]
    fn hooks_that_fail_or_are_not_called_are_critical_while_they_do() {
        let mut snapshot = healthy();
        says(hooks(&snapshot), "ok: no hook failed in the last 20 blocks");
        let tip = snapshot.tip.height;
        if let Ok(blocks) = &mut snapshot.blocks {
            blocks[0].hook_errors.push("out of gas".to_owned());
        }
        let first = tip - 19;
        says(
            hooks(&snapshot),
            &format!(
                "warning: hooks failed in 1 of the last 20 blocks, the last time in {first}: out of gas"
            ),
        );
        if let Ok(blocks) = &mut snapshot.blocks {
            blocks[19].hook_errors.push("out of gas".to_owned());
        }
        says(
            hooks(&snapshot),
            &format!("critical: hooks failed in 2 of the last 20 blocks, the last time in {tip}: out of gas"),
        );
        snapshot = healthy();
        if let Ok(health) = &mut snapshot.health {
            health.hooks.last_end_block = tip - 4;
        }
        says(
            hooks(&snapshot),
            &format!("critical: EndBlock has not taken effect since block {}, 4 blocks ago", tip - 4),
        );
        if let Ok(health) = &mut snapshot.health {
            health.hooks.last_begin_block = tip - 4;
        }
        says(
            hooks(&snapshot),
            &format!("critical: no hook has taken effect since block {}, 4 blocks ago", tip - 4),
        );
        if let Ok(health) = &mut snapshot.health {
            health.hooks.last_begin_block = 0;
        }
        says(hooks(&snapshot), "critical: no hook has ever taken effect");
    }
}
