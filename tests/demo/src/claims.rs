//! What is claimed, and what was measured.

use std::error::Error;

use devnet::{Fault, HookOutcome, attribute_in};
use eots::SecretKey;
use primitives::FpPublicKey;
use serde_json::{Value, json};

use crate::args::Args;
use crate::bitcoin;
use crate::door::{Poisoned, Replaced};
use crate::stage::{DENOM, Stage};
use crate::story::Told;
use crate::view::View;

/// A claim.
#[derive(Debug, PartialEq)]
pub struct Claim {
    /// What is claimed.
    pub claim: &'static str,
    /// What was measured.
    pub measured: String,
    /// Whether it holds.
    pub ok: bool,
}

/// One of them.
pub fn claim(claim: &'static str, measured: String, ok: bool) -> Claim {
    Claim { claim, measured, ok }
}

/// Measures all of them.
pub fn check(stage: &Stage, told: &Told, view: &View, args: &Args) -> Result<Vec<Claim>, Box<dyn Error>> {
    let health = stage.ask(&json!({ "health": {} }))?;
    let mut claims = setup(&health, args);
    claims.extend(finality(stage, told, view, args));
    claims.extend(hooks(stage, told, view));
    claims.push(jail(stage, told, view)?);
    claims.extend(slashing(stage, told, view)?);
    claims.extend(rewards(stage, told)?);
    claims.extend(bitcoin::check(stage, &told.bitcoin)?);
    if stage.network.chain.counts_gas() {
        claims.extend(costs(stage));
    }
    Ok(claims)
}

fn setup(health: &Value, args: &Args) -> Vec<Claim> {
    let channel = &health["channel"];
    let (state, id) = (text(&channel["state"]), text(&channel["channel_id"]));
    let registered = health["staking"]["fps"].as_u64().unwrap_or_default();
    let timestamped = health["timestamps"]["height"].as_u64().unwrap_or_default();
    let epoch = health["timestamps"]["epoch"].as_u64().unwrap_or_default();
    vec![
        claim("the channel to Babylon is open", format!("{id} {state}"), state == "open"),
        claim(
            "every finality provider came over IBC",
            format!("{registered} of {}", args.fps),
            registered == args.fps,
        ),
        claim(
            "randomness is timestamped by Bitcoin",
            format!("height {timestamped}, epoch {epoch}, {}", text(&health["timestamps"]["trust"])),
            timestamped > 0,
        ),
    ]
}

fn finality(stage: &Stage, told: &Told, view: &View, args: &Args) -> Vec<Claim> {
    let (count, lags) = (view.finalized(), view.lags());
    let median = lags.get(lags.len() / 2).copied().unwrap_or_default();
    let worst = lags.last().copied().unwrap_or_default();
    let (taken, refused) = stage.votes;
    vec![
        claim(
            "blocks are finalized by more than two thirds",
            format!("{count} heights from {}, {taken} votes taken, {refused} refused", told.start),
            count as u64 >= args.blocks,
        ),
        claim(
            "a height is finalized in the block after it",
            format!("lag: median {median}, worst {worst} blocks"),
            !lags.is_empty() && median <= 1,
        ),
    ]
}

fn hooks(stage: &Stage, told: &Told, view: &View) -> Vec<Claim> {
    let lost = |outcome: &HookOutcome| *outcome == HookOutcome::Lost;
    let silent: Vec<u64> = stage
        .blocks
        .iter()
        .filter(|block| !block.hooks.is_empty() && block.hooks.iter().all(|hook| lost(&hook.outcome)))
        .map(|block| block.header.height)
        .collect();
    let calls = stage.blocks.iter().flat_map(|block| &block.hooks);
    let torn: Vec<u64> = calls
        .filter(|hook| matches!(hook.fault, Some(Fault::Torn { .. })))
        .filter(|hook| matches!(hook.outcome, HookOutcome::Failed(_)))
        .map(|hook| hook.height)
        .collect();
    let is_final = |height: &u64| view.at(*height).is_some_and(|row| row.block == "final");
    let healed = silent.iter().chain(&torn).filter(|height| is_final(height)).count();
    let next = view.rows.iter().find(|row| row.height > told.torn && row.vote == "quorum");
    let next = next.map_or_else(|| "none".to_owned(), |row| row.height.to_string());
    vec![
        claim(
            "blocks without hooks become final all the same",
            format!("lost at {silent:?}, torn at {torn:?}: {healed} of {} final", silent.len() + torn.len()),
            silent == told.lost && torn == [told.torn] && healed == silent.len() + torn.len(),
        ),
        claim(
            "finality continues after a torn hook",
            format!("height {} torn, next quorum at {next}", told.torn),
            next != "none",
        ),
    ]
}

fn jail(stage: &Stage, told: &Told, view: &View) -> Result<Claim, Box<dyn Error>> {
    let name = "who is dark goes to jail and returns";
    let (Some(jailed), Some(unjailed)) = (told.jailed_at, told.unjailed_at) else {
        let measured =
            format!("dark from {}, jailed {:?}, back {:?}", told.dark_from, told.jailed_at, told.unjailed_at);
        return Ok(claim(name, measured, false));
    };
    let key = stage.network.fps[told.dark].public_key_hex();
    let info = stage.signing_info(told.dark)?;
    let signed = info["last_signed_height"].as_u64().unwrap_or_default();
    let power = view.power(&key, stage.network.chain.height());
    let in_jail = view.power(&key, jailed + 1);
    let ok = told.early.is_some()
        && in_jail == 0
        && power > 0
        && signed > unjailed
        && info["jailed_until"].is_null();
    let measured =
        format!("dark from {}, jailed at {jailed}, back at {unjailed}, signed {signed}", told.dark_from);
    Ok(claim(name, measured, ok))
}

fn slashing(stage: &Stage, told: &Told, view: &View) -> Result<Vec<Claim>, Box<dyn Error>> {
    let cheat = &stage.network.fps[told.cheat];
    let key = cheat.public_key_hex();
    let events = told.slashing.as_ref().map(|report| report.events.as_slice()).unwrap_or_default();
    let extracted = attribute_in(events, "wasm-slashed_finality_provider", "extracted_secret_key");
    let extracted = extracted.unwrap_or_default();

    let slashings = stage.network.link.app.babylon.slashings();
    let known = slashings
        .iter()
        .any(|s| s.fp == cheat.public_key() && is_key_of(&s.key.to_bytes(), cheat.public_key()));
    let outbox = stage.ask(&json!({ "outbox": {} }))?;
    let items = outbox["items"].as_array().into_iter().flatten();
    let state = items
        .filter(|item| item["fp_pubkey_hex"] == key.as_str())
        .map(|item| text(&item["state"]))
        .next_back();
    let state = state.unwrap_or_else(|| "absent".to_owned());

    let last = stage.network.chain.height();
    let power = view.power(&key, last);
    let after = view.rows.iter().filter(|row| row.height > told.cheat_height && row.vote == "quorum").count();
    Ok(vec![
        claim(
            "who signs twice loses its key",
            format!("at height {}, the key is {}", told.cheat_height, shorten(extracted)),
            hex::decode(extracted).is_ok_and(|secret| is_key_of(&secret, cheat.public_key())),
        ),
        claim(
            "the evidence reaches Babylon, its answer comes back",
            format!("{} slashed there, outbox {state}", slashings.len()),
            known && slashings.len() == 1 && state == "done",
        ),
        claim(
            "finality goes on without it",
            format!("its power is {power}, {after} heights finalized since"),
            power == 0 && after >= 10,
        ),
    ])
}

/// Whether one signs for a public key with this. A key and its negation do: BIP-340 knows a point by its x alone.
fn is_key_of(secret: &[u8], fp: FpPublicKey) -> bool {
    SecretKey::from_slice(secret).is_ok_and(|key| FpPublicKey::from(key.public_key()) == fp)
}

/// Those about the channel.
pub fn door(poisoned: &Poisoned, replaced: &Replaced) -> Vec<Claim> {
    let Poisoned { good, bad, brought, aside, .. } = poisoned;
    let Replaced { state, refused, channel, meanwhile, ours, theirs } = replaced;
    vec![
        claim(
            "bad items are refused alone",
            format!("{good} good item brought {brought} sats, {aside} of {bad} bad ones wait in quarantine"),
            *brought > 0 && aside == bad,
        ),
        claim(
            "finality outlives the channel",
            format!(
                "{state} by a timeout, {meanwhile} heights finalized since; again: {}",
                shorten_to(refused, 40)
            ),
            state == "closed" && *meanwhile >= 3 && !refused.is_empty(),
        ),
        claim(
            "another channel takes its place, both sides agree",
            format!(
                "{channel}, {} finality providers with {} sats",
                text_of(&ours["fps"]),
                text_of(&ours["total_sats"])
            ),
            !channel.is_empty() && ours == theirs && ours["fps"] == 3,
        ),
    ]
}

fn text_of(value: &Value) -> String {
    value.to_string().trim_matches('"').to_owned()
}

fn shorten_to(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

fn rewards(stage: &Stage, told: &Told) -> Result<Vec<Claim>, Box<dyn Error>> {
    let books = stage.ask(&json!({ "rewards": {} }))?;
    let of = |part: &str| -> u128 {
        let entries = books[part].as_array().into_iter().flatten();
        let entry = entries.into_iter().find(|entry| entry["denom"] == DENOM);
        entry.and_then(|entry| entry["amount"].as_str()?.parse().ok()).unwrap_or_default()
    };
    let (owed, undistributed, handed_over) = (of("owed"), of("undistributed"), of("handed_over"));
    let came = stage.blocks.iter().flat_map(|block| &block.events).filter(|event| event.ty == "transfer");
    let came = came.filter(|event| {
        event.attributes.iter().any(|it| it.key == "recipient" && it.value == stage.network.bsn)
    });
    let amounts = came.flat_map(|event| &event.attributes).filter(|it| it.key == "amount");
    let fees: u128 = amounts.filter_map(|it| it.value.strip_suffix(DENOM)?.parse::<u128>().ok()).sum();

    let app = &stage.network.link.app;
    let of_fp =
        |index: usize| app.babylon.rewards(&app.client, &stage.network.fps[index].public_key(), DENOM);
    let commission = app.babylon.commission(&app.client, DENOM);
    let paid: u128 = (0..stage.network.fps.len()).map(of_fp).sum();
    let payouts = app.transfers.len() as u128;
    let dust = handed_over.saturating_sub(paid + commission);
    let most_dust = payouts * stage.network.fps.len() as u128;
    Ok(vec![
        claim(
            "every fee is handed over, owed or undistributed",
            format!("{fees} = {handed_over} + {owed} + {undistributed} {DENOM}"),
            fees > 0 && handed_over > 0 && fees == handed_over + owed + undistributed,
        ),
        claim(
            "rewards arrive on Babylon and add up",
            format!("{paid} to providers + {commission} commission + {dust} rounded off = {handed_over}"),
            paid > 0 && paid + commission <= handed_over && dust <= most_dust,
        ),
        claim(
            "who votes less earns less",
            format!(
                "the first {}, who was dark {}, who signed twice {}",
                of_fp(0),
                of_fp(told.dark),
                of_fp(told.cheat)
            ),
            of_fp(0) > of_fp(told.dark),
        ),
    ])
}

fn costs(stage: &Stage) -> Vec<Claim> {
    let of = |what: &str| -> Vec<u64> {
        stage.costs.iter().filter(|cost| cost.what == what).map(|cost| cost.gas).collect()
    };
    let votes = of("vote");
    let mean = votes.iter().sum::<u64>() / (votes.len() as u64).max(1);
    let most = votes.iter().max().copied().unwrap_or_default();
    let params = stage.network.chain.params;
    let begin = of("BeginStaking").into_iter().chain(of("BeginFinality")).max().unwrap_or_default();
    let end = of("EndFinality").into_iter().max().unwrap_or_default();
    let limit = params.max_gas_end_blocker.min(params.max_gas_begin_blocker);
    vec![
        claim(
            "a vote costs less than 50,000 gas",
            format!("mean {mean}, most {most}"),
            most > 0 && most < 50_000,
        ),
        claim(
            "hooks stay below a tenth of their gas limit",
            format!("begin {begin}, end {end} of {limit}"),
            end > 0 && begin.max(end) * 10 < limit,
        ),
    ]
}

fn shorten(hex: &str) -> String {
    let head: String = hex.chars().take(12).collect();
    if head.is_empty() { "not extracted".to_owned() } else { format!("{head}...") }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("none").to_owned()
}

/// One JSON object.
pub fn as_json(claims: &[Claim]) -> Value {
    let each = |c: &Claim| json!({ "claim": c.claim, "measured": c.measured, "ok": c.ok });
    json!({ "claims": claims.iter().map(each).collect::<Value>() })
}

/// Aligned text.
pub fn as_table(claims: &[Claim]) -> String {
    let width = claims.iter().map(|c| c.claim.len()).max().unwrap_or_default();
    let line =
        |c: &Claim| format!("{}  {:width$}  {}\n", if c.ok { "ok  " } else { "FAIL" }, c.claim, c.measured);
    claims.iter().map(line).collect()
}
