//! The appchain by itself.

use api::bsn::Network;

use super::{Check, Given, fail, knobs, ok, warning};
use crate::deploy::facts::Upload;
use crate::deploy::gas;
use crate::deploy::show::thousands;

/// What wasmd takes of a code, unless a chain has changed it.
const MAX_WASM: usize = 819_200;
/// What CometBFT's mempool takes of a transaction, unless a node has changed it.
const MAX_TX: usize = 1_048_576;
/// What stands around the codes in a transaction.
const AROUND: usize = 4_096;
/// A period of Bitcoin, in blocks.
const PERIOD: u32 = 2_016;

pub fn checks(given: Given<'_>) -> Vec<Check> {
    let mut rows = vec![
        release(given),
        wasmvm(given),
        size(given),
        transaction(given),
        upload(given),
        instantiate(given),
        block_gas(given),
        module(given),
    ];
    rows.extend(proposal(given));
    rows.push(registered(given));
    rows.extend(knobs::checks(given));
    rows.push(admin(given));
    rows.extend(checkpoint(given));
    rows
}

/// The version of the last module whose path contains this.
fn version<'a>(given: &'a Given<'_>, part: &str) -> Option<&'a str> {
    let modules = given.chain.modules.iter();
    modules.filter(|(path, _)| path.contains(part)).map(|(_, version)| version.as_str()).next_back()
}

/// Before 0.3.0 the light client's address hung on how many contracts the chain had, and could not be registered beforehand.
fn release(given: Given<'_>) -> Check {
    let (name, bsn) = ("release", &given.artifacts.bsn);
    match bsn.release.as_deref() {
        Some(old @ ("0.1.0" | "0.2.0")) => {
            fail(name, format!("{old} cannot be deployed by this program: build a newer one"))
        }
        Some(release) => ok(name, format!("{release}, bsn.wasm {}", bsn.checksum_hex())),
        None if given.file.bsn.network == Some(Network::Mainnet) => warning(
            name,
            format!(
                "bsn.wasm is of no release that is known, and no checksums.txt is beside it: {}",
                bsn.checksum_hex()
            ),
        ),
        None => ok(name, format!("an own build, bsn.wasm {}", bsn.checksum_hex())),
    }
}

fn wasmvm(given: Given<'_>) -> Check {
    let name = "wasmvm";
    let Some(found) = version(&given, "CosmWasm/wasmvm") else {
        return warning(name, "the node does not say what it is built of: it needs wasmvm 2.0 or newer");
    };
    let number = found.trim_start_matches('v');
    let mut parts = number.split(['.', '-', '+']).map(|part| part.parse::<u32>().ok());
    let (Some(Some(major)), Some(Some(minor))) = (parts.next(), parts.next()) else {
        return warning(name, format!("{found} is no version that can be compared with 2.2"));
    };
    match (major, minor) {
        (0..=1, _) => {
            fail(name, format!("{found} has no capability cosmwasm_2_0: the chain needs wasmvm 2.2 or 3"))
        }
        (2, 0..=1) => warning(name, format!("{found} is older than what this was tested with: 2.2 and 3")),
        _ => ok(name, found),
    }
}

fn size(given: Given<'_>) -> Check {
    let (name, all) = ("size of the code", given.artifacts);
    let sizes: Vec<String> =
        all.values().map(|it| format!("{} {}", it.name, thousands(it.size as u64))).collect();
    let limit = thousands(MAX_WASM as u64);
    match all.values().find(|it| it.size > MAX_WASM) {
        Some(it) => fail(
            name,
            format!("{} has {} bytes, and wasmd takes {limit}", it.name, thousands(it.size as u64)),
        ),
        None => ok(name, format!("{} bytes, of {limit} that wasmd takes", sizes.join(", "))),
    }
}

/// How many bytes of code are in the longest transaction, which has all of them or one.
fn carried(given: Given<'_>, is_one: bool) -> usize {
    let codes = given.artifacts.values().map(|it| it.gz.len());
    if is_one { codes.sum() } else { codes.max().unwrap_or_default() }
}

/// The longest transaction of this way.
fn transaction(given: Given<'_>) -> Check {
    let name = "size of the transaction";
    let is_one = given.way.by_gov && !given.way.split;
    let bytes = AROUND + carried(given, is_one);
    let block =
        given.chain.block_bytes.map_or(usize::MAX, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    let (limit, whose) = if block < MAX_TX { (block, "a block") } else { (MAX_TX, "a node's mempool") };
    let said =
        format!("{} bytes, of {} that {whose} takes", thousands(bytes as u64), thousands(limit as u64));
    match bytes > limit {
        true if is_one => fail(name, format!("{said}: add --split, for a proposal with each code")),
        true => fail(name, said),
        false => ok(name, said),
    }
}

fn upload(given: Given<'_>) -> Check {
    let name = "who may store code";
    let payer = given.chain.payer.as_ref().map(|payer| payer.address.as_str());
    match (&given.chain.upload, given.way.by_gov) {
        (_, true) => ok(name, "governance"),
        (Upload::Everybody, _) => ok(name, "everybody"),
        (Upload::Some(some), _) if payer.is_some_and(|payer| some.iter().any(|one| one == payer)) => {
            ok(name, format!("{}, among {}", payer.unwrap_or_default(), some.len()))
        }
        (Upload::Some(some), _) => {
            fail(name, format!("only {}: sign as one of them, or add --gov", some.join(", ")))
        }
        (Upload::Nobody, _) => fail(name, "governance alone: add --gov"),
    }
}

/// `bsn` itself makes the others, and has no more rights than anybody.
fn instantiate(given: Given<'_>) -> Check {
    let name = "who may instantiate";
    if given.chain.is_instantiated_freely {
        return ok(name, "everybody");
    }
    fail(
        name,
        "not everybody by default (wasm's instantiate_default_permission), so bsn could not make its light client: have governance change that",
    )
}

/// Codes in a proposal are paid for by the byte, several times.
fn proposal(given: Given<'_>) -> Option<Check> {
    let (name, limit) = ("gas of the proposal", given.chain.block_gas);
    let is_one = !given.way.split;
    let used = gas::propose(AROUND + carried(given, is_one));
    let said = format!("about {}", thousands(used));
    given.way.by_gov.then(|| match limit {
        None => ok(name, said),
        Some(limit) if used <= limit => {
            ok(name, format!("{said}, of {} that a block takes", thousands(limit)))
        }
        Some(limit) => {
            let said = format!("{said}, and a block takes {}", thousands(limit));
            fail(
                name,
                if is_one { format!("{said}: add --split, for a proposal with each code") } else { said },
            )
        }
    })
}

fn block_gas(given: Given<'_>) -> Check {
    let name = "gas of a block";
    let shown = thousands(gas::HEADERS);
    match given.chain.block_gas {
        None => ok(name, "no limit"),
        Some(limit) if limit < gas::LONG_ITEM => fail(
            name,
            format!("{}: a packet may need {}; raise it", thousands(limit), thousands(gas::LONG_ITEM)),
        ),
        Some(limit) if limit < 50_000_000 => warning(
            name,
            format!(
                "{}: 2,000 headers of Bitcoin after a standstill need {shown}; 50,000,000 are better",
                thousands(limit)
            ),
        ),
        Some(limit) => ok(name, thousands(limit)),
    }
}

fn module(given: Given<'_>) -> Check {
    let name = "module x/babylon";
    let Some(params) = &given.chain.hooks else {
        return fail(
            name,
            "the chain does not have it: nobody would call the contract at the edges of blocks",
        );
    };
    let least = gas::least_hook_cap();
    let low =
        [params.max_gas_begin_blocker, params.max_gas_end_blocker].into_iter().min().unwrap_or_default();
    if u64::from(low) < least {
        let cap = thousands(gas::HOOK_CAP.into());
        let said = format!("a hook may use {}; the proposal raises that to {cap}", thousands(low.into()));
        return ok(name, said);
    }
    ok(
        name,
        format!(
            "a hook may use {}; the most expensive one uses {}",
            thousands(low.into()),
            thousands(gas::WORST_HOOK)
        ),
    )
}

fn registered(given: Given<'_>) -> Check {
    let name = "what the module calls";
    match given.chain.registered.btc_finality_contract.as_str() {
        "" => ok(name, "nothing yet"),
        address => {
            warning(name, format!("{address}: the proposal replaces it, unless it is this deployment's own"))
        }
    }
}

fn admin(given: Given<'_>) -> Check {
    let (name, governance) = ("admin", given.chain.governance.as_str());
    match given.file.bsn.admin.as_deref() {
        None | Some("gov") => ok(name, format!("governance, {governance}")),
        Some(admin) if admin == governance => ok(name, format!("governance, {governance}")),
        Some(admin) => match bsn_rpc::address::decode(&given.chain.prefix, admin) {
            Err(error) => fail(name, error.to_string()),
            Ok(bytes) if bytes.len() == 20 && given.file.bsn.network == Some(Network::Mainnet) => warning(
                name,
                format!("{admin} is an account: whoever has its key may pause, resume and rebind"),
            ),
            Ok(_) => ok(name, admin),
        },
    }
}

fn checkpoint(given: Given<'_>) -> Option<Check> {
    let (name, pinned) = ("first header of Bitcoin", given.file.bsn.checkpoint.as_ref()?);
    let bytes = hex::decode(&pinned.header_hex).map(|bytes| bytes.len()).unwrap_or_default();
    if bytes != 80 {
        return Some(fail(name, format!("header_hex is {bytes} bytes, not 80")));
    }
    if given.file.bsn.network == Some(Network::Mainnet) && pinned.height % PERIOD != 0 {
        let begin = pinned.height / PERIOD * PERIOD;
        let said =
            format!("{} is in the middle of a period: begin at {begin}", thousands(pinned.height.into()));
        return Some(fail(name, said));
    }
    Some(warning(
        name,
        format!(
            "height {}: compare it with a node of Bitcoin, for nothing in a header says it",
            pinned.height
        ),
    ))
}
