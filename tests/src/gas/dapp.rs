use devnet::network::{Network, Setup};
use serde_json::json;

use super::{GasError, Row};

/// A claim of the example escrow: its own call, its question to `bsn`, and the starting of both instances, as a chain charges
/// it; with the code of `bsn` pinned and not. And what of the question a raw read needs.
///
/// # Errors
/// [`GasError`] where the network does not start, or the claim is refused.
pub fn measure(seed: u64) -> Result<Vec<Row>, GasError> {
    let setup = Setup::new(seed, &[3, 2, 1]);
    let mut network = Network::start(setup.clone())?;
    let (admin, sender) = (network.admin.clone(), network.sender.clone());
    let wasm = std::fs::read(setup.artifacts.join("escrow.wasm"))?;
    let code = network.chain.store_code(&admin, &wasm)?;
    network.chain.pin_code(code);
    let made = json!({"bsn": network.bsn});
    let (escrow, instantiated) = network.chain.instantiate(&admin, code, &made, "escrow", None)?;
    let denom = network.chain.bonded_denom().to_owned();
    network.chain.mint(&sender, 10, &denom);
    let coins = [serde_json::from_value(json!({"denom": denom, "amount": "5"}))?];
    let deposit = json!({"deposit": {"to": admin}});
    for _ in 0..2 {
        network.chain.execute_with(&sender, &escrow, &deposit, &coins)?;
    }
    network.run(3)?;
    let claim = |id: u64, network: &mut Network| {
        network
            .chain
            .execute(&sender, &escrow, &json!({"claim": {"id": id}}))
            .map(|done| done.usage.charged_gas())
    };
    let pinned = claim(1, &mut network)?;
    network.chain.unpin_code(1);
    let unpinned = claim(2, &mut network)?;
    Ok(vec![
        Row::new("escrow_instantiate_raw_read", instantiated.usage.charged_gas()),
        Row::new("escrow_claim", pinned),
        Row::new("escrow_claim_unpinned", unpinned),
    ])
}
