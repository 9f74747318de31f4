//! The mock, on both versions of cw-multi-test, and what the client says of it.

use bsn_client::{BlockFinality, NotFinal, WhyUnknown};
use bsn_testing::block_hash;

/// The same tests on each version.
macro_rules! on {
    ($version:ident, $mock:ident, $client:ident, $multi_test:ident) => {
        mod $version {
            use super::*;
            use bsn_client::$client::Bsn;
            use bsn_testing::$mock::MockBsn;
            use $multi_test::App;

            const FIRST: u64 = 12_345;

            struct Chain {
                app: App,
                mock: MockBsn,
            }

            impl Chain {
                fn new() -> Self {
                    let mut app = App::default();
                    let mock = MockBsn::new(&mut app);
                    Self { app, mock }
                }

                fn require(&self, height: u64) -> Result<(), NotFinal> {
                    Bsn(self.mock.addr.clone()).require_final(&self.app.wrap(), height)
                }

                fn last_final(&self) -> Option<u64> {
                    Bsn(self.mock.addr.clone()).last_final(&self.app.wrap()).unwrap()
                }
            }

            #[test]
            fn a_block_is_final_by_a_later_height() {
                let mut chain = Chain::new();
                assert_eq!(chain.last_final(), None);
                chain.mock.finalize(&mut chain.app, FIRST + 5);
                assert_eq!(chain.require(FIRST + 5), Ok(()));
                assert_eq!(chain.require(FIRST), Ok(()));
                let certificate = FIRST + 6;
                assert_eq!(chain.require(certificate), Err(NotFinal::Pending { height: certificate }));
                assert_eq!(
                    (chain.last_final(), chain.app.block_info().height),
                    (Some(FIRST + 5), certificate)
                );
                let last = Bsn(chain.mock.addr.clone()).last_final_block(&chain.app.wrap()).unwrap().unwrap();
                assert_eq!((last.height, last.certified_by), (FIRST + 5, certificate));
                let status = Bsn(chain.mock.addr.clone()).status(&chain.app.wrap(), FIRST + 5).unwrap();
                assert_eq!((status.certified_by, status.gap_before), (Some(certificate), Some(0)));
                assert_eq!(status.certificate.unwrap().unbroken_since, Some(FIRST));
                let anchor = Bsn(chain.mock.addr.clone()).anchor(&chain.app.wrap(), FIRST + 5).unwrap();
                assert_eq!(anchor.unwrap().block_hash, block_hash(FIRST + 5));
            }

            #[test]
            fn a_stall_leaves_blocks_pending() {
                let mut chain = Chain::new();
                chain.mock.finalize(&mut chain.app, FIRST);
                chain.mock.stall(&mut chain.app, FIRST + 9);
                assert_eq!(chain.require(FIRST + 9), Err(NotFinal::Pending { height: FIRST + 9 }));
                assert_eq!(chain.last_final(), Some(FIRST));
                chain.mock.finalize(&mut chain.app, FIRST + 9);
                assert_eq!(chain.require(FIRST + 9), Ok(()));
            }

            #[test]
            fn a_hole_leaves_a_gap_below_the_certificate() {
                let mut chain = Chain::new();
                chain.mock.hole(&mut chain.app, FIRST + 3);
                chain.mock.finalize(&mut chain.app, FIRST + 2);
                let gap = NotFinal::Gap { height: FIRST + 2, skipped: 1 };
                assert_eq!(chain.require(FIRST + 2), Err(gap));
                assert_eq!(chain.require(FIRST + 1), Ok(()));
                let anchor = Bsn(chain.mock.addr.clone()).anchor(&chain.app.wrap(), FIRST + 3);
                assert_eq!(anchor, Ok(None));
            }

            #[test]
            fn what_is_resumed_never_becomes_final() {
                let mut chain = Chain::new();
                chain.mock.finalize(&mut chain.app, FIRST + 2);
                chain.mock.resume(&mut chain.app, FIRST + 8);
                let resumed = |height| Err(NotFinal::Resumed { height });
                assert_eq!(chain.require(FIRST + 8), resumed(FIRST + 8));
                chain.mock.finalize(&mut chain.app, FIRST + 20);
                for height in FIRST + 3..=FIRST + 8 {
                    assert_eq!(chain.require(height), resumed(height), "{height}");
                }
                assert_eq!(chain.require(FIRST + 2), Ok(()));
                assert_eq!(chain.require(FIRST + 20), Ok(()));
                // The trap of the raw read: finality has come further, and yet these blocks are not final.
                assert_eq!(chain.last_final(), Some(FIRST + 20));
            }

            #[test]
            fn what_is_forgotten_or_not_reached_is_unknown() {
                let mut chain = Chain::new();
                chain.mock.finalize(&mut chain.app, FIRST + 5);
                chain.mock.forget(&mut chain.app, FIRST + 2);
                let unknown = |height, why| Err(NotFinal::Unknown { height, why });
                assert_eq!(chain.require(FIRST + 1), unknown(FIRST + 1, WhyUnknown::Forgotten));
                assert_eq!(chain.require(FIRST + 2), Ok(()));
                assert_eq!(chain.require(FIRST + 7), unknown(FIRST + 7, WhyUnknown::NotReached));
                assert_eq!(chain.require(0), unknown(0, WhyUnknown::NotReached));
            }

            #[test]
            fn a_gap_that_is_not_known_is_larger_than_any() {
                let mut chain = Chain::new();
                chain.mock.finalize(&mut chain.app, FIRST + 5);
                chain.mock.upgrade(&mut chain.app, FIRST + 2);
                let status = Bsn(chain.mock.addr.clone()).status(&chain.app.wrap(), FIRST + 2).unwrap();
                assert_eq!((status.block, status.gap_before), (BlockFinality::Final, None));
                for max_gap in [0, u64::MAX] {
                    let unknown = Err(NotFinal::UnknownGap { height: FIRST + 2 });
                    assert_eq!(status.require_final(max_gap), unknown);
                }
                assert!(!status.is_final());
                assert_eq!(chain.require(FIRST + 3), Ok(()));
            }

            #[test]
            fn who_is_slashed_has_no_power_any_more() {
                let mut chain = Chain::new();
                let slashed = chain.mock.slash(&mut chain.app, "ab", 100);
                assert!(slashed.events.iter().any(|event| event.ty == "wasm-slashed_finality_provider"));
                chain.mock.finalize(&mut chain.app, FIRST);
                let status = Bsn(chain.mock.addr.clone()).status(&chain.app.wrap(), FIRST).unwrap();
                assert_eq!(status.block, BlockFinality::Final);
                assert_eq!(status.certificate.unwrap().total_power, bsn_client::Amount(200));
            }

            #[test]
            #[should_panic(expected = "has its quorum already")]
            fn the_past_does_not_change() {
                let mut chain = Chain::new();
                chain.mock.finalize(&mut chain.app, FIRST + 1);
                chain.mock.hole(&mut chain.app, FIRST + 1);
            }
        }
    };
}

on!(version_3, multi_test_3, cosmwasm_3, cw_multi_test_3);
on!(version_2, multi_test_2, cosmwasm_2, cw_multi_test_2);
