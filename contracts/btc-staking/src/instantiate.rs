use api::ask::ask;
use api::bsn::QueryMsg;
use api::btc_staking::{Family, FamilyParams, InstantiateMsg, Network};
use api::contract_info::ContractInfo;
use api::read::{Fields, Json, Read, Unreadable};
use api::write;
use cosmwasm_std::{DepsMut, MessageInfo, Response, WasmQuery};
use covenant::Params;
use covenant::family::check_first;

use crate::error::ContractError;
use crate::parse;
use crate::state::{
    CONFIG, Config, NAME, SelfStake, VERSION, append, family_name, last_version, note_unbonding,
};

/// For how many blocks stake can be challenged that nobody vouches for: a day.
const CHALLENGE_DELAY: u32 = 144;
/// The most blocks of any depth or delay: eight weeks, as many headers as the light client keeps.
const MOST_BLOCKS: u64 = 8_064;

pub fn instantiate(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    parse::check_no_funds(info)?;
    let question = write::json(&QueryMsg::Config(api::bsn::Empty {}))?;
    let question = WasmQuery::Smart { contract_addr: info.sender.to_string(), msg: question };
    let said: Said = ask(deps.querier, &question.into())?;
    let light_client = said.light_client.as_deref().ok_or(ContractError::NoLightClient)?;
    let settings = Settings::of(&msg, said.network, (said.k, said.w))?;
    let config = Config {
        bsn: info.sender.clone(),
        light_client: deps.api.addr_validate(light_client)?,
        network: said.network,
        k: said.k,
        w: said.w,
        challenge_delay: settings.challenge_delay,
        governance: msg.governance.map(|address| deps.api.addr_validate(&address)).transpose()?,
        self_stake: settings.self_stake,
    };

    ContractInfo::save(deps.storage, NAME, VERSION)?;
    CONFIG.save(deps.storage, &config)?;
    if let Some(terms) = &config.self_stake {
        note_unbonding(deps.storage, terms.exit_time);
    }
    for (family, versions) in &settings.families {
        for (version, params) in versions {
            let last = last_version(deps.storage, *family)?;
            append(deps.storage, *family, last, *version, params)?;
        }
    }
    Ok(Response::new().add_attribute("action", "instantiate"))
}

/// Whether this contract takes a message, beside a `bsn` of this network and these depths (k, w); whether the address of
/// governance is one, only the chain knows.
///
/// # Errors
/// What [`instantiate`] fails with.
pub fn check(msg: &InstantiateMsg, network: Network, depths: (u32, u32)) -> Result<(), ContractError> {
    Settings::of(msg, network, depths).map(drop)
}

/// What `bsn` says of itself, as far as it matters here: read by names, since what else it says may change.
struct Said {
    network: Network,
    k: u32,
    w: u32,
    light_client: Option<String>,
}

impl Read for Said {
    fn read(json: Json) -> Result<Self, Unreadable> {
        let mut config = Fields::of(json)?;
        Ok(Self {
            network: config.take("network")?,
            k: config.take("btc_confirmation_depth")?,
            w: config.take("checkpoint_finalization_timeout")?,
            light_client: config.take("btc_light_client")?,
        })
    }
}

type Versions = Vec<(u32, Params)>;

/// What the message says, checked.
struct Settings {
    challenge_delay: u32,
    families: Vec<(Family, Versions)>,
    self_stake: Option<SelfStake>,
}

impl Settings {
    fn of(msg: &InstantiateMsg, network: Network, (k, w): (u32, u32)) -> Result<Self, ContractError> {
        let challenge_delay = msg.challenge_delay.unwrap_or(CHALLENGE_DELAY);
        for (field, got, least) in [
            ("btc_confirmation_depth", k, 1),
            ("checkpoint_finalization_timeout", w, k),
            ("challenge_delay", challenge_delay, k),
        ] {
            parse::check_bounds(field, got.into(), least.into(), MOST_BLOCKS)?;
        }
        let self_stake = msg.self_stake.clone().map(|terms| parse::self_stake(terms, network)).transpose()?;
        let mut families: Vec<(Family, Versions)> = Vec::new();
        for given in &msg.families {
            if families.iter().any(|(before, _)| *before == given.family) {
                return Err(ContractError::FamilyTwice { family: family_name(given.family) });
            }
            families.push((given.family, versions(given, network)?));
        }
        Ok(Self { challenge_delay, families, self_stake })
    }
}

fn versions(given: &FamilyParams, network: Network) -> Result<Versions, ContractError> {
    let mut versions = Versions::new();
    for wire in &given.versions {
        let (version, params) = (wire.version, parse::params(wire)?);
        parse::check_own(given.family, version, &params, network)?;
        check_first(versions.last().map(|(last, params)| (*last, params)), version, &params)?;
        versions.push((version, params));
    }
    Ok(versions)
}
