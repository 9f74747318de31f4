mod alone;
mod link;

use bsn_rpc::proto::babylon::{BsnContracts, Params};

use super::*;
use crate::deploy::artifacts::Artifact;
use crate::deploy::facts::{Consumer, Payer, TransferFacts, Upload};

/// Everything that a deployment depends on, all of it right.
struct World {
    file: File,
    artifacts: Artifacts,
    way: Way,
    chain: ChainFacts,
    babylon: Option<BabylonFacts>,
    price: Option<GasPrice>,
    has_fee: bool,
    cost: u128,
    is_there: bool,
}

const GOV: &str = "app10d07y265gmmuvt4z0w9aw880jnsr700jwcclld";

fn price(text: &str) -> GasPrice {
    text.parse().unwrap()
}

fn good() -> World {
    let of = |name, size, gz| Artifact {
        name,
        size,
        gz: vec![0; gz],
        checksum: [1; 32],
        release: Some("0.3.0".to_owned()),
    };
    let file =
        File::parse("[bsn]\nnetwork = \"mainnet\"\nics20_channel = \"channel-7\"\n", "bsn.toml").unwrap();
    let transfer = TransferFacts {
        id: "channel-7".to_owned(),
        state: 3,
        is_ordered: false,
        version: "ics20-1".to_owned(),
        counterparty: ("transfer".to_owned(), "channel-9".to_owned()),
        connection: "connection-4".to_owned(),
        client: "07-tendermint-5".to_owned(),
        client_chain: "bbn-1".to_owned(),
        client_status: "Active".to_owned(),
        trusting_s: 119_880,
        consumer_id: "07-tendermint-42".to_owned(),
    };
    let hooks = Params {
        max_gas_begin_blocker: 5_000_000,
        max_gas_end_blocker: 5_000_000,
        btc_staking_portion: "1".to_owned(),
    };
    let chain = ChainFacts {
        id: "app-1".to_owned(),
        prefix: "app".to_owned(),
        governance: GOV.to_owned(),
        height: 1_000,
        block_ms: Some(5_800),
        modules: vec![("github.com/CosmWasm/wasmvm/v3".to_owned(), "v3.0.7".to_owned())],
        upload: Upload::Everybody,
        is_instantiated_freely: true,
        block_bytes: Some(22_020_096),
        hooks: Some(hooks),
        transfer: Some(transfer),
        payer: Some(Payer {
            address: "app1me".to_owned(),
            balance: 100,
            denom: "uapp".to_owned(),
            exists: true,
        }),
        ..ChainFacts::default()
    };
    let consumer = Consumer::Known("App".to_owned());
    let babylon = BabylonFacts {
        id: "bbn-1".to_owned(),
        version: Some("v3.0.1".to_owned()),
        has_consumers: true,
        depths: Some((10, 300)),
        consumer,
        transfer_state: Some(3),
    };
    World {
        file,
        artifacts: Artifacts {
            bsn: of("bsn.wasm", 758_246, 320_000),
            light_client: of("btc-light-client.wasm", 260_000, 116_000),
            staking: None,
        },
        way: Way::default(),
        chain,
        babylon: Some(babylon),
        price: Some(price("0.025uapp")),
        has_fee: false,
        cost: 90,
        is_there: false,
    }
}

impl World {
    fn checks(&self) -> Vec<Check> {
        let World { file, artifacts, way, chain, babylon, price, has_fee, cost, is_there } = self;
        let (way, has_fee, cost) = (*way, *has_fee, *cost);
        let (babylon, price) = (babylon.as_ref(), price.as_ref());
        let is_there = *is_there;
        all(Given { file, artifacts, way, chain, babylon, price, has_fee, cost, is_there })
    }

    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut world = good();
        change(&mut world);
        world
    }

    fn transfer(change: impl FnOnce(&mut TransferFacts)) -> Self {
        Self::with(|world| change(world.chain.transfer.as_mut().unwrap()))
    }

    fn babylon(change: impl FnOnce(&mut BabylonFacts)) -> Self {
        Self::with(|world| change(world.babylon.as_mut().unwrap()))
    }

    fn set(text: &str) -> Self {
        let text = format!("[bsn]\nnetwork = \"mainnet\"\nics20_channel = \"channel-7\"\n{text}");
        Self::with(|world| world.file = File::parse(&text, "bsn.toml").unwrap())
    }
}

#[test]
fn where_everything_is_right_everything_is_ok() {
    let checks = good().checks();
    let bad: Vec<&Check> = checks.iter().filter(|check| check.grade != Grade::Ok).collect();
    assert!(bad.is_empty() && checks.len() >= 16, "{bad:?}");
}

/// Each world has one thing wrong, and exactly that row says so.
#[test]
fn each_thing_that_is_wrong_is_found_alone_and_said() {
    use Grade::{Fail, Warning};
    let modules = |version: &str| vec![("github.com/CosmWasm/wasmvm/v2".to_owned(), version.to_owned())];
    let worlds: Vec<Wrong> = vec![
        (
            World::with(|it| it.artifacts.bsn.release = Some("0.2.0".to_owned())),
            "release",
            Fail,
            "0.2.0 cannot be deployed",
        ),
        (
            World::with(|it| it.artifacts.bsn.release = None),
            "release",
            Warning,
            "of no release that is known",
        ),
        (World::with(|it| it.chain.modules = modules("v1.5.2")), "wasmvm", Fail, "needs wasmvm 2.2 or 3"),
        (World::with(|it| it.chain.modules = modules("v2.1.0")), "wasmvm", Warning, "older than"),
        (World::with(|it| it.chain.modules = modules("main")), "wasmvm", Warning, "main is no version"),
        (World::with(|it| it.chain.modules.clear()), "wasmvm", Warning, "does not say"),
        (
            World::with(|it| it.artifacts.bsn.size = 819_201),
            "size of the code",
            Fail,
            "bsn.wasm has 819,201 bytes",
        ),
        (
            World::with(|it| (it.way.by_gov, it.chain.block_bytes) = (true, Some(200_000))),
            "size of the transaction",
            Fail,
            "add --split",
        ),
        (
            World::with(|it| it.artifacts.bsn.gz = vec![0; 1_100_000]),
            "size of the transaction",
            Fail,
            "a node's mempool takes",
        ),
        (World::with(|it| it.chain.upload = Upload::Nobody), "who may store code", Fail, "add --gov"),
        (
            World::with(|it| it.chain.is_instantiated_freely = false),
            "who may instantiate",
            Fail,
            "bsn could not make",
        ),
        (World::set("knobs = { vote_windw = 5 }"), "knobs", Fail, "vote_windw is no field"),
        (World::set("knobs = { network = \"regtest\" }"), "knobs", Fail, "say it by `bsn.network`"),
        (
            World::with(|it| it.chain.upload = Upload::Some(vec!["app1you".to_owned()])),
            "who may store code",
            Fail,
            "only app1you",
        ),
        (World::with(|it| it.chain.block_gas = Some(10_000_000)), "gas of a block", Fail, "10,000,000"),
        (
            World::with(|it| (it.way.by_gov, it.chain.block_gas) = (true, Some(50_000_000))),
            "gas of the proposal",
            Fail,
            "and a block takes 50,000,000: add --split",
        ),
        (
            World::with(|it| it.chain.block_gas = Some(40_000_000)),
            "gas of a block",
            Warning,
            "50,000,000 are better",
        ),
        (World::with(|it| it.chain.hooks = None), "module x/babylon", Fail, "does not have it"),
        (
            World::with(|it| {
                it.chain.registered =
                    BsnContracts { btc_finality_contract: "app1old".to_owned(), ..BsnContracts::default() }
            }),
            "what the module calls",
            Warning,
            "app1old",
        ),
        (
            World::set("knobs = { vote_window = 2 }"),
            "knobs",
            Fail,
            "vote_window must be from 3 to 1000, got 2",
        ),
        (
            World::set("knobs = { anchor_retention_s = 86400 }"),
            "knobs and block times",
            Fail,
            "no randomness would ever be timestamped",
        ),
        (
            World::set("knobs = { anchor_retention_s = 539999 }"),
            "knobs and block times",
            Fail,
            "takes no less than 540000 where w = 300",
        ),
        (
            World::set("knobs = { rebind_delay = 86399 }"),
            "knobs and block times",
            Fail,
            "takes no less than 86400",
        ),
        (
            World::with(|it| it.chain.block_ms = Some(200)),
            "knobs and block times",
            Warning,
            "vote_window = 10",
        ),
        (World::with(|it| it.chain.block_ms = None), "knobs and block times", Warning, "too young"),
        (
            World::set("admin = \"bbn13837feaxn8t0zvwcjwhw7lhpgdcx4s36eqteah\""),
            "admin",
            Fail,
            "begin with `app`",
        ),
        (
            World::set("[bsn.checkpoint]\nheight = 840000\nheader_hex = \"00\""),
            "first header of Bitcoin",
            Fail,
            "1 bytes, not 80",
        ),
        (World::with(|it| it.cost = 101), "who pays", Fail, "has 100uapp, and it takes about 101uapp"),
        (
            World::with(|it| it.chain.payer.as_mut().unwrap().exists = false),
            "who pays",
            Fail,
            "does not exist",
        ),
    ];
    each_is_found_alone(worlds);
}

/// A world, the row that it is about, how that ends, and what it says.
type Wrong = (World, &'static str, Grade, &'static str);

fn each_is_found_alone(worlds: Vec<Wrong>) {
    for (world, name, grade, part) in worlds {
        let checks = world.checks();
        let other = checks.iter().find(|check| check.name != name && check.grade != Grade::Ok);
        assert_eq!(other, None, "{name} alone is wrong");
        let found = checks.iter().find(|check| check.name == name).unwrap();
        assert!(found.grade == grade && found.found.contains(part), "{found:?} should say `{part}`");
        assert_eq!(pass(&checks), grade != Grade::Fail);
    }
}

#[test]
fn no_channel_is_one_failure_and_what_hangs_on_it_is_said_too() {
    let checks = World::with(|it| it.chain.transfer = None).checks();
    let found = checks.iter().find(|check| check.name == "channel of rewards").unwrap();
    assert_eq!(
        (found.grade, found.found.as_str()),
        (Grade::Fail, "there is no channel-7 on this chain: have the relayer open it first")
    );
}

#[test]
fn without_babylon_it_can_be_deployed_but_somebody_should_know() {
    let mut world = World::set("k = 10\nw = 300");
    world.babylon = None;
    world.file.babylon.id = Some("bbn-1".to_owned());
    let checks = world.checks();
    assert!(pass(&checks), "{checks:?}");
    assert!(checks.iter().any(|check| check.name == "Babylon" && check.grade == Grade::Warning));
}
