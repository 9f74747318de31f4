//! What a staker takes back, judged by Bitcoin's own interpreter and by rust-bitcoin.

use bitcoin::Witness;
use bitcoin::bip32::{DerivationPath, Fingerprint};
use bitcoin::hashes::Hash;
use bitcoin::key::{Keypair, Secp256k1};
use bitcoin::secp256k1::Message;
use bitcoin::sighash::{Prevouts, SighashCache, TapSighashType};
use bitcoin::taproot::{LeafVersion, Signature, TapLeafHash};
use bitcoin_spv::{OutPoint, Output, Transaction};
use bsn_cli::bitcoin::Ledger;
use bsn_cli::committee::whole::Asked;
use bsn_cli::keep::bitcoin::Outside;
use bsn_cli::slash::interpreter;
use bsn_cli::stake::held::{Held, Kind, of_item};
use bsn_cli::stake::withdraw::{MOST_RATE, Seen, WithdrawError, Withdrawal, find};
use bsn_cli::stake::{own, unbond};
use covenant::{Parties, PresignedTx, sighash, verify, witness};
use eots::{Native, SecretKey, schnorr};
use primitives::{FpPublicKey, SigningContext};

use crate::common::maker::{coin, key, secret, transaction};
use crate::serve::{bitcoind, esplora};
use crate::stage::Stage;

/// For how many blocks the stake is locked.
const TIME: u16 = 150;
const FEE: u64 = 400;
fn to() -> Vec<u8> {
    [&[0, 20][..], &[8; 20]].concat()
}

/// A delegation, what is its staker's after a time, and every transaction that can come before that, complete.
struct Staked {
    stage: Stage,
    at: OutPoint,
    held: Vec<Held>,
    staking: Vec<u8>,
    early: Vec<u8>,
    slashing: Vec<u8>,
    late: Vec<u8>,
}

impl Staked {
    fn new() -> Self {
        let mut stage = Stage::new();
        stage.maker.time = TIME;
        let (item, versions) = (stage.item(), stage.versions());
        let asked = Asked::read(&item, &versions).unwrap();
        let whole = asked.whole(&versions, &stage.shares(&item, 6)).unwrap();
        let read = proto::decode::delegation(&whole).unwrap();
        let (terms, maker) = (versions.terms(1).unwrap(), &stage.maker);
        let verified = verify(&Native, Some(&terms), &read, |_| true).unwrap();
        let parties = Parties { staker: &read.staker, fps: &read.fps, committee: &maker.params.committee };
        let [slashing, late] = [&verified.slashing, &verified.unbonding_slashing]
            .map(|slashing| slashing.complete(&parties, &maker.fp, &[0; 32]).unwrap());
        let early = unbond::complete(&whole, &versions, &maker.staker).unwrap().tx;
        let (held, staking, at) = (of_item(&whole, &versions).unwrap(), read.staking_tx, verified.stake);
        assert_eq!(of_item(&item, &versions).unwrap(), held, "the request has all that is needed");
        Self { at, held, staking, early, slashing, late, stage }
    }

    /// Of each kind: what is mined, one after the other.
    fn ways(&self) -> [(Kind, u16, Vec<&[u8]>); 4] {
        let Self { staking, early, slashing, late, .. } = self;
        [
            (Kind::Stake, TIME, vec![staking]),
            (Kind::EarlyEnd, 100, vec![staking, early]),
            (Kind::Slashed, 100, vec![staking, slashing]),
            (Kind::SlashedEarlyEnd, 100, vec![staking, early, late]),
        ]
    }

    fn find(&self, bitcoin: &Outside) -> Result<Seen, WithdrawError> {
        find(bitcoin, self.at, &self.held)
    }
}

/// A spend with another version or sequence, signed by its owner as it is.
fn hasty(held: &Held, owner: &SecretKey, version: u32, sequence: u32) -> Vec<u8> {
    let outputs = vec![Output { value: held.path.spent.value - FEE, script: to() }];
    let tx = PresignedTx { version, spends: held.at, sequence, outputs };
    let signature = schnorr::sign(owner, &sighash(&tx, &held.path), &[0; 32]);
    tx.with_witness(&witness::timelock(&held.path, &signature))
}

/// That Bitcoin takes the withdrawal, and none whose sequence is a block less, or says less.
fn judge(made: &Withdrawal, owner: &SecretKey, real: &Output) -> Vec<u8> {
    let (held, tx) = (made.held(), made.sign(owner).unwrap());
    let time = u32::from(held.time);
    assert_eq!(interpreter::check(real, &tx), Ok(()));
    assert_eq!(tx, hasty(held, owner, 2, time));
    // A block less; another version; none; seconds; no lock at all.
    let less = [(2, time - 1), (1, time), (2, 0), (2, time | 1 << 22), (2, time | 1 << 31)];
    for (version, sequence) in less {
        let said = interpreter::check(real, &hasty(held, owner, version, sequence)).unwrap_err();
        assert!(said.starts_with("Bitcoin's script interpreter refuses it"), "{version} {sequence}: {said}");
    }
    tx
}

#[test]
fn each_output_is_taken_back_when_its_time_is_over_and_not_a_block_before() {
    for place in 0..4 {
        let staked = Staked::new();
        let (kind, time, mined) = &staked.ways()[place];
        let (both, net, staker) = (&staked.stage.both, &staked.stage.net, &staked.stage.maker.staker);
        let servers = || [esplora(net), bitcoind(net)];
        let height = mined.iter().fold(0, |_, tx| both.mine(&[tx]));
        let at = staked.held[place].at;
        both.extend(u32::from(*time) - 2);
        let (first, tip) = (height + u32::from(*time), height + u32::from(*time) - 2);
        let early = WithdrawError::Early { at, kind: *kind, time: *time, height, first, missing: 1, tip };
        for indexed in [true, false] {
            net.lock().unwrap().is_indexed = indexed;
            for bitcoin in servers() {
                assert_eq!(staked.find(&bitcoin), Err(early.clone()), "{kind:?}");
            }
        }
        both.extend(1);
        let mut taken = Vec::new();
        for indexed in [true, false] {
            net.lock().unwrap().is_indexed = indexed;
            for bitcoin in servers() {
                let seen = staked.find(&bitcoin).unwrap();
                let expected = Seen { held: staked.held[place].clone(), height, waiting: None };
                assert_eq!(seen, expected, "{kind:?}");
                let made = Withdrawal::new(&seen.held, &to(), FEE).unwrap();
                taken = judge(&made, staker, &bitcoin.output(&at).unwrap().unwrap());
                bitcoin.send(&taken).unwrap();
                let parsed = Transaction::parse(&taken).unwrap();
                assert_eq!(parsed.txid, made.txid());
                let pays = Output { value: seen.held.path.spent.value - FEE, script: to() };
                assert_eq!((&parsed.outputs[..], made.sats()), (&[pays.clone()][..], pays.value));
            }
        }
        // It may be replaced while it waits, and is gone once it is in a block.
        both.publish(&taken);
        let by = Some(Transaction::parse(&taken).unwrap().txid);
        assert_eq!(staked.find(&esplora(net)).unwrap().waiting, by);
        both.mine(&[&taken]);
        assert_eq!(staked.find(&esplora(net)), Err(WithdrawError::Spent { at, kind: *kind, by }));
        assert_eq!(staked.find(&bitcoind(net)), Err(WithdrawError::NotThere(staked.at)));
        net.lock().unwrap().is_indexed = true;
        assert_eq!(staked.find(&bitcoind(net)), Err(WithdrawError::Spent { at, kind: *kind, by: None }));
    }
}

#[test]
fn what_is_in_no_block_or_another_output_is_named() {
    let staked = Staked::new();
    let (both, net) = (&staked.stage.both, &staked.stage.net);
    let servers = || [esplora(net), bitcoind(net)];
    for bitcoin in servers() {
        assert_eq!(staked.find(&bitcoin), Err(WithdrawError::NotThere(staked.at)));
    }
    both.publish(&staked.staking);
    let unseen = |place: usize| {
        let Held { at, kind, time, .. } = staked.held[place];
        Err(WithdrawError::Unseen { at, kind, time })
    };
    for bitcoin in servers() {
        assert_eq!(staked.find(&bitcoin), unseen(0));
    }
    both.mine(&[&staked.staking]);
    both.publish(&staked.early);
    for bitcoin in servers() {
        assert_eq!(staked.find(&bitcoin), unseen(1), "the early end's time comes first");
    }
    // Once its own time is over the stake can be taken although an early end waits.
    both.extend(TIME.into());
    for bitcoin in servers() {
        assert_eq!(staked.find(&bitcoin).unwrap().held.kind, Kind::Stake);
    }
    let mut other = staked.held.clone();
    other[0].path.spent.value += 1;
    let another = WithdrawError::Another { at: staked.at, got: 1_000_000, expected: 1_000_001 };
    assert_eq!(find(&esplora(net), staked.at, &other), Err(another));
}

#[test]
fn another_key_no_fee_an_absurd_one_and_dust_are_refused() {
    let staked = Staked::new();
    let held = &staked.held[0];
    let said = Withdrawal::new(held, &to(), FEE).unwrap().sign(&secret(0x12)).unwrap_err();
    let (key, owner) = (key(&secret(0x12)), key(&staked.stage.maker.staker));
    assert_eq!(said, WithdrawError::Key { key, at: staked.at, owner });
    assert_eq!(said.to_string(), format!("the key is of {key}, and {} of {owner}", staked.at));
    assert_eq!(Withdrawal::new(held, &to(), 0), Err(WithdrawError::NoFee));
    let half = held.path.spent.value / 2;
    assert!(Withdrawal::new(held, &to(), half).is_ok());
    for fee in [half + 1, held.path.spent.value, u64::MAX] {
        assert_eq!(Withdrawal::new(held, &to(), fee), Err(WithdrawError::Fee { fee, most: half }));
    }

    let with = |sats| {
        let mut held = held.clone();
        held.path.spent.value = sats;
        held
    };
    // Of much it is the rate that is absurd; rust-bitcoin says how large the transaction is.
    let rich = with(1_000_000_000);
    let made = Withdrawal::new(&rich, &to(), FEE).unwrap().sign(&staked.stage.maker.staker).unwrap();
    let theirs: bitcoin::Transaction = bitcoin::consensus::deserialize(&made).unwrap();
    let most = MOST_RATE * u64::try_from(theirs.vsize()).unwrap();
    assert!(Withdrawal::new(&rich, &to(), most).is_ok());
    assert_eq!(Withdrawal::new(&rich, &to(), most + 1), Err(WithdrawError::Fee { fee: most + 1, most }));
    assert!(Withdrawal::new(&with(588), &to(), 294).is_ok());
    assert_eq!(Withdrawal::new(&with(587), &to(), 293 + 1), Err(WithdrawError::Fee { fee: 294, most: 293 }));
    assert_eq!(Withdrawal::new(&with(586), &to(), 293), Err(WithdrawError::Dust { left: 293 }));
}

/// What Bitcoin would refuse never leaves.
#[test]
fn the_interpreter_has_the_last_word_on_a_withdrawal() {
    let mut held = locked(144);
    held.path.control_block[5] ^= 1;
    let said = Withdrawal::new(&held, &to(), FEE).unwrap().sign(&secret(0x40)).unwrap_err();
    assert!(matches!(said, WithdrawError::Refused(_)), "{said}");
}

fn own_context() -> (SigningContext, FpPublicKey) {
    (SigningContext::self_stake("app-1", "bsn"), FpPublicKey::from(secret(0x40).public_key()))
}

/// The transaction with a lock of a finality provider's own key.
fn locking(time: u16) -> (OutPoint, Vec<u8>) {
    let (context, fp) = own_context();
    let output = own::lock(&context, &fp, time).unwrap();
    let tx = transaction(&[coin(3)], &[Output { value: 7, script: to() }, output.key().output(250_000)]);
    (OutPoint { txid: Transaction::parse(&tx).unwrap().txid, index: 1 }, tx)
}

fn locked(time: u16) -> Held {
    let ((context, fp), (at, tx)) = (own_context(), locking(time));
    own::held(&context, &fp, time, at, &tx).unwrap()
}

#[test]
fn the_time_of_a_lock_is_found_by_trying() {
    let ((context, fp), (at, tx)) = (own_context(), locking(144));
    assert_eq!(own::search(&context, &fp, 1..=200, at, &tx), Ok(locked(144)));
    let never = Err(own::LockError::Never { at, fp });
    assert_eq!(own::search(&context, &fp, 1..=143, at, &tx), never);
    assert_eq!(own::search(&SigningContext::self_stake("b", "bsn"), &fp, 1..=200, at, &tx), never);
    let none = OutPoint { index: 2, ..at };
    assert_eq!(own::search(&context, &fp, 1..=200, none, &tx), Err(own::LockError::NoOutput(none)));
}

#[test]
fn a_finality_providers_own_lock_is_taken_back_after_its_time() {
    for time in [16, 144, 52_560, 65_535] {
        let held = locked(time);
        let made = Withdrawal::new(&held, &to(), FEE).unwrap();
        judge(&made, &secret(0x40), &held.path.spent);
        assert!(matches!(made.sign(&secret(0x41)), Err(WithdrawError::Key { .. })));
    }
}

/// rust-bitcoin reads the PSBT, writes the same bytes, and signs by it what we sign.
#[test]
fn a_wallet_signs_the_psbt_of_a_withdrawal() {
    let staked = Staked::new();
    let (staker, secp) = (&staked.stage.maker.staker, Secp256k1::new());
    let (lock, fp) = (locked(144), secret(0x40));
    for (held, owner) in staked.held.iter().map(|held| (held, staker)).chain([(&lock, &fp)]) {
        let made = Withdrawal::new(held, &to(), FEE).unwrap();
        let bytes = made.psbt().unwrap().to_bytes();
        let psbt = bitcoin::Psbt::deserialize(&bytes).unwrap();
        assert_eq!(psbt.serialize(), bytes);
        let (tx, input) = (&psbt.unsigned_tx, &psbt.inputs[0]);
        assert_eq!(tx.input[0].sequence, bitcoin::Sequence::from_height(held.time));
        assert_eq!((tx.version, psbt.fee().unwrap().to_sat()), (bitcoin::transaction::Version::TWO, FEE));
        assert!(tx.input[0].sequence.is_rbf() && tx.input[0].sequence.is_relative_lock_time());

        let spent = input.witness_utxo.clone().unwrap();
        let [(control, (script, version))] = &input.tap_scripts.iter().collect::<Vec<_>>()[..] else {
            panic!()
        };
        let output_key = bitcoin::XOnlyPublicKey::from_slice(&spent.script_pubkey.as_bytes()[2..]).unwrap();
        assert!(control.verify_taproot_commitment(&secp, output_key, script));
        assert_eq!((*version, input.tap_internal_key), (LeafVersion::TapScript, Some(control.internal_key)));
        let pair = Keypair::from_seckey_slice(&secp, &owner.to_bytes()[..]).unwrap();
        let leaf = TapLeafHash::from_script(script, *version);
        let origin = (vec![leaf], (Fingerprint::default(), DerivationPath::default()));
        assert_eq!(input.tap_key_origins, [(pair.x_only_public_key().0, origin)].into());

        let hash = SighashCache::new(tx)
            .taproot_script_spend_signature_hash(0, &Prevouts::All(&[spent]), leaf, TapSighashType::Default)
            .unwrap();
        let message = Message::from_digest(hash.to_byte_array());
        let signature = secp.sign_schnorr_with_aux_rand(&message, &pair, &[0; 32]);
        let signature = Signature { signature, sighash_type: TapSighashType::Default };
        let mut tx = tx.clone();
        tx.input[0].witness =
            Witness::from_slice(&[&signature.to_vec()[..], script.as_bytes(), &control.serialize()]);
        assert_eq!(bitcoin::consensus::serialize(&tx), made.sign(owner).unwrap());
    }
}
