use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage};
use finality::resume::{self, Facts, NAMED_MAX, Named, ResumeError, Resumption};
use primitives::{BlockHeight, FpPublicKey};

use super::check_admin;
use crate::ContractError;
use crate::state::{PARAMS, PROGRESS, PROVIDERS, RESUMED, at, resumption_from};
use crate::sudo::tally;

/// Records that finality may go on without those who are named (interfaces.md 11.5). The cursor applies it.
pub fn resume_finality(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    halting_height: u64,
    fp_pubkeys_hex: &[String],
) -> Result<Response, ContractError> {
    check_admin(deps.storage, info, "resume finality")?;
    let height = BlockHeight::new(halting_height);
    if fp_pubkeys_hex.len() > NAMED_MAX {
        return Err(ResumeError::Count { got: fp_pubkeys_hex.len() }.into());
    }
    let mut progress = PROGRESS.load(deps.storage)?;
    let waiting = progress.cursor.next();
    let facts = Facts {
        waiting,
        step: tally::step_at(deps.storage, &progress, waiting)?.step,
        now: BlockHeight::new(env.block.height),
        delay: PARAMS.load(deps.storage)?.resume_delay,
    };
    let (mut named, mut names) = (Vec::new(), String::new());
    for hex in fp_pubkeys_hex {
        named.push(named_at(deps.storage, FpPublicKey::from_hex(hex)?, height)?);
        names.push_str(hex);
        names.push(',');
    }
    let resumption = resume::judge(height, &named, &facts)?;

    progress.resumed_through = resumption.through;
    record(deps.storage, &resumption)?;
    PROGRESS.save(deps.storage, &progress)?;
    Ok(Response::new()
        .add_attribute("action", "resume_finality")
        .add_attribute("sender", &info.sender)
        .add_event(Event::from(event::ResumeFinality {
            halting_height: height.to_string(),
            through: resumption.through.to_string(),
            finality_providers: names,
        })))
}

fn named_at(
    storage: &dyn Storage,
    provider: FpPublicKey,
    height: BlockHeight,
) -> Result<Named, ContractError> {
    let fp = PROVIDERS
        .may_load(storage, provider.as_bytes())?
        .ok_or(ContractError::UnknownProvider { provider })?;
    let id = fp.id.get();
    let voted = tally::has_spoken(storage, height, id)?;
    Ok(Named { provider, id, voted })
}

/// In place of an earlier one: what that resumed is recorded with the gaps that the cursor left behind.
pub fn record(storage: &mut dyn Storage, resumption: &Resumption) -> StdResult<()> {
    if let Some(earlier) = resumption_from(storage, BlockHeight::default())? {
        RESUMED.remove(storage, &at(earlier.through));
    }
    RESUMED.save(storage, &at(resumption.through), resumption)
}
