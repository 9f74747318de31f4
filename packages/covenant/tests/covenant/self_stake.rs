//! A finality provider's own stake, in rust-bitcoin's eyes and in Bitcoin's own interpreter.

use bitcoin::script::Builder;
use bitcoin::taproot::TaprootBuilder;
use bitcoin::{ScriptBuf, XOnlyPublicKey, opcodes::all, secp256k1::Secp256k1};
use bitcoin_spv::{OutPoint, Output};
use bsn_covenant::{PresignedTx, SelfStakeOutput, UNSPENDABLE, XOnlyKey, sighash, witness};
use eots::{Native, SecretKey, schnorr};
use primitives::{SigningContext, Txid};

use crate::interpreter::is_spent;

const VALUE: u64 = 1_000_000;

fn secret(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

fn key(secret: &SecretKey) -> XOnlyKey {
    (*secret.public_key().as_fp()).into()
}

fn context(chain: &str) -> [u8; 32] {
    SigningContext::self_stake(chain, "bsn").digest()
}

/// Whether Bitcoin takes a spend of `output` by `signer`, so many blocks after it was locked.
fn is_taken(output: &SelfStakeOutput, signer: &SecretKey, blocks: u32) -> bool {
    let path = output.timelock_path(VALUE);
    let spends = OutPoint { txid: Txid::from_bytes([7; 32]), index: 0 };
    let outputs = vec![Output { value: VALUE - 1_000, script: vec![0x51] }];
    let tx = PresignedTx { version: 2, spends, sequence: blocks, outputs };
    let signature = schnorr::sign(signer, &sighash(&tx, &path), &[0; 32]);
    let mut signed: bitcoin::Transaction = bitcoin::consensus::deserialize(&tx.serialize()).unwrap();
    signed.input[0].witness = bitcoin::Witness::from_slice(&witness::timelock(&path, &signature));
    is_spent(&path.spent, &bitcoin::consensus::serialize(&signed))
}

#[test]
fn it_is_the_output_that_rust_bitcoin_makes_of_the_script() {
    let fp = key(&secret(1));
    for time in [16_u16, 144, 52_560, 65_535] {
        let script = Builder::new()
            .push_slice(context("chain"))
            .push_opcode(all::OP_DROP)
            .push_slice(fp.as_bytes())
            .push_opcode(all::OP_CHECKSIGVERIFY)
            .push_int(time.into())
            .push_opcode(all::OP_CSV)
            .into_script();
        let internal = XOnlyPublicKey::from_slice(UNSPENDABLE.as_bytes()).unwrap();
        let secp = Secp256k1::new();
        let tree = TaprootBuilder::new().add_leaf(0, script.clone()).unwrap().finalize(&secp, internal);
        let theirs = ScriptBuf::new_p2tr_tweaked(tree.unwrap().output_key());
        let ours = SelfStakeOutput::new(&Native, &context("chain"), &fp, time).unwrap();
        assert_eq!(ours.key().script(), theirs.into_bytes(), "{time}");
        assert_eq!(ours.timelock_path(VALUE).leaf.script, script.into_bytes());
    }
}

/// Nobody spends it early, not even with the key; afterwards anybody does who has it.
#[test]
fn it_opens_by_its_key_when_the_time_is_over() {
    for time in [16_u16, 144, 52_560, 65_535] {
        let output = SelfStakeOutput::new(&Native, &context("chain"), &key(&secret(1)), time).unwrap();
        assert!(is_taken(&output, &secret(1), time.into()), "{time}");
        assert!(!is_taken(&output, &secret(1), u32::from(time) - 1), "{time}");
        assert!(!is_taken(&output, &secret(2), time.into()), "{time}");
    }
}

/// One lock counts on one chain.
#[test]
fn it_names_its_chain_its_key_and_its_time() {
    let of = |chain, byte, time| {
        SelfStakeOutput::new(&Native, &context(chain), &key(&secret(byte)), time).unwrap().key().script()
    };
    let all = [of("chain", 1, 144), of("other", 1, 144), of("chain", 2, 144), of("chain", 1, 145)];
    for (place, one) in all.iter().enumerate() {
        assert!(all.iter().skip(place + 1).all(|other| other != one));
    }
}
