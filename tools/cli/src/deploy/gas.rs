//! What calls cost, from the measured table (`tests/gas/snapshot.json`, `tests/chain/README.md`): SDK gas.

/// The most expensive hook that the configuration admits: 200 changes of the active set at once.
pub const WORST_HOOK: u64 = 1_310_000;
/// What wasmd adds to a call of code that is not pinned.
pub const UNPINNED: u64 = 60_000;
/// What the hooks' caps are set to: more than twice what the worst one uses.
pub const HOOK_CAP: u32 = 5_000_000;
/// What a packet of 50 delegations uses.
pub const STAKING_PACKET: u64 = 1_200_000;
/// What brings any packet that Babylon makes (`tools/cli/handbook/src/relayer.md`).
pub const ANY_PACKET: u64 = 35_000_000;
/// What brings every packet with one long item.
pub const LONG_ITEM: u64 = 12_000_000;
/// 2,000 headers after a standstill.
pub const HEADERS: u64 = 21_000_000;

/// Below this a hook may be lost in the worst case.
pub const fn least_hook_cap() -> u64 {
    2 * WORST_HOOK + UNPINNED
}

/// About what storing a code uses: wasmd charges 3 a byte to compile it, the SDK 10 a byte of transaction.
pub fn store(size: usize, compressed: usize) -> u64 {
    100_000 + 3 * size as u64 + 11 * compressed as u64
}

/// About what instantiating the contracts uses.
pub const fn instantiate(has_staking: bool) -> u64 {
    if has_staking { 1_300_000 } else { 700_000 }
}

/// About what a proposal of so many bytes uses: a real chain used 79,830,000 for 415,101 (`tests/chain`).
pub fn propose(bytes: usize) -> u64 {
    // Its bytes are paid for at 10 as the transaction's, at 90 as the proposal's, and at 30 each time that it is stored.
    200_000 + 195 * bytes as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_with_both_codes_costs_what_a_real_chain_takes() {
        assert!((79_830_000..82_000_000).contains(&propose(415_101)));
    }

    #[test]
    fn the_constants_cover_what_was_measured() {
        let text = include_str!("../../../../tests/gas/snapshot.json");
        let rows: std::collections::BTreeMap<String, u64> = serde_json::from_str(text).unwrap();
        let row = |name: &str| rows[name];
        for (name, gas) in &rows {
            let is_hook =
                ["worst_", "begin_block", "end_block", "backlog"].iter().any(|start| name.starts_with(start));
            assert!(!is_hook || *gas <= WORST_HOOK, "{name} uses {gas}");
        }
        assert!(
            row("worst_set_changes_200") > WORST_HOOK * 9 / 10,
            "the worst is far from what is said of it"
        );
        assert!(row("staking_packet_50") <= STAKING_PACKET && row("btc_headers_2000") <= HEADERS);
        assert!(row("staking_packet_output_250kB") <= LONG_ITEM);
        assert!(u64::from(HOOK_CAP) >= least_hook_cap());
    }
}
