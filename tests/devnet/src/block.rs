//! Blocks: headers, hashes, and what happens between them.

pub(crate) mod building;

use building::Building;
use cosmwasm_std::{Timestamp, to_json_vec};
use sha2::{Digest, Sha256};

use crate::{
    Chain,
    report::{BlockReport, Header, TxError, TxReport},
    state::BlockNow,
    tx::Tx,
};

impl Chain {
    /// The height of the last block that is committed; 0 before the first.
    pub fn height(&self) -> u64 {
        self.headers.len() as u64
    }

    /// Height and time that calls see now: those of the block being built, else of the last one.
    pub fn now(&self) -> BlockNow {
        self.world().state().now
    }

    /// The header of a block that is committed or being built.
    pub fn header(&self, height: u64) -> Option<&Header> {
        let index = usize::try_from(height.checked_sub(1)?).ok()?;
        self.headers.get(index).or_else(|| self.open.as_ref().filter(|open| open.height == height))
    }

    /// The headers of all committed blocks, from height 1.
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// The hash of the state after the last committed block: the app hash of the next header.
    pub fn next_app_hash(&self) -> [u8; 32] {
        self.next_app_hash
    }

    /// Begins the next block, unless one is being built: fees are split and the `begin_block` hooks
    /// called. Whatever needs a block does this by itself.
    pub fn open_block(&mut self) {
        let data = Sha256::digest(format!("branch/{}", self.branch)).into();
        self.open_block_over(data);
    }

    /// Begins the next block, unless one is being built, with the hash of the data that will be in it.
    pub fn open_block_over(&mut self, data_hash: [u8; 32]) {
        if self.open.is_some() {
            return;
        }
        let last = self.now();
        let seconds = self.block_seconds + std::mem::take(&mut self.skipped_seconds);
        let time = self.next_time.take().unwrap_or_else(|| last.time.plus_seconds(seconds));
        let header = self.make_header(BlockNow { height: self.height() + 1, time }, data_hash);
        {
            let state = &mut *self.world().state();
            state.now = BlockNow { height: header.height, time: header.time };
            state.tx_index = None;
        }
        self.open = Some(header.clone());
        self.begin_block_hooks(&header);
    }

    fn make_header(&self, now: BlockNow, data_hash: [u8; 32]) -> Header {
        let last_block_hash = self.headers.last().map_or([0; 32], |last| last.block_hash);
        let app_hash = self.next_app_hash;
        if let Some(seal) = &self.seal {
            let BlockNow { height, time } = now;
            let header = Header { height, time, app_hash, last_block_hash, data_hash, block_hash: [0; 32] };
            return Header { block_hash: seal(&header), ..header };
        }
        let mut hash = Sha256::new();
        hash.update(Sha256::digest(&self.world().chain_id));
        hash.update(now.height.to_be_bytes());
        hash.update(now.time.nanos().to_be_bytes());
        [app_hash, last_block_hash, data_hash].iter().for_each(|part| hash.update(part));
        let block_hash = hash.finalize().into();
        Header { height: now.height, time: now.time, app_hash, last_block_hash, data_hash, block_hash }
    }

    /// Ends the block being built (or an empty one) with its `end_block` hook, and commits it.
    pub fn next_block(&mut self) -> BlockReport {
        self.open_block();
        let Some(header) = self.open.take() else { unreachable!("a block was just opened") };
        self.world().state().tx_index = None;
        self.end_block_hooks(&header);
        let app_hash = self.world().state().seal(&header.app_hash);
        self.next_app_hash = app_hash;
        self.headers.push(header.clone());
        let built = std::mem::take(&mut self.block);
        let Building { hooks, events, txs, tx_usage } = built;
        BlockReport { header, hooks, events, txs, tx_usage }
    }

    /// A whole block of transactions, to which its hash commits.
    ///
    /// # Panics
    /// If a block is being built already: its hash is out.
    pub fn next_block_with(&mut self, txs: Vec<Tx>) -> (Vec<Result<TxReport, TxError>>, BlockReport) {
        assert!(self.open.is_none(), "a block with transactions known beforehand must begin with them");
        let mut data = Sha256::new();
        data.update(Sha256::digest(format!("branch/{}", self.branch)));
        for tx in &txs {
            let tx = to_json_vec(&(&tx.sender, &tx.messages, tx.gas_limit)).expect("messages are plain data");
            data.update(Sha256::digest(tx));
        }
        self.open_block_over(data.finalize().into());
        let results = txs.into_iter().map(|tx| self.submit(tx)).collect();
        (results, self.next_block())
    }

    /// Commits `n` blocks.
    pub fn next_blocks(&mut self, n: u64) -> Vec<BlockReport> {
        (0..n).map(|_| self.next_block()).collect()
    }

    /// Commits blocks up to and including `height`.
    pub fn run_to(&mut self, height: u64) -> Vec<BlockReport> {
        self.next_blocks(height.saturating_sub(self.height()))
    }

    /// Lets the next block be this much later than it would be.
    pub fn skip_seconds(&mut self, seconds: u64) {
        self.skipped_seconds += seconds;
    }

    /// When the next block is: for chains that follow a clock. Time never goes back.
    pub fn set_next_time(&mut self, time: Timestamp) {
        self.next_time = Some(time.max(self.now().time.plus_nanos(1)));
    }

    /// The seconds between two blocks.
    pub fn set_block_seconds(&mut self, seconds: u64) {
        self.block_seconds = seconds;
    }
}
