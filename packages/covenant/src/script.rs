//! The three scripts of a delegation, opcode by opcode (PROTOCOL.md, "Scripts of a delegation"), and that of self-stake.

use crate::{Committee, XOnlyKey};

const PUSH_32: u8 = 0x20;
const DROP: u8 = 0x75;
const CHECKSIG: u8 = 0xac;
const CHECKSIGVERIFY: u8 = 0xad;
const CHECKSIGADD: u8 = 0xba;
const NUMEQUAL: u8 = 0x9c;
const NUMEQUALVERIFY: u8 = 0x9d;
const CHECKSEQUENCEVERIFY: u8 = 0xb2;

/// `<staker> CHECKSIGVERIFY <blocks> CHECKSEQUENCEVERIFY`: the staker alone, that many blocks later.
pub fn timelock(staker: &XOnlyKey, blocks: u16) -> Vec<u8> {
    let mut script = single(staker, CHECKSIGVERIFY);
    script.extend(number(blocks));
    script.push(CHECKSEQUENCEVERIFY);
    script
}

/// `<context> DROP <key> CHECKSIGVERIFY <blocks> CHECKSEQUENCEVERIFY`: a key alone, that many blocks later, for one chain.
pub fn self_lock(context: &[u8; 32], key: &XOnlyKey, blocks: u16) -> Vec<u8> {
    [&[PUSH_32], &context[..], &[DROP], &timelock(key, blocks)].concat()
}

/// The staker and a quorum of the committee: the early end.
pub fn unbonding(staker: &XOnlyKey, committee: &Committee) -> Vec<u8> {
    let quorum = multi(committee.members(), committee.quorum().into(), CHECKSIG, NUMEQUAL);
    [single(staker, CHECKSIGVERIFY), quorum].concat()
}

/// The staker, one of the finality providers and a quorum of the committee. `fps` may come in any order: in the script
/// they are sorted.
pub fn slashing(staker: &XOnlyKey, fps: &[XOnlyKey], committee: &Committee) -> Vec<u8> {
    let mut fps = fps.to_vec();
    fps.sort_unstable();
    let one = multi(&fps, 1, CHECKSIGVERIFY, NUMEQUALVERIFY);
    let quorum = multi(committee.members(), committee.quorum().into(), CHECKSIG, NUMEQUAL);
    [single(staker, CHECKSIGVERIFY), one, quorum].concat()
}

fn single(key: &XOnlyKey, opcode: u8) -> Vec<u8> {
    [&[PUSH_32], &key.as_bytes()[..], &[opcode]].concat()
}

/// Of one key its signature, whatever the quorum; of several, exactly `quorum` signatures.
fn multi(sorted: &[XOnlyKey], quorum: u16, if_alone: u8, compare: u8) -> Vec<u8> {
    if let [key] = sorted {
        return single(key, if_alone);
    }
    let check = |place| if place == 0 { CHECKSIG } else { CHECKSIGADD };
    let mut script: Vec<u8> =
        sorted.iter().enumerate().flat_map(|(place, key)| single(key, check(place))).collect();
    script.extend(number(quorum));
    script.push(compare);
    script
}

/// A number as a script pushes it, in its shortest form: little endian, the highest bit being the sign.
fn number(n: u16) -> Vec<u8> {
    let [low, high] = n.to_le_bytes();
    match (low, high) {
        (0, 0) => vec![0],
        (1..=16, 0) => vec![0x50 + low],
        (0..=0x7f, 0) => vec![1, low],
        (_, 0..=0x7f) => vec![2, low, high],
        _ => vec![3, low, high, 0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pushed_in_their_shortest_form() {
        for (n, pushed) in [
            (0, &[0][..]),
            (1, &[0x51]),
            (15, &[0x5f]),
            (16, &[0x60]),
            (17, &[1, 0x11]),
            (100, &[1, 0x64]),
            (127, &[1, 0x7f]),
            (128, &[2, 0x80, 0]),
            (144, &[2, 0x90, 0]),
            (256, &[2, 0, 1]),
            (1_000, &[2, 0xe8, 3]),
            (32_767, &[2, 0xff, 0x7f]),
            (32_768, &[3, 0, 0x80, 0]),
            (65_535, &[3, 0xff, 0xff, 0]),
        ] {
            assert_eq!(number(n), pushed, "{n}");
        }
        for n in 0..=u16::MAX {
            let theirs = bitcoin::script::Builder::new().push_int(n.into()).into_bytes();
            assert_eq!(number(n), theirs, "{n}");
        }
    }
}
