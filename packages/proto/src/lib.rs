//! What Babylon Genesis and an appchain say to each other over the `zoneconcierge` channel.
//!
//! # The idea
//!
//! Packets are protobuf. The message types here are written by hand, tag by tag, after the public
//! definitions (PROTOCOL.md, "Packets"), in modules named as the protobuf packages are. They serve to
//! *encode* (the slashing packet, the doubles of Babylon in tests) and to read one message at a time. Whole
//! packets that arrive are read by [`decode`], into the types of the pure core.
//!
//! # The danger
//!
//! Babylon forgets its events once they are sent and ignores error acknowledgements, so an error here
//! loses stake for ever; a panic or an exhausted memory blocks the ordered channel. Hence:
//!
//! * **Item by item.** A staking packet is cut into its items before any of them is read, so that one
//!   with, say, invalid UTF-8 inside is refused alone. Each is a `Result` of its own.
//! * **Unknown fields are skipped**, so that a newer Babylon can add some.
//! * **Bounded.** At most [`decode::MAX_PACKET_BYTES`] are looked at; nesting is bounded by the
//!   schema, and for unknown groups by prost (100 levels); two-byte items cannot make memory explode,
//!   since they stay bytes until their turn comes.
//! * `BTCHeaderInfo.work` is an ASCII **decimal** number in a `bytes` field (PROTOCOL.md,
//!   "Headers of Bitcoin").
//!
//! # Synopsis
//!
//! ```
//! use bsn_proto::decode::{self, Packet, StakingItem};
//!
//! // OutboundPacket { btc_staking: { unbonded_del: [ {}, { staking_tx_hash: "01" * 32 } ] } }
//! let mut bytes = vec![0x12, 70, 0x1a, 0, 0x1a, 66, 0x0a, 64];
//! bytes.extend("01".repeat(32).bytes());
//! let Packet::Staking(items) = decode::outbound(&bytes)? else { panic!("a staking packet") };
//! let items: Vec<_> = items.iter().map(|raw| raw.decode()).collect();
//! assert!(items[0].is_err(), "the bad one fails alone");
//! assert!(matches!(items[1], Ok(StakingItem::Undelegation(_))));
//! # Ok::<(), decode::PacketError>(())
//! ```
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

/// The port of Babylon's end of the channel (PROTOCOL.md, "The channel").
pub const PORT: &str = "zoneconcierge";
/// The version of the channel.
pub const VERSION: &str = "zoneconcierge-1";

pub mod decode;
mod messages;

pub use messages::{
    btccheckpoint, btclightclient, btcstaking, checkpointing, cosmos, epoching, finality, google, tendermint,
    zoneconcierge,
};
pub use prost::Message;
// Whose types stand in the signatures of this crate.
pub use {bitcoin_spv, covenant, primitives, staking, timestamping};

/// The example of the README is tested, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
