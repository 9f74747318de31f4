//! The page.

use std::fmt::Write;

use crate::args::Args;
use crate::charts::{self, Series};
use crate::claims::Claim;
use crate::stage::Stage;
use crate::story::Told;
use crate::view::View;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;color:#1f2933;background:#fbfbfa;max-width:1000px;\
margin:40px auto;padding:0 20px}h1{font-size:26px;margin:0}h2{font-size:17px;margin:36px 0 4px}\
p{color:#52606d;margin:2px 0 12px}svg{width:100%;background:#fff;border:1px solid #e4e7eb;border-radius:8px;\
padding:8px;box-sizing:border-box}table{border-collapse:collapse;width:100%;background:#fff;\
border:1px solid #e4e7eb;border-radius:8px}td{padding:6px 12px;border-top:1px solid #eef0f2}\
.ok{color:#0b7a5b}.bad{color:#c0262d;font-weight:600}text{font-size:11px;fill:#52606d}\
.label{text-anchor:end}.inside{fill:#fff;font-size:12px}.axis{stroke:#9aa5b1;fill:none}\
.grid{stroke:#eef0f2;fill:none}.bar{fill:#3e7cb1}.none{fill:#c9ced6}.voted{fill:#2fa37c}\
.missed{fill:#f2b8a2}.outside{fill:#e4e7eb}.twice{fill:#c0262d}.skipped{fill:#f4e3a1}\
i{display:inline-block;width:11px;height:11px;border-radius:2px;margin:0 5px 0 14px}";

const COLOURS: [&str; 6] = ["#3e7cb1", "#2fa37c", "#8a63b8", "#d08a2e", "#5b7083", "#b5517a"];

/// The whole page.
pub fn page(stage: &Stage, told: &Told, view: &View, claims: &[Claim], args: &Args) -> String {
    let last = view.rows.last().map_or(told.start, |row| row.height);
    let span = (told.start, last);
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Finality, measured</title>\
         <style>{STYLE}</style>\n<h1>Finality, measured</h1>\n<p>{} finality providers, heights {} to {last}, \
         seed {}, on {}.</p>\n{}",
        args.fps,
        told.start,
        args.seed,
        made_of(stage),
        table(claims)
    );
    let lags: Vec<_> = view.rows.iter().map(|row| (row.height, row.lag)).collect();
    let mut sections = vec![
        (
            "Finality lag",
            "Blocks between a height and its quorum. Grey: no quorum of its own, final by a later one.".to_owned(),
            charts::bars("finality lag per height", span, &lags),
        ),
        (
            "Votes",
            "<i style=\"background:#2fa37c\"></i>voted<i style=\"background:#f2b8a2\"></i>absent\
             <i style=\"background:#e4e7eb\"></i>not in the set<i style=\"background:#f4e3a1\"></i>height skipped\
             <i style=\"background:#c0262d\"></i>signed twice"
                .to_owned(),
            votes(stage, told, view, span),
        ),
        (
            "Power",
            "Who may decide: at first, with one in jail, in the end.".to_owned(),
            power(stage, told, view, last),
        ),
        (
            "Stake",
            "Millions of sats: what Babylon says is staked, and what counts. Stake counts once Bitcoin shows its transaction, \
             and no longer than until Bitcoin shows its spend."
                .to_owned(),
            stakes(stage, last),
        ),
        (
            "Bitcoin",
            "Height of the miners' chain and of our light client's. A reorganization drops a checkpoint on the way."
                .to_owned(),
            bitcoin(stage, span),
        ),
    ];
    sections.extend(costs(stage, span));
    for (title, text, chart) in sections {
        let _ = writeln!(page, "<h2>{title}</h2>\n<p>{text}</p>\n{chart}");
    }
    page + "</html>"
}

/// What ran.
fn made_of(stage: &Stage) -> &'static str {
    if stage.network.chain.counts_gas() {
        "the real wasm, in the virtual machine that chains use"
    } else {
        "the contracts compiled natively, not on the wasm that a chain runs"
    }
}

/// The charts of gas; natively the sentence that there is none.
fn costs(stage: &Stage, span: (u64, u64)) -> Vec<(&'static str, String, String)> {
    if !stage.network.chain.counts_gas() {
        let text = "Not measured: only the virtual machine counts it. `cargo xtask demo` does.".to_owned();
        return vec![("Gas", text, String::new())];
    }
    vec![
        (
            "Gas of calls",
            "SDK gas of every vote, packet and rare call.".to_owned(),
            gas(stage, span, &["vote", "packet", "proof of stake in bitcoin", "equivocation", "unjail"]),
        ),
        (
            "Gas of hooks",
            "SDK gas of every hook that took effect.".to_owned(),
            gas(stage, span, &["BeginStaking", "BeginFinality", "EndFinality"]),
        ),
    ]
}

fn table(claims: &[Claim]) -> String {
    let row = |c: &Claim| {
        let (class, mark) = if c.ok { ("ok", "holds") } else { ("bad", "fails") };
        let (claim, measured) = (escape(c.claim), escape(&c.measured));
        format!("<tr><td class=\"{class}\">{mark}</td><td>{claim}</td><td>{measured}</td></tr>\n")
    };
    format!("<table>\n{}</table>\n", claims.iter().map(row).collect::<String>())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn name(stage: &Stage, index: usize) -> String {
    let key = stage.network.fps[index].public_key_hex();
    format!("{index} {}", key.chars().take(8).collect::<String>())
}

fn votes(stage: &Stage, told: &Told, view: &View, span: (u64, u64)) -> String {
    let row = |index: usize| {
        let key = stage.network.fps[index].public_key_hex();
        let cell = |row: &crate::view::Row| {
            let class = if index == told.cheat && row.height == told.cheat_height {
                "twice"
            } else if row.voters.contains(&key) {
                "voted"
            } else if row.vote == "skipped" {
                "skipped"
            } else if row.set.contains_key(&key) {
                "missed"
            } else {
                "outside"
            };
            (row.height, class)
        };
        (name(stage, index), view.rows.iter().map(cell).collect())
    };
    let rows: Vec<_> = (0..stage.network.fps.len()).map(row).collect();
    charts::matrix("votes by finality provider and height", span, &rows)
}

fn power(stage: &Stage, told: &Told, view: &View, last: u64) -> String {
    let in_jail = told.jailed_at.map_or(told.dark_from, |height| height + 1);
    let rows: Vec<_> = [told.start, in_jail, last]
        .into_iter()
        .map(|height| {
            let part = |index: usize| {
                let key = stage.network.fps[index].public_key_hex();
                let colour = COLOURS[index % COLOURS.len()].to_owned();
                (name(stage, index), colour, view.power(&key, height))
            };
            (format!("height {height}"), (0..stage.network.fps.len()).map(part).collect())
        })
        .collect();
    charts::splits("power by finality provider", &rows)
}

/// From the first block on: stake waits before anybody votes.
fn stakes(stage: &Stage, last: u64) -> String {
    let first = stage.stakes.first().map_or(last, |(height, _, _)| *height);
    let of = |sats: fn(&(u64, u64, u64)) -> u64| {
        stage.stakes.iter().map(|seen| (seen.0, sats(seen) / 1_000_000)).collect()
    };
    let series = [("Babylon says", of(|seen| seen.2)), ("counts here", of(|seen| seen.1))];
    let series = series.into_iter().zip(COLOURS);
    let series = series.map(|((name, points), colour)| Series { name: name.to_owned(), colour, points });
    charts::dots("stake over heights", (first, last), &series.collect::<Vec<_>>())
}

fn bitcoin(stage: &Stage, span: (u64, u64)) -> String {
    let seen = stage.tips.iter().filter(|(height, _, _)| *height >= span.0);
    let miners = seen.clone().map(|(height, _, miners)| (*height, *miners)).collect();
    let ours = seen.map(|(height, ours, _)| (*height, *ours)).collect();
    let series = [("the miners", miners), ("our light client", ours)].into_iter().zip(COLOURS);
    let series = series.map(|((name, points), colour)| Series { name: name.to_owned(), colour, points });
    charts::dots("height of Bitcoin over heights", span, &series.collect::<Vec<_>>())
}

fn gas(stage: &Stage, span: (u64, u64), kinds: &[&str]) -> String {
    let series = kinds.iter().zip(COLOURS).map(|(kind, colour)| {
        let costs = stage.costs.iter().filter(|cost| cost.what == *kind && cost.height >= span.0);
        let points = costs.map(|cost| (cost.height, cost.gas)).collect();
        Series { name: (*kind).to_owned(), colour, points }
    });
    charts::dots("gas over heights", span, &series.collect::<Vec<_>>())
}
