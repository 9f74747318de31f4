use primitives::{AppHash, Txid};
use proto::{
    btccheckpoint::{SubmissionKey, TransactionInfo},
    checkpointing::RawCheckpoint,
    epoching::Epoch,
    google::Timestamp,
    zoneconcierge::{BtcHeaders, BtcTimestamp, IndexedHeader, outbound_packet::Packet},
};

use super::{Babylon, BabylonError, events::encode, sealed::SealedEpoch};
use crate::{
    Miner,
    miner::{Checkpoint, Transaction},
    randomness,
};

impl Babylon {
    /// The number of the running epoch, from 1.
    pub const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A client update brought a header of a consumer: its height, **app hash** and time (nanoseconds
    /// since 1970). It is kept if it is the highest **of this epoch**; the next epoch starts from
    /// nothing and may well record a lower one.
    ///
    /// # Errors
    /// [`BabylonError::UnknownConsumer`].
    pub fn record_header(
        &mut self,
        client: &str,
        height: u64,
        app_hash: &AppHash,
        time: u64,
    ) -> Result<(), BabylonError> {
        let epoch = self.epoch;
        let babylon_header_height = self.first_height() + 1;
        let babylon_header_hash = randomness::bytes::<32>(&mut self.rng).to_vec();
        let babylon_tx_hash = randomness::bytes::<32>(&mut self.rng).to_vec();
        let consumer = self.consumer_mut(client)?;
        if consumer.header.as_ref().is_some_and(|header| header.height >= height) {
            return Ok(());
        }
        consumer.header = Some(IndexedHeader {
            consumer_id: client.into(),
            hash: app_hash.as_bytes().to_vec(),
            height,
            time: Some(timestamp(time)),
            babylon_header_hash,
            babylon_header_height,
            babylon_epoch: epoch,
            babylon_tx_hash,
        });
        Ok(())
    }

    /// Ends the running epoch and returns its number. The headers recorded in it are set aside.
    pub fn seal_epoch(&mut self) -> u64 {
        let number = self.epoch;
        let sealer_block_hash = randomness::bytes::<32>(&mut self.rng).to_vec();
        // Babylon clears the app hash in what it proves: that hash is the root of the proof.
        let epoch = Epoch {
            epoch_number: number,
            current_epoch_interval: self.params.epoch_interval,
            first_block_height: self.first_height(),
            last_block_time: Some(timestamp(1_700_000_000_000_000_000 + number * 3_600_000_000_000)),
            sealer_app_hash: Vec::new(),
            sealer_block_hash: sealer_block_hash.clone(),
        };
        let state = self.validators.state(&epoch);
        let mut bitmap = vec![0; 13];
        bitmap[0] = 0b0111;
        let raw_checkpoint = RawCheckpoint {
            epoch_num: number,
            block_hash: sealer_block_hash,
            bitmap,
            bls_multi_sig: randomness::bytes::<48>(&mut self.rng).to_vec(),
        };
        let headers = self
            .consumers
            .iter_mut()
            .filter_map(|(client, consumer)| Some((client.clone(), consumer.header.take()?)))
            .collect();
        let epoch = Epoch { sealer_app_hash: state.root().to_vec(), ..epoch };
        self.sealed.insert(number, SealedEpoch { epoch, raw_checkpoint, headers, state, is_final: false });
        self.epoch += 1;
        number
    }

    /// A sealed epoch, finalized or not.
    pub fn sealed(&self, epoch: u64) -> Option<&SealedEpoch> {
        self.sealed.get(&epoch)
    }

    /// The two Bitcoin transactions that carry an epoch's checkpoint; always the same two.
    ///
    /// # Errors
    /// [`BabylonError::NoSuchEpoch`].
    pub fn checkpoint_transactions(&self, epoch: u64) -> Result<[Transaction; 2], BabylonError> {
        Ok(self.transactions_of(self.waiting(epoch)?))
    }

    fn transactions_of(&self, sealed: &SealedEpoch) -> [Transaction; 2] {
        let checkpoint = Checkpoint::new(self.params.checkpoint_tag, &sealed.raw_checkpoint, [0xab; 20]);
        checkpoint.transactions(Txid::from_bytes(sealed.state.root()))
    }

    /// Has the two halves of an epoch's checkpoint mined, each in a block of its own, and says where
    /// they are. Babylon sees the new blocks.
    ///
    /// # Errors
    /// [`BabylonError::NoSuchEpoch`].
    pub fn submit_checkpoint(
        &mut self,
        epoch: u64,
        miner: &mut Miner,
    ) -> Result<[TransactionInfo; 2], BabylonError> {
        let halves = self.checkpoint_transactions(epoch)?;
        Ok(self.mine_halves(halves, miner))
    }

    /// The same for an epoch that is final already: a reorganization has dropped its checkpoint.
    ///
    /// # Errors
    /// [`BabylonError::NoSuchEpoch`].
    pub fn submit_checkpoint_again(
        &mut self,
        epoch: u64,
        miner: &mut Miner,
    ) -> Result<[TransactionInfo; 2], BabylonError> {
        let sealed = self.sealed.get(&epoch).ok_or(BabylonError::NoSuchEpoch { epoch })?;
        let halves = self.transactions_of(sealed);
        Ok(self.mine_halves(halves, miner))
    }

    fn mine_halves(&mut self, halves: [Transaction; 2], miner: &mut Miner) -> [TransactionInfo; 2] {
        let submitted = halves.map(|half| {
            let txid = half.txid();
            miner.mine_with(vec![half]);
            miner.inclusion(&txid).expect("just mined")
        });
        self.see_bitcoin(miner);
        submitted
    }

    /// The checkpoint is deep enough: finalizes the epoch and returns a timestamp packet for every open
    /// channel. It carries a header only for a consumer of which one was recorded in that epoch.
    ///
    /// # Errors
    /// [`BabylonError::NoSuchEpoch`], [`BabylonError::NotInBitcoin`] or [`BabylonError::TooShallow`]
    /// (one of the halves must be w deep).
    pub fn finalize_epoch(
        &mut self,
        epoch: u64,
        submitted: &[TransactionInfo; 2],
    ) -> Result<Vec<(String, Vec<u8>)>, BabylonError> {
        let sealed = self.waiting(epoch)?.clone();
        self.check_depth(submitted)?;
        if let Some(sealed) = self.sealed.get_mut(&epoch) {
            sealed.is_final = true;
        }
        let is_open = |client: &String| self.consumers[client].open_channel().is_some();
        let clients: Vec<String> = self.consumers.keys().filter(|client| is_open(client)).cloned().collect();
        let mut packets = Vec::new();
        for client in clients {
            let timestamp = self.timestamp_for(&client, &sealed, submitted);
            packets.push((client, encode(Packet::BtcTimestamp(Box::new(timestamp)))));
        }
        Ok(packets)
    }

    /// All of it: seals the running epoch, has its checkpoint mined and buried w deep, and finalizes.
    ///
    /// # Errors
    /// None that can happen, unless w is not reached because the miner's chain parts.
    pub fn timestamp(&mut self, miner: &mut Miner) -> Result<Vec<(String, Vec<u8>)>, BabylonError> {
        let epoch = self.seal_epoch();
        let submitted = self.submit_checkpoint(epoch, miner)?;
        miner.mine_blocks(self.params.finalization_timeout);
        self.see_bitcoin(miner);
        self.finalize_epoch(epoch, &submitted)
    }

    fn waiting(&self, epoch: u64) -> Result<&SealedEpoch, BabylonError> {
        let missing = BabylonError::NoSuchEpoch { epoch };
        self.sealed.get(&epoch).filter(|sealed| !sealed.is_final).ok_or(missing)
    }

    fn first_height(&self) -> u64 {
        (self.epoch - 1) * self.params.epoch_interval + 1
    }

    fn check_depth(&self, submitted: &[TransactionInfo; 2]) -> Result<(), BabylonError> {
        let mut deepest = 0;
        for (half, info) in submitted.iter().enumerate() {
            let hash = info.key.as_ref().map(|key| key.hash.as_slice()).unwrap_or_default();
            let height = self.bitcoin.height_of(hash).ok_or(BabylonError::NotInBitcoin { half })?;
            deepest = deepest.max(self.bitcoin_height() - height);
        }
        let needed = self.params.finalization_timeout;
        if deepest < needed {
            return Err(BabylonError::TooShallow { depth: deepest, needed });
        }
        Ok(())
    }

    fn timestamp_for(
        &mut self,
        client: &str,
        sealed: &SealedEpoch,
        submitted: &[TransactionInfo; 2],
    ) -> BtcTimestamp {
        let is_first = self.consumers[client].open_channel().is_some_and(|one| one.next_sequence_send == 1);
        let mut headers = self.headers_to_broadcast(client);
        if is_first {
            headers = self.last_headers(headers.len());
        }
        self.remember_segment(client, &headers);
        if let Some(consumer) = self.consumers.get_mut(client) {
            consumer.sent();
        }
        BtcTimestamp {
            btc_headers: Some(BtcHeaders { headers }),
            epoch_info: Some(sealed.epoch.clone()),
            raw_checkpoint: Some(sealed.raw_checkpoint.clone()),
            btc_submission_key: Some(SubmissionKey {
                key: submitted.iter().filter_map(|info| info.key.clone()).collect(),
            }),
            proof: Some(sealed.proof(client, &self.validators, submitted)),
            header: sealed.headers.get(client).cloned(),
        }
    }
}

/// Nanoseconds since 1970 in protobuf's form.
fn timestamp(nanoseconds: u64) -> Timestamp {
    let (seconds, nanos) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    Timestamp {
        seconds: i64::try_from(seconds).unwrap_or(i64::MAX),
        nanos: i32::try_from(nanos).unwrap_or(0),
    }
}
