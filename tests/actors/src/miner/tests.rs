use super::{Miner, MinerError, block, hash};

fn miner() -> Miner {
    Miner::new(1, 1_700_000_000)
}

#[test]
fn every_header_links_and_has_work() {
    let mut miner = miner();
    miner.mine_blocks(50);
    for (below, info) in miner.headers(0, 50).iter().zip(miner.headers(1, 50)) {
        assert_eq!(info.header[4..36], below.hash);
        assert_eq!(hash::double_sha256(&info.header).as_slice(), info.hash);
        assert!(block::has_work(info.hash.as_slice().try_into().unwrap()));
        assert_eq!(info.work, (2 * (info.height + 1)).to_string().into_bytes());
    }
    assert_eq!(miner.tip().time, 1_700_000_000 + 49 * 600);
}

#[test]
fn the_same_seed_mines_the_same_chain() {
    let mine = |seed| Miner::new(seed, 1_700_000_000).mine_blocks(3);
    assert_eq!(mine(1), mine(1));
    assert_ne!(mine(1), mine(2));
}

#[test]
fn only_more_work_moves_the_tip() {
    let mut miner = miner();
    miner.mine_blocks(10);
    let first = miner.tip().hash;
    let equal = miner.reorg(4, 4);
    assert_eq!(miner.tip().hash, first);
    let last = equal.last().unwrap().hash.as_slice().try_into().unwrap();
    let heavier = miner.mine_on(&last, Vec::new()).unwrap();
    assert_eq!(miner.tip(), &heavier);
    assert_eq!(miner.tip_height(), 11);
    assert!(equal.iter().all(|info| miner.is_canonical(info.hash.as_slice().try_into().unwrap())));
    assert!(!miner.is_canonical(&first));
    let unknown = MinerError::NoParent { hash: "07".repeat(32) };
    assert_eq!(miner.mine_on(&[7; 32], Vec::new()), Err(unknown));
}

#[test]
fn a_transaction_is_proven_until_a_reorg_drops_it() {
    let mut miner = miner();
    let payments: Vec<_> = (0..4).map(|i| miner.coinbase(1_000 + i)).collect();
    let txid = payments[2].txid();
    let block = miner.mine_with(payments);
    let info = miner.inclusion(&txid).unwrap();
    let key = info.key.unwrap();
    assert_eq!((key.index, key.hash), (3, block.hash.to_vec()));
    assert_eq!(hash::root_of_branch(*txid.as_bytes(), 3, &info.proof).as_slice(), &block.header[36..68]);
    assert_eq!(hash::double_sha256(&info.transaction), *txid.as_bytes());
    miner.reorg(1, 2);
    assert_eq!(miner.inclusion(&txid), None);
}

#[test]
fn a_forged_header_has_no_work() {
    let mut miner = miner();
    miner.mine();
    let forged = miner.forge_without_work();
    assert!(!block::has_work(forged.hash.as_slice().try_into().unwrap()));
    assert_eq!((forged.height, miner.tip_height()), (2, 1));
}
