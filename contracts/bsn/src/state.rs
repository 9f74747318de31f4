//! Every table of this contract: its key, its value, who writes it and what deletes it; those of the grid are in `state/grid`.
//!
//! Values are postcard. Keys are one letter or digit, then parts of fixed width; numbers are big endian, so that they sort as
//! numbers do. A key of several parts, or of a height, is made by the function that its table names. Any other is one
//! part: an FP's number ([`FpId::to_be_bytes`]), an FP's public key, a txid, a digest, or a number. `c` is reserved for
//! cw2's `contract_info`.
//!
//! Code quotes name the files of `src` that write and delete a table's records; a test holds them against the code.
//!
//! This contract does not use cw-storage-plus: it length-prefixes every part of a key but the last. Changing to it
//! would convert the whole state of a live chain, for keys that are two bytes longer.

mod epochs;
mod gaps;
mod grid;
mod history;
mod keys;
mod ledger;
mod progress;
mod records;
mod stored_item;
mod table;
pub mod votes;

pub use epochs::forget_epochs;
pub use gaps::{Stored, anchored_below, is_resumed};
pub use grid::*;
pub use history::{
    PLACED, commitment_from, forget_absences, last_commitment, power_at, remove_superseded, resumption_from,
    set_at, set_from,
};
pub use keys::{
    concat, due_key, due_of, fp_height_key, fp_txid_key, height_fp_key, height_key, key_height_key, part_key,
    ranking_key,
};
pub use ledger::{StoredLedger, is_ranked, registered, staking_tx};
pub use progress::{ChannelMarks, Gaps, JailMarks, Marks, Progress, Rest, RewardMarks, SetMarks, mark_stale};
pub use records::*;
pub use stored_item::{ItemPlace, PARTS_MAX, StoredItem, digest};
pub use table::{Item, Table, append, raw, raw_within, remove_raw};

use finality::active_set::ActiveSet;
use finality::block_finality::Gap;
use finality::liveness::{Absences, MissBucket, Misses};
use finality::resume::Resumption;
use finality::rewards::{Account, Missed, Weights};
use finality::vote::StoredVote;
use finality::{Commitment, Params};
use primitives::{BlockHeight, BtcHeight, FpId, UnixTime, VotingPower};
use staking::{DelegationStatus, FinalityProvider, FpProfile, Record};

/// The name under which cw2 records this contract.
pub const CONTRACT_NAME: &str = "babylon-contract";
/// The version under which cw2 records this contract.
pub const CONTRACT_VERSION: &str = env!("CARGO_PKG_VERSION");

/// [`Config`].
///
/// Written by `config`, for instantiate, its reply, update_config and moves of the channel, `verifier`, and once
/// `migrations/from_0_2_0`. Never deleted: one record.
pub const CONFIG: Item<Config> = Item::new(b'G');
/// [`Admins`].
///
/// Written by `instantiate` and `execute/admin`. Never deleted: one record.
pub const ADMINS: Item<Admins> = Item::new(b'A');
/// [`Params`].
///
/// Written by `config`, for instantiate and update_config, and `migrations/from_0_2_0`. Never deleted: one record.
pub const PARAMS: Item<Params> = Item::short(b'K');
/// [`Marks`]: the part of [`Progress`] that every block moves.
///
/// Written by `state/progress`, by every EndBlock and by whatever changes the set, by `bitcoin/checkpoints`,
/// `execute/bitcoin_timestamp`, `state/grid` and `heights/grid/set`. Never deleted: one record.
pub const MARKS: Item<Marks> = Item::short(b'P');
/// [`Rest`]: the part of [`Progress`] that an ordinary block leaves as it is.
///
/// Written by `state/progress`, by hooks, packets and messages, where it changes. Never deleted: one record.
pub const REST: Item<Rest> = Item::short(b'O');
/// [`ActiveSet`].
///
/// Written by `instantiate` and `active_set`, in BeginBlock, when the set changes. Never deleted: one record.
pub const ACTIVE: Item<ActiveSet> = Item::new(b'S');
/// [`Channels`].
///
/// Written by `instantiate`, `ibc/connect`, `ibc/receive`, `channel/closed`, `channel/rebind` and
/// `execute/rebind_connection`. Never deleted: one record of bounded length.
pub const CHANNELS: Item<Channels> = Item::short(b'C');
/// [`Header`], the highest of a counted epoch.
///
/// Written by `bitcoin/checkpoints`, when Bitcoin's tip has moved. Never deleted: one record.
pub const LAST_HEADER: Item<Header> = Item::short(b'H');
/// [`Timestamps`].
///
/// Written by `bitcoin/timestamp`, by BTCTimestamp packets, and `bitcoin/checkpoints`. Never deleted: one record of
/// bounded length.
pub const TIMESTAMPS: Item<Timestamps> = Item::new(b'T');
/// The highest Bitcoin height seen.
///
/// Written by `state/ledger`, when Bitcoin's tip has moved. Never deleted: one record.
pub const BTC_TIP: Item<BtcHeight> = Item::short(b'B');
/// [`BitcoinSeen`].
///
/// Written by `bitcoin/follow`, `bitcoin/reply`, and once `migrations/from_0_2_0`. Never deleted: one record.
pub const BITCOIN: Item<BitcoinSeen> = Item::short(b'L');
/// [`Counters`].
///
/// Written by `instantiate`, `state/ledger`, by registration, `intake/queue` and `intake/quarantine`, and once `migrations/from_0_2_0`. Never
/// deleted: one record.
pub const COUNTERS: Item<Counters> = Item::short(b'N');

/// [`Conversion`] of what an older version stored.
///
/// Written by `migrations/from_0_2_0` and `migrations/convert`. Deleted by `migrations/convert`, in the EndBlock
/// that ends it.
pub const CONVERSION: Item<Conversion> = Item::short(b'J');

/// Epoch, a `u64` => [`Epoch`].
///
/// Written by `bitcoin/timestamp`, by BTCTimestamp packets. Deleted by `state/epochs`, with the 100th epoch after
/// it; the base stays.
pub const EPOCHS: Table<8, Epoch> = Table::short(b'E');
/// Height ([`height_key`]) => [`Anchor`].
///
/// Written by `heights/anchor`, in the first hook of each block. Deleted by `heights/prune`, after
/// `anchor_retention_s`.
pub const ANCHORS: Table<8, Anchor> = Table::short(b'a');
/// Slot, FP number (`votes::slot`) => height, [`StoredVote`].
///
/// Written by `state/votes`. Overwritten by the votes of 256 heights later; the rest deleted by `state/votes`, in
/// EndBlock.
pub const SLOTS: Table<5, (BlockHeight, StoredVote)> = Table::short(b'v');
/// Height, FP number ([`height_fp_key`]) => [`StoredVote`].
///
/// Written by `state/votes`, where the slot is taken. Deleted by `state/votes`, in EndBlock, `vote_retention` after
/// settling.
pub const OVERFLOW: Table<12, StoredVote> = Table::short(b'V');
/// Height, FP number ([`height_fp_key`]) => [`VoteBatch`] of many votes.
///
/// Written by `state/votes`, by a message of many votes. Deleted by `state/votes`, like [`OVERFLOW`].
pub const VOTE_BATCHES: Table<12, VoteBatch> = Table::short(b'M');
/// Height, FP number ([`height_fp_key`]) => the signatures of that [`VoteBatch`], and powers.
///
/// Written by `state/votes`, with the batch. Deleted by `state/votes`, with the batch.
pub const SIGNATURES: Table<12, Vec<(VotingPower, [u8; 32])>> = Table::new(b'W');
/// First height of 64, FP number ([`height_fp_key`]) => [`Strips`](votes::Strips) of votes at consecutive ones of those
/// heights.
///
/// Written by `state/votes/strips`, by a message of one FP's votes. Deleted by `state/votes/strips`, in EndBlock,
/// `vote_retention` after the last of the 64 is settled.
pub const STRIPS: Table<12, votes::Strips> = Table::short(b'I');
/// First height, FP number ([`height_fp_key`]) => the signatures of a strip.
///
/// Written by `state/votes/strips`, with the strip. Deleted by `state/votes/strips`, with the strip.
pub const STRIP_SIGNATURES: Table<12, Vec<[u8; 32]>> = Table::new(b'U');
/// Letter of a table => where the next sweep of it begins.
///
/// Written by `sweep`, in EndBlock. Never deleted: four records.
pub const SWEEPS: Table<1, Vec<u8>> = Table::short(b's');
/// FP number, height ([`fp_height_key`]) => power from there on.
///
/// Written by `active_set`, in BeginBlock, when the power changes. Deleted once no anchor lies below the entry
/// above: by `active_set`, with the FP's next entries, and by `sweep`.
pub const POWERS: Table<12, VotingPower> = Table::short(b'h');
/// FP number, start height ([`fp_height_key`]) => [`Commitment`], [`Run`](finality::commitment::Run).
///
/// Written by `execute/commit_public_randomness`; once more by `execute/bootstrap` and by `migrations/convert`. Deleted once spent: by
/// `execute/commit_public_randomness`, with the FP's next commitments, and by `sweep`.
pub const COMMITMENTS: Table<12, Commitment> = Table::short(b'm');
/// First height ([`height_key`]) => [`MissBucket`] of who missed it and the next.
///
/// Written by `heights/liveness/register`, in EndBlock, for misses only. Deleted by `heights/liveness/register`,
/// once out of the window.
pub const MISSED_AT: Table<8, MissBucket> = Table::short(b'n');
/// [`Absences`], the sums of [`MISSED_AT`].
///
/// Written by `heights/liveness/register`, in EndBlock, for misses only, and `state/history`, by unjailing. Never
/// deleted: one record of bounded length.
pub const ABSENCES: Item<Absences> = Item::short(b't');
/// FP number => [`Misses`], as 0.2.0 recorded them.
///
/// Written by nothing any more. Deleted by `heights/liveness`, with the jailing, and by `state/history`, with the
/// unjailing.
pub const MISSES: Table<4, Misses> = Table::short(b'l');
/// FP key => [`FinalityProvider`].
///
/// Written by `state/ledger`, by packets, slashing, jailing and unjailing. Never deleted: one an FP.
pub const PROVIDERS: Table<32, FinalityProvider> = Table::short(b'f');
/// FP number => key.
///
/// Written by `state/ledger`, by registration. Never deleted: one an FP.
pub const FP_KEYS: Table<4, [u8; 32]> = Table::short(b'i');
/// FP key => [`FpProfile`].
///
/// Written by `state/ledger`, by registration. Never deleted: one an FP.
pub const PROFILES: Table<32, FpProfile> = Table::new(b'p');
/// Inverted power, FP key ([`ranking_key`]) => id.
///
/// Written by `state/ledger`, by whatever changes power. Moved and deleted by `state/ledger`, with the power: one
/// an FP.
pub const RANKING: Table<48, FpId> = Table::short(b'r');
/// Inverted power, FP key ([`ranking_key`]) => id of one in jail.
///
/// Written by `state/ledger`, by jailing and by whatever changes the power. Deleted by `state/ledger`: by
/// unjailing, slashing, and with the power.
pub const RANKING_JAILED: Table<48, FpId> = Table::short(b'R');
/// Txid => [`Record`].
///
/// Written by `state/ledger`, by packets and by outcomes. Deleted by `state/ledger`, by an outcome, and by `sweep`,
/// `anchor_retention_s` after its end; the record of an end alone, never.
pub const DELEGATIONS: Table<32, Record> = Table::short(b'D');
/// Txid => [`DelegationStatus`]: it ended early.
///
/// Written by `state/ledger`, by packets. Deleted by `sweep`, with the delegation.
pub const ENDED: Table<32, DelegationStatus> = Table::short(b'd');
/// FP number, txid ([`fp_txid_key`]) => true (the VM has no empty value).
///
/// Written by `state/ledger`, by packets and by outcomes. Deleted by `state/ledger`, by an outcome, and by `sweep`, with the
/// delegation.
pub const DELEGATIONS_OF: Table<36, bool> = Table::short(b'x');
/// Txid or [`ItemPlace`], part ([`part_key`]) => a part of what is too long for one value.
///
/// Written by `state/stored_item`, by packets. Deleted by `state/stored_item`, with the item, and by `sweep`, with the
/// delegation; those of items that 0.2.0 kept, never.
pub const PARTS: Table<33, Vec<u8>> = Table::new(b'u');
/// FP key => end of the jail term.
///
/// Written by `state/ledger`, by jailing. Deleted by `state/ledger`: by
/// unjailing and slashing.
pub const JAILED: Table<32, UnixTime> = Table::short(b'j');
/// Bitcoin height, class and FP number ([`due_key`]) => sats that expire; under [`staking::NEVER`] all verified stake of an FP.
///
/// Written by `state/ledger`, by packets. Deleted by `state/ledger`, by expiry and early ends.
pub const BUCKETS: Table<8, VotingPower> = Table::short(b'b');
/// Number, a `u64` => [`Quarantined`].
///
/// Written by `intake/quarantine`, by packets. Deleted by `intake/quarantine`, by a retry that succeeds; at most
/// [`QUARANTINE_MAX`].
pub const QUARANTINE: Table<8, Quarantined> = Table::new(b'q');
/// Digest of an item => its number in the quarantine.
///
/// Written by `intake/quarantine`, with the item. Deleted by `intake/quarantine`, with the item.
pub const QUARANTINE_KEYS: Table<32, u64> = Table::short(b'k');
/// Number, a `u64` => [`Waiting`].
///
/// Written by `intake/queue`, by packets. Deleted by `intake/queue`, once applied: by BeginBlock, one a block, by
/// packets and by retries.
pub const QUEUE: Table<8, Waiting> = Table::new(b'Q');
/// FP key, height ([`key_height_key`]) => [`Equivocation`].
///
/// Written by `evidence/slash`. Deleted by `sweep`, once Babylon has it and its block has no anchor.
pub const EVIDENCE: Table<40, Equivocation> = Table::new(b'e');
/// FP number => [`Outgoing`].
///
/// Written by `evidence/outbox`, by slashing, sending and acknowledgements. Deleted by `sweep`, with [`EVIDENCE`].
pub const OUTBOX: Table<4, Outgoing> = Table::short(b'o');

/// Last height ([`height_key`]) => [`Resumption`].
///
/// Written by `execute/resume_finality`. Deleted by `execute/resume_finality`, by the next one; once by
/// `migrations/resumed`.
pub const RESUMED: Table<8, Resumption> = Table::short(b'w');
/// First height ([`height_key`]) => [`Gap`] between two quorums.
///
/// Written by `heights/gaps`, in EndBlock; once by `migrations/resumed`. Deleted by `heights/gaps`, in EndBlock,
/// once its heights are forgotten.
pub const GAPS: Table<8, Gap> = Table::short(b'g');

/// Last height ([`height_key`]) => [`ActiveSet`] that ended there.
///
/// Written by `active_set`, in BeginBlock, when the set changes. Deleted by `rewards/weights`, in EndBlock, once it
/// is settled.
pub const SETS: Table<8, ActiveSet> = Table::new(b'y');
/// [`Missed`].
///
/// Written by `rewards/weights`, in EndBlock, for absences only. Never deleted: one record, emptied with each set.
pub const MISSED: Item<Missed> = Item::short(b'z');
/// [`Weights`] of this period.
///
/// Written by `rewards/weights`, in EndBlock, when a set or a period ends. Never deleted: one record of bounded
/// length.
pub const WEIGHTS: Item<Weights> = Item::new(b'Y');
/// Number of a payout, a `u32` => [`Weights`].
///
/// Written by `rewards/owe`, in EndBlock, each `reward_interval`. Deleted by `rewards/owe`, with the next payout,
/// once nothing is owed by it.
pub const PAYOUTS: Table<4, Weights> = Table::new(b'Z');
/// Number, a `u8` => [`Account`] of a denom.
///
/// Written by `rewards/books`, in EndBlock, `rewards/refused`, by replies, and `migrations/from_0_2_0`. Never
/// deleted: at most 32, those of former denominations are written over.
pub const ACCOUNTS: Table<1, Account> = Table::short(b'X');

/// How many items the quarantine holds; later ones are refused with an alarm.
pub const QUARANTINE_MAX: u64 = 100_000;

/// Every letter and digit in use.
pub const LETTERS: &[u8] = b"GAKPOSCHTBLNJEavVMWIUshmntlfiprRDdxujbqkQeowgyzYZX1234567";

#[cfg(test)]
mod tests;
