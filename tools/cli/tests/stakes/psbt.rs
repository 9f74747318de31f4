//! PSBTs and addresses, held against the vectors of BIP-174, BIP-173 and BIP-350, and against rust-bitcoin, which wallets use.

use std::str::FromStr;

use bitcoin::hashes::Hash;
use bitcoin::{Amount, Psbt as Theirs, ScriptBuf, TxOut, Txid};
use bitcoin_spv::{OutPoint, Output, Transaction};
use bsn_cli::stake::address::{AddressError, script};
use bsn_cli::stake::make::make;
use bsn_cli::stake::psbt::{Psbt, PsbtError};
use bsn_cli::stake::tx::{Coin, unsigned};

use crate::stage::{Stage, funded};

fn their_output(output: &Output) -> TxOut {
    TxOut {
        value: Amount::from_sat(output.value),
        script_pubkey: ScriptBuf::from_bytes(output.script.clone()),
    }
}

/// Whether both say the same of what both read.
fn agree(ours: &Psbt, theirs: &Theirs) -> bool {
    let spent = theirs.inputs.iter().map(|input| input.witness_utxo.clone());
    bitcoin::consensus::serialize(&theirs.unsigned_tx) == ours.tx().stripped
        && spent.eq(ours.spent().iter().map(|output| output.as_ref().map(their_output)))
}

/// As rust-bitcoin makes one of the same parts.
fn theirs(tx: &[u8], spent: &[Option<Output>]) -> Theirs {
    let mut theirs = Theirs::from_unsigned_tx(bitcoin::consensus::deserialize(tx).unwrap()).unwrap();
    for (input, output) in theirs.inputs.iter_mut().zip(spent) {
        input.witness_utxo = output.as_ref().map(their_output);
    }
    theirs
}

/// So many coins, paid to so many outputs, with scripts of many lengths.
fn parts(coins: usize, outputs: usize) -> (Vec<u8>, Vec<Output>) {
    let program = |n: usize| [&[0x51, 32][..], &[u8::try_from(n % 251).unwrap(); 32]].concat();
    let coin = |n: usize| Coin {
        at: OutPoint { txid: primitives::Txid::from_bytes([7; 32]), index: u32::try_from(n).unwrap() },
        output: Output { value: 1_000_000 + n as u64, script: program(n) },
    };
    let coins: Vec<Coin> = (0..coins).map(coin).collect();
    let output = |n: usize| Output { value: n as u64, script: vec![0x6a; n * 7] };
    let tx = unsigned(&coins, &(0..outputs).map(output).collect::<Vec<_>>()).unwrap();
    (tx, coins.into_iter().map(|coin| coin.output).collect())
}

/// The wallet's own library reads the PSBT of a stake: its coin, the stake, the change, the fee.
#[test]
fn a_wallet_reads_the_psbt_of_a_stake() {
    let stage = Stage::new();
    let paying = funded(&stage.both, 1, 1_200_000);
    let item = make(&stage.plan(vec![paying.clone()]), &stage.maker.staker).unwrap();
    let tx = proto::decode::delegation(&item).unwrap().staking_tx;
    let ours = Psbt::new(&tx, std::slice::from_ref(&paying.output)).unwrap();
    let read = Theirs::deserialize(&ours.to_bytes()).unwrap();
    assert_eq!(bitcoin::consensus::serialize(&read.unsigned_tx), tx);
    assert_eq!((read.fee().unwrap().to_sat(), ours.fee()), (700, Some(700)));
    assert!(read.unsigned_tx.input.iter().all(|input| input.sequence.is_rbf()));
    let paid: Vec<u64> = read.unsigned_tx.output.iter().map(|output| output.value.to_sat()).collect();
    assert_eq!(paid, [1_000_000, 1_200_000 - 1_000_000 - 700]);
}

/// rust-bitcoin writes the same bytes of the same parts, and reads ours, and we read its.
#[test]
fn what_is_written_is_what_rust_bitcoin_writes_and_reads() {
    for (coins, outputs) in [(1, 1), (1, 2), (2, 2), (3, 40), (252, 1), (253, 254), (300, 2)] {
        let (tx, spent) = parts(coins, outputs);
        let decoded: bitcoin::Transaction = bitcoin::consensus::deserialize(&tx).unwrap();
        assert_eq!(bitcoin::consensus::serialize(&decoded), tx);
        assert_eq!(
            (decoded.version, decoded.lock_time.to_consensus_u32()),
            (bitcoin::transaction::Version::TWO, 0)
        );
        assert_eq!(decoded.input[0].previous_output.txid, Txid::from_byte_array([7; 32]));

        let ours = Psbt::new(&tx, &spent).unwrap();
        let known: Vec<_> = spent.into_iter().map(Some).collect();
        let theirs = theirs(&tx, &known);
        assert_eq!(ours.to_bytes(), theirs.serialize(), "{coins} inputs, {outputs} outputs");
        assert!(agree(&ours, &Theirs::deserialize(&ours.to_bytes()).unwrap()));
        assert_eq!(Psbt::read(&theirs.serialize()), Ok(ours.clone()));
        assert_eq!(ours.fee(), theirs.fee().ok().map(Amount::to_sat));
    }
    // Whose coins are not known, and who pays more than there is.
    let (tx, spent) = parts(2, 1);
    let half = [Some(spent[0].clone()), None];
    let read = Psbt::read(&theirs(&tx, &half).serialize()).unwrap();
    assert_eq!((read.spent(), read.fee()), (&half[..], None));
    let poor = Output { value: 0, ..spent[0].clone() };
    let rich = unsigned(
        &[Coin {
            at: OutPoint { txid: Transaction::parse(&tx).unwrap().txid, index: 0 },
            output: poor.clone(),
        }],
        &[Output { value: 1, script: Vec::new() }],
    )
    .unwrap();
    assert_eq!(Psbt::new(&rich, &[poor]).unwrap().fee(), None);
}

/// The vectors that must be refused are, by their names, and of the others rust-bitcoin says the same (BIP-174).
#[test]
fn the_vectors_of_bip_174_hold() {
    let vectors = include_str!("bip174/vectors.txt").lines().filter_map(|line| line.split_once(' '));
    let of =
        |kind| vectors.clone().filter(move |(is, _)| *is == kind).map(|(_, text)| hex::decode(text).unwrap());
    let refused: Vec<PsbtError> = of("invalid").map(|bytes| Psbt::read(&bytes).unwrap_err()).collect();
    let twice = PsbtError::KeyTwice { part: "input 0".to_owned(), key: "00".to_owned() };
    let expected =
        [PsbtError::Magic, PsbtError::Truncated("keys"), PsbtError::Signed, PsbtError::NoTransaction, twice];
    assert_eq!(refused, expected);
    let mut read = 0;
    for bytes in of("valid") {
        assert!(agree(&Psbt::read(&bytes).unwrap(), &Theirs::deserialize(&bytes).unwrap()));
        read += 1;
    }
    assert_eq!(read, 6);
}

/// Whatever becomes of a PSBT on its way: cut anywhere it is refused; with any bit changed it is refused, or read as rust-bitcoin
/// reads it.
#[test]
fn a_damaged_psbt_is_refused_or_read_as_rust_bitcoin_reads_it() {
    let (tx, spent) = parts(2, 3);
    let whole = Psbt::new(&tx, &spent).unwrap().to_bytes();
    for cut in 0..whole.len() {
        assert!(Psbt::read(&whole[..cut]).is_err(), "{cut}");
    }
    assert_eq!(Psbt::read(&[&whole[..], &[0]].concat()), Err(PsbtError::TrailingBytes(1)));
    let (mut both, mut ours_alone) = (0, 0);
    for bit in 0..whole.len() * 8 {
        let mut changed = whole.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        match (Psbt::read(&changed), Theirs::deserialize(&changed)) {
            (Ok(ours), Ok(theirs)) => {
                assert!(agree(&ours, &theirs), "bit {bit}");
                both += 1;
            }
            // Its key says that it is another field, which is read past here and looked at there.
            (Ok(_), Err(_)) => ours_alone += 1,
            (Err(why), Ok(_)) => panic!("bit {bit}: {why}"),
            (Err(_), Err(_)) => {}
        }
    }
    assert!(both > 1_000 && ours_alone < 20, "{both} {ours_alone}");
}

#[test]
fn a_psbt_that_means_something_else_is_refused_by_its_name() {
    let (tx, spent) = parts(1, 1);
    let of = |global: &[u8], input: &[u8]| {
        let length = u8::try_from(tx.len()).unwrap();
        let parts: [&[u8]; 7] = [b"psbt\xff\x01\x00", &[length], &tx, global, &[0], input, &[0, 0]];
        parts.concat()
    };
    let refused = |global: &[u8], input: &[u8]| Psbt::read(&of(global, input)).unwrap_err();
    let long = |part: &str, key: &str| PsbtError::LongKey { part: part.to_owned(), key: key.to_owned() };
    assert!(Psbt::read(&of(&[], &[])).is_ok());
    assert!(Psbt::read(&of(&[1, 0xfb, 4, 0, 0, 0, 0], &[])).is_ok());
    assert_eq!(refused(&[1, 0xfb, 4, 2, 0, 0, 0], &[]), PsbtError::Version(2));
    assert_eq!(refused(&[1, 0xfb, 1, 0], &[]), PsbtError::Truncated("version"));
    assert_eq!(refused(&[2, 0, 9, 1, 7], &[]), long("the whole", "0009"));
    assert_eq!(refused(&[], &[2, 1, 9, 1, 7]), long("input 0", "0109"));
    assert_eq!(refused(&[], &[1, 1, 9, 1, 0, 0, 0, 0, 0, 0, 0, 1]), PsbtError::WitnessUtxo(0));
    assert_eq!(refused(&[], &[1, 1, 10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 7]), PsbtError::WitnessUtxo(0));
    assert_eq!(refused(&[0xfd, 0xfc, 0], &[]), PsbtError::LongLength(0xfc));
    assert_eq!(refused(&[1, 9, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x80], &[]), PsbtError::Truncated("values"));
    let known = |spent: &[Output]| Psbt::new(&tx, spent).unwrap_err();
    assert_eq!(known(&[]), PsbtError::Inputs { known: 0, spent: 1 });
    assert_eq!(known(&[&spent[..], &spent].concat()), PsbtError::Inputs { known: 2, spent: 1 });
    assert!(matches!(Psbt::new(&tx[1..], &spent), Err(PsbtError::Transaction(_))));
    let witness = [&tx[..4], &[0, 1], &tx[4..tx.len() - 4], &[1, 1, 7], &tx[tx.len() - 4..]].concat();
    assert_eq!(Psbt::new(&witness, &spent), Err(PsbtError::Signed));
}

/// Each address means to us what it means to rust-bitcoin (BIP-173, BIP-350).
#[test]
fn an_address_is_the_script_that_rust_bitcoin_makes_of_it() {
    for address in [
        "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080",
        "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        "tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy",
        "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    ] {
        let theirs = bitcoin::Address::from_str(address).unwrap().assume_checked().script_pubkey();
        assert_eq!(script(address), Ok(theirs.into_bytes()), "{address}");
    }
}

#[test]
fn what_nobody_would_get_is_no_address() {
    // Of BIP-350 those that are in order, and that no key locks yet.
    let unlocked = |version, length| AddressError::Unlocked { version, length };
    let long = "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y";
    assert_eq!(script(long), Err(unlocked(1, 40)));
    assert_eq!(script("BC1SW50QGDZ25J"), Err(unlocked(16, 2)));
    assert_eq!(script("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"), Err(unlocked(2, 16)));
    assert_eq!(script("bc1pfeessrawgf"), Err(unlocked(1, 2)));
    // Of BIP-350 those that are not.
    for address in [
        "tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut",
        "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
        "tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
        "BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
        "tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
        "bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4",
        "BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
        "bc1pw5dgrnzv",
        "tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq",
        "bc1gmk9yu",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
        "",
    ] {
        assert!(script(address).is_err(), "{address}");
        assert!(address.starts_with('1') || bitcoin::Address::from_str(address).is_err(), "{address}");
    }
    let network = "tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty";
    assert!(script(network).is_err());
}
