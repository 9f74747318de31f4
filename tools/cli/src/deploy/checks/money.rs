//! What it costs, and who pays.

use super::{Check, Given, fail, ok, warning};
use crate::deploy::facts::Payer;

pub fn checks(given: Given<'_>) -> Vec<Check> {
    let mut rows = vec![price(given)];
    rows.extend(payer(given));
    rows
}

/// Without a price no fee is sent, and most nodes take no transaction without one.
fn price(given: Given<'_>) -> Check {
    let (name, needs) = ("gas price", "set `chain.gas_prices` or name it by --gas-prices");
    let demanded = given.chain.min_gas_price.as_ref();
    match (given.price, demanded) {
        _ if given.has_fee => ok(name, "none: the fee is named by --fees"),
        (Some(price), Some(least)) if price.denom == least.denom && price.is_below(least) => {
            fail(name, format!("{price}, and the node takes no less than {least}"))
        }
        (Some(price), _) => ok(name, price.to_string()),
        (None, Some(least)) if least.is_zero() => ok(name, "none: the node takes transactions without a fee"),
        (None, Some(least)) => fail(name, format!("none, and the node takes no less than {least}: {needs}")),
        (None, None) => {
            warning(name, format!("none: transactions are sent without a fee, which few nodes take; {needs}"))
        }
    }
}

fn payer(given: Given<'_>) -> Option<Check> {
    let (name, Payer { address, balance, denom, exists }) = ("who pays", given.chain.payer.as_ref()?);
    let needs = format!("it takes about {}{denom}", given.cost);
    Some(match exists {
        false => fail(name, format!("{address} does not exist on this chain: send it something ({needs})")),
        true if *balance < given.cost => fail(name, format!("{address} has {balance}{denom}, and {needs}")),
        true => ok(name, format!("{address} has {balance}{denom}; {needs}")),
    })
}
