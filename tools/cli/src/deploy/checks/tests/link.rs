//! What is wrong with money and with the link to Babylon.

use super::*;
use Grade::{Fail, Ok as Ok_, Warning};

#[test]
fn each_thing_that_is_wrong_with_money_and_the_link_is_found_alone_and_said() {
    let worlds: Vec<Wrong> = vec![
        (World::with(|it| it.price = None), "gas price", Warning, "sent without a fee"),
        (
            World::with(|it| (it.price, it.chain.min_gas_price) = (None, Some(price("0.01uapp")))),
            "gas price",
            Fail,
            "takes no less than 0.01uapp",
        ),
        (
            World::with(|it| it.chain.min_gas_price = Some(price("0.0250001uapp"))),
            "gas price",
            Fail,
            "0.025uapp, and the node takes no less than 0.0250001uapp",
        ),
        (
            World::with(|it| (it.price, it.chain.min_gas_price) = (None, Some(price("0.000uapp")))),
            "gas price",
            Ok_,
            "without a fee",
        ),
        (World::with(|it| (it.price, it.has_fee) = (None, true)), "gas price", Ok_, "--fees"),
        (World::with(|it| it.chain.min_gas_price = Some(price("0.025uapp"))), "gas price", Ok_, "0.025uapp"),
        (World::babylon(|it| it.version = None), "version of Babylon", Warning, "does not say it"),
        (
            World::babylon(|it| (it.version, it.has_consumers) = (None, false)),
            "version of Babylon",
            Warning,
            "neither its version nor",
        ),
        (
            World::babylon(|it| it.has_consumers = false),
            "version of Babylon",
            Warning,
            "v3.0.1; its node does not answer for",
        ),
        (
            World::babylon(|it| (it.version, it.has_consumers) = (Some("4.0.0".to_owned()), false)),
            "version of Babylon",
            Fail,
            "4.0.0 does not have the module",
        ),
        (
            World::babylon(|it| it.version = Some("v4.9.0".to_owned())),
            "version of Babylon",
            Ok_,
            "v4.9.0, with the module",
        ),
        (World::with(|it| it.file.bsn.network = None), "network", Fail, "`bsn.network` is not set"),
        (
            World::with(|it| it.file.bsn.network = Some(api::bsn::Network::Signet)),
            "network",
            Fail,
            "not signet",
        ),
        (World::with(|it| it.file.bsn.ics20_channel = None), "channel of rewards", Fail, "is not set"),
        (World::transfer(|it| it.state = 4), "channel of rewards", Fail, "channel-7 is closed, not open"),
        (
            World::transfer(|it| it.counterparty.0 = "wasm.x".to_owned()),
            "channel of rewards",
            Fail,
            "no channel of coins",
        ),
        (World::transfer(|it| it.is_ordered = true), "channel of rewards", Fail, "no channel of coins"),
        (World::transfer(|it| it.version = "ics721-1".to_owned()), "channel of rewards", Fail, "ics721-1"),
        (
            World::transfer(|it| it.client_chain = "osmosis-1".to_owned()),
            "channel of rewards",
            Fail,
            "leads to osmosis-1, not to bbn-1",
        ),
        (
            World::transfer(|it| it.client_status = "Expired".to_owned()),
            "channel of rewards",
            Fail,
            "07-tendermint-5, which is expired",
        ),
        (World::babylon(|it| it.depths = Some((10, 299))), "k and w", Ok_, "k = 10, w = 299"),
        (World::babylon(|it| it.depths = Some((9, 300))), "k and w", Fail, "mainnet needs 10 and 100"),
        (World::set("k = 10\nw = 100"), "k and w", Fail, "Babylon has k = 10 and w = 300"),
        (World::babylon(|it| it.depths = None), "k and w", Fail, "set `bsn.k` and `bsn.w`"),
        (
            World::babylon(|it| it.transfer_state = Some(2)),
            "its end on Babylon",
            Fail,
            "channel-9 of Babylon is half opened",
        ),
        (
            World::babylon(|it| it.transfer_state = None),
            "its end on Babylon",
            Fail,
            "Babylon has no channel-9",
        ),
        (
            World::babylon(|it| it.consumer = Consumer::Unknown),
            "consumer on Babylon",
            Warning,
            "does not know 07-tendermint-42 yet",
        ),
        (World::transfer(|it| it.trusting_s = 3_600), "client of Babylon", Warning, "trusts for 60 min"),
    ];
    each_is_found_alone(worlds);
}
