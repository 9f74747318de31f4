//! Transactions of Bitcoin: where they are, what spends them, and how one is sent.
//!
//! # The idea
//!
//! An esplora server and a bitcoind answer the same questions in other words; a [`Ledger`] is either. What they say of a
//! transaction's place is not believed but verified here: the header has the hash it was asked by, and the branch leads to
//! its Merkle root. Whether that block is in the chain with the most work only the chain's own light client says.
//!
//! # The danger
//!
//! * **That something is not there proves nothing.** A server that says "unspent" may lie, or lag. Ask two, of different
//!   owners, where that matters.
//! * **bitcoind without an index knows the transactions of unspent outputs only.** What spends an output it finds by reading
//!   blocks, in portions ([`Spending::NotUpTo`]).

mod bitcoind;
mod esplora;
mod merkle;

use bitcoin_spv::{Header, MerkleBranch, OutPoint, Output, Transaction};
use primitives::Txid;

use crate::doctor::read::Source;
use crate::keep::bitcoin::Outside;
use crate::keep::headers::{Hash, Theirs, hash_of, shown};

pub use merkle::branch;

/// A block that contains a transaction, and the way from the one to the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The block's height.
    pub height: u32,
    /// Its hash.
    pub block: Hash,
    /// The transaction's place in it.
    pub index: u32,
    /// The siblings, the lowest first, 32 bytes each.
    pub branch: Vec<u8>,
}

/// Where a transaction is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody there knows it.
    Unknown,
    /// In no block yet.
    Waiting,
    /// In a block.
    In(Place),
}

/// A transaction that spends an output, and its block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spend {
    /// Its id.
    pub txid: Txid,
    /// It, without witness: all that its id commits to.
    pub tx: Vec<u8>,
    /// Where it is.
    pub place: Place,
}

/// What became of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spending {
    /// Nothing spends it, as far as is known.
    Unspent,
    /// Something does that is in no block yet.
    Waiting(Txid),
    /// It was spent.
    Spent(Box<Spend>),
    /// It was spent, above this height: blocks up to it were read.
    NotUpTo(u32),
}

/// Bitcoin with its transactions.
pub trait Ledger: Theirs {
    /// Where the transaction of an output is.
    ///
    /// # Errors
    /// One sentence: nobody answers, or what they answer does not prove itself.
    fn find(&self, output: &OutPoint) -> Result<Found, String>;

    /// What became of an output. Who has to search begins above the height `searched`.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    fn spending(&self, output: &OutPoint, searched: u32) -> Result<Spending, String>;

    /// The output itself, wherever its transaction is.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    fn output(&self, output: &OutPoint) -> Result<Option<Output>, String>;

    /// The transaction of an output, without witness: all that its id commits to.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    fn transaction(&self, output: &OutPoint) -> Result<Option<Vec<u8>>, String>;

    /// Sends a transaction; that it was sent before is no error.
    ///
    /// # Errors
    /// Why it is not taken.
    fn send(&self, tx: &[u8]) -> Result<(), String>;
}

impl Ledger for Outside {
    fn find(&self, output: &OutPoint) -> Result<Found, String> {
        match &self.source {
            Source::Esplora(url) => esplora::find(self, url, &output.txid),
            Source::Rpc(_) => bitcoind::find(self, output),
        }
    }

    fn spending(&self, output: &OutPoint, searched: u32) -> Result<Spending, String> {
        match &self.source {
            Source::Esplora(url) => esplora::spending(self, url, output),
            Source::Rpc(_) => bitcoind::spending(self, output, searched),
        }
    }

    fn output(&self, output: &OutPoint) -> Result<Option<Output>, String> {
        match &self.source {
            Source::Esplora(url) => esplora::output(self, url, output),
            Source::Rpc(_) => bitcoind::output(self, output),
        }
    }

    fn transaction(&self, output: &OutPoint) -> Result<Option<Vec<u8>>, String> {
        let tx = match &self.source {
            Source::Esplora(url) => esplora::tx(self, url, &output.txid),
            Source::Rpc(_) => bitcoind::tx(self, output),
        };
        Ok(tx?.map(|tx| tx.stripped))
    }

    fn send(&self, tx: &[u8]) -> Result<(), String> {
        match &self.source {
            Source::Esplora(url) => esplora::send(self, url, tx),
            Source::Rpc(_) => bitcoind::send(self, tx),
        }
    }
}

/// A place, once the header has its hash and the branch leads to its root.
fn checked(name: &str, txid: &Txid, header: &[u8; 80], place: Place) -> Result<Place, String> {
    let real = hash_of(header);
    if real != place.block {
        let (said, real) = (shown(&place.block), shown(&real));
        return Err(format!("{name} is wrong: the header that it shows of block {said} has the hash {real}"));
    }
    let (siblings, _) = place.branch.as_chunks::<32>();
    let branch = MerkleBranch::new(place.index, siblings.to_vec());
    let root = Header::from_bytes(header).merkle_root;
    match branch.and_then(|branch| branch.verify(txid, &root)) {
        Ok(()) => Ok(place),
        Err(error) => Err(format!(
            "{name} is wrong: its proof that {txid} is in block {} proves nothing: {error}",
            place.height
        )),
    }
}

/// A transaction in hexadecimal that has this id.
fn transaction(name: &str, text: &str, txid: &Txid) -> Result<Transaction, String> {
    let bytes = hex::decode(text.trim()).map_err(|_| format!("{name} shows no transaction {txid}"))?;
    let tx = Transaction::parse_as_btcd(&bytes).map_err(|error| format!("{name} shows {txid}: {error}"))?;
    if tx.txid != *txid {
        return Err(format!(
            "{name} is wrong: the transaction that it shows of {txid} has the id {}",
            tx.txid
        ));
    }
    Ok(tx)
}

/// A transaction that spends this output.
fn spender(name: &str, tx: Transaction, output: &OutPoint, place: Place) -> Result<Spending, String> {
    if !tx.inputs().any(|input| input.spends == *output) {
        return Err(format!("{name} is wrong: {} does not spend {output}", tx.txid));
    }
    let Transaction { txid, stripped, .. } = tx;
    Ok(Spending::Spent(Box::new(Spend { txid, tx: stripped, place })))
}
