//! `google.protobuf`.

use primitives::UnixNanos;
use prost::Message;

/// A time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Message)]
pub struct Timestamp {
    /// Seconds since 1970, UTC.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
    /// Nanoseconds on top, 0 to 999,999,999.
    #[prost(int32, tag = "2")]
    pub nanos: i32,
}

impl Timestamp {
    /// Nanoseconds since 1970, or `None` before that or after 2554.
    pub fn nanos_since_epoch(&self) -> Option<UnixNanos> {
        let seconds = u64::try_from(self.seconds).ok()?;
        let nanos = u64::try_from(self.nanos).ok()?;
        seconds.checked_mul(1_000_000_000)?.checked_add(nanos).map(UnixNanos::new)
    }
}
