//! What `bsn` takes for what became of verified stake.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use devnet::network::{Network, Setup};
use primitives::{Sats, Txid};
use proto::bitcoin_spv::OutPoint;
use proto::staking::{ActiveStake, ItemDigest, StakeOutcome, pack};
use serde_json::json;

use crate::gas::{GasError, Row};

/// How many a message has, and what the usual one has.
const MANY: u32 = 50;
const HEIGHT: u32 = 1_000;

/// A stake that counts from now on and one that ended, alone and with 49 others: of one finality provider, each with an expiry of
/// its own.
///
/// # Errors
/// [`GasError`] where the network does not start, or something is refused.
pub fn measure() -> Result<Vec<Row>, GasError> {
    let mut network = Network::start(Setup::new(7, &[1, 1]).verified())?;
    let fp = network.fps.first().ok_or("there is a finality provider")?.public_key();
    let outpoint = |n: u32| {
        let mut txid = [0x0c; 32];
        txid[..4].copy_from_slice(&n.to_be_bytes());
        OutPoint { txid: Txid::from_bytes(txid), index: 1 }
    };
    let active = |n: u32| -> Result<StakeOutcome, GasError> {
        Ok(StakeOutcome::Active(ActiveStake {
            outpoint: outpoint(n),
            fp,
            staker_key: [0x11; 32],
            sats: Sats::new(5_000_000)?,
            start_height: (HEIGHT + n).into(),
            end_height: (HEIGHT + n + 60_000).into(),
            unbonding_time: 1_008,
            digest: ItemDigest::of(&n.to_be_bytes()),
        }))
    };
    let mut tell = |outcomes: &[StakeOutcome]| -> Result<u64, GasError> {
        let packed = json!({ "stake_outcomes": { "packed": BASE64_STANDARD.encode(pack(outcomes)) } });
        let (verifier, bsn) = (network.stake_verifier.clone(), network.bsn.clone());
        let done = network.chain.execute(&verifier, &bsn, &packed)?;
        if done.data().ok_or("it answers")?.as_slice() != vec![0; outcomes.len()] {
            return Err(format!("not taken: {:?}", done.data()).into());
        }
        network.chain.next_block();
        Ok(done.usage.sdk_gas())
    };
    let one = tell(&[active(0)?])?;
    let many = tell(&(1..=MANY).map(active).collect::<Result<Vec<_>, _>>()?)?;
    let ended_one = tell(&[StakeOutcome::Ended(outpoint(0))])?;
    let ended_many = tell(&(1..=MANY).map(|n| StakeOutcome::Ended(outpoint(n))).collect::<Vec<_>>())?;
    let each = u64::from(MANY);
    Ok(vec![
        Row::new("stake_outcome", one),
        Row::new("stake_outcome_in_50", many / each),
        Row::new("stake_outcome_ended", ended_one),
        Row::new("stake_outcome_ended_in_50", ended_many / each),
    ])
}
