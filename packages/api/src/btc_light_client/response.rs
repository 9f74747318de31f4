use super::{BtcHeader, Network};
use crate::wire;

wire! {
    /// Who may change the configuration.
    pub struct AdminResponse {
        /// The admin, if there is one.
        pub admin: Option<String>,
        /// Who may take over.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub pending_admin: Option<String>,
        /// Whether having none is proposed.
        #[serde(default)]
        pub pending_renounce: bool,
    }

    /// The configuration.
    pub struct ConfigResponse {
        /// Which Bitcoin.
        pub network: Network,
        /// *k*: how deep a header is confirmed.
        pub btc_confirmation_depth: u32,
        /// *w*: how deep a checkpoint is final.
        pub checkpoint_finalization_timeout: u32,
        /// The instantiator, whose headers Babylon has accepted.
        pub babylon_contract_address: String,
        /// Who may submit headers besides.
        pub submitters: Vec<String>,
        /// How many headers are kept below the tip.
        pub retained_headers: u32,
        /// How many headers a message may have.
        pub max_headers: u32,
    }

    /// A header in its place in the main chain.
    pub struct BtcHeaderResponse {
        /// The header.
        pub header: BtcHeader,
        /// Its hash.
        pub hash: String,
        /// Its height.
        pub height: u32,
        /// The work of the chain up to and with it, decimal. If the base's work was not known, the sum
        /// starts at the base; only differences mean something then.
        pub cum_work: String,
    }

    /// Headers of the main chain.
    pub struct BtcHeadersResponse {
        /// In the order asked for.
        pub headers: Vec<BtcHeaderResponse>,
    }

    /// How deep a header lies.
    pub struct ConfirmationsResponse {
        /// Its height.
        pub height: u32,
        /// How many headers follow it: 0 for the tip.
        pub depth: u32,
    }

    /// Whether a transaction is in a block.
    pub struct IsIncludedResponse {
        /// Whether it is, and deep enough.
        pub included: bool,
        /// How deep the block lies, if it is in the main chain.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub depth: Option<u32>,
        /// Why not.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }

    /// Which rules are enforced.
    pub struct RulesResponse {
        /// Which Bitcoin's rules.
        pub network: Network,
        /// Who may submit headers.
        pub submitters: Submitters,
        /// The latest time a header may have, in seconds after block time; the instantiator is exempt.
        pub max_future_s: u32,
        /// The base header's height, absent before the first headers.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub base_height: Option<u32>,
        /// The lowest header still kept, and so the deepest fork point possible.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub lowest_height: Option<u32>,
        /// The target at a boundary.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub retarget: Option<Enforcement>,
        /// The median of the last eleven times.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub median_time: Option<Enforcement>,
        /// The target within a period. Exact from the start, except on networks with minimum-difficulty
        /// blocks as long as only such blocks of the period are known.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub period_target: Option<Enforcement>,
        /// How often the chain was started again by `rebase`.
        pub rebases: u32,
    }

    /// From when on a rule is enforced in full.
    pub struct Enforcement {
        /// Whether it is for the next header.
        pub exact_now: bool,
        /// The height of the first header for which it is; absent where that depends on what comes.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub exact_from: Option<u32>,
        /// What is enforced before.
        pub until_then: Bound,
    }

    /// What is enforced where ancestors are missing: never more than Bitcoin does.
    #[derive(Copy)]
    pub enum Bound {
        /// The target lies within a factor of four of the one before, both ways, and within the limit.
        WithinFactorOfFour,
        /// The time exceeds the least that the median can be, given the times that are known.
        LeastPossibleMedian,
        /// The target lies within the network's limit.
        LimitOnly,
    }

    /// Who may submit headers once the chain has a base.
    #[derive(Copy)]
    pub enum Submitters {
        /// Anyone: work is the witness.
        Anyone,
        /// The instantiator and those listed.
        Listed,
        /// The instantiator, those listed, and the admin.
        ListedAndAdmin,
    }
}
