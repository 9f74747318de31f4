use proto::Message;
use proto::covenant::eots::Native;
use proto::covenant::{BABYLON_GRACE, Terms, verify};

use super::{CLIENT, babylon, fp};
use crate::Stake;
use crate::babylon::AdaptorSignatures;

/// Held against the rules of the package that verifies: of every form, and of an expansion.
#[test]
fn delegations_that_a_committee_signed_obey_every_rule() {
    let (mut babylon, registered) = (babylon(), fp(0));
    babylon.register_fp(&registered, CLIENT).unwrap();
    let mut miner = crate::Miner::new(1, 1_700_000_000);
    miner.mine_blocks(3);
    babylon.see_bitcoin(&miner);
    let fp = registered.public_key();
    babylon.elect(9, 6).unwrap();
    let committee = babylon.committee().unwrap().clone();
    let params = committee.params();
    for adaptor_signatures in [AdaptorSignatures::New, AdaptorSignatures::Old] {
        let stake = Stake { adaptor_signatures, ..Stake::new(&[fp], 50_000_000) };
        let txid = babylon.delegate(stake).unwrap();
        let expanded = babylon.expand(&txid, 1_000_000).unwrap();
        for txid in [txid, expanded] {
            let delegation = babylon.delegation(&txid).unwrap();
            let item = proto::decode::delegation(&delegation.event.encode_to_vec()).unwrap();
            let terms = Terms { params, superseded: None, grace: BABYLON_GRACE, unbonding_signed: true };
            let ours = |key: &proto::covenant::XOnlyKey| *key.as_bytes() == *fp.as_bytes();
            let verified = verify(&Native, Some(&terms), &item, ours).unwrap();
            assert_eq!(verified.stake.txid, txid);
            let unbonding_tx =
                proto::bitcoin_spv::Transaction::parse(&delegation.unbonding_tx.serialize_stripped());
            assert_eq!(unbonding_tx.unwrap().stripped, item.unbonding_tx);
        }
    }
    assert!(babylon.delegate(Stake { staking_time: 70_000, ..Stake::new(&[fp], 50_000_000) }).is_err());
    assert!(babylon.delegate(Stake::new(&[fp], 900)).is_err(), "nothing is left after the fee");
    assert!(babylon.elect(3, 4).is_err());
}
