//! Proves: D-02, D-18, D-32
//!
//! Bitcoin's own interpreter says who can take a stake of the chain's own committee: whoever has an equivocator's key, and its staker with a quorum of
//! the committee; nobody else.

use devnet::actors::own::published;
use serde_json::json;

use super::support::alone::{BTC, Slashings, alone, became, equivocate, is_taken, sats, stakes};
use super::support::{power, run};

#[test]
fn a_stranger_completes_an_equivocators_slashing_and_bitcoin_takes_it() {
    let mut network = alone(&[40, 30, 20, 10]);
    let stake = stakes(&network, 3).remove(0);
    let slashings = Slashings::of(&network, &stake);
    let honest = network.fps[0].secret_key().clone();
    assert_eq!(slashings.are_taken(&honest, 2), [false; 2], "another finality provider's key slashes nobody");

    let key = equivocate(&mut network, 3);
    network.chain.next_block();
    assert_eq!(key.public_key(), network.fps[3].secret_key().public_key());
    assert_eq!(Slashings::of(&network, &stake).are_taken(&key, 2), [true; 2]);
    assert_eq!(slashings.are_taken(&key, 1), [false; 2], "one of three is no quorum");
    assert_eq!(slashings.are_taken(&key, 0), [false; 2]);
    run(&mut network, 3);
    assert_eq!(power(&network, 3, network.chain.height()), 0);
    let last = network.finalized();
    run(&mut network, 3);
    assert_eq!(network.finalized(), last + 3, "the others go on");
}

#[test]
fn nobody_leaves_early_without_the_committee() {
    let mut network = alone(&[40, 10]);
    let stake = stakes(&network, 1).remove(0);
    let own = network.own.clone().unwrap();
    let signed = published(&stake);
    assert_eq!(signed.len(), 3, "every item carries them: the committee holds no staker back");
    let leaves = |signatures: &[_]| {
        let exit = own.exit(&stake, signatures).unwrap();
        is_taken(&exit.spent, &exit.tx)
    };
    assert!(!leaves(&[]) && !leaves(&signed[..1]));
    // The staker and the finality provider sign in the place of a member.
    for forger in [&stake.staker, network.fps[1].secret_key()] {
        let forged = own.forged(&stake, forger, signed[1].0).unwrap();
        assert!(!leaves(&[signed[0], forged]));
    }
    assert!(leaves(&signed[..2]) && leaves(&signed[1..]));

    network.mine_with(vec![stake.unbonding_tx.clone()]);
    assert_eq!(sats(&network, 1), 10 * BTC);
    let proof = network.spend_proof(&stake.staking_tx.txid(), &stake.unbonding_tx).unwrap();
    assert_eq!(became(&mut network, &json!({"prove_spends": {"proofs": [proof]}})), "ended");
    network.chain.next_block();
    assert_eq!(sats(&network, 1), 0);

    // What it left stays in reach of its finality provider's key for the whole unbonding time.
    let key = equivocate(&mut network, 1);
    assert_eq!(Slashings::of(&network, &stake).are_taken(&key, 2), [true; 2]);
}
