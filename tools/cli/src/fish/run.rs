//! Judges what the sources report, pursues what was found, and says so.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use finality::Evidence;
use primitives::{FpPublicKey, SigningContext};
use serde_json::{Value, json};

use super::deed::{Deed, Outcome};
use super::net::{ENTRY, Net};
use super::proof::Finding;
use super::source::{Looked, Report};
use super::store::Store;
use super::watch::{News, Watch, registered};
use super::{Vote, show};
use crate::command::of_setup::Chain;
use crate::exit::Exit;
use crate::keys::Sender;

/// A key is public, and no evidence can be sent.
pub const LEAKED: u8 = 4;
/// Something was found, and not sent.
pub const UNSENT: u8 = 5;
/// How often the contract is asked who is registered, where an unknown key votes.
const REGISTRY: Duration = Duration::from_secs(30);
/// How often progress is shown.
const SHOWN: Duration = Duration::from_secs(2);
/// How long is waited for a report.
const TICK: Duration = Duration::from_millis(200);
/// The first pause after evidence that did not get through, and the longest.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];
/// How often evidence is tried where the past is read and the program then ends.
const TRIES: u32 = 5;

/// How it is done.
#[derive(Debug, Clone)]
pub struct Options {
    /// The heights that are read, where it ends.
    pub range: Option<(u64, u64)>,
    /// How much is kept.
    pub bytes: usize,
    /// Where it is kept over a restart.
    pub store: Option<PathBuf>,
    /// Whether programs read what is said.
    pub is_json: bool,
    /// How many sources report.
    pub sources: usize,
}

/// Evidence that is not settled.
struct Case {
    evidence: Evidence,
    tries: u32,
    not_before: Instant,
}

/// Whoever watches.
pub struct Fisher<'a> {
    watch: Watch,
    store: Option<Store>,
    deed: Deed<'a>,
    is_json: bool,
    range: Option<(u64, u64)>,
    open: BTreeMap<FpPublicKey, Case>,
    found: usize,
    leaked: usize,
    unsent: usize,
    sources: usize,
    useless: Vec<String>,
    asked: Instant,
    begun: Instant,
    shown: Instant,
}

impl<'a> Fisher<'a> {
    /// Begins with what is stored.
    ///
    /// # Errors
    /// If the chain does not say who is registered, or for a file that is none of ours.
    pub fn begin(options: &Options, chain: &'a Chain, sender: Option<&'a Sender>) -> Result<Self> {
        let Options { range, bytes, is_json, sources, .. } = *options;
        let (client, contract) = (&chain.client, chain.contract.as_str());
        let context = SigningContext::finality_vote(&chain.id, contract);
        let now = Instant::now();
        let mut fisher = Self {
            watch: Watch::new(context, Net::of_bytes(bytes), registered(client, contract)?),
            store: None,
            deed: Deed { client, contract, sender },
            is_json,
            range,
            open: BTreeMap::new(),
            found: 0,
            leaked: 0,
            unsent: 0,
            sources,
            useless: Vec::new(),
            asked: now,
            begun: now,
            shown: now,
        };
        if let Some(path) = &options.store {
            let (store, votes) = Store::open(path, &chain.id, contract, bytes / ENTRY)?;
            for vote in &votes {
                let news = fisher.watch.restore(vote, &path.display().to_string())?;
                fisher.hear(news.into_iter().collect());
            }
            fisher.store = Some(store);
        }
        Ok(fisher)
    }

    /// Watches until all sources have ended.
    ///
    /// # Errors
    /// One sentence; [`Exit`] with [`LEAKED`] or [`UNSENT`].
    pub fn watch(&mut self, heard: &Receiver<Report>) -> Result<()> {
        let (count, contract) = (self.watch.registered(), self.deed.contract);
        self.say(&show::watching(count, contract, self.sources), &show::watching_json(count, contract));
        let mut going = self.sources;
        while going > 0 || !self.open.is_empty() && self.range.is_some() {
            match heard.recv_timeout(TICK) {
                Ok(Report::Looked(looked)) => self.look(&looked)?,
                Ok(Report::Away { node, why }) => self.trouble("away", &node, &why),
                Ok(Report::Back { node }) => self.trouble("back", &node, &format!("{node} answers again")),
                Ok(Report::Useless { node, why }) => {
                    self.trouble("useless", &node, &why);
                    self.useless.push(why);
                    going -= 1;
                }
                Ok(Report::Done) => going -= 1,
                Err(RecvTimeoutError::Timeout) => {}
                // All threads have ended; what is open is tried on.
                Err(RecvTimeoutError::Disconnected) if self.open.is_empty() => break,
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(PAUSES[0]),
            }
            self.ask_for_strangers()?;
            self.pursue();
        }
        self.end()
    }

    fn look(&mut self, looked: &Looked) -> Result<()> {
        let (news, kept) = self.watch.take(looked)?;
        self.keep(&kept)?;
        self.hear(news);
        if let Some((from, to)) = self.range
            && (self.shown.elapsed() >= SHOWN || looked.next > to)
        {
            self.shown = Instant::now();
            let line =
                show::progress(from, to, looked.next, &self.watch.tally, self.found, self.begun.elapsed());
            let end = if std::io::stderr().is_terminal() && looked.next <= to { '\r' } else { '\n' };
            eprint!("{}  {line}{end}", looked.node);
        }
        Ok(())
    }

    fn keep(&mut self, votes: &[Vote]) -> Result<()> {
        match &mut self.store {
            Some(store) => store.add(votes, self.watch.net()),
            None => Ok(()),
        }
    }

    fn ask_for_strangers(&mut self) -> Result<()> {
        if !self.watch.has_strangers() || self.asked.elapsed() < REGISTRY && self.range.is_none() {
            return Ok(());
        }
        self.asked = Instant::now();
        // Who does not answer now is asked again.
        if let Ok(registered) = registered(self.deed.client, self.deed.contract) {
            let (news, kept) = self.watch.admit(registered)?;
            self.keep(&kept)?;
            self.hear(news);
        }
        Ok(())
    }

    fn hear(&mut self, news: Vec<News>) {
        for news in news {
            if let News::Found { finding, .. } = &news {
                self.found += 1;
                match finding {
                    Finding::TwoHashes { evidence, .. } => {
                        let case = Case { evidence: **evidence, tries: 0, not_before: Instant::now() };
                        self.open.entry(evidence.provider).or_insert(case);
                    }
                    Finding::NonceAgain { .. } => self.leaked += 1,
                    Finding::TwoNonces { .. } => {}
                }
            }
            self.say(&show::news(&news), &show::news_json(&news));
        }
    }

    /// Sends what is open and due.
    fn pursue(&mut self) {
        let now = Instant::now();
        let due = self.open.iter().filter(|(_, case)| case.not_before <= now);
        let due: Vec<(FpPublicKey, Evidence)> = due.map(|(key, case)| (*key, case.evidence)).collect();
        for (key, evidence) in due {
            let outcome = self.deed.carry_out(&evidence);
            let fp = key.to_string();
            self.say(&show::outcome(&fp, &outcome), &show::outcome_json(&fp, &outcome));
            match outcome {
                Outcome::Slashed { .. } | Outcome::Already { .. } => {
                    self.open.remove(&key);
                    self.watch.settle(&key);
                }
                Outcome::Dry(_) => {
                    self.open.remove(&key);
                    self.watch.settle(&key);
                    self.unsent += 1;
                }
                Outcome::Failed(_) => self.put_off(&key),
            }
        }
    }

    fn put_off(&mut self, key: &FpPublicKey) {
        let Some(case) = self.open.get_mut(key) else { return };
        let [first, longest] = PAUSES;
        case.not_before = Instant::now() + first.saturating_mul(1 << case.tries.min(10)).min(longest);
        case.tries += 1;
        if self.range.is_some() && case.tries >= TRIES {
            self.open.remove(key);
            self.unsent += 1;
        }
    }

    fn end(&self) -> Result<()> {
        self.say(&show::end(&self.watch.tally, self.found), &show::end_json(&self.watch.tally, self.found));
        if self.useless.len() == self.sources {
            bail!("{}", self.useless.join("; "));
        }
        let exit = |code, text: &str| Err(Exit { code, text: text.to_owned() }.into());
        match (self.unsent, self.leaked) {
            (0, 0) => Ok(()),
            (0, _) => exit(
                LEAKED,
                "a key is public, and the contract can take no evidence of it: see the alarm above",
            ),
            (..) => exit(UNSENT, "evidence was found and not sent: see above"),
        }
    }

    fn say(&self, text: &str, value: &Value) {
        if self.is_json { println!("{value}") } else { println!("{text}") }
    }

    fn trouble(&self, what: &str, node: &str, why: &str) {
        if self.is_json {
            println!("{}", json!({ "event": what, "node": node, "why": why }));
        }
        eprintln!("{why}");
    }
}
