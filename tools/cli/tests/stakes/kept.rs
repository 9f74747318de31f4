//! The early end of a stake whose file is lost, from what the contract keeps of it and what members sign again.

use api::btc_staking::{Family, ParamsVersion, SlashingDataResponse};
use bitcoin_spv::{OutPoint, Transaction};
use bsn_cli::bitcoin::Ledger;
use bsn_cli::committee::Request;
use bsn_cli::committee::whole::Asked;
use bsn_cli::slash::{find, interpreter};
use bsn_cli::stake::held::of_item;
use bsn_cli::stake::kept::{Kept, KeptError};
use bsn_cli::stake::unbond;
use covenant::Share;

use crate::common::K;
use crate::common::maker::{key, secret};
use crate::serve::{bitcoind, esplora};
use crate::stage::{CHAIN, Memory, Stage};

/// A stake that the contract has, its shares, and its item with all signatures.
struct Lost {
    stage: Stage,
    at: OutPoint,
    item: Vec<u8>,
    whole: Vec<u8>,
    shares: Vec<Share>,
    /// The height of its block.
    height: u32,
}

impl Lost {
    fn new() -> Self {
        let stage = Stage::new();
        let (item, versions) = (stage.item(), stage.versions());
        let shares = stage.shares(&item, 6);
        let asked = Asked::read(&item, &versions).unwrap();
        let (at, whole) = (asked.unsigned.delegation().stake, asked.whole(&versions, &shares).unwrap());
        let height = stage.both.mine(&[&proto::decode::delegation(&item).unwrap().staking_tx]);
        assert_eq!(stage.both.world.borrow_mut().take(&whole), "waiting");
        Self { stage, at, item, whole, shares, height }
    }

    fn kept(&self) -> Kept {
        Kept::find(&self.stage.both, self.at).unwrap()
    }

    /// As the contract answers of a stake under the chain's own committee: the same but for the family's name.
    fn own(&self) -> Kept {
        let (data, params) = find::data(&self.stage.both, &self.at).unwrap();
        Kept::read(self.at, SlashingDataResponse { family: Family::Own, ..data }, &params).unwrap()
    }
}

/// D-02: the key, the chain and a quorum of members' files make the same transaction as the file that was lost.
#[test]
fn an_early_end_is_completed_without_the_stakers_file() {
    let lost = Lost::new();
    let Lost { stage, whole, shares, .. } = &lost;
    let early = lost.kept().complete(shares, &stage.maker.staker).unwrap();
    let with_file = unbond::complete(whole, &stage.versions(), &stage.maker.staker).unwrap();
    assert_eq!(early, with_file);
    let parsed = Transaction::parse(&early.tx).unwrap();
    assert_eq!((parsed.txid, parsed.inputs().next().unwrap().spends), (early.txid, lost.at));
    let spent = esplora(&stage.net).output(&lost.at).unwrap().unwrap();
    assert_eq!(interpreter::check(&spent, &early.tx), Ok(()));
}

/// The contract does not keep what the committee signed of it, and the tool says so.
#[test]
fn what_the_chain_does_not_keep_is_named_and_nobody_signs_before_it_is_there() {
    let lost = Lost::new();
    let Lost { stage, at, shares, .. } = &lost;
    let said = |shares: &[Share]| lost.kept().complete(shares, &stage.maker.staker).unwrap_err();
    let missing = |got| KeptError::Signatures { at: *at, got, needed: 6 }.to_string();
    assert_eq!(said(&[]), missing(0));
    assert!(
        said(&[])
            .contains("and not the committee's signatures on its early end: 0 valid ones are in the files")
    );
    assert_eq!(said(&shares[..5]), missing(5));
    // One twice, one of a stranger, and one that is not valid are none.
    let twice = [&shares[..5], &shares[..1]].concat();
    let stranger = [&shares[..5], &[Share { member: key(&secret(0x77)), ..shares[5].clone() }]].concat();
    let mut wrong = shares.clone();
    wrong[2].unbonding[40] ^= 1;
    for shares in [twice, stranger, wrong] {
        assert_eq!(said(&shares), missing(5));
    }
    let other = lost.kept().complete(shares, &secret(0x12)).unwrap_err();
    assert!(other.starts_with("the key is of "), "{other}");
}

/// V-06: a member answers the request that is made anew with the bytes that it answered the first one, and Bitcoin is not asked.
#[test]
fn members_answer_the_request_made_anew_with_the_same_bytes() {
    let lost = Lost::new();
    let Lost { stage, item, shares, .. } = &lost;
    stage.both.extend(3);
    let (bitcoin, disk) = (esplora(&stage.net), Memory::default());
    for indexed in [true, false] {
        stage.net.lock().unwrap().is_indexed = indexed;
        let servers: [&dyn Ledger; 2] = [&esplora(&stage.net), &bitcoind(&stage.net)];
        for server in servers {
            let again = lost.own().ask_again(server).unwrap();
            let mut member = stage.member(&stage.maker.members[0], &bitcoin, disk.clone());
            // As it was signed before the coin moved.
            let asked = Asked::read(item, &stage.versions()).unwrap();
            let digest = bsn_cli::committee::member::digest(&asked.unsigned, &[key(&stage.maker.fp)]);
            member.record.note(&lost.at, &digest).unwrap();
            let (at, share) = member.sign(&Request::new(CHAIN, &again)).unwrap();
            assert_eq!((at, &share), (lost.at, &shares[0]));
        }
    }
}

/// What becomes of a transaction on its way.
type Damage = fn(&mut Vec<u8>);

/// What is the staker's after a time is the same from the chain and from the file, and what a node changed is refused.
#[test]
fn what_comes_back_follows_from_what_the_chain_keeps() {
    let lost = Lost::new();
    let Lost { stage, at, item, .. } = &lost;
    let held = lost.kept().held().unwrap();
    assert_eq!(of_item(item, &stage.versions()), Ok(held));
    let (data, params) = find::data(&stage.both, at).unwrap();
    let changes: [(&str, Damage); 3] = [
        ("a slashing of it: ", |tx| tx.truncate(9)),
        ("a slashing of it spends ", |tx| tx[20] ^= 1),
        // The last byte of the last output's script stands before the lock time.
        ("does not leave ", |tx| *tx.iter_mut().nth_back(4).unwrap() ^= 1),
    ];
    for (expected, change) in changes {
        let mut data = data.clone();
        let mut tx = data.staked.tx.to_vec();
        change(&mut tx);
        data.staked.tx = tx.into();
        let said = Kept::read(*at, data, &params).unwrap().held().unwrap_err().to_string();
        assert!(said.contains("does not fit together: ") && said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn a_stake_of_babylon_one_that_is_gone_and_one_that_nobody_knows_are_named() {
    let lost = Lost::new();
    let Lost { stage, at, .. } = &lost;
    let bitcoin = esplora(&stage.net);
    assert_eq!(lost.kept().ask_again(&bitcoin), Err(KeptError::Babylon(*at)));
    let unknown = OutPoint { index: 7, ..*at };
    let said = Kept::find(&stage.both, unknown).unwrap_err().to_string();
    assert_eq!(
        said,
        format!("btc-staking keeps no slashing data of {unknown}: its lock is over, or it never was")
    );
    let other = stage.item();
    let other = proto::decode::delegation(&other).unwrap().staking_tx;
    let got = Transaction::parse(&other).unwrap().txid;
    let own = lost.own();
    if got != at.txid {
        assert_eq!(own.request(&other, 1_001.into()), Err(KeptError::Another { at: *at, got }));
    }
    assert!(matches!(own.request(&other[1..], 1_001.into()), Err(KeptError::Transaction { .. })));
    // In no block any more.
    stage.both.reorganize(2);
    assert_eq!(own.ask_again(&bitcoin), Err(KeptError::Unseen(*at)));
}

#[test]
fn a_stake_that_was_spent_is_not_ended_again() {
    let lost = Lost::new();
    let Lost { stage, at, shares, .. } = &lost;
    let (both, world) = (&stage.both, &stage.both.world);
    both.extend(K);
    let proof = world.borrow().bitcoin.inclusion(*at, lost.height);
    assert_eq!(world.borrow_mut().prove(proof), "active");
    let early = lost.kept().complete(shares, &stage.maker.staker).unwrap();
    let height = both.mine(&[&early.tx]);
    both.extend(K);
    let bare = Transaction::parse(&early.tx).unwrap().stripped;
    let proof = world.borrow().bitcoin.spend(*at, &bare, height);
    assert_eq!(world.borrow_mut().spend(proof), "ended");
    assert_eq!(Kept::find(both, *at), Err(KeptError::Spent { at: *at, height }));
}

/// What a node may answer in place of the truth.
type Change = fn(&mut SlashingDataResponse, &mut ParamsVersion);

#[test]
fn an_answer_whose_parts_do_not_belong_together_is_refused() {
    let lost = Lost::new();
    let (data, params) = find::data(&lost.stage.both, &lost.at).unwrap();
    let changes: [(&str, Change); 9] = [
        ("its parameters make the early end", |_, params| params.unbonding_fee_sat += 1),
        ("its parameters make the early end", |_, params| params.unbonding_time_blocks += 1),
        ("its parameters make the early end", |data, _| data.staked.spent_value -= 1),
        ("its keys do not make the script", |data, _| data.staking_time += 1),
        ("its keys do not make the script", |_, params| params.covenant_quorum = 5),
        ("its keys do not make the script", |data, _| data.fps_pk_hex.push(key(&secret(0x41)).to_string())),
        ("leave nothing", |data, _| data.staked.spent_value = 3),
        ("the slashing of its early end", |data, _| data.unbonding.tx = vec![1].into()),
        ("", |data, _| data.staker_pk_hex.truncate(10)),
    ];
    for (expected, change) in changes {
        let (mut data, mut params) = (data.clone(), params.clone());
        change(&mut data, &mut params);
        let said = Kept::read(lost.at, data, &params).unwrap_err().to_string();
        assert!(said.contains("does not fit together: ") && said.contains(expected), "{expected}: {said}");
    }
}
