//! `bsn fp`: one finality provider, as its operator wants to see it.
//!
//! How long its randomness lasts, when it voted last, why it does not vote, its jail and the end of it, and what has to
//! be backed up. Everything is read from the chain: the daemon itself is not asked.

use serde::Serialize;

use crate::doctor::Snapshot;
use crate::doctor::check::provider::needed_runway_s;
use crate::doctor::daemon::{Voting, voting};
use crate::doctor::snapshot::{Absent, Part, Provider, bitcoin, percent, short, time_in_words};

/// What has to be kept safe, and why. Randomness is not in it: eotsd derives it from the key.
pub const BACK_UP: [(&str, &str); 3] = [
    (
        "the BTC key (eotsd's keyring)",
        "without it the stake cannot vote; whoever else has it can have you slashed",
    ),
    (
        "eotsd's database (eots.db), or the state of `bsn vote`",
        "the record of what was signed: back it up after each vote or never restore it, for an old one lets you sign twice",
    ),
    ("the operator's key (fpd's keyring)", "it pays for votes and leaves jail"),
];

/// One finality provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Card {
    /// Its key, x-only, hexadecimal.
    pub btc_pk_hex: String,
    /// The chain.
    pub chain_id: String,
    /// The height at which it was looked at.
    pub height: u64,
    /// Its stake in sats.
    pub sats: u64,
    /// Its power in sats.
    pub power: u64,
    /// The power of everybody.
    pub total_power: String,
    /// Its place by stake, from 1.
    pub rank: usize,
    /// How many there are.
    pub of: usize,
    /// Whether it votes.
    pub votes: bool,
    /// How it is with its votes, in one sentence.
    pub voting: String,
    /// The height of its last vote; 0 without any.
    pub last_vote: u64,
    /// At how many of the last heights it voted, and how many these are.
    pub recent: (usize, usize),
    /// How many heights it may miss in a window before it goes to jail, and how many the window has.
    pub may_miss: Option<(u64, u64)>,
    /// The last height that it has committed randomness for; 0 without any.
    pub committed_to: Option<u64>,
    /// The last height that it can vote at by what is timestamped.
    pub usable_to: Option<u64>,
    /// How long its randomness lasts, in seconds.
    pub runway_s: Option<u64>,
    /// How long new randomness takes until it counts, in seconds.
    pub needed_s: u64,
    /// The end of its jail term, in seconds since 1970.
    pub jailed_until: Option<u64>,
    /// How long that is, in seconds, by the chain's clock; 0 if it is over.
    pub jail_left_s: Option<u64>,
    /// Whether it is slashed.
    pub slashed: bool,
    /// What to do.
    pub hint: String,
}

/// Whom a key, or the beginning of one, means.
///
/// # Errors
/// One sentence: nobody, several, or the finality providers were not read.
pub fn find<'a>(snapshot: &'a Snapshot, key: &str) -> Result<&'a Provider, String> {
    let key = key.to_lowercase();
    let providers = snapshot.providers.as_ref().map_err(reason)?;
    if key.len() < 4 || !key.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(format!("`{key}` is no BTC key: 64 hexadecimal characters, or at least the first four"));
    }
    let found: Vec<&Provider> = providers.iter().filter(|provider| provider.key.starts_with(&key)).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("no finality provider of {} has the key {key}", snapshot.tip.chain_id)),
        several => Err(format!("{} finality providers have a key that begins with {key}", several.len())),
    }
}

/// Why a part is absent, in words.
pub fn reason(absent: &Absent) -> String {
    match absent {
        Absent::Needs(flag) => format!("needs {flag}"),
        Absent::Failed(why) | Absent::Nothing(why) => why.clone(),
    }
}

/// Everything about one.
///
/// # Errors
/// If its votes or its signing were not read.
pub fn card(snapshot: &Snapshot, provider: &Provider) -> Part<Card> {
    let voting = voting(provider, snapshot)?;
    let providers = snapshot.providers.as_ref().map_or(&[][..], Vec::as_slice);
    let recent = recent(snapshot, provider);
    let timestamped = snapshot.health.as_ref().map_or(0, |health| health.timestamps.height);
    let (committed, usable) = (provider.committed_to().ok(), provider.usable_to(timestamped).ok());
    let signed = provider.signing.clone()?.map_or(0, |signing| signing.last_signed_height);
    let last_vote = match &voting {
        Voting::Votes { last } => *last,
        _ => last_seen(snapshot, provider).max(signed),
    };
    let jailed_until = provider.jailed_until();
    Ok(Card {
        btc_pk_hex: provider.key.clone(),
        chain_id: snapshot.tip.chain_id.clone(),
        height: snapshot.tip.height,
        sats: provider.sats,
        power: provider.power,
        total_power: snapshot.total_power().to_string(),
        rank: 1 + providers.iter().filter(|other| other.sats > provider.sats).count(),
        of: providers.len(),
        votes: voting.is_well(),
        voting: voting.text(snapshot.tip.time),
        last_vote,
        recent,
        may_miss: snapshot.config.as_ref().ok().map(|config| {
            let window = config.missed_blocks_window;
            (window - window * config.min_signed_percent.min(100) / 100, window)
        }),
        runway_s: committed.map(|to| snapshot.blocks_in_s(to.saturating_sub(snapshot.tip.height))),
        committed_to: committed,
        usable_to: usable,
        needed_s: needed_runway_s(snapshot),
        jail_left_s: jailed_until.map(|until| until.saturating_sub(snapshot.tip.time)),
        jailed_until,
        slashed: provider.slashed,
        hint: voting.hint().replace("{subject}", &provider.key),
    })
}

/// At how many of the last heights it voted, of those that had their time.
fn recent(snapshot: &Snapshot, provider: &Provider) -> (usize, usize) {
    let votes = snapshot.votes.as_ref().map_or(&[][..], Vec::as_slice);
    let settled: Vec<_> = votes.iter().filter(|votes| votes.height + 1 < snapshot.tip.height).collect();
    (settled.iter().filter(|votes| votes.keys.contains(&provider.key)).count(), settled.len())
}

fn last_seen(snapshot: &Snapshot, provider: &Provider) -> u64 {
    let votes = snapshot.votes.as_ref().map_or(&[][..], Vec::as_slice);
    votes.iter().rev().find(|votes| votes.keys.contains(&provider.key)).map_or(0, |votes| votes.height)
}

impl Card {
    /// Its lines: what, and how it is.
    pub fn rows(&self, snapshot: &Snapshot) -> Vec<(&'static str, String)> {
        let total: u128 = self.total_power.parse().unwrap_or_default();
        let (voted, of) = self.recent;
        let share = if self.power == 0 {
            "no power".to_owned()
        } else {
            format!("{} of the power", percent(self.power.into(), total))
        };
        let mut rows = vec![
            (
                "stake",
                format!("{}, {share}, {} of {} by stake", bitcoin(self.sats.into()), self.rank, self.of),
            ),
            ("votes", self.voting.clone()),
            ("recent", format!("{voted} of the last {of} heights{}", self.budget())),
            ("runway", self.runway(snapshot)),
            ("jail", self.jail()),
        ];
        if self.slashed {
            rows.push(("slashed", "yes, for good".to_owned()));
        }
        if !self.hint.is_empty() {
            rows.push(("try", self.hint.clone()));
        }
        rows
    }

    fn budget(&self) -> String {
        match self.may_miss {
            None => String::new(),
            Some((misses, window)) => format!("; jailed after more than {misses} misses in {window}"),
        }
    }

    fn runway(&self, snapshot: &Snapshot) -> String {
        let (Some(committed), Some(usable)) = (self.committed_to, self.usable_to) else {
            return "its commitments were not read".to_owned();
        };
        if committed == 0 {
            return "it has never committed randomness".to_owned();
        }
        let left = |to: u64| snapshot.blocks_in_words(to.saturating_sub(self.height));
        let needed = time_in_words(self.needed_s);
        let soon = if self.runway_s.unwrap_or_default() < self.needed_s {
            format!("; commit now: new randomness counts after about {needed}")
        } else {
            String::new()
        };
        if usable >= committed {
            return format!("randomness up to {committed}, all timestamped: {}{soon}", left(committed));
        }
        format!(
            "randomness up to {committed}: {}; of it timestamped up to {usable}: {}{soon}",
            left(committed),
            left(usable)
        )
    }

    fn jail(&self) -> String {
        match self.jail_left_s {
            None => "it is not in jail".to_owned(),
            Some(0) => "its term is over: it may ask to be let in again".to_owned(),
            Some(left) => format!("for {} more", time_in_words(left)),
        }
    }

    /// For people.
    pub fn text(&self, snapshot: &Snapshot) -> String {
        let mut lines = vec![
            format!("{} on {} at height {}", self.btc_pk_hex, self.chain_id, self.height),
            String::new(),
        ];
        lines.extend(self.rows(snapshot).into_iter().map(|(name, value)| format!("{name:<8} {value}")));
        lines.push(String::new());
        lines.push("Back up:".to_owned());
        lines.extend(BACK_UP.iter().map(|(what, why)| format!("  {what}: {why}")));
        lines.join("\n")
    }
}

/// Everybody, a line each.
pub fn list(snapshot: &Snapshot) -> Result<String, String> {
    let providers = snapshot.providers.as_ref().map_err(reason)?;
    if providers.is_empty() {
        return Ok(format!("no finality provider is registered on {}", snapshot.tip.chain_id));
    }
    let lines = providers.iter().map(|provider| {
        let share = percent(provider.power.into(), snapshot.total_power());
        let said =
            voting(provider, snapshot).map_or_else(|absent| reason(&absent), |it| it.text(snapshot.tip.time));
        format!("{:<12} {:>8}  {said}", short(&provider.key), share)
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::recorded::{healthy, key};
    use crate::doctor::snapshot::{Commitment, Signing};

    fn text(change: impl FnOnce(&mut Snapshot)) -> String {
        let mut snapshot = healthy();
        change(&mut snapshot);
        let provider = find(&snapshot, &key(1)).unwrap();
        card(&snapshot, provider).unwrap().text(&snapshot)
    }

    #[test]
    fn an_operator_reads_how_it_is() {
        let expected = format!(
            "{} on app-1 at height 50000

stake    40 BTC, 30.7 % of the power, 1 of 4 by stake
votes    it votes, the last time at 49999
recent   28 of the last 28 heights; jailed after more than 50 misses in 100
runway   randomness up to 200000, all timestamped: 150000 blocks (10 d)
jail     it is not in jail

Back up:",
            key(1)
        );
        let text = text(|_| ());
        assert!(text.starts_with(&expected), "{text}");
        assert_eq!(text.lines().count(), 12);
    }

    #[test]
    fn a_jail_and_its_end_are_said_with_what_to_do() {
        let text = text(|snapshot| {
            let until = snapshot.tip.time + 3_600;
            snapshot.providers.as_mut().unwrap()[0].signing =
                Ok(Some(Signing { start_height: 1, last_signed_height: 49_000, jailed_until: Some(until) }));
        });
        assert!(
            text.contains("votes    it is in jail for 60 min more; its last vote was at 49000"),
            "{text}"
        );
        assert!(text.contains("jail     for 60 min more"), "{text}");
        assert!(text.contains(&format!("unjail-finality-provider {}", key(1))), "{text}");
    }

    #[test]
    fn a_runway_says_what_of_it_is_timestamped_and_when_to_commit() {
        let text = text(|snapshot| {
            snapshot.providers.as_mut().unwrap()[0].commitments = Ok(vec![
                Commitment { start: 51_001, count: 1_000, height: 49_999 },
                Commitment { start: 1, count: 51_000, height: 1 },
            ]);
        });
        let line = "runway   randomness up to 52000: 2000 blocks (3 h); of it timestamped up to 51000: 1000 blocks (100 min); commit now: new randomness counts after about 2 d";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn a_key_is_found_by_its_beginning() {
        let snapshot = healthy();
        assert_eq!(find(&snapshot, "0202").unwrap().key, key(2));
        assert_eq!(find(&snapshot, "ffff").unwrap_err(), "no finality provider of app-1 has the key ffff");
        assert!(find(&snapshot, "02").unwrap_err().starts_with("`02` is no BTC key"));
        let mut twins = healthy();
        twins.providers.as_mut().unwrap()[1].key = key(1);
        assert_eq!(
            find(&twins, &key(1)).unwrap_err(),
            format!("2 finality providers have a key that begins with {}", key(1))
        );
        let mut unread = healthy();
        unread.providers = Err(Absent::Failed("x hangs".to_owned()));
        assert_eq!(find(&unread, &key(1)).unwrap_err(), "x hangs");
    }

    #[test]
    fn without_a_key_everybody_is_listed() {
        let listed = list(&healthy()).unwrap();
        assert_eq!(listed.lines().count(), 4);
        assert!(listed.starts_with("010101…0101    30.7 %  it votes"), "{listed}");
    }
}
