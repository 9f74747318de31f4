//! What a deployment will do: steps with gas and cost. Pure but for the chain's own estimate, which is handed in.

use bsn_rpc::proto::Any;

use super::artifacts::Artifacts;
use super::checks::{Check, Way};
use super::codes::Code;
use super::facts::ChainFacts;
use super::gas;
use super::look::Found;
use super::message::Addresses;
use super::next::{Part, missing};
use super::show::seconds;
use crate::config::GasPrice;

/// A plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The appchain.
    pub chain_id: String,
    /// Its height.
    pub height: u64,
    /// Babylon.
    pub babylon: Far,
    /// Where everything will be.
    pub addresses: Addresses,
    /// Whether everything is ready.
    pub checks: Vec<Check>,
    /// What will be done.
    pub steps: Vec<Step>,
}

/// Babylon, as far as a plan knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Far {
    /// By its chain id.
    Asked(String),
    /// No node of it was named.
    NotAsked,
    /// The chain goes without it.
    None,
}

impl Far {
    /// Its chain id.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Asked(id) => Some(id),
            Self::NotAsked | Self::None => None,
        }
    }
}

impl std::fmt::Display for Far {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Asked(id) => id,
            Self::NotAsked => "not asked",
            Self::None => "none: Bitcoin alone",
        })
    }
}

/// A step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub what: String,
    /// Who signs or decides.
    pub who: String,
    /// About how much SDK gas it uses.
    pub gas: Option<u64>,
    /// What that costs.
    pub cost: String,
    /// Whether it is done.
    pub state: String,
}

/// What something is called.
pub fn name(part: Part) -> &'static str {
    match part {
        Part::Store(Code::Bsn) => "store bsn.wasm",
        Part::Store(Code::LightClient) => "store btc-light-client.wasm",
        Part::Store(Code::Staking) => "store btc-staking.wasm",
        Part::Instantiate => "instantiate bsn, which makes the others",
        Part::Guard(Code::Bsn) => "fail if bsn is not at its address",
        Part::Guard(Code::LightClient) => "fail if its light client is not at its address",
        Part::Guard(Code::Staking) => "fail if btc-staking is not at its address",
        Part::Pin => "pin the codes",
        Part::Hooks => "raise the gas of the hooks",
        Part::Register => "register with x/babylon",
    }
}

/// All parts of a deployment in their order, done or not.
fn whole(way: Way, artifacts: &Artifacts) -> Vec<Part> {
    missing(&Found::nothing(artifacts.staking.is_some()), way)
}

/// What a message of the signer uses, about.
pub fn guess(part: Part, artifacts: &Artifacts) -> u64 {
    match part {
        Part::Store(code) => artifacts.get(code).map_or(0, |it| gas::store(it.size, it.gz.len())),
        Part::Instantiate => gas::instantiate(artifacts.staking.is_some()),
        _ => 0,
    }
}

/// How many bytes messages have.
pub fn bytes(messages: &[Any]) -> usize {
    messages.iter().map(|message| message.value.len() + message.type_url.len() + 8).sum()
}

/// The steps, with what is done already.
pub fn steps(
    way: Way,
    artifacts: &Artifacts,
    chain: &ChainFacts,
    found: &Found,
    price: Option<&GasPrice>,
    signer: &str,
) -> Vec<Step> {
    let todo = missing(found, way);
    let cost = |gas: u64| price.and_then(|price| Some(format!("{}{}", price.of(gas).ok()?, price.denom)));
    let state = |part: Part| match (todo.contains(&part), part) {
        (true, _) => "to do".to_owned(),
        (false, Part::Store(code)) => done(found.codes.of(code)),
        (false, _) => "done".to_owned(),
    };
    let mut steps = Vec::new();
    for part in whole(way, artifacts) {
        let by_signer = !way.by_gov && matches!(part, Part::Store(_) | Part::Instantiate);
        let used = by_signer.then(|| guess(part, artifacts));
        steps.push(Step {
            what: name(part).to_owned(),
            who: if by_signer { signer.to_owned() } else { "governance".to_owned() },
            gas: used,
            cost: used.and_then(cost).unwrap_or_default(),
            state: state(part),
        });
    }
    if todo.iter().any(|part| way.by_gov || !matches!(part, Part::Store(_) | Part::Instantiate)) {
        steps.push(proposal(way, artifacts, chain, &todo, cost, signer));
    }
    steps
}

fn done(code: Option<u64>) -> String {
    code.map_or_else(|| "done".to_owned(), |code| format!("done: code {code}"))
}

fn proposal(
    way: Way,
    artifacts: &Artifacts,
    chain: &ChainFacts,
    todo: &[Part],
    cost: impl Fn(u64) -> Option<String>,
    signer: &str,
) -> Step {
    let carried = carried(way, artifacts, todo);
    let used = gas::propose(carried + 2_000);
    let (deposit, voting) = deposit(way, chain);
    let coins: Vec<String> = deposit.iter().map(|(amount, denom)| format!("{amount}{denom}")).collect();
    let fee = cost(used).map(|fee| format!("{fee} + ")).unwrap_or_default();
    Step {
        what: if way.split { "propose, a proposal a code" } else { "propose all that governance does" }
            .to_owned(),
        who: signer.to_owned(),
        gas: Some(used),
        cost: format!("{fee}{} deposit", coins.join(",")),
        state: format!("to do; voted for {}", seconds(voting)),
    }
}

/// How many bytes of code the proposals carry.
fn carried(way: Way, artifacts: &Artifacts, todo: &[Part]) -> usize {
    let code = |part: &Part| match part {
        Part::Store(code) => artifacts.get(*code).map_or(0, |it| it.gz.len()),
        _ => 0,
    };
    if way.by_gov { todo.iter().map(code).sum() } else { 0 }
}

/// The deposit of a proposal, and how long is voted on it.
pub fn deposit(way: Way, chain: &ChainFacts) -> (&[(u128, String)], u64) {
    if way.expedited {
        (&chain.gov.expedited_deposit, chain.gov.expedited_voting_s)
    } else {
        (&chain.gov.deposit, chain.gov.voting_s)
    }
}

/// What is still to be paid in a coin: fees and deposits.
pub fn cost(
    way: Way,
    artifacts: &Artifacts,
    chain: &ChainFacts,
    found: &Found,
    price: Option<&GasPrice>,
    denom: &str,
) -> u128 {
    let todo = missing(found, way);
    let signed = |part: &&Part| !way.by_gov && matches!(part, Part::Store(_) | Part::Instantiate);
    let mut gas: u64 = todo.iter().filter(signed).map(|part| guess(*part, artifacts)).sum();
    let is_proposed = todo.iter().any(|part| !signed(&part));
    if is_proposed {
        gas += gas::propose(carried(way, artifacts, &todo) + 2_000);
    }
    let fees =
        price.filter(|price| price.denom == denom).and_then(|price| price.of(gas).ok()).unwrap_or_default();
    let deposits = deposit(way, chain)
        .0
        .iter()
        .filter(|(_, coin)| coin == denom)
        .map(|(amount, _)| amount)
        .sum::<u128>();
    fees + if is_proposed { deposits } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::artifacts::Artifact;
    use crate::deploy::codes::Each;

    fn artifacts() -> Artifacts {
        let of = |name, size, gz| Artifact { name, size, gz: vec![0; gz], checksum: [1; 32], release: None };
        Artifacts {
            bsn: of("bsn.wasm", 760_000, 310_000),
            light_client: of("btc-light-client.wasm", 260_000, 110_000),
            staking: None,
        }
    }

    fn one_code() -> Each<Option<u64>> {
        Each { bsn: Some(7), ..Each::default() }
    }

    fn chain() -> ChainFacts {
        let mut chain = ChainFacts { governance: "gov".to_owned(), ..ChainFacts::default() };
        chain.gov.deposit = vec![(1_000, "uapp".to_owned())];
        chain.gov.expedited_deposit = vec![(5_000, "uapp".to_owned())];
        (chain.gov.voting_s, chain.gov.expedited_voting_s) = (1_209_600, 86_400);
        chain
    }

    #[test]
    fn a_plan_says_who_does_what_and_what_is_done() {
        let (way, price) = (Way::default(), "0.1uapp".parse().unwrap());
        let found = Found { codes: one_code(), ..Found::default() };
        let steps = steps(way, &artifacts(), &chain(), &found, Some(&price), "me");
        let rows: Vec<(&str, &str, &str)> =
            steps.iter().map(|it| (it.what.as_str(), it.who.as_str(), it.state.as_str())).collect();
        assert_eq!(rows[0], ("store bsn.wasm", "me", "done: code 7"));
        assert_eq!(rows[1], ("store btc-light-client.wasm", "me", "to do"));
        assert_eq!(rows[3], ("pin the codes", "governance", "to do"));
        assert_eq!(rows.last().unwrap().2, "to do; voted for 14 days");
        assert!(steps.last().unwrap().cost.ends_with("uapp + 1000uapp deposit"), "{:?}", steps.last());
    }

    #[test]
    fn what_is_left_to_pay_shrinks_with_each_step() {
        let (way, price): (Way, GasPrice) = (Way::default(), "1uapp".parse().unwrap());
        let of = |found: &Found, way| cost(way, &artifacts(), &chain(), found, Some(&price), "uapp");
        let nothing = Found::default();
        let code = Found { codes: one_code(), ..Found::default() };
        let all = Found {
            instances: one_code(),
            is_pinned: true,
            has_gas: true,
            is_registered: true,
            ..code.clone()
        };
        assert!(of(&nothing, way) > of(&code, way) + 2_000_000);
        assert_eq!(of(&all, way), 0);
        let gov = Way { by_gov: true, ..way };
        assert_eq!(of(&nothing, Way { expedited: true, ..gov }) - of(&nothing, gov), 4_000);
    }
}
