//! Which of several nodes can be believed.

use std::collections::BTreeMap;

use serde_json::json;

use crate::{Client, Error, Header, Node, Result, Status};

/// How many blocks a node may be behind the best without being said to lag: they answer one after the other.
pub const MAY_LAG: u64 = 5;

/// What is held against a node, if anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The node's URL.
    pub node: String,
    /// Its height, if it said one.
    pub height: Option<u64>,
    /// Why it is not believed.
    pub fault: Option<Error>,
}

/// What a node showed.
#[derive(Debug, Clone)]
pub struct View {
    /// What it says of itself.
    pub status: Status,
    /// The hash of its block at the height that all are compared at.
    pub hash: Option<String>,
}

impl Client {
    /// Asks every node, and says what is held against each: it does not answer, serves another chain, lags, names a
    /// height that it does not have, or has another block than most.
    pub fn compare(&self, chain_id: Option<&str>) -> Vec<Verdict> {
        let statuses: Vec<Result<Status>> = self.nodes().iter().map(look).collect();
        let heights = statuses.iter().flatten().filter(|status| !status.is_catching_up);
        let common = heights.map(|status| status.height).min().unwrap_or_default();
        let views = self.nodes().iter().zip(statuses).map(|(node, status)| {
            let status = status?;
            let header = (common > 0).then(|| Header::of(node, Some(common)));
            Ok(View { status, hash: header.and_then(Result::ok).map(|header| header.hash_hex) })
        });
        let names: Vec<String> = self.nodes().iter().map(|node| node.name().to_owned()).collect();
        judge(&names, &views.collect::<Vec<_>>(), chain_id, common)
    }

    /// Only the nodes that nothing is held against.
    ///
    /// # Errors
    /// What is held against the first, if it is so of all.
    pub fn believed(&self, chain_id: Option<&str>) -> Result<Self> {
        let verdicts = self.compare(chain_id);
        let good = self.nodes().iter().zip(&verdicts).filter(|(_, verdict)| verdict.fault.is_none());
        let good: Vec<Node> = good.map(|(node, _)| node.clone()).collect();
        if good.is_empty() {
            return Err(verdicts.into_iter().find_map(|verdict| verdict.fault).unwrap_or(Error::NoNode));
        }
        Self::of(good, self.retry())
    }
}

/// The status, and whether the block that it names is there and of the same chain.
fn look(node: &Node) -> Result<Status> {
    let status = Status::parse(node, &node.call("status", &json!({}))?)?;
    let (name, height) = (node.name().to_owned(), status.height);
    match Header::of(node, Some(height)) {
        Ok(header) if header.chain_id != status.chain_id => {
            Err(Error::WrongChain { node: name, expected: status.chain_id, found: header.chain_id })
        }
        Ok(_) => Ok(status),
        Err(Error::Refused { .. } | Error::Malformed { .. }) => {
            Err(Error::NoSuchBlock { node: name, height })
        }
        Err(error) => Err(error),
    }
}

/// What is held against each of them.
pub fn judge(names: &[String], views: &[Result<View>], chain_id: Option<&str>, common: u64) -> Vec<Verdict> {
    let chain_id =
        chain_id.map(str::to_owned).or_else(|| most_common(views, |view| Some(&view.status.chain_id)));
    let ours = |view: &&View| chain_id.as_deref().is_none_or(|id| id == view.status.chain_id);
    let best = views.iter().flatten().filter(ours).max_by_key(|view| view.status.height);
    let hash = most_common(views, |view| view.hash.as_ref());
    let witness = views.iter().flatten().find(|view| view.hash == hash);
    let fault = |name: &String, view: &View| {
        let (node, status) = (name.clone(), &view.status);
        if let Some(expected) = chain_id.clone().filter(|id| *id != status.chain_id) {
            return Some(Error::WrongChain { node, expected, found: status.chain_id.clone() });
        }
        if let (Some(mine), Some(other_hash), Some(witness)) = (&view.hash, &hash, witness)
            && mine != other_hash
        {
            let (hash, other) = (mine.clone(), witness.status.node.clone());
            return Some(Error::Contradicts {
                node,
                height: common,
                hash,
                other,
                other_hash: other_hash.clone(),
            });
        }
        if status.is_catching_up {
            return Some(Error::CatchingUp { node, height: status.height });
        }
        let best = best.filter(|best| best.status.height > status.height + MAY_LAG)?;
        let (height, best_node) = (status.height, best.status.node.clone());
        Some(Error::Lags { node, height, best: best.status.height, best_node })
    };
    let verdicts = names.iter().zip(views).map(|(name, view)| match view {
        Ok(view) => {
            Verdict { node: name.clone(), height: Some(view.status.height), fault: fault(name, view) }
        }
        Err(error) => Verdict { node: name.clone(), height: None, fault: Some(error.clone()) },
    });
    verdicts.collect()
}

/// What most of them say; of what equally many say, what the first of them says.
fn most_common<'a>(
    views: &'a [Result<View>],
    part: impl Fn(&'a View) -> Option<&'a String>,
) -> Option<String> {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    let said: Vec<&String> = views.iter().flatten().filter_map(part).collect();
    said.iter().for_each(|one| *counts.entry(one).or_default() += 1);
    let most = counts.values().max().copied()?;
    said.into_iter().find(|one| counts.get(one) == Some(&most)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(node: &str, chain: &str, height: u64, hash: &str) -> Result<View> {
        let status = Status {
            node: node.to_owned(),
            chain_id: chain.to_owned(),
            moniker: String::new(),
            version: String::new(),
            height,
            earliest_height: 1,
            time_nanos: 0,
            is_catching_up: false,
        };
        Ok(View { status, hash: Some(hash.to_owned()) })
    }

    fn faults(views: &[Result<View>], chain: Option<&str>) -> Vec<Option<String>> {
        let names: Vec<String> =
            ["a", "b", "c", "d"].map(str::to_owned).into_iter().take(views.len()).collect();
        let judged = judge(&names, views, chain, 9);
        judged.into_iter().map(|verdict| verdict.fault.map(|fault| fault.to_string())).collect()
    }

    #[test]
    fn who_agrees_is_believed() {
        let views = [view("a", "x", 10, "h"), view("b", "x", 10 + MAY_LAG, "h")];
        assert_eq!(faults(&views, Some("x")), [None, None]);
    }

    #[test]
    fn who_lags_or_contradicts_or_is_elsewhere_is_named() {
        let views = [
            view("a", "x", 10, "h"),
            view("b", "x", 30, "h"),
            view("c", "x", 30, "other"),
            view("d", "y", 30, "h"),
        ];
        let said = faults(&views, None);
        assert_eq!(said[0].as_deref(), Some("a lags: it is at height 10, and c at 30"));
        assert_eq!(said[1], None);
        assert_eq!(said[2].as_deref(), Some("c has another block 9 than a: other and h"));
        assert_eq!(said[3].as_deref(), Some("d serves the chain `y`, not `x`"));
    }

    #[test]
    fn a_height_on_another_chain_makes_nobody_lag() {
        let views = [view("a", "x", 10, "h"), view("b", "y", 90, "g")];
        assert_eq!(faults(&views, Some("x"))[0], None);
    }

    #[test]
    fn who_is_catching_up_says_so() {
        let mut late = view("b", "x", 3, "h").unwrap();
        (late.status.is_catching_up, late.hash) = (true, None);
        let said = faults(&[view("a", "x", 10, "h"), Ok(late)], None);
        assert_eq!(said[1].as_deref(), Some("b is still catching up, at height 3"));
    }
}
