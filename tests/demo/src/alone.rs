//! The third act: a chain without Babylon, on the same machine.

use std::error::Error;

use devnet::Machine;
use devnet::network::{Network, Setup, verdicts};
use eots::SecretKey;
use primitives::FpPublicKey;
use serde_json::{Value, json};

use crate::args::Args;
use crate::claims::{Claim, claim};

/// The stakes of its finality providers, in whole bitcoin; the last one signs twice.
const STAKES: [u64; 4] = [40, 30, 20, 10];
/// What the first one locks by its own key, in sats.
const LOCKED: u64 = 200_000_000;
/// How many blocks everybody votes for.
const BLOCKS: u64 = 12;

/// Tells it; what is claimed of it.
pub fn tell(args: &Args, machine: &Machine) -> Result<Vec<Claim>, Box<dyn Error>> {
    let setup = Setup::new(args.seed, &STAKES).alone();
    let mut network = Network::deploy_machine(machine, &setup)?.begin(&setup)?;
    network.run(4)?;
    let first = network.finalized();
    network.run(BLOCKS)?;
    let finalized = network.finalized().saturating_sub(first);
    let (channels, counted) = (network.link.remote_channels().count(), counted_now(&network)?);

    let txid = network.lock_own(0, LOCKED)?;
    let proof = network.lock_proof(&txid)?;
    let done = network.verify(&json!({ "prove_self_stake": { "proofs": [proof] } }))?;
    let became =
        verdicts(&done).first().and_then(|verdict| verdict["ok"]["became"].as_str().map(str::to_owned));
    let became = became.unwrap_or_else(|| "refused".to_owned());
    network.step();
    let locked = counted_now(&network)?.saturating_sub(counted);

    let (guilty, key) = sign_twice(&mut network)?;
    network.run(4)?;
    let height = network.chain.height();
    let asked = json!({ "finality_provider_power": { "btc_pk_hex": guilty, "height": height } });
    let power: Value = network.query(&asked)?;
    Ok(vec![
        claim(
            "a chain without Babylon finalizes by stake that Bitcoin shows",
            format!("{finalized} heights by {counted} sats, with {channels} channels"),
            finalized == BLOCKS && channels == 0 && counted == STAKES.iter().sum::<u64>() * 100_000_000,
        ),
        claim(
            "what a finality provider locks by its own key counts there",
            format!("{became}, and {locked} sats more"),
            became == "active" && locked == LOCKED,
        ),
        claim(
            "there, too, whoever signs twice loses its key and its power",
            format!("{}..., power {}", guilty.get(..12).unwrap_or_default(), power["power"]),
            key == Some(guilty) && power["power"] == 0,
        ),
    ])
}

/// The last finality provider votes for two hashes at a height: its key, and the one of which that is the secret everybody reads then.
fn sign_twice(network: &mut Network) -> Result<(String, Option<String>), Box<dyn Error>> {
    let (height, last) = (network.chain.height(), STAKES.len() - 1);
    let hashes = [network.app_hash(height), network.app_hash(height - 1)];
    let mut read = None;
    for hash in &hashes {
        let message = network.fps[last].vote(height, hash)?;
        let report = network.execute(&message)?;
        let key = report.attribute("wasm-slashed_finality_provider", "extracted_secret_key");
        read = key.map(str::to_owned).or(read);
    }
    network.offline.insert(last);
    let secret = read.and_then(|hex| SecretKey::from_slice(&hex::decode(hex).ok()?).ok());
    let public = secret.map(|secret| FpPublicKey::from(secret.public_key()).to_string());
    Ok((network.fps[last].public_key_hex(), public))
}

/// How many sats count.
fn counted_now(network: &Network) -> Result<u64, Box<dyn Error>> {
    let mut sum = 0;
    for fp in &network.fps {
        let info: Value =
            network.query(&json!({ "finality_provider_info": { "btc_pk_hex": fp.public_key_hex() } }))?;
        sum += info["total_active_sats"].as_u64().unwrap_or_default();
    }
    Ok(sum)
}
