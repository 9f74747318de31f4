use std::collections::BTreeMap;

use proto::{
    Message,
    btccheckpoint::TransactionInfo,
    checkpointing::{RawCheckpoint, ValidatorWithBlsKey, ValidatorWithBlsKeySet},
    epoching::Epoch,
    zoneconcierge::{IndexedHeader, ProofEpochSealed, ProofFinalizedHeader},
};
use rand_chacha::ChaCha20Rng;

use super::iavl::{State, Store};
use crate::{address::address, randomness};

/// Babylon's validators, in the order of a checkpoint's bitmap.
#[derive(Debug, Clone)]
pub(super) struct Validators(Vec<ValidatorWithBlsKey>);

impl Validators {
    pub(super) fn new(rng: &mut ChaCha20Rng) -> Self {
        let mut one = |power| ValidatorWithBlsKey {
            validator_address: address("bbnvaloper", &randomness::bytes(rng)),
            bls_pub_key: randomness::bytes::<96>(rng).to_vec(),
            voting_power: power,
        };
        Self([100, 90, 80, 70].map(&mut one).to_vec())
    }

    /// The part of Babylon's state that proofs are about. `epoch` is as Babylon stores it, without the
    /// app hash.
    pub(super) fn state(&self, epoch: &Epoch) -> State {
        let number = epoch.epoch_number;
        let validators = ValidatorWithBlsKeySet { val_set: self.0.clone() };
        let entry = |byte, value: &[u8]| (epoch_key(byte, number), value.to_vec());
        State::new(vec![
            Store {
                name: "epoching",
                entries: [entry(0x11, &epoch.encode_to_vec()), entry(0x12, b"queue length")],
            },
            Store {
                name: "checkpointing",
                entries: [entry(0x02, b"raw checkpoint"), entry(0x03, &validators.encode_to_vec())],
            },
            Store {
                name: "zc",
                entries: [entry(0x03, b"indexed header with proof"), entry(0x04, b"segment")],
            },
        ])
    }
}

/// An epoch that has ended and waits for its checkpoint to be deep in Bitcoin.
#[derive(Debug, Clone)]
pub struct SealedEpoch {
    /// The epoch.
    pub epoch: Epoch,
    /// What its validators signed.
    pub raw_checkpoint: RawCheckpoint,
    /// The highest header of each consumer that was seen in it, by consumer id.
    pub headers: BTreeMap<String, IndexedHeader>,
    pub(super) state: State,
    pub(super) is_final: bool,
}

impl SealedEpoch {
    /// The proofs of a timestamp for a consumer. The one about the consumer's header is, like Babylon's,
    /// about a key that is never written (PROTOCOL.md, "The proof of absence in timestamps"), and so one of
    /// absence.
    pub(super) fn proof(
        &self,
        client: &str,
        validators: &Validators,
        submitted: &[TransactionInfo; 2],
    ) -> ProofFinalizedHeader {
        let number = self.epoch.epoch_number;
        let proof_epoch_sealed = ProofEpochSealed {
            validator_set: validators.0.clone(),
            proof_epoch_info: self.state.prove("epoching", &epoch_key(0x11, number)),
            proof_epoch_val_set: self.state.prove("checkpointing", &epoch_key(0x03, number)),
        };
        let proof_consumer_header_in_epoch = self.headers.get(client).and_then(|header| {
            let key = [&[0x03], client.as_bytes(), &header.height.to_be_bytes()].concat();
            self.state.prove("zc", &key)
        });
        ProofFinalizedHeader {
            proof_epoch_sealed: Some(proof_epoch_sealed),
            proof_epoch_submitted: submitted.to_vec(),
            proof_consumer_header_in_epoch,
        }
    }
}

fn epoch_key(prefix: u8, epoch: u64) -> Vec<u8> {
    [[prefix].as_slice(), &epoch.to_be_bytes()].concat()
}
