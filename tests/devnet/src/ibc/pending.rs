use crate::state::BlockNow;

/// Which chain something goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Ours.
    Chain,
    /// The other.
    Remote,
}

/// What a relayer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A packet, to the side that receives it.
    Packet,
    /// An acknowledgement, to the side that sent the packet.
    Ack,
    /// Proof that a packet will never be received, to the side that sent it.
    Timeout,
    /// Proof that the far end is closed.
    CloseConfirm,
}

/// Something that waits for the relayer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pending {
    /// What.
    pub item: Item,
    /// Where to.
    pub to: Side,
    /// The channel's id on the other chain.
    pub remote_channel: String,
    /// The packet's sequence; 0 for [`Item::CloseConfirm`].
    pub sequence: u64,
}

/// What a relayer does wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayFault {
    /// Never carries this.
    Drop(Pending),
    /// Carries this only once our chain builds `height`.
    Delay {
        /// What.
        what: Pending,
        /// The first height at which it is carried.
        height: u64,
    },
    /// Carries nothing to one side before our chain builds `height`.
    Outage {
        /// The side that gets nothing.
        to: Side,
        /// The first height at which it does.
        height: u64,
    },
}

impl RelayFault {
    pub(crate) fn holds(&self, pending: &Pending, now: BlockNow) -> bool {
        match self {
            Self::Drop(what) => what == pending,
            Self::Delay { what, height } => what == pending && now.height < *height,
            Self::Outage { to, height } => *to == pending.to && now.height < *height,
        }
    }
}
