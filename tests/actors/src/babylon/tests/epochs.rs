use primitives::AppHash;
use proto::{Message, btccheckpoint::TransactionInfo};
use sha2::{Digest, Sha256};

use super::{CLIENT, OTHER, babylon, timestamp};
use crate::{
    Babylon, BabylonError, Miner,
    babylon::iavl::{CommitmentProof, ExistenceProof},
};

fn hash(byte: u8) -> AppHash {
    AppHash::from_bytes([byte; 32])
}

fn start() -> (Babylon, Miner) {
    let (mut babylon, mut miner) = (babylon(), Miner::new(1, 1_700_000_000));
    babylon.params.finalization_timeout = 5;
    babylon.params.confirmation_depth = 2;
    miner.mine_blocks(20);
    babylon.see_bitcoin(&miner);
    (babylon, miner)
}

#[test]
fn only_the_highest_header_of_an_epoch_counts_and_heights_may_fall() {
    let (mut babylon, mut miner) = start();
    for (height, byte) in [(7, 7), (9, 9), (8, 8)] {
        babylon.record_header(CLIENT, height, &hash(byte), 1_500_000_001_000_000_002).unwrap();
    }
    let packets = babylon.timestamp(&mut miner).unwrap();
    assert_eq!(packets.iter().map(|(client, _)| client.as_str()).collect::<Vec<_>>(), [CLIENT, OTHER]);
    let first = timestamp(&packets[0].1);
    let header = first.header.unwrap();
    assert_eq!((header.consumer_id.as_str(), header.height), (CLIENT, 9));
    assert_eq!((header.hash, header.babylon_epoch), (vec![9; 32], 1));
    let time = header.time.unwrap();
    assert_eq!((time.seconds, time.nanos), (1_500_000_001, 2));

    let other = timestamp(&packets[1].1);
    assert_eq!(other.header, None);
    assert_eq!(other.proof.unwrap().proof_consumer_header_in_epoch, None);

    babylon.record_header(CLIENT, 3, &hash(3), 0).unwrap();
    let packets = babylon.timestamp(&mut miner).unwrap();
    assert_eq!(timestamp(&packets[0].1).header.unwrap().height, 3);
    let packets = babylon.timestamp(&mut miner).unwrap();
    assert_eq!(timestamp(&packets[0].1).header, None, "an epoch without a client update");
    let unknown = BabylonError::UnknownConsumer { client: "x".into() };
    assert_eq!(babylon.record_header("x", 1, &hash(1), 0), Err(unknown));
}

#[test]
fn an_epoch_is_final_once_its_checkpoint_is_deep_and_only_once() {
    let (mut babylon, mut miner) = start();
    let epoch = babylon.seal_epoch();
    assert_eq!((epoch, babylon.epoch()), (1, 2));
    let halves = babylon.checkpoint_transactions(epoch).unwrap();
    assert_eq!(halves, babylon.checkpoint_transactions(epoch).unwrap());
    let nowhere = [TransactionInfo::default(), TransactionInfo::default()];
    let missing = BabylonError::NotInBitcoin { half: 0 };
    assert_eq!(babylon.finalize_epoch(epoch, &nowhere), Err(missing));
    let submitted = babylon.submit_checkpoint(epoch, &mut miner).unwrap();
    miner.mine_blocks(3);
    babylon.see_bitcoin(&miner);
    let shallow = BabylonError::TooShallow { depth: 4, needed: 5 };
    assert_eq!(babylon.finalize_epoch(epoch, &submitted), Err(shallow));
    miner.mine();
    babylon.see_bitcoin(&miner);
    assert_eq!(babylon.finalize_epoch(epoch, &submitted).unwrap().len(), 2, "one half is deep enough");
    let done = BabylonError::NoSuchEpoch { epoch };
    assert_eq!(babylon.finalize_epoch(epoch, &submitted), Err(done));
    assert_eq!(babylon.checkpoint_transactions(2), Err(BabylonError::NoSuchEpoch { epoch: 2 }));
}

#[test]
fn a_reorg_takes_the_checkpoint_away() {
    let (mut babylon, mut miner) = start();
    let epoch = babylon.seal_epoch();
    let submitted = babylon.submit_checkpoint(epoch, &mut miner).unwrap();
    miner.reorg(1, 8);
    babylon.see_bitcoin(&miner);
    let missing = BabylonError::NotInBitcoin { half: 1 };
    assert_eq!(babylon.finalize_epoch(epoch, &submitted), Err(missing));
}

#[test]
fn a_closed_channel_gets_no_timestamp() {
    let (mut babylon, mut miner) = start();
    babylon.close_channel(CLIENT).unwrap();
    let packets = babylon.timestamp(&mut miner).unwrap();
    assert_eq!(packets.iter().map(|(client, _)| client.as_str()).collect::<Vec<_>>(), [OTHER]);
}

#[test]
fn the_first_packet_of_a_channel_reaches_further_back() {
    let (mut babylon, mut miner) = start();
    let packets = babylon.timestamp(&mut miner).unwrap();
    let heights = |bytes: &[u8]| -> Vec<u32> {
        timestamp(bytes).btc_headers.unwrap().headers.iter().map(|info| info.height).collect()
    };
    // The last k + 1 = 3 would be broadcast; with the timestamp first come 3 more.
    assert_eq!(heights(&packets[0].1), [22, 23, 24, 25, 26, 27]);
    let packets = babylon.timestamp(&mut miner).unwrap();
    assert_eq!(heights(&packets[0].1), [28, 29, 30, 31, 32, 33, 34]);
    assert_eq!(babylon.take_headers_packet(CLIENT), None, "the headers are shared, not sent twice");
}

#[test]
fn the_checkpoint_in_bitcoin_is_the_one_in_the_packet() {
    let (mut babylon, mut miner) = start();
    let packets = babylon.timestamp(&mut miner).unwrap();
    let packet = timestamp(&packets[0].1);
    let (epoch, raw) = (packet.epoch_info.unwrap(), packet.raw_checkpoint.unwrap());
    assert_eq!((epoch.epoch_number, &epoch.sealer_block_hash), (raw.epoch_num, &raw.block_hash));
    assert_eq!((raw.block_hash.len(), raw.bitmap.len(), raw.bls_multi_sig.len()), (32, 13, 48));
    let proof = packet.proof.unwrap();
    let [first, second] = proof.proof_epoch_submitted.as_slice() else { panic!("two halves") };
    let keys = packet.btc_submission_key.unwrap().key;
    assert_eq!(keys, [first, second].map(|half| half.key.clone().unwrap()));
    let data = |half: &TransactionInfo, length: usize| {
        half.transaction[half.transaction.len() - 4 - length..half.transaction.len() - 4].to_vec()
    };
    let (first, second) = (data(first, 78), data(second, 63));
    assert_eq!((&first[..5], &second[..5]), (&[1, 2, 3, 4, 0x00][..], &[1, 2, 3, 4, 0x10][..]));
    assert_eq!(first[5..13], raw.epoch_num.to_be_bytes());
    assert_eq!(first[13..45], raw.block_hash);
    assert_eq!(first[45..58], raw.bitmap);
    assert_eq!(second[5..53], raw.bls_multi_sig);
    assert_eq!(second[53..], Sha256::digest(&first[5..])[..10]);
}

#[test]
fn the_epoch_is_proven_by_its_app_hash_and_the_header_is_proven_absent() {
    let (mut babylon, mut miner) = start();
    babylon.record_header(CLIENT, 9, &hash(9), 0).unwrap();
    let packets = babylon.timestamp(&mut miner).unwrap();
    let packet = timestamp(&packets[0].1);
    let proof = packet.proof.unwrap();
    let sealed = proof.proof_epoch_sealed.unwrap();
    let mut epoch = packet.epoch_info.unwrap();
    let root = core::mem::take(&mut epoch.sealer_app_hash);
    assert_eq!(root, babylon.sealed(1).unwrap().epoch.sealer_app_hash);
    let decode = |data: &[u8]| CommitmentProof::decode(data).unwrap();
    let exist = |ops: &proto::tendermint::ProofOps, place: usize| -> ExistenceProof {
        decode(&ops.ops[place].data).exist.unwrap()
    };
    let info = sealed.proof_epoch_info.unwrap();
    assert_eq!((info.ops[0].r#type.as_str(), info.ops[1].r#type.as_str()), ("ics23:iavl", "ics23:simple"));
    assert_eq!(info.ops[0].key, [0x11, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(
        (info.ops[1].key.as_slice(), exist(&info, 0).value),
        (&b"epoching"[..], epoch.encode_to_vec())
    );
    let set = sealed.proof_epoch_val_set.unwrap();
    let validators = proto::checkpointing::ValidatorWithBlsKeySet { val_set: sealed.validator_set };
    assert_eq!(exist(&set, 0).value, validators.encode_to_vec());
    assert_eq!(set.ops[1].key, b"checkpointing");

    let absence = proof.proof_consumer_header_in_epoch.unwrap();
    let proof = decode(&absence.ops[0].data);
    assert_eq!(proof.exist, None);
    let neighbours = proof.nonexist.unwrap();
    let key = [&[0x03], CLIENT.as_bytes(), &9u64.to_be_bytes()].concat();
    assert_eq!((&neighbours.key, &absence.ops[0].key), (&key, &key));
    assert!(neighbours.left.unwrap().key < key && key < neighbours.right.unwrap().key);
}
