//! For people and for programs.

use api::bsn::Network;
use bech32::{Hrp, segwit};
use bitcoin_spv::{OutPoint, Output};
use serde_json::{Value, json};

use super::complete::{Complete, Takes};
use super::today::Today;

/// A transaction, what Bitcoin says of it, and whether it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of which stake.
    pub stake: OutPoint,
    /// It.
    pub complete: Complete,
    /// What stands in its way.
    pub today: Today,
    /// What became of sending it: a sentence where it failed; nothing where it was not tried.
    pub sent: Option<Result<(), String>>,
}

/// Lines for people.
pub fn text(row: &Row, network: Network) -> String {
    let Row { stake, complete, .. } = row;
    let pays: Vec<String> = complete
        .outputs
        .iter()
        .map(|output| format!("{} sats to {}", output.value, place(output, network)))
        .collect();
    format!(
        "{stake}: {}\n  txid     {}\n  spends   {}, {} sats\n  pays     {}\n  fee      {} sats\n  today    {}\n  hex      {}",
        takes(complete.takes),
        complete.txid,
        complete.spends,
        complete.spent.value,
        pays.join("\n           "),
        fee(complete),
        state(row).1,
        hex::encode(&complete.tx),
    )
}

/// A line for programs.
pub fn json(row: &Row, network: Network) -> Value {
    let Row { stake, complete, .. } = row;
    let pays = complete.outputs.iter().map(|output| {
        json!({ "sats": output.value, "to": place(output, network), "script": hex::encode(&output.script) })
    });
    let (state, detail) = state(row);
    json!({
        "stake": stake.to_string(),
        "takes": match complete.takes { Takes::Stake => "stake", Takes::Unbonding => "unbonding" },
        "txid": complete.txid.to_string(),
        "spends": complete.spends.to_string(),
        "spent_sats": complete.spent.value,
        "fee_sats": fee(complete),
        "pays": pays.collect::<Vec<_>>(),
        "state": state,
        "detail": detail,
        "hex": hex::encode(&complete.tx),
    })
}

fn takes(takes: Takes) -> &'static str {
    match takes {
        Takes::Stake => "takes the stake",
        Takes::Unbonding => "takes what an early end left of the stake",
    }
}

fn fee(complete: &Complete) -> u64 {
    let paid = complete.outputs.iter().fold(0_u64, |sum, output| sum.saturating_add(output.value));
    complete.spent.value.saturating_sub(paid)
}

fn state(row: &Row) -> (&'static str, String) {
    match (&row.sent, &row.today) {
        (Some(Ok(())), _) => ("sent", "it was sent".to_owned()),
        (Some(Err(why)), _) => ("not_taken", why.clone()),
        (None, Today::Unasked) => (
            "complete",
            "Bitcoin takes it if what it spends is there; --bitcoin says whether it is".to_owned(),
        ),
        (None, Today::Possible) => ("possible", "what it spends is there: send it".to_owned()),
        (None, Today::Done) => ("done", "it is in Bitcoin already, or on its way".to_owned()),
        (None, Today::NotThere) => {
            ("not_there", "Bitcoin, as it is asked, does not have what it spends".to_owned())
        }
        (None, Today::Gone(Some(by))) => ("gone", format!("what it spends was spent by {by}")),
        (None, Today::Gone(None)) => ("gone", "what it spends was spent".to_owned()),
        (None, Today::Wrong(why)) => ("wrong", why.clone()),
    }
}

/// An address, or what else stands in the script.
pub(crate) fn place(output: &Output, network: Network) -> String {
    let script = output.script.as_slice();
    let hrp = match network {
        Network::Mainnet => "bc",
        Network::Testnet | Network::Testnet4 | Network::Signet => "tb",
        Network::Regtest => "bcrt",
    };
    let address = |version: u8, program: &[u8]| {
        let version = bech32::Fe32::try_from(version).ok()?;
        segwit::encode(Hrp::parse(hrp).ok()?, version, program).ok()
    };
    let shown = match script {
        [0x6a, rest @ ..] => {
            let data = rest.get(1..).filter(|data| !data.is_empty() && data.iter().all(u8::is_ascii_graphic));
            let said = data.map(|data| format!(" \"{}\"", String::from_utf8_lossy(data)));
            Some(format!("nobody (OP_RETURN{})", said.unwrap_or_default()))
        }
        [0, length @ (20 | 32), program @ ..] if program.len() == usize::from(*length) => address(0, program),
        [0x51, 32, program @ ..] if program.len() == 32 => address(1, program),
        _ => None,
    };
    shown.unwrap_or_else(|| format!("the script {}", hex::encode(script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(script: &str, network: Network) -> String {
        place(&Output { value: 0, script: hex::decode(script).unwrap() }, network)
    }

    /// The addresses are those of BIP-173 and BIP-350.
    #[test]
    fn an_output_is_shown_as_an_address() {
        assert_eq!(
            shown("0014751e76e8199196d454941c45d1b3a323f1433bd6", Network::Mainnet),
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
        );
        assert_eq!(
            shown("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", Network::Testnet),
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"
        );
        assert_eq!(
            shown("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", Network::Mainnet),
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"
        );
        assert!(
            shown("0014751e76e8199196d454941c45d1b3a323f1433bd6", Network::Regtest).starts_with("bcrt1q")
        );
    }

    #[test]
    fn what_burns_says_so_and_what_is_unknown_is_shown_as_it_is() {
        assert_eq!(shown("6a07626162796c6f6e", Network::Mainnet), "nobody (OP_RETURN \"babylon\")");
        assert_eq!(shown("6a0200ff", Network::Mainnet), "nobody (OP_RETURN)");
        assert_eq!(shown("76a9", Network::Mainnet), "the script 76a9");
        assert_eq!(shown("0014aa", Network::Mainnet), "the script 0014aa");
    }
}
