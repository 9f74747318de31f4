//! How the chain calls a contract.
//!
//! # The idea
//!
//! `cosmwasm_std::entry_point` reads what the chain hands over with serde's derive: a parser for `Env`, one for
//! `MessageInfo`, for each IBC message, for replies and for answers to queries. Together they are 40 kB of wasm.
//! Here all of it goes through the parser that a contract's own messages use ([`api::read`]). The contract's
//! functions have the types of cosmwasm-std, so tests and cw-multi-test call them as ever; only the thin layer of
//! exported symbols is another ([`export!`]).
//!
//! # The danger
//!
//! This is where memory crosses between the VM and the contract, so the modules `memory` and `host` contain `unsafe`. They
//! rely on the convention of CosmWasm (`interface_version_8`): a pointer is to a region of twelve bytes, offset, capacity and length
//! of a buffer; whoever receives it owns both. cosmwasm-std exports `allocate` and `deallocate`, by which the VM makes
//! and frees them, with the same allocator.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::float_arithmetic,
        clippy::cast_possible_truncation
    )
)]

#[cfg(target_arch = "wasm32")]
pub mod entry;
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "what the VM offers is imported, and one buffer is filled by it")]
mod host;
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "memory that the VM wrote, or reads")]
mod memory;
#[cfg_attr(not(any(test, target_arch = "wasm32")), expect(dead_code, reason = "used where there is a VM"))]
mod querier;
#[cfg_attr(not(any(test, target_arch = "wasm32")), expect(dead_code, reason = "used where there is a VM"))]
mod sections;

/// Exports a contract's entry points to the chain: each is the function of that name in `$entry`, one that
/// `cosmwasm_std::entry_point` would take. Functions of two kinds: those with a sender (`instantiate`, `execute`), and
/// those without (`query`, `sudo`, `reply`, `migrate` and IBC's).
///
/// ```ignore
/// exports::export!(crate::entry: with_sender [instantiate, execute], without [sudo, migrate], queries [query]);
/// ```
#[macro_export]
macro_rules! export {
    ($entry:path: with_sender [$($sent:ident),*], without [$($called:ident),*], queries [$($query:ident),*]) => {
        #[cfg(target_arch = "wasm32")]
        #[expect(unsafe_code, reason = "a symbol that the chain calls must keep its name")]
        mod exported {
            use $entry as entry;
            $(
                #[unsafe(no_mangle)]
                extern "C" fn $sent(env: u32, info: u32, msg: u32) -> u32 {
                    $crate::entry::with_sender(&entry::$sent, env, info, msg)
                }
            )*
            $(
                #[unsafe(no_mangle)]
                extern "C" fn $called(env: u32, msg: u32) -> u32 {
                    $crate::entry::without_sender(&entry::$called, env, msg)
                }
            )*
            $(
                #[unsafe(no_mangle)]
                extern "C" fn $query(env: u32, msg: u32) -> u32 {
                    $crate::entry::query(&entry::$query, env, msg)
                }
            )*
        }
    };
}
