//! One chain, asked part by part.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use bsn_rpc::{Client, Error};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::doctor::snapshot::{Absent, Part};

/// After so many questions that nobody answered, nobody is asked any more.
pub const PATIENCE: u32 = 3;
/// How many questions are under way at once.
const AT_ONCE: usize = 8;

/// A chain that is asked until it has failed too often.
pub struct Asker<'a> {
    /// Its nodes.
    pub client: &'a Client,
    /// How it is called.
    pub name: &'a str,
    failures: AtomicU32,
    last: Mutex<Option<String>>,
}

impl<'a> Asker<'a> {
    /// Nothing has failed yet.
    pub fn new(client: &'a Client, name: &'a str) -> Self {
        Self { client, name, failures: AtomicU32::new(0), last: Mutex::new(None) }
    }

    /// One part.
    ///
    /// # Errors
    /// [`Absent::Failed`], with the sentence of who is to blame.
    pub fn read<T>(&self, question: impl FnOnce(&Client) -> bsn_rpc::Result<T>) -> Part<T> {
        if self.failures.load(Ordering::Relaxed) >= PATIENCE {
            let last = self.last.lock().ok().and_then(|last| last.clone()).unwrap_or_default();
            return Err(Absent::Failed(last));
        }
        question(self.client).map_err(|error| {
            if error.is_passing() {
                self.failures.fetch_add(1, Ordering::Relaxed);
                if let Ok(mut last) = self.last.lock() {
                    *last = Some(error.to_string());
                }
            }
            Absent::Failed(error.to_string())
        })
    }

    /// A contract's answer.
    ///
    /// # Errors
    /// As [`read`](Self::read); and where the answer is not what the contract says that it is.
    pub fn smart<T: DeserializeOwned>(&self, contract: &str, message: &Value) -> Part<T> {
        let answer = self.read(|client| client.smart(contract, message))?;
        let what = message.as_object().and_then(|fields| fields.keys().next().cloned()).unwrap_or_default();
        parse(&what, answer, self.name)
    }
}

/// Reads an answer; fields that came with later versions are filled in.
fn parse<T: DeserializeOwned>(what: &str, mut answer: Value, name: &str) -> Part<T> {
    fill(&mut answer, &younger(what));
    serde_json::from_value(answer).map_err(|error| {
        Absent::Failed(format!("{name} answered {what} in a form that is not known: {error}"))
    })
}

/// The fields that 0.1.0 and 0.2.0 do not have.
fn younger(what: &str) -> Value {
    match what {
        "health" => json!({
            "staking": { "ranked_power": "0", "without_randomness": "0", "queued": 0 },
            "bitcoin": { "expiring": false }, "channel": { "previous": [] }
        }),
        "config" => {
            json!({ "min_active_percent": 0, "reward_group": 10, "orphan_grace": 0, "max_backlog": 10_000 })
        }
        "admin" => json!({ "pending_renounce": false }),
        _ => Value::Null,
    }
}

/// Puts what is missing where it is missing.
fn fill(answer: &mut Value, defaults: &Value) {
    let (Value::Object(answer), Value::Object(defaults)) = (answer, defaults) else { return };
    for (name, default) in defaults {
        match answer.get_mut(name) {
            Some(there) => fill(there, default),
            None => drop(Map::insert(answer, name.clone(), default.clone())),
        }
    }
}

/// Our clock, in seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Does the same with each, several at once; the answers are in the order of the questions.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { break };
                    let answer = work(item);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, answer));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// Whether the chain said that there is no such thing.
pub fn is_not_found(error: &Error) -> bool {
    matches!(error, Error::Query { code, log, .. } if *code == 22 || log.contains("not found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_keep_the_order_of_the_questions() {
        let items: Vec<u64> = (0..50).collect();
        assert_eq!(each(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(each(&[] as &[u64], |item| *item), Vec::<u64>::new());
    }

    #[test]
    fn an_answer_of_an_older_version_is_filled_up() {
        let old = json!({ "staking": { "fps": 3 }, "bitcoin": { "expiring": true } });
        let mut answer = old.clone();
        fill(&mut answer, &younger("health"));
        assert_eq!(answer["staking"]["ranked_power"], "0");
        assert_eq!((&answer["staking"]["fps"], &answer["bitcoin"]["expiring"]), (&json!(3), &json!(true)));
        let mut untouched = old.clone();
        fill(&mut untouched, &younger("trust"));
        assert_eq!(untouched, old);
    }

    #[test]
    fn a_form_that_is_not_known_is_named() {
        let error =
            parse::<api::bsn::AdminResponse>("admin", json!({ "admin": 5 }), "https://x").unwrap_err();
        let Absent::Failed(text) = error else { panic!("{error:?}") };
        assert!(text.starts_with("https://x answered admin in a form that is not known: admin"), "{text}");
    }

    #[test]
    fn who_never_answers_is_asked_no_more() {
        let client = Client::with(&["http://127.0.0.1:9"], bsn_rpc::Retry::none()).unwrap();
        let ask = Asker::new(&client, "x");
        let asked = AtomicU32::new(0);
        let gone = || Error::Unreachable { node: "x".to_owned(), why: "refused".to_owned() };
        for _ in 0..10 {
            let part: Part<()> = ask.read(|_| {
                asked.fetch_add(1, Ordering::Relaxed);
                Err(gone())
            });
            assert_eq!(part, Err(Absent::Failed("x cannot be reached: refused".to_owned())));
        }
        assert_eq!(asked.load(Ordering::Relaxed), PATIENCE);
    }
}
