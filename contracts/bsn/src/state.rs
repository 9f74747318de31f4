//! All storage on one screen. Values are postcard, keys fixed-width big endian behind one letter.
//!
//! | letter | key => value | written by | pruned by |
//! |---|---|---|---|
//! | `G` | => [`Config`] | instantiate, update_config, channel open | never: one record |
//! | `A` | => [`Admins`] | instantiate, update_admin, accept_admin | never: one record |
//! | `K` | => [`Params`] | instantiate, update_config | never: one record |
//! | `P` | => [`Progress`] | every EndBlock; whatever changes the set | never: one record |
//! | `S` | => [`ActiveSet`] | BeginBlock, when the set changes | never: one record |
//! | `C` | => [`Channels`] | channel open, connect, close; packets | never: one record of bounded length |
//! | `H` | => [`Header`], the highest of a counted epoch | follow_bitcoin, packets | never: one record |
//! | `T` | => [`Timestamps`] | BTCTimestamp packets, follow_bitcoin | never: one record of bounded length |
//! | `E` | epoch => [`Epoch`] | BTCTimestamp packets | with the 100th epoch after it; the base stays |
//! | `B` | => highest Bitcoin height seen | follow_bitcoin, packets | never: one record |
//! | `L` | => [`Bitcoin`] | packets, follow_bitcoin | never: one record |
//! | `N` | => [`Counters`] | registration, quarantine | never: one record |
//! | `a` | height => [`Anchor`] | the first hook of each block | EndBlock, after `anchor_retention_s` |
//! | `v` | slot, id => height, [`StoredVote`] | votes | the votes of 256 heights later; what they leave, EndBlock |
//! | `V` | height, id => [`StoredVote`] | votes, where the slot is taken | EndBlock, `vote_retention` after settling |
//! | `M` | height, id => [`Sheet`] of many votes | a message of many votes | with `V` |
//! | `W` | height, id => the signatures of that sheet | with `M` | with `M` |
//! | `s` | table => where the next sweep of it begins | EndBlock | never: four records |
//! | `h` | id, height => power from there on | BeginBlock, when it changes | the FP's next entries, and EndBlock's sweep, once no anchor is below the entry above |
//! | `m` | id, start height => [`Commitment`], [`Run`](finality::commitment::Run) | commit_public_randomness | the FP's next commitments, and EndBlock's sweep, once spent |
//! | `n` | first height => [`Bucket`] of who missed it and the next | EndBlock, for misses only | EndBlock, once out of the window |
//! | `t` | => [`Absences`], the sums of `n` | EndBlock, for misses only; unjailing | never: one record of bounded length |
//! | `l` | id => [`Misses`], as 0.2.0 recorded them | no more | jailing and unjailing; else never: one an FP |
//! | `f` | key => [`FinalityProvider`] | packets, slashing, jailing | never: one an FP |
//! | `i` | id => key | registration | never: one an FP |
//! | `p` | key => [`FpProfile`] | registration | never: one an FP |
//! | `r` | inverted power, key => id | whatever changes power | with it: one an FP |
//! | `R` | inverted power, key => id of one in jail | whatever changes its power, jailing | with it; unjailing, slashing |
//! | `D` | txid => [`Record`] | packets | EndBlock's sweep, long after its end; one of an end alone, never |
//! | `d` | txid => [`DelegationStatus`], the early end of a delegation | packets | with `D` |
//! | `x` | id, txid => true (the VM knows no empty value) | packets | with `D` |
//! | `u` | txid or digest, part => a part of what is too long for one value | packets | with `D`; those of items, never: only items of more than 32,000 bytes |
//! | `j` | key => end of the jail term | jailing, unjailing, slashing | with the term |
//! | `b` | Bitcoin height, id => sats that expire | packets | expiry |
//! | `w` | last height => [`Resumption`] | resume_finality | the next one |
//! | `g` | first height => [`Gap`] between two quorums | EndBlock | EndBlock, once its heights are forgotten |
//! | `q` | number => [`Quarantined`] | packets | a retry that succeeds; bounded by [`QUARANTINE_MAX`] |
//! | `k` | digest of an item => its number in the quarantine | with `q` | with it |
//! | `Q` | number => [`Waiting`] | packets | BeginBlock, one a block; packets, retries |
//! | `y` | last height => [`ActiveSet`] that ended there | BeginBlock, when the set changes | EndBlock, once it is settled |
//! | `z` | => [`Missed`] | EndBlock, for absences only | never: one record, emptied with each set |
//! | `Y` | => [`Weights`] of this period | EndBlock, when a set or a period ends | never: one record of bounded length |
//! | `Z` | payout => [`Weights`] | EndBlock, each `reward_interval` | the next payout, once nothing is owed by it |
//! | `X` | number => [`Account`] of a denom | EndBlock, replies | never: at most 32, those of former denoms written over |
//! | `J` | => [`Conversion`] of what an older version stored | migrate, EndBlock | EndBlock, when it is done |
//! | `e` | key, height => [`Equivocation`] | slashing | EndBlock's sweep, once Babylon has it and its block has no anchor |
//! | `o` | id => [`Outgoing`] | slashing, acknowledgements | with `e` |
//!
//! cw2 keeps its own record under `contract_info`, which is why `c` is nobody's.

mod epochs;
mod gaps;
mod history;
mod kept;
mod ledger;
mod records;
mod table;
pub mod votes;

pub use epochs::forget_epochs;
pub use gaps::{Stored, is_resumed};
pub use history::{
    PLACED, commitment_from, forget_absences, last_commitment, power_at, remove_superseded, resumption_from,
    set_at, set_from,
};
pub use kept::{Kept, PARTS_MAX, digest};
pub use ledger::{StoredLedger, is_ranked, staking_tx};
pub use records::*;
pub use table::{Item, Table, append, raw, raw_within, remove_raw};

use crate::convert::Conversion;
use cosmwasm_std::{StdResult, Storage};
use finality::active_set::ActiveSet;
use finality::block_finality::Gap;
use finality::liveness::{Absences, Bucket, Misses};
use finality::resume::Resumption;
use finality::rewards::{Account, Missed, Weights};
use finality::vote::StoredVote;
use finality::{Commitment, Params};
use primitives::{BlockHeight, BtcHeight, VotingPower};
use staking::{DelegationStatus, FinalityProvider, FpProfile, Record};

/// See the module's table.
pub const CONFIG: Item<Config> = Item::new(b'G');
/// See the module's table.
pub const ADMINS: Item<Admins> = Item::new(b'A');
/// See the module's table.
pub const PARAMS: Item<Params> = Item::new(b'K');
/// See the module's table.
pub const PROGRESS: Item<Progress> = Item::new(b'P');
/// See the module's table.
pub const ACTIVE: Item<ActiveSet> = Item::new(b'S');
/// See the module's table.
pub const CHANNELS: Item<Channels> = Item::new(b'C');
/// See the module's table.
pub const LAST_HEADER: Item<Header> = Item::new(b'H');
/// See the module's table.
pub const TIMESTAMPS: Item<Timestamps> = Item::new(b'T');
/// See the module's table.
pub const BTC_TIP: Item<BtcHeight> = Item::new(b'B');
/// See the module's table.
pub const BITCOIN: Item<Bitcoin> = Item::new(b'L');
/// See the module's table.
pub const COUNTERS: Item<Counters> = Item::new(b'N');

/// See the module's table.
pub const CONVERSION: Item<Conversion> = Item::new(b'J');

/// See the module's table.
pub const EPOCHS: Table<8, Epoch> = Table::new(b'E');
/// See the module's table.
pub const ANCHORS: Table<8, Anchor> = Table::new(b'a');
/// See the module's table.
pub const SLOTS: Table<5, (BlockHeight, StoredVote)> = Table::new(b'v');
/// See the module's table.
pub const OVERFLOW: Table<12, StoredVote> = Table::new(b'V');
/// See the module's table.
pub const SHEETS: Table<12, Sheet> = Table::new(b'M');
/// See the module's table.
pub const SIGNATURES: Table<12, Vec<(VotingPower, [u8; 32])>> = Table::new(b'W');
/// See the module's table.
pub const SWEEPS: Table<1, Vec<u8>> = Table::new(b's');
/// See the module's table.
pub const POWERS: Table<12, VotingPower> = Table::new(b'h');
/// See the module's table.
pub const COMMITMENTS: Table<12, Commitment> = Table::new(b'm');
/// See the module's table.
pub const MISSED_AT: Table<8, Bucket> = Table::new(b'n');
/// See the module's table.
pub const ABSENCES: Item<Absences> = Item::new(b't');
/// See the module's table.
pub const MISSES: Table<4, Misses> = Table::new(b'l');
/// See the module's table.
pub const PROVIDERS: Table<32, FinalityProvider> = Table::new(b'f');
/// See the module's table.
pub const FP_KEYS: Table<4, [u8; 32]> = Table::new(b'i');
/// See the module's table.
pub const PROFILES: Table<32, FpProfile> = Table::new(b'p');
/// See the module's table.
pub const RANKING: Table<48, u32> = Table::new(b'r');
/// See the module's table.
pub const RANKING_JAILED: Table<48, u32> = Table::new(b'R');
/// See the module's table.
pub const DELEGATIONS: Table<32, Record> = Table::new(b'D');
/// See the module's table.
pub const ENDED: Table<32, DelegationStatus> = Table::new(b'd');
/// See the module's table.
pub const DELEGATIONS_OF: Table<36, bool> = Table::new(b'x');
/// See the module's table.
pub const PARTS: Table<33, Vec<u8>> = Table::new(b'u');
/// See the module's table.
pub const JAILED: Table<32, u64> = Table::new(b'j');
/// See the module's table.
pub const BUCKETS: Table<8, VotingPower> = Table::new(b'b');
/// See the module's table.
pub const QUARANTINE: Table<8, Quarantined> = Table::new(b'q');
/// See the module's table.
pub const QUARANTINE_KEYS: Table<32, u64> = Table::new(b'k');
/// See the module's table.
pub const QUEUE: Table<8, Waiting> = Table::new(b'Q');
/// See the module's table.
pub const EVIDENCE: Table<40, Equivocation> = Table::new(b'e');
/// See the module's table.
pub const OUTBOX: Table<4, Outgoing> = Table::new(b'o');

/// See the module's table.
pub const RESUMED: Table<8, Resumption> = Table::new(b'w');
/// See the module's table.
pub const GAPS: Table<8, Gap> = Table::new(b'g');

/// See the module's table.
pub const SETS: Table<8, ActiveSet> = Table::new(b'y');
/// See the module's table.
pub const MISSED: Item<Missed> = Item::new(b'z');
/// See the module's table.
pub const WEIGHTS: Item<Weights> = Item::new(b'Y');
/// See the module's table.
pub const PAYOUTS: Table<4, Weights> = Table::new(b'Z');
/// See the module's table.
pub const ACCOUNTS: Table<1, Account> = Table::new(b'X');

/// How many items the quarantine holds; later ones are refused with an alarm.
pub const QUARANTINE_MAX: u64 = 100_000;

/// Every letter in use.
pub const LETTERS: &[u8] = b"GAKPSCHTBLNJEavVMWshmntlfiprRDdxujbqkQeowgyzYZX";

/// Has the active set computed anew with the next BeginBlock.
pub fn mark_stale(storage: &mut dyn Storage) -> StdResult<()> {
    let mut progress = PROGRESS.load(storage)?;
    if progress.stale {
        return Ok(());
    }
    progress.stale = true;
    PROGRESS.save(storage, &progress)
}

/// The key of a height.
pub fn at(height: BlockHeight) -> [u8; 8] {
    height.get().to_be_bytes()
}

/// The key of an FP at a height, ordered by height.
pub fn at_of(height: BlockHeight, id: u32) -> [u8; 12] {
    join(&height.get().to_be_bytes(), &id.to_be_bytes())
}

/// The key of an FP at a height, ordered by FP.
pub fn of_at(id: u32, height: BlockHeight) -> [u8; 12] {
    join(&id.to_be_bytes(), &height.get().to_be_bytes())
}

/// The key of an FP in the ranking: most power first, the lower key first among equals.
pub fn rank(power: VotingPower, key: &[u8; 32]) -> [u8; 48] {
    join(&(!power.get()).to_be_bytes(), key)
}

/// The key of something of an FP at a height, by its public key.
pub fn key_at(key: &[u8; 32], height: BlockHeight) -> [u8; 40] {
    join(key, &height.get().to_be_bytes())
}

/// Two parts of a key, one behind the other; `N` is the sum of their lengths.
pub fn join<const N: usize>(first: &[u8], second: &[u8]) -> [u8; N] {
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
            .split("::new(b'")
            .skip(1)
            .filter_map(|rest| rest.as_bytes().first().copied())
            .filter(u8::is_ascii_alphabetic)
            .collect();
        assert_eq!(declared, LETTERS, "a letter is declared that LETTERS does not list, or twice");
    }

    #[test]
    fn the_ranking_is_by_power_and_then_by_key() {
        let most = rank(VotingPower::new(9), &[2; 32]);
        let tie = rank(VotingPower::new(9), &[3; 32]);
        let least = rank(VotingPower::new(1), &[0; 32]);
        assert!(most < tie && tie < least);
    }
}
