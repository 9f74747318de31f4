use primitives::Txid;
use rand::Rng;
use rand_chacha::ChaCha20Rng;

use crate::{
    finality_provider::secret_key,
    miner::{Input, Output, Transaction},
    randomness,
};

/// An x-only key that is a point, of which nobody remembers the secret.
fn output_key(rng: &mut ChaCha20Rng) -> [u8; 32] {
    *secret_key(rng).public_key().as_fp().as_bytes()
}

fn spend(rng: &mut ChaCha20Rng, txid: Txid, output: u32, stack: &[usize]) -> Input {
    let item = |length: &usize| (0..*length).map(|_| rng.r#gen()).collect();
    Input {
        txid,
        output,
        script: Vec::new(),
        sequence: 0xffff_fffd,
        witness: stack.iter().map(item).collect(),
    }
}

/// A wallet's coin: of a random transaction, with the witness of a P2WPKH (signature and key).
pub(crate) fn coin(rng: &mut ChaCha20Rng) -> Input {
    let txid = Txid::from_bytes(randomness::bytes(rng));
    spend(rng, txid, 1, &[71, 33])
}

/// A staking transaction as a wallet makes it: the stake in a taproot output at a random place, and the change.
/// Returns it with the place. `previous` is the stake that an expansion spends as its first input.
pub(super) fn staking(
    rng: &mut ChaCha20Rng,
    sats: u64,
    lock_time: u32,
    previous: Option<(Txid, u32)>,
) -> (Transaction, u32) {
    let mut inputs = Vec::new();
    if let Some((txid, output)) = previous {
        // Through the unbonding leaf: covenant and staker sign, then leaf script and control block.
        inputs.push(spend(rng, txid, output, &[64, 64, 64, 140, 97]));
    }
    inputs.push(coin(rng));
    let stake = Output::taproot(sats, output_key(rng));
    let change = Output::taproot(rng.gen_range(1_000..1_000_000_000), output_key(rng));
    let index = rng.gen_range(0..2u32);
    let outputs = if index == 0 { vec![stake, change] } else { vec![change, stake] };
    (Transaction { version: 2, inputs, outputs, lock_time }, index)
}

/// The transaction that ends a delegation early: one input, one output.
pub(super) fn unbonding(rng: &mut ChaCha20Rng, staking: Txid, index: u32, sats: u64) -> Transaction {
    let inputs = vec![Input { sequence: u32::MAX, ..spend(rng, staking, index, &[64, 64, 64, 140, 97]) }];
    let output = Output::taproot(sats.saturating_sub(1_000), output_key(rng));
    Transaction { version: 2, inputs, outputs: vec![output], lock_time: 0 }
}

/// The transaction that slashes an output: a part is burnt, the rest comes back in time. It is
/// sent unsigned.
pub(super) fn slashing(rng: &mut ChaCha20Rng, spent: Txid, index: u32, sats: u64) -> Transaction {
    let inputs = vec![Input { sequence: u32::MAX, ..spend(rng, spent, index, &[]) }];
    let burnt = sats / 10;
    let outputs = vec![
        Output::taproot(burnt, output_key(rng)),
        Output::taproot(sats.saturating_sub(burnt + 1_000), output_key(rng)),
    ];
    Transaction { version: 2, inputs, outputs, lock_time: 0 }
}
