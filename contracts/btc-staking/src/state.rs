//! All that is stored. Names and keys as cw-storage-plus lays them out, values postcard. An outpoint is the txid in internal
//! order and the output big endian, as are all numbers in keys.
//!
//! | name | key | value | written by | deleted by |
//! |---|---|---|---|---|
//! | `config` | | [`Config`] | instantiate | never |
//! | `t` | | [`Totals`] | whatever changes where stake stands | never |
//! | `y` | | a block: height 4 ‖ hash 32 | proofs, reorganizations | never |
//! | `p` | family 1 ‖ version 4 | [`ParamsRecord`] | instantiate, append_params | never |
//! | `i` | outpoint | [`Facts`] | take_items | follow, when the lock is over |
//! | `j` | outpoint | [`State`] | take_items, proofs, follow | with the facts |
//! | `d` | outpoint | [`SlashingData`] | take_items | with the facts |
//! | `s` | outpoint | height 4 ‖ hash 32 of the block that spent it; of outpoints without item | proofs, ends | follow, 65,535 blocks later |
//! | `l` | list 1 ‖ height 4 ‖ outpoint | hash 32, of a date zeros ([`standing::List`]) | take_items, proofs | follow, ends |
//! | `o` | outpoint | true: `bsn` has not taken what became of it | replies | replies, follow |
//! | `x` | | the key in `o` of what was sent again last | follow | never |
//! | `S`, `F` | key 32 ‖ outpoint | true; by staker and by finality provider, of stake that has counted | proofs, follow | with the facts |
//! | `h` | hash 32 | height 4 ‖ Merkle root 32 ‖ previous hash 32 | bring_headers | never: at most one for 144 blocks of Bitcoin |
//! | `contract_info` | | cw2 | instantiate, migrate | never |

mod keys;
mod params;
mod records;
mod stakes;
mod table;

pub use keys::{after, indexed, outpoint_key, outpoint_of};
pub use params::{family_byte, family_name, family_of, last_version, load_terms, version_key};
pub use records::{Brought, Config, Facts, ParamsRecord, SignedTx, SlashingData, State, Totals};
pub use stakes::Stakes;
pub use table::{Single, Table};

/// The configuration.
pub const CONFIG: Single<Config> = Single::new("config");
/// Sums over all stakes.
pub const TOTALS: Single<Totals> = Single::new("t");
/// A block of which all watched blocks are ancestors.
pub const SYNCED: Single<(u32, [u8; 32])> = Single::new("y");
/// Parameters.
pub const PARAMS: Table<ParamsRecord> = Table::new("p");
/// What never changes of an item.
pub const FACTS: Table<Facts> = Table::new("i");
/// Where its stake stands.
pub const STATES: Table<State> = Table::new("j");
/// What slashes it.
pub const SLASHING: Table<SlashingData> = Table::new("d");
/// Outpoints that were spent.
pub const SPENT: Table<(u32, [u8; 32])> = Table::new("s");
/// Lists by height.
pub const LISTS: Table<[u8; 32]> = Table::new("l");
/// The last stake that was sent again.
pub const SENT_AGAIN: Single<Vec<u8>> = Single::new("x");
/// What `bsn` has not taken.
pub const UNSENT: Table<bool> = Table::new("o");
/// Stakes by staker.
pub const BY_STAKER: Table<bool> = Table::new("S");
/// Stakes by finality provider.
pub const BY_FP: Table<bool> = Table::new("F");
/// Headers that were brought.
pub const BROUGHT: Table<Brought> = Table::new("h");
