//! Where a chain is on its way to the first final block. Pure.

use super::alone;

/// What is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether the chain module calls the contract.
    pub is_registered: bool,
    /// The last height that a hook saw.
    pub last_hook: u64,
    /// The last height.
    pub height: u64,
    /// The contract.
    pub bsn: String,
    /// The id under which Babylon is to know the chain.
    pub consumer_id: String,
    /// Whether Babylon knows it; none if it was not asked.
    pub is_consumer: Option<bool>,
    /// The status of the client of Babylon.
    pub client_status: String,
    /// `none`, `open` or `closed`; `absent` where the chain goes without Babylon.
    pub channel: String,
    /// Babylon's end of it, as ibc-go numbers states; none if it was not asked, or is not there.
    pub far_channel: Option<i32>,
    /// The height of Bitcoin's tip in the light client.
    pub bitcoin_tip: Option<u64>,
    /// How long ago the channel brought a packet, in seconds.
    pub packet_age_s: Option<u64>,
    /// How many finality providers are registered.
    pub fps: u64,
    /// The stake that they could vote with.
    pub ranked_power: u128,
    /// The highest height that a timestamp covers.
    pub timestamped: u64,
    /// How many finality providers can vote.
    pub active: u64,
    /// The height that is waited for, with the power that voted and all of it.
    pub waiting_for: Option<(u64, u128, u128)>,
    /// The highest final block.
    pub final_block: Option<u64>,
}

impl Facts {
    /// Whether the chain goes without Babylon.
    pub fn is_alone(&self) -> bool {
        self.channel == "absent"
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The chain module does not call the contract.
    Registration,
    /// It should, and does not.
    Hooks,
    /// The client of Babylon is not active.
    Client,
    /// Babylon does not know the chain.
    Consumer,
    /// The channel of the protocol is not open.
    Channel,
    /// It was, and is closed.
    Closed,
    /// No header of Bitcoin has come.
    Headers,
    /// No finality provider has registered.
    Providers,
    /// None of them has stake.
    Stake,
    /// No finality provider has committed randomness that is timestamped.
    Randomness,
    /// No height has its quorum.
    Votes,
    /// A block is final.
    Done,
}

/// How many blocks a hook may be behind: the node answers for the last block.
const LATE: u64 = 3;
const OPEN: i32 = 3;

/// The first thing that is missing.
pub fn stage(facts: &Facts) -> Stage {
    if facts.final_block.is_some() {
        return Stage::Done;
    }
    let is_open = facts.channel == "open" && facts.far_channel.is_none_or(|state| state == OPEN);
    let lacking = [
        (facts.is_registered, Stage::Registration),
        (facts.last_hook + LATE >= facts.height, Stage::Hooks),
        (facts.channel != "closed", Stage::Closed),
        (matches!(facts.client_status.as_str(), "Active" | ""), Stage::Client),
        (facts.is_consumer != Some(false) || facts.channel == "open", Stage::Consumer),
        (is_open || facts.is_alone(), Stage::Channel),
        (facts.bitcoin_tip.is_some(), Stage::Headers),
        (facts.fps > 0, Stage::Providers),
        (facts.ranked_power > 0, Stage::Stake),
        (facts.active > 0, Stage::Randomness),
    ];
    lacking.into_iter().find(|(is_there, _)| !is_there).map_or(Stage::Votes, |(_, stage)| stage)
}

/// A stage in words: what is waited for, how long that normally takes, and who must do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What is waited for.
    pub what: String,
    /// How long that normally takes.
    pub usually: &'static str,
    /// Who must act.
    pub who: &'static str,
    /// What they do.
    pub does: String,
}

impl Stage {
    /// In order, from 1; of how many says [`steps`].
    pub fn step(self, is_alone: bool) -> usize {
        let step = match self {
            Self::Registration | Self::Hooks => 1,
            Self::Client | Self::Consumer => 2,
            Self::Channel | Self::Closed => 3,
            Self::Headers => 4,
            Self::Providers => 5,
            Self::Stake => 6,
            Self::Randomness => 7,
            Self::Votes | Self::Done => STEPS,
        };
        if is_alone { step.saturating_sub(LINKING).max(1) } else { step }
    }

    /// In words.
    pub fn words(self, facts: &Facts) -> Words {
        if let Some(words) = alone::words(self, facts).filter(|_| facts.is_alone()) {
            return words;
        }
        let Facts { bsn, consumer_id, .. } = facts;
        let words = |what: String, usually, who, does: String| Words { what, usually, who, does };
        match self {
            Self::Registration => words(
                "the chain module to call the contract".to_owned(),
                "a voting period",
                "governance",
                "vote for the proposal of `bsn deploy`; `bsn deploy` says which".to_owned(),
            ),
            Self::Hooks => words(
                format!("the hooks: the last one saw height {}, the chain is at {}", facts.last_hook, facts.height),
                "a block",
                "the appchain's developers",
                "look for `contract_communication_error` in the events of the last blocks: gas, or a wrong address".to_owned(),
            ),
            Self::Client => words(
                format!("the client of Babylon, which is {}", facts.client_status.to_lowercase()),
                "a voting period",
                "governance",
                "MsgRecoverClient with a new client, or a new connection and `rebind_connection`".to_owned(),
            ),
            Self::Consumer => words(
                format!("Babylon to know this chain as {consumer_id}"),
                "minutes, or a voting period on Babylon where consumers are admitted by governance",
                "the appchain's team, on Babylon",
                format!("babylond tx btcstkconsumer register-consumer {consumer_id} NAME DESCRIPTION"),
            ),
            Self::Channel => words(
                "the channel from Babylon to open on both sides".to_owned(),
                "two minutes",
                "the relayer",
                format!("./open-channel.sh channel (port zoneconcierge to wasm.{bsn}, ordered)"),
            ),
            Self::Closed => words(
                "another channel: the one that was is closed, for good".to_owned(),
                "a day and a voting period",
                "the relayer and the contract's admin",
                "a new client and connection, MsgRegisterConsumer, then `rebind_connection`".to_owned(),
            ),
            Self::Headers => words(
                "the first headers of Bitcoin from Babylon".to_owned(),
                "one block of Bitcoin, some ten minutes",
                "the relayer",
                "./open-channel.sh start; Babylon sends headers when Bitcoin's tip moves".to_owned(),
            ),
            Self::Providers => words(
                "a finality provider to register on Babylon for this chain".to_owned(),
                "as long as it takes to find them",
                "finality providers",
                format!("register at {consumer_id} (the handbook, finality-provider.md)"),
            ),
            Self::Stake => words(
                format!("stake for {} finality providers", facts.fps),
                "two hours: a delegation counts once Bitcoin has buried it",
                "bitcoin stakers",
                "delegate to them on Babylon".to_owned(),
            ),
            Self::Randomness => words(
                format!("randomness that Bitcoin has timestamped; heights up to {} are", facts.timestamped),
                "an epoch of Babylon, and w blocks of Bitcoin: hours to two days",
                "finality providers, then nobody",
                "their daemons commit; `without_randomness` in health{} is the stake that has not".to_owned(),
            ),
            Self::Votes => match facts.waiting_for {
                Some((height, voted, total)) => words(
                    format!("more than two thirds of the power at height {height}: {voted} of {total} has voted"),
                    "a block or two",
                    "finality providers",
                    "run their daemons; `bsn fp` says who has not voted".to_owned(),
                ),
                None => words(
                    "the first height with an active set to get its votes".to_owned(),
                    "a block or two",
                    "finality providers",
                    "run their daemons".to_owned(),
                ),
            },
            Self::Done => words(
                format!("nothing: block {} is final", facts.final_block.unwrap_or_default()),
                "",
                "nobody",
                String::new(),
            ),
        }
    }
}

/// How many steps there are, and how many of them link the chain to Babylon.
const STEPS: usize = 8;
const LINKING: usize = 2;

/// How many steps there are.
pub const fn steps(is_alone: bool) -> usize {
    if is_alone { STEPS - LINKING } else { STEPS }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On the way, as far as this stage.
    fn at(last: Stage) -> Facts {
        let mut facts = Facts {
            height: 100,
            last_hook: 100,
            consumer_id: "07-tendermint-0".to_owned(),
            channel: "none".to_owned(),
            client_status: "Active".to_owned(),
            is_consumer: Some(false),
            ..Facts::default()
        };
        type Change = fn(&mut Facts);
        let steps: [(Stage, Change); 9] = [
            (Stage::Registration, |it| it.is_registered = true),
            (Stage::Consumer, |it| it.is_consumer = Some(true)),
            (Stage::Channel, |it| (it.channel, it.far_channel) = ("open".to_owned(), Some(3))),
            (Stage::Headers, |it| it.bitcoin_tip = Some(800_000)),
            (Stage::Providers, |it| it.fps = 4),
            (Stage::Stake, |it| it.ranked_power = 10),
            (Stage::Randomness, |it| it.active = 4),
            (Stage::Votes, |it| it.final_block = Some(90)),
            (Stage::Done, |_| ()),
        ];
        steps.iter().take_while(|(stage, _)| *stage != last).for_each(|(_, change)| change(&mut facts));
        facts
    }

    #[test]
    fn each_stage_waits_for_what_is_missing_first() {
        use Stage::*;
        let order = [Registration, Consumer, Channel, Headers, Providers, Stake, Randomness, Votes, Done];
        for expected in order {
            let facts = at(expected);
            assert_eq!(stage(&facts), expected);
            let words = expected.words(&facts);
            assert!(!words.what.is_empty() && !words.who.is_empty(), "{words:?}");
        }
        let steps: Vec<usize> = order.iter().map(|it| it.step(false)).collect();
        assert!(steps.is_sorted() && steps.last() == Some(&STEPS), "{steps:?}");
    }

    #[test]
    fn without_babylon_nothing_waits_for_a_link() {
        use Stage::*;
        let order = [Registration, Headers, Providers, Stake, Randomness, Votes, Done];
        let alone = |last| Facts {
            consumer_id: String::new(),
            client_status: String::new(),
            is_consumer: None,
            far_channel: None,
            channel: "absent".to_owned(),
            ..at(last)
        };
        for (expected, step) in order.into_iter().zip([1, 2, 3, 4, 5, 6, 6]) {
            let facts = alone(expected);
            assert_eq!((stage(&facts), expected.step(true)), (expected, step));
            let words = expected.words(&facts);
            let said = format!("{words:?}");
            assert!(
                !said.contains("Babylon") && !said.contains("relayer") || expected == Registration,
                "{said}"
            );
        }
        assert_eq!((steps(true), steps(false)), (6, STEPS));
    }

    #[test]
    fn what_went_wrong_on_the_way_is_told_from_what_has_not_come() {
        let lost = Facts { last_hook: 90, ..at(Stage::Headers) };
        assert_eq!(stage(&lost), Stage::Hooks);
        assert!(Stage::Hooks.words(&lost).what.contains("saw height 90, the chain is at 100"));
        let expired = Facts { client_status: "Expired".to_owned(), ..at(Stage::Channel) };
        assert_eq!(stage(&expired), Stage::Client);
        let closed = Facts { channel: "closed".to_owned(), ..at(Stage::Headers) };
        assert_eq!(stage(&closed), Stage::Closed);
        // One end that is open is no channel.
        let half = Facts { far_channel: Some(2), ..at(Stage::Headers) };
        assert_eq!(stage(&half), Stage::Channel);
        // Babylon's node that is not asked holds nothing up.
        let unasked = Facts { is_consumer: None, far_channel: None, ..at(Stage::Headers) };
        assert_eq!(stage(&unasked), Stage::Headers);
    }

    #[test]
    fn votes_are_counted_against_the_power_that_may_vote() {
        let facts = Facts { waiting_for: Some((77, 5, 10)), ..at(Stage::Votes) };
        assert_eq!(
            Stage::Votes.words(&facts).what,
            "more than two thirds of the power at height 77: 5 of 10 has voted"
        );
    }
}
