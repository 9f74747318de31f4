use api::bsn::raw::fp_key;
use api::btc_staking::{Family, StakeItem, Verdict};
use cosmwasm_std::{Binary, DepsMut, MessageInfo, QuerierWrapper, Response};
use covenant::XOnlyKey;
use staking::FinalityProvider;

use super::{Done, with_stakes};
use crate::error::ContractError;
use crate::items::{Taking, take_delegation, take_end};
use crate::refused::verdict;
use crate::state::Config;
use crate::{host, parse};

/// What a packet may have: as many bytes as `bsn` reads of one.
const MAX_BYTES: usize = 512 * 1024;

#[inline(never)]
pub fn take_items(
    deps: DepsMut<'_>,
    now: u64,
    info: &MessageInfo,
    config: &Config,
    items: &[StakeItem],
) -> Result<Response, ContractError> {
    let bytes = items.iter().map(|item| bytes_of(item).len()).sum::<usize>();
    parse::check_bounds("bytes of items", bytes as u64, 0, MAX_BYTES as u64)?;
    if info.sender != config.bsn {
        return Err(ContractError::Unauthorized { sender: info.sender.clone(), action: "send items" });
    }
    let (api, querier) = (deps.api, deps.querier);
    let is_registered = registered(querier, config, false);
    let mut taking = Taking::new(Family::Babylon, host::recover(api), is_registered);

    let mut answer = Vec::new();
    let response = with_stakes(deps, now, config, "take_items", |stakes| {
        let (mut done, rules) = (Done::default(), config.rules());
        for item in items {
            let taken = match item {
                StakeItem::Delegation(bytes) => take_delegation(stakes, &mut taking, bytes)?,
                StakeItem::End(bytes) => take_end(stakes, &rules, bytes, &mut done.changes)?,
            };
            done.verdicts.push(verdict(taken));
        }
        answer = short(&done.verdicts);
        Ok(done)
    })?;
    Ok(response.set_data(answer))
}

/// Whether `bsn` knows a finality provider, as one that registered here (`is_local`) or one of Babylon's.
pub fn registered<'a>(
    querier: QuerierWrapper<'a>,
    config: &'a Config,
    is_local: bool,
) -> impl Fn(&XOnlyKey) -> bool + 'a {
    move |fp| {
        let found = querier.query_wasm_raw(&config.bsn, fp_key(fp.as_bytes())).ok().flatten();
        let fp = found.and_then(|found| records::decode::<FinalityProvider>(&found).ok());
        // Who stakes to a slashed one of ours could be slashed at once: its key is public.
        fp.is_some_and(|fp| fp.id.is_local() == is_local && !(is_local && fp.status.is_slashed()))
    }
}

/// Verdicts as `bsn` reads them: a length and so much text for each; `+` and what it became, or why it was refused.
fn short(verdicts: &[Verdict]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(verdicts.len());
    for verdict in verdicts {
        let text = match verdict {
            Verdict::Ok { became } => format!("+{became}"),
            Verdict::Refused { rule, reason } => format!("{rule}: {reason}"),
        };
        let end = text.floor_char_boundary(usize::from(u8::MAX));
        let text = text.get(..end).unwrap_or_default();
        bytes.push(u8::try_from(text.len()).unwrap_or_default());
        bytes.extend(text.as_bytes());
    }
    bytes
}

fn bytes_of(item: &StakeItem) -> &Binary {
    match item {
        StakeItem::Delegation(bytes) | StakeItem::End(bytes) => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_a_length_and_so_much_text() {
        let refused = |reason: &str| Verdict::Refused { rule: "S27".into(), reason: reason.into() };
        let taken = Verdict::Ok { became: "waiting".into() };
        let bytes = short(&[taken, refused("why"), refused(&"ä".repeat(300))]);
        assert_eq!(bytes[..18], *b"\x08+waiting\x08S27: why");
        assert_eq!((bytes[18], bytes.len()), (255, 18 + 1 + 255), "250 bytes are 125 whole letters");
    }
}
