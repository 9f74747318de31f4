use api::ask::ask;
use api::bsn::QueryMsg;
use api::btc_staking::{Family, FamilyParams, InstantiateMsg, Network};
use api::contract_info::ContractInfo;
use api::read::{Fields, Json, Read, Unreadable};
use api::write;
use cosmwasm_std::{DepsMut, MessageInfo, Response, Storage, WasmQuery};
use covenant::Params;
use covenant::family::check_first;

use crate::error::ContractError;
use crate::parse;
use crate::state::{CONFIG, Config, NAME, VERSION, append, family_name, last_version, note_unbonding};

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
    let InstantiateMsg { challenge_delay, governance, families, self_stake } = msg;
    let question = write::json(&QueryMsg::Config(api::bsn::Empty {}))?;
    let question = WasmQuery::Smart { contract_addr: info.sender.to_string(), msg: question };
    let said: Said = ask(deps.querier, &question.into())?;
    let light_client = said.light_client.ok_or(ContractError::NoLightClient)?;
    let config = Config {
        bsn: info.sender.clone(),
        light_client: deps.api.addr_validate(&light_client)?,
        network: said.network,
        k: said.k,
        w: said.w,
        challenge_delay: challenge_delay.unwrap_or(CHALLENGE_DELAY),
        governance: governance.map(|address| deps.api.addr_validate(&address)).transpose()?,
        self_stake: self_stake.map(|terms| parse::self_stake(terms, said.network)).transpose()?,
    };
    for (field, got, least) in [
        ("btc_confirmation_depth", config.k, 1),
        ("checkpoint_finalization_timeout", config.w, config.k),
        ("challenge_delay", config.challenge_delay, config.k),
    ] {
        parse::check_bounds(field, got.into(), least.into(), MOST_BLOCKS)?;
    }
    let families = parse_families(&families)?;

    ContractInfo::save(deps.storage, NAME, VERSION)?;
    CONFIG.save(deps.storage, &config)?;
    if let Some(terms) = &config.self_stake {
        note_unbonding(deps.storage, terms.exit_time);
    }
    for (family, versions) in families {
        record_family(deps.storage, config.network, family, &versions)?;
    }
    Ok(Response::new().add_attribute("action", "instantiate"))
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

fn parse_families(given: &[FamilyParams]) -> Result<Vec<(Family, Versions)>, ContractError> {
    let mut families: Vec<(Family, Versions)> = Vec::new();
    for FamilyParams { family, versions } in given {
        if families.iter().any(|(before, _)| before == family) {
            return Err(ContractError::FamilyTwice { family: family_name(*family) });
        }
        let versions = versions.iter().map(|given| Ok((given.version, parse::params(given)?)));
        families.push((*family, versions.collect::<Result<_, ContractError>>()?));
    }
    Ok(families)
}

fn record_family(
    storage: &mut dyn Storage,
    network: Network,
    family: Family,
    versions: &[(u32, Params)],
) -> Result<(), ContractError> {
    for (version, params) in versions {
        let last = last_version(storage, family)?;
        let before = last.as_ref().map(|(last, record)| Ok::<_, ContractError>((*last, record.params()?)));
        let before = before.transpose()?;
        parse::check_own(family, *version, params, network)?;
        check_first(before.as_ref().map(|(last, params)| (*last, params)), *version, params)?;
        append(storage, family, last, *version, params)?;
    }
    Ok(())
}
