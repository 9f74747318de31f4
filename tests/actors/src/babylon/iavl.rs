//! Proofs about Babylon's state: small IAVL trees under one app hash, in ICS-23's form.
//!
//! A proof is two operations, one in the store's tree and one from there to the app hash
//! (PROTOCOL.md, "Sealed epochs"). Sources: ICS-23 (`proofs.proto` and its specs for IAVL and Tendermint).

use proto::{
    Message,
    tendermint::{ProofOp, ProofOps},
};
use sha2::{Digest, Sha256};

/// `ics23.CommitmentProof`, of the kinds used here.
#[derive(Clone, PartialEq, Message)]
pub(super) struct CommitmentProof {
    #[prost(message, optional, tag = "1")]
    pub(super) exist: Option<ExistenceProof>,
    #[prost(message, optional, tag = "2")]
    pub(super) nonexist: Option<NonExistenceProof>,
}

/// `ics23.ExistenceProof`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ExistenceProof {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) value: Vec<u8>,
    #[prost(message, optional, tag = "3")]
    pub(super) leaf: Option<LeafOp>,
    #[prost(message, repeated, tag = "4")]
    pub(super) path: Vec<InnerOp>,
}

/// `ics23.NonExistenceProof`: the neighbours of a key that is not there.
#[derive(Clone, PartialEq, Message)]
pub(super) struct NonExistenceProof {
    #[prost(bytes = "vec", tag = "1")]
    pub(super) key: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    pub(super) left: Option<ExistenceProof>,
    #[prost(message, optional, tag = "3")]
    pub(super) right: Option<ExistenceProof>,
}

/// `ics23.LeafOp`; the numbers are enumerations.
#[derive(Clone, PartialEq, Message)]
pub(super) struct LeafOp {
    #[prost(int32, tag = "1")]
    hash: i32,
    #[prost(int32, tag = "2")]
    prehash_key: i32,
    #[prost(int32, tag = "3")]
    prehash_value: i32,
    #[prost(int32, tag = "4")]
    length: i32,
    #[prost(bytes = "vec", tag = "5")]
    prefix: Vec<u8>,
}

/// `ics23.InnerOp`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct InnerOp {
    #[prost(int32, tag = "1")]
    hash: i32,
    #[prost(bytes = "vec", tag = "2")]
    prefix: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    suffix: Vec<u8>,
}

const SHA256: i32 = 1;
const VAR_PROTO: i32 = 1;
/// Height 0, size 1 and version 1 of an IAVL leaf, each a zigzag varint.
const IAVL_LEAF: [u8; 3] = [0x00, 0x02, 0x02];
/// Height 1, size 2 and version 1 of the node above two leaves.
const IAVL_ROOT: [u8; 3] = [0x02, 0x04, 0x02];
/// What stands in front of a hash of 32 bytes.
const LENGTH: u8 = 0x20;

/// A store of two entries, which is all a tree needs to have a path.
#[derive(Debug, Clone)]
pub(super) struct Store {
    /// Its name.
    pub(super) name: &'static str,
    /// Key and value, ascending by key.
    pub(super) entries: [(Vec<u8>, Vec<u8>); 2],
}

/// Several stores under one app hash.
#[derive(Debug, Clone)]
pub(super) struct State {
    stores: Vec<Store>,
    tree: merkle::Tree,
}

impl State {
    /// Sorts the stores by name, as the app hash has them.
    pub(super) fn new(mut stores: Vec<Store>) -> Self {
        stores.sort_by_key(|store| store.name);
        let leaf = |store: &Store| {
            [&prefixed(store.name.as_bytes()), [LENGTH].as_slice(), &Sha256::digest(store.root())].concat()
        };
        let tree = merkle::Tree::new(stores.iter().map(leaf));
        Self { stores, tree }
    }

    /// The app hash.
    pub(super) fn root(&self) -> [u8; 32] {
        self.tree.root()
    }

    /// The proof that the key is in the store, or that it is not. `None` if there is no such store.
    pub(super) fn prove(&self, store: &str, key: &[u8]) -> Option<ProofOps> {
        let place = self.stores.iter().position(|one| one.name == store)?;
        let op = |kind: &str, key: &[u8], proof: CommitmentProof| ProofOp {
            r#type: kind.into(),
            key: key.to_vec(),
            data: proof.encode_to_vec(),
        };
        let inner = op("ics23:iavl", key, self.stores[place].prove(key));
        let outer = op("ics23:simple", store.as_bytes(), self.prove_store(place)?);
        Some(ProofOps { ops: vec![inner, outer] })
    }

    fn prove_store(&self, place: usize) -> Option<CommitmentProof> {
        let store = &self.stores[place];
        let proof = self.tree.proof(u64::try_from(place).ok()?)?;
        let (mut index, mut last) = (proof.index, proof.total.saturating_sub(1));
        let mut aunts = proof.aunts.iter();
        let mut path = Vec::new();
        while last > 0 {
            if index % 2 == 1 {
                path.push(inner([&[1], aunts.next()?.as_slice()].concat(), Vec::new()));
            } else if index < last {
                path.push(inner(vec![1], aunts.next()?.to_vec()));
            }
            (index, last) = (index / 2, last / 2);
        }
        Some(existence(store.name.as_bytes(), &store.root(), vec![0], path))
    }
}

impl Store {
    fn root(&self) -> [u8; 32] {
        let [left, right] = self.entries.each_ref().map(|(key, value)| leaf_hash(key, value));
        let node = [&IAVL_ROOT, [LENGTH].as_slice(), &left, &[LENGTH], &right].concat();
        Sha256::digest(node).into()
    }

    fn prove(&self, key: &[u8]) -> CommitmentProof {
        if let Some(place) = self.entries.iter().position(|(other, _)| other == key) {
            return CommitmentProof { exist: Some(self.exist(place)), nonexist: None };
        }
        let above = self.entries.partition_point(|(other, _)| other.as_slice() < key);
        let nonexist = NonExistenceProof {
            key: key.to_vec(),
            left: above.checked_sub(1).map(|place| self.exist(place)),
            right: (above < 2).then(|| self.exist(above)),
        };
        CommitmentProof { exist: None, nonexist: Some(nonexist) }
    }

    fn exist(&self, place: usize) -> ExistenceProof {
        let (key, value) = &self.entries[place];
        let [left, right] = self.entries.each_ref().map(|(key, value)| leaf_hash(key, value));
        let step = if place == 0 {
            inner([&IAVL_ROOT, [LENGTH].as_slice()].concat(), [[LENGTH].as_slice(), &right].concat())
        } else {
            inner([&IAVL_ROOT, [LENGTH].as_slice(), &left, &[LENGTH]].concat(), Vec::new())
        };
        let leaf = LeafOp { prefix: IAVL_LEAF.to_vec(), ..leaf_op() };
        ExistenceProof { key: key.clone(), value: value.clone(), leaf: Some(leaf), path: vec![step] }
    }
}

fn existence(key: &[u8], value: &[u8], prefix: Vec<u8>, path: Vec<InnerOp>) -> CommitmentProof {
    let leaf = Some(LeafOp { prefix, ..leaf_op() });
    let exist = ExistenceProof { key: key.to_vec(), value: value.to_vec(), leaf, path };
    CommitmentProof { exist: Some(exist), nonexist: None }
}

fn leaf_op() -> LeafOp {
    LeafOp { hash: SHA256, prehash_key: 0, prehash_value: SHA256, length: VAR_PROTO, prefix: Vec::new() }
}

fn inner(prefix: Vec<u8>, suffix: Vec<u8>) -> InnerOp {
    InnerOp { hash: SHA256, prefix, suffix }
}

fn leaf_hash(key: &[u8], value: &[u8]) -> [u8; 32] {
    let leaf = [&IAVL_LEAF, prefixed(key).as_slice(), &[LENGTH], &Sha256::digest(value)].concat();
    Sha256::digest(leaf).into()
}

/// The bytes with their length in front; keys here are shorter than 128 bytes.
fn prefixed(bytes: &[u8]) -> Vec<u8> {
    let length = u8::try_from(bytes.len()).ok().filter(|length| *length < 128).expect("a short key");
    [&[length], bytes].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The root an existence proof leads to, by ICS-23's rules.
    fn root_of(proof: &ExistenceProof) -> [u8; 32] {
        let prefix = &proof.leaf.as_ref().unwrap().prefix;
        let leaf =
            [prefix, prefixed(&proof.key).as_slice(), &[LENGTH], &Sha256::digest(&proof.value)].concat();
        proof.path.iter().fold(Sha256::digest(leaf).into(), |node: [u8; 32], step| {
            Sha256::digest([step.prefix.as_slice(), &node, &step.suffix].concat()).into()
        })
    }

    fn decode(op: &ProofOp) -> CommitmentProof {
        CommitmentProof::decode(op.data.as_slice()).unwrap()
    }

    fn state() -> State {
        let entry = |key: &[u8], value: &[u8]| (key.to_vec(), value.to_vec());
        let store = |name| Store { name, entries: [entry(b"b", b"one"), entry(b"d", b"two")] };
        State::new(vec![store("zc"), store("epoching"), store("checkpointing")])
    }

    #[test]
    fn what_is_there_is_proven_up_to_the_app_hash() {
        let state = state();
        for store in ["checkpointing", "epoching", "zc"] {
            for (key, value) in [(b"b", b"one"), (b"d", b"two")] {
                let ops = state.prove(store, key).unwrap().ops;
                let (inner, outer) = (decode(&ops[0]).exist.unwrap(), decode(&ops[1]).exist.unwrap());
                assert_eq!((inner.key.as_slice(), inner.value.as_slice()), (&key[..], &value[..]));
                assert_eq!(outer.key, store.as_bytes());
                assert_eq!(outer.value, root_of(&inner));
                assert_eq!(root_of(&outer), state.root());
            }
        }
        assert_eq!(state.prove("bank", b"b"), None);
    }

    #[test]
    fn what_is_not_there_is_between_its_neighbours() {
        let neighbours = |key: &[u8]| {
            let ops = state().prove("zc", key).unwrap().ops;
            let proof = decode(&ops[0]).nonexist.unwrap();
            assert_eq!(proof.key, key);
            (proof.left.map(|one| one.key), proof.right.map(|one| one.key))
        };
        assert_eq!(neighbours(b"a"), (None, Some(b"b".to_vec())));
        assert_eq!(neighbours(b"c"), (Some(b"b".to_vec()), Some(b"d".to_vec())));
        assert_eq!(neighbours(b"e"), (Some(b"d".to_vec()), None));
    }
}
