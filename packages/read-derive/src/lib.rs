//! Derives `api::read::Read`, and serde's `Deserialize` by way of it.
//!
//! # The idea
//!
//! serde's own derive writes a whole parser for each struct: two to three kilobytes of wasm, for some forty
//! messages. This derive writes one call a field into a parser that is there once (see `api::read`), about a
//! tenth of that. It understands what the types of `api` use: structs with named fields; enums, externally tagged,
//! with named, single or no fields; `#[serde(rename = "…")]` and `#[serde(default)]`. Names of variants are snake_case.
//!
//! # The danger
//!
//! `Serialize` and `JsonSchema` are still serde's and schemars': an attribute that they understand and this derive
//! does not would make the contract read something else than it says it does. So any other attribute that concerns
//! reading is refused at compile time.

mod attributes;
mod expand;

use proc_macro::TokenStream;

/// How a type is read from a tree of JSON; see the crate's head.
#[proc_macro_derive(Read, attributes(serde))]
pub fn read(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    expand::read(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}

/// serde's `Deserialize` by way of `Read`: for JSON only. A type that is also stored in a format that does not
/// describe itself takes serde's own.
#[proc_macro_derive(Deserialize)]
pub fn deserialize(input: TokenStream) -> TokenStream {
    expand::deserialize(&syn::parse_macro_input!(input as syn::DeriveInput)).into()
}
