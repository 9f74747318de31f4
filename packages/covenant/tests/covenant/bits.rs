//! Every bit of an item, changed alone.

use core::cell::RefCell;
use std::collections::BTreeMap;

use bsn_covenant::{Delegation, XOnlyKey, verify};
use eots::{Native, Recover};

use crate::babylon::{self, Made};

/// Recovery that remembers what the unchanged item asked, so that a changed one costs only what differs.
struct Remembered(BTreeMap<Question, Option<[u8; 65]>>);

type Question = ([u8; 32], [u8; 64], u8);

impl Remembered {
    fn of(made: &Made) -> Self {
        let asked = RefCell::new(BTreeMap::new());
        let host = |hash: &[u8; 32], signature: &[u8; 64], id: u8| {
            let answer = Native.recover(hash, signature, id);
            asked.borrow_mut().insert((*hash, *signature, id), answer);
            answer
        };
        verify(&host, Some(&made.terms()), &made.delegation(), |fp| *fp == made.ours).expect(made.name);
        Self(asked.into_inner())
    }
}

impl Recover for Remembered {
    fn recover(&self, hash: &[u8; 32], signature: &[u8; 64], id: u8) -> Option<[u8; 65]> {
        let known = self.0.get(&(*hash, *signature, id)).copied();
        known.unwrap_or_else(|| Native.recover(hash, signature, id))
    }
}

/// Which bits may be changed without the item being refused.
fn free_bits(made: &Made) -> Vec<usize> {
    let (host, version) = (Remembered::of(made), made.delegation().params_version);
    let is_ours = |fp: &XOnlyKey| *fp == made.ours;
    let accepted = |item: &Delegation| {
        // No other version of the parameters is known.
        let terms = Some(made.terms()).filter(|_| item.params_version == version);
        verify(&host, terms.as_ref(), item, is_ours).is_ok()
    };
    let is_free = |bit: &usize| {
        let mut changed = made.bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        proto::decode::delegation(&changed).is_ok_and(|item| accepted(&item))
    };
    (0..8 * made.bytes.len()).filter(is_free).collect()
}

/// The bytes of `staker_addr`, the item's first field.
fn staker_addr(made: &Made) -> core::ops::Range<usize> {
    let [0x0a, length, ..] = made.bytes[..] else { panic!("the address comes first") };
    2..2 + usize::from(length)
}

fn only_the_address_is_free(made: &Made) {
    let address = staker_addr(made);
    assert_eq!(address.len(), 42);
    let free = free_bits(made);
    assert!(!free.is_empty());
    let others: Vec<_> = free.into_iter().filter(|bit| !address.contains(&(bit / 8))).collect();
    assert_eq!(others, [0; 0], "bits of {}", made.name);
}

/// D-01
#[test]
fn no_bit_of_a_delegation_is_free_but_the_stakers_address() {
    let Some(made) = babylon::delegations() else { return };
    only_the_address_is_free(&made[0]);
}

/// D-01
#[test]
fn no_bit_of_the_testnets_delegation_is_free_but_the_stakers_address() {
    let Some(made) = babylon::testnet() else { return };
    only_the_address_is_free(&made);
}
