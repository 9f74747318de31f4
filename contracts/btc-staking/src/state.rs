//! All that is stored. Names and keys as cw-storage-plus lays them out, values postcard. An outpoint is the txid in internal
//! order and the output big endian, as are all numbers in keys.
//!
//! | name | key | value | written by | deleted by |
//! |---|---|---|---|---|
//! | `config` | | [`Config`] | instantiate | never |
//! | `t` | | [`Totals`] | take_items, proofs, follow, forget, replies | never |
//! | `y` | | a block: height 4 ‖ hash 32 | proofs, reorganizations | never |
//! | `rate` | | the slashing rate of the last version of Babylon's family, as text | instantiate, append_params | never |
//! | `unbonding` | | the shortest unbonding time, or exit time, of all: two bytes, big endian | instantiate, append_params | never |
//! | `p` | family 1 ‖ version 4 | [`ParamsRecord`] | instantiate, append_params | never |
//! | `i` | outpoint | [`Facts`] ‖ [`SlashingData`] | take_items, submit_delegations, prove_self_stake | forget, when the lock is over |
//! | `j` | outpoint | [`Outpoint`]; of a stake that waits nothing, or its spend, as long as Babylon vouches for it | ends, proofs, follow | forget; of a spend follow, 65,535 blocks later |
//! | `l` | list 1 ‖ height 4 ‖ outpoint ([`standing::List`]) | hash 32 of the block of a spend that is not deep yet, else nothing | proofs, forget | follow, ends |
//! | `o` | outpoint | true: `bsn` has not taken what became of it | replies | replies, follow |
//! | `x` | | the key in `o` of what was sent again last | follow | never |
//! | `h` | hash 32 | height 4 ‖ Merkle root 32 ‖ previous hash 32 | bring_headers | never: at most one a block of Bitcoin |
//! | `r` | FP 32 | [`Provider`](payout::Provider): commission, sats that earn, and by denomination index, carry, dust, account | rewards, claims, replies | never |
//! | `a` | outpoint | [`Account`](payout::Account): staker, what it is owed, and by what it earns | replies, claims | replies, claims: once it has ended and nothing is owed |
//! | `e` | height 4 ‖ FP 32 | how many sats expire there | replies | rewards, follow, replies |
//! | `c` | height 4 ‖ FP 32 | [`Closed`](payout::Closed): how many of them are not settled, and the last indices | rewards, follow, claims, replies | claims, replies: once all are |
//! | `n` | staker 32 | [`Payee`] | set_payout | never |
//! | `own` | FP 32 | its owner's address | register_fp | never |
//! | `denoms` | | denominations of rewards, by their numbers; at most 32 | rewards | never |
//! | `bounty` | | denomination and amount | set_spend_bounty | never |
//! | `contract_info` | | cw2 | instantiate, migrate | never |

mod keys;
mod params;
mod payout;
mod records;
mod stakes;
mod table;

pub use keys::{after, outpoint_key, outpoint_of};
pub use params::{
    append, family_byte, family_name, family_of, last_version, load_terms, note_unbonding, version_key,
};
pub use payout::{
    ACCOUNTS, BOUNTY, CLOSED, DENOMS, OPEN, OWNERS, PAYEES, PROVIDERS, Payee, bucket_key, bucket_of,
};
pub use records::{
    Brought, Config, Facts, Outpoint, ParamsRecord, SELF_STAKE, Said, SelfStake, SignedTx, SlashingData,
    Totals,
};
pub use stakes::Stakes;
pub use table::{Single, Table};

/// The contract's name for cw2.
pub const NAME: &str = "btc-staking";
/// The contract's version for cw2.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The configuration.
pub const CONFIG: Single<Config> = Single::new("config");
/// What every message may change.
pub const TOTALS: Single<Totals> = Single::new("t");
/// A block of which all watched blocks are ancestors.
pub const SYNCED: Single<(u32, [u8; 32])> = Single::new("y");
/// Parameters.
pub const PARAMS: Table<ParamsRecord> = Table::new("p");
/// Items.
pub const ITEMS: Table<(Facts, SlashingData)> = Table::new(ITEM);
/// What of an item is needed beside of slashing: a record's first part.
pub const FACTS: Table<Facts> = Table::new(ITEM);
/// What is known of outpoints.
pub const OUTPOINTS: Table<Outpoint> = Table::new("j");
/// Lists by height.
pub const LISTS: Table<Vec<u8>> = Table::new("l");
/// The last stake that was sent again.
pub const SENT_AGAIN: Single<Vec<u8>> = Single::new("x");
/// What `bsn` has not taken.
pub const UNSENT: Table<bool> = Table::new("o");
/// Headers that were brought.
pub const BROUGHT: Table<Brought> = Table::new("h");

/// The name of the table of items.
const ITEM: &str = "i";
