//! The source files of `api` again; [`wire!`](crate::wire) and the macro of the knobs take serde's own derive here.

pub mod bsn;
pub mod btc_light_client;
