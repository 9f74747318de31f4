//! Real headers, made by others: all are accepted, and nothing that differs from one in a bit is.

mod common;

use bsn_bitcoin_spv::{
    Context, ExtendError, Header, HeaderError, HeaderHash, HeaderSource, Network, PERIOD, Placed, extend,
};
use common::{Chain, headers, rules};
use primitives::BtcHeight;

const MAINNET: &str = "bitcoin/mainnet-headers-0-4095.bin";
const SIGNET: &str = "bitcoin/signet-headers-0-2015.bin";

fn chain_from_genesis(network: Network, name: &str, batch: usize) -> Option<(Chain, Vec<Header>)> {
    let headers = headers(name)?;
    let mut chain = Chain::from(0, &headers[0], rules(network));
    for batch in headers[1..].chunks(batch) {
        chain.extend(batch).unwrap();
    }
    Some((chain, headers))
}

#[test]
fn mainnet_from_genesis_over_two_retargets() {
    for batch in [1, 100, 4_095] {
        let Some((chain, headers)) = chain_from_genesis(Network::Mainnet, MAINNET, batch) else { return };
        assert_eq!(chain.tip.height, BtcHeight::new(4_095));
        assert_eq!(chain.tip.hash, headers[4_095].hash());
        // 4,096 headers of the first target.
        assert_eq!(chain.tip.work.to_string(), (4_096 * 4_295_032_833u64).to_string());
    }
}

#[test]
fn signet_from_genesis() {
    let Some((chain, _)) = chain_from_genesis(Network::Signet, SIGNET, 500) else { return };
    assert_eq!(chain.tip.height, BtcHeight::new(2_015));
}

#[test]
fn signet_headers_are_not_mainnet_headers() {
    let Some(headers) = headers(SIGNET) else { return };
    let refused = Context::base(
        BtcHeight::new(0),
        &headers[0],
        bsn_bitcoin_spv::Work::ZERO,
        &Network::Mainnet.params(),
    );
    assert!(matches!(refused, Err(HeaderError::TargetAboveLimit { .. })));
}

struct Retarget {
    start: Header,
    base: (u32, Header),
    chain: Vec<Header>,
}

fn retarget() -> Option<Retarget> {
    let json: serde_json::Value =
        serde_json::from_slice(&vectors::load("bitcoin/mainnet-retarget.json")?).unwrap();
    let header = |v: &serde_json::Value| Header::from_hex(&v["hex"].as_str().unwrap()[2..]).unwrap();
    Some(Retarget {
        start: header(&json["oldPeriodStart"]),
        base: (json["genesis"]["height"].as_u64().unwrap() as u32, header(&json["genesis"])),
        chain: json["chain"].as_array().unwrap().iter().map(header).collect(),
    })
}

/// A chain that starts in the middle of a period, with or without that period's first header.
struct FromTheMiddle {
    chain: Chain,
    start: Option<Header>,
}

impl HeaderSource for FromTheMiddle {
    fn height_of(&self, hash: &HeaderHash) -> Option<BtcHeight> {
        self.chain.height_of(hash)
    }

    fn header_at(&self, height: BtcHeight) -> Option<Placed> {
        self.chain.header_at(height)
    }

    fn period_start(&self, height: BtcHeight) -> Option<bsn_bitcoin_spv::PeriodStart> {
        assert_eq!(height.get(), 274 * PERIOD);
        self.start.as_ref().map(bsn_bitcoin_spv::PeriodStart::from)
    }
}

#[test]
fn a_real_change_of_difficulty_is_followed_with_and_without_the_periods_first_header() {
    let Some(Retarget { start, base, chain: headers }) = retarget() else { return };
    for start in [Some(start), None] {
        let chain = Chain::from(base.0, &base.1, rules(Network::Mainnet));
        let source = FromTheMiddle { chain, start };
        let extension = extend(&source, &source.chain.tip, &headers, &source.chain.rules).unwrap();
        assert_eq!(extension.tip.height.get() as usize, base.0 as usize + headers.len());
        let bits: Vec<_> = extension.added.iter().map(|placed| placed.header.bits).collect();
        assert_eq!(bits.iter().filter(|bits| **bits != base.1.bits).count(), 9, "554,400 to 554,408");
    }
}

#[test]
fn the_exact_target_depends_on_each_second_of_the_period() {
    let Some(Retarget { start, base, chain: headers }) = retarget() else { return };
    let wrong = Header { time: (start.time.get() - 3_600).into(), ..start };
    let chain = Chain::from(base.0, &base.1, rules(Network::Mainnet));
    let source = FromTheMiddle { chain, start: Some(wrong) };
    let refused = extend(&source, &source.chain.tip, &headers, &source.chain.rules).unwrap_err();
    assert!(matches!(refused.broken_rule(), Some(HeaderError::WrongTarget { .. })), "{refused}");
}

#[test]
fn every_single_bit_matters() {
    let Some((chain, headers)) = chain_from_genesis(Network::Mainnet, MAINNET, 5_000) else { return };
    // The parent as tip; the header with one bit turned must not become the new one.
    for height in [1, 2, 11, 170, 2_015, 2_016, 2_017, 4_032, 4_095] {
        let mut chain = chain.clone();
        chain.headers.truncate(height);
        let mut parent = Chain::from(0, &headers[0], chain.rules);
        if height > 1 {
            parent.extend(&headers[1..height]).unwrap();
        }
        for bit in 0..640 {
            let mut bytes = headers[height].to_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let refused = extend(&parent, &parent.tip, &[Header::from_bytes(&bytes)], &parent.rules);
            match refused.unwrap_err() {
                ExtendError::UnknownParent { .. } => assert!((32..288).contains(&bit), "{bit}"),
                ExtendError::Header { source: HeaderError::NoWork { .. }, .. } => {}
                ExtendError::Header { source: HeaderError::TargetAboveLimit { .. }, .. }
                | ExtendError::Header { source: HeaderError::Target(_), .. } => {
                    assert!((576..608).contains(&bit), "{bit}");
                }
                other => panic!("height {height}, bit {bit}: {other}"),
            }
        }
        assert!(extend(&parent, &parent.tip, &[headers[height]], &parent.rules).is_ok());
    }
}

#[test]
fn babylons_regtest_headers_are_accepted() {
    // QueryMainChainResponse of Babylon's light client: field 1 of field 1 is the header in hex.
    let Some(bytes) = vectors::load("babylon/btc_light_client.dat") else { return };
    let is_hex = |run: &&[u8]| run.len() == 160 && run.iter().all(u8::is_ascii_hexdigit);
    let mut headers: Vec<_> = Vec::new();
    let mut at = 0;
    while let Some(run) = bytes.get(at..at + 160) {
        if is_hex(&run) && bytes[at - 2..at] == [0xa0, 0x01] {
            headers.push(Header::from_hex(core::str::from_utf8(run).unwrap()).unwrap());
            at += 160;
        } else {
            at += 1;
        }
    }
    assert_eq!(headers.len(), 100);
    if headers[1].hash() == headers[0].prev_hash {
        headers.reverse();
    }
    let mut chain = Chain::from(1, &headers[0], rules(Network::Regtest));
    chain.extend(&headers[1..]).unwrap();
    assert_eq!(chain.tip.height, BtcHeight::new(100));
}
