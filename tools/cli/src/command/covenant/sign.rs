//! `bsn covenant sign`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Error, Result, anyhow};
use clap::Args as Group;
use covenant::XOnlyKey;
use serde_json::json;

use super::{Means, public};
use crate::args::duration;
use crate::bitcoin::Ledger;
use crate::command::of_terms::{Known, chain_id};
use crate::committee::allowance::Allowance;
use crate::committee::file::{Request, ShareFile};
use crate::committee::member::Member;
use crate::committee::record::{self, Head};
use crate::config::{Output, Setup};
use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::vote::show::Say;
use crate::vote::state::Disk;

/// `bsn covenant sign`. Exit codes: 0 signed, 1 refused or failed, 2 called in a wrong way.
#[derive(Debug, Group)]
pub struct Sign {
    /// Requests of stakers; the signatures are written beside each, as NAME.MEMBER.share.json.
    #[arg(value_name = "FILE", required_unless_present_any = ["watch", "create"])]
    pub request: Vec<PathBuf>,
    /// Sign what is put into this folder as NAME.request.json, until it is interrupted.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["request", "create"])]
    pub watch: Option<PathBuf>,
    /// The time between two looks at that folder.
    #[arg(long, default_value = "5s", value_parser = duration, requires = "watch")]
    pub every: Duration,
    /// Make the record and end. Only while no other program signs with this key.
    #[arg(long, conflicts_with = "request")]
    pub create: bool,
    /// Bitcoin with its transactions: esplora=URL, or rpc=URL of a bitcoind. A member asks its own node.
    #[arg(long, env = "BSN_BITCOIN", value_name = "KIND=URL", required_unless_present = "create")]
    pub bitcoin: Option<Source>,
    /// Who signs.
    #[command(flatten)]
    pub means: Means,
}

/// Signs, or with --watch goes on until it is interrupted.
///
/// # Errors
/// One sentence: the first request that was refused; the others are signed all the same.
pub fn run(args: &Sign) -> Result<()> {
    let setup = Setup::load(&args.means.common)?;
    let key = args.means.key()?;
    let say = Say::new(setup.output == Output::Json);
    if args.create {
        return created(&args.means, &setup, public(&key), &say);
    }
    let (known, record) = args.means.open(&setup, &key)?;
    let source = args.bitcoin.as_ref().context("name Bitcoin by --bitcoin")?;
    let outside = Outside::new(source, setup.timeout)?;
    let (versions, chain_id) = (known.versions()?, known.chain_id().to_owned());
    let (bitcoin, allowance) = (&outside as &dyn Ledger, Allowance::NONE);
    let mut member = Member { key, chain_id, versions, registry: &known, bitcoin, record, allowance };
    match &args.watch {
        None => each(&mut member, &args.request, &say),
        Some(folder) => watch(args.every, &known, &mut member, folder, say),
    }
}

fn created(means: &Means, setup: &Setup, member: XOnlyKey, say: &Say) -> Result<()> {
    record::create(&means.record, &Head { chain_id: chain_id(setup)?, member })?;
    let shown = means.record.display().to_string();
    say.event(
        &format!("made {shown}: nothing was signed by {member}"),
        &json!({ "event": "created", "record": shown, "member": member.to_string() }),
    );
    Ok(())
}

type One<'a, D> = Member<'a, D, Known, dyn Ledger + 'a>;

fn each<D: Disk>(member: &mut One<'_, D>, requests: &[PathBuf], say: &Say) -> Result<()> {
    let mut refused = None;
    for path in requests {
        if let Err(error) = one(member, path, say) {
            let why = format!("{}: {error:#}", path.display());
            say.event(&format!("refused {why}"), &json!({ "event": "refused", "why": why }));
            refused = refused.or(Some(why));
        }
    }
    refused.map_or(Ok(()), |why| Err(anyhow!("{why}")))
}

fn watch<D: Disk>(
    every: Duration,
    known: &Known,
    member: &mut One<'_, D>,
    folder: &Path,
    mut say: Say,
) -> Result<()> {
    let mut seen = BTreeMap::new();
    loop {
        match known.versions() {
            Ok(versions) => member.versions = versions,
            Err(error) => say.note(&format!("{error:#}")),
        }
        for path in waiting(folder, member)? {
            let why = match one(member, &path, &say) {
                Ok(()) => continue,
                Err(error) => format!("{}: {error:#}", path.display()),
            };
            if seen.insert(path, why.clone()).is_none_or(|before| before != why) {
                say.event(&format!("refused {why}"), &json!({ "event": "refused", "why": why }));
            }
        }
        std::thread::sleep(every);
    }
}

/// The requests in a folder that this member has not answered.
fn waiting<D: Disk>(folder: &Path, member: &One<'_, D>) -> Result<Vec<PathBuf>> {
    let shown = folder.display();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {shown}"))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {shown}"))?.path();
        let is_request = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(REQUEST));
        if is_request && !answer(&path, &public(&member.key)).exists() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

const REQUEST: &str = ".request.json";

/// Where a member answers a request.
fn answer(request: &Path, member: &XOnlyKey) -> PathBuf {
    let name = request.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = name.strip_suffix(REQUEST).or_else(|| name.strip_suffix(".json")).unwrap_or(&name);
    let member: String = member.to_string().chars().take(8).collect();
    request.with_file_name(format!("{stem}.{member}.share.json"))
}

fn one<D: Disk>(member: &mut One<'_, D>, path: &Path, say: &Say) -> Result<()> {
    let text = std::fs::read_to_string(path).context("cannot read it")?;
    let request = Request::read(&text).map_err(Error::msg)?;
    let (stake, share) = member.sign(&request)?;
    let file = ShareFile::new(&request.chain_id, &stake, &share);
    let target = answer(path, &share.member);
    crate::vote::state::replace(&target, &file.text()?)?;
    let shown = target.display().to_string();
    say.event(
        &format!("signed {stake}: {shown}"),
        &json!({ "event": "signed", "stake": stake.to_string(), "share": shown }),
    );
    Ok(())
}
