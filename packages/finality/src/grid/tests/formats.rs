use super::*;

fn rows() -> [Row; 3] {
    let row = |byte, power, root: u8, start, count| Row {
        key: key(byte),
        power,
        root: [root; 32],
        start: at(start),
        count,
    };
    [row(1, 7, 0xa1, 100, 50), row(1, 7, 0xa2, 150, 1 << 32), row(2, u64::MAX - 7, 0xb1, 1, 999)]
}

fn hash(rows: &[Row]) -> String {
    let mut hasher = Hasher::new(rows.len() as u64);
    rows.iter().for_each(|row| hasher.push(row));
    hasher.finish().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Rows and hashes as Python's struct and hashlib make them.
#[test]
fn a_committee_has_the_hash_that_the_format_says() {
    let first: String = rows()[0].to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(first, ROW);
    assert_eq!(hash(&rows()), COMMITTEE);
    let whole = Hasher::whole(3, &rows().map(|row| row.to_bytes()).concat());
    assert_eq!(whole.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), COMMITTEE);
    assert_eq!(hash(&[]), NOBODY);
}

#[test]
fn every_byte_of_a_row_is_in_the_hash() {
    let changes: [fn(&mut Row); 5] = [
        |row| row.key = key(9),
        |row| row.power += 1,
        |row| row.root = [9; 32],
        |row| row.start = row.start.next(),
        |row| row.count += 1,
    ];
    let changed = changes.map(|change| {
        let mut rows = rows();
        change(&mut rows[1]);
        hash(&rows)
    });
    let distinct: BTreeSet<String> = changed.into_iter().chain([hash(&rows()), hash(&rows()[..2])]).collect();
    assert_eq!(distinct.len(), 7);
}

fn record() -> Record {
    Record {
        grid: at(1_200),
        interval: 600,
        set: Named { hash: [0x11; 32], total: 300, taken: UnixTime::new(1_700_000_000) },
        next: Named { hash: [0x22; 32], total: 301, taken: UnixTime::new(1_700_000_600) },
        closed_through: at(600),
        finalized: at(1_189),
        unbroken: at(1_100),
        time: UnixTime::new(1_700_000_700),
        anchor: Some(Anchor {
            height: at(1_188),
            app_hash: AppHash::from_bytes([0x33; 32]),
            block_hash: BlockHash::from_bytes([0x44; 32]),
            time: UnixTime::new(1_700_000_690),
        }),
    }
}

#[test]
fn a_record_has_the_bytes_that_the_format_says() {
    let text: String = record().to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(text, RECORD);
    let unfinal = Record { anchor: None, ..record() };
    assert_eq!(unfinal.to_bytes()[145..], [0; 80]);
    for record in [record(), unfinal] {
        assert_eq!(Record::from_bytes(&record.to_bytes()), Some(record));
    }
}

#[test]
fn each_bit_of_a_record_matters() {
    let bytes = record().to_bytes();
    for bit in 0..8 * RECORD_BYTES {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let read = Record::from_bytes(&changed);
        assert!(read != Some(record()), "bit {bit}");
        assert_eq!(read.is_none(), bit < 8, "bit {bit}: only the version refuses");
    }
    assert_eq!(Record::from_bytes(&bytes[..224]), None);
    assert_eq!(Record::from_bytes(&[&bytes[..], &[0]].concat()), None);
}

#[test]
fn a_part_of_a_record_is_read_without_the_rest() {
    let (bytes, next) = (record().to_bytes(), record().next);
    assert!(record::names(&bytes, at(1_200), &next));
    assert!(!record::names(&bytes, at(1_201), &next));
    assert!(!record::names(&[], at(1_200), &next));
    let others = [
        Named { hash: [0x23; 32], ..next },
        Named { total: 300, ..next },
        Named { taken: UnixTime::new(1_700_000_601), ..next },
    ];
    assert!(others.iter().all(|other| !record::names(&bytes, at(1_200), other)));

    let unfinal = Record { anchor: None, grid: at(1_800), ..record() };
    let mut kept = unfinal.to_bytes();
    record::keep_anchor(&mut kept, &bytes);
    assert_eq!(Record::from_bytes(&kept), Some(Record { anchor: record().anchor, ..unfinal }));
    let mut none = unfinal.to_bytes();
    record::keep_anchor(&mut none, &[]);
    assert_eq!(none, unfinal.to_bytes());
}

const ROW: &str = "01010101010101010101010101010101010101010101010101010101010101010000000000000007a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a100000000000000640000000000000032";
const COMMITTEE: &str = "81f304e33d7d526133dcbd9fdb2b1f119798832fae3a5d873409f8658966d097";
const NOBODY: &str = "4322fd2bc0a137d1375b37b3b2e2b4715b3d3dd7ca9682438d4fea0f8437fad3";
const RECORD: &str = "0100000000000004b000000000000002581111111111111111111111111111111111111111111111111111111111111111000000000000012c000000006553f1002222222222222222222222222222222222222222222222222222222222222222000000000000012d000000006553f358000000000000025800000000000004a5000000000000044c000000006553f3bc00000000000004a433333333333333333333333333333333333333333333333333333333333333334444444444444444444444444444444444444444444444444444444444444444000000006553f3b2";
