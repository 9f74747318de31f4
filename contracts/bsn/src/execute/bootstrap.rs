use api::bsn::{BootstrapCommitment, event};
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, Storage};
use finality::Commitment;
use finality::commitment::Run;
use finality::grid::bootstrap::{NAMED_MAX, Named};
use primitives::BlockHeight;

use super::check_admin;
use crate::config::invalid;
use crate::error::ContractError;
use crate::heights::grid;
use crate::parse;
use crate::state::{PARAMS, PLACED, fp_height_key, registered};

/// Lets commitments count by the admin's word, where randomness waits for a grid height to close and none does.
#[inline(never)]
pub fn bootstrap(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    commitments: &[BootstrapCommitment],
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "let randomness count by word")?;
    let named = parse_named(commitments)?;

    let (params, now) = (PARAMS.load(deps.storage)?, BlockHeight::new(env.block.height));
    let by_word = named.iter().map(|one| by_word(deps.storage, one)).collect::<Result<Vec<_>, _>>()?;

    let first_snapshot = grid::bootstrap(deps.storage, &params, by_word.len(), now)?.to_string();
    for (key, placed) in &by_word {
        PLACED.save(deps.storage, key, placed)?;
    }
    let finality_providers = named.iter().map(|one| format!("{},", one.provider)).collect();
    Ok(Response::new()
        .add_attribute("action", "bootstrap")
        .add_attribute("sender", &info.sender)
        .add_event(Event::from(event::Bootstrap { finality_providers, first_snapshot })))
}

fn parse_named(commitments: &[BootstrapCommitment]) -> Result<Vec<Named>, ContractError> {
    if !(1..=NAMED_MAX).contains(&commitments.len()) {
        let got = commitments.len();
        return Err(invalid(format!("bootstrap takes 1 to {NAMED_MAX} commitments, got {got}")));
    }
    let mut named: Vec<Named> = vec![];
    for one in commitments {
        let one = parse::named_commitment(one)?;
        if named.iter().any(|before| (before.provider, before.start) == (one.provider, one.start)) {
            return Err(invalid(format!("{} from height {} on is named twice", one.provider, one.start)));
        }
        named.push(one);
    }
    Ok(named)
}

/// The commitment that is named, as it counts by word.
fn by_word(storage: &dyn Storage, named: &Named) -> Result<([u8; 12], (Commitment, Run)), ContractError> {
    let provider = named.provider;
    let fp = registered(storage, &provider)?;
    if fp.status.is_slashed() {
        return Err(ContractError::Slashed { provider });
    }
    let key = fp_height_key(fp.id, named.start);
    let stored = PLACED.may_load(storage, &key)?;
    let commitment = named.by_word(stored.as_ref().map(|(commitment, _)| commitment))?;
    let run = stored.map_or_else(|| Run::first(named.start), |(_, run)| run);
    Ok((key, (commitment, run)))
}
