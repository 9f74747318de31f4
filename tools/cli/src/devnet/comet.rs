//! Blocks as CometBFT makes them: headers and their hashes, commits with a real signature, parts.
//!
//! The devnet's chain asks a [`Sealer`] for the hash of each header, so the hash that the contract is given, the one
//! in the next header and the one that a client computes are one. CometBFT's spec, "Data Structures".

use std::cell::RefCell;
use std::collections::BTreeMap;

use bsn_rpc::proto::Message;
use bsn_rpc::proto::tendermint::google::protobuf::Timestamp;
use bsn_rpc::proto::tendermint::{abci, crypto, types, version};
use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use merkle::Tree;
use sha2::{Digest, Sha256};

/// The version of blocks that CometBFT 0.38 makes.
const BLOCK_PROTOCOL: u64 = 11;
/// How many bytes of a block are in a part.
const PART: usize = 65_536;
/// The one validator's power.
pub const POWER: i64 = 1_000;
/// The consensus parameters that headers commit to.
pub const MAX_BYTES: i64 = 4_194_304;
/// No limit: the devnet takes what it is sent.
pub const MAX_GAS: i64 = -1;
/// How long after a block its validator signs, in nanoseconds.
const SIGNED_AFTER: u64 = 1_000_000;
const PRECOMMIT: i32 = 2;
const COMMITTED: i32 = 2;

/// What a block of the chain is made of, before it has a hash.
#[derive(Debug, Clone, Copy)]
pub struct Content {
    /// Its height.
    pub height: u64,
    /// When, in nanoseconds since 1970.
    pub nanos: u64,
    /// The state before it.
    pub app_hash: [u8; 32],
}

/// A block with everything that hangs on it.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its header.
    pub header: types::Header,
    /// Its transactions.
    pub txs: Vec<Vec<u8>>,
    /// Its id: hash and parts.
    pub id: types::BlockId,
    /// What the validators signed of the block before.
    pub last_commit: types::Commit,
    /// What they signed of this one.
    pub commit: types::Commit,
    /// How many bytes it has.
    pub size: usize,
}

/// The validator, and the blocks that it sealed.
pub struct Sealer {
    chain_id: String,
    key: SigningKey,
    blocks: RefCell<BTreeMap<u64, Sealed>>,
    next_txs: RefCell<Vec<Vec<u8>>>,
    results: RefCell<BTreeMap<u64, [u8; 32]>>,
}

impl Sealer {
    /// For a chain whose validator's key comes from `seed`.
    pub fn new(chain_id: &str, seed: u64) -> Self {
        let key: [u8; 32] = Sha256::digest(format!("bsn devnet validator/{chain_id}/{seed}")).into();
        Self {
            chain_id: chain_id.to_owned(),
            key: key.into(),
            blocks: RefCell::default(),
            next_txs: RefCell::default(),
            results: RefCell::default(),
        }
    }

    /// The validator's public key.
    pub fn public_key(&self) -> [u8; 32] {
        VerificationKeyBytes::from(&self.key).into()
    }

    /// The validator's address: the first 20 bytes of the hash of its key.
    pub fn validator(&self) -> Vec<u8> {
        Sha256::digest(self.public_key())[..20].to_vec()
    }

    /// Says which transactions the next block holds.
    pub fn announce(&self, txs: &[Vec<u8>]) {
        *self.next_txs.borrow_mut() = txs.to_vec();
    }

    /// Says what became of a block's transactions: the next header commits to it.
    pub fn record(&self, height: u64, results: &[abci::ExecTxResult]) {
        self.results.borrow_mut().insert(height, results_hash(results));
    }

    /// Forgets the blocks below a height.
    pub fn forget_below(&self, height: u64) {
        self.blocks.borrow_mut().retain(|at, _| *at >= height);
        self.results.borrow_mut().retain(|at, _| *at >= height);
    }

    /// A block that was sealed.
    pub fn block(&self, height: u64) -> Option<Sealed> {
        self.blocks.borrow().get(&height).cloned()
    }

    /// Makes the block on top of the one before, and gives its hash. A second one of the same height replaces it.
    pub fn seal(&self, content: Content) -> [u8; 32] {
        let last = content.height.checked_sub(1).and_then(|height| self.block(height));
        let empty = types::Commit { block_id: Some(no_block()), ..Default::default() };
        let last_commit = last.as_ref().map_or(empty, |last| last.commit.clone());
        let txs = self.next_txs.borrow().clone();
        let results = self.results.borrow().get(&(content.height.saturating_sub(1))).copied();
        let header = types::Header {
            version: Some(version::Consensus { block: BLOCK_PROTOCOL, app: 0 }),
            chain_id: self.chain_id.clone(),
            height: signed(content.height),
            time: Some(timestamp(content.nanos)),
            last_block_id: Some(last.map_or_else(no_block, |last| last.id)),
            last_commit_hash: root(last_commit.signatures.iter().map(Message::encode_to_vec)),
            data_hash: root(txs.iter().map(|tx| Sha256::digest(tx).to_vec())),
            validators_hash: self.validators_hash(),
            next_validators_hash: self.validators_hash(),
            consensus_hash: consensus_hash(),
            app_hash: content.app_hash.to_vec(),
            last_results_hash: results.unwrap_or_else(|| results_hash(&[])).to_vec(),
            evidence_hash: root::<Vec<u8>>([]),
            proposer_address: self.validator(),
        };
        let hash = header_hash(&header);
        let block = types::Block {
            header: Some(header.clone()),
            data: Some(types::Data { txs: txs.clone() }),
            evidence: Some(types::EvidenceList { evidence: Vec::new() }),
            last_commit: Some(last_commit.clone()),
        };
        let bytes = block.encode_to_vec();
        let parts = bytes.chunks(PART);
        let total = u32::try_from(parts.len()).unwrap_or(u32::MAX);
        let part_set_header = Some(types::PartSetHeader { total, hash: root(parts) });
        let id = types::BlockId { hash: hash.to_vec(), part_set_header };
        let commit = self.sign(&content, &id);
        let sealed = Sealed { header, txs, id, last_commit, commit, size: bytes.len() };
        self.blocks.borrow_mut().insert(content.height, sealed);
        hash
    }

    fn sign(&self, content: &Content, id: &types::BlockId) -> types::Commit {
        let time = Some(timestamp(content.nanos + SIGNED_AFTER));
        let parts = id.part_set_header.clone().unwrap_or_default();
        let parts = types::CanonicalPartSetHeader { total: parts.total, hash: parts.hash };
        let vote = types::CanonicalVote {
            r#type: PRECOMMIT,
            height: signed(content.height),
            round: 0,
            block_id: Some(types::CanonicalBlockId { hash: id.hash.clone(), part_set_header: Some(parts) }),
            timestamp: time,
            chain_id: self.chain_id.clone(),
        };
        let signature: [u8; 64] = self.key.sign(&vote.encode_length_delimited_to_vec()).into();
        let signature = types::CommitSig {
            block_id_flag: COMMITTED,
            validator_address: self.validator(),
            timestamp: time,
            signature: signature.to_vec(),
        };
        types::Commit {
            height: signed(content.height),
            round: 0,
            block_id: Some(id.clone()),
            signatures: vec![signature],
        }
    }

    fn validators_hash(&self) -> Vec<u8> {
        let key = crypto::public_key::Sum::Ed25519(self.public_key().to_vec());
        let pub_key = Some(crypto::PublicKey { sum: Some(key) });
        root([types::SimpleValidator { pub_key, voting_power: POWER }.encode_to_vec()])
    }
}

/// The root of CometBFT's Merkle tree.
fn root<T: AsRef<[u8]>>(leaves: impl IntoIterator<Item = T>) -> Vec<u8> {
    Tree::new(leaves).root().to_vec()
}

/// What CometBFT calls the hash of a header: the root over its encoded fields.
pub fn header_hash(header: &types::Header) -> [u8; 32] {
    let bytes = |value: &[u8]| if value.is_empty() { Vec::new() } else { value.to_vec().encode_to_vec() };
    let fields = [
        header.version.as_ref().map(Message::encode_to_vec).unwrap_or_default(),
        header.chain_id.encode_to_vec(),
        header.height.encode_to_vec(),
        header.time.as_ref().map(Message::encode_to_vec).unwrap_or_default(),
        header.last_block_id.as_ref().map(Message::encode_to_vec).unwrap_or_default(),
        bytes(&header.last_commit_hash),
        bytes(&header.data_hash),
        bytes(&header.validators_hash),
        bytes(&header.next_validators_hash),
        bytes(&header.consensus_hash),
        bytes(&header.app_hash),
        bytes(&header.last_results_hash),
        bytes(&header.evidence_hash),
        bytes(&header.proposer_address),
    ];
    Tree::new(fields).root()
}

/// The hash of what became of transactions, without what differs from node to node.
pub fn results_hash(results: &[abci::ExecTxResult]) -> [u8; 32] {
    let leaves = results.iter().map(|result| {
        let abci::ExecTxResult { code, data, gas_wanted, gas_used, .. } = result.clone();
        abci::ExecTxResult { code, data, gas_wanted, gas_used, ..Default::default() }.encode_to_vec()
    });
    Tree::new(leaves).root()
}

fn consensus_hash() -> Vec<u8> {
    let params = types::HashedParams { block_max_bytes: MAX_BYTES, block_max_gas: MAX_GAS };
    Sha256::digest(params.encode_to_vec()).to_vec()
}

fn no_block() -> types::BlockId {
    types::BlockId { hash: Vec::new(), part_set_header: Some(types::PartSetHeader::default()) }
}

fn timestamp(nanos: u64) -> Timestamp {
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    Timestamp { seconds: signed(seconds), nanos: i32::try_from(rest).unwrap_or_default() }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer() -> Sealer {
        Sealer::new("bsn-devnet-1", 7)
    }

    fn content(height: u64) -> Content {
        Content { height, nanos: 1_750_000_000_000_000_000 + height, app_hash: [9; 32] }
    }

    #[test]
    fn blocks_hang_together() {
        let sealer = sealer();
        let first = sealer.seal(content(1));
        sealer.announce(&[b"tx".to_vec()]);
        sealer.record(1, &[]);
        sealer.seal(content(2));
        let second = sealer.block(2).unwrap();
        let last = second.header.last_block_id.clone().unwrap();
        assert_eq!((last.hash.as_slice(), &last), (first.as_slice(), &sealer.block(1).unwrap().id));
        assert_eq!(second.last_commit, sealer.block(1).unwrap().commit);
        assert_eq!(second.header.data_hash, root([Sha256::digest(b"tx")]));
        assert_eq!(second.header.last_results_hash, Sha256::digest([]).to_vec());
    }

    /// CometBFT's own case (types/block_test.go, `TestHeader_Hash`).
    #[test]
    fn a_header_has_the_hash_that_cometbft_gives_it() {
        let sum = |text: &str| Sha256::digest(text).to_vec();
        let parts = types::PartSetHeader { total: 6, hash: vec![0; 32] };
        let header = types::Header {
            version: Some(version::Consensus { block: 1, app: 2 }),
            chain_id: "chainId".to_owned(),
            height: 3,
            time: Some(timestamp(1_570_983_284_000_000_000)),
            last_block_id: Some(types::BlockId { hash: vec![0; 32], part_set_header: Some(parts) }),
            last_commit_hash: sum("last_commit_hash"),
            data_hash: sum("data_hash"),
            validators_hash: sum("validators_hash"),
            next_validators_hash: sum("next_validators_hash"),
            consensus_hash: sum("consensus_hash"),
            app_hash: sum("app_hash"),
            last_results_hash: sum("last_results_hash"),
            evidence_hash: sum("evidence_hash"),
            proposer_address: sum("proposer_address")[..20].to_vec(),
        };
        let expected = "f740121f553b5418c3efbd343c2dbfe9e007bb67b0d020a0741374bab65242a4";
        assert_eq!(hex::encode(header_hash(&header)), expected);
    }

    #[test]
    fn each_field_is_in_the_hash() {
        let hash = |change: fn(&mut types::Header)| {
            let sealer = sealer();
            sealer.seal(content(1));
            let mut header = sealer.block(1).unwrap().header;
            change(&mut header);
            header_hash(&header)
        };
        let all = [
            hash(|_| ()),
            hash(|header| header.height += 1),
            hash(|header| header.chain_id.push('2')),
            hash(|header| header.time = Some(timestamp(5))),
            hash(|header| header.app_hash = vec![1; 32]),
            hash(|header| header.data_hash = vec![1; 32]),
            hash(|header| header.last_results_hash = vec![1; 32]),
            hash(|header| header.proposer_address = vec![1; 20]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn a_commit_is_signed_by_the_validator() {
        use ed25519_zebra::{Signature, VerificationKey};
        let sealer = sealer();
        sealer.seal(content(3));
        let commit = sealer.block(3).unwrap().commit;
        let signature: [u8; 64] = commit.signatures[0].signature.clone().try_into().unwrap();
        let id = commit.block_id.clone().unwrap();
        let parts = id.part_set_header.clone().unwrap();
        let vote = types::CanonicalVote {
            r#type: PRECOMMIT,
            height: 3,
            round: 0,
            block_id: Some(types::CanonicalBlockId {
                hash: id.hash,
                part_set_header: Some(types::CanonicalPartSetHeader { total: parts.total, hash: parts.hash }),
            }),
            timestamp: commit.signatures[0].timestamp,
            chain_id: "bsn-devnet-1".to_owned(),
        };
        let key = VerificationKey::try_from(sealer.public_key()).unwrap();
        key.verify(&Signature::from(signature), &vote.encode_length_delimited_to_vec()).unwrap();
    }
}
