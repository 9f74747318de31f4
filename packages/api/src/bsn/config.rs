use cosmwasm_schema::schemars::JsonSchema;

use crate::read::{Fields, Unreadable};

/// A network of Bitcoin. What is allowed differs: interfaces.md 11.5, 11.10.
/// It is also stored, so it has serde's own `Deserialize`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, read_derive::Read, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(crate = "cosmwasm_schema::schemars")]
pub enum Network {
    /// The real one.
    Mainnet,
    /// testnet3.
    Testnet,
    /// testnet4 (BIP 94).
    Testnet4,
    /// The default signet.
    Signet,
    /// A private one for tests: the only one on which an admin may inject stake.
    Regtest,
}

/// Declares structs with the knobs of finality among their fields, on one level of the JSON. They are written out
/// rather than flattened: flattening costs a contract tens of kilobytes of code.
macro_rules! with_knobs {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $($(#[$doc:meta])* pub $field:ident: $ty:ty,)* }
    )*) => {
        $(
            #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, read_derive::Deserialize, cosmwasm_schema::schemars::JsonSchema)]
            #[serde(rename_all = "snake_case")]
            #[schemars(crate = "cosmwasm_schema::schemars")]
            $(#[$meta])*
            pub struct $name {
                    $($(#[$doc])* pub $field: $ty,)*
                    /// The height from which votes are taken.
                    pub finality_activation_height: Option<u64>,
                    /// How many finality providers vote at a height, at most.
                    pub max_active_finality_providers: Option<u32>,
                    /// How many heights a commitment must cover, at least.
                    pub min_pub_rand: Option<u64>,
                    /// How far ahead of the current height a commitment may start.
                    pub max_pub_rand_commit_offset: Option<u64>,
                    /// Every how many blocks rewards are shared out.
                    pub reward_interval: Option<u64>,
                    /// Over how many heights misses are counted.
                    pub missed_blocks_window: Option<u64>,
                    /// How many percent of that window must be signed.
                    pub min_signed_percent: Option<u64>,
                    /// How long a jail term is, in seconds.
                    pub jail_duration: Option<u64>,
                    /// How many percent of the power may go to jail within one such window.
                    pub max_jailed_percent: Option<u64>,
                    /// How many blocks after its quorum a height still takes votes.
                    pub vote_window: Option<u64>,
                    /// How many blocks settled votes are kept.
                    pub vote_retention: Option<u64>,
                    /// How long anchors are kept, in seconds.
                    pub anchor_retention_s: Option<u64>,
                    /// How many heights may wait for quorum; later ones take no votes.
                    pub max_backlog: Option<u64>,
                    /// How old, in blocks, a height without quorum must be before finality may be resumed.
                    pub resume_delay: Option<u64>,
                    /// How long a rebind waits, in seconds.
                    pub rebind_delay: Option<u64>,
                    /// How long orphaned finality providers keep their power, in seconds.
                    pub orphan_grace: Option<u64>,
            }

            impl $crate::read::Read for $name {
                fn read(json: $crate::read::Json) -> Result<Self, $crate::read::Unreadable> {
                    let mut fields = $crate::read::Fields::of(json)?;
                    let knobs = $crate::bsn::Knobs::take(&mut fields)?;
                    Ok(Self {
                        $($field: fields.take(stringify!($field))?,)*
                        finality_activation_height: knobs.finality_activation_height,
                        max_active_finality_providers: knobs.max_active_finality_providers,
                        min_pub_rand: knobs.min_pub_rand,
                        max_pub_rand_commit_offset: knobs.max_pub_rand_commit_offset,
                        reward_interval: knobs.reward_interval,
                        missed_blocks_window: knobs.missed_blocks_window,
                        min_signed_percent: knobs.min_signed_percent,
                        jail_duration: knobs.jail_duration,
                        max_jailed_percent: knobs.max_jailed_percent,
                        vote_window: knobs.vote_window,
                        vote_retention: knobs.vote_retention,
                        anchor_retention_s: knobs.anchor_retention_s,
                        max_backlog: knobs.max_backlog,
                        resume_delay: knobs.resume_delay,
                        rebind_delay: knobs.rebind_delay,
                        orphan_grace: knobs.orphan_grace,
                    })
                }
            }

            impl $name {
                /// The knobs alone.
                pub fn knobs(&self) -> $crate::bsn::Knobs {
                    $crate::bsn::Knobs {
                        finality_activation_height: self.finality_activation_height,
                        max_active_finality_providers: self.max_active_finality_providers,
                        min_pub_rand: self.min_pub_rand,
                        max_pub_rand_commit_offset: self.max_pub_rand_commit_offset,
                        reward_interval: self.reward_interval,
                        missed_blocks_window: self.missed_blocks_window,
                        min_signed_percent: self.min_signed_percent,
                        jail_duration: self.jail_duration,
                        max_jailed_percent: self.max_jailed_percent,
                        vote_window: self.vote_window,
                        vote_retention: self.vote_retention,
                        anchor_retention_s: self.anchor_retention_s,
                        max_backlog: self.max_backlog,
                        resume_delay: self.resume_delay,
                        rebind_delay: self.rebind_delay,
                        orphan_grace: self.orphan_grace,
                    }
                }
            }
        )*
    };
}
pub(crate) use with_knobs;

with_knobs! {
    /// The knobs of finality, each with a minimum and a maximum; absent ones stay as they are, or at
    /// their defaults (interfaces.md 4.2, 11.10).
    #[derive(Default)]
    pub struct Knobs {}
}

impl Knobs {
    /// Out of the fields that they stand among: once for all messages.
    pub(crate) fn take(fields: &mut Fields) -> Result<Self, Unreadable> {
        Ok(Self {
            finality_activation_height: fields.take("finality_activation_height")?,
            max_active_finality_providers: fields.take("max_active_finality_providers")?,
            min_pub_rand: fields.take("min_pub_rand")?,
            max_pub_rand_commit_offset: fields.take("max_pub_rand_commit_offset")?,
            reward_interval: fields.take("reward_interval")?,
            missed_blocks_window: fields.take("missed_blocks_window")?,
            min_signed_percent: fields.take("min_signed_percent")?,
            jail_duration: fields.take("jail_duration")?,
            max_jailed_percent: fields.take("max_jailed_percent")?,
            vote_window: fields.take("vote_window")?,
            vote_retention: fields.take("vote_retention")?,
            anchor_retention_s: fields.take("anchor_retention_s")?,
            max_backlog: fields.take("max_backlog")?,
            resume_delay: fields.take("resume_delay")?,
            rebind_delay: fields.take("rebind_delay")?,
            orphan_grace: fields.take("orphan_grace")?,
        })
    }
}
