use bitcoin_spv::{MerkleBranch, Transaction};
use cosmwasm_std::Event;
use primitives::{BtcHeight, EpochNumber};
use proto::zoneconcierge::BtcTimestamp;
use timestamping::Epochs;

use super::{bitcoin, checkpoint::timestamp_in, checkpoint::timestamp_of, *};
use crate::state::BTC_TIP;

const OURS: u8 = 1;

/// Hands it over; what the alarms say.
fn arrive(deps: &mut Deps, env: &Env, timestamp: BtcTimestamp) -> Vec<String> {
    let data = OutboundPacket { packet: Some(Packet::BtcTimestamp(Box::new(timestamp))) }.encode_to_vec();
    let packet = packet(data, end(proto::PORT, "channel-9"), end("wasm.bsn", "channel-1"));
    let response =
        receive(deps.as_mut(), env, IbcPacketReceiveMsg::new(packet, Addr::unchecked("r"))).unwrap();
    assert_eq!(response.acknowledgement.unwrap().as_slice(), br#"{"result":""}"#);
    alarms(&response.events)
}

fn alarms(events: &[Event]) -> Vec<String> {
    let alarms = events.iter().filter(|event| event.ty == "alarm");
    alarms.map(|event| event.attributes[0].value.clone()).collect()
}

fn of(consumer: &str, height: u64, timestamp: BtcTimestamp) -> BtcTimestamp {
    let header = IndexedHeader {
        consumer_id: consumer.to_owned(),
        hash: vec![OURS; 32],
        height,
        babylon_epoch: 3,
        ..Default::default()
    };
    BtcTimestamp { header: Some(header), ..timestamp }
}

/// Timestamped height, last epoch, how many wait.
fn standing(deps: &Deps) -> (u64, Option<u64>, usize) {
    let epochs = TIMESTAMPS.load(&deps.storage).unwrap().epochs;
    let height = Progress::load(&deps.storage).unwrap().marks.timestamped;
    (height.get(), epochs.last.map(EpochNumber::get), epochs.waiting.len())
}

fn young() -> (Deps, Env) {
    let (mut deps, env) = opened();
    for height in [7, 8, 9] {
        anchored(&mut deps, height, OURS);
    }
    assert_eq!(arrive(&mut deps, &env, of(CONSUMER, 7, timestamp_of(5))), [] as [String; 0]);
    assert_eq!(standing(&deps), (7, Some(5), 0));
    (deps, env)
}

#[test]
fn another_consumers_header_moves_nothing_and_its_checkpoint_counts() {
    let (mut deps, env) = young();
    let said = arrive(&mut deps, &env, of("07-tendermint-8", 9, timestamp_of(6)));
    assert_eq!(said, ["a timestamp is of consumer 07-tendermint-8, not ours"]);
    assert_eq!(standing(&deps), (7, Some(6), 0));
}

#[test]
fn a_stale_epoch_moves_nothing() {
    let (mut deps, env) = young();
    for stale in [5, 4] {
        let said = arrive(&mut deps, &env, of(CONSUMER, 9, timestamp_of(stale)));
        assert_eq!(said, [format!("a timestamp is of epoch {stale}, after that of 5")]);
        assert_eq!(standing(&deps), (7, Some(5), 0));
    }
}

#[test]
fn one_checkpoint_too_many_drops_the_oldest_with_an_alarm() {
    let (mut deps, env) = young();
    bitcoin::follow(&mut deps, 0, 100, 100, &[]);
    let kept = u64::try_from(Epochs::WAITING_MAX).unwrap();
    for epoch in 6..6 + kept {
        assert_eq!(arrive(&mut deps, &env, of(CONSUMER, 8, timestamp_of(epoch))), [] as [String; 0]);
    }
    let said = arrive(&mut deps, &env, of(CONSUMER, 9, timestamp_of(6 + kept)));
    assert_eq!(said, ["too many checkpoints wait for bitcoin: that of epoch 6 is dropped"]);
    let record = TIMESTAMPS.load(&deps.storage).unwrap();
    assert_eq!((record.epochs.dropped, standing(&deps)), (1, (7, Some(5), Epochs::WAITING_MAX)));
}

/// A light client with the two blocks of a checkpoint, which have those roots, and the timestamp of it.
fn located(deps: &mut Deps, tip: u32, forge: bool, with: impl Fn(&mut BtcTimestamp)) -> BtcTimestamp {
    let claimed = timestamp_of(6);
    let halves = claimed.proof.unwrap().proof_epoch_submitted;
    let headers: Vec<_> = halves
        .iter()
        .map(|half| {
            let transaction = Transaction::parse(&half.transaction).unwrap();
            let branch = MerkleBranch::from_babylon(0, &half.proof).unwrap();
            let mut root = *branch.root_of_transaction(&transaction).unwrap().as_bytes();
            root[0] ^= u8::from(forge);
            bitcoin::header(root)
        })
        .collect();
    let blocks = [0, 1].map(|half: usize| *headers[half].hash().as_bytes());
    bitcoin::follow(deps, 0, tip, 200, &[(80, headers[0]), (81, headers[1])]);
    let mut timestamp = of(CONSUMER, 9, timestamp_in(6, blocks));
    with(&mut timestamp);
    timestamp
}

/// w is 2. The chain was longer once: depth is counted from the tip it has now, time from the highest it ever had.
#[test]
fn after_a_reorganization_to_fewer_blocks_a_checkpoint_waits_and_stake_does_not_come_back() {
    for (tip, counts) in [(81, false), (82, false), (83, true)] {
        let (mut deps, env) = young();
        let timestamp = located(&mut deps, tip, false, |_| {});
        assert_eq!(arrive(&mut deps, &env, timestamp), [] as [String; 0]);
        let expected = if counts { (9, Some(6), 0) } else { (7, Some(5), 1) };
        assert_eq!(standing(&deps), expected, "tip {tip}");
        assert_eq!(BTC_TIP.load(&deps.storage).unwrap(), BtcHeight::new(200));
    }
}

#[test]
fn a_transaction_that_is_not_in_its_block_is_an_alarm() {
    let (mut deps, env) = young();
    let timestamp = located(&mut deps, 100, true, |_| {});
    let said = arrive(&mut deps, &env, timestamp);
    assert_eq!(said, ["babylon's checkpoint of epoch 6 is not in bitcoin where it says"]);
    let record = TIMESTAMPS.load(&deps.storage).unwrap();
    assert_eq!(record.epochs.forged, Some(EpochNumber::new(6)));
    assert_eq!(standing(&deps), (7, Some(5), 0));
}

#[test]
fn parts_that_contradict_each_other_are_an_alarm() {
    let (mut deps, env) = young();
    let timestamp = located(&mut deps, 100, false, |timestamp| {
        timestamp.raw_checkpoint.as_mut().unwrap().bitmap[0] ^= 1;
    });
    let said = arrive(&mut deps, &env, timestamp);
    assert_eq!(
        said,
        ["babylon's checkpoint of epoch 6: what is in bitcoin is not the checkpoint: bitmap differs"]
    );
    assert_eq!(TIMESTAMPS.load(&deps.storage).unwrap().epochs.forged, Some(EpochNumber::new(6)));
    assert_eq!(standing(&deps), (7, Some(5), 0));
}

#[test]
fn headers_that_cannot_be_cut_are_an_alarm_and_cost_nothing_else() {
    let (mut deps, env) = young();
    let mut timestamp = of(CONSUMER, 8, timestamp_of(6)).encode_to_vec();
    // Field 2, the list of headers: a header whose length is missing.
    timestamp.extend([0x12, 1, 0x0a]);
    // A length of two bytes, as protobuf writes it.
    let [low, high] = u16::try_from(timestamp.len()).unwrap().checked_mul(2).unwrap().to_le_bytes();
    assert!(high > 0 && timestamp.len() < 1 << 14);
    let data = [&[0x0a, low >> 1 | 0x80, high][..], &timestamp].concat();
    let packet = packet(data, end(proto::PORT, "channel-9"), end("wasm.bsn", "channel-1"));
    let message = IbcPacketReceiveMsg::new(packet, Addr::unchecked("relayer"));
    let said = alarms(&receive(deps.as_mut(), &env, message).unwrap().events);
    assert!(
        matches!(&said[..], [one] if one.starts_with("a timestamp's headers cannot be read: ")),
        "{said:?}"
    );
    assert_eq!(standing(&deps), (8, Some(6), 0));
}

/// C-31: a half that cannot be read is told of, and accuses nobody
#[test]
fn a_half_that_cannot_be_read_accuses_nobody() {
    let (mut deps, env) = young();
    let timestamp = located(&mut deps, 100, false, |timestamp| {
        timestamp.proof.as_mut().unwrap().proof_epoch_submitted[0].transaction.truncate(40);
    });
    let said = arrive(&mut deps, &env, timestamp);
    assert!(
        matches!(&said[..], [one] if one.starts_with("babylon's checkpoint of epoch 6: half 0: ")),
        "{said:?}"
    );
    assert_eq!(TIMESTAMPS.load(&deps.storage).unwrap().epochs.forged, None);
    assert_eq!(standing(&deps), (7, Some(5), 0));
}

/// C-31: a place in a block that does not follow accuses nobody either
#[test]
fn a_branch_that_proves_nothing_accuses_nobody() {
    /// One of 64 bytes could be a node of the tree.
    fn of_sixty_four_bytes() -> Vec<u8> {
        let input = [&[1][..], &[9; 36], &[0], &[0xff; 4]].concat();
        let output = [&[1][..], &[0; 8], &[4], &[0x51; 4]].concat();
        [&[2, 0, 0, 0][..], &input, &output, &[0; 4]].concat()
    }
    type Change = fn(&mut proto::btccheckpoint::TransactionInfo);
    let changes: [(&str, Change); 2] = [
        ("half a node", |half| half.proof.truncate(31)),
        ("a transaction of 64 bytes", |half| half.transaction = of_sixty_four_bytes()),
    ];
    for (what, change) in changes {
        let (mut deps, env) = young();
        let timestamp = located(&mut deps, 100, false, |timestamp| {
            change(&mut timestamp.proof.as_mut().unwrap().proof_epoch_submitted[0]);
        });
        let said = arrive(&mut deps, &env, timestamp);
        assert!(
            matches!(&said[..], [one] if one.starts_with("babylon's checkpoint of epoch 6: half 0: ")),
            "{what}: {said:?}"
        );
        assert_eq!(TIMESTAMPS.load(&deps.storage).unwrap().epochs.forged, None, "{what}");
        assert_eq!(standing(&deps), (7, Some(5), 0), "{what}");
    }
}

/// C-31: nor is one called forged that Babylon took
///
/// It keeps and relays what the first submitter sent, and takes all of this.
#[test]
fn what_a_submitter_adds_to_a_proof_accuses_nobody() {
    type Change = fn(&mut proto::btccheckpoint::TransactionInfo);
    let changes: [(&str, Change); 3] = [
        ("bytes behind", |half| half.transaction.extend([0x6a; 120_000])),
        ("a high index", |half| half.key.as_mut().unwrap().index |= 0xffff_fffe),
        ("a flag without witness", |half| {
            let lock_time = half.transaction.split_off(half.transaction.len() - 4);
            half.transaction.splice(4..4, [0, 1]);
            half.transaction.extend([&[0][..], &lock_time].concat());
        }),
    ];
    for (what, change) in changes {
        let (mut deps, env) = young();
        let timestamp = located(&mut deps, 100, false, |timestamp| {
            timestamp.proof.as_mut().unwrap().proof_epoch_submitted.iter_mut().for_each(change);
            // What Babylon lists as submitted has the same indexes.
            let halves = &timestamp.proof.as_ref().unwrap().proof_epoch_submitted;
            let keys = halves.iter().filter_map(|half| half.key.clone()).collect();
            timestamp.btc_submission_key.as_mut().unwrap().key = keys;
        });
        assert_eq!(arrive(&mut deps, &env, timestamp), [] as [String; 0], "{what}");
        assert_eq!(standing(&deps), (9, Some(6), 0), "{what}");
        assert_eq!(TIMESTAMPS.load(&deps.storage).unwrap().epochs.forged, None, "{what}");
    }
}
