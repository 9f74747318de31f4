//! A chain without Babylon, and what Bitcoin itself says of its stake.

use api::btc_staking::{ParamsResponse, SlashingDataResponse, SlashingTx};
use bitcoinconsensus::Utxo;
use devnet::actors::babylon::Delegation;
use devnet::network::{Network, Setup, verdicts};
use primitives::{FpPublicKey, Txid};
use proto::covenant::bitcoin_spv::Output;
use proto::covenant::eots::{SecretKey, schnorr};
use proto::covenant::{
    AdaptorSignature, Committee, DecryptionKey, Leaf, Parties, PresignedTx, SpendPath, XOnlyKey, sighash,
    witness,
};
use serde_json::{Value, json};

use super::{key, vote_for};

/// Sats of a bitcoin.
pub const BTC: u64 = 100_000_000;

/// A network without Babylon, of these stakes in whole bitcoin, finality under way.
pub fn alone(stakes: &[u64]) -> Network {
    let mut network = Network::start(Setup::new(7, stakes).alone()).unwrap();
    network.run(4).unwrap();
    network
}

/// Whether Bitcoin's own interpreter takes a transaction whose only input spends this output.
pub fn is_taken(spent: &Output, tx: &[u8]) -> bool {
    let script = &spent.script;
    let output = Utxo {
        script_pubkey: script.as_ptr(),
        script_pubkey_len: script.len().try_into().unwrap(),
        value: spent.value.try_into().unwrap(),
    };
    bitcoinconsensus::verify(script, spent.value, tx, Some(&[output]), 0).is_ok()
}

/// Both slashing transactions of a stake as the contract answers anybody.
pub struct Slashings {
    data: SlashingDataResponse,
    committee: Committee,
}

impl Slashings {
    /// Those of a delegation.
    pub fn of(network: &Network, delegation: &Delegation) -> Self {
        let (txid, output) = (delegation.staking_tx.txid(), delegation.event.staking_output_idx);
        let asked = json!({"slashing_data": {"txid": txid.to_string(), "output": output}});
        let data: SlashingDataResponse = network.ask_verifier(&asked).unwrap();
        let params: ParamsResponse =
            network.ask_verifier(&json!({"params": {"family": data.family}})).unwrap();
        let params = params.versions.iter().find(|one| one.version == data.params_version).unwrap();
        let members = params.covenant_pks_hex.iter().map(|hex| x_only(hex)).collect();
        Self { data, committee: Committee::new(members, params.covenant_quorum).unwrap() }
    }

    /// Whether Bitcoin takes the transaction that takes the stake, and the one that takes what an early end left, once somebody with this key
    /// has completed them with so many signatures of the committee.
    pub fn are_taken(&self, key: &SecretKey, signatures: usize) -> [bool; 2] {
        [&self.data.staked, &self.data.unbonding].map(|one| {
            let spent = Output { value: one.spent_value, script: one.spent_script.to_vec() };
            is_taken(&spent, &self.complete(one, key, signatures))
        })
    }

    fn complete(&self, one: &SlashingTx, key: &SecretKey, signatures: usize) -> Vec<u8> {
        let path = SpendPath {
            spent: Output { value: one.spent_value, script: one.spent_script.to_vec() },
            leaf: Leaf::new(one.leaf_script.to_vec()),
            control_block: one.control_block.to_vec(),
        };
        let tx = PresignedTx::read(&one.tx, 2, &[1, 2]).unwrap();
        let secret = DecryptionKey::new(key);
        let adaptors = one.adaptors.iter().take(signatures);
        let signed: Vec<_> = adaptors
            .map(|adaptor| {
                let signature = AdaptorSignature::parse(&adaptor.signature).unwrap();
                (x_only(&adaptor.member_pk_hex), signature.decrypt(&secret).unwrap())
            })
            .collect();
        let fps: Vec<_> = self.data.fps_pk_hex.iter().map(|hex| x_only(hex)).collect();
        let staker = x_only(&self.data.staker_pk_hex);
        let parties = Parties { staker: &staker, fps: &fps, committee: &self.committee };
        // Whoever has another key signs in the finality provider's place.
        let fp = (x_only(&self.data.fp_pubkey_hex), schnorr::sign(key, &sighash(&tx, &path), &[0; 32]));
        let staker = one.staker_signature.as_slice().try_into().unwrap();
        tx.with_witness(&witness::slashing(&path, &parties, &signed, &fp, &staker))
    }
}

fn x_only(hex: &str) -> XOnlyKey {
    FpPublicKey::from_hex(hex).unwrap().into()
}

/// A finality provider votes for two hashes at a height; the key that everybody reads then.
pub fn equivocate(network: &mut Network, index: usize) -> SecretKey {
    let height = network.chain.height();
    let _ = vote_for(network, index, height, height);
    let report = vote_for(network, index, height, height - 1).unwrap();
    let key = report.attribute("wasm-slashed_finality_provider", "extracted_secret_key").unwrap();
    SecretKey::from_slice(&decoded(key)).unwrap()
}

fn decoded(hex: &str) -> Vec<u8> {
    let byte = |place: usize| u8::from_str_radix(&hex[place..place + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// The stake that counts for a finality provider.
pub fn sats(network: &Network, index: usize) -> u64 {
    let asked = json!({"finality_provider_info": {"btc_pk_hex": key(network, index)}});
    let info: Value = network.query(&asked).unwrap();
    info["total_active_sats"].as_u64().unwrap()
}

/// The stakes of a finality provider.
pub fn stakes(network: &Network, index: usize) -> Vec<Delegation> {
    let fp = network.fps[index].public_key();
    let own = network.own.iter().flat_map(|own| own.delegations().map(|(_, one)| one));
    let babylon = &network.link.app.babylon;
    let babylons = babylon.txids().filter_map(|txid| babylon.delegation(txid));
    own.chain(babylons).filter(|one| one.fps.contains(&fp)).cloned().collect()
}

/// What became of the first entry of a message to `btc-staking`, or by which rule it was refused.
pub fn became(network: &mut Network, message: &Value) -> String {
    let done = network.verify(message).unwrap();
    let verdict = &verdicts(&done)[0];
    let text = verdict["ok"]["became"].as_str().or_else(|| verdict["refused"]["rule"].as_str());
    text.unwrap_or_else(|| panic!("{verdict}")).to_owned()
}

/// Mines a delegation of the chain's own committee, and somebody brings it.
pub fn submitted(network: &mut Network, txid: &Txid) -> String {
    network.mine_stake();
    let item = network.submission(txid).unwrap();
    became(network, &json!({"submit_delegations": {"items": [item]}}))
}
