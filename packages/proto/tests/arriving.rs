//! What arrives may be anything: nothing panics, and no part costs another.

use bsn_proto::{
    Message,
    btccheckpoint::{SubmissionKey, TransactionKey},
    btclightclient::BtcHeaderInfo,
    btcstaking::*,
    checkpointing::RawCheckpoint,
    decode::{
        self, ItemError, ItemKind, MAX_PACKET_BYTES, Packet, PacketError, RawItem, StakingItem, Timestamp,
    },
    epoching::Epoch,
    google,
    zoneconcierge::{outbound_packet, *},
};
use primitives::UnixNanos;
use proptest::{collection::vec, prelude::*, sample::Index};

fn delegation() -> ActiveBtcDelegation {
    let staking_tx =
        [&[2, 0, 0, 0, 1][..], &[7; 36], &[0], &[0xff; 4], &[0], &[0x40, 0xd1, 0x0c, 0]].concat();
    ActiveBtcDelegation {
        staker_addr: "bbn1staker".into(),
        btc_pk_hex: "AB".repeat(32),
        fp_btc_pk_list: vec!["01".repeat(32)],
        start_height: 100,
        end_height: 1_000,
        total_sat: 50_000,
        staking_tx,
        unbonding_time: 101,
        ..Default::default()
    }
}

fn fp() -> NewFinalityProvider {
    NewFinalityProvider {
        btc_pk_hex: "01".repeat(32),
        bsn_id: "07-tendermint-0".into(),
        pop: Some(ProofOfPossessionBtc { btc_sig_type: 1, btc_sig: vec![1; 110] }),
        ..Default::default()
    }
}

fn undelegation() -> UnbondedBtcDelegation {
    UnbondedBtcDelegation { staking_tx_hash: "02".repeat(32), ..Default::default() }
}

fn timestamp() -> BtcTimestamp {
    let place = TransactionKey { index: 1, hash: vec![3; 32] };
    BtcTimestamp {
        header: Some(IndexedHeader {
            consumer_id: "07-tendermint-0".into(),
            hash: vec![4; 32],
            height: 87,
            time: Some(google::Timestamp { seconds: 1, nanos: 2 }),
            babylon_epoch: 2,
            ..Default::default()
        }),
        btc_headers: Some(headers()),
        epoch_info: Some(Epoch { epoch_number: 2, ..Default::default() }),
        raw_checkpoint: Some(RawCheckpoint { epoch_num: 2, ..Default::default() }),
        btc_submission_key: Some(SubmissionKey { key: vec![place; 2] }),
        proof: Some(ProofFinalizedHeader {
            proof_epoch_sealed: Some(ProofEpochSealed::default()),
            proof_epoch_submitted: vec![Default::default(); 2],
            ..Default::default()
        }),
    }
}

fn headers() -> BtcHeaders {
    let header = BtcHeaderInfo { header: vec![1; 80], hash: vec![2; 32], height: 5, work: b"8".to_vec() };
    BtcHeaders { headers: vec![header; 2] }
}

fn packet(packet: outbound_packet::Packet) -> Vec<u8> {
    OutboundPacket { packet: Some(packet) }.encode_to_vec()
}

fn packets() -> [Vec<u8>; 3] {
    let staking = BtcStakingIbcPacket {
        new_fp: vec![fp(); 2],
        active_del: vec![delegation(); 2],
        unbonded_del: vec![undelegation(); 2],
    };
    [
        packet(outbound_packet::Packet::BtcTimestamp(Box::new(timestamp()))),
        packet(outbound_packet::Packet::BtcStaking(staking)),
        packet(outbound_packet::Packet::BtcHeaders(headers())),
    ]
}

/// Reads everything there is to read; how many parts were good.
fn read_all(bytes: &[u8]) -> usize {
    match decode::outbound(bytes) {
        Err(_) => 0,
        Ok(Packet::Staking(items)) => items.iter().filter(|item| item.decode().is_ok()).count(),
        Ok(Packet::Headers(headers)) => headers.iter().filter(|header| header.decode().is_ok()).count(),
        Ok(Packet::Timestamp(timestamp)) => {
            let headers = timestamp.btc_headers().unwrap_or_default();
            [timestamp.header().is_ok(), claim(&timestamp).is_ok(), timestamp.proof().is_ok()]
                .into_iter()
                .chain(headers.iter().map(|header| header.decode().is_ok()))
                .filter(|good| *good)
                .count()
        }
    }
}

fn claim(timestamp: &Timestamp) -> Result<timestamping::Claim, ItemError> {
    timestamp.epoch().and_then(|epoch| timestamp.claim(&epoch))
}

fn staking_error(item: impl Into<RawItem>) -> ItemError {
    item.into().decode().unwrap_err()
}

/// FPs before the delegations to them, delegations before their ends, and within a kind as Babylon lists them:
/// whatever order the fields of the packet have.
#[test]
fn items_are_cut_in_their_order() {
    let field = |number: u8, item: u8| vec![number << 3 | 2, 1, item];
    let packet = |fields: [u8; 3]| {
        let staking =
            fields.map(|number| [field(number, number), field(number, number + 10)].concat()).concat();
        [vec![2 << 3 | 2, u8::try_from(staking.len()).unwrap()], staking].concat()
    };
    let expected = [
        (ItemKind::NewFinalityProvider, [1, 11]),
        (ItemKind::ActiveDelegation, [2, 12]),
        (ItemKind::Undelegation, [3, 13]),
    ]
    .map(|(kind, items)| items.map(|item| RawItem { kind, bytes: vec![item] }))
    .concat();
    for fields in [[3, 2, 1], [1, 2, 3], [2, 3, 1]] {
        assert_eq!(decode::outbound(&packet(fields)), Ok(Packet::Staking(expected.clone())), "{fields:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..2_000)) {
        read_all(&bytes);
        for kind in [ItemKind::NewFinalityProvider, ItemKind::ActiveDelegation, ItemKind::Undelegation] {
            let _ = RawItem { kind, bytes: bytes.clone() }.decode();
        }
    }

    #[test]
    fn no_mutated_packet_panics(
        which in 0usize..3, changes in vec((any::<Index>(), any::<u8>()), 1..8), cut in any::<Index>(), is_cut: bool
    ) {
        let mut bytes = packets()[which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        read_all(&bytes);
    }

    /// Whatever the contents of some items, the others are read as if those were not there.
    #[test]
    fn k_bad_of_n_items_leave_n_minus_k(bad in vec(vec(any::<u8>(), 0..60), 0..6)) {
        let mut inside = Vec::new();
        let good = [undelegation().encode_to_vec(), undelegation().encode_to_vec()];
        for item in [&good[..1], &bad[..], &good[1..]].concat() {
            inside.extend([0x1a, u8::try_from(item.len()).unwrap()]);
            inside.extend(item);
        }
        let length = u16::try_from(inside.len()).unwrap();
        let bytes = [&[0x12, (length & 0x7f) as u8 | 0x80, (length >> 7) as u8], &inside[..]].concat();
        let Ok(Packet::Staking(items)) = decode::outbound(&bytes) else { panic!("not cut") };
        prop_assert_eq!(items.len(), bad.len() + 2);
        for item in [items.first(), items.last()] {
            prop_assert!(matches!(item.unwrap().decode(), Ok(StakingItem::Undelegation(_))));
        }
    }
}

#[test]
fn good_packets_are_read_whole() {
    assert_eq!(packets().map(|bytes| read_all(&bytes)), [5, 6, 2]);
}

#[test]
fn upper_case_is_the_same_key() {
    let lower = ActiveBtcDelegation { btc_pk_hex: "ab".repeat(32), ..delegation() };
    let keys = [delegation(), lower].map(|item| match RawItem::from(&item).decode().unwrap() {
        StakingItem::ActiveDelegation(item) => item.staker_key,
        other => panic!("{other:?}"),
    });
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn each_bad_field_is_named() {
    let bad = |change: fn(&mut ActiveBtcDelegation)| {
        let mut item = delegation();
        change(&mut item);
        staking_error(&item).to_string()
    };
    assert_eq!(
        bad(|d| d.total_sat = u64::MAX),
        "total_sat: 18446744073709551615 sats are more than 21 million bitcoin"
    );
    assert_eq!(bad(|d| d.unbonding_time = 65_536), "unbonding_time is 65536, more than 65535");
    assert_eq!(bad(|d| d.fp_btc_pk_list.clear()), "empty fp_btc_pk_list");
    assert_eq!(bad(|d| d.staker_addr.clear()), "empty staker_addr");
    assert_eq!(bad(|d| d.staker_addr = "b".repeat(129)), "staker_addr of 129 bytes, more than 128");
    assert_eq!(
        bad(|d| d.btc_pk_hex = "zz".into()),
        "btc_pk_hex: finality provider public key is not hexadecimal: zz"
    );
    assert!(bad(|d| d.staking_tx.truncate(10)).starts_with("staking_tx: transaction ends within"));
    assert_eq!(
        staking_error(&NewFinalityProvider { bsn_id: String::new(), ..fp() }).to_string(),
        "empty bsn_id"
    );
    let long = Some(ProofOfPossessionBtc { btc_sig_type: 0, btc_sig: vec![0; 2_049] });
    let long = staking_error(&NewFinalityProvider { pop: long, ..fp() }).to_string();
    assert_eq!(long, "btc_sig of 2049 bytes, more than 2048");
    let short = UnbondedBtcDelegation { staking_tx_hash: "02".into(), ..Default::default() };
    assert_eq!(staking_error(&short).to_string(), "staking_tx_hash: txid must be 32 bytes, got 1");
    let long = staking_error(&NewFinalityProvider { commission: "1".repeat(129), ..fp() }).to_string();
    assert_eq!(long, "commission of 129 bytes, more than 128");
}

#[test]
fn what_is_as_long_as_it_may_be_is_read() {
    let longest = ActiveBtcDelegation {
        staker_addr: "b".repeat(128),
        unbonding_time: 65_535,
        total_sat: 2_100_000_000_000_000,
        ..delegation()
    };
    let StakingItem::ActiveDelegation(read) = RawItem::from(&longest).decode().unwrap() else { panic!() };
    assert_eq!((read.staker_address, read.unbonding_time), ("b".repeat(128), 65_535));
    let pop = Some(ProofOfPossessionBtc { btc_sig_type: 0, btc_sig: vec![3; 2_048] });
    let longest = NewFinalityProvider { addr: "a".repeat(128), bsn_id: "c".repeat(128), pop, ..fp() };
    let StakingItem::NewFinalityProvider(read) = RawItem::from(&longest).decode().unwrap() else { panic!() };
    assert_eq!((read.babylon_address, read.consumer_id), ("a".repeat(128), "c".repeat(128)));
    assert_eq!(read.pop.unwrap().signature, [3; 2_048]);

    let epoch = Epoch { sealer_app_hash: vec![0; 64], ..Default::default() };
    let header = IndexedHeader {
        babylon_header_hash: vec![1; 64],
        babylon_tx_hash: vec![2; 64],
        consumer_id: "c".repeat(128),
        ..timestamp().header.unwrap()
    };
    let longest = BtcTimestamp { epoch_info: Some(epoch), header: Some(header), ..timestamp() };
    let bytes = packet(outbound_packet::Packet::BtcTimestamp(Box::new(longest)));
    let Ok(Packet::Timestamp(read)) = decode::outbound(&bytes) else { panic!("no timestamp") };
    assert_eq!(read.epoch().unwrap().sealer_app_hash.len(), 64);
    assert_eq!(read.header().unwrap().unwrap().babylon_tx_hash, [2; 64]);
}

#[test]
fn hashes_that_are_too_long_are_refused() {
    for (field, header) in [
        ("babylon_header_hash", IndexedHeader { babylon_header_hash: vec![1; 65], ..Default::default() }),
        ("babylon_tx_hash", IndexedHeader { babylon_tx_hash: vec![1; 65], ..Default::default() }),
    ] {
        let long = BtcTimestamp { header: Some(header), ..timestamp() };
        let bytes = packet(outbound_packet::Packet::BtcTimestamp(Box::new(long)));
        let Ok(Packet::Timestamp(read)) = decode::outbound(&bytes) else { panic!("no timestamp") };
        assert_eq!(read.header(), Err(ItemError::TooLong { field, got: 65, max: 64 }));
    }
}

#[test]
fn a_proof_has_two_halves_and_says_who_sealed() {
    let proof = |change: fn(&mut ProofFinalizedHeader)| {
        let mut proof = timestamp().proof.unwrap();
        change(&mut proof);
        let timestamp = BtcTimestamp { proof: Some(proof), ..timestamp() };
        let bytes = packet(outbound_packet::Packet::BtcTimestamp(Box::new(timestamp)));
        let Ok(Packet::Timestamp(read)) = decode::outbound(&bytes) else { panic!("no timestamp") };
        (
            read.proof().map(|proof| proof.proof_epoch_submitted.len()),
            claim(&read).map(|claim| claim.halves.len()),
        )
    };
    assert_eq!(proof(|_| ()), (Ok(2), Ok(2)));
    let three = ItemError::Count { field: "proof_epoch_submitted", got: 3, expected: 2 };
    let counted = proof(|proof| proof.proof_epoch_submitted.push(Default::default()));
    assert_eq!(counted, (Err(three.clone()), Err(three)));
    let unsealed = proof(|proof| proof.proof_epoch_sealed = None);
    assert_eq!(unsealed, (Err(ItemError::Missing { field: "proof_epoch_sealed" }), Ok(2)));
}

/// As in the names of the events, and in Babylon's packet.
#[test]
fn kinds_have_their_names() {
    for (kind, name) in [
        (ItemKind::NewFinalityProvider, "new_fp"),
        (ItemKind::ActiveDelegation, "active_del"),
        (ItemKind::Undelegation, "unbonded_del"),
    ] {
        let error = RawItem { kind, bytes: vec![0xff] }.decode().unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name} is not protobuf: ")), "{error}");
    }
}

#[test]
fn times_before_1970_and_beyond_2554_are_none() {
    let nanos = |seconds, nanos| google::Timestamp { seconds, nanos }.nanos_since_epoch();
    assert_eq!(nanos(3, 7), Some(UnixNanos::new(3_000_000_007)));
    assert_eq!(nanos(18_446_744_073, 709_551_615), Some(UnixNanos::new(u64::MAX)));
    for (seconds, nano) in [(-1, 0), (0, -1), (18_446_744_073, 709_551_616), (i64::MAX, 0)] {
        assert_eq!(nanos(seconds, nano), None, "{seconds} {nano}");
    }
}

#[test]
fn a_timestamp_is_read_part_by_part() {
    let read = |timestamp| match decode::outbound(&packet(outbound_packet::Packet::BtcTimestamp(Box::new(
        timestamp,
    )))) {
        Ok(Packet::Timestamp(timestamp)) => timestamp,
        other => panic!("{other:?}"),
    };
    let whole = read(timestamp());
    let header = whole.header().unwrap().unwrap();
    assert_eq!((header.height.get(), header.time), (87, Some(UnixNanos::new(1_000_000_002))));
    let claim_of = claim(&whole).unwrap();
    assert_eq!((claim_of.epoch.get(), claim_of.submission), (2, [[3; 32]; 2]));
    let long = Epoch { sealer_app_hash: vec![0; 65], ..Default::default() };
    let long = read(BtcTimestamp { epoch_info: Some(long), ..timestamp() });
    assert_eq!(claim(&long), Err(ItemError::TooLong { field: "sealer_app_hash", got: 65, max: 64 }));

    let bare = read(BtcTimestamp::default());
    assert_eq!(bare.header(), Ok(None));
    assert_eq!(bare.btc_headers(), Ok(vec![]));
    assert_eq!(claim(&bare), Err(ItemError::Missing { field: "epoch info" }));
    assert_eq!(bare.proof(), Err(ItemError::Missing { field: "proof" }));

    let one_place = SubmissionKey { key: vec![TransactionKey::default()] };
    let odd = read(BtcTimestamp {
        btc_submission_key: Some(one_place),
        header: Some(IndexedHeader::default()),
        ..timestamp()
    });
    assert_eq!(claim(&odd), Err(ItemError::Count { field: "btc_submission_key", got: 1, expected: 2 }));
    assert_eq!(odd.header(), Err(ItemError::Missing { field: "consumer_id" }));
    assert_eq!(odd.btc_headers().map(|headers| headers.len()), Ok(2));
}

#[test]
fn what_is_no_packet_is_told_why() {
    assert_eq!(decode::outbound(&[]), Err(PacketError::UnknownKind));
    assert_eq!(decode::outbound(&[0x22, 0]), Err(PacketError::UnknownKind));
    assert!(matches!(decode::outbound(&[0x12, 5, 0]), Err(PacketError::Malformed(_))));
    // Twice ibc-go's 256 KiB.
    let longest = decode::outbound(&vec![0; 524_288]);
    assert!(matches!(longest, Err(PacketError::Malformed(_))), "read, and found to be nothing: {longest:?}");
    let long = vec![0; 524_289];
    assert_eq!(decode::outbound(&long), Err(PacketError::TooLong { got: 524_289 }));
}

/// Start-group tags, as deep as they fit: refused, not followed down the stack.
#[test]
fn a_depth_bomb_is_refused() {
    let bomb = vec![0x23; MAX_PACKET_BYTES];
    assert!(matches!(decode::outbound(&bomb), Err(PacketError::Malformed(_))));
}

#[test]
fn two_byte_items_are_cut_and_fail_one_by_one() {
    let n = (MAX_PACKET_BYTES - 8) / 2;
    let bytes = packet(outbound_packet::Packet::BtcStaking(BtcStakingIbcPacket {
        unbonded_del: vec![UnbondedBtcDelegation::default(); n],
        ..Default::default()
    }));
    let Ok(Packet::Staking(items)) = decode::outbound(&bytes) else { panic!("not cut") };
    assert_eq!(items.iter().filter(|item| item.decode().is_err()).count(), n);
}
