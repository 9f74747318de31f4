use bitcoin_spv::OutPoint;
use primitives::{BtcHeight, FpPublicKey, ParseError, Sats, Txid};

use super::{ActiveStake, StakeOutcome};
use crate::ItemDigest;

const ACTIVE: u8 = 0;
const ENDED: u8 = 1;
const REVOKED: u8 = 2;
/// The length of one that is active.
const ACTIVE_BYTES: usize = 151;

/// Outcomes as one contract says them to another, one behind the other: a byte for what became of the stake (0 active, 1 ended, 2 revoked), its
/// txid (32 bytes, internal order) and output (4); of one that is active then the keys of staker and finality provider (32
/// each), sats (8), start (4), end (4), unbonding time (2) and the digest of its item (32). Numbers are big endian.
pub fn pack(outcomes: &[StakeOutcome]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for outcome in outcomes {
        let (kind, outpoint) = match outcome {
            StakeOutcome::Active(stake) => (ACTIVE, &stake.outpoint),
            StakeOutcome::Ended(outpoint) => (ENDED, outpoint),
            StakeOutcome::Revoked(outpoint) => (REVOKED, outpoint),
        };
        bytes.push(kind);
        bytes.extend(outpoint.txid.as_bytes());
        bytes.extend(outpoint.index.to_be_bytes());
        if let StakeOutcome::Active(stake) = outcome {
            bytes.extend(stake.staker_key);
            bytes.extend(stake.fp.as_bytes());
            bytes.extend(stake.sats.get().to_be_bytes());
            bytes.extend(stake.start_height.get().to_be_bytes());
            bytes.extend(stake.end_height.get().to_be_bytes());
            bytes.extend(stake.unbonding_time.to_be_bytes());
            bytes.extend(stake.digest.as_bytes());
        }
    }
    bytes
}

/// Reads what [`pack`] wrote.
///
/// # Errors
/// [`ParseError::Length`]: the bytes from there on are no outcome. They end too early, are of no known kind, or say more sats
/// than there are.
pub fn unpack(bytes: &[u8]) -> Result<Vec<StakeOutcome>, ParseError> {
    let (mut rest, mut outcomes) = (bytes, Vec::new());
    while !rest.is_empty() {
        let got = rest.len();
        let wrong = ParseError::Length { what: "outcome of stake", expected: ACTIVE_BYTES, got };
        outcomes.push(one(&mut rest).ok_or(wrong)?);
    }
    Ok(outcomes)
}

fn one(rest: &mut &[u8]) -> Option<StakeOutcome> {
    let [kind] = take(rest)?;
    let outpoint = OutPoint { txid: Txid::from_bytes(take(rest)?), index: number(rest)? };
    Some(match kind {
        ACTIVE => StakeOutcome::Active(ActiveStake {
            outpoint,
            staker_key: take(rest)?,
            fp: FpPublicKey::from_bytes(take(rest)?),
            sats: Sats::new(u64::from_be_bytes(take(rest)?)).ok()?,
            start_height: BtcHeight::new(number(rest)?),
            end_height: BtcHeight::new(number(rest)?),
            unbonding_time: u16::from_be_bytes(take(rest)?),
            digest: ItemDigest::from_bytes(take(rest)?),
        }),
        ENDED => StakeOutcome::Ended(outpoint),
        REVOKED => StakeOutcome::Revoked(outpoint),
        _ => return None,
    })
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(take(rest)?))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn outcome() -> impl Strategy<Value = StakeOutcome> {
        let outpoint = (any::<[u8; 32]>(), any::<u32>())
            .prop_map(|(txid, index)| OutPoint { txid: Txid::from_bytes(txid), index });
        let numbers = (0..=Sats::MAX.get(), any::<u32>(), any::<u32>(), any::<u16>());
        (0..3_u8, outpoint, any::<[[u8; 32]; 3]>(), numbers).prop_map(
            |(kind, outpoint, [staker_key, fp, digest], (sats, start, end, unbonding_time))| match kind {
                0 => StakeOutcome::Active(ActiveStake {
                    outpoint,
                    fp: FpPublicKey::from_bytes(fp),
                    staker_key,
                    sats: Sats::new(sats).unwrap(),
                    start_height: BtcHeight::new(start),
                    end_height: BtcHeight::new(end),
                    unbonding_time,
                    digest: ItemDigest::from_bytes(digest),
                }),
                1 => StakeOutcome::Ended(outpoint),
                _ => StakeOutcome::Revoked(outpoint),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_again_and_nothing_shorter(outcomes in vec(outcome(), 1..5)) {
            let bytes = pack(&outcomes);
            prop_assert_eq!(unpack(&bytes), Ok(outcomes));
            prop_assert!(unpack(&bytes[..bytes.len() - 1]).is_err());
            let mut other = bytes.clone();
            other[0] = 3;
            prop_assert!(unpack(&other).is_err());
        }
    }

    #[test]
    fn nobody_stakes_more_than_there_is() {
        let mut bytes = vec![0; 151];
        bytes[101..109].copy_from_slice(&(Sats::MAX.get() + 1).to_be_bytes());
        assert!(unpack(&bytes).is_err());
        bytes[101..109].copy_from_slice(&Sats::MAX.get().to_be_bytes());
        assert!(unpack(&bytes).is_ok());
    }
}
