use primitives::{AppHash, BlockHeight};

/// What a header of this chain, as Babylon saw it, means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderVerdict {
    /// It is ours: the anchor of its height says so.
    Ours,
    /// We have no anchor of that height any more, or were not there: it moves nothing.
    Unanchored,
    /// It is of another chain than this: somebody shows one to Babylon under our id.
    Contradicts,
}

/// Holds a header against the app hash that we keep for its height, and against our own height `now`.
pub fn judge_header(
    height: BlockHeight,
    app_hash: &AppHash,
    anchored: Option<&AppHash>,
    now: BlockHeight,
) -> HeaderVerdict {
    match anchored {
        _ if height > now => HeaderVerdict::Contradicts,
        Some(ours) if ours != app_hash => HeaderVerdict::Contradicts,
        Some(_) => HeaderVerdict::Ours,
        None => HeaderVerdict::Unanchored,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_header_with_our_hash_is_ours() {
        let (one, two) = (AppHash::from_bytes([1; 32]), AppHash::from_bytes([2; 32]));
        let now = BlockHeight::new(100);
        for (height, hash, anchored, verdict) in [
            (51, one, Some(&one), HeaderVerdict::Ours),
            (100, one, Some(&one), HeaderVerdict::Ours),
            (51, one, None, HeaderVerdict::Unanchored),
            (51, two, Some(&one), HeaderVerdict::Contradicts),
            (101, one, None, HeaderVerdict::Contradicts),
            (101, one, Some(&one), HeaderVerdict::Contradicts),
        ] {
            let got = judge_header(BlockHeight::new(height), &hash, anchored, now);
            assert_eq!(got, verdict, "{height} {hash:?} {anchored:?}");
        }
    }
}
