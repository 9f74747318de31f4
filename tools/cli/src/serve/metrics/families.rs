//! Each metric: its name, what it says, and its value.

use api::bsn::{Amount, HealthResponse};

use super::{Family, Labels};
use crate::serve::judge::{Level, judge};
use crate::serve::link::End;
use crate::serve::provider::Provider;
use crate::serve::record::Record;

/// Not known.
const UNKNOWN: f64 = -1.0;
/// How many denoms have a series: anybody can send the contract coins of a new one.
const DENOMS: usize = 20;

#[expect(clippy::cast_precision_loss, reason = "sats and heights are below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}

fn or_unknown(number: Option<u64>) -> f64 {
    number.map_or(UNKNOWN, float)
}

fn flag(is: bool) -> f64 {
    f64::from(u8::from(is))
}

fn sats(amount: cosmwasm_std::Uint128) -> f64 {
    u64::try_from(amount.u128()).map_or(UNKNOWN, float)
}

fn seconds(ms: u64) -> f64 {
    float(ms) / 1_000.0
}

/// All of them.
pub fn of(record: &Record, now_ms: u64) -> Vec<Family> {
    let mut all = finality(record, now_ms);
    all.extend(hooks(record));
    all.extend(link(record, now_ms));
    all.extend(bitcoin(record, now_ms));
    all.extend(books(record));
    all.extend(providers(record));
    all.extend(program(record, now_ms));
    all
}

fn gauge(name: &'static str, help: &'static str, value: f64) -> Family {
    Family { name, help, counts: false, samples: vec![(Vec::new(), value)] }
}

fn counter(name: &'static str, help: &'static str, value: u64) -> Family {
    Family { name, help, counts: true, samples: vec![(Vec::new(), float(value))] }
}

fn by(name: &'static str, help: &'static str, samples: Vec<(Labels, f64)>) -> Family {
    Family { name, help, counts: false, samples }
}

fn of_health(record: &Record, value: impl Fn(&HealthResponse) -> f64) -> f64 {
    record.health.as_ref().map_or(UNKNOWN, value)
}

fn finality(record: &Record, now_ms: u64) -> Vec<Family> {
    let get = |value: fn(&HealthResponse) -> f64| of_health(record, value);
    let last_final = record.health.as_ref().and_then(|health| health.finality.last_final_block);
    let waiting = |value: fn(&api::bsn::WaitingFor) -> f64| {
        of_health(record, |health| health.finality.waiting_for.as_ref().map_or(0.0, value))
    };
    vec![
        gauge("last_height", "The chain's last height.", or_unknown(record.tip.map(|(height, _)| height))),
        gauge(
            "last_finalized_height",
            "The highest height with quorum that the cursor passed.",
            get(|it| or_unknown(it.finality.last_finalized_height)),
        ),
        gauge("last_final_block", "The highest block that is final.", or_unknown(last_final)),
        gauge(
            "finality_lag_blocks",
            "How many blocks the last final one is behind the chain's last.",
            or_unknown(record.lag()),
        ),
        gauge(
            "final_block_age_seconds",
            "How long ago the last final block was made.",
            final_age(record, last_final, now_ms),
        ),
        gauge(
            "waiting_for_height",
            "The height that finality waits for; 0 for none.",
            waiting(|it| float(it.height)),
        ),
        gauge(
            "waiting_voted_power",
            "The power that voted there, in sats.",
            waiting(|it| sats(it.voted_power)),
        ),
        gauge(
            "waiting_total_power",
            "The power that may vote there, in sats.",
            waiting(|it| sats(it.total_power)),
        ),
        gauge("total_power", "The power of the active set, in sats.", get(|it| sats(it.staking.total_power))),
        gauge(
            "active_fps",
            "How many finality providers are in the active set.",
            get(|it| float(it.staking.active)),
        ),
        gauge(
            "resumed_heights",
            "How many heights governance resumed: they are never final.",
            get(|it| float(it.finality.resumed)),
        ),
    ]
}

fn final_age(record: &Record, last_final: Option<u64>, now_ms: u64) -> f64 {
    let (Some(height), Some((tip, time))) = (last_final, record.tip) else { return UNKNOWN };
    let made = record.columns.get(&height).and_then(|column| column.time_ms);
    let guessed = time.saturating_sub(tip.saturating_sub(height).saturating_mul(record.block_ms()));
    seconds(now_ms.saturating_sub(made.unwrap_or(guessed)))
}

fn hooks(record: &Record) -> Vec<Family> {
    let get = |value: fn(&HealthResponse) -> f64| of_health(record, value);
    vec![
        gauge(
            "hook_last_begin_height",
            "The last height whose BeginBlock took effect.",
            get(|it| float(it.hooks.last_begin_block)),
        ),
        gauge(
            "hook_last_end_height",
            "The last height whose EndBlock took effect.",
            get(|it| float(it.hooks.last_end_block)),
        ),
        counter(
            "hooks_lost",
            "Heights whose EndBlock took no effect, since this program runs.",
            record.totals.hooks_lost,
        ),
        counter(
            "hook_errors",
            "Hooks that the chain reported as failed, since this program runs.",
            record.totals.hook_errors,
        ),
    ]
}

fn link(record: &Record, now_ms: u64) -> Vec<Family> {
    let sides = |value: &dyn Fn(&End) -> f64| -> Vec<(Labels, f64)> {
        let link = &record.link;
        [("here", &link.here), ("babylon", &link.babylon)]
            .map(|(side, end)| (vec![("side", side.to_owned())], end.as_ref().map_or(UNKNOWN, value)))
            .to_vec()
    };
    let expires = |end: &End| match &end.client {
        Some(client) if client.status != "Active" => 0.0,
        Some(client) => client.expires_ms.map_or(UNKNOWN, |at| seconds(at.saturating_sub(now_ms))),
        None => UNKNOWN,
    };
    let oldest = |end: &End| match (end.oldest, end.unrelayed) {
        (Some((_, since)), _) => seconds(now_ms.saturating_sub(since)),
        (None, Some(0)) => 0.0,
        (None, _) => UNKNOWN,
    };
    vec![
        gauge(
            "channel_open",
            "Whether the channel to Babylon is open, or the chain needs none.",
            of_health(record, |it| flag(matches!(it.channel.state.as_str(), "open" | "absent"))),
        ),
        gauge(
            "channel_last_packet_age_seconds",
            "How long ago Babylon's last packet came.",
            of_health(record, |it| or_unknown(it.channel.last_packet_age_s)),
        ),
        by(
            "client_expires_seconds",
            "How long the light client on this side lives without an update; 0 when it is not active.",
            sides(&expires),
        ),
        by(
            "packets_unrelayed",
            "Packets that this side sent and that were not acknowledged.",
            sides(&|end| or_unknown(end.unrelayed)),
        ),
        by("oldest_unrelayed_seconds", "How long the oldest of them has been seen to wait.", sides(&oldest)),
    ]
}

fn bitcoin(record: &Record, now_ms: u64) -> Vec<Family> {
    let get = |value: fn(&HealthResponse) -> f64| of_health(record, value);
    let stamped = record.health.as_ref().map(|health| health.timestamps.height).filter(|height| *height > 0);
    let age = match (stamped, record.tip) {
        (Some(height), Some((tip, time))) => seconds(
            now_ms
                .saturating_sub(time)
                .saturating_add(tip.saturating_sub(height).saturating_mul(record.block_ms())),
        ),
        _ => UNKNOWN,
    };
    vec![
        gauge(
            "btc_tip_height",
            "The light client's last Bitcoin height.",
            get(|it| or_unknown(it.bitcoin.tip_height.map(u64::from))),
        ),
        gauge(
            "btc_tip_age_seconds",
            "How old its tip is, by the tip's own time.",
            get(|it| or_unknown(it.bitcoin.tip_age_s)),
        ),
        gauge(
            "timestamped_height",
            "The highest height that is timestamped.",
            get(|it| float(it.timestamps.height)),
        ),
        gauge("timestamp_age_seconds", "How long ago that height's block was made, about.", age),
        gauge(
            "checkpoints_waiting",
            "Checkpoints that wait until Bitcoin has buried them.",
            get(|it| float(it.timestamps.waiting)),
        ),
    ]
}

fn books(record: &Record) -> Vec<Family> {
    let get = |value: fn(&HealthResponse) -> f64| of_health(record, value);
    let states = |of: &[(&str, f64)]| {
        of.iter().map(|(state, value)| (vec![("state", (*state).to_owned())], *value)).collect()
    };
    let paused = ["packet_intake", "rewards"].map(|what| {
        let is = of_health(record, |health| flag(health.paused.iter().any(|paused| paused == what)));
        (vec![("what", what.to_owned())], is)
    });
    let known = |is: Option<bool>| is.map_or(UNKNOWN, flag);
    vec![
        gauge(
            "quarantined",
            "Staking items that could not be applied.",
            get(|it| float(it.staking.quarantined)),
        ),
        gauge("queued", "Staking items that wait to be worked off.", get(|it| float(it.staking.queued))),
        by(
            "outbox",
            "Evidence on its way to Babylon.",
            states(&[
                ("waiting", get(|it| float(it.outbox.waiting))),
                ("refused", get(|it| float(it.outbox.refused))),
            ]),
        ),
        by("rewards", "Rewards by where they are, in units of the denom.", rewards(record)),
        gauge("alarms", "How many alarms the contract itself has.", get(|it| float(it.alarms.len() as u64))),
        by("paused", "What is paused.", paused.to_vec()),
        gauge("code_pinned", "Whether the contract's code stays in memory.", known(record.code.pinned)),
        gauge(
            "code_known",
            "Whether the contract's checksum is that of a release.",
            known(record.code.known),
        ),
        counter(
            "evidence_submitted",
            "Equivocations that were proven, since this program runs.",
            record.totals.evidence,
        ),
    ]
}

fn rewards(record: &Record) -> Vec<(Labels, f64)> {
    let Some(health) = &record.health else { return Vec::new() };
    let books = &health.rewards;
    let states = [
        ("owed", &books.owed),
        ("undistributed", &books.undistributed),
        ("handed_over", &books.handed_over),
        ("burned", &books.burned),
    ];
    let mut denoms: Vec<&String> =
        states.iter().flat_map(|(_, list)| list.iter().map(|it| &it.denom)).collect();
    denoms.sort();
    denoms.dedup();
    let of = |list: &[Amount], denom: &String| {
        list.iter().find(|it| it.denom == *denom).map_or(0.0, |it| whole(it.amount.u128()))
    };
    let sample = |denom: &String| {
        states.map(|(state, list)| {
            (vec![("denom", denom.clone()), ("state", state.to_owned())], of(list, denom))
        })
    };
    denoms.into_iter().take(DENOMS).flat_map(sample).collect()
}

#[expect(clippy::cast_precision_loss, reason = "an amount is shown, not reckoned with")]
fn whole(amount: u128) -> f64 {
    amount as f64
}

fn providers(record: &Record) -> Vec<Family> {
    let each = |value: &dyn Fn(&Provider) -> f64| -> Vec<(Labels, f64)> {
        let labels =
            |one: &Provider| vec![("fp", one.key.clone()), ("moniker", one.name.clone().unwrap_or_default())];
        record.providers.iter().map(|one| (labels(one), value(one))).collect()
    };
    let tip = record.height();
    let stamped = record.health.as_ref().map_or(0, |health| health.timestamps.height);
    let runway = |one: &Provider| {
        if record.block_ms() == 0 {
            return UNKNOWN;
        }
        seconds(one.timestamped_end(tip, stamped).saturating_sub(tip).saturating_mul(record.block_ms()))
    };
    let count = |name, help, value: &dyn Fn(&Provider) -> f64| Family {
        name,
        help,
        counts: true,
        samples: each(value),
    };
    vec![
        by(
            "fp_power",
            "Power in the active set, in sats; 0 outside of it.",
            each(&|one| if one.active { float(one.power) } else { 0.0 }),
        ),
        count("fp_voted", "Settled heights that it voted at, since this program runs.", &|one| {
            float(one.voted)
        }),
        count("fp_missed", "Settled heights that it did not vote at.", &|one| float(one.missed)),
        by(
            "fp_last_voted_height",
            "The last height that it was seen to vote at; 0 for none.",
            each(&|one| float(one.last_voted)),
        ),
        by(
            "fp_randomness_end_height",
            "The last height that it has committed randomness for.",
            each(&|one| float(one.randomness_end())),
        ),
        by(
            "fp_randomness_runway_seconds",
            "How long it can vote with randomness that is timestamped, about.",
            each(&runway),
        ),
        by(
            "fp_randomness_timestamped_height",
            "The last height of timestamped randomness without a break.",
            each(&|one| float(one.timestamped_end(tip, stamped))),
        ),
        by("fp_jailed", "Whether it is in jail.", each(&|one| flag(one.jailed_until_s > 0))),
        by("fp_slashed", "Whether it is slashed.", each(&|one| flag(one.slashed_height > 0))),
    ]
}

fn program(record: &Record, now_ms: u64) -> Vec<Family> {
    let reading = &record.reading;
    let answered = reading.fault.is_none() && reading.last_ok.is_some() && reading.lost(now_ms).is_none();
    let age = reading.last_ok.map_or(UNKNOWN, |at| seconds(now_ms.saturating_sub(at)));
    let found = judge(record, now_ms);
    let count = |level: Level| float(found.iter().filter(|check| check.level == level).count() as u64);
    let levels = [Level::Critical, Level::Warning, Level::Unknown];
    let checks = levels.map(|level| (vec![("level", level.word().to_owned())], count(level))).to_vec();
    let version = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    vec![
        by("checks", "What needs attention, by how bad it is.", checks),
        gauge(
            "fps_left_out",
            "Finality providers that have no series since there are too many.",
            float(record.left_out),
        ),
        gauge("scrape_ok", "Whether the chain could be read in the last round of questions.", flag(answered)),
        gauge("scrape_seconds", "How long that round took.", seconds(reading.took_ms)),
        gauge("scrape_age_seconds", "How long ago the node last answered whole.", age),
        by("build_info", "This program.", vec![(version, 1.0)]),
    ]
}
