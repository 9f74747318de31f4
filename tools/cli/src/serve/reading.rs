//! Whether the chain can be read; if not, since when, and why.

use bsn_rpc::Error;

use super::happening;

/// One lost answer is no news: what is known is old when reading has failed for so long.
const LOST_MS: u64 = 3_000;
/// Whoever reads has ended, or waits for answers, when nothing was read for so long.
const SILENT_MS: u64 = 60_000;

/// Why a round of questions was not answered whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// No node answers, or what answers is none.
    Away(String),
    /// A node answers, and the chain cannot be read of it: it still loads blocks, it is of another chain, the contract is
    /// another, a question is refused.
    Unreadable(String),
}

/// The last rounds of questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// When one was last answered whole, in milliseconds since 1970.
    pub last_ok: Option<u64>,
    /// Since when this is so.
    pub since: u64,
    /// Why the last one was not.
    pub fault: Option<Fault>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
}

impl Fault {
    /// Whose fault an error is.
    pub fn of(error: &anyhow::Error) -> Self {
        let why = happening::clip(&format!("{error:#}"));
        match error.downcast_ref::<Error>() {
            Some(
                Error::Unreachable { .. } | Error::Hangs { .. } | Error::Half { .. } | Error::NotRpc { .. },
            ) => Self::Away(why),
            _ => Self::Unreadable(why),
        }
    }

    /// In one sentence.
    pub fn why(&self) -> &str {
        match self {
            Self::Away(why) | Self::Unreadable(why) => why,
        }
    }
}

impl Reading {
    /// Why what is known is not of now: rounds have failed for some seconds, or there was none for a minute.
    pub fn lost(&self, now_ms: u64) -> Option<Fault> {
        let is_long = now_ms.saturating_sub(self.since) >= LOST_MS;
        if let Some(fault) = self.fault.as_ref().filter(|_| is_long) {
            return Some(fault.clone());
        }
        let silent = now_ms.saturating_sub(self.last_ok.unwrap_or(self.since));
        (silent >= SILENT_MS).then(|| Fault::Unreadable(format!("nothing was read for {} s", silent / 1_000)))
    }

    /// What `/api` calls it.
    pub fn state(&self, now_ms: u64) -> &'static str {
        match (self.lost(now_ms), self.last_ok) {
            (Some(Fault::Away(_)), _) => "away",
            (Some(Fault::Unreadable(_)), _) => "unreadable",
            (None, None) => "starting",
            (None, Some(_)) => "ok",
        }
    }

    /// A round was answered whole.
    pub fn answered(&mut self, now_ms: u64, took_ms: u64) {
        let is_new = self.fault.is_some() || self.last_ok.is_none();
        let since = if is_new { now_ms } else { self.since };
        *self = Self { last_ok: Some(now_ms), since, fault: None, took_ms };
    }

    /// One was not.
    pub fn failed(&mut self, fault: Fault, now_ms: u64, took_ms: u64) {
        if self.fault.is_none() {
            self.since = now_ms;
        }
        (self.fault, self.took_ms) = (Some(fault), took_ms);
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    fn at(node: &str) -> (String, String) {
        (node.to_owned(), "status".to_owned())
    }

    #[test]
    fn who_does_not_answer_is_told_from_what_cannot_be_read() {
        let (node, method) = at("http://node");
        let away = [
            Error::Unreachable { node: node.clone(), why: "refused".to_owned() },
            Error::Hangs { node: node.clone(), method: method.clone(), seconds: 5 },
            Error::NotRpc { node: node.clone(), method: method.clone(), status: 502, start: String::new() },
        ];
        for error in away {
            let shown = Fault::of(&anyhow::Error::from(error.clone()));
            assert_eq!(shown, Fault::Away(error.to_string()));
        }
        let query = Error::Query {
            path: "/q".to_owned(),
            code: 22,
            codespace: "wasm".to_owned(),
            log: "no such contract".to_owned(),
        };
        for error in [query, Error::Busy { node, method, status: 429 }] {
            let shown = Fault::of(&anyhow::Error::from(error.clone()).context("health"));
            assert_eq!(shown, Fault::Unreadable(format!("health: {error}")));
        }
        let own = Err::<(), _>(std::fmt::Error).context("it serves other-1, and before it was app-1");
        assert!(matches!(Fault::of(&own.unwrap_err()), Fault::Unreadable(_)));
    }

    #[test]
    fn one_lost_answer_is_no_news_and_silence_is_not_the_nodes() {
        let mut reading = Reading { since: 0, ..Reading::default() };
        assert_eq!(reading.state(1_000), "starting");
        reading.answered(1_000, 5);
        for (fault, state) in [
            (Fault::Away("refused".to_owned()), "away"),
            (Fault::Unreadable("loads".to_owned()), "unreadable"),
        ] {
            let mut reading = reading.clone();
            reading.failed(fault.clone(), 2_000, 5);
            reading.failed(fault.clone(), 4_000, 5);
            assert_eq!((reading.since, reading.last_ok, reading.state(4_999)), (2_000, Some(1_000), "ok"));
            assert_eq!((reading.state(5_000), reading.lost(5_000)), (state, Some(fault)));
            reading.answered(6_000, 5);
            assert_eq!((reading.since, reading.state(6_000)), (6_000, "ok"));
        }
        assert_eq!(reading.state(61_000), "unreadable", "whoever reads has ended");
    }
}
