use base64::{Engine, engine::general_purpose::STANDARD};
use eots::{ExtractError, PublicRandomness, SecretKey, Signature, extract};
use primitives::FpPublicKey;
use proto::{
    Message,
    finality::Evidence,
    zoneconcierge::{InboundPacket, inbound_packet::Packet},
};
use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Babylon, BabylonError, Slashing};

/// What the acknowledgement of good evidence says.
pub const SLASHING_ACK: &str = "Consumer slashing handled successfully";

/// Why Babylon refuses evidence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SlashingRefusal {
    /// Not a packet.
    #[error("the packet cannot be decoded: {0}")]
    Undecodable(#[from] prost::DecodeError),
    /// A packet of no kind that Babylon knows.
    #[error("the packet is of no known kind")]
    UnknownKind,
    /// A packet without evidence.
    #[error("the packet has no evidence")]
    NoEvidence,
    /// A field has the wrong length.
    #[error("the evidence's {field} has {got} bytes")]
    Field {
        /// Which field.
        field: &'static str,
        /// Its length.
        got: usize,
    },
    /// The accused's key does not come out of the two signatures.
    #[error("the key does not come out of the evidence: {0}")]
    Extraction(#[from] ExtractError),
    /// Babylon does not know the accused.
    #[error("no finality provider {fp}")]
    UnknownFp {
        /// The accused.
        fp: FpPublicKey,
    },
    /// The accused works for another chain.
    #[error("{fp} works for {expected}, the evidence comes from {got}")]
    AnotherConsumer {
        /// The accused.
        fp: FpPublicKey,
        /// Its consumer id.
        expected: String,
        /// Where the evidence comes from.
        got: String,
    },
    /// The accused was slashed before.
    #[error("finality provider {fp} has been slashed")]
    AlreadySlashed {
        /// The accused.
        fp: FpPublicKey,
    },
}

/// What became of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The acknowledgement, as it goes back: `{"result":...}` or the redacted `{"error":...}`.
    pub acknowledgement: Vec<u8>,
    /// Who was slashed, or why nobody; Babylon does not say so on the wire.
    pub outcome: Result<FpPublicKey, SlashingRefusal>,
}

impl Babylon {
    /// Receives a packet on a consumer's channel (PROTOCOL.md, "Acknowledgements" and "Slashing").
    ///
    /// Evidence is believed if the two signatures, under **whatever context it names**, give the
    /// accused's secret key. Babylon does not know the appchain's contexts, heights or hashes.
    ///
    /// # Errors
    /// [`BabylonError::UnknownConsumer`] or [`BabylonError::ChannelNotOpen`]: then there is no
    /// acknowledgement at all. Refused evidence is not an error here, but a [`Receipt`].
    pub fn receive(&mut self, client: &str, packet: &[u8]) -> Result<Receipt, BabylonError> {
        if self.consumer_mut(client)?.open_channel().is_none() {
            return Err(BabylonError::ChannelNotOpen { client: client.into() });
        }
        let outcome = self.judge(client, packet);
        let acknowledgement = match &outcome {
            Ok(_) => json!({ "result": STANDARD.encode(SLASHING_ACK) }),
            Err(_) => error_acknowledgement(),
        };
        Ok(Receipt { acknowledgement: acknowledgement.to_string().into_bytes(), outcome })
    }

    fn judge(&mut self, client: &str, packet: &[u8]) -> Result<FpPublicKey, SlashingRefusal> {
        let Some(Packet::BsnSlashing(packet)) = InboundPacket::decode(packet)?.packet else {
            return Err(SlashingRefusal::UnknownKind);
        };
        let evidence = packet.evidence.ok_or(SlashingRefusal::NoEvidence)?;
        let fp = FpPublicKey::from_bytes(field("fp_btc_pk", &evidence.fp_btc_pk)?);
        let key = extract_key(&fp, &evidence)?;
        let record = self.fps.get_mut(&fp).ok_or(SlashingRefusal::UnknownFp { fp })?;
        if record.bsn_id != client {
            let expected = record.bsn_id.clone();
            return Err(SlashingRefusal::AnotherConsumer { fp, expected, got: client.into() });
        }
        if record.is_slashed {
            return Err(SlashingRefusal::AlreadySlashed { fp });
        }
        record.is_slashed = true;
        self.slashings.push(Slashing { fp, client: client.into(), evidence, key });
        Ok(fp)
    }
}

/// Every error looks like this on the wire, whatever it was: ibc-go redacts it to a code.
pub(super) fn error_acknowledgement() -> serde_json::Value {
    json!({ "error": "ABCI code: 1: error handling packet: see events for details" })
}

fn field<const N: usize>(field: &'static str, bytes: &[u8]) -> Result<[u8; N], SlashingRefusal> {
    bytes.try_into().map_err(|_| SlashingRefusal::Field { field, got: bytes.len() })
}

fn extract_key(fp: &FpPublicKey, evidence: &Evidence) -> Result<SecretKey, SlashingRefusal> {
    let randomness = PublicRandomness::from_bytes(field("pub_rand", &evidence.pub_rand)?);
    let signature = |name, bytes: &[u8]| field(name, bytes).map(Signature::from_bytes);
    let canonical_sig = signature("canonical_finality_sig", &evidence.canonical_finality_sig)?;
    let fork_sig = signature("fork_finality_sig", &evidence.fork_finality_sig)?;
    let hash = |name, app_hash: &[u8]| {
        let app_hash = field::<32>(name, app_hash)?;
        let context = evidence.signing_context.as_bytes();
        let height = evidence.block_height.to_be_bytes();
        let bytes = [context, &height, &app_hash].concat();
        Ok::<[u8; 32], SlashingRefusal>(Sha256::digest(bytes).into())
    };
    let canonical = hash("canonical_app_hash", &evidence.canonical_app_hash)?;
    let fork = hash("fork_app_hash", &evidence.fork_app_hash)?;
    Ok(extract(fp, &randomness, (&canonical, &canonical_sig), (&fork, &fork_sig))?)
}
