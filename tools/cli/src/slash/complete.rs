//! Slashing transactions, completed and checked. Pure.

use api::btc_staking::{ParamsVersion, SlashingDataResponse, SlashingTx};
use bitcoin_spv::{OutPoint, Output};
use covenant::{
    AdaptorSignature, Committee, Leaf, Parties, PresignedTx, Slashing, SpendPath, XOnlyKey, script,
};
use eots::SecretKey;
use primitives::{FpPublicKey, Txid};

use super::interpreter;

/// What a slashing transaction takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// The stake.
    Stake,
    /// What an early end left of it.
    Unbonding,
}

/// A transaction that Bitcoin takes, once what it spends is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complete {
    /// What it takes.
    pub takes: Takes,
    /// Its id.
    pub txid: Txid,
    /// Its bytes, with the witness.
    pub tx: Vec<u8>,
    /// Which output it spends.
    pub spends: OutPoint,
    /// That output.
    pub spent: Output,
    /// Whom it pays: the slashed part first.
    pub outputs: Vec<Output>,
}

/// Completes both slashing transactions of a stake with the key of its finality provider.
///
/// # Errors
/// One sentence: the key is another one's, what the contract answered does not fit together, or Bitcoin refuses the result.
pub fn complete(
    at: &OutPoint,
    data: &SlashingDataResponse,
    params: &ParamsVersion,
    key: &SecretKey,
) -> Result<[Complete; 2], String> {
    let fp = FpPublicKey::from(key.public_key()).to_string();
    if fp != data.fp_pubkey_hex {
        return Err(format!("the key is of {fp}, and {at} is slashed with that of {}", data.fp_pubkey_hex));
    }
    let members = params.covenant_pks_hex.iter().map(|text| x_only(text)).collect::<Result<Vec<_>, _>>()?;
    let committee = Committee::new(members, params.covenant_quorum);
    let committee = committee.map_err(|error| format!("version {}: {error}", params.version))?;
    let fps = data.fps_pk_hex.iter().map(|text| x_only(text)).collect::<Result<Vec<_>, _>>()?;
    let staker = x_only(&data.staker_pk_hex)?;
    let parties = Parties { staker: &staker, fps: &fps, committee: &committee };
    let one = |takes, of: &SlashingTx| {
        let it = match takes {
            Takes::Stake => "that takes the stake",
            Takes::Unbonding => "that takes what an early end left",
        };
        completed(takes, of, &parties, key).map_err(|why| format!("the slashing of {at} {it}: {why}"))
    };
    let [staked, unbonding] = [one(Takes::Stake, &data.staked)?, one(Takes::Unbonding, &data.unbonding)?];
    if staked.spends != *at {
        return Err(format!("the slashing that was answered for {at} spends {}", staked.spends));
    }
    Ok([staked, unbonding])
}

fn completed(
    takes: Takes,
    of: &SlashingTx,
    parties: &Parties<'_>,
    key: &SecretKey,
) -> Result<Complete, String> {
    let unsigned = PresignedTx::read(&of.tx, 2, &[1, 2]).map_err(|error| error.to_string())?;
    let expected = script::slashing(parties.staker, parties.fps, parties.committee);
    if expected != of.leaf_script.as_slice() {
        return Err("its script is not that of these keys and this committee".to_owned());
    }
    let adaptors = of.adaptors.iter().map(|one| {
        let signature = AdaptorSignature::parse(&one.signature).map_err(|error| error.to_string())?;
        Ok::<_, String>((x_only(&one.member_pk_hex)?, signature))
    });
    let staker_signature = of.staker_signature.as_slice().try_into();
    let spent = Output { value: of.spent_value, script: of.spent_script.to_vec() };
    let slashing = Slashing {
        path: SpendPath {
            spent: spent.clone(),
            leaf: Leaf::new(of.leaf_script.to_vec()),
            control_block: of.control_block.to_vec(),
        },
        staker_signature: staker_signature
            .map_err(|_| format!("the staker's signature has {} bytes, not 64", of.staker_signature.len()))?,
        adaptors: adaptors.collect::<Result<_, _>>()?,
        tx: unsigned,
    };
    let tx = slashing.complete(parties, key, &[0; 32]).map_err(|error| error.to_string())?;
    interpreter::check(&spent, &tx)?;
    let PresignedTx { spends, outputs, .. } = &slashing.tx;
    let (txid, spends, outputs) = (slashing.tx.txid(), *spends, outputs.clone());
    Ok(Complete { takes, txid, tx, spends, spent, outputs })
}

impl Complete {
    /// Checks it against the output that Bitcoin has there.
    ///
    /// # Errors
    /// That it is another one, or that Bitcoin refuses.
    pub fn check_against(&self, real: &Output) -> Result<(), String> {
        if *real != self.spent {
            return Err(format!(
                "{} is an output of {} sats in Bitcoin, not the one of {} sats that was signed for",
                self.spends, real.value, self.spent.value
            ));
        }
        interpreter::check(real, &self.tx)
    }
}

fn x_only(text: &str) -> Result<XOnlyKey, String> {
    FpPublicKey::from_hex(text).map(XOnlyKey::from).map_err(|error| error.to_string())
}
