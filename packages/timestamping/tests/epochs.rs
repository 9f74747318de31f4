//! The chain of epochs, whatever comes in whatever order.

use bsn_timestamping::{
    BitcoinView, ClaimedBlock, Epochs, Located, Receipt, Waited, WaitingCheckpoint, Witness,
};
use primitives::{BlockHeight, BtcHeight, EpochNumber};
use proptest::prelude::*;

fn kept(epoch: u64, height: Option<u64>, block: u8) -> WaitingCheckpoint {
    let place = ClaimedBlock { block: [block; 32], root: [block; 32] };
    WaitingCheckpoint {
        epoch: EpochNumber::new(epoch),
        height: height.map(BlockHeight::new),
        blocks: [place; 2],
    }
}

fn seen(tip: u32) -> BitcoinView {
    BitcoinView::Seen { tip: BtcHeight::new(tip), base: BtcHeight::new(0), w: 10 }
}

/// A block with hash `n` is at height `n`, with root `n`.
fn by_number(hash: &[u8; 32]) -> Option<Located> {
    Some(Located { height: BtcHeight::new(hash[0].into()), root: *hash })
}

const fn unknown(_: &[u8; 32]) -> Option<Located> {
    None
}

#[test]
fn an_epoch_is_taken_once_and_never_below_the_last() {
    let mut epochs = Epochs::default();
    assert_eq!(epochs.receive(kept(5, None, 1)), Receipt::Waits { dropped: None });
    assert_eq!(epochs.receive(kept(5, None, 1)), Receipt::Known);
    assert_eq!(epochs.receive(kept(5, None, 2)), Receipt::Replaced);
    assert_eq!(epochs.receive(kept(5, None, 1)), Receipt::Replaced);
    assert_eq!(epochs.receive(kept(4, None, 3)), Receipt::Waits { dropped: None });
    assert_eq!(epochs.count_buried(seen(11), BlockHeight::new(0), &by_number).len(), 1);
    let last = EpochNumber::new(5);
    assert_eq!((epochs.base, epochs.last), (Some(last), Some(last)));
    for late in [5, 4, 0] {
        assert_eq!(epochs.receive(kept(late, Some(99), 7)), Receipt::Stale { last });
    }
    // Epoch 4 had waited: it counts late, and the last epoch stays.
    let late = epochs.count_buried(seen(13), BlockHeight::new(0), &by_number);
    assert_eq!(late.len(), 1);
    assert_eq!((epochs.last, epochs.waiting.len()), (Some(last), 0));
}

#[test]
fn the_oldest_makes_place_for_the_seventeenth() {
    let mut epochs = Epochs::default();
    for epoch in 1..=16 {
        assert_eq!(epochs.receive(kept(epoch, None, 200)), Receipt::Waits { dropped: None });
    }
    let dropped = Some(EpochNumber::new(1));
    assert_eq!(epochs.receive(kept(17, None, 200)), Receipt::Waits { dropped });
    assert_eq!((epochs.waiting.len(), epochs.dropped), (Epochs::WAITING_MAX, 1));
    assert_eq!(epochs.count_buried(seen(210), BlockHeight::new(0), &by_number).len(), Epochs::WAITING_MAX);
}

#[test]
fn a_reorganization_that_drops_a_checkpoint_makes_it_wait_again() {
    let mut epochs = Epochs::default();
    epochs.receive(kept(1, Some(40), 20));
    assert_eq!(epochs.count_buried(seen(29), BlockHeight::new(0), &by_number), []);
    assert_eq!(epochs.count_buried(seen(31), BlockHeight::new(0), &unknown), []);
    assert_eq!(epochs.count_buried(seen(32), BlockHeight::new(0), &by_number).len(), 1);
}

#[test]
fn a_block_with_another_root_makes_the_claim_forged_for_good() {
    let mut epochs = Epochs::default();
    epochs.receive(kept(1, Some(40), 20));
    let other = |_: &[u8; 32]| Some(Located { height: BtcHeight::new(1), root: [0; 32] });
    let epoch = EpochNumber::new(1);
    assert_eq!(epochs.count_buried(seen(100), BlockHeight::new(0), &other), [Waited::Forged { epoch }]);
    assert_eq!((epochs.forged, epochs.last, epochs.waiting.len()), (Some(epoch), None, 0));
}

#[test]
fn the_mark_of_trust_is_that_of_the_highest_height() {
    let mut epochs = Epochs::default();
    epochs.receive(kept(1, Some(40), 20));
    epochs.count_buried(BitcoinView::Unwatched, BlockHeight::new(0), &unknown);
    assert_eq!(epochs.witness, Some(Witness::Babylon));
    epochs.receive(kept(2, Some(30), 20));
    epochs.count_buried(seen(100), BlockHeight::new(40), &by_number);
    assert_eq!(epochs.witness, Some(Witness::Babylon), "height 40 is still on babylon's word");
    epochs.receive(kept(3, Some(50), 20));
    epochs.count_buried(seen(100), BlockHeight::new(40), &by_number);
    assert_eq!(epochs.witness, Some(Witness::Bitcoin));
}

proptest! {
    #[test]
    fn nothing_ever_goes_back(
        steps in prop::collection::vec((0..30u64, prop::option::of(0..200u64), 0..60u8, 0..90u32, any::<bool>()), 1..80)
    ) {
        let mut epochs = Epochs::default();
        let mut timestamped = BlockHeight::new(0);
        for (epoch, height, block, tip, known) in steps {
            epochs.receive(kept(epoch, height, block));
            let before = (epochs.base, epochs.last, timestamped);
            let find: &dyn Fn(&[u8; 32]) -> Option<Located> = if known { &by_number } else { &unknown };
            for settled in epochs.count_buried(seen(tip), timestamped, find) {
                if let Waited::Counted { height: Some(height), witness, .. } = settled {
                    prop_assert!(height > timestamped);
                    timestamped = height;
                    let sound = known && witness == Witness::Bitcoin || !known && tip < 10;
                    prop_assert!(sound, "{witness:?} by tip {tip}");
                }
            }
            prop_assert!(epochs.last >= before.1 && timestamped >= before.2);
            prop_assert!(before.0.is_none() || epochs.base == before.0);
            prop_assert!(epochs.waiting.len() <= Epochs::WAITING_MAX);
            let bytes = postcard::to_allocvec(&epochs).unwrap();
            prop_assert!(bytes.len() <= 2_400, "{} bytes", bytes.len());
            prop_assert_eq!(postcard::from_bytes::<Epochs>(&bytes).unwrap(), epochs.clone());
        }
    }
}
