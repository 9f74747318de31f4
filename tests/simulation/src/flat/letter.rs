//! The letters of the contract's tables, as patterns; [`bsn::state`] says what each holds.

use bsn::state;

pub const ABSENCES: u8 = state::ABSENCES.letter();
pub const ACCOUNTS: u8 = state::ACCOUNTS.letter();
pub const ACTIVE: u8 = state::ACTIVE.letter();
pub const ADMINS: u8 = state::ADMINS.letter();
pub const ANCHORS: u8 = state::ANCHORS.letter();
pub const BITCOIN: u8 = state::BITCOIN.letter();
pub const BTC_TIP: u8 = state::BTC_TIP.letter();
pub const BUCKETS: u8 = state::BUCKETS.letter();
pub const CHANNELS: u8 = state::CHANNELS.letter();
pub const COMMITMENTS: u8 = state::COMMITMENTS.letter();
pub const CONFIG: u8 = state::CONFIG.letter();
pub const CONVERSION: u8 = state::CONVERSION.letter();
pub const COUNTERS: u8 = state::COUNTERS.letter();
pub const DELEGATIONS: u8 = state::DELEGATIONS.letter();
pub const DELEGATIONS_OF: u8 = state::DELEGATIONS_OF.letter();
pub const ENDED: u8 = state::ENDED.letter();
pub const EPOCHS: u8 = state::EPOCHS.letter();
pub const FP_KEYS: u8 = state::FP_KEYS.letter();
pub const GAPS: u8 = state::GAPS.letter();
pub const LAST_HEADER: u8 = state::LAST_HEADER.letter();
pub const MARKS: u8 = state::MARKS.letter();
pub const MISSED: u8 = state::MISSED.letter();
pub const MISSED_AT: u8 = state::MISSED_AT.letter();
pub const MISSES: u8 = state::MISSES.letter();
pub const OVERFLOW: u8 = state::OVERFLOW.letter();
pub const PARAMS: u8 = state::PARAMS.letter();
pub const PARTS: u8 = state::PARTS.letter();
pub const PAYOUTS: u8 = state::PAYOUTS.letter();
pub const POWERS: u8 = state::POWERS.letter();
pub const PROFILES: u8 = state::PROFILES.letter();
pub const PROVIDERS: u8 = state::PROVIDERS.letter();
pub const RANKING: u8 = state::RANKING.letter();
pub const RANKING_JAILED: u8 = state::RANKING_JAILED.letter();
pub const REST: u8 = state::REST.letter();
pub const SETS: u8 = state::SETS.letter();
pub const VOTE_BATCHES: u8 = state::VOTE_BATCHES.letter();
pub const SIGNATURES: u8 = state::SIGNATURES.letter();
pub const SLOTS: u8 = state::SLOTS.letter();
pub const STRIPS: u8 = state::STRIPS.letter();
pub const STRIP_SIGNATURES: u8 = state::STRIP_SIGNATURES.letter();
pub const SWEEPS: u8 = state::SWEEPS.letter();
pub const TIMESTAMPS: u8 = state::TIMESTAMPS.letter();
pub const WEIGHTS: u8 = state::WEIGHTS.letter();
/// What cw2 stores lies under `contract_info`.
pub const CONTRACT_INFO: u8 = b'c';
