//! C: the contracts' code, and who may change it.

use api::bsn::Network;
use bsn_rpc::address;

use super::{Seen, Verdict, critical, one, or_well, warning, well};
use crate::doctor::snapshot::{Absent, Deployed, Snapshot};

/// What was released: version, package, sha256. `tests/fixtures` keeps these artifacts.
pub const RELEASED: &[(&str, &str, &str)] = &[
    ("0.1.0", "bsn", "3777242c44afdc20b25cbf03ec9ff24d761f8cd83341fc7fbe291f547e695a2e"),
    ("0.1.0", "btc-light-client", "e3438f8ec4c6691c0783dfde009a129a3db57673b759b8a7cca460c328f71f6c"),
    ("0.2.0", "bsn", "c59c2a419bcc5d175d068d0fbbf43dee502ea3a56afe93ab3eec2b4a8a8ba4ba"),
    ("0.2.0", "btc-light-client", "b87b6587701a54dc4c5102b70b39ac8325bd50acc8d6832df5f9b6589f4fef94"),
];
/// Babylon's own chains of real money.
const BABYLON_MAINNET: &str = "bbn-1";
/// How the contract says that it converts what an older version stored.
pub const CONVERTING: &str = "what an older version stored is being converted";

/// The contract, and those that it has made.
fn all(snapshot: &Snapshot) -> Result<Vec<(&'static str, Deployed)>, Absent> {
    let mut all = vec![("bsn", snapshot.bsn.clone()?)];
    let made = [("btc-light-client", &snapshot.light_client), ("btc-staking", &snapshot.staking)];
    for (package, deployed) in made {
        match deployed {
            Ok(deployed) => all.push((package, deployed.clone())),
            Err(Absent::Nothing(_)) => (),
            Err(absent) => return Err(absent.clone()),
        }
    }
    Ok(all)
}

/// C1: whether the codes are released ones.
pub fn released(snapshot: &Snapshot) -> Verdict {
    let seen = all(snapshot)?.into_iter().map(|(package, deployed)| {
        let Deployed { checksum, version, .. } = &deployed;
        let start = checksum.get(..12).unwrap_or(checksum);
        match RELEASED.iter().find(|(_, _, hash)| hash == checksum) {
            Some((release, of, _)) if *of == package => well(format!("{package} is the release {release}")),
            Some((release, of, _)) => critical(format!("{package}'s code is {of} {release}")),
            None if snapshot.is_private() => well(format!(
                "{package} {version} is a build of one's own ({start}…), as usual on a private network"
            )),
            None if version.ends_with("-dev") || !is_known(version) => warning(format!(
                "{package} {version} ({start}…) is newer than this program: compare its checksum"
            )),
            None => critical(format!("{package} says {version}, but its code {start}… is not that release")),
        }
        .about(package)
    });
    Ok(seen.collect())
}

/// Whether this program knows the checksum of a version.
fn is_known(version: &str) -> bool {
    RELEASED.iter().any(|(release, ..)| *release == version)
}

/// C2: whether the codes are pinned.
pub fn pinned(snapshot: &Snapshot) -> Verdict {
    let loose =
        all(snapshot)?.into_iter().filter(|(_, deployed)| !deployed.pinned).map(|(package, deployed)| {
            warning(format!(
                "{package} (code {}) is not pinned: each call costs 60,000 gas more",
                deployed.code_id
            ))
            .about(package)
        });
    or_well(loose.collect(), "the codes are pinned")
}

/// C3: who may migrate.
pub fn migrators(snapshot: &Snapshot) -> Verdict {
    let gov = address::of_module(&snapshot.prefix.clone()?, "gov").unwrap_or_default();
    let all = all(snapshot)?;
    let own = snapshot.contract.clone();
    let others = all.into_iter().filter(|(_, it)| it.admin != gov && it.admin != own).map(|(package, it)| {
        let who = if it.admin.is_empty() { "nobody".to_owned() } else { it.admin };
        let text = format!("{who}, not governance, may migrate {package}");
        let seen = if snapshot.is_mainnet() {
            critical(text)
        } else if snapshot.is_private() {
            well(text)
        } else {
            warning(text)
        };
        seen.about(package)
    });
    or_well(others.collect(), "governance may migrate, and nobody else")
}

/// C4: what cw2 says, and whether an upgrade is through.
pub fn version(snapshot: &Snapshot) -> Verdict {
    let (bsn, health) = (snapshot.bsn.clone()?, snapshot.health.clone()?);
    if let Some(alarm) = health.alarms.iter().find(|alarm| alarm.starts_with(CONVERTING)) {
        return one(warning(format!("the upgrade to {} is not through: {alarm}", bsn.version))
            .hint("bsn doctor --only C4"));
    }
    let newest =
        RELEASED.iter().filter(|(_, package, _)| *package == "bsn").map(|(release, ..)| *release).next_back();
    one(match newest {
        Some(newest) if older(&bsn.version, newest) => {
            warning(format!("bsn is {}, and {newest} is released", bsn.version))
        }
        _ => well(format!("bsn is {} ({})", bsn.version, bsn.name)),
    })
}

/// C5: whether the contract is for the Bitcoin that its money is on.
pub fn network(snapshot: &Snapshot) -> Verdict {
    let config = snapshot.config.clone()?;
    let mut found: Vec<Seen> = Vec::new();
    let babylon = config.babylon_chain_id.clone();
    let client =
        snapshot.here.as_ref().ok().and_then(|here| Some(here.client.as_ref().ok()?.chain_id.clone()));
    let real = [&babylon, &client].into_iter().flatten().any(|chain| chain == BABYLON_MAINNET);
    if real && config.network != Network::Mainnet {
        found.push(critical(format!(
            "the contract is for Bitcoin's {}, but Babylon's chain is {BABYLON_MAINNET}: stake could be made up",
            word(config.network)
        )));
    }
    if let Ok(light) = &snapshot.light
        && light.network != config.network
    {
        let (ours, its) = (word(config.network), word(light.network));
        found.push(critical(format!("the contract is for Bitcoin's {ours}, but its light client for {its}")));
    }
    or_well(found, format!("the contract is for Bitcoin's {}", word(config.network)))
}

/// As the contract writes it.
fn word(network: Network) -> &'static str {
    match network {
        Network::Mainnet => "mainnet",
        Network::Testnet => "testnet",
        Network::Testnet4 => "testnet4",
        Network::Signet => "signet",
        Network::Regtest => "regtest",
    }
}

/// Whether one version is below another.
pub fn older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| {
        let core = text.split(['-', '+']).next().unwrap_or_default().to_owned();
        core.split('.').map(|part| part.parse::<u64>().unwrap_or_default()).collect::<Vec<_>>()
    };
    numbers(version) < numbers(than)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, says};

    #[test]
    fn a_release_is_known_by_its_checksum() {
        let mut snapshot = healthy();
        says(released(&snapshot), "ok: bsn is the release 0.2.0");
        if let Ok(bsn) = &mut snapshot.bsn {
            bsn.checksum = RELEASED[1].2.to_owned();
        }
        says(released(&snapshot), "critical: bsn's code is btc-light-client 0.1.0");
        if let Ok(bsn) = &mut snapshot.bsn {
            bsn.checksum = "ab".repeat(32);
        }
        says(released(&snapshot), "critical: bsn says 0.2.0, but its code abababababab… is not that release");
        if let Ok(bsn) = &mut snapshot.bsn {
            bsn.version = "0.9.0".to_owned();
        }
        says(
            released(&snapshot),
            "warning: bsn 0.9.0 (abababababab…) is newer than this program: compare its checksum",
        );
        if let Ok(config) = &mut snapshot.config {
            config.network = Network::Regtest;
        }
        says(
            released(&snapshot),
            "ok: bsn 0.9.0 is a build of one's own (abababababab…), as usual on a private network",
        );
    }

    /// The checksums are those of the artifacts that are kept.
    #[test]
    fn what_was_released_is_what_is_kept() {
        let kept = [
            ("0.1.0", include_str!("../../../../../tests/fixtures/0.1.0/checksums.txt")),
            ("0.2.0", include_str!("../../../../../tests/fixtures/0.2.0/checksums.txt")),
        ];
        let listed: Vec<_> = kept
            .iter()
            .flat_map(|(version, text)| text.lines().map(move |line| (*version, line)))
            .map(|(version, line)| {
                let (hash, file) = line.split_once("  ").unwrap();
                (version, file.strip_suffix(".wasm").unwrap(), hash)
            })
            .collect();
        assert_eq!(listed, RELEASED);
    }

    #[test]
    fn a_code_that_is_not_pinned_costs_gas() {
        let mut snapshot = healthy();
        says(pinned(&snapshot), "ok: the codes are pinned");
        if let Ok(light_client) = &mut snapshot.light_client {
            light_client.pinned = false;
        }
        says(
            pinned(&snapshot),
            "warning: btc-light-client (code 2) is not pinned: each call costs 60,000 gas more",
        );
    }

    #[test]
    fn what_verifies_stake_is_looked_at_like_the_others() {
        let mut snapshot = healthy();
        let staking = Deployed {
            address: "app1staking".to_owned(),
            code_id: 3,
            admin: "app1someone".to_owned(),
            pinned: false,
            ..snapshot.light_client.clone().unwrap()
        };
        snapshot.staking = Ok(staking);
        let strange = released(&snapshot).unwrap().pop().unwrap();
        assert_eq!(strange.text, "btc-staking's code is btc-light-client 0.2.0");
        says(
            pinned(&snapshot),
            "warning: btc-staking (code 3) is not pinned: each call costs 60,000 gas more",
        );
        says(migrators(&snapshot), "critical: app1someone, not governance, may migrate btc-staking");
        snapshot.staking = Err(Absent::Failed("no answer".to_owned()));
        assert!(released(&snapshot).is_err() && pinned(&snapshot).is_err() && migrators(&snapshot).is_err());
    }

    #[test]
    fn on_mainnet_governance_alone_may_migrate() {
        let mut snapshot = healthy();
        says(migrators(&snapshot), "ok: governance may migrate, and nobody else");
        if let Ok(bsn) = &mut snapshot.bsn {
            bsn.admin = "app1someone".to_owned();
        }
        says(migrators(&snapshot), "critical: app1someone, not governance, may migrate bsn");
        if let Ok(config) = &mut snapshot.config {
            config.network = Network::Signet;
        }
        says(migrators(&snapshot), "warning: app1someone, not governance, may migrate bsn");
    }

    #[test]
    fn an_upgrade_that_is_not_through_and_one_that_waits_are_named() {
        let mut snapshot = healthy();
        says(version(&snapshot), "ok: bsn is 0.2.0 (babylon-contract)");
        if let Ok(bsn) = &mut snapshot.bsn {
            bsn.version = "0.1.0".to_owned();
        }
        says(version(&snapshot), "warning: bsn is 0.1.0, and 0.2.0 is released");
        let alarm = "what an older version stored is being converted: 64 so far";
        if let Ok(health) = &mut snapshot.health {
            health.alarms = vec![alarm.to_owned()];
        }
        says(version(&snapshot), &format!("warning: the upgrade to 0.1.0 is not through: {alarm}"));
    }

    #[test]
    fn a_private_bitcoin_beside_the_real_babylon_is_critical() {
        let mut snapshot = healthy();
        says(network(&snapshot), "ok: the contract is for Bitcoin's mainnet");
        if let Ok(config) = &mut snapshot.config {
            config.network = Network::Regtest;
        }
        let said = network(&snapshot).unwrap();
        assert!(
            said[0].text.starts_with("the contract is for Bitcoin's regtest, but Babylon's chain is bbn-1")
        );
        assert_eq!(said[1].text, "the contract is for Bitcoin's regtest, but its light client for mainnet");
    }

    /// The text is the contract's own.
    #[test]
    fn the_alarm_of_a_conversion_is_the_contracts_own() {
        assert!(include_str!("../../../../../contracts/bsn/src/query/health.rs").contains(CONVERTING));
    }
}
