//! The table of finality's knobs. Nobody else lists them: the messages and the answer that have them (`bsn-api`), and the
//! parameters that the contract decides by (`bsn-finality`), are made of these rows.

/// Hands the table of all knobs to the macro `$then`, and after it whatever follows.
///
/// A knob is one row: what it is; its name; its type on the wire, and the one it is decided by; its default; its lowest and its
/// highest value. They are stored in this order: a new one stands at the end.
#[macro_export]
macro_rules! for_each_knob {
    ($then:ident $($rest:tt)*) => {
        $then! {
            {
                /// The height from which votes are taken.
                finality_activation_height: u64 as BlockHeight = 1, 0..=u64::MAX / 2;
                /// How many finality providers vote at a height, at most.
                max_active_finality_providers: u32 as u32 = 100, 1..=200;
                /// How many heights a commitment must cover, at least.
                min_pub_rand: u64 as u64 = 1, 1..=100_000;
                /// How far ahead of the current height a commitment may start.
                max_pub_rand_commit_offset: u64 as u64 = 160_000, 60_000..=1_600_000;
                /// Every how many blocks rewards are shared out.
                reward_interval: u64 as u64 = 600, 1..=1_000_000;
                /// Over how many heights misses are counted.
                missed_blocks_window: u64 as u64 = 250, 5..=10_000;
                /// How many percent of that window a finality provider must sign.
                min_signed_percent: u64 as u64 = 50, 5..=100;
                /// How long a jail term is, in seconds.
                jail_duration: u64 as Seconds = 86_400, 1..=30 * 86_400;
                /// How many percent of the power may go to jail within one such window, besides one finality provider that alone has
                /// more.
                max_jailed_percent: u64 as u64 = 20, 1..=100;
                /// For how many blocks a height takes votes after the cursor passed it; they count for rewards.
                vote_window: u64 as u64 = 10, 3..=1_000;
                /// How many blocks settled votes are kept, and commitments to randomness that are spent.
                vote_retention: u64 as u64 = 100, 10..=10_000;
                /// How long blocks are kept, in seconds, and the power history, evidence that Babylon took, and delegations
                /// that ended.
                anchor_retention_s: u64 as Seconds = 7 * 86_400, 60..=60 * 86_400;
                /// How many heights may wait for quorum; later ones take no votes until the cursor moves.
                max_backlog: u64 as u64 = 14_400, 100..=100_000;
                /// How old, in blocks, a height without quorum must be before finality may be resumed.
                resume_delay: u64 as u64 = 1_000, 10..=1_000_000;
                /// How long the channel's move to another connection is announced before it happens, in seconds.
                rebind_delay: u64 as Seconds = 86_400, 0..=30 * 86_400;
                /// How long orphaned finality providers keep their power, in seconds.
                orphan_grace: u64 as Seconds = 3 * 86_400, 0..=21 * 86_400;
                /// How many finality providers one transfer of rewards names, at most.
                reward_group: u32 as u32 = 10, 1..=256;
                /// How many percent of the ranked stake must have timestamped randomness for a height to have an active
                /// set.
                min_active_percent: u64 as u64 = 34, 0..=67;
            }
            $($rest)*
        }
    };
}
