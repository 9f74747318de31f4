use api::btc_light_client::{Tip, header_key, height_key, tip_from_raw};
use bitcoin_spv::{
    CompactTarget, Context, Extension, Header, HeaderHash, Params, Placed, RecentTimes, U256, Work,
    is_boundary, start_of_period,
};
use cosmwasm_std::{Order, Storage};
use primitives::{BtcHeight, BtcTime};

use super::{
    BASE, HEADERS, PERIOD_STARTS, TIP,
    store::{Store, pack, period_key, unpack},
};
use crate::error::ContractError;

/// What the main chain is, its headers aside: the record under `tip`.
///
/// After the public part: bits 4 ‖ bits of the period 4 (zero: not known) ‖ lowest height 4 ‖
/// work 32 ‖ the last times, at most eleven, 4 each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// What the next header is judged by.
    pub context: Context,
    /// Where it started.
    pub base_height: BtcHeight,
    /// The greatest height ever.
    pub highest: BtcHeight,
    /// The lowest header kept.
    pub lowest: BtcHeight,
}

/// A header to start from, and the first of its period where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its height.
    pub height: BtcHeight,
    /// The header.
    pub header: Header,
    /// The work up to and with it.
    pub work: Work,
    /// The first header of its period.
    pub period_start: Option<Header>,
}

impl Chain {
    /// Reads it; `None` before the first headers.
    pub fn load(storage: &dyn Storage) -> Result<Option<Self>, ContractError> {
        let Some(raw) = storage.get(TIP) else { return Ok(None) };
        unpack_tip(&raw).map(Some).ok_or(ContractError::Corrupt { key: "tip" })
    }

    /// Reads it, or says that there is none.
    pub fn load_started(storage: &dyn Storage) -> Result<Self, ContractError> {
        Self::load(storage)?.ok_or(ContractError::NotStarted)
    }

    /// Starts a chain: records its base header and its tip.
    pub fn begin(storage: &mut dyn Storage, base: &Base, params: &Params) -> Result<Self, ContractError> {
        let Base { height, header, work, period_start } = base;
        let refused = |source| ContractError::Base { height: *height, source };
        let context = Context::base(*height, header, *work, params).map_err(refused)?;
        if let Some(start) = period_start {
            check_period_start(base, start, params)?;
            storage.set(&period_key(start_of_period(*height)), &start.to_bytes());
        }
        storage.set(BASE.as_bytes(), &[&height.get().to_be_bytes()[..], &pack(header, *work)].concat());
        add(storage, &Placed { height: *height, header: *header, hash: context.hash, work: *work });
        let chain = Self { context, base_height: *height, highest: *height, lowest: *height };
        chain.record(storage);
        Ok(chain)
    }

    /// Does what the plan says, then drops at most `2 · added + 50` headers that lie deeper below the
    /// tip than `retained`; gives how many.
    pub fn apply(&mut self, storage: &mut dyn Storage, plan: &Extension, retained: u32) -> usize {
        for removed in &plan.removed {
            remove(storage, removed.height, &removed.hash);
            if is_boundary(removed.height) {
                storage.remove(&period_key(removed.height));
            }
        }
        for placed in &plan.added {
            add(storage, placed);
        }
        self.context = plan.tip.clone();
        self.highest = self.highest.max(plan.tip.height);
        let pruned = self.prune(storage, retained, 2 * plan.added.len() + 50);
        self.record(storage);
        pruned
    }

    fn prune(&mut self, storage: &mut dyn Storage, retained: u32, at_most: usize) -> usize {
        let keep = self.context.height.saturating_sub(retained).max(self.lowest);
        let old = Store(storage).range(Some(self.lowest), Some(keep), Order::Ascending);
        let old: Vec<_> = old.take(at_most).collect();
        for placed in &old {
            remove(storage, placed.height, &placed.hash);
            self.lowest = placed.height.next();
        }
        old.len()
    }

    /// Forgets the first header of the base's period if it was pinned, not seen.
    pub fn unpin(&self, storage: &mut dyn Storage) {
        let start = start_of_period(self.base_height);
        if start < self.base_height {
            storage.remove(&period_key(start));
        }
    }

    /// Forgets every header, the base and the tip.
    pub fn clear(storage: &mut dyn Storage) {
        let keys: Vec<_> =
            storage.range_keys(Some(&[HEADERS]), Some(&[PERIOD_STARTS + 1]), Order::Ascending).collect();
        for key in keys {
            storage.remove(&key);
        }
        storage.remove(BASE.as_bytes());
        storage.remove(TIP);
    }

    /// The base header, which is kept when its height is pruned.
    pub fn load_base(storage: &dyn Storage) -> Result<Placed, ContractError> {
        let raw = storage.get(BASE.as_bytes()).ok_or(ContractError::NotStarted)?;
        let (height, record) = raw.split_first_chunk().ok_or(ContractError::Corrupt { key: BASE })?;
        let height = BtcHeight::new(u32::from_be_bytes(*height));
        unpack(height, record).ok_or(ContractError::Corrupt { key: BASE })
    }

    /// Writes the tip.
    pub fn record(&self, storage: &mut dyn Storage) {
        let Context { height, hash, bits, real_bits, work, times } = &self.context;
        let tip = Tip {
            height: *height,
            hash: *hash.as_bytes(),
            time: times.newest(),
            base_height: self.base_height,
            highest: self.highest,
        };
        let mut raw = tip.to_raw().to_vec();
        raw.extend(bits.get().to_be_bytes());
        raw.extend(real_bits.map_or(0, CompactTarget::get).to_be_bytes());
        raw.extend(self.lowest.get().to_be_bytes());
        raw.extend(work.get().to_be_bytes());
        raw.extend(times.known().iter().flat_map(|time| time.get().to_be_bytes()));
        storage.set(TIP, &raw);
    }
}

fn unpack_tip(raw: &[u8]) -> Option<Chain> {
    let tip = tip_from_raw(raw)?;
    let (bits, rest) = raw.get(Tip::LENGTH..)?.split_first_chunk()?;
    let (real_bits, rest) = rest.split_first_chunk()?;
    let (lowest, rest) = rest.split_first_chunk()?;
    let (work, rest) = rest.split_first_chunk()?;
    let (times, []) = rest.as_chunks() else { return None };
    let real_bits = CompactTarget::new(u32::from_be_bytes(*real_bits));
    Some(Chain {
        context: Context {
            height: tip.height,
            hash: HeaderHash::from_bytes(tip.hash),
            bits: CompactTarget::new(u32::from_be_bytes(*bits)),
            real_bits: (real_bits.get() != 0).then_some(real_bits),
            work: Work::new(U256::from_be_bytes(*work)),
            times: times.iter().fold(RecentTimes::default(), |times, time| {
                times.plus(BtcTime::new(u32::from_be_bytes(*time)))
            }),
        },
        base_height: tip.base_height,
        highest: tip.highest,
        lowest: BtcHeight::new(u32::from_be_bytes(*lowest)),
    })
}

/// What can be checked of a period's first header: that it has work, and the base header's target,
/// which on networks without minimum-difficulty headers is that of the whole period.
fn check_period_start(base: &Base, start: &Header, params: &Params) -> Result<(), ContractError> {
    let height = base.height;
    if is_boundary(height) {
        let reason = "the base header itself starts a period";
        return Err(ContractError::PeriodStart { height, reason });
    }
    Context::base(height, start, Work::ZERO, params)
        .map_err(|source| ContractError::Base { height, source })?;
    if !params.min_difficulty_blocks && start.bits != base.header.bits {
        let reason = "its target is not the base header's";
        return Err(ContractError::PeriodStart { height, reason });
    }
    Ok(())
}

fn add(storage: &mut dyn Storage, placed: &Placed) {
    storage.set(&header_key(placed.height), &pack(&placed.header, placed.work));
    storage.set(&height_key(placed.hash.as_bytes()), &placed.height.get().to_be_bytes());
    if is_boundary(placed.height) {
        storage.set(&period_key(placed.height), &placed.header.to_bytes());
    }
}

fn remove(storage: &mut dyn Storage, height: BtcHeight, hash: &HeaderHash) {
    storage.remove(&header_key(height));
    storage.remove(&height_key(hash.as_bytes()));
}
