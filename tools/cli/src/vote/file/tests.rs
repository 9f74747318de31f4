use super::*;

fn head() -> Head {
    let fp = FpPublicKey::from_bytes([7; 32]);
    Head { chain_id: "a-1".to_owned(), contract: "app1contract".to_owned(), fp, first: 100 }
}

fn hash(of: u64) -> AppHash {
    AppHash::from_bytes([u8::try_from(of % 251).unwrap(); 32])
}

/// A file with these heights.
fn file(heights: &[u64]) -> Vec<u8> {
    let (mut text, mut check) = head_line(&head());
    for height in heights {
        let (line, own) = line(&check, *height, &hash(*height));
        text += &line;
        check = own;
    }
    text.into_bytes()
}

#[test]
fn what_is_written_is_read() {
    let bytes = file(&[100, 102, 101]);
    let read = read(&bytes).unwrap();
    assert_eq!((read.head, read.whole), (head(), bytes.len()));
    let signed: Vec<_> = read.signed.into_iter().collect();
    assert_eq!(signed, [100, 101, 102].map(|height| (height, hash(height))));
}

#[test]
fn a_line_of_a_height_is_laid_out_byte_by_byte() {
    let (text, check) = line(&[1; 8], 258, &AppHash::from_bytes([0xab; 32]));
    let sha: [u8; 32] = Sha256::digest([&[1; 8][..], &[0, 0, 0, 0, 0, 0, 1, 2], &[0xab; 32]].concat()).into();
    assert_eq!(check, sha[..8]);
    assert_eq!(text, format!("00000000000000000258 {} {}\n", "ab".repeat(32), hex::encode(&sha[..8])));
    assert_eq!(text.len(), LINE);
}

#[test]
fn a_file_that_is_cut_anywhere_behind_its_head_keeps_all_whole_lines() {
    let (bytes, head) = (file(&[100, 101, 102]), file(&[]).len());
    for cut in 0..=bytes.len() {
        let found = read(&bytes[..cut]);
        if cut < head {
            assert_eq!(found, Err(Damage::Head), "{cut}");
            continue;
        }
        let (found, lines) = (found.unwrap(), (cut - head) / LINE);
        assert_eq!((found.signed.len(), found.whole), (lines, head + lines * LINE), "{cut}");
    }
}

#[test]
fn zeros_of_a_disk_that_wrote_nothing_are_cut_from_the_last_line_alone() {
    let whole = file(&[100, 101]);
    let last = whole.len() - LINE;
    for place in last..whole.len() {
        let mut bytes = whole.clone();
        bytes[place..].fill(0);
        assert_eq!(read(&bytes).unwrap().whole, last, "zeros from {place}");
        let mut bytes = whole.clone();
        bytes[last..=place].fill(0);
        assert_eq!(read(&bytes).unwrap().whole, last, "zeros to {place}");
        bytes.push(b'0');
        assert_eq!(read(&bytes), Err(Damage::Line { line: 3 }), "it was not the last");
    }
    let mut bytes = whole;
    bytes[last - LINE..last].fill(0);
    assert_eq!(read(&bytes), Err(Damage::Line { line: 2 }));
}

#[test]
fn a_bit_that_flips_anywhere_is_found() {
    let whole = file(&[100, 101]);
    let head = file(&[]).len();
    for place in 0..whole.len() {
        for bit in 0..8 {
            let mut bytes = whole.clone();
            bytes[place] ^= 1 << bit;
            let found = read(&bytes);
            let expected = match place {
                _ if place < head => Damage::Head,
                _ => Damage::Line { line: 2 + (place - head) / LINE },
            };
            assert_eq!(found, Err(expected), "{place}.{bit}");
        }
    }
}

#[test]
fn lines_that_are_lost_doubled_or_moved_are_found() {
    let (whole, head) = (file(&[100, 101, 102]), file(&[]).len());
    let line = |number: usize| &whole[head + number * LINE..head + (number + 1) * LINE];
    for order in [&[1, 2][..], &[0, 2], &[0, 0], &[1, 0, 2], &[0, 1, 1]] {
        let mut bytes = whole[..head].to_vec();
        order.iter().for_each(|number| bytes.extend(line(*number)));
        assert!(matches!(read(&bytes), Err(Damage::Line { .. })), "{order:?}");
    }
    // What is no part of a line is no line that was being written.
    for tail in ["x", "0000000000000000010x", "garbage", " "] {
        let bytes = [&whole[..], tail.as_bytes()].concat();
        assert_eq!(read(&bytes), Err(Damage::Line { line: 5 }), "{tail}");
    }
}

#[test]
fn a_height_below_the_first_and_two_hashes_at_one_are_damage() {
    let (start, check) = head_line(&head());
    let (low, _) = line(&check, 99, &hash(1));
    assert_eq!(read((start.clone() + &low).as_bytes()), Err(Damage::Line { line: 2 }));
    let (one, next) = line(&check, 100, &hash(1));
    let (two, _) = line(&next, 100, &hash(2));
    let both = read((start + &one + &two).as_bytes());
    assert_eq!(both, Err(Damage::TwoHashes { height: 100, first: hash(1), second: hash(2) }));
}

#[test]
fn what_is_no_such_file_is_refused() {
    for text in ["", "\n", "{}\n", "x 0123456789abcdef\n", "secret\nnothing\n"] {
        assert_eq!(read(text.as_bytes()), Err(Damage::Head), "{text}");
    }
}
