//! Every table of this contract: its key, its value, who writes it and what deletes it.
//!
//! Values are postcard. Keys are one letter, then parts of fixed width; numbers are big endian, so that they sort as
//! numbers do. A key of several parts, or of a height, is made by the function that its table names. Any other is one
//! part: an FP's number ([`FpId::to_be_bytes`]), an FP's public key, a txid, a digest, or a number. `c` is reserved for
//! cw2's `contract_info`.
//!
//! This contract does not use cw-storage-plus: it length-prefixes every part of a key but the last. Changing to it
//! would convert the whole state of a live chain, for keys that are two bytes longer.

mod epochs;
mod gaps;
mod history;
mod kept;
mod ledger;
mod progress;
mod records;
mod table;
pub mod votes;

pub use epochs::forget_epochs;
pub use gaps::{Stored, anchored_below, is_resumed};
pub use history::{
    PLACED, commitment_from, forget_absences, last_commitment, power_at, remove_superseded, resumption_from,
    set_at, set_from,
};
pub use kept::{Kept, PARTS_MAX, Place, digest};
pub use ledger::{StoredLedger, is_ranked, registered, staking_tx};
pub use progress::{ChannelMarks, Gaps, JailMarks, Marks, Progress, Rest, RewardMarks, SetMarks};
pub use records::*;
pub use table::{Item, Table, append, raw, raw_within, remove_raw};

use cosmwasm_std::{StdResult, Storage};
use finality::active_set::ActiveSet;
use finality::block_finality::Gap;
use finality::liveness::{Absences, Bucket, Misses};
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
/// Written by instantiate, update_config, channel open. Never deleted: one record.
pub const CONFIG: Item<Config> = Item::new(b'G');
/// [`Admins`].
///
/// Written by instantiate, update_admin, accept_admin. Never deleted: one record.
pub const ADMINS: Item<Admins> = Item::new(b'A');
/// [`Params`].
///
/// Written by instantiate, update_config. Never deleted: one record.
pub const PARAMS: Item<Params> = Item::short(b'K');
/// [`Marks`]: the part of [`Progress`] that every block moves.
///
/// Written by every EndBlock and by whatever changes the set. Never deleted: one record.
pub const MARKS: Item<Marks> = Item::short(b'P');
/// [`Rest`]: the part of [`Progress`] that an ordinary block leaves as it is.
///
/// Written by EndBlock and by messages, where it changes. Never deleted: one record.
pub const REST: Item<Rest> = Item::short(b'O');
/// [`ActiveSet`].
///
/// Written by BeginBlock, when the set changes. Never deleted: one record.
pub const ACTIVE: Item<ActiveSet> = Item::new(b'S');
/// [`Channels`].
///
/// Written by channel open, connect and close, and by packets. Never deleted: one record of bounded length.
pub const CHANNELS: Item<Channels> = Item::short(b'C');
/// [`Header`], the highest of a counted epoch.
///
/// Written by follow_bitcoin, packets. Never deleted: one record.
pub const LAST_HEADER: Item<Header> = Item::short(b'H');
/// [`Timestamps`].
///
/// Written by BTCTimestamp packets, follow_bitcoin. Never deleted: one record of bounded length.
pub const TIMESTAMPS: Item<Timestamps> = Item::new(b'T');
/// The highest Bitcoin height seen.
///
/// Written by follow_bitcoin, packets. Never deleted: one record.
pub const BTC_TIP: Item<BtcHeight> = Item::short(b'B');
/// [`Bitcoin`].
///
/// Written by packets, follow_bitcoin. Never deleted: one record.
pub const BITCOIN: Item<Bitcoin> = Item::short(b'L');
/// [`Counters`].
///
/// Written by registration, quarantine. Never deleted: one record.
pub const COUNTERS: Item<Counters> = Item::short(b'N');

/// [`Conversion`] of what an older version stored.
///
/// Written by migrate, EndBlock. Deleted by EndBlock, when it is done.
pub const CONVERSION: Item<Conversion> = Item::short(b'J');

/// Epoch, a `u64` => [`Epoch`].
///
/// Written by BTCTimestamp packets. Deleted with the 100th epoch after it; the base stays.
pub const EPOCHS: Table<8, Epoch> = Table::short(b'E');
/// Height ([`height_key`]) => [`Anchor`].
///
/// Written by the first hook of each block. Deleted by EndBlock, after `anchor_retention_s`.
pub const ANCHORS: Table<8, Anchor> = Table::short(b'a');
/// Slot, FP number (`votes::slot`) => height, [`StoredVote`].
///
/// Written by votes. Overwritten by the votes of 256 heights later; the rest deleted by EndBlock.
pub const SLOTS: Table<5, (BlockHeight, StoredVote)> = Table::short(b'v');
/// Height, FP number ([`height_fp_key`]) => [`StoredVote`].
///
/// Written by votes, where the slot is taken. Deleted by EndBlock, `vote_retention` after settling.
pub const OVERFLOW: Table<12, StoredVote> = Table::short(b'V');
/// Height, FP number ([`height_fp_key`]) => [`Sheet`] of many votes.
///
/// Written by a message of many votes. Deleted like [`OVERFLOW`].
pub const SHEETS: Table<12, Sheet> = Table::short(b'M');
/// Height, FP number ([`height_fp_key`]) => the signatures of that [`Sheet`], and powers.
///
/// Written with the sheet. Deleted with the sheet.
pub const SIGNATURES: Table<12, Vec<(VotingPower, [u8; 32])>> = Table::new(b'W');
/// First height of 64, FP number ([`height_fp_key`]) => [`Strips`](votes::Strips) of votes at consecutive ones of those
/// heights.
///
/// Written by a message of one FP's votes. Deleted by EndBlock, `vote_retention` after the last of the 64 is settled.
pub const STRIPS: Table<12, votes::Strips> = Table::short(b'I');
/// First height, FP number ([`height_fp_key`]) => the signatures of a strip.
///
/// Written with the strip. Deleted with the strip.
pub const STRIP_SIGNATURES: Table<12, Vec<[u8; 32]>> = Table::new(b'U');
/// Letter of a table => where the next sweep of it begins.
///
/// Written by EndBlock. Never deleted: four records.
pub const SWEEPS: Table<1, Vec<u8>> = Table::short(b's');
/// FP number, height ([`fp_height_key`]) => power from there on.
///
/// Written by BeginBlock, when it changes. Deleted once no anchor lies below the entry above: by the FP's
/// next entries and by the sweep of EndBlock.
pub const POWERS: Table<12, VotingPower> = Table::short(b'h');
/// FP number, start height ([`fp_height_key`]) => [`Commitment`], [`Run`](finality::commitment::Run).
///
/// Written by commit_public_randomness. Deleted once spent: by the FP's next commitments and by the sweep of
/// EndBlock.
pub const COMMITMENTS: Table<12, Commitment> = Table::short(b'm');
/// First height ([`height_key`]) => [`Bucket`] of who missed it and the next.
///
/// Written by EndBlock, for misses only. Deleted by EndBlock, once out of the window.
pub const MISSED_AT: Table<8, Bucket> = Table::short(b'n');
/// [`Absences`], the sums of [`MISSED_AT`].
///
/// Written by EndBlock for misses only, and by unjailing. Never deleted: one record of bounded length.
pub const ABSENCES: Item<Absences> = Item::short(b't');
/// FP number => [`Misses`], as 0.2.0 recorded them.
///
/// Not written any more. Deleted by jailing and unjailing.
pub const MISSES: Table<4, Misses> = Table::short(b'l');
/// FP key => [`FinalityProvider`].
///
/// Written by packets, slashing, jailing. Never deleted: one an FP.
pub const PROVIDERS: Table<32, FinalityProvider> = Table::short(b'f');
/// FP number => key.
///
/// Written by registration. Never deleted: one an FP.
pub const FP_KEYS: Table<4, [u8; 32]> = Table::short(b'i');
/// FP key => [`FpProfile`].
///
/// Written by registration. Never deleted: one an FP.
pub const PROFILES: Table<32, FpProfile> = Table::new(b'p');
/// Inverted power, FP key ([`ranking_key`]) => id.
///
/// Written by whatever changes power. Moved and deleted with the power: one an FP.
pub const RANKING: Table<48, FpId> = Table::short(b'r');
/// Inverted power, FP key ([`ranking_key`]) => id of one in jail.
///
/// Written by jailing and by whatever changes the power. Deleted by unjailing, slashing, and with the power.
pub const RANKING_JAILED: Table<48, FpId> = Table::short(b'R');
/// Txid => [`Record`].
///
/// Written by packets. Deleted by the sweep of EndBlock, `anchor_retention_s` after its end; the record of an
/// end alone, never.
pub const DELEGATIONS: Table<32, Record> = Table::short(b'D');
/// Txid => [`DelegationStatus`]: it ended early.
///
/// Written by packets. Deleted with the delegation.
pub const ENDED: Table<32, DelegationStatus> = Table::short(b'd');
/// FP number, txid ([`fp_txid_key`]) => true (the VM has no empty value).
///
/// Written by packets. Deleted with the delegation.
pub const DELEGATIONS_OF: Table<36, bool> = Table::short(b'x');
/// Txid or [`Place`], part ([`part_key`]) => a part of what is too long for one value.
///
/// Written by packets. Deleted with the delegation or the item; those of items that 0.2.0 kept, never.
pub const PARTS: Table<33, Vec<u8>> = Table::new(b'u');
/// FP key => end of the jail term.
///
/// Written by jailing, unjailing, slashing. Deleted with the term.
pub const JAILED: Table<32, UnixTime> = Table::short(b'j');
/// Bitcoin height, FP number ([`btc_height_fp_key`]) => sats that expire.
///
/// Written by packets. Deleted by expiry.
pub const BUCKETS: Table<8, VotingPower> = Table::short(b'b');
/// Number, a `u64` => [`Quarantined`].
///
/// Written by packets. Deleted by a retry that succeeds; at most [`QUARANTINE_MAX`].
pub const QUARANTINE: Table<8, Quarantined> = Table::new(b'q');
/// Digest of an item => its number in the quarantine.
///
/// Written with the item. Deleted with the item.
pub const QUARANTINE_KEYS: Table<32, u64> = Table::short(b'k');
/// Number, a `u64` => [`Waiting`].
///
/// Written by packets. Deleted once applied: by BeginBlock, one a block, by packets and by retries.
pub const QUEUE: Table<8, Waiting> = Table::new(b'Q');
/// FP key, height ([`key_height_key`]) => [`Equivocation`].
///
/// Written by slashing. Deleted by EndBlock's sweep, once Babylon has it and its block has no anchor.
pub const EVIDENCE: Table<40, Equivocation> = Table::new(b'e');
/// FP number => [`Outgoing`].
///
/// Written by slashing, acknowledgements. Deleted with [`EVIDENCE`].
pub const OUTBOX: Table<4, Outgoing> = Table::short(b'o');

/// Last height ([`height_key`]) => [`Resumption`].
///
/// Written by resume_finality. Deleted by the next one.
pub const RESUMED: Table<8, Resumption> = Table::short(b'w');
/// First height ([`height_key`]) => [`Gap`] between two quorums.
///
/// Written by EndBlock. Deleted by EndBlock, once its heights are forgotten.
pub const GAPS: Table<8, Gap> = Table::short(b'g');

/// Last height ([`height_key`]) => [`ActiveSet`] that ended there.
///
/// Written by BeginBlock, when the set changes. Deleted by EndBlock, once it is settled.
pub const SETS: Table<8, ActiveSet> = Table::new(b'y');
/// [`Missed`].
///
/// Written by EndBlock, for absences only. Never deleted: one record, emptied with each set.
pub const MISSED: Item<Missed> = Item::short(b'z');
/// [`Weights`] of this period.
///
/// Written by EndBlock, when a set or a period ends. Never deleted: one record of bounded length.
pub const WEIGHTS: Item<Weights> = Item::new(b'Y');
/// Number of a payout, a `u32` => [`Weights`].
///
/// Written by EndBlock, each `reward_interval`. Deleted by the next payout, once nothing is owed by it.
pub const PAYOUTS: Table<4, Weights> = Table::new(b'Z');
/// Number, a `u8` => [`Account`] of a denom.
///
/// Written by EndBlock, replies. Never deleted: at most 32, those of former denominations are written over.
pub const ACCOUNTS: Table<1, Account> = Table::short(b'X');

/// How many items the quarantine holds; later ones are refused with an alarm.
pub const QUARANTINE_MAX: u64 = 100_000;

/// Every letter in use.
pub const LETTERS: &[u8] = b"GAKPOSCHTBLNJEavVMWIUshmntlfiprRDdxujbqkQeowgyzYZX";

/// Has the active set computed anew with the next BeginBlock.
pub fn mark_stale(storage: &mut dyn Storage) -> StdResult<()> {
    let mut marks = MARKS.load(storage)?;
    if marks.stale {
        return Ok(());
    }
    marks.stale = true;
    MARKS.save(storage, &marks)
}

/// A height.
pub fn height_key(height: BlockHeight) -> [u8; 8] {
    height.get().to_be_bytes()
}

/// An FP at a height, ordered by height.
pub fn height_fp_key(height: BlockHeight, id: FpId) -> [u8; 12] {
    concat(&height.get().to_be_bytes(), &id.to_be_bytes())
}

/// An FP at a height, ordered by FP.
pub fn fp_height_key(id: FpId, height: BlockHeight) -> [u8; 12] {
    concat(&id.to_be_bytes(), &height.get().to_be_bytes())
}

/// An FP at a height, by its public key, ordered by that.
pub fn key_height_key(key: &[u8; 32], height: BlockHeight) -> [u8; 40] {
    concat(key, &height.get().to_be_bytes())
}

/// An FP in a ranking: most power first, the lower key first among equals.
pub fn ranking_key(power: VotingPower, key: &[u8; 32]) -> [u8; 48] {
    concat(&(!power.get()).to_be_bytes(), key)
}

/// An FP at a height of Bitcoin, ordered by height.
pub fn btc_height_fp_key(height: BtcHeight, id: FpId) -> [u8; 8] {
    concat(&height.get().to_be_bytes(), &id.to_be_bytes())
}

/// A delegation of an FP, by the 32 bytes of its txid.
pub fn fp_txid_key(id: FpId, txid: &[u8]) -> [u8; 36] {
    concat(&id.to_be_bytes(), txid)
}

/// A part of what is too long for one value, by the 32 bytes of that.
pub fn part_key(whole: &[u8], part: u8) -> [u8; 33] {
    concat(whole, &[part])
}

/// Two parts of a key, one behind the other; `N` is the sum of their lengths.
pub fn concat<const N: usize>(first: &[u8], second: &[u8]) -> [u8; N] {
    let mut key = [0; N];
    for (to, from) in key.iter_mut().zip(first.iter().chain(second)) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-40
    #[test]
    fn no_two_keys_overlap() {
        let mut letters = LETTERS.to_vec();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), LETTERS.len());
        assert!(!letters.contains(&b'c'), "cw2's contract_info");
        let source = include_str!("state.rs");
        let declared: Vec<u8> = source
            .split("(b'")
            .skip(1)
            .filter_map(|rest| rest.as_bytes().first().copied())
            .filter(u8::is_ascii_alphabetic)
            .collect();
        assert_eq!(declared, LETTERS, "a letter is declared that LETTERS does not list, or twice");
    }

    #[test]
    fn the_ranking_is_by_power_and_then_by_key() {
        let most = ranking_key(VotingPower::new(9), &[2; 32]);
        let tie = ranking_key(VotingPower::new(9), &[3; 32]);
        let least = ranking_key(VotingPower::new(1), &[0; 32]);
        assert!(most < tie && tie < least);
    }
}
