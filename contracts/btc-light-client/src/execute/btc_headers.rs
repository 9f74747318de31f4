use api::btc_light_client::{BtcHeader, Network};
use bitcoin_spv::{CompactTarget, Header, HeaderHash, MerkleRoot, Rules, U256, Work, extend};
use cosmwasm_std::{Addr, Binary, DepsMut, Env, Event, MessageInfo, Response, Storage};
use primitives::{BtcTime, ParseError, UnixTime};

use crate::error::ContractError;
use crate::{
    event::ChainExtended,
    parse::parse_base,
    state::{Admin, Chain, Config, Store},
};

/// Headers as they were sent.
pub struct Submission {
    pub headers: Sent,
    pub first_work: Option<String>,
    pub first_height: Option<u32>,
}

/// One of the two forms.
pub enum Sent {
    Fields(Vec<BtcHeader>),
    Raw(Binary),
}

impl From<Vec<BtcHeader>> for Sent {
    fn from(headers: Vec<BtcHeader>) -> Self {
        Self::Fields(headers)
    }
}

impl From<Binary> for Sent {
    fn from(headers: Binary) -> Self {
        Self::Raw(headers)
    }
}

pub fn btc_headers(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    submission: Submission,
) -> Result<Response, ContractError> {
    let config = Config::load(deps.storage)?;
    let headers = parse_headers(submission.headers, config.max_headers)?;
    let rules = Rules { params: config.params(), latest_time: latest_time(&config, &env, &info.sender) };

    let (mut chain, action) = match Chain::load(deps.storage)? {
        Some(chain) => {
            check_may_submit(deps.storage, &config, &info.sender)?;
            (chain, "update_btc_light_client")
        }
        None => {
            check_may_start(deps.storage, &config, &info.sender)?;
            let base = headers.first().ok_or(bitcoin_spv::ExtendError::NoHeaders)?;
            let missing = |field| ContractError::MissingFirst { field };
            let work = submission.first_work.ok_or_else(|| missing("first_work"))?;
            let height = submission.first_height.ok_or_else(|| missing("first_height"))?;
            let base = parse_base(height, *base, parse_work(&work)?, None)?;
            (Chain::begin(deps.storage, &base, &rules.params)?, "init_btc_light_client")
        }
    };

    let extension = extend(&Store(deps.storage), &chain.context, &headers, &rules)?;

    let pruned = chain.apply(deps.storage, &extension, config.retained_headers);
    Ok(Response::new()
        .add_attribute("action", action)
        .add_event(Event::from(ChainExtended { extension: &extension, pruned })))
}

fn parse_headers(sent: Sent, max_headers: u32) -> Result<Vec<Header>, ContractError> {
    let check_count = |got: usize| match u32::try_from(got) {
        Ok(count) if count <= max_headers => Ok(()),
        _ => Err(ContractError::TooManyHeaders { got, max_headers }),
    };
    match sent {
        Sent::Fields(headers) => {
            check_count(headers.len())?;
            Ok(headers.iter().map(parse_header).collect::<Result<_, _>>()?)
        }
        Sent::Raw(bytes) => {
            let (headers, []) = bytes.as_chunks() else {
                return Err(ContractError::PartialHeader { got: bytes.len() });
            };
            check_count(headers.len())?;
            Ok(headers.iter().map(Header::from_bytes).collect())
        }
    }
}

fn parse_header(header: &BtcHeader) -> Result<Header, ParseError> {
    let BtcHeader { version, prev_blockhash, merkle_root, time, bits, nonce } = header;
    Ok(Header {
        version: *version,
        prev_hash: HeaderHash::from_display_hex(prev_blockhash)?,
        merkle_root: MerkleRoot::from_display_hex(merkle_root)?,
        time: BtcTime::new(*time),
        bits: CompactTarget::new(*bits),
        nonce: *nonce,
    })
}

/// Work in hexadecimal of its decimal digits in ASCII, as Babylon has it, or of its big-endian bytes.
/// Bytes that happen to be digits all are read as digits: the sum is then off by a constant, which
/// no comparison of two chains on one base sees.
fn parse_work(text: &str) -> Result<Work, ContractError> {
    let bytes = hex::decode(text).unwrap_or_default();
    let work = match core::str::from_utf8(&bytes) {
        Ok(digits) if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit) => U256::from_decimal(digits),
        _ if bytes.is_empty() => None,
        _ => U256::from_be_slice(&bytes),
    };
    work.map(Work::new).ok_or_else(|| ContractError::Work { culprit: text.chars().take(80).collect() })
}

/// Two hours from now; no bound for the instantiator, whose headers Babylon accepted and never resends.
fn latest_time(config: &Config, env: &Env, sender: &Addr) -> Option<BtcTime> {
    let now = UnixTime::new(env.block.time.seconds());
    (*sender != config.babylon).then(|| BtcTime::at(now.plus(Rules::MAX_FUTURE)))
}

/// The first headers: never from a stranger, who could pick a false base.
fn check_may_start(storage: &dyn Storage, config: &Config, sender: &Addr) -> Result<(), ContractError> {
    let may =
        *sender == config.babylon || config.network == Network::Regtest && Admin::load(storage)?.is(sender);
    if may { Ok(()) } else { Err(unauthorized(sender, "send the first headers")) }
}

/// Later ones: from anyone where work is expensive, elsewhere from those listed.
fn check_may_submit(storage: &dyn Storage, config: &Config, sender: &Addr) -> Result<(), ContractError> {
    let may = config.network == Network::Mainnet
        || *sender == config.babylon
        || config.submitters.contains(sender)
        || config.network == Network::Regtest && Admin::load(storage)?.is(sender);
    if may { Ok(()) } else { Err(unauthorized(sender, "submit headers on this network")) }
}

fn unauthorized(sender: &Addr, action: &'static str) -> ContractError {
    ContractError::Unauthorized { sender: sender.clone(), action }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_from_decimal_digits_and_from_bytes() {
        let read = |text| parse_work(text).map(|work| work.to_string()).ok();
        assert_eq!(read("38").as_deref(), Some("8"));
        assert_eq!(read("34323934393637323937").as_deref(), Some("4294967297"));
        assert_eq!(read("0100000001").as_deref(), Some("4294967297"));
        assert_eq!(read("00").as_deref(), Some("0"));
        for bad in ["", "0", "zz", &"ff".repeat(33), &"39".repeat(78)] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
