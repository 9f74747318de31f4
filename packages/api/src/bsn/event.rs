//! Events, each a struct; attribute names are written here and nowhere else.

use cosmwasm_std::Event;

macro_rules! events {
    ($(#[doc = $doc:literal] $name:ident = $ty:literal { $(#[doc = $fdoc:literal] $field:ident),* $(,)? })*) => {
        $(
            #[doc = $doc]
            #[derive(Debug, Clone, PartialEq, Eq)]
            pub struct $name {
                $(#[doc = $fdoc] pub $field: String,)*
            }

            impl $name {
                /// The event's type, without the chain's `wasm-`.
                pub const TYPE: &'static str = $ty;
                /// The names of its attributes.
                pub const ATTRIBUTES: &'static [&'static str] = &[$(stringify!($field)),*];
            }

            impl From<$name> for Event {
                fn from(event: $name) -> Self {
                    Event::new($ty)$(.add_attribute(stringify!($field), event.$field))*
                }
            }
        )*

        /// Every event: its type and its attributes.
        pub const ALL: &[(&str, &[&str])] = &[$(($name::TYPE, $name::ATTRIBUTES)),*];

        /// Every event as a list for operators: its type, when it is emitted, and its attributes with what they say.
        pub const LIST: &[(&str, &str, &[(&str, &str)])] =
            &[$(($ty, $doc, &[$((stringify!($field), $fdoc)),*])),*];
    };
}

events! {
    /// Randomness was committed.
    CommitPublicRandomness = "commit_public_randomness" {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        fp_pubkey_hex,
        /// From this height on.
        start_height,
        /// For so many heights.
        num_pub_rand,
    }
    /// A vote was taken.
    SubmitFinalitySignature = "submit_finality_signature" {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        fp_pubkey_hex,
        /// The height that was voted for.
        height,
        /// `counted`, `fork`, `grid` or `equivocation`.
        verdict,
    }
    /// Votes that came in one message were taken.
    SubmitFinalitySignatures = "submit_finality_signatures" {
        /// At which height, or from which on.
        height,
        /// How many there were.
        votes,
        /// How many of them are for the canonical hash and count.
        counted,
    }
    /// An equivocator was found and its key extracted.
    SlashedFinalityProvider = "slashed_finality_provider" {
        /// Which part of the protocol says so.
        module,
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        finality_provider,
        /// Where it signed twice.
        block_height,
        /// One hash.
        canonical_app_hash,
        /// Its signature.
        canonical_finality_sig,
        /// The other hash.
        fork_app_hash,
        /// Its signature.
        fork_finality_sig,
        /// The secret key that both give away.
        extracted_secret_key,
    }
    /// A finality provider joined or left the set, or went to jail.
    FinalityProviderStatusChange = "finality_provider_status_change" {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        btc_pk,
        /// The new state, as Babylon names it.
        new_state,
    }
    /// A block was seen.
    IndexBlock = "index_block" {
        /// Which part of the protocol says so.
        module,
        /// The last height seen.
        last_height,
    }
    /// A height has quorum.
    FinalizeBlock = "finalize_block" {
        /// Which part of the protocol says so.
        module,
        /// The height.
        finalized_height,
    }
    /// A height was passed without quorum, for nobody could have voted.
    SkipHeight = "skip_height" {
        /// The height.
        height,
        /// The cause, in words.
        reason,
    }
    /// The admin resumed finality: a height that has quorum only without those named makes no block final.
    ResumeFinality = "resume_finality" {
        /// The halting height.
        halting_height,
        /// The block of the call.
        through,
        /// Who counts nothing there without a vote: keys, a comma after each.
        finality_providers,
    }
    /// A grid height closed: its committee has voted this chain's app hash there.
    CloseGrid = "close_grid" {
        /// The height.
        height,
        /// The power that voted, in sats.
        voted,
        /// What its committee has in all, in sats.
        total,
    }
    /// The admin lets randomness count by word; snapshots begin, or begin again.
    Bootstrap = "bootstrap" {
        /// Whose commitments it named: keys, a comma after each.
        finality_providers,
        /// The first grid height of which a snapshot is tried.
        first_snapshot,
    }
    /// The admin counts grid heights as closed, for the order only.
    ExcuseGrid = "excuse_grid" {
        /// Up to this grid height.
        through,
    }
    /// The admin paused something, or ended a pause.
    SetPaused = "set_paused" {
        /// Until when packets wait, in seconds since 1970; 0 where they do not.
        packet_intake_until,
        /// Whether rewards wait.
        rewards,
    }
    /// A finality provider left jail.
    Unjail = "unjail" {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        fp_pubkey_hex,
    }
    /// An item of a packet was refused, without harm to the others.
    ItemRefused = "item_refused" {
        /// Which kind.
        kind,
        /// The cause, in words.
        reason,
    }
    /// A finality provider was registered.
    FinalityProviderRegistered = "finality_provider_registered" {
        /// The FP's public key, x-only (BIP 340), 64 hex digits.
        fp_pubkey_hex,
    }
    /// Babylon said something of an epoch's checkpoint, or it counts now.
    BabylonEpoch = "babylon_epoch" {
        /// The number of an epoch of Babylon.
        epoch,
        /// `waits`, `known`, or by whose word it counts: `bitcoin` or `babylon`.
        state,
    }
    /// A block of this chain is timestamped in Bitcoin by a transaction of its own.
    BitcoinTimestamp = "bitcoin_timestamp" {
        /// Its height.
        height,
    }
    /// The timestamped height moved.
    Timestamped = "timestamped" {
        /// To where.
        height,
        /// By which epoch of Babylon.
        epoch,
    }
    /// The light client refused headers of a packet; the rest of the packet stands.
    BtcHeadersRefused = "btc_headers_refused" {
        /// The height of the first of them, as Babylon says.
        first_height,
        /// Why, as far as the chain tells.
        reason,
    }
    /// Stake came to its end.
    StakeExpired = "stake_expired" {
        /// By which height of Bitcoin.
        btc_height,
        /// How many finality providers have less power now.
        fps,
        /// Whether the next blocks end more.
        more,
    }
    /// Something an operator must look at.
    Alarm = "alarm" {
        /// In words.
        what,
    }
    /// Evidence was handed to the channel, acknowledged, or refused.
    OutboxChanged = "outbox" {
        /// Whose evidence.
        fp_pubkey_hex,
        /// Its state now.
        state,
    }
    /// A reward moved in the books.
    RewardChanged = "reward" {
        /// Of which denom.
        denom,
        /// How much.
        amount,
        /// `owed`, `handed_over`, `not_sent`, `next_period` (the part of those who cannot be paid), `burned` or `not_burned`.
        state,
    }
    /// The channel opened or closed.
    Channel = "channel" {
        /// Its id.
        channel_id,
        /// `open` or `closed`.
        state,
    }
}
