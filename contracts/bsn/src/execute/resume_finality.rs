use api::bsn::event;
use cosmwasm_std::{DepsMut, Env, Event, MessageInfo, Response, StdResult, Storage};
use finality::resume::{self, Facts, NAMED_MAX, Named, ResumeError, Resumption};
use primitives::{BlockHeight, FpId, FpPublicKey};

use super::check_admin;
use crate::error::ContractError;
use crate::heights::tally;
use crate::state::{PARAMS, Progress, RESUMED, height_key, registered, resumption_from, votes};

/// Records that finality may go on without those who are named (RULINGS.md, "Resuming finality"). The cursor
/// applies it.
#[inline(never)]
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
    let mut progress = Progress::load(deps.storage)?;
    let waiting = progress.marks.cursor.next();
    let facts = Facts {
        waiting,
        step: tally::step_at(deps.storage, &progress, waiting)?.step,
        now: BlockHeight::new(env.block.height),
        delay: PARAMS.load(deps.storage)?.resume_delay,
    };
    let voters = votes::count(deps.storage, height, progress.marks.votes_from)?.voters;
    let (mut named, mut names) = (Vec::new(), String::new());
    for hex in fp_pubkeys_hex {
        named.push(named_at(deps.storage, FpPublicKey::from_hex(hex)?, &voters)?);
        names.push_str(hex);
        names.push(',');
    }
    let resumption = resume::judge(height, &named, &facts)?;

    progress.gaps.resumed_through = resumption.through;
    record(deps.storage, &resumption)?;
    progress.save(deps.storage)?;
    Ok(Response::new()
        .add_attribute("action", "resume_finality")
        .add_attribute("sender", &info.sender)
        .add_event(Event::from(event::ResumeFinality {
            halting_height: height.to_string(),
            through: resumption.through.to_string(),
            finality_providers: names,
        })))
}

fn named_at(storage: &dyn Storage, provider: FpPublicKey, voters: &[FpId]) -> Result<Named, ContractError> {
    let fp = registered(storage, &provider)?;
    let id = fp.id;
    Ok(Named { provider, id, voted: voters.contains(&id) })
}

/// In place of an earlier one: what that resumed is recorded with the gaps that the cursor left behind.
pub fn record(storage: &mut dyn Storage, resumption: &Resumption) -> StdResult<()> {
    if let Some(earlier) = resumption_from(storage, BlockHeight::default())? {
        RESUMED.remove(storage, &height_key(earlier.through));
    }
    RESUMED.save(storage, &height_key(resumption.through), resumption)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heights::tests::FIRST;
    use crate::heights::tests::resumption::halted;
    use crate::state::{ADMINS, Admins, FP_KEYS};
    use cosmwasm_std::Addr;
    use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};

    fn resume(named: &[u32]) -> Result<Response, ContractError> {
        let (bench, mut deps, mut env) = (halted(), mock_dependencies(), mock_env());
        deps.storage = bench.storage;
        env.block.height = FIRST + 1_000;
        bench.progress.save(&mut deps.storage)?;
        PARAMS.save(&mut deps.storage, &bench.params)?;
        ADMINS.save(&mut deps.storage, &Admins { admin: Some("admin".into()), pending: None })?;
        let key = |id: &u32| FP_KEYS.may_load(&deps.storage, &id.to_be_bytes()).unwrap().unwrap();
        let keys: Vec<String> = named.iter().map(|id| FpPublicKey::from_bytes(key(id)).to_string()).collect();
        let admin = message_info(&Addr::unchecked("admin"), &[]);
        resume_finality(deps.as_mut(), &env, &admin, FIRST, &keys)
    }

    #[test]
    fn two_hundred_may_be_named() {
        let named: Vec<u32> = (14..20).cycle().take(NAMED_MAX + 1).collect();
        assert_eq!(NAMED_MAX, 200);
        assert!(resume(&named[1..]).is_ok());
        let refused = resume(&named);
        assert!(
            matches!(refused, Err(ContractError::Resume(ResumeError::Count { got: 201 }))),
            "{refused:?}"
        );
    }

    /// RULINGS.md, "Resuming finality": otherwise a third that signs garbage could not be left out, and
    /// honest FPs that a diverged node misled could not be either.
    #[test]
    fn whoever_has_no_canonical_vote_may_be_named() {
        assert!(resume(&[12, 13, 14]).is_ok(), "two for another hash, and one silent");
        for voter in [0, 11] {
            let refused = resume(&[14, voter]);
            assert!(matches!(refused, Err(ContractError::Resume(ResumeError::Voted { .. }))), "{refused:?}");
        }
    }
}
