//! Requests and shares, as files of JSON that go from hand to hand. Nothing in them is secret.

use bitcoin_spv::OutPoint;
use covenant::{AdaptorSignature, Share, XOnlyKey};
use primitives::FpPublicKey;
use serde::{Deserialize, Serialize};

use crate::slash::find::outpoint;

/// The version of both forms.
const FORM: u32 = 1;

/// A delegation that its staker has signed and the committee has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    form: u32,
    /// The chain whose committee is asked.
    pub chain_id: String,
    /// `ActiveBTCDelegation`, protobuf, in hexadecimal. Signatures of the committee in it are not looked at.
    item: String,
}

impl Request {
    /// Of an encoded `ActiveBTCDelegation`.
    pub fn new(chain_id: &str, item: &[u8]) -> Self {
        Self { form: FORM, chain_id: chain_id.to_owned(), item: hex::encode(item) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// One sentence: it is no request, or of a later form.
    pub fn read(text: &str) -> Result<Self, String> {
        let read: Self =
            serde_json::from_str(text).map_err(|error| format!("it is no request of a staker: {error}"))?;
        if read.form != FORM {
            return Err(format!("it has form {}, and this program knows form {FORM}", read.form));
        }
        Ok(read)
    }

    /// The encoded delegation.
    ///
    /// # Errors
    /// That it is no hexadecimal text.
    pub fn item(&self) -> Result<Vec<u8>, String> {
        hex::decode(&self.item).map_err(|_| "its item is no hexadecimal text".to_owned())
    }
}

/// A member's signatures on a delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareFile {
    form: u32,
    /// The chain whose committee signed.
    pub chain_id: String,
    /// `TXID:OUTPUT`
    stake: String,
    member: String,
    slashing: Vec<String>,
    unbonding: String,
    unbonding_slashing: Vec<String>,
}

impl ShareFile {
    /// Of a share.
    pub fn new(chain_id: &str, stake: &OutPoint, share: &Share) -> Self {
        let hex = |signatures: &[AdaptorSignature]| {
            signatures.iter().map(|one| hex::encode(one.to_bytes())).collect()
        };
        Self {
            form: FORM,
            chain_id: chain_id.to_owned(),
            stake: stake.to_string(),
            member: share.member.to_string(),
            slashing: hex(&share.slashing),
            unbonding: hex::encode(share.unbonding),
            unbonding_slashing: hex(&share.unbonding_slashing),
        }
    }

    /// What stands in the file.
    ///
    /// # Errors
    /// Never, in practice: it is text and numbers.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads a file: the stake that it says it is of, and the signatures, none of them verified.
    ///
    /// # Errors
    /// One sentence: it is none, or of a later form.
    pub fn read(text: &str) -> Result<(Self, OutPoint, Share), String> {
        let read: Self =
            serde_json::from_str(text).map_err(|error| format!("it is no file of signatures: {error}"))?;
        if read.form != FORM {
            return Err(format!("it has form {}, and this program knows form {FORM}", read.form));
        }
        let member = FpPublicKey::from_hex(&read.member).map_err(|error| error.to_string())?;
        let unbonding = hex::decode(&read.unbonding).ok().and_then(|bytes| bytes.try_into().ok());
        let share = Share {
            member: XOnlyKey::from(member),
            slashing: adaptors(&read.slashing)?,
            unbonding: unbonding.ok_or("its signature on the unbonding transaction has no 64 bytes")?,
            unbonding_slashing: adaptors(&read.unbonding_slashing)?,
        };
        let stake = outpoint(&read.stake)?;
        Ok((read, stake, share))
    }
}

fn adaptors(texts: &[String]) -> Result<Vec<AdaptorSignature>, String> {
    let read = |text: &String| {
        let bytes = hex::decode(text).map_err(|_| "a signature is no hexadecimal text".to_owned())?;
        AdaptorSignature::parse(&bytes).map_err(|error| error.to_string())
    };
    texts.iter().map(read).collect()
}
