use api::btc_light_client::{header_from_raw, header_key, height_from_raw, height_key};
use bitcoin_spv::{Header, HeaderHash, HeaderSource, PeriodStart, Placed, U256, Work};
use cosmwasm_std::{Order, Storage};
use primitives::BtcHeight;

use super::{HEADERS, PERIOD_STARTS};

/// The main chain as it is stored: read access to its headers.
#[derive(Clone, Copy)]
pub struct Store<'a>(pub &'a dyn Storage);

impl HeaderSource for Store<'_> {
    fn height_of(&self, hash: &HeaderHash) -> Option<BtcHeight> {
        self.find(hash).map(|placed| placed.height)
    }

    fn header_at(&self, height: BtcHeight) -> Option<Placed> {
        self.0.get(&header_key(height)).and_then(|raw| unpack(height, &raw))
    }

    fn period_start(&self, height: BtcHeight) -> Option<PeriodStart> {
        let raw = self.0.get(&period_key(height))?;
        header_from_raw(&raw).map(|header| PeriodStart::from(&Header::from_bytes(header)))
    }
}

impl<'a> Store<'a> {
    /// The header of that hash, if it is in the main chain.
    pub fn find(&self, hash: &HeaderHash) -> Option<Placed> {
        let height = height_from_raw(&self.0.get(&height_key(hash.as_bytes()))?)?;
        self.header_at(height).filter(|placed| placed.hash == *hash)
    }

    /// The headers kept, from `first` on and below `end` where these are given.
    pub fn range(
        self,
        first: Option<BtcHeight>,
        end: Option<BtcHeight>,
        order: Order,
    ) -> impl Iterator<Item = Placed> + 'a {
        let first = first.map_or_else(|| vec![HEADERS], |height| header_key(height).to_vec());
        let end = end.map_or_else(|| vec![HEADERS + 1], |height| header_key(height).to_vec());
        self.0.range(Some(&first), Some(&end), order).filter_map(|(key, raw)| {
            let (_, height) = key.split_first()?;
            unpack(height_from_raw(height)?, &raw)
        })
    }
}

/// The key of the first header of a period.
pub fn period_key(height: BtcHeight) -> [u8; 5] {
    let [_, a, b, c, d] = header_key(height);
    [PERIOD_STARTS, a, b, c, d]
}

/// The record of a header.
pub fn pack(header: &Header, work: Work) -> Vec<u8> {
    let work = work.get().to_be_bytes();
    let zeros = work.iter().take_while(|byte| **byte == 0).count();
    [&header.to_bytes()[..], work.get(zeros..).unwrap_or_default()].concat()
}

/// The header of a record.
pub fn unpack(height: BtcHeight, raw: &[u8]) -> Option<Placed> {
    let (header, work) = raw.split_first_chunk()?;
    let header = Header::from_bytes(header);
    Some(Placed { height, header, hash: header.hash(), work: Work::new(U256::from_be_slice(work)?) })
}
