//! What a deployment may be set to: one set of rules for instantiation and for updates.

use api::bsn::{Network, StakeSource};
use cosmwasm_std::{StdResult, Storage};
use finality::Params;
use primitives::Seconds;

use crate::error::ContractError;
use crate::state::{ADMINS, CONFIG, Config, PARAMS};

/// A move to another connection is announced a day before, except on regtest: lowering the delay must not get
/// around it.
const REBIND_DELAY_FLOOR: Seconds = Seconds::days(1);
/// The same of anchors, however soon a checkpoint is deep enough.
const RETENTION_FLOOR: Seconds = Seconds::days(2);
/// How many denoms are shared out, at most.
pub const DENOMS_MAX: usize = 16;

/// What a deployment is set to. It exists only if all of it is allowed.
#[derive(Debug, PartialEq, Eq)]
pub struct Settings {
    config: Config,
    params: Params,
}

impl Settings {
    /// These settings, if they are allowed beside each other.
    ///
    /// # Errors
    /// [`ContractError::Config`] with what is wrong, or a knob that is out of its bounds.
    pub fn checked(config: Config, params: Params, admin: Option<&str>) -> Result<Self, ContractError> {
        let params = params.checked()?;
        check(&config, admin)?;
        check_retention(&config, &params)?;
        Ok(Self { config, params })
    }

    /// Everything but the knobs.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The knobs.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// Records them.
    pub fn save(&self, storage: &mut dyn Storage) -> StdResult<()> {
        CONFIG.save(storage, &self.config)?;
        PARAMS.save(storage, &self.params)
    }
}

/// Records what a move leads to: another connection, another channel of rewards, or both. No other rule of
/// [`Settings`] looks at either, and an empty channel is none.
pub fn save_route(
    storage: &mut dyn Storage,
    mut config: Config,
    connection_id: Option<String>,
    ics20_channel_id: Option<String>,
) -> StdResult<()> {
    config.connection_id = connection_id.or(config.connection_id);
    config.ics20_channel_id = ics20_channel_id.filter(|id| !id.is_empty()).unwrap_or(config.ics20_channel_id);
    CONFIG.save(storage, &config)
}

/// Records the address of the light client that this contract has made. No rule of [`Settings`] looks at it:
/// instantiation made sure that there would be one where there must be.
pub fn save_light_client(storage: &mut dyn Storage, address: String) -> StdResult<()> {
    let mut config = CONFIG.load(storage)?;
    config.btc_light_client = Some(address);
    CONFIG.save(storage, &config)
}

/// Whose delegations count, as it was asked for; `is_verified` says whether a contract is to verify them.
///
/// # Errors
/// [`ContractError::Config`] where one needs the other.
pub fn stake_source(asked: Option<StakeSource>, is_verified: bool) -> Result<StakeSource, ContractError> {
    let default = if is_verified { StakeSource::Verified } else { StakeSource::Babylon };
    let source = asked.unwrap_or(default);
    if is_verified == (source == StakeSource::Babylon) {
        let needs = if is_verified { "without" } else { "with" };
        return Err(invalid(format!("stake_source {} goes {needs} verified_stake", source.name())));
    }
    Ok(source)
}

/// Where a migration leads: stake that was verified is never taken on trust again, and a chain does not cut itself off from Babylon.
///
/// # Errors
/// [`ContractError::Config`] for every other switch than from `babylon` to `verified`, and from `verified` or `bitcoin` to `both`.
pub fn switched(from: StakeSource, to: StakeSource) -> Result<StakeSource, ContractError> {
    use StakeSource::{Babylon, Bitcoin, Both, Verified};
    match (from, to) {
        (Babylon, Verified) | (Verified | Bitcoin, Both) => Ok(to),
        _ if from == to => Ok(to),
        _ => Err(invalid(format!("stake_source cannot go from {} to {}", from.name(), to.name()))),
    }
}

/// Records whose delegations count from now on: as asked, or `verified` where a contract that verifies comes to a chain of Babylon's.
///
/// # Errors
/// Those of [`switched`], and [`ContractError::Config`] where nobody would verify.
pub fn save_source(
    storage: &mut dyn Storage,
    asked: Option<StakeSource>,
    brings_verifier: bool,
) -> Result<(), ContractError> {
    if asked.is_none() && !brings_verifier {
        return Ok(());
    }
    let mut config = CONFIG.load(storage)?;
    let is_first = brings_verifier && config.stake_source == StakeSource::Babylon;
    let default = if is_first { StakeSource::Verified } else { config.stake_source };
    config.stake_source = switched(config.stake_source, asked.unwrap_or(default))?;
    if config.stake_source != StakeSource::Babylon && config.stake_verifier.is_none() && !brings_verifier {
        return Err(invalid(format!("stake_source {} goes with verified_stake", config.stake_source.name())));
    }
    check(&config, ADMINS.load(storage)?.admin.as_deref())?;
    Ok(CONFIG.save(storage, &config)?)
}

/// The rules on everything but the knobs.
fn check(config: &Config, admin: Option<&str>) -> Result<(), ContractError> {
    if config.consumer_name.trim().is_empty() {
        return Err(invalid("Consumer name cannot be empty".into()));
    }
    if config.consumer_description.trim().is_empty() {
        return Err(invalid("Consumer description cannot be empty".into()));
    }
    let has_babylon = config.stake_source != StakeSource::Bitcoin;
    if has_babylon && config.ics20_channel_id.is_empty() {
        return Err(invalid("ICS-020 channel_id cannot be empty".into()));
    }
    if has_babylon && config.destination_module.trim().is_empty() {
        return Err(invalid("destination_module cannot be empty".into()));
    }
    check_denoms(&config.reward_denoms)?;
    let (k, w) = (config.btc_confirmation_depth, config.checkpoint_finalization_timeout);
    if k == 0 || w == 0 || k > 10_000 || w > 10_000 {
        return Err(invalid(format!("depths must be from 1 to 10000, got k {k} and w {w}")));
    }
    if !(1..=365).contains(&config.ibc_packet_timeout_days) {
        let days = config.ibc_packet_timeout_days;
        return Err(invalid(format!("ibc_packet_timeout_days must be from 1 to 365, got {days}")));
    }
    if config.network != Network::Mainnet {
        return Ok(());
    }
    if k < 10 || w < 100 {
        return Err(invalid(format!("mainnet needs k >= 10 and w >= 100, got {k} and {w}")));
    }
    if has_babylon && config.babylon_chain_id.as_deref().is_none_or(|id| id.trim().is_empty()) {
        return Err(invalid("mainnet needs babylon_chain_id".into()));
    }
    if admin.is_none() {
        return Err(invalid("mainnet needs an admin".into()));
    }
    Ok(())
}

/// Each denom costs its own transfer and its own books, so there are few.
fn check_denoms(denoms: &[String]) -> Result<(), ContractError> {
    if denoms.len() > DENOMS_MAX {
        return Err(invalid(format!("at most {DENOMS_MAX} reward_denoms, got {}", denoms.len())));
    }
    for (at, denom) in denoms.iter().enumerate() {
        if denom.is_empty() || denom.len() > 128 || denoms.iter().take(at).any(|other| other == denom) {
            return Err(invalid(format!("reward_denoms: {denom} is no denom, or there twice")));
        }
    }
    Ok(())
}

/// The rules on knobs that are laxer on regtest: anchors must outlive a w-deep checkpoint (RULINGS.md,
/// "Anchors"), and a move to another connection is announced.
fn check_retention(config: &Config, params: &Params) -> Result<(), ContractError> {
    if config.network == Network::Regtest {
        return Ok(());
    }
    let deep = u64::from(config.checkpoint_finalization_timeout).saturating_mul(3 * 600);
    let floor = Seconds::new(deep).max(RETENTION_FLOOR);
    if params.anchor_retention_s < floor {
        let got = params.anchor_retention_s;
        return Err(invalid(format!("anchor_retention_s must be at least {floor}, got {got}")));
    }
    if params.rebind_delay < REBIND_DELAY_FLOOR {
        let got = params.rebind_delay;
        return Err(invalid(format!("rebind_delay must be at least {REBIND_DELAY_FLOOR}, got {got}")));
    }
    Ok(())
}

/// Whether randomness counts only once a grid height has closed above it: where stake counts without Babylon (GRID.md,
/// "Rules", 9).
pub const fn needs_closed_grid(config: &Config) -> bool {
    config.stake_source.is_own()
}

/// Says what is wrong with a setting.
pub fn invalid(reason: String) -> ContractError {
    ContractError::Config { reason }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::testing::MockStorage;

    use super::*;
    use crate::ibc::tests::config;
    use crate::state::Admins;

    const ALL: [StakeSource; 4] =
        [StakeSource::Babylon, StakeSource::Verified, StakeSource::Bitcoin, StakeSource::Both];

    /// With all that there must be.
    fn whole() -> Config {
        let text = || "text".to_owned();
        Config {
            consumer_name: text(),
            consumer_description: text(),
            destination_module: text(),
            ics20_channel_id: "channel-0".to_owned(),
            ..config()
        }
    }

    #[test]
    fn all_but_babylons_word_needs_a_contract_that_verifies() {
        for source in ALL {
            for is_verified in [false, true] {
                let is_allowed = is_verified == (source != StakeSource::Babylon);
                assert_eq!(stake_source(Some(source), is_verified).is_ok(), is_allowed, "{source:?}");
            }
        }
        assert_eq!(stake_source(None, false).unwrap(), StakeSource::Babylon);
        assert_eq!(stake_source(None, true).unwrap(), StakeSource::Verified);
    }

    #[test]
    fn stake_is_never_believed_again_and_babylon_never_cut_off() {
        let allowed: Vec<_> = ALL
            .iter()
            .flat_map(|from| ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from != to && switched(*from, *to).is_ok())
            .collect();
        use StakeSource::{Babylon, Bitcoin, Both, Verified};
        assert_eq!(allowed, [(Babylon, Verified), (Verified, Both), (Bitcoin, Both)]);
    }

    #[test]
    fn a_migration_switches_only_where_somebody_verifies() {
        let after = |from, is_bound: bool, asked, brings| {
            let mut storage = MockStorage::new();
            let stake_verifier = is_bound.then(|| "verifier".to_owned());
            let before = Config { stake_source: from, stake_verifier, ..whole() };
            CONFIG.save(&mut storage, &before).unwrap();
            ADMINS.save(&mut storage, &Admins::default()).unwrap();
            let saved = save_source(&mut storage, asked, brings);
            let now = CONFIG.load(&storage).unwrap().stake_source;
            saved.map(|()| now).map_err(|error| (now, error.to_string()))
        };
        use StakeSource::{Babylon, Both, Verified};
        assert_eq!(after(Babylon, false, None, true), Ok(Verified));
        assert_eq!(after(Verified, true, None, true), Ok(Verified), "another code of it");
        assert_eq!(after(Verified, true, Some(Both), false), Ok(Both));
        assert_eq!(after(Both, true, None, false), Ok(Both));
        // What there need not be without Babylon must be there with it.
        let mut storage = MockStorage::new();
        let alone = Config {
            stake_source: StakeSource::Bitcoin,
            stake_verifier: Some("verifier".into()),
            ics20_channel_id: String::new(),
            ..whole()
        };
        CONFIG.save(&mut storage, &alone).unwrap();
        ADMINS.save(&mut storage, &Admins::default()).unwrap();
        let refused = save_source(&mut storage, Some(Both), false).unwrap_err().to_string();
        assert!(refused.contains("ICS-020 channel_id cannot be empty"), "{refused}");

        let (kept, refused) = after(Babylon, false, Some(Verified), false).unwrap_err();
        assert_eq!(kept, Babylon);
        assert!(refused.contains("goes with verified_stake"), "{refused}");
    }
}
