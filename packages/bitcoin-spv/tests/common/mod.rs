//! A main chain in memory, headers made by others, and a miner.
#![allow(dead_code)]

use bsn_bitcoin_spv::{
    Context, Extension, Header, HeaderHash, HeaderSource, Network, Placed, Rules, Work, extend,
};
use primitives::BtcHeight;
#[allow(unused_imports, reason = "each test program uses a part of it")]
pub use vectors::mine;

/// The headers of a file of 80 bytes each.
pub fn headers(name: &str) -> Option<Vec<Header>> {
    vectors::load(name)
        .map(|bytes| bytes.chunks(80).map(|header| Header::from_slice(header).unwrap()).collect())
}

pub fn rules(network: Network) -> Rules {
    Rules { params: network.params(), latest_time: None }
}

/// The simplest store: headers from the base up.
#[derive(Clone)]
pub struct Chain {
    pub headers: Vec<Placed>,
    pub tip: Context,
    pub rules: Rules,
}

impl Chain {
    pub fn from(height: u32, base: &Header, rules: Rules) -> Self {
        let work = base.bits.target().unwrap().work();
        let tip = Context::base(BtcHeight::new(height), base, work, &rules.params).unwrap();
        let placed = Placed { height: tip.height, header: *base, hash: tip.hash, work };
        Self { headers: vec![placed], tip, rules }
    }

    pub fn apply(&mut self, extension: Extension) {
        self.headers.truncate(self.headers.len() - extension.removed.len());
        self.headers.extend(extension.added);
        self.tip = extension.tip;
    }

    pub fn extend(&mut self, headers: &[Header]) -> Result<(), bsn_bitcoin_spv::ExtendError> {
        extend(self, &self.tip, headers, &self.rules).map(|extension| self.apply(extension))
    }
}

impl HeaderSource for Chain {
    fn height_of(&self, hash: &HeaderHash) -> Option<BtcHeight> {
        self.headers.iter().find(|placed| placed.hash == *hash).map(|placed| placed.height)
    }

    fn header_at(&self, height: BtcHeight) -> Option<Placed> {
        let base = self.headers.first()?.height;
        let place = height.get().checked_sub(base.get())?;
        self.headers.get(place as usize).copied()
    }
}

pub fn sum(works: impl IntoIterator<Item = Work>) -> Work {
    works.into_iter().fold(Work::ZERO, |sum, work| sum.checked_add(work).unwrap())
}
