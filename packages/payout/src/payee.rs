use thiserror::Error;

/// A staker's word that is not newer than the one before: somebody sends an old one again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("counter {got} is not above {last}, the last one")]
pub struct CounterTooLow {
    /// What came.
    pub got: u64,
    /// The last one that counted.
    pub last: u64,
}

/// Whether a staker's word is newer than the last one that counted. The first may have any counter.
///
/// # Errors
/// [`CounterTooLow`].
pub const fn check_counter(last: Option<u64>, got: u64) -> Result<(), CounterTooLow> {
    match last {
        Some(last) if got <= last => Err(CounterTooLow { got, last }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    ///
    #[test]
    fn a_counter_rises() {
        assert_eq!(check_counter(None, 0), Ok(()));
        assert_eq!(check_counter(Some(0), 1), Ok(()));
        assert_eq!(check_counter(Some(7), 7), Err(CounterTooLow { got: 7, last: 7 }));
        assert_eq!(check_counter(Some(7), 6), Err(CounterTooLow { got: 6, last: 7 }));
        assert!(check_counter(Some(u64::MAX), u64::MAX).is_err());
    }
}
